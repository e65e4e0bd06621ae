import Accounts
import AnomalyDetection
import Foundation
import Persistence
import Synchronization
import TimeSeries
import Workbench

/// Carries out effects away from the screen and reports back.
///
/// What is stored goes through one lane in the order in which it was asked for, so that the last move of a slider is
/// the one that stays. What only reads and computes goes to workers, so that a long reading keeps nobody waiting.
public struct DashboardServices: Sendable {
    private let accounts: Accounts
    private let database: OddlineDatabase
    private let locations: Locations
    private let models: Models
    private let settings: AnalysisSettings
    private let report: @Sendable (DashboardEvent) -> Void
    private let eventCommand: EventCommand?
    private let lane = Workers(count: 1)
    private let workers = Workers(count: 2)
    private let previews = PreviewReader()
    /// Who works here, to be asked before everything that is done whether the account still may.
    private let present = SessionAtWork()

    /// Works on a database.
    /// - Parameters:
    ///   - settings: those of a series that is opened for the first time.
    ///   - onEvent: what is run on an event that is new in a file that is followed.
    ///   - report: takes events from any thread.
    public init(
        accounts: Accounts, database: OddlineDatabase, locations: Locations, models: Models = .standard,
        settings: AnalysisSettings? = nil, onEvent: EventCommand.Settings? = nil,
        report: @escaping @Sendable (DashboardEvent) -> Void
    ) {
        self.accounts = accounts
        self.database = database
        self.locations = locations
        self.models = models
        self.settings = settings ?? AnalysisSettings(models: models)
        self.report = report
        eventCommand = onEvent.map { command in EventCommand(command) { report(.failed($0)) } }
    }

    /// Starts an effect and returns at once. What is stored is stored in the order of the calls.
    public func start(_ effect: Effect) {
        switch effect {
        case .login(let identifier, let password, let days): stored { logIn(identifier, password, stayDays: days) }
        case .forgetSession:
            present.set(nil)
            stored { try accountServices.forget() }
        case .unlock(let session, let password): stored { unlock(session, password) }
        case .register(let username, let email, let password): stored { try register(username, email, password) }
        case .account(let session, let request): stored { accountServices.answer(request, session) }
        case .judge(let session, let series, let rows, let verdict):
            stored { try library(session).shelf(of: series.identity).judge(rows, as: verdict) }
        case .store(let session, let series, let settings):
            stored { try library(session).shelf(of: series.identity).store(settings) }
        case .storeTheme(let session, let name): stored { try library(session).store(name, key: "theme") }
        case .open(let session, let path): open(path, session)
        case .openToFollow(let session, let path): open(path, session, follows: true)
        case .follow(let path, let series, let run):
            Follower(path: expanded(path), run: run, report: report).start(behind: series)
        case .scoreGrowth(let series, let models, let run):
            computed {
                let scored = try models.map { try ScoredModel(scoring: series, continuing: $0, cancellation: run) }
                return .grown(run: run, series, scored)
            }
        case .tell(let events): eventCommand?.tell(events)
        case .carryOver(let session, let path, let series): stored { _ = try library(session).open(series, at: path) }
        case .write(let session, let series, let rows, let text):
            stored { try library(session).shelf(of: series.identity).write(text, on: rows) }
        case .train(let session, let series, let run, let seed): Task { await train(series, session, run, seed) }
        case .listLibrary(let session):
            computed {
                .libraryListed(try library(session).entries(samples: locations.sampleData), account: session.account.id)
            }
        case .preview(let path): previews.read(path) { report(.previewed(path: path, $0)) }
        case .complete(let path): computed { .completed(path: path, completions(of: path)) }
        case .loadModels(let session, let series, let kinds):
            computed {
                .modelsLoaded(
                    identity: series.identity, account: session.account.id, try library(session).scored(kinds, series))
            }
        case .export(let request): computed { try export(request) }
        case .describe(let series):
            computed {
                .described(identity: series.identity, series.channels.indices.map { ColumnStatistics(series, channel: $0) })
            }
        case .compare(let series, let result, let settings, let run):
            computed {
                let comparison = try Comparison(series: series, result: result, settings: settings, cancellation: run)
                return .compared(run: run, comparison)
            }
        case .explain(let series, let models, let rows): computed { .explained(try explain(rows, of: series, models)) }
        case .suspend, .redraw: break
        }
    }

    /// Returns when all is stored that was asked for before, and the command on events was run for those that wait.
    /// - Returns: a sentence on events that the command could not be told of.
    @discardableResult
    public func finish() async -> String? {
        await withCheckedContinuation { continuation in
            lane.submit { [eventCommand] in continuation.resume(returning: eventCommand?.finish()) }
        }
    }

    // MARK: Ways of working

    /// Stores on the lane, when all is stored that was asked for before.
    private func stored(_ body: @escaping @Sendable () throws -> DashboardEvent) {
        lane.submit { tell { try body() } }
    }

    /// Stores on the lane and reports nothing but a failure.
    private func stored(_ body: @escaping @Sendable () throws -> Void) {
        lane.submit {
            tell {
                try body()
                return nil
            }
        }
    }

    /// Reads or computes on the workers.
    private func computed(_ body: @escaping @Sendable () throws -> DashboardEvent?) { workers.submit { tell(body) } }

    /// What was stopped at the user's wish tells nothing.
    private func tell(_ body: () throws -> DashboardEvent?) {
        guard mayGoOn() else { return }
        do {
            guard let event = try body() else { return }
            if case .accountsShown(let session, _, _) = event { present.set(session) }
            report(event)
        } catch DetectionError.cancelled {
            return
        } catch {
            report(.failed(sentence(error)))
        }
    }

    /// Whether the account at work is still enabled and has the password it was opened with; tells of it when it is not.
    private func mayGoOn() -> Bool {
        guard let session = present.session else { return true }
        do {
            _ = try accounts.refreshed(session)
            return true
        } catch AccountError.badToken {
            present.set(nil)
            report(.sessionEnded)
        } catch { report(.failed(sentence(error))) }
        return false
    }

    /// What the user is told of an error; one that was not foreseen is written to the log.
    private func sentence(_ error: any Error) -> String { ProblemLog(in: locations).sentence(for: error) }

    private func library(_ session: Session) -> UserLibrary {
        UserLibrary(session: session, database: database, locations: locations, models: models)
    }

    private var accountServices: AccountServices { AccountServices(accounts: accounts, locations: locations) }

    // MARK: Sessions

    /// The session kept on this machine, if there is one.
    /// - Throws: `StorageError.unsafeFile` when its file is not safe.
    public func remembered() throws -> DashboardEvent? {
        guard let session = try accountServices.remembered() else { return nil }
        return try loggedIn(session)
    }

    private func loggedIn(_ session: Session) throws -> DashboardEvent {
        present.set(session)
        return .loggedIn(session, themeName: try library(session).setting("theme", as: String.self))
    }

    private func unlock(_ session: Session, _ password: String) -> DashboardEvent {
        do {
            try accounts.confirm(session, password: password)
            return .unlocked
        } catch {
            return .unlockFailed(
                error as? AccountError == .wrongCredentials ? "The password is wrong." : sentence(error))
        }
    }

    private func logIn(_ identifier: String, _ password: String, stayDays: Int) -> DashboardEvent {
        do {
            let session = try accounts.login(identifier: identifier, password: password)
            if stayDays > 0 { try accountServices.remember(session, days: stayDays) }
            return try loggedIn(session)
        } catch {
            return .loginFailed(sentence(error))
        }
    }

    private func register(_ username: String, _ email: String, _ password: String) throws -> DashboardEvent {
        do {
            _ = try accounts.register(username: username, email: email, password: password)
            return try loggedIn(try accounts.login(identifier: username, password: password))
        } catch AccountError.invalid(let problems) {
            return .registrationFailed(problems, other: nil)
        } catch {
            return .registrationFailed([], other: sentence(error))
        }
    }

    // MARK: Series and models

    /// Reads the file on the workers; what the user left about it comes after all that is still to be stored.
    private func open(_ path: String, _ session: Session, follows: Bool = false) {
        workers.submit {
            switch follows ? readWholeLines(path) : readSeries(path) {
            case .failure(let error): report(.openFailed(error.message))
            case .success(let series):
                stored { () -> DashboardEvent in
                    do {
                        var opened = try library(session).open(series, at: expanded(path), settings: settings, models: models)
                        opened.isToBeFollowed = follows
                        return .opened(opened, account: session.account.id)
                    } catch { return .openFailed(sentence(error)) }
                }
            }
        }
    }

    private func train(_ series: Series, _ session: Session, _ run: Cancellation, _ seed: UInt64) async {
        let training = ModelTraining(series: series, models: models, seed: seed)
        for await progress in training.run(cancellation: run, mayGoOn: { mayGoOn() }) {
            if case .finished(let model) = progress {
                let kind = model.detector.kind
                do {
                    try await lane.run { try library(session).shelf(of: series.identity).save(model.detector) }
                    report(.saved(run: run, .success(kind)))
                } catch { report(.saved(run: run, .failure(PlainError(message: sentence(error))))) }
            }
            report(.training(run: run, progress))
        }
        report(.trainingEnded(run: run))
    }
}

/// The session of whoever works here.
private final class SessionAtWork: Sendable {
    private let value = Mutex<Session?>(nil)

    var session: Session? { value.withLock { $0 } }

    func set(_ session: Session?) { value.withLock { $0 = session } }
}
