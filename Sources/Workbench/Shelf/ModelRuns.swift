import AnomalyDetection
import Foundation
import GRDB
import Persistence
import TimeSeries

/// Whose models they are: what those that were trained together share.
public struct RunLabel: Sendable, Equatable {
    /// By which a run is known.
    public let id: String
    /// What the user calls it; empty without a name.
    public let name: String
    /// The file that was learnt from; empty where that was not noted.
    public let trainedOn: String
    /// How, as options of the command line, for a shell; empty where that was not noted.
    public let how: String

    /// The most characters of a name.
    public static let longestName = 60
    /// How models were trained that were taken from a folder as they were.
    static let asFound = "as found"

    /// A run of its own, unless its `id` is told.
    public init(id: String = UUID().uuidString, name: String = "", trainedOn: String = "", how: String = "") {
        (self.id, self.name, self.trainedOn, self.how) = (id, name, trainedOn, how)
    }
}

/// Models that were trained together and are kept for a series: its present ones, or earlier ones that others took the place of.
public struct ModelRun: Sendable, Equatable {
    /// What the series is known by for which they are kept.
    public let series: String
    /// What its models share; its `id` is empty where that was not noted.
    public let label: RunLabel
    /// Whether they are the present ones of their series.
    public let isPresent: Bool
    /// The names of their kinds, in the order of the registered ones.
    public let kinds: [String]
    /// When the last of them was saved.
    public let savedAt: Date
    /// The file of the series for which they are kept, the one that was opened last where there are several.
    public let path: String?
    /// What is known from their own files; `nil` where none can be read.
    public let content: Content?

    /// What a model's file says.
    public struct Content: Sendable, Equatable {
        /// The channels it was trained on, in order.
        public let channels: [String]
        /// Rows it was trained on.
        public let trainingRows: Int
    }

    /// Whether they may score a series with these channels.
    public enum Fit: Sendable, Equatable {
        /// The channels are those they know.
        case exact
        /// There are as many, of other names: each is taken in the place of one.
        case byPlace
        /// They cannot; why not, a sentence.
        case none(String)
    }

    /// How the models fit a series with these channels.
    public func fit(_ channels: [String]) -> Fit {
        content.map { Fit(of: $0.channels, for: channels) } ?? .none("Their files cannot be read.")
    }
}

extension ModelRun.Fit {
    /// How models that know some channels fit a series with others.
    init(of known: [String], for channels: [String]) {
        func none(_ reason: String) -> Self { .none(reason) }
        let (those, here) = (Set(known), Set(channels))
        if known == channels {
            self = .exact
        } else if those == here {
            self = none("They know the channels in another order; train them on this file.")
        } else if those.isSubset(of: here) {
            let more = channels.filter { !those.contains($0) }
            self = none("They do not know \(listed(more)); leave that out among the columns to use them.")
        } else if known.count == channels.count {
            self = .byPlace
        } else {
            self = none("They know \(listed(known)), and the series has \(listed(channels)).")
        }
    }
}

/// Why models cannot be taken for a series.
public enum ModelUseError: Error, Equatable, CustomStringConvertible {
    /// They do not fit; why not, a sentence.
    case unfit(String)
    /// There are none.
    case notThere(path: String)

    /// One sentence for the user.
    public var description: String {
        switch self {
        case .unfit(let reason): reason
        case .notThere(let path):
            "\(printable(path)): holds no models; name a folder that `oddline train` wrote, or a file whose series has models."
        }
    }
}

extension UserLibrary {
    // MARK: Runs

    /// The most runs that are told of.
    public static var mostRuns: Int { 200 }

    /// The runs that are kept, the newest first: those of a series before all others, and `mostRuns` in all.
    public func modelRuns(first series: String) throws -> [ModelRun] {
        struct Row { let kind: String, series: String, label: RunLabel, at: Date, earlier: String? }
        let (rows, paths) = try database.read { database in
            let saved = try SavedModel.filter { $0.userID == user }.fetchAll(database)
            let present = saved.map {
                Row(kind: $0.kind, series: $0.fingerprint, label: $0.label, at: $0.savedAt, earlier: nil)
            }
            let kept = try EarlierModel.filter { $0.userID == user }.fetchAll(database)
            let earlier = kept.map {
                Row(kind: $0.kind, series: $0.fingerprint, label: $0.label, at: $0.savedAt, earlier: $0.file)
            }
            let files = try OpenedFile.filter { $0.userID == user }.order(\.openedAt).fetchAll(database)
            return (present + earlier, Dictionary(files.map { ($0.fingerprint, $0.path) }) { _, last in last })
        }
        // Models whose run was not noted stand by themselves.
        let groups = Dictionary(grouping: rows) { row in
            [row.series, row.label.id.isEmpty ? row.kind : row.label.id, row.earlier == nil ? "present" : "earlier"]
        }
        let newest = groups.values.sorted { one, other in
            let (mine, theirs) = (one[0].series == series, other[0].series == series)
            return mine != theirs ? mine : (one.map(\.at).max() ?? .distantPast) > (other.map(\.at).max() ?? .distantPast)
        }
        return newest.prefix(Self.mostRuns).map { rows in
            let order = models.kinds.map(\.name)
            let sorted = rows.sorted { (order.firstIndex(of: $0.kind) ?? .max) < (order.firstIndex(of: $1.kind) ?? .max) }
            let content = sorted.lazy.compactMap { row -> ModelRun.Content? in
                let url = row.earlier.map(folder.appendingPathComponent) ?? file(row.kind, of: row.series)
                guard let kind = models.kind(named: row.kind), let detector = try? models.load(kind, from: url) else {
                    return nil
                }
                return ModelRun.Content(
                    channels: detector.channelNames, trainingRows: detector.summary.trainingRows)
            }.first
            return ModelRun(
                series: rows[0].series, label: rows[0].label, isPresent: rows[0].earlier == nil, kinds: sorted.map(\.kind),
                savedAt: rows.map(\.at).max() ?? .distantPast, path: paths[rows[0].series], content: content)
        }
    }

    /// Calls the models of a run something; an empty name takes theirs away.
    public func name(_ run: ModelRun, _ name: String) throws {
        let name = String(name.prefix(RunLabel.longestName))
        try database.write { database in
            for table in ["models", "earlier_models"] {
                try database.execute(
                    sql: """
                        UPDATE \(table) SET name = ? WHERE user_id = ? AND fingerprint = ? AND run = ?
                        AND kind IN (\(run.kinds.map { _ in "?" }.joined(separator: ", ")))
                        """,
                    arguments: [name, user, run.series, run.label.id] + StatementArguments(run.kinds))
            }
        }
    }

    /// Deletes the models of a run; of the present ones too, whose series then has none.
    public func remove(_ run: ModelRun) throws {
        let files = try database.write { database -> [URL] in
            if run.isPresent {
                let mine = SavedModel.of(run.series, user)
                    .filter { $0.run == run.label.id }.filter { run.kinds.contains($0.kind) }
                let files = try mine.fetchAll(database).map { file($0.kind, of: $0.fingerprint) }
                try mine.deleteAll(database)
                return files
            }
            return try removeEarlier(run, database)
        }
        for file in files { try? FileManager.default.removeItem(at: file) }
    }

    private func removeEarlier(_ run: ModelRun, _ database: Database) throws -> [URL] {
        let mine = EarlierModel.of(run.series, user)
            .filter { $0.run == run.label.id }.filter { run.kinds.contains($0.kind) }
        let files = try mine.fetchAll(database).map(file)
        try mine.deleteAll(database)
        return files
    }

    /// Loads the models of a run.
    /// - Throws: `DetectionError.notAModel` or `ModelFileError`, naming the file; `DetectionError.noModels` where the run is gone.
    func load(_ run: ModelRun) throws -> [any Detector] {
        let earlier = try database.read { database in
            try EarlierModel.of(run.series, user)
                .filter { $0.run == run.label.id }.fetchAll(database)
        }
        let detectors = try run.kinds.compactMap { name -> (any Detector)? in
            guard let kind = models.kind(named: name) else { return nil }
            if run.isPresent { return try models.load(kind, from: file(name, of: run.series)) }
            return try earlier.last { $0.kind == name }.map { try models.load(kind, from: file($0)) }
        }
        guard !detectors.isEmpty else { throw DetectionError.noModels(folder: folder.path) }
        return detectors
    }

    /// Where an earlier model is.
    func file(_ model: EarlierModel) -> URL { folder.appendingPathComponent(model.file) }

    /// Keeps the present model of a kind of a series as an earlier one, if there is one and it is of another run.
    func keepAsEarlier(_ kind: String, of series: String, unlessOf run: String) throws {
        let mine = SavedModel.of(series, user).filter { $0.kind == kind }
        guard let present = try database.read({ try mine.fetchOne($0) }), present.run.isEmpty || present.run != run else {
            return
        }
        let earlier = EarlierModel(
            userID: user, kind: kind, fingerprint: series, savedAt: present.savedAt, run: present.run, name: present.name,
            trainedOn: present.trainedOn, how: present.how,
            file: "earlier-\(UUID().uuidString)-\(ModelKind(name: kind, title: kind).fileName)")
        let (old, new) = (file(kind, of: series), file(earlier))
        // A file that is gone leaves nothing to keep; file systems without second names for a file get a copy.
        guard FileManager.default.fileExists(atPath: old.path) else { return }
        do { try FileManager.default.linkItem(at: old, to: new) } catch {
            try FileManager.default.copyItem(at: old, to: new)
        }
        do { try database.write { try earlier.insert($0) } } catch {
            try? FileManager.default.removeItem(at: new)
            throw error
        }
    }
}

extension SavedModel {
    var label: RunLabel { RunLabel(id: run, name: name, trainedOn: trainedOn, how: how) }
}

extension EarlierModel {
    fileprivate var label: RunLabel { RunLabel(id: run, name: name, trainedOn: trainedOn, how: how) }
}

extension Shelf {
    /// Has the models of a run take the place of the present ones, which stay as earlier ones: those that were trained here before,
    /// or those of another series.
    /// - Parameter channels: those of the series.
    /// - Throws: `ModelUseError`, or as `Models.load`, before anything is changed; `ModelFileError.cannotWrite`.
    public func use(_ run: ModelRun, for channels: [String]) throws {
        guard !(run.isPresent && run.series == identity.text) else { return }
        try use(try library.load(run), as: run.label, for: channels)
        if run.series == identity.text { try library.remove(run) }
    }

    /// Has models of elsewhere take the place of the present ones: those in a folder, or those of a series that was opened from a file.
    /// - Throws: as the other.
    public func use(modelsAt path: String, for channels: [String]) throws {
        if FileSet.isFolder(path) {
            let detectors = try library.models.load(folder: URL(fileURLWithPath: path, isDirectory: true)).detectors
            let absolute = URL(fileURLWithPath: path, isDirectory: true).path
            return try use(detectors, as: RunLabel(id: absolute, trainedOn: absolute, how: RunLabel.asFound), for: channels)
        }
        let absolute = URL(fileURLWithPath: path).path
        let series = try library.database.read { [user = library.user] database in
            try OpenedFile.at(absolute, of: user).fetchOne(database)?.fingerprint
        }
        let runs =
            try series.map { id in
                try library.modelRuns(first: id).filter { $0.isPresent && $0.series == id }
            } ?? []
        guard !runs.isEmpty else { throw ModelUseError.notThere(path: path) }
        for run in runs.reversed() { try use(run, for: channels) }
    }

    private func use(_ detectors: [any Detector], as label: RunLabel, for channels: [String]) throws {
        for detector in detectors {
            if case .none(let reason) = ModelRun.Fit(of: detector.channelNames, for: channels) {
                throw ModelUseError.unfit(reason)
            }
        }
        for detector in detectors { try save(detector, as: label) }
    }
}
