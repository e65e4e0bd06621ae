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
        /// What its training is expected to take, in bytes.
        var trainingBytes = 0
        var usedAt = ContinuousClock.now
    }

    private var entries: [Key: Entry] = [:]
    private let accounts: Accounts
    private let database: OddlineDatabase
    private let locations: Locations
    private let models: Models
    /// Do what blocks for long and nobody waits for: saving, asking the database.
    let workers: Workers
    /// Do what a user waits for, in turns: reading, scoring, calibrating.
    let turns: Turns<Int64>
    private let limits: ServiceLimits
    /// What an analysis begins with.
    private let settings: AnalysisSettings

    init(
        accounts: Accounts, database: OddlineDatabase, locations: Locations, models: Models, settings: AnalysisSettings,
        workers: Workers, turns: Turns<Int64>, limits: ServiceLimits
    ) {
        self.turns = turns
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
    /// - Throws: `SeriesError`; `Problem` 409 when the user keeps too many, 503 where no other user's makes room.
    nonisolated func add(for session: Session, reading read: @escaping @Sendable () throws -> Series) async throws -> Analysis {
        let library = library(session)
        let user = session.account.id
        let series = try await turns.run(for: user, read)
        if let known = try await again(series, for: session) { return known }
        let analysis = try await turns.run(for: user) { [models, settings] in
            var analysis = Analysis(series: series, models: models, settings: settings)
            let shelf = library.shelf(of: series.identity)
            analysis.use(try shelf.savedModels().compactMap { try? ScoredModel(scoring: series, with: shelf.load($0)) })
            return analysis
        }
        if await lacksRoom(for: series) {
            let disabled = try await workers.run { [accounts] in try accounts.list().filter { !$0.isEnabled }.map(\.id) }
            for user in disabled { await removeAll(of: user) }
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
        guard makeRoom(for: series, of: key.user) else {
            throw Problem.later("The service keeps as many series as it can; try again later.", seconds: 60)
        }
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
        entries.filter { $0.key.user == session.account.id }.map(\.value.analysis).sorted {
            ($0.series.name, $0.series.identity.text) < ($1.series.name, $1.series.identity.text)
        }
    }

    /// - Throws: `Problem` 404.
    func analysis(_ id: String, for session: Session) throws -> Analysis {
        let analysis = try entry(id, session).analysis
        entries[Key(user: session.account.id, series: id)]?.usedAt = .now
        return analysis
    }

    /// What the models of a series would find. They are examined when it is asked for first, in turns, so that no more
    /// examinations go on at a time than there are workers for all users together; asked twice at once, they are examined twice.
    /// - Throws: `Problem` 404, or 409 before a model has scored.
    func sensitivity(_ id: String, for session: Session) async throws -> (Analysis, Sensitivity) {
        let entry = try entry(id, session)
        if let known = entry.sensitivity { return (entry.analysis, known) }
        guard entry.analysis.result != nil else { throw Problem(.conflict, DetectionError.noScores.description) }
        let sensitivity = try await turns.run(for: session.account.id) { try Sensitivity(of: entry.analysis) }
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

    // MARK: Room

    private func lacksRoom(for series: Series) -> Bool {
        entries.count >= limits.series || valueCount + series.valueCount > limits.values
    }

    /// Values of all users.
    private var valueCount: Int { entries.values.reduce(0) { $0 + $1.analysis.series.valueCount } }

    /// Where all is taken, lets go what was not used for an hour, and then what whoever holds the most used least, as long as he
    /// holds no less than the user would; what is being trained on stays.
    /// - Returns: whether there is room now.
    private func makeRoom(for series: Series, of user: Int64) -> Bool {
        while lacksRoom(for: series) {
            let countsValues = entries.count < limits.series
            func held(_ holder: Int64) -> Int {
                entries.reduce(0) {
                    $1.key.user != holder ? $0 : $0 + (countsValues ? $1.value.analysis.series.valueCount : 1)
                }
            }
            let wanted = held(user) + (countsValues ? series.valueCount : 1)
            let anHourAgo = ContinuousClock.now - .seconds(3600)
            let others = entries.filter { $0.key.user != user && $0.value.cancellation == nil }
            func least(_ entries: [Key: Entry]) -> Key? { entries.min { $0.value.usedAt < $1.value.usedAt }?.key }
            let most = others.keys.map { held($0.user) }.max() ?? 0
            let greediest = most < wanted ? [:] : others.filter { held($0.key.user) == most }
            guard let gone = least(others.filter { $0.value.usedAt < anHourAgo }) ?? least(greediest) else { return false }
            entries[gone] = nil
        }
        return true
    }

    /// What a user holds here.
    struct Holding: Sendable {
        let user: Int64
        var series = 0
        var values = 0
        var trainings = 0
    }

    /// What each user holds who holds something.
    var holdings: [Holding] {
        var holdings: [Int64: Holding] = [:]
        for (key, entry) in entries {
            var mine = holdings[key.user] ?? Holding(user: key.user)
            mine.series += 1
            mine.values += entry.analysis.series.valueCount
            mine.trainings += entry.cancellation == nil ? 0 : 1
            holdings[key.user] = mine
        }
        return holdings.values.sorted { $0.user < $1.user }
    }

    /// Forgets all series of a user and stops the training; saved models stay.
    func removeAll(of user: Int64) {
        for key in entries.keys where key.user == user {
            entries[key]?.cancellation?.cancel()
            entries[key] = nil
        }
    }

    // MARK: Training

    /// Starts training the models; they are saved in the user's library when done. The run stops when the session is ended
    /// or its account may not go on.
    /// - Throws: `Problem` 404; 409 while a run of the user goes on; 422 where it would take too much memory; 503 where others
    ///   train already.
    func train(_ id: String, for caller: AuthenticatedSession, on chosen: ChosenRows, seed: UInt64) async throws {
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
        let bytes = try trainingBytes(series)
        let cancellation = Cancellation()
        let before = entries[key]?.run ?? .idle
        entries[key]?.cancellation = cancellation
        entries[key]?.trainingBytes = bytes
        entries[key]?.run = .running(PerModel())
        let task: TrainingTask
        do {
            task = try await turns.run(for: key.user) { try chosen.task(series, seed: seed) }
        } catch {
            if isPresent(key, cancellation) {
                entries[key]?.run = before
                entries[key]?.cancellation = nil
            }
            guard let error = error as? ChoiceError else { throw error }
            throw Problem.fields([.init(field: error.field(of: chosen), message: error.description)])
        }
        let reports = ModelTraining(task, scoring: series, models: models).run(
            cancellation: cancellation, mayGoOn: { [accounts] in (try? accounts.mayGoOn(caller)) ?? false })
        Task {
            for await report in reports { await take(report, key, cancellation, session) }
            finish(key, cancellation)
        }
    }

    /// What training on a series is expected to take, in bytes.
    /// - Throws: `Problem` 422 where that is more than is given at all, 503 where it is too much beside what others train.
    private func trainingBytes(_ series: Series) throws -> Int {
        let bytes = ModelTraining.expectedBytes(series)
        guard bytes <= limits.trainingBytes else {
            let (wanted, most) = (bytes / 1_000_000, limits.trainingBytes / 1_000_000)
            throw Problem(
                .unprocessableContent,
                "Training on this series would take about \(wanted) MB of memory, and the service gives \(most) MB: bring fewer rows or columns."
            )
        }
        let others = entries.values.reduce(0) { $0 + ($1.cancellation == nil ? 0 : $1.trainingBytes) }
        guard others + bytes <= limits.trainingBytes else {
            throw Problem.later("The service trains as much as it can; try again later.", seconds: 30)
        }
        return bytes
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
                // What it says may name a path, which is for whoever runs the service.
                ProblemLog(in: locations).note("training: \(type(of: error)): \(error)")
                if isPresent(key, cancellation) {
                    entries[key]?.run = .failed("The model could not be saved; the service's log tells more.")
                }
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
        try await workers.run { [limits] in
            // Who trains over the network keeps one of each kind: what is kept is bounded by account.
            try library.shelf(of: analysis.series.identity).save(
                model.detector, as: RunLabel(trainedOn: analysis.series.name), keepingEarlier: false)
            try library.keepNewestModels(ofSeries: limits.modelsPerUser)
        }
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
