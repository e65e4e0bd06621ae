import Accounts
import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

/// Everything the dashboard shows; changed by `update` alone.
public struct DashboardState: Sendable {
    /// Columns of the terminal.
    public var width: Int
    /// Rows of the terminal.
    public var height: Int
    /// Themes to choose from, never empty.
    public var themes: [Theme]
    /// The theme in use.
    public var themeIndex = 0
    /// Who is logged in.
    public var session: Session?
    /// What fills the screen.
    public var screen = Screen.login
    /// What lies over it.
    public var overlay: Overlay?
    /// The latest message, shown in the last row.
    public var message: Message?
    /// The login form.
    public var login = LoginForm()
    /// The registration form.
    public var registration = RegistrationForm()
    /// The series library.
    public var library = LibraryState()
    /// The open series.
    public var workspace: WorkspaceState?
    /// Set while the password is wanted again; everything else goes on behind it.
    public var lock: LockForm?
    /// The main loop ends when this is set.
    public var hasEnded = false

    /// What fills the screen.
    public enum Screen: Sendable, Equatable {
        case login, registration, library, workspace
    }

    /// What lies over the screen.
    public enum Overlay: Sendable, Equatable {
        case help(scroll: Int)
        case palette(TextField)
        case training
        case inspection
        /// `nil` while it is computed.
        case comparison(Comparison?)
        case learnedWeights(LearnedWeights)
        case account(AccountPanel)
    }

    /// A line for the user.
    public struct Message: Sendable, Equatable {
        /// What to say.
        public var text: String
        /// Whether something went wrong.
        public var isError: Bool
    }

    /// Starts at the login screen.
    public init(width: Int, height: Int, themes: [Theme], themeName: String? = nil, isFirstUser: Bool = false) {
        self.width = width
        self.height = height
        self.themes = themes.isEmpty ? [.midnight] : themes
        themeIndex = self.themes.firstIndex { $0.name == themeName ?? "midnight" } ?? 0
        registration.isFirstUser = isFirstUser
        if isFirstUser { screen = .registration }
    }

    /// The theme in use.
    public var theme: Theme { themes[themeIndex] }

    mutating func say(_ text: String) { message = Message(text: text, isError: false) }
    /// Shows what went wrong.
    public mutating func complain(_ text: String) { message = Message(text: text, isError: true) }
}

/// The fields of the login screen.
public struct LoginForm: Sendable, Equatable {
    /// Username or email.
    public var identifier = TextField(limit: AccountRules.longestEmail)
    /// Never shown.
    public var password = TextField(limit: PasswordHasher.longestPassword, isSecret: true)
    /// The field with the focus, 0 or 1, how long to stay signed in, 2, or the button, 3.
    public var focus = 0
    /// Days to stay signed in on this machine.
    public var stayDays = 0
    /// What can be chosen.
    static let stayChoices = [0, 1, 7, 30]
    /// The choice in words.
    var stayText: String { stayDays == 0 ? "until I quit" : stayDays == 1 ? "for a day" : "for \(stayDays) days" }
    /// What went wrong last time.
    public var problem: String?
    /// Whether the answer is awaited.
    public var isBusy = false
}

/// The field of the lock screen.
public struct LockForm: Sendable, Equatable {
    /// Never shown.
    public var password = TextField(limit: PasswordHasher.longestPassword, isSecret: true)
    /// What went wrong last time.
    public var problem: String?
    /// Whether the answer is awaited.
    public var isBusy = false
}

/// The fields of the registration screen.
public struct RegistrationForm: Sendable, Equatable {
    /// Username, email, password, password again.
    public var fields = [
        TextField(limit: AccountRules.longestUsername), TextField(limit: AccountRules.longestEmail),
        TextField(limit: PasswordHasher.longestPassword, isSecret: true),
        TextField(limit: PasswordHasher.longestPassword, isSecret: true),
    ]
    /// The field with the focus, or 4 for the button.
    public var focus = 0
    /// What is wrong with each field.
    public var problems: [String?] = [nil, nil, nil, nil]
    /// Whether the answer is awaited.
    public var isBusy = false
    /// Whether nobody has registered on this machine yet.
    public var isFirstUser = false
}

/// The library's list and preview.
public struct LibraryState: Sendable {
    /// A series that can be opened.
    public struct Entry: Sendable, Equatable {
        /// Where the file is.
        public var path: String
        /// What to call it.
        public var name: String
        /// The heading it stands under.
        public var section: String
    }

    /// All series.
    public var entries: [Entry] = []
    /// The highlighted one among those shown.
    public var selection = 0
    /// Letters that names must contain; edited while `isFiltering`.
    public var filter = TextField(limit: 64)
    /// Whether keys go to the filter.
    public var isFiltering = false
    /// A path being typed.
    public var pathEntry: TextField?
    /// Paths that complete it.
    public var completions: [String] = []
    /// The highlighted series or why it cannot be read.
    public var preview: Preview?
    /// Whether a series is being opened.
    public var isOpening = false

    /// What is known of the highlighted series.
    public struct Preview: Sendable {
        /// Whose preview it is.
        public var path: String
        /// The series or a sentence.
        public var content: Result<Series, PlainError>
    }

    /// Entries whose names match the filter.
    public var shown: [Entry] {
        filter.text.isEmpty ? entries : entries.filter { $0.name.lowercased().contains(filter.text.lowercased()) }
    }

    /// The highlighted entry.
    public var selected: Entry? { shown.indices.contains(selection) ? shown[selection] : nil }
}

/// A failure as the sentence that the user reads.
public struct PlainError: Error, Sendable, Equatable {
    /// The sentence.
    public var message: String

    /// Takes the sentence of an error.
    public init(_ error: any Error) { message = "\(error)" }
}

/// The open series and how it is looked at.
public struct WorkspaceState: Sendable {
    /// The main workflow.
    public var analysis: Analysis
    /// Where the file is.
    public var path: String
    /// The rows on screen.
    public var visible: Range<Int>
    /// The row under the cursor.
    public var cursor: Int
    /// The channel that is plotted.
    public var channel = 0
    /// Which part takes the keys.
    public var focus = Focus.plot
    /// The slider with the focus.
    public var slider = Slider.lstm
    /// The slider that the mouse holds.
    public var heldSlider: Slider?
    /// The column where the mouse grabbed the plot.
    public var grabbed: (column: Int, visible: Range<Int>)?
    /// The selected event.
    public var eventIndex = 0
    /// Models that can be loaded.
    public var savedModels: [ModelKind] = []
    /// Judged rows.
    public var verdicts: [Range<Int>: Verdict] = [:]
    /// A run in progress or just ended.
    public var training: TrainingState?
    /// Why the inspected event is flagged, once it is known.
    public var explained: Explained?
    /// The settings before weights were learnt or taken from the comparison.
    public var settingsBefore: AnalysisSettings?

    /// Why each model scored an event as it did.
    public struct Explained: Sendable, Equatable {
        /// Of which series.
        public let fingerprint: String
        /// The event's rows.
        public let rows: Range<Int>
        /// What each model says.
        public let byModel: [ModelKind: Explanation]
    }

    /// A part of the workspace.
    public enum Focus: Int, Sendable, CaseIterable {
        case plot, sliders, events
    }

    /// Shows the whole series.
    public init(analysis: Analysis, path: String) {
        self.analysis = analysis
        self.path = path
        visible = 0..<analysis.series.rowCount
        cursor = 0
    }

    /// Flagged events in time order.
    public var events: [Event] { analysis.result?.events ?? [] }
    /// The selected event.
    public var selectedEvent: Event? { events.indices.contains(eventIndex) ? events[eventIndex] : nil }
    /// What the user decided about an event: the verdict on rows that overlap it most.
    public func verdict(on event: Event) -> Verdict? {
        if let exact = verdicts[event.rows] { return exact }
        return verdicts.filter { $0.key.overlaps(event.rows) }.max { overlap($0.key, event) < overlap($1.key, event) }?.value
    }

    private func overlap(_ rows: Range<Int>, _ event: Event) -> Int { rows.clamped(to: event.rows).count }
}

/// A training run as the panel shows it.
public struct TrainingState: Sendable {
    /// Raised to stop it.
    public let cancellation: Cancellation
    /// The latest report of each model.
    public var progress: [ModelKind: TrainingProgress] = [:]
    /// Models that are scoring, with the share done.
    public var scoring: [ModelKind: Double] = [:]
    /// Models that are done.
    public var finished: [ModelKind: ScoredModel] = [:]
    /// Whether the run is over.
    public var hasEnded = false
    /// Why it failed.
    public var failure: String?
}

/// The four sliders.
public enum Slider: Int, Sendable, CaseIterable {
    case lstm, transformer, threshold, smoothing

    /// What stands beside it.
    public var title: String {
        switch self {
        case .lstm: "LSTM"
        case .transformer: "Transformer"
        case .threshold: "Threshold"
        case .smoothing: "Smoothing"
        }
    }

    static let thresholdStops = [
        0.5, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.9925, 0.995, 0.9975, 0.999, 0.9995,
        0.9999,
    ]
    static let smoothingStops = [1, 3, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97]

    /// Where the knob stands, 0 to 1.
    public func share(in settings: AnalysisSettings) -> Double {
        func place<Value: Comparable>(_ stops: [Value], _ value: Value) -> Double {
            Double(stops.firstIndex { $0 >= value } ?? stops.count - 1) / Double(stops.count - 1)
        }
        return switch self {
        case .lstm: Double(settings.lstmWeight)
        case .transformer: Double(settings.transformerWeight)
        case .threshold: place(Self.thresholdStops, settings.threshold)
        case .smoothing: place(Self.smoothingStops, settings.smoothing)
        }
    }

    /// Moves the knob to a share.
    public func set(_ share: Double, in settings: inout AnalysisSettings) {
        let share = min(1, max(0, share))
        func stop<Value>(_ stops: [Value]) -> Value { stops[Int((share * Double(stops.count - 1)).rounded())] }
        switch self {
        case .lstm: settings.lstmWeight = Float((share * 100).rounded() / 100)
        case .transformer: settings.transformerWeight = Float((share * 100).rounded() / 100)
        case .threshold: settings.threshold = stop(Self.thresholdStops)
        case .smoothing: settings.smoothing = stop(Self.smoothingStops)
        }
    }

    /// The share of one press of a key.
    public var step: Double {
        switch self {
        case .lstm, .transformer: 0.05
        case .threshold: 1 / Double(Self.thresholdStops.count - 1)
        case .smoothing: 1 / Double(Self.smoothingStops.count - 1)
        }
    }

    /// The value as text; weights are shown normalised.
    public func text(_ settings: AnalysisSettings) -> String {
        let sum = settings.lstmWeight + settings.transformerWeight
        switch self {
        case .lstm: return sum > 0 ? fixed(settings.lstmWeight / sum) : "0.00"
        case .transformer: return sum > 0 ? fixed(settings.transformerWeight / sum) : "0.00"
        case .threshold:
            let percent = settings.threshold * 100
            return percent == percent.rounded() ? "\(Int(percent)).0%" : axisText(percent) + "%"
        case .smoothing: return settings.smoothing == 1 ? "off" : "\(settings.smoothing)"
        }
    }
}

/// A score with two decimals; a dash where there is none.
func fixed(_ score: Float) -> String {
    guard !score.isNaN else { return "  – " }
    let hundredths = Int((score * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
}
