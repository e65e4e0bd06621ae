import Accounts
import AnomalyDetection
import Foundation
import Persistence
import SeriesReading
import Work
import Workbench

/// Where work is done away from the screen, and the door to it: a login gives a desk, and only through a desk is reached
/// what belongs to a user.
///
/// What is stored goes through one lane in the order in which it was asked for, so that the last move of a slider is
/// the one that stays. What only reads and computes goes to workers, so that a long reading keeps nobody waiting.
public struct DashboardServices: Sendable {
    let accounts: Accounts
    let database: OddlineDatabase
    let locations: Locations
    let models: Models
    /// Those of a series that is opened for the first time.
    let settings: AnalysisSettings
    /// Rows of a followed file that are kept; `nil` keeps all.
    let horizon: Int?
    /// Programs that read what is no text when a file is opened; `nil` starts none.
    let readers: ReaderPrograms?
    let eventCommand: EventCommand?
    /// The folder one is in, whose files the library lists; `nil` lists none.
    let folder: URL?
    let report: @Sendable (DashboardEvent) -> Void
    let lane = Workers(count: 1)
    let workers = Workers(count: 2)
    /// Looks files of a set over, one after the other, so that one series at a time is held; behind what somebody waits for.
    let lookers = Workers(count: 1, niceness: 5)
    /// Files of a set that are trained on at the same time: one a core.
    let cores = max(1, ProcessInfo.processInfo.activeProcessorCount)
    let previews = PreviewReader()
    /// Raised when no program is to read any more.
    let leaving = Cancellation()
    /// What programs read.
    let programs = DispatchGroup()

    /// Works on a database.
    /// - Parameters:
    ///   - settings: those of a series that is opened for the first time.
    ///   - onEvent: what is run on an event that is new in a file that is followed.
    ///   - horizon: rows of a followed file that are kept; `nil` keeps all.
    ///   - readers: programs that read what is no text when a file is opened; `nil` starts none.
    ///   - folder: the folder one is in, whose files the library lists; `nil` lists none.
    ///   - report: takes events from any thread.
    public init(
        accounts: Accounts, database: OddlineDatabase, locations: Locations, models: Models,
        settings: AnalysisSettings? = nil, onEvent: EventCommand.Settings? = nil, horizon: Int? = nil,
        readers: ReaderPrograms? = nil, folder: URL? = nil, report: @escaping @Sendable (DashboardEvent) -> Void
    ) {
        self.accounts = accounts
        self.database = database
        self.locations = locations
        self.models = models
        self.settings = settings ?? AnalysisSettings(models: models)
        self.horizon = horizon
        self.readers = readers
        self.folder = folder
        self.report = report
        eventCommand = onEvent.map { command in EventCommand(command) { report(.failed($0)) } }
    }

    /// Starts what was asked for and returns at once. What is stored is stored in the order of the calls.
    public func start(_ request: Request) {
        switch request {
        case .login(let identifier, let password, let days):
            lane.submit { report(logIn(identifier, password, stayDays: days)) }
        case .enterCode(let ticket, let code, let days):
            lane.submit { report(enterCode(ticket, code, stayDays: days)) }
        case .register(let username, let email, let password):
            lane.submit { report(register(username, email, password)) }
        case .work(let desk, let effect): desk.start(effect)
        case .suspend, .redraw, .copy: break
        }
    }

    /// Returns when all is stored that was asked for before, programs that read are stopped, and the command on events was run for those that wait.
    /// - Returns: a sentence on events that the command could not be told of.
    @discardableResult
    public func finish() async -> String? {
        leaving.cancel()
        return await withCheckedContinuation { continuation in
            lane.submit { [eventCommand, programs] in
                // They are stopped within a few hundredths of a second; what they wrote may take longer to read, and is not waited for.
                _ = programs.wait(timeout: .now() + 0.3)
                continuation.resume(returning: eventCommand?.finish())
            }
        }
    }

    /// Returns when all that was asked for so far is done and answered, but for what goes on by itself: training, following a file.
    public func settle() async {
        for workers in [lane, workers, lookers, lane] { await workers.drain() }
    }

    // MARK: The door

    /// A desk for whoever logged in.
    public func desk(of session: Session) -> Desk { Desk(session, at: self) }

    /// What happens at the start where a session is kept on this machine: its user sits at a desk, before a locked screen where it was
    /// left so; nothing otherwise.
    /// - Throws: `StorageError.unsafeFile` when its file is not safe.
    public func remembered() throws -> [DashboardEvent] {
        guard let kept = try accountServices.remembered() else { return [] }
        let welcome = try welcome(Desk(kept.session.session, keptBy: kept.session, at: self))
        return kept.isLocked ? [welcome, .idle] : [welcome]
    }

    private func welcome(_ desk: Desk) throws -> DashboardEvent { .loggedIn(desk, themeName: try desk.themeName()) }

    private func logIn(_ identifier: String, _ password: String, stayDays: Int) -> DashboardEvent {
        do {
            return try begin(try accounts.login(identifier: identifier, password: password), stayDays: stayDays)
        } catch AccountError.secondFactorWanted(let ticket) {
            return .codeWanted(ticket: ticket)
        } catch {
            return .loginFailed(sentence(error))
        }
    }

    private func enterCode(_ ticket: String, _ code: String, stayDays: Int) -> DashboardEvent {
        do {
            return try begin(try accounts.login(ticket: ticket, code: code), stayDays: stayDays)
        } catch AccountError.loginExpired {
            return .loginFailed(AccountError.loginExpired.description)
        } catch {
            return .codeRefused(sentence(error))
        }
    }

    private func begin(_ session: Session, stayDays: Int) throws -> DashboardEvent {
        let kept = stayDays > 0 ? try accountServices.remember(session, days: stayDays) : nil
        return try welcome(Desk(session, keptBy: kept, at: self))
    }

    private func register(_ username: String, _ email: String, _ password: String) -> DashboardEvent {
        do {
            _ = try accounts.register(username: username, email: email, password: password)
            return try welcome(desk(of: try accounts.login(identifier: username, password: password)))
        } catch AccountError.invalid(let problems) {
            return .registrationFailed(problems, other: nil)
        } catch {
            return .registrationFailed([], other: sentence(error))
        }
    }

    var accountServices: AccountServices { AccountServices(accounts: accounts, locations: locations) }

    /// What the user is told of an error; one that was not foreseen is written to the log.
    func sentence(_ error: any Error) -> String { ProblemLog(in: locations).sentence(for: error) }
}
