import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

/// The open series and how it is looked at.
public struct WorkspaceState: Sendable {
    /// The main workflow.
    public internal(set) var analysis: Analysis
    /// Where the file is.
    public let path: String
    /// The rows on screen.
    public private(set) var visible: Range<Int>
    /// The row under the cursor.
    public private(set) var cursor = 0
    /// The rows that were chosen, by an event or the cursor.
    var chosen = 0..<1
    /// The row from which rows are marked, to the cursor.
    var markedFrom: Int?
    /// Those that were chosen last without the user.
    var foundFirst: Range<Int>?
    /// The flagged event that shares most rows with the chosen ones.
    public internal(set) var selectedEvent: Event?
    /// The flagged events as they are listed.
    public internal(set) var list = EventList()
    /// Changes that can be taken back.
    var history = History()
    /// The channel that is plotted.
    public internal(set) var channel = 0 {
        didSet { if channel != oldValue { chosenRange = nil } }
    }
    /// The values at the bottom and top of the series' plot where the user chose them.
    public private(set) var chosenRange: ClosedRange<Double>?
    /// Whether what the models expected is drawn over the series.
    var showsExpected = false
    /// What the plots were reduced to.
    var memo = PlotMemo()
    /// Which part takes the keys.
    public internal(set) var focus = Focus.plot
    /// The sliders: the settings that are numbers.
    let sliders: [any AnySetting]
    /// The slider with the focus, an index of `sliders`.
    var slider = 0
    /// The slider that the mouse holds.
    var heldSlider: Int?
    /// The column where the mouse grabbed the plot, and the rows on screen then.
    var grabbed: (column: Int, visible: Range<Int>)?
    /// Whether the next event is being looked for in another file: what is judged now would be meant for that.
    var isLeft = false
    /// Models that can be loaded.
    var savedModels: [ModelKind]
    /// Whose the saved models are.
    var labels = PerModel<RunLabel>()
    /// What the user wrote about events.
    public internal(set) var notes: Notes
    /// What could not be stored of verdicts and notes.
    var unstored = Unstored()
    /// A run that is kept to be compared with the present one.
    var kept: KeptRun?
    /// How the file was read, and how it is to be read.
    var reading = ReadingState()
    /// Rows that come behind those there are.
    var growth: Growth
    /// Scores and flags that are being made of what was decided.
    var settling = Settling()
    /// What would be found, once the models were examined; it follows the settings.
    public internal(set) var sensitivity: Sensitivity?
    /// An examination that goes on.
    var examining: Examining?
    /// What is stored about the series is stored under this: its identity when it was opened or trained on.
    var known: SeriesIdentity
    /// A run in progress or just ended.
    public internal(set) var training: TrainingState?
    /// Why the inspected event is flagged, once it is known.
    var explained: Explained?
    /// The settings that a reset slider goes back to.
    let defaults: AnalysisSettings

    /// Why each model scored an event as it did.
    public struct Explained: Sendable, Equatable {
        /// Of which series.
        public let identity: SeriesIdentity
        /// The event's rows.
        public let rows: Range<Int>
        /// What each model says.
        public let byModel: PerModel<Explanation>

        /// Where the first model that tells looked at, the most attended first.
        var attended: (kind: ModelKind, places: [Explanation.Attention])? {
            byModel.first { !$0.value.attended.isEmpty }.map { ($0.kind, $0.value.attended) }
        }
    }

    /// A part of the workspace.
    public enum Focus: Int, Sendable, CaseIterable {
        case plot, sliders, events

        /// The part `step` places on, round and round.
        func moved(by step: Int) -> Focus {
            let all = Focus.allCases
            return all[(rawValue + step + all.count) % all.count]
        }
    }

    /// Shows the whole series.
    init(_ opened: OpenedSeries) {
        analysis = Analysis(series: opened.series, models: opened.models, settings: opened.settings)
        sliders = AnalysisSettings.sliders(opened.models)
        defaults = opened.defaults ?? AnalysisSettings(models: opened.models)
        path = opened.path
        (savedModels, labels) = (opened.savedModels, opened.labels)
        analysis.update { ($0.judgements, $0.rules) = (opened.judgements, opened.rules) }
        notes = opened.notes
        visible = 0..<opened.series.rowCount
        known = opened.series.identity
        growth = Growth(horizon: opened.horizon)
        list.news = opened.news
        if list.news != nil { list.order = .new }
        reading = ReadingState(understanding: opened.understanding, columns: opened.columns, options: opened.options)
    }

    /// Flagged and judged events in time order.
    public var events: [Event] { analysis.events }
    /// What the user decided about events.
    public var judgements: Judgements { analysis.judgements }
    /// The models that there can be.
    public var models: [ModelKind] { analysis.models.kinds }

    // MARK: Changes

    /// Changes the settings and stores them; what `body` throws is told to the user and changes nothing.
    /// - Parameter maker: what moves the settings step by step, such as a slider; its steps are taken back together.
    mutating func change(
        _ frame: inout Frame, maker: String? = nil,
        _ body: (inout AnalysisSettings) throws -> Void
    ) -> [Effect] {
        let before = moment
        var settings = analysis.settings
        do { try body(&settings) } catch {
            frame.complain("\(error)")
            return []
        }
        guard settings != analysis.settings else { return [] }
        analysis.decide { $0.settings = settings }
        let effects = settle(keepsOrder: false)
        follow()
        history.record(maker: maker, from: before, to: moment) { [models = analysis.models] in
            difference(from: $0.settings, to: settings, models)
        }
        return storing([.store(known, settings)]) + effects
    }

    /// Puts the cursor on a row and scrolls so that it shows.
    mutating func place(cursorAt row: Int) {
        cursor = max(0, min(row, analysis.series.rowCount - 1))
        if !visible.contains(cursor) { show(cursor - visible.count / 2, count: visible.count) }
    }

    mutating func show(_ start: Int, count: Int) {
        let total = analysis.series.rowCount
        let count = max(min(16, total), min(count, total))
        let start = max(0, min(start, total - count))
        visible = start..<(start + count)
    }

    /// Zooms so that `row` stays where it is on screen.
    mutating func zoom(by factor: Double, at row: Int) {
        let count = Int((Double(visible.count) * factor).rounded())
        let share = Double(row - visible.lowerBound) / Double(max(1, visible.count))
        show(row - Int(share * Double(max(16, count))), count: count)
    }

    /// Shows the values from `low` to `high`; `nil` shows all that are visible.
    mutating func showValues(_ range: ClosedRange<Double>?) {
        guard let range else {
            chosenRange = nil
            return
        }
        if range.upperBound > range.lowerBound, (range.upperBound - range.lowerBound).isFinite { chosenRange = range }
    }

    /// Zooms vertically so that the value under the cursor stays where it is on screen.
    mutating func zoomValues(by factor: Double, from range: ClosedRange<Double>) {
        let value = analysis.series.channels[channel].values[cursor]
        let (low, high) = (range.lowerBound, range.upperBound)
        let center = value.isNaN ? (low + high) / 2 : min(max(value, low), high)
        let (bottom, top) = (center - (center - low) * factor, center + (high - center) * factor)
        // Beyond twelve digits, differences are those of rounding.
        guard top - bottom > max(abs(bottom), abs(top)) * 1e-12 else { return }
        showValues(bottom...top)
    }

    /// Rows as what is stored counts them: from the first of the file, which may be forgotten here.
    func stored(_ rows: Range<Int>) -> Range<Int> {
        let before = analysis.series.forgottenRows
        return (rows.lowerBound + before)..<(rows.upperBound + before)
    }

    /// Rows that are stored, as they are counted here; `nil` where some were forgotten.
    func present(_ stored: Range<Int>) -> Range<Int>? {
        let before = analysis.series.forgottenRows
        return stored.lowerBound < before ? nil : (stored.lowerBound - before)..<(stored.upperBound - before)
    }

    /// Lets go of what the mouse holds.
    mutating func letGo() { (heldSlider, grabbed) = (nil, nil) }
}
