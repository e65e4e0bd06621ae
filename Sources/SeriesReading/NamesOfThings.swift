import TimeSeries

/// Numbers that are the same in all rows and say where or by what something was measured, and marks of 0 and 1.
extension RawReading {
    /// Leaves out channels that are called as places and things are where they are the same in all rows.
    mutating func leaveOutConstant(_ decision: TableDecision) {
        let options = decision.options
        guard options.columns.isEmpty else { return }
        let layout = decision.form.layout
        let things = decision.form.names.indices.filter { column in
            let name = decision.form.names[column]
            let isNameless = layout.headerLine != nil && column < layout.names.count && layout.names[column].isEmpty
            return
                (ColumnNames.isThing(name) || decision.facts[column].isCode || ColumnNames.isCounter(name, nameless: isNameless))
                && !options.taken.contains(name)
        }
        let names = constant(among: Set(things.map { decision.form.names[$0] }))
        leaveOut(channels: names + longConstants(options), .isConstant)
    }

    /// The channels of some names that are the same in all of several rows.
    func constant(among names: Set<String>) -> [String] {
        series.channels.filter { channel in
            names.contains(channel.name) && channel.values.count > 1 && channel.values.allSatisfy { $0 == channel.values[0] }
        }.map(\.name)
    }

    /// Says which channels hold only 0 and 1, as labels do, where none was taken for labels.
    mutating func tellLikeLabels(_ options: SeriesReader.Options) {
        guard understanding.labels == nil, options.columns.isEmpty, series.channels.count > 1 else { return }
        let found = series.channels.filter { channel in
            var (no, yes) = (false, false)
            for value in channel.values {
                guard value == 0 || value == 1 else { return false }
                if value == 0 { no = true } else { yes = true }
            }
            return no && yes && !options.taken.contains(channel.name)
        }.map(\.name)
        guard let first = found.first, found.count < series.channels.count else { return }
        let remedy = "--labels \(SeriesError.shellWord(first)) takes it as labels"
        understanding.notices.append(
            found.count == 1
                ? "Column \(first) holds only 0 and 1 and is a channel; \(remedy)."
                : "Columns \(listed(found)) hold only 0 and 1 and are channels; where one marks anomalies, \(remedy)."
        )
    }
}

extension ColumnNames {
    private static let things: Set<String> = [
        "lat", "latitude", "lon", "lng", "long", "longitude", "elevation", "elev", "altitude", "alt", "location", "source",
        "type",
        "kind", "model", "firmware", "category", "stn",
    ]

    private static let keys: Set<String> = [
        "sensor", "node", "mote", "unit", "machine", "engine", "store", "item", "group", "series", "firm", "product",
    ]

    /// Whether a column is called as what tells series apart is.
    static func isKey(_ name: String) -> Bool { isIdentifier(name) || words(name).last.map(keys.contains) ?? false }

    /// Whether a column is called as places, kinds and sources are.
    static func isThing(_ name: String) -> Bool {
        let words = words(name)
        return words.last.map(things.contains) ?? false || isIdentifier(name) || words.joined().hasPrefix("samplerate")
            || words.joined().hasPrefix("samplingrate")
    }
}
