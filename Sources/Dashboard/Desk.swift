import Accounts
import AnomalyDetection
import Foundation
import Persistence
import Synchronization
import TimeSeries
import Work
import Workbench

/// What a login gives: the session, and the one way to everything that a user who is signed in has done.
///
/// Nobody makes a desk without a session, and only `Accounts` makes one. Before anything is done at a desk its permission is
/// asked for; where it is refused once, since the account was disabled, has another password or the session was ended, it
/// stays refused, and nothing that waits is done any more. What a desk answers is heard while somebody sits there: the state
/// passes over the answers of any other.
public final class Desk: Sendable {
    let services: DashboardServices
    private let permission: Mutex<Permission>

    /// By what right work is done here.
    private struct Permission {
        var session: Session
        /// The token by which the session was kept on this machine; whoever ends that session ends this one.
        var kept: AuthenticatedSession?
        var isRefused = false

        /// Why it does not hold any more.
        func ending(by accounts: Accounts) throws -> SessionEnding? {
            if let kept { return try accounts.ending(of: kept) }
            do { _ = try accounts.refreshed(session) } catch AccountError.badToken { return .ofAccount }
            return nil
        }
    }

    /// A desk for a session, and the token by which it is kept on this machine, if it is.
    init(_ session: Session, keptBy kept: AuthenticatedSession? = nil, at services: DashboardServices) {
        self.services = services
        permission = Mutex(Permission(session: session, kept: kept))
    }

    /// Whose desk it is.
    public var account: Account { permission.withLock { $0.session.account } }

    /// The theme that the user left.
    func themeName() throws -> String? {
        try library(permission.withLock { $0.session }).setting("theme", as: String.self)
    }

    /// Starts an effect and returns at once. What is stored is stored in the order of the calls.
    public func start(_ effect: Effect) {
        switch effect {
        case .unlock(let password): stored(effect) { [self] in unlock($0, password) }
        case .lock:
            stored(effect) { [self] session in
                try services.accountServices.lock(session.account)
                return nil
            }
        case .signOut: services.lane.submit { [self] in forget() }
        case .account(let request): stored(effect) { [self] _ in answer(request) }
        case .judge(let series, let rows, let verdict):
            stored(effect) { [self] in
                .stored(effect, replaced: try library($0).shelf(of: series).judge(rows, as: verdict))
            }
        case .store(let series, let settings): store(effect) { try $0.shelf(of: series).store(settings) }
        case .changeRules(let series, let removed, let added):
            store(effect) { try $0.shelf(of: series).change(removing: removed, adding: added) }
        case .storeTheme(let name): store(effect) { try $0.store(name, key: "theme") }
        case .carryOver(let path, let series, let known):
            store(effect) { _ = try $0.open(series, at: path, continuing: known) }
        case .write(let series, let rows, let text):
            stored(effect) { [self] in
                try library($0).shelf(of: series).write(text, on: rows)
                return .stored(effect, replaced: [])
            }
        case .open(let path): open(path, effect)
        case .openToFollow(let path): open(path, effect, follows: true)
        case .openAs(let path, let options, let follows): open(path, effect, as: options, follows: follows)
        case .readAgain(let path, let options, let run): readAgain(path, effect, options, run)
        case .listModels(let series): listModels(of: series, effect)
        case .useModels(let source, let series, let identity): useModels(source, series, of: identity, effect)
        case .nameModels(let run, let name, let series): changeModels(of: series, effect) { try $0.name(run, name) }
        case .removeModels(let run, let series): changeModels(of: series, effect) { try $0.remove(run) }
        case .listSeries(let path, let columns, let options): listSeries(path, effect, columns, options)
        case .train(let series, let chosen, let label, let run, let seed):
            Task { await train(series, chosen, label, run, seed) }
        case .look(let path): look(path, effect)
        case .trainFile(let path, let run): Task { await trainFile(path, run) }
        case .exportSet(let request): write(request, effect)
        case .listSet, .listLibrary, .loadModels, .export, .describe, .compare, .explain, .examine, .scoreGrowth, .settle,
            .complete, .readRules:
            compute(effect)
        case .follow(let path, let series, var options, let run):
            options.readers = services.readers
            follow(series, by: Follower(path: expanded(path), options: options, run: run, report: report))
        case .preview(let path): preview(path)
        case .tell(let events):
            stored(effect) { [self] _ in
                services.eventCommand?.tell(events)
                return nil
            }
        case .writeText(let text): writeText(text, effect)
        case .suspend, .redraw, .copy: break
        }
    }

    /// Starts what only reads and computes.
    private func compute(_ effect: Effect) {
        services.workers.submit { [self] in
            tell(effect) { session in
                switch effect {
                case .listSet(let places):
                    .setListed(try library(session).fileSet(at: places, readers: services.readers))
                case .listLibrary:
                    .libraryListed(
                        try library(session).entries(
                            samples: services.locations.sampleData, folder: services.folder, readers: services.readers))
                case .loadModels(let series, let kinds, let identity):
                    load(kinds, series, library(session).shelf(of: identity))
                case .scoreGrowth(let followed, let rows, let late, let run):
                    try grown(followed, rows, late, run)
                case .settle(let analysis, let run): run.isCancelled ? nil : .settled(run: run, analysis.settled())
                case .readRules(let text, let identity):
                    .rulesRead(identity: identity, try RuleSource.rules(named: expanded(text)))
                case .complete(let path): .completed(path: path, completions(of: path))
                case .export(let request): try export(request)
                case .describe(let series):
                    .described(
                        identity: series.identity, series.channels.indices.map { ColumnStatistics(series, channel: $0) })
                case .compare(let series, let result, let settings, let run):
                    .compared(
                        run: run, try Comparison(series: series, result: result, settings: settings, cancellation: run))
                case .explain(let series, let models, let rows): .explained(try explain(rows, of: series, models))
                case .examine(let analysis, let run): .examined(run: run, try examine(analysis, run))
                default: nil
                }
            }
        }
    }

    private func examine(_ analysis: Analysis, _ run: Cancellation) throws(DetectionError) -> Sensitivity {
        try Sensitivity(of: analysis, cancellation: run) { report(.examining(run: run, share: $0)) }
    }

    /// Follows a file on a thread of its own. Permission is asked for before the file is opened; what comes in it later is
    /// scored at this desk, which asks again.
    private func follow(_ series: Series, by follower: Follower) {
        startThread { [self] in
            do {
                if try permitted() != nil { try follower.follow(behind: series) }
            } catch { report(.followingEnded(run: follower.run, services.sentence(error))) }
        }
    }

    // MARK: Ways of working

    /// Stores or tells others on the lane, when all is stored that was asked for before, and answers.
    func stored(_ effect: Effect, _ body: @escaping @Sendable (Session) throws -> Answer?) {
        services.lane.submit { [self] in tell(effect, body) }
    }

    /// Stores on the lane and tells nothing but a failure.
    private func store(_ effect: Effect, _ body: @escaping @Sendable (UserLibrary) throws -> Void) {
        stored(effect) { [self] session in
            try body(library(session))
            return nil
        }
    }

    /// Does something with the session while it may be used, and answers, also where it fails. What was stopped at the user's wish
    /// tells nothing.
    func tell(_ effect: Effect, _ body: (Session) throws -> Answer?) {
        do {
            guard let session = try permitted() else { return }
            if let answer = try body(session) { report(answer) }
        } catch DetectionError.cancelled {
            return
        } catch {
            report(effect.failure(services.sentence(error)))
        }
    }

    /// The session, as long as its account is enabled and has the password that it was opened with and nobody has ended it;
    /// tells of it when that is no longer so.
    /// - Throws: what the database throws: then nothing is known, and who asks again may be told.
    func permitted() throws -> Session? {
        let (session, news) = try permission.withLock { permission -> (Session?, SessionEnding?) in
            if permission.isRefused { return (nil, nil) }
            let ending = try permission.ending(by: services.accounts)
            permission.isRefused = ending != nil
            return ending == nil ? (permission.session, nil) : (nil, ending)
        }
        if let news { report(.sessionEnded(news)) }
        return session
    }

    func report(_ answer: Answer) { services.report(.answer(self, answer)) }

    func library(_ session: Session) -> UserLibrary {
        UserLibrary(
            session: session, database: services.database, locations: services.locations, models: services.models)
    }

    // MARK: The account

    private func unlock(_ session: Session, _ password: String) -> Answer {
        do {
            try services.accounts.confirm(session, password: password)
            // Where that cannot be stored, the next start asks for the password again.
            try? services.accountServices.unlock(session.account)
            return .unlocked
        } catch {
            return .unlockFailed(
                error as? AccountError == .wrongCredentials ? "The password is wrong." : services.sentence(error))
        }
    }

    /// Does what the account panel asks. Permission waits meanwhile: a new password ends this session in the database before
    /// it is renewed here.
    private func answer(_ request: AccountRequest) -> Answer {
        permission.withLock { permission in
            let (answer, session) = services.accountServices.answer(
                request, permission.session, keeping: permission.kept?.id)
            if let session { permission.session = session }
            // A new password ends the session that was kept; who ends it here goes on until quitting.
            switch request {
            case .changePassword where session != nil: permission.kept = nil
            case .endSession(let id) where id == permission.kept?.id: permission.kept = nil
            default: break
            }
            return answer
        }
    }

    /// Ends the session kept on this machine, whoever else may still work; nobody sits here any more to hear of a failure.
    private func forget() {
        do { try services.accountServices.forget() } catch { services.report(.failed(services.sentence(error))) }
    }

    // MARK: Models

    /// Loads the models that are sound, and tells of them before what is wrong with the others.
    private func load(_ kinds: [ModelKind], _ series: Series, _ shelf: Shelf) -> Answer? {
        let (models, problems) = shelf.scored(kinds, series, services.sentence)
        let loaded = models.isEmpty ? nil : Answer.modelsLoaded(identity: shelf.identity, models)
        guard !problems.isEmpty else { return loaded }
        if let loaded { report(loaded) }
        return .failed(problems.joined(separator: " "))
    }

    private func train(
        _ series: Series, _ chosen: ChosenRows, _ label: RunLabel, _ run: Cancellation, _ seed: UInt64
    ) async {
        do {
            for await (progress, saving) in try learning(
                on: series, chosen, as: label, seed: seed, threads: .ofEachModel, run)
            {
                if let saving { report(.saved(run: run, saving)) }
                report(.training(run: run, progress))
            }
        } catch { report(.failed("\(error)")) }
        report(.trainingEnded(run: run))
    }

    /// Trains the models on a series, saves each that is done, and tells of it when it is saved.
    /// - Throws: `ChoiceError`, `DetectionError` before anything is trained.
    func learning(
        on series: Series, _ chosen: ChosenRows, as label: RunLabel, seed: UInt64, threads: ModelTraining.Threads,
        _ run: Cancellation
    ) throws -> some AsyncSequence<(ModelTraining.Report, Result<ModelKind, PlainError>?), Never> {
        let training = ModelTraining(try chosen.task(series, seed: seed), scoring: series, models: services.models)
        return training.run(on: threads, cancellation: run, mayGoOn: mayGoOn).map { [self] progress in
            guard case .finished(let model) = progress else { return (progress, nil) }
            return (progress, await saved(model.detector, as: label, of: series))
        }
    }

    /// Whether the user still may train; where nobody can tell, why not is told.
    private func mayGoOn() -> Bool {
        do { return try permitted() != nil } catch {
            report(.failed(services.sentence(error)))
            return false
        }
    }

    /// Saves a model on the lane; `nil` where the user may no longer.
    private func saved(
        _ detector: any Detector, as label: RunLabel, of series: Series
    ) async -> Result<ModelKind, PlainError>? {
        do {
            return try await services.lane.run { [self] in
                guard let session = try permitted() else { return nil }
                try library(session).shelf(of: series.identity).save(detector, as: label)
                return .success(detector.kind)
            }
        } catch { return .failure(PlainError(message: services.sentence(error))) }
    }
}
