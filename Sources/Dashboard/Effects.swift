import Accounts
import AnomalyDetection
import SeriesReading
import TerminalUI
import TimeSeries
import Work
import Workbench

/// What `update` asks for.
public enum Request: Sendable {
    /// Somebody wants to work here.
    case login(identifier: String, password: String, stayDays: Int)
    /// The code of the second factor for which a login waits.
    case enterCode(ticket: String, code: String, stayDays: Int)
    case register(username: String, email: String, password: String)
    /// Somebody who works here wants something done.
    case work(Desk, Effect)
    case copy(String)
    case suspend
    case redraw
}

/// What screens and cards behind the login ask for. Whose work it is they need not know: it is asked of the desk at which
/// the user sits, and its answer comes back from there.
public enum Effect: Sendable {
    /// Keeps on this machine that the screen is locked.
    case lock
    case unlock(password: String)
    /// Ends the session that is kept on this machine.
    case signOut
    case account(AccountRequest)
    case listLibrary
    case preview(path: String)
    /// Looks for the files of a set at some places.
    case listSet([String])
    /// Reads a file of a set and has its saved models score it, to tell what it holds.
    case look(path: String)
    /// Trains on a file of a set, for the queue with this flag.
    case trainFile(path: String, Cancellation)
    case exportSet(SetExport)
    case complete(path: String)
    case open(path: String)
    /// Opens a file whose last line may not be whole yet, to follow it.
    case openToFollow(path: String)
    /// Opens a file as was decided now, which is kept; perhaps to follow it.
    case openAs(path: String, SeriesReader.Options, follows: Bool)
    /// Reads the file of the open series by other decisions, which are kept where it can be read so.
    case readAgain(path: String, SeriesReader.Options, Cancellation)
    /// Lists the series that columns of the open file tell apart.
    case listSeries(path: String, columns: [String], SeriesReader.Options)
    /// Reports the rows that come behind those of a series in its file, until the flag is raised.
    case follow(path: String, Series, SeriesReader.Options, Following)
    /// Scores rows that have come, and what models that were made meanwhile have not scored.
    case scoreGrowth(FollowedAnalysis, Series?, late: [ScoredModel], Cancellation)
    /// Does what follows from decisions; the flag is that of the series on screen.
    case settle(Analysis, Cancellation)
    /// Tells of events that are new in a file that is followed.
    case tell([EventFacts])
    /// What is stored under an identity, of fewer rows of the file of this path, belongs to the series as it is now.
    case carryOver(path: String, Series, from: SeriesIdentity)
    /// Whose models they are is the third, where the random numbers begin the last.
    case train(Series, ChosenRows, RunLabel, Cancellation, UInt64)
    /// Loads models that are stored under an identity and scores the series with them.
    case loadModels(Series, [ModelKind], of: SeriesIdentity)
    /// Lists the models that are kept, for the series that is stored under an identity.
    case listModels(of: SeriesIdentity)
    /// Puts models in the place of those that are stored under an identity, and has them score the series.
    case useModels(ModelSource, Series, of: SeriesIdentity)
    /// Names the models of a run, or throws them away, while the series that is stored under an identity is open.
    case nameModels(ModelRun, String, of: SeriesIdentity)
    case removeModels(ModelRun, of: SeriesIdentity)
    case judge(SeriesIdentity, Range<Int>, Verdict?)
    case store(SeriesIdentity, AnalysisSettings)
    /// Takes rules of expected rows away and adds others.
    case changeRules(SeriesIdentity, removing: [ExpectedRule], adding: [ExpectedRule])
    /// Reads the rules of a file, for the series that is stored under an identity.
    case readRules(named: String, of: SeriesIdentity)
    case storeTheme(name: String)
    /// What was written about rows; an empty text takes it away.
    case write(SeriesIdentity, Range<Int>, String)
    case export(ExportRequest)
    case describe(Series)
    /// The comparison ends where its flag is raised, and then tells nothing.
    case compare(Series, AnalysisResult, AnalysisSettings, Cancellation)
    case explain(Series, [ScoredModel], Range<Int>)
    /// Puts anomalies into held-out rows and has them scored; it ends where its flag is raised, and then tells nothing.
    case examine(Analysis, Cancellation)
    /// Writes a text that is no result to a file.
    case writeText(WrittenText)
    /// Hands a text to the terminal, for its clipboard.
    case copy(String)
    case suspend
    case redraw

    /// What is answered where it could not be done, in words: whoever waits for it need not wait any more, and has back what was
    /// handed over.
    func failure(_ problem: String) -> Answer {
        switch self {
        case .unlock: .unlockFailed(problem)
        case .account: .accountRefused([], other: problem)
        case .open, .openToFollow, .openAs: .openFailed(problem)
        case .look(let path): .looked(path: path, .failure(PlainError(message: problem)))
        case .trainFile(let path, let run): .fileTrained(run: run, path: path, .failed(problem))
        case .judge, .write: .notStored(self, problem)
        case .readAgain(_, _, let run): .rereadFailed(run: run, problem)
        case .scoreGrowth(_, let rows, let late, let run): .growthFailed(run: run, rows, late: late, problem)
        case .settle(_, let run): .settlingFailed(run: run, problem)
        case .examine(_, let run): .examinationFailed(run: run, problem)
        default: .failed(problem)
        }
    }

    /// The same, asked of a desk, or of the terminal where that has it to do.
    func asked(of desk: Desk) -> Request {
        switch self {
        case .suspend: .suspend
        case .redraw: .redraw
        case .copy(let text): .copy(text)
        default: .work(desk, self)
        }
    }
}

/// Something that happened: the user's doing, or news from outside.
public enum DashboardEvent: Sendable {
    case input(InputEvent)
    /// Nobody touched the keys for as long as the lock waits.
    case idle
    /// Somebody has a desk from now on.
    case loggedIn(Desk, themeName: String?)
    case loginFailed(String)
    /// The password is right, and a code is wanted too.
    case codeWanted(ticket: String)
    case codeRefused(String)
    case registrationFailed([FieldProblem], other: String?)
    /// What a desk has to say; it is heard as long as somebody sits there.
    case answer(Desk, Answer)
    case failed(String)
}

/// What a desk answers to an effect.
public enum Answer: Sendable {
    case unlocked
    case unlockFailed(String)
    /// The session may not go on; the login screen follows.
    case sessionEnded(SessionEnding)
    case accountsShown(Account, AccountPanel.Content, message: String?)
    case accountRefused([FieldProblem], other: String?)
    /// A second factor that waits for its first code.
    case secondFactorMade(SecondFactorEnrolment)
    /// It is in force; these are shown once.
    case secondFactorOn(recoveryCodes: [String])
    case libraryListed([LibraryState.Entry])
    case previewed(path: String, Result<LibraryState.Preview.Content, PlainError>)
    case setListed(FileSetListing)
    case looked(path: String, Result<SeriesOverview, PlainError>)
    /// How much of the work on a file of the queue with this flag is done, 0 to 1, and how it ended.
    case fileTraining(run: Cancellation, path: String, share: Double)
    case fileTrained(run: Cancellation, path: String, FileTraining)
    /// What was to be opened is a folder.
    case isFolder(path: String)
    case completed(path: String, [String])
    case opened(OpenedSeries)
    case openFailed(String)
    /// One of the series of a file is to be chosen.
    case severalSeries(SeriesChoice)
    /// The open series as it is by other decisions.
    case reread(run: Cancellation, OpenedSeries)
    /// Why it cannot be read by other decisions.
    case rereadFailed(run: Cancellation, String)
    /// A run is known by its cancellation flag, so that reports of an abandoned run are dropped.
    case training(run: Cancellation, ModelTraining.Report)
    /// Whether a model of a run was saved, or why not; comes before its `finished`.
    case saved(run: Cancellation, Result<ModelKind, PlainError>)
    case trainingEnded(run: Cancellation)
    /// Models that are stored under this identity, with their scores of the series.
    case modelsLoaded(identity: SeriesIdentity, [ScoredModel])
    /// The models that are kept, for the series that is stored under this identity.
    case modelsListed(identity: SeriesIdentity, [ModelRun])
    /// The answer to the `compare` with this flag.
    case compared(run: Cancellation, Comparison)
    case explained(WorkspaceState.Explained)
    /// What has come in a file that is followed.
    case appended(run: Following, SeriesTail.Growth)
    /// A file can be followed no longer.
    case followingEnded(run: Following, String)
    /// An analysis with more rows and their scores, and what is new in it where rows have come.
    case grown(run: Cancellation, FollowedAnalysis, FollowedAnalysis.News?)
    /// Rows that could not be scored, and models that have not scored all rows, as they were handed over.
    case growthFailed(run: Cancellation, Series?, late: [ScoredModel], String)
    /// The answer to the `settle` with this flag.
    case settled(run: Cancellation, Analysis)
    case settlingFailed(run: Cancellation, String)
    /// How much of the `examine` with this flag is done, 0 to 1, and the answer to it.
    case examining(run: Cancellation, share: Double)
    case examined(run: Cancellation, Sensitivity)
    case examinationFailed(run: Cancellation, String)
    /// The columns of the series with this identity.
    case described(identity: SeriesIdentity, [ColumnStatistics])
    /// Rules that a file holds, for the series that is stored under this identity.
    case rulesRead(identity: SeriesIdentity, [ExpectedRule])
    /// A verdict or a note is stored, in place of these verdicts.
    indirect case stored(Effect, replaced: [RowMark<Verdict>])
    /// A verdict or a note could not be stored, in words.
    indirect case notStored(Effect, String)
    /// A file is there already.
    case wouldOverwrite(ExportRequest)
    case wouldOverwriteSet(SetExport)
    case wouldOverwriteText(WrittenText)
    case done(String)
    case failed(String)
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
    /// Whose they are.
    var labels = PerModel<RunLabel>()
    /// What the user decided about events.
    public var judgements: Judgements
    /// What the user wrote about events.
    public var notes: Notes
    /// When rows are expected to differ.
    public var rules: [ExpectedRule] = []
    /// The models that there can be.
    public var models: Models
    /// What the settings of a series begin with; `nil` for those of the program.
    public var defaults: AnalysisSettings?
    /// How its file was read; without columns where that is not known.
    var understanding = Understanding()
    /// What is shown of the columns of its file.
    var columns: [ColumnGlance] = []
    /// What was decided about how its file is read.
    var options = SeriesReader.Options()
    /// What its file held when it was opened before, where rows have come since.
    var before: Shelf.Earlier?
    /// Why its file was not read as was decided before.
    var refusal: String?
    /// Whether its file is to be followed.
    var isToBeFollowed = false
    /// Rows that are kept when it is followed; `nil` keeps all.
    var horizon: Int?

    /// The rows that have come since it was opened before.
    var news: Range<Int>? { before.flatMap { $0.rowCount < series.rowCount ? $0.rowCount..<series.rowCount : nil } }

    private func news(since before: Shelf.Earlier) -> String {
        let (count, day) = (series.rowCount - before.rowCount, before.openedAt.formatted(.iso8601.year().month().day()))
        let rows = count == 1 ? "1 row has" : "\(grouped(count)) rows have"
        return "\(rows) come since \(day), from \(timeLabel(series, row: before.rowCount)) on; their events come first."
    }

    /// What to say when it opens: what the reader noticed, or what to do next.
    func greeting(_ frame: Frame) -> String {
        if let refusal { return "It is read as the program would, no longer as was decided: \(refusal)" }
        if let before { return news(since: before) }
        let guesses = understanding.guesses
        if let guess = guesses.first {
            let others = series.notices.count - 1
            let key = frame.name(of: NamedKey.columns)
            return "\(key) shows how it was read. " + guess + (others > 0 ? " (+\(others) more)" : "")
        }
        guard let notice = series.notices.first else {
            let key = frame.name(of: NamedKey.train)
            return savedModels.isEmpty
                ? "Press \(key) to train the models." : "The saved models are being loaded; \(key) trains anew."
        }
        return notice + (series.notices.count > 1 ? " (+\(series.notices.count - 1) more)" : "")
    }

    /// Gathers what was read.
    public init(
        path: String, series: Series, settings: AnalysisSettings, savedModels: [ModelKind] = [],
        judgements: Judgements = Judgements(), notes: Notes = Notes(), models: Models,
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
