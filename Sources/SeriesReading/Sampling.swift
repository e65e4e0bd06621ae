import TimeSeries

/// How the rows of a series were laid in time.
struct Sampling {
    /// The series as it is scored.
    private(set) var series: Series
    /// The steps that its rows lie on, where they were found.
    private(set) var grid: Grid?
    /// How its rows were laid on them, or on steps that rows share.
    private(set) var steps: Understanding.Steps?
    /// What there is to say of it.
    private(set) var notices: [String] = []

    /// - Parameter grows: whether rows will come behind these.
    /// - Throws: `SeriesError` where a step is wanted that cannot be had.
    init(of series: Series, _ options: SeriesReader.Options, grows: Bool) throws(SeriesError) {
        self.series = series
        let aggregation = Resampling.Aggregation(options.aggregate ?? .mean, ofChannels: options.aggregates)
        for name in options.aggregates.keys.sorted() where !series.channels.contains(where: { $0.name == name }) {
            throw .noSuchColumn(file: series.name, column: name, known: series.channels.map(\.name))
        }
        switch options.every {
        case .step(let every):
            guard !grows else { throw .stepsNotFollowed(file: series.name) }
            guard let laid = series.resampled(Resampling(every: every, aggregation)) else {
                throw .stepsWithoutTimes(file: series.name)
            }
            let (rows, steps) = (grouped(series.rowCount, "row"), grouped(laid.rowCount, "step"))
            notices = ["\(rows) are laid on \(steps) of \(every): \(words(aggregation))."]
            take(laid, every, aggregation)
        case .rows: tellRepeated()
        case nil: guess(aggregation, grows)
        }
    }

    /// Rows from which steps are guessed: fewer tell none.
    private static let fewestRows = 20

    private mutating func guess(_ aggregation: Resampling.Aggregation, _ grows: Bool) {
        guard series.rowCount >= Self.fewestRows else { return tellFew() }
        if let grid = Grid(of: series) {
            self.grid = grid
            if grows { tellRepeated() }
            let merged = grows ? series : series.merged(aggregation)
            let completed = grid.completed(merged)
            let (repeated, absent) = (series.rowCount - merged.rowCount, completed.rowCount - merged.rowCount)
            series = completed
            let all = grid.absentCount(in: merged)
            steps = Understanding.Steps(
                every: "\(grid.step)", aggregate: words(aggregation), count: completed.rowCount, empty: absent, merged: repeated,
                cut: all - absent)
            if repeated > 0 {
                notices.append(
                    "\(repeating(repeated)) the time of the row above: they are one, by \(words(aggregation)) (--aggregate says how, "
                        + "--every rows keeps them apart).")
            }
            if absent > 0 { tellAbsent(all, grid, kept: absent) }
        } else if let guessed = Resampling(guessing: series, aggregation), !isFasterThanItsClock {
            guard !grows else {
                tellRepeated()
                notices += ["Times are uneven; rows that come one after the other are taken as evenly spaced."]
                return
            }
            guard let laid = series.resampled(guessed) else { return }
            notices = [
                "Times are uneven: \(grouped(series.rowCount, "row")) are laid on \(grouped(laid.rowCount, "step")) of "
                    + "\(guessed.every), \(words(aggregation)) (--every 1h sets another step, --aggregate what becomes of rows, "
                    + "--every rows takes them as evenly spaced)."
            ]
            take(laid, guessed.every, aggregation)
        } else {
            tellRepeated()
        }
    }

    /// Takes rows that were laid on steps.
    private mutating func take(_ laid: Series, _ every: GridStep, _ aggregation: Resampling.Aggregation) {
        let empty = (0..<laid.rowCount).count { laid.isAbsent($0) }
        steps = Understanding.Steps(
            every: "\(every)", aggregate: words(aggregation), count: laid.rowCount, empty: empty,
            merged: series.rowCount - laid.rowCount + empty)
        series = laid
    }

    /// - Parameter kept: for how many there is a row.
    private mutating func tellAbsent(_ absent: Int, _ grid: Grid, kept: Int) {
        let steps = grid.skipsWeekends ? grouped(absent, "weekday") : "\(grouped(absent, "step")) of \(grid.step)"
        notices.append(
            steps + (absent == 1 ? " has no row and is a gap" : " have no row and are gaps")
                + (kept < absent ? "; longer pauses are taken as \(grid.longestGap)" : "")
                + " (--every rows takes rows as evenly spaced).")
    }

    /// What is to be known of few rows, which are left as they are.
    private mutating func tellFew() {
        tellRepeated()
        let few = "fewer than \(Self.fewestRows) rows are taken as evenly spaced."
        if let grid = Grid(of: series) {
            let absent = grid.absentCount(in: series)
            // Of three rows one pause tells nothing of steps.
            if absent > 0, series.rowCount > 3 {
                notices.append("\(grouped(absent, "step")) of \(grid.step) \(absent == 1 ? "has" : "have") no row; \(few)")
            }
        } else if Resampling(guessing: series) != nil {
            notices.append("Times are uneven; \(few)")
        }
    }

    /// How many rows have the time of the row above.
    private var repeated: Int { series.time.microseconds?.adjacentPairs().count { $0 == $1 } ?? 0 }

    /// Whether so many rows repeat the time of the row above that they are no repetitions.
    private var isFasterThanItsClock: Bool {
        Double(repeated) > Grid.mostRepeated * Double(series.rowCount)
    }

    private mutating func tellRepeated() {
        let count = repeated
        if count > 0 { notices.append("\(repeating(count)) the time of the row above; all are kept.") }
    }

    private func repeating(_ count: Int) -> String { "\(count) row\(count == 1 ? " repeats" : "s repeat")" }

    private func grouped(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    /// What becomes of the rows of a step.
    private func words(_ aggregation: Resampling.Aggregation) -> String {
        let others = aggregation.ofChannels.sorted { $0.key < $1.key }.map { "\($0.key) by \($0.value.rawValue)" }
        return ([aggregation.aggregate.rawValue] + others).joined(separator: ", ")
    }
}
