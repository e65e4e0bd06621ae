import Accounts
import AnomalyDetection
import SeriesReading
import TerminalUI
import TimeSeries
import Workbench

/// Work that `update` asks for; its answer comes back as a `DashboardEvent`.
public enum Effect: Sendable {
    case login(identifier: String, password: String, stayDays: Int)
    case unlock(Session, password: String)
    case forgetSession
    case account(Session, AccountRequest)
    case register(username: String, email: String, password: String)
    case listLibrary(Session)
    case preview(path: String)
    case complete(path: String)
    case open(Session, path: String)
    /// Opens a file whose last line may not be whole yet, to follow it.
    case openToFollow(Session, path: String)
    /// Reports the rows that come behind those of a series in its file, until the flag is raised.
    case follow(path: String, Series, Cancellation)
    /// Scores a series that has grown; the models scored it when it had fewer rows.
    case scoreGrowth(Series, [ScoredModel], Cancellation)
    /// Tells of events that are new in a file that is followed.
    case tell([EventFacts])
    /// What is stored about the file of this path belongs to the series as it is now.
    case carryOver(Session, path: String, Series)
    /// Where the random numbers begin is the last.
    case train(Session, Series, Cancellation, UInt64)
    case loadModels(Session, Series, [ModelKind])
    case judge(Session, Series, Range<Int>, Verdict?)
    case store(Session, Series, AnalysisSettings)
    case storeTheme(Session, name: String)
    /// What was written about rows; an empty text takes it away.
    case write(Session, Series, Range<Int>, String)
    case export(ExportRequest)
    case describe(Series)
    /// The comparison ends where its flag is raised, and then tells nothing.
    case compare(Series, AnalysisResult, AnalysisSettings, Cancellation)
    case explain(Series, [ScoredModel], Range<Int>)
    case suspend
    case redraw
}

/// Something that happened: the user's doing, or the answer to an effect.
public enum DashboardEvent: Sendable {
    case input(InputEvent)
    case loggedIn(Session, themeName: String?)
    case loginFailed(String)
    case registrationFailed([FieldProblem], other: String?)
    /// Nobody touched the keys for as long as the lock waits.
    case idle
    case unlocked
    case unlockFailed(String)
    /// The account was disabled or got another password elsewhere; the login screen follows.
    case sessionEnded
    case accountsShown(Session, AccountPanel.Content, message: String?)
    case accountRefused([FieldProblem], other: String?)
    case libraryListed([LibraryState.Entry], account: Int64)
    case previewed(path: String, Result<LibraryState.Preview.Content, PlainError>)
    case completed(path: String, [String])
    case opened(OpenedSeries, account: Int64)
    case openFailed(String)
    /// A run is known by its cancellation flag, so that reports of an abandoned run are dropped.
    case training(run: Cancellation, ModelTraining.Report)
    /// Whether a model of a run was saved, or why not; comes before its `finished`.
    case saved(run: Cancellation, Result<ModelKind, PlainError>)
    case trainingEnded(run: Cancellation)
    /// Models with their scores of the series with this identity.
    case modelsLoaded(identity: SeriesIdentity, account: Int64, [ScoredModel])
    /// The answer to the `compare` with this flag.
    case compared(run: Cancellation, Comparison)
    case explained(WorkspaceState.Explained)
    /// What has come in a file that is followed.
    case appended(run: Cancellation, SeriesTail.Growth)
    /// A file can be followed no longer.
    case followingEnded(run: Cancellation, String)
    /// A series with more rows and their scores.
    case grown(run: Cancellation, Series, [ScoredModel])
    /// The columns of the series with this identity.
    case described(identity: SeriesIdentity, [ColumnStatistics])
    /// A file is there already.
    case wouldOverwrite(ExportRequest)
    case done(String)
    case failed(String)

    /// Whose answer it is, where it holds what is one account's; another may have logged in meanwhile.
    var account: Int64? {
        switch self {
        case .libraryListed(_, let account), .opened(_, let account), .modelsLoaded(_, let account, _): account
        case .accountsShown(let session, _, _): session.account.id
        default: nil
        }
    }
}

/// A series with what the user left about it.
public struct OpenedSeries: Sendable {
    /// Where the file is.
    public var path: String
    /// The series.
    public var series: Series
    /// The sliders as the user left them.
    public var settings: AnalysisSettings
    /// Models that can be loaded.
    public var savedModels: [ModelKind]
    /// What the user decided about events.
    public var judgements: Judgements
    /// What the user wrote about events.
    public var notes: Notes
    /// The models that there can be.
    public var models: Models
    /// What the settings of a series begin with; `nil` for those of the program.
    public var defaults: AnalysisSettings?
    /// Whether its file is to be followed.
    var isToBeFollowed = false

    /// What to say when it opens: what the reader noticed, or what to do next.
    var greeting: String {
        guard let notice = series.notices.first else {
            return savedModels.isEmpty ? "Press t to train the models." : "The saved models are being loaded; t trains anew."
        }
        return notice + (series.notices.count > 1 ? " (+\(series.notices.count - 1) more)" : "")
    }

    /// Gathers what was read.
    public init(
        path: String, series: Series, settings: AnalysisSettings, savedModels: [ModelKind] = [],
        judgements: Judgements = Judgements(), notes: Notes = Notes(), models: Models = .standard,
        defaults: AnalysisSettings? = nil
    ) {
        self.path = path
        self.series = series
        self.settings = settings
        self.savedModels = savedModels
        self.judgements = judgements
        self.notes = notes
        self.models = models
        self.defaults = defaults
    }
}
