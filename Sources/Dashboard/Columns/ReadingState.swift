import SeriesReading
import TimeSeries
import Work
import Workbench

/// How the file of the open series was read, and how it is to be read.
struct ReadingState: Sendable {
    /// What was understood; without columns where that is not known.
    var understanding = Understanding()
    var columns: [ColumnGlance] = []
    /// What the user decided.
    var options = SeriesReader.Options()
    /// What is being read.
    var underWay: Step?
    /// What was decided meanwhile, to be read next.
    var waiting: Step?
    /// What was typed and could not be read, by what it is about.
    var drafts: [ReadingField: String] = [:]

    /// A change of how the file is read.
    struct Step: Sendable {
        var options: SeriesReader.Options
        /// What it does, in words.
        var what: String
        /// Whether it goes through what was done.
        var way: History.Direction?
        /// Known by this is the answer; raised when another series takes the place of this one.
        let run = Cancellation()
    }

    /// The options as they will be.
    var wanted: SeriesReader.Options { (waiting ?? underWay)?.options ?? options }
}

extension WorkspaceState {
    /// Why it cannot be read otherwise now.
    var noRereading: String? {
        if reading.understanding.columns.isEmpty { return "It is not known how this series was read." }
        if let training, !training.hasEnded { return "The models are being trained; stop that or wait, then change the columns." }
        if !unstored.isEmpty { return "A verdict or note is not stored yet; judge or note something, so that it is tried again." }
        return growth.isFollowing ? "The file is followed; end that, then change the columns." : nil
    }

    /// Has the file read with other options; `what` says what changes.
    mutating func read(_ what: String, _ change: (inout SeriesReader.Options) -> Void) -> [Effect] {
        var options = reading.wanted
        change(&options)
        guard options != reading.wanted else { return [] }
        return read(ReadingState.Step(options: options, what: what))
    }

    /// Has the file read, one time after the other.
    mutating func read(_ step: ReadingState.Step) -> [Effect] {
        guard reading.underWay == nil else {
            let before = reading.waiting.map { $0.what + ", " } ?? ""
            reading.waiting = ReadingState.Step(options: step.options, what: before + step.what)
            return []
        }
        reading.underWay = step
        return [.readAgain(path: path, step.options, step.run)]
    }

    /// Takes the series as it was read by other decisions. Where its channels are the same it keeps its models and what they said;
    /// else it is another series, with all that is stored about that.
    mutating func receive(rereadBy run: Cancellation, _ opened: OpenedSeries, _ frame: inout Frame) -> [Effect] {
        guard let step = reading.underWay, step.run === run else { return [] }
        let (old, before, waiting) = (self, moment, reading.waiting)
        growth.stop()
        settling.run.cancel()
        examining?.run.cancel()
        self = WorkspaceState(opened)
        look(as: old)
        history = old.history
        if let way = step.way {
            _ = history.move(way)
        } else {
            history.record(maker: nil, from: before, to: moment) { _ in step.what }
        }
        let isSame = analysis.series.identity == old.analysis.series.identity
        var effects: [Effect] = []
        if isSame { (training, kept, unstored) = (old.training, old.kept, old.unstored) }
        let hasAllRows = old.analysis.series.rowCount == analysis.series.rowCount
        if isSame, hasAllRows, !old.growth.isScoring, !old.analysis.scored.isEmpty {
            let series = analysis.series
            analysis = old.analysis
            analysis.take(series)
            sensitivity = old.sensitivity
            sensitivity?.follow(analysis)
            effects += settle(keepsOrder: false)
            follow()
            moveCursor(to: old.cursor)
            show(old.visible.lowerBound, count: old.visible.count)
            foundFirst = old.foundFirst
        } else if !savedModels.isEmpty {
            effects.append(.loadModels(analysis.series, savedModels, of: known))
        }
        let untrained = savedModels.isEmpty ? ", whose models are untrained" : ""
        let models = isSame ? "" : " It is another series now\(untrained)."
        frame.say((step.way.map { $0.telling + ": " } ?? "") + step.what + "." + models)
        if let waiting { effects += read(waiting) }
        return effects
    }

    /// Tells why the file cannot be read so; all stays as it was.
    mutating func receive(rereadingBy run: Cancellation, failed problem: String?, _ frame: inout Frame) {
        guard let step = reading.underWay, step.run === run else { return }
        (reading.underWay, reading.waiting) = (nil, nil)
        if let problem { frame.complain(problem) }
    }

    /// Looks at the series as at another one: at the same rows and channel where they are there.
    private mutating func look(as old: WorkspaceState) {
        if old.analysis.series.rowCount == analysis.series.rowCount {
            show(old.visible.lowerBound, count: old.visible.count)
            place(cursorAt: old.cursor)
            chosen = cursor..<(cursor + 1)
        }
        let name = old.analysis.series.channels[old.channel].name
        channel = analysis.series.channels.firstIndex { $0.name == name } ?? 0
        (focus, slider, showsExpected) = (old.focus, old.slider, old.showsExpected)
    }

    // MARK: What a column is

    /// Takes a column as a channel, or leaves it out.
    mutating func takeOrLeave(_ column: ColumnGlance) -> [Effect] {
        let name = column.name
        guard case .leftOut = column.role else {
            return read("\(name) is left out") {
                $0.free(name)
                $0.ignored.append(name)
            }
        }
        return read("\(name) is a channel") {
            $0.free(name)
            $0.taken.append(name)
        }
    }

    /// Takes a column for the time of rows.
    mutating func makeTime(_ column: ColumnGlance) -> [Effect] {
        read("\(column.name) is the time") {
            $0.free(column.name)
            ($0.timeColumns, $0.timeFormat) = ([column.name], nil)
        }
    }

    /// Joins a column to those of the time, or takes it from them.
    mutating func joinToTime(_ column: ColumnGlance) -> [Effect] {
        let names = reading.understanding.time?.columns ?? []
        let rest = names.filter { $0 != column.name }
        let isPart = rest.count < names.count
        return read(isPart ? "\(column.name) is no part of the time" : "\(column.name) is a part of the time") {
            $0.free(column.name)
            ($0.timeColumns, $0.timeFormat) = (isPart ? rest : names + [column.name], nil)
            if isPart { $0.ignored.append(column.name) }
        }
    }

    /// Takes a column for the labels, or for none.
    mutating func makeLabel(_ column: ColumnGlance) -> [Effect] {
        let isLabel = column.role == .label
        return read(isLabel ? "\(column.name) is no label" : "\(column.name) is the label") {
            $0.free(column.name)
            if isLabel { $0.ignored.append(column.name) } else { $0.labels = column.name }
        }
    }

    /// Asks which of the series that a column tells apart is wanted.
    func listSeries(by column: ColumnGlance) -> [Effect] {
        let known = reading.options.only.map(\.column)
        return [.listSeries(path: path, columns: known.contains(column.name) ? known : [column.name], reading.options)]
    }

    /// Asks which of the series of the file is wanted.
    func listSeries() -> [Effect] {
        [.listSeries(path: path, columns: reading.options.only.map(\.column), reading.options)]
    }

    /// Why there is no other series to choose.
    var oneSeries: String? {
        noRereading ?? (reading.options.only.isEmpty ? "The file was read as one series." : nil)
    }

    /// Reads the file as the program would.
    mutating func forgetReading() -> [Effect] { read("what was decided is forgotten") { $0 = SeriesReader.Options() } }

    /// Why nothing is to be forgotten.
    var noDecisions: String? {
        noRereading ?? (reading.wanted == SeriesReader.Options() ? "The file is read as the program decides." : nil)
    }
}

extension SeriesReader.Options {
    /// Takes back all that was said of a column.
    fileprivate mutating func free(_ name: String) {
        for list in [\Self.ignored, \.taken, \.columns, \.timeColumns] { self[keyPath: list].removeAll { $0 == name } }
        if labels == name { labels = nil }
        if keyColumn == name { keyColumn = nil }
        if only.contains(where: { $0.column == name }) { only = [] }
    }
}
