import Accounts
import AnomalyDetection
import Foundation
import Persistence
import SeriesReading
import TimeSeries
import Work
import Workbench

/// The series that users brought, their analyses and their training runs; in memory, within the limits for each user and
/// for all together. Models and verdicts are kept in the user's library.
actor AnalysisStore {
    /// How far a training run is.
    enum Run: Sendable {
        case idle
        case running(PerModel<Double>)
        case finished
        case failed(String)

        /// What a client is told.
        enum State: String, CaseIterable, Sendable {
            case idle, running, finished, failed
        }

        var state: State {
            switch self {
            case .idle: .idle
            case .running: .running
            case .finished: .finished
            case .failed: .failed
            }
        }

        /// How far a model is, 0 to 1.
        func share(of kind: ModelKind) -> Double {
            switch self {
            case .idle, .failed: 0
            case .running(let shares): shares[kind] ?? 0
            case .finished: 1
            }
        }

        var failure: String? { if case .failed(let reason) = self { reason } else { nil } }
    }

    private struct Key: Hashable {
        let user: Int64
        let series: String
    }

    private struct Entry {
        var analysis: Analysis
        /// What its models would find, once that was asked for.
        var sensitivity: Sensitivity?
        var run = Run.idle
        var cancellation: Cancellation?
    }

    private var entries: [Key: Entry] = [:]
    private let accounts: Accounts
    private let database: OddlineDatabase
    private let locations: Locations
    private let models: Models
    /// Do what blocks for long: scoring, calibrating, saving, asking the database.
    let workers: Workers
    private let limits: ServiceLimits
    /// What an analysis begins with.
    private let settings: AnalysisSettings

    init(
        accounts: Accounts, database: OddlineDatabase, locations: Locations, models: Models, settings: AnalysisSettings,
        workers: Workers, limits: ServiceLimits
    ) {
        self.settings = settings
        self.accounts = accounts
        self.limits = limits
        self.database = database
        self.locations = locations
        self.models = models
        self.workers = workers
    }

    nonisolated func library(_ session: Session) -> UserLibrary {
        UserLibrary(session: session, database: database, locations: locations, models: models)
    }

    /// Reads and keeps a series; models saved for it before are used at once. One that is kept already is not scored again.
    /// - Throws: `SeriesError`, or `Problem` 409 when the user keeps too many.
    nonisolated func add(for session: Session, reading read: @escaping @Sendable () throws -> Series) async throws -> Analysis {
        let library = library(session)
        let series = try await workers.run(waitingAtMost: 8, read)
        if let known = try await again(series, for: session) { return known }
        // It was read, so that it need not be sent again: it waits for its turn, however many wait.
        let analysis = try await workers.run { [models, settings] in
            var analysis = Analysis(series: series, models: models, settings: settings)
            let shelf = library.shelf(of: series.identity)
            analysis.use(try shelf.savedModels().compactMap { try? ScoredModel(scoring: series, with: shelf.load($0)) })
            return analysis
        }
        return try await keep(analysis, for: session)
    }

    /// The folder of shipped samples.
    nonisolated var samples: URL { locations.sampleData }

    private func keep(_ analysis: Analysis, for session: Session) throws -> Analysis {
        let series = analysis.series
        let key = Key(user: session.account.id, series: series.identity.text)
        if let known = try again(series, for: session) { return known }
        let mine = entries.filter { $0.key.user == key.user }.values
        guard mine.count < limits.seriesPerUser else {
            throw Problem(.conflict, "You keep \(limits.seriesPerUser) series already; delete one first.")
        }
        guard mine.reduce(series.valueCount, { $0 + $1.analysis.series.valueCount }) <= limits.valuesPerUser else {
            throw Problem(
                .conflict, "Your series would have more than \(limits.valuesPerUser) values together; delete or shorten one.")
        }
        guard entries.count < limits.series,
            entries.values.reduce(series.valueCount, { $0 + $1.analysis.series.valueCount }) <= limits.values
        else { throw Problem.later("The service keeps as many series as it can; try again later.", seconds: 60) }
        entries[key] = Entry(analysis: analysis)
        return analysis
    }

    /// A series that was brought before: the same numbers, perhaps under another name or with other times; `nil` for another one.
    /// - Throws: `Problem` 409 where it is not the same and its training goes on.
    private func again(_ series: Series, for session: Session) throws -> Analysis? {
        let key = Key(user: session.account.id, series: series.identity.text)
        guard let entry = entries[key] else { return nil }
        let known = entry.analysis
        if known.series.name == series.name, known.series.time == series.time, known.series.labels == series.labels {
            return known
        }
        guard entry.cancellation == nil else {
            throw Problem(.conflict, "A series with these numbers is being trained on; wait for it or delete it.")
        }
        let analysis = known.of(series)
        entries[key]?.analysis = analysis
        entries[key]?.sensitivity = nil
        return analysis
    }

    func all(for session: Session) -> [Analysis] {
        entries.filter { $0.key.user == session.account.id }.map(\.value.analysis).sorted { $0.series.name < $1.series.name }
    }

    /// - Throws: `Problem` 404.
    func analysis(_ id: String, for session: Session) throws -> Analysis { try entry(id, session).analysis }

    /// What the models of a series would find. They are examined when it is asked for first, on one of the workers, so that no more
    /// examinations go on at a time than there are workers for all users together; asked twice at once, they are examined twice.
    /// - Throws: `Problem` 404, or 409 before a model has scored.
    func sensitivity(_ id: String, for session: Session) async throws -> (Analysis, Sensitivity) {
        let entry = try entry(id, session)
        if let known = entry.sensitivity { return (entry.analysis, known) }
        guard entry.analysis.result != nil else { throw Problem(.conflict, DetectionError.noScores.description) }
        let sensitivity = try await workers.run(waitingAtMost: 8) { try Sensitivity(of: entry.analysis) }
        let key = Key(user: session.account.id, series: id)
        // Kept unless the models are others by now.
        let kinds = entry.analysis.scored.kinds
        if entries[key]?.analysis.scored.kinds == kinds, entries[key]?.cancellation == nil {
            entries[key]?.sensitivity = sensitivity
        }
        return (entry.analysis, sensitivity)
    }

    /// - Throws: `Problem` 404.
    func run(_ id: String, for session: Session) throws -> Run { try entry(id, session).run }

    /// Forgets a series and stops its training; saved models stay.
    func remove(_ id: String, for session: Session) throws {
        try entry(id, session).cancellation?.cancel()
        entries[Key(user: session.account.id, series: id)] = nil
    }

    private func entry(_ id: String, _ session: Session) throws -> Entry {
        guard let entry = entries[Key(user: session.account.id, series: id)] else {
            throw Problem(.notFound, "You keep no series \"\(printable(String(id.prefix(64))))\" here.")
        }
        return entry
    }

    /// Starts training the models; they are saved in the user's library when done. The run stops when the session is ended
    /// or its account may not go on.
    /// - Throws: `Problem` 404, or 409 while a run of the user goes on.
    func train(_ id: String, for caller: AuthenticatedSession, on chosen: ChosenRows, seed: UInt64) throws {
        let session = caller.session
        let key = Key(user: session.account.id, series: id)
        let series = try entry(id, session).analysis.series
        let isBusy = entries.contains { $0.key.user == key.user && $0.value.cancellation != nil }
        guard !isBusy else { throw Problem(.conflict, "A training run of yours goes on; wait for it or delete its series.") }
        guard entries.values.count(where: { $0.cancellation != nil }) < limits.trainings else {
            throw Problem.later("The service trains as much as it can; try again later.", seconds: 30)
        }
        if let wanted = chosen.first, wanted > series.fileRowCount {
            throw Problem.fields([.init(field: "train_rows", message: "The series has \(series.fileRowCount) rows.")])
        }
        let task: TrainingTask
        do {
            task = try chosen.task(series, seed: seed)
        } catch let error as ChoiceError {
            throw Problem.fields([.init(field: error.field(of: chosen), message: error.description)])
        }
        let cancellation = Cancellation()
        entries[key]?.cancellation = cancellation
        entries[key]?.run = .running(PerModel())
        let reports = ModelTraining(task, scoring: series, models: models).run(
            cancellation: cancellation, mayGoOn: { [accounts] in (try? accounts.mayGoOn(caller)) ?? false })
        Task {
            for await report in reports { await take(report, key, cancellation, session) }
            finish(key, cancellation)
        }
    }

    /// Whether the run that `cancellation` can stop is the one of an entry: its series may have been deleted, and
    /// brought again, while it went on.
    private func isPresent(_ key: Key, _ cancellation: Cancellation) -> Bool {
        entries[key]?.cancellation === cancellation
    }

    private func take(_ report: ModelTraining.Report, _ key: Key, _ cancellation: Cancellation, _ session: Session) async {
        guard isPresent(key, cancellation) else { return }
        switch report {
        case .training, .scoring: if let (model, share) = report.progress { advance(key, model, share) }
        case .learnt: break
        case .finished(let model):
            do { try await use(model, key, cancellation, library(session)) } catch {
                if isPresent(key, cancellation) { entries[key]?.run = .failed("\(error)") }
            }
        case .failed(let error): entries[key]?.run = .failed(error.description)
        }
    }

    /// Uses a model that was trained and saves it. The workers do both, and the series may go meanwhile.
    private func use(_ model: ScoredModel, _ key: Key, _ cancellation: Cancellation, _ library: UserLibrary) async throws {
        guard let known = entries[key]?.analysis else { return }
        let analysis = try await workers.run {
            var analysis = known
            analysis.use([model])
            return analysis
        }
        guard isPresent(key, cancellation) else { return }
        entries[key]?.analysis = analysis
        entries[key]?.sensitivity = nil
        advance(key, model.detector.kind, 1)
        try await workers.run { try library.shelf(of: analysis.series.identity).save(model.detector) }
    }

    private func advance(_ key: Key, _ kind: ModelKind, _ share: Double) {
        guard case .running(var shares) = entries[key]?.run else { return }
        shares[kind] = share
        entries[key]?.run = .running(shares)
    }

    private func finish(_ key: Key, _ cancellation: Cancellation) {
        guard isPresent(key, cancellation) else { return }
        entries[key]?.cancellation = nil
        if case .running = entries[key]?.run { entries[key]?.run = .finished }
    }
}

extension Series {
    /// Rows times columns.
    fileprivate var valueCount: Int { rowCount * channels.count }
}
