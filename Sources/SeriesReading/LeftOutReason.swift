import TimeSeries

extension Understanding {
    /// Why a column is no part of the series. The text of a case is what `json` says of it.
    public enum Reason: String, Sendable, Equatable, CaseIterable {
        case isText = "text"
        case unitsDiffer = "its units differ"
        case isEmpty = "it is empty"
        case holdsOnlyGaps = "it holds only gaps"
        case isIgnored = "it was asked to be left out"
        case othersWereAsked = "other columns were asked for"
        case isSecondLabel = "it is a second column of labels"
        case namesRows = "it names rows"
        case tellsSeriesApart = "it tells series apart"
        case saysTheTime = "it says what the time says"
        case followsFromTime = "it follows from the time"
        case isYearOfMany = "it is the year of many rows"
        case namesSomething = "it names something"
        case isQuality = "it is a mark of quality"
        case countsRows = "it counts rows"
        case isConstant = "it is the same in all rows"
        case isConstantInSeries = "it is the same in each series"
        case isOtherTime = "it is another time"
        case isClock = "it holds times of day or durations"

        /// What stands behind "since" in a sentence.
        public var clause: String { self == .isText ? "it is text" : rawValue }

        /// Whether the user asked for it.
        var wasAsked: Bool { self == .isIgnored || self == .othersWereAsked }
    }

    /// Leaves channels of a series out, by their names.
    mutating func leaveOut(_ names: Set<String>, of series: inout Series, _ why: Reason) {
        series = series.with(series.channels.filter { !names.contains($0.name) })
        for index in columns.indices where names.contains(columns[index].name) { columns[index].role = .leftOut(why) }
    }
}
