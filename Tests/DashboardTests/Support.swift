import Accounts
import Foundation
import NeuralNetwork
import Persistence
import TerminalUI
import TestSupport
import TimeSeries
import Work
import Workbench

@testable import AnomalyDetection
@testable import Dashboard

/// A desk of the only account, an administrator.
func desk() throws -> Desk { try desks("alice")[0] }

/// A desk of each account of a database; the first is an administrator.
func desks(_ names: String...) throws -> [Desk] {
    let database = try OddlineDatabase()
    let accounts = try Accounts(database: database, hasher: PasswordHasher(cost: 4))
    let services = DashboardServices(
        accounts: accounts, database: database, locations: Locations(dataDirectory: NSTemporaryDirectory()), models: .standard
    ) { _ in }
    return try names.map { name in
        _ = try accounts.register(username: name, email: "\(name)@example.org", password: "correct horse battery")
        return services.desk(of: try accounts.login(identifier: name, password: "correct horse battery"))
    }
}

/// Does what the user does.
@discardableResult
func send(_ state: inout DashboardState, _ input: InputEvent) -> [Effect] { effects(update(&state, .input(input))) }

/// Has the desk of the state answer.
@discardableResult
func answer(_ state: inout DashboardState, _ answer: Answer) -> [Effect] {
    guard let desk = state.signedIn?.desk else { return [] }
    return effects(update(&state, .answer(desk, answer)))
}

/// What is asked of a desk, and of the terminal.
func effects(_ requests: [Request]) -> [Effect] {
    requests.compactMap {
        switch $0 {
        case .work(_, let effect): effect
        case .suspend: .suspend
        case .redraw: .redraw
        case .copy(let text): .copy(text)
        case .login, .enterCode, .register: nil
        }
    }
}

/// A labelled series without times.
let series = SampleKind.amplitude.series(rows: 800, seed: 3)

/// A detector that needs no training and gives the same errors on every machine: each row is taken to be the mean of its
/// neighbours `reach` rows away.
struct Neighbours: WholeSeriesDetector {
    let kind: ModelKind
    let reach: Int
    let channelNames = ["value"]
    let scaling: RobustScaling
    private(set) var referenceErrors: [Float] = [0]
    let summary = TrainingSummary(
        trainingRows: 800, epochs: 1, bestEpoch: 1, losses: [0.1], validationLosses: [0.1], seconds: 1)
    let fingerprint: String
    var windowLength: Int { 2 * reach + 1 }

    init(_ kind: ModelKind, reach: Int, of series: Series) throws {
        self.kind = kind
        self.reach = reach
        fingerprint = series.identity.text
        scaling = RobustScaling(fitting: series, rows: series.rowCount)
        referenceErrors = try errors(of: series).errors.sorted()
    }

    func errors(
        of series: Series, cancellation: Cancellation, progress: (Double) -> Void
    ) throws(DetectionError) -> RowErrors {
        let values = scaling.scaled(series).map { Float($0) }
        let expected = values.indices.map { (values[max(0, $0 - reach)] + values[min(values.count - 1, $0 + reach)]) / 2 }
        return RowErrors(errors: zip(values, expected).map { abs($0 - $1) }, reconstruction: expected)
    }

    func explanation(of rows: Range<Int>, in series: Series, errors: RowErrors) throws(DetectionError) -> Explanation {
        let attended = kind == .transformer ? Explanation.attention(before: rows) : []
        return Explanation(channelShares: [1], attended: attended)
    }

    func contents() throws -> ModelFile { ModelFile(tensors: [:], metadata: [:]) }
}

extension Explanation {
    fileprivate static func attention(before rows: Range<Int>) -> [Attention] {
        guard rows.lowerBound >= 40 else { return [] }
        return [Attention(rows: (rows.lowerBound - 40)..<(rows.lowerBound - 32), share: 0.75)]
    }
}

/// What each registered model says of the series, without long training.
func scored(_ registered: Models = .standard, of series: Series = DashboardTests.series) throws -> [ScoredModel] {
    try registered.all.map { model in
        let detector: any Detector =
            switch model.kind {
            case .lstm: try Neighbours(.lstm, reach: 3, of: series)
            case .transformer: try Neighbours(.transformer, reach: 24, of: series)
            default:
                try model.train(
                    TrainingTask(series: series, trainingRows: series.rowCount, seed: 1), Cancellation(), { _ in }
                ).detector
            }
        return try ScoredModel(scoring: series, with: detector)
    }
}

/// The library of a new session.
func library(width: Int = 120, height: Int = 36) throws -> DashboardState {
    var state = DashboardState(width: width, height: height, themes: [.midnight])
    _ = update(&state, .loggedIn(try desk(), themeName: nil))
    return state
}

/// An open series, scored unless told otherwise, in which a hundredth of the rows is flagged.
func workspace(
    width: Int = 120, height: Int = 36, isScored: Bool = true, models: Models = .standard
) throws -> DashboardState {
    var state = try library(width: width, height: height)
    var settings = AnalysisSettings(models: models)
    settings.flags = .quantile
    let opened = OpenedSeries(path: "/s.csv", series: series, settings: settings, models: models)
    _ = answer(&state, .opened(opened))
    if isScored { load(&state, try scored(models)) }
    return state
}

/// Loads models that scored the series.
func load(_ state: inout DashboardState, _ models: [ScoredModel], of series: Series = DashboardTests.series) {
    score(answer(&state, .modelsLoaded(identity: series.identity, models)), &state)
}

/// Scores what is asked for until no more is.
/// - Returns: what else is asked for.
@discardableResult
func score(_ effects: [Effect], _ state: inout DashboardState) -> [Effect] {
    var (waiting, others) = (effects, [Effect]())
    while !waiting.isEmpty {
        let effect = waiting.removeFirst()
        if case .scoreGrowth(let followed, let rows, let late, let run) = effect {
            if let scored = try? grown(followed, rows, late, run) { waiting += answer(&state, scored) }
        } else {
            others.append(effect)
        }
    }
    return others
}

extension DashboardState {
    var signedOut: SignedOut? {
        if case .signedOut(let signedOut) = stage { signedOut } else { nil }
    }
    var workspace: WorkspaceState? { signedIn?.workspace }
    var message: Frame.Message? { frame.message }
    /// The card on top.
    var card: Any? { signedIn?.layers.last { !type(of: $0).level.coversAll } }
    /// The form that shows before the login.
    var login: LoginForm? { signedOut?.layer(LoginForm.self) }
    /// The weight of a model in the open series.
    func weight(_ kind: ModelKind) -> Float? { workspace?.analysis.settings.ensemble.weight(of: kind) }
}

/// Presses keys one after the other; what follows from a verdict is there when the next one is pressed.
@discardableResult
func press(_ state: inout DashboardState, _ keys: Key...) -> [Effect] {
    keys.flatMap { settled(&state, send(&state, .key($0))) }
}

/// Carries out what computes scores, and gives the effects that are left.
private func settled(_ state: inout DashboardState, _ effects: [Effect]) -> [Effect] {
    effects.flatMap { effect -> [Effect] in
        guard case .settle(let analysis, let run) = effect else { return [effect] }
        return settled(&state, answer(&state, .settled(run: run, analysis.settled())))
    }
}

/// Types text key by key.
func type(_ state: inout DashboardState, _ text: String) {
    for character in text { _ = update(&state, .input(.key(.character(character)))) }
}

/// Types a command and runs it.
@discardableResult
func run(_ state: inout DashboardState, _ command: String) -> [Effect] {
    press(&state, .character(":"))
    type(&state, command)
    return press(&state, .enter)
}

/// What a list tells of the series when it is scored.
func overview(judged: Int = 0) throws -> SeriesOverview {
    var settings = AnalysisSettings(models: .standard)
    settings.flags = .quantile
    var analysis = Analysis(series: series, models: .standard, settings: settings)
    analysis.use(try scored())
    let events = analysis.events.prefix(judged).map(\.rows)
    analysis.update { for rows in events { $0.judgements.judge(rows, as: .anomaly) } }
    return SeriesOverview(analysis, news: 400..<800)
}

/// The paths of a set of files in two folders.
let pumps = (1...6).map { "/data/pumps/\($0 < 4 ? "east" : "west")/pump-\($0).csv" }

/// The list of a set, of which three files have models, two have none, and one was not looked at yet.
func set(width: Int = 120, height: Int = 36) throws -> DashboardState {
    var state = DashboardState(
        width: width, height: height, themes: [.midnight], files: ["/data/pumps"], showsSet: true)
    _ = update(&state, .loggedIn(try desk(), themeName: nil))
    let listing = FileSetListing(places: ["/data/pumps"], paths: pumps, isCut: false, holdings: [:])
    _ = answer(&state, .setListed(listing))
    for (index, path) in pumps.prefix(5).enumerated() {
        let overview = index < 3 ? try overview(judged: index) : SeriesOverview(Analysis(series: series, models: .standard))
        _ = answer(&state, .looked(path: path, .success(overview)))
    }
    press(&state, .control("l"))
    return state
}
