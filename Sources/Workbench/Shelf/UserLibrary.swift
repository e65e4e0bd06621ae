import Accounts
import AnomalyDetection
import Foundation
import GRDB
import Persistence
import TimeSeries

/// What belongs to one user: recent files, saved models, judgements, settings. Only a session opens it.
public struct UserLibrary: Sendable {
    let database: OddlineDatabase
    private let folder: URL
    private let models: Models
    /// Who is working.
    public let session: Session

    /// Opens the library of the session's user, which knows the models that are registered.
    public init(session: Session, database: OddlineDatabase, locations: Locations, models: Models = .standard) {
        self.session = session
        self.database = database
        self.models = models
        folder = locations.models.appendingPathComponent(String(session.account.id), isDirectory: true)
    }

    var user: Int64 { session.account.id }

    // MARK: Identity of series

    /// By what a series is known here. What an earlier version stored under the older fingerprint is found again: it is
    /// taken over by the first series that is opened with it.
    func identity(of series: Series) throws -> String {
        let fingerprint = series.fingerprint
        let hasOlder = try database.read { database in
            try !SavedModel.filter { $0.userID == user && length($0.fingerprint) == 16 }.isEmpty(database)
                || !StoredJudgement.filter { $0.userID == user && length($0.fingerprint) == 16 }.isEmpty(database)
                || !StoredSetting.filter { $0.userID == user && $0.key.like("analysis.________________") }.isEmpty(database)
        }
        if hasOlder { try takeOver(from: series.olderFingerprint, to: fingerprint) }
        return fingerprint
    }

    private func takeOver(from older: String, to fingerprint: String) throws {
        try database.write { database in
            for model in try SavedModel.filter({ $0.userID == user && $0.fingerprint == older }).fetchAll(database) {
                guard let kind = models.kinds.first(where: { $0.name == model.kind }) else { continue }
                let (old, new) = (file(kind, fingerprint: older), file(kind, fingerprint: fingerprint))
                if !FileManager.default.fileExists(atPath: new.path) {
                    try? FileManager.default.moveItem(at: old, to: new)
                }
                try model.delete(database)
                guard FileManager.default.fileExists(atPath: new.path) else { continue }
                try SavedModel(userID: user, kind: model.kind, fingerprint: fingerprint, savedAt: model.savedAt)
                    .insert(database, onConflict: .ignore)
            }
            for table in ["judgements", "notes"] {
                try database.execute(
                    sql: "UPDATE OR IGNORE \(table) SET fingerprint = ? WHERE user_id = ? AND fingerprint = ?",
                    arguments: [fingerprint, user, older])
            }
            try database.execute(
                sql: "UPDATE OR IGNORE settings SET key = ? WHERE user_id = ? AND key = ?",
                arguments: ["analysis.\(fingerprint)", user, "analysis.\(older)"])
        }
    }

    // MARK: Recent files

    /// Notes that a series was opened from a file. Where the file held the same rows and fewer of them when it was opened
    /// before, what belongs to those belongs to the series from now on.
    public func remember(path: String, _ series: Series) throws {
        let fingerprint = try identity(of: series)
        let before = try database.read { try OpenedFile.fetchOne($0, key: ["user_id": user, "path": path]) }
        if let older = before?.fingerprint, let count = before?.rowCount, count < series.rowCount,
            series.prefix(count).fingerprint == older
        {
            try takeOver(from: older, to: fingerprint)
        }
        try database.write {
            try OpenedFile(
                userID: user, path: path, openedAt: Date(), fingerprint: fingerprint, rowCount: series.rowCount
            ).upsert($0)
        }
    }

    // MARK: Models

    /// Saves a model for the series it was trained on, replacing an older one.
    /// - Throws: `ModelFileError.cannotWrite`, `StorageError`.
    public func save(_ detector: any Detector) throws {
        try makePrivateFolder(folder.deletingLastPathComponent())
        try makePrivateFolder(folder)
        try detector.save(to: file(detector.kind, fingerprint: detector.fingerprint))
        let record = SavedModel(
            userID: user, kind: detector.kind.name, fingerprint: detector.fingerprint, savedAt: Date())
        try database.write { try record.upsert($0) }
    }

    /// Which of the registered models are saved for a series, in their order.
    public func savedModels(for series: Series) throws -> [ModelKind] {
        let fingerprint = try identity(of: series)
        let saved = try database.read { database in
            try SavedModel.filter { $0.userID == user && $0.fingerprint == fingerprint }.fetchAll(database).map(\.kind)
        }
        return models.kinds.filter { saved.contains($0.name) }
    }

    /// Loads a saved model for a series.
    /// - Throws: `DetectionError.notAModel` or `ModelFileError` naming the file.
    public func load(_ kind: ModelKind, for series: Series) throws -> any Detector {
        try models.load(kind, from: file(kind, fingerprint: try identity(of: series)))
    }

    private func file(_ kind: ModelKind, fingerprint: String) -> URL {
        folder.appendingPathComponent("\(fingerprint)-\(kind.fileName)")
    }

    // MARK: Judgements

    /// Stores what the user decided about rows of a series, in place of the verdicts that they overlap (see
    /// `Judgements`); `nil` takes those back.
    public func judge(_ rows: Range<Int>, of series: Series, as verdict: Verdict?) throws {
        guard let last = rows.last else { return }
        let fingerprint = try identity(of: series)
        try database.write { database in
            try StoredJudgement.of(fingerprint, user: user)
                .filter { $0.firstRow <= last && $0.lastRow >= rows.lowerBound }.deleteAll(database)
            guard let verdict else { return }
            try StoredJudgement(
                userID: user, fingerprint: fingerprint, firstRow: rows.lowerBound, lastRow: last,
                verdict: verdict.rawValue, judgedAt: Date()
            ).insert(database)
        }
    }

    /// The verdicts on a series.
    public func judgements(of series: Series) throws -> Judgements {
        let fingerprint = try identity(of: series)
        let stored = try database.read { database in
            try StoredJudgement.of(fingerprint, user: user).order { [$0.judgedAt, $0.id] }.fetchAll(database)
        }
        return Judgements(
            stored.compactMap { row in
                guard row.firstRow <= row.lastRow, let verdict = Verdict(rawValue: row.verdict) else { return nil }
                return Judgement(rows: row.firstRow..<(row.lastRow + 1), verdict: verdict)
            })
    }

    // MARK: Settings

    /// How the user left the sliders of a series; `nil` where they were not touched.
    public func settings(of series: Series) throws -> AnalysisSettings? {
        try setting(settingsKey(series), as: AnalysisSettings.self)
    }

    /// Stores how the sliders of a series stand.
    public func store(_ settings: AnalysisSettings, of series: Series) throws {
        try store(settings, key: settingsKey(series))
    }

    private func settingsKey(_ series: Series) throws -> String { "analysis.\(try identity(of: series))" }

    /// Stores a setting as JSON.
    public func store(_ value: some Encodable, key: String) throws {
        let text = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
        try database.write { try StoredSetting(userID: user, key: key, value: text).upsert($0) }
    }

    /// A stored setting; `nil` where there is none or it cannot be read.
    public func setting<Value: Decodable>(_ key: String, as type: Value.Type) throws -> Value? {
        let text = try database.read { database in
            try StoredSetting.filter { $0.userID == user && $0.key == key }.fetchOne(database)?.value
        }
        return text.flatMap { try? JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
    }
}
