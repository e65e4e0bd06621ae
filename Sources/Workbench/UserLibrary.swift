import Accounts
import AnomalyDetection
import Foundation
import GRDB
import Persistence
import TimeSeries

/// What an analyst decided about an event.
public enum Verdict: String, Sendable, Codable, CaseIterable {
    case anomaly, normal
}

/// What belongs to one user: recent files, saved models, judgements, settings. Only a session opens it.
public struct UserLibrary: Sendable {
    private let database: OddlineDatabase
    private let models: URL
    /// Who is working.
    public let session: Session

    /// Opens the library of the session's user.
    public init(session: Session, database: OddlineDatabase, locations: Locations) {
        self.session = session
        self.database = database
        models = locations.models.appendingPathComponent(String(session.account.id), isDirectory: true)
    }

    private var user: Int64 { session.account.id }

    // MARK: Recent files

    /// Notes that a file was opened.
    public func remember(path: String) throws {
        try database.queue.write {
            try $0.execute(
                sql:
                    "INSERT INTO series (user_id, path, opened_at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET opened_at = excluded.opened_at",
                arguments: [user, path, Date()])
        }
    }

    /// Paths opened before, the latest first.
    public func recentPaths(limit: Int = 20) throws -> [String] {
        try database.queue.read {
            try String.fetchAll(
                $0, sql: "SELECT path FROM series WHERE user_id = ? ORDER BY opened_at DESC LIMIT ?", arguments: [user, limit])
        }
    }

    // MARK: Models

    /// Saves a model for the series it was trained on, replacing an older one.
    /// - Throws: `ModelFileError.cannotWrite`, `StorageError`.
    public func save(_ detector: Detector) throws {
        try makePrivateFolder(models.deletingLastPathComponent())
        try makePrivateFolder(models)
        let file = "\(detector.fingerprint)-\(detector.kind.rawValue).safetensors"
        try detector.save(to: models.appendingPathComponent(file))
        try database.queue.write {
            try $0.execute(
                sql: """
                    INSERT INTO models (user_id, kind, fingerprint, file, saved_at) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT DO UPDATE SET file = excluded.file, saved_at = excluded.saved_at
                    """,
                arguments: [user, detector.kind.rawValue, detector.fingerprint, file, Date()])
        }
    }

    /// Which models are saved for a series.
    public func savedModels(for series: Series) throws -> [ModelKind] {
        try database.queue.read {
            try String.fetchAll(
                $0, sql: "SELECT kind FROM models WHERE user_id = ? AND fingerprint = ? ORDER BY kind",
                arguments: [user, series.fingerprint])
        }.compactMap(ModelKind.init)
    }

    /// Loads a saved model for a series.
    /// - Throws: `DetectionError.notAModel` or `ModelFileError` naming the file.
    public func load(_ kind: ModelKind, for series: Series) throws -> Detector {
        try Detector(loadingFrom: models.appendingPathComponent("\(series.fingerprint)-\(kind.rawValue).safetensors"))
    }

    // MARK: Judgements

    /// Stores what the user decided about rows of a series; `nil` takes it back.
    public func judge(_ rows: Range<Int>, of series: Series, as verdict: Verdict?) throws {
        let place: StatementArguments = [user, series.fingerprint, rows.lowerBound, rows.upperBound - 1]
        try database.queue.write { database in
            guard let verdict else {
                return try database.execute(
                    sql: "DELETE FROM judgements WHERE user_id = ? AND fingerprint = ? AND first_row = ? AND last_row = ?",
                    arguments: place)
            }
            try database.execute(
                sql: """
                    INSERT INTO judgements (user_id, fingerprint, first_row, last_row, verdict, judged_at) VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT DO UPDATE SET verdict = excluded.verdict, judged_at = excluded.judged_at
                    """, arguments: place + [verdict.rawValue, Date()])
        }
    }

    /// Judged rows of a series, in order.
    public func judgements(of series: Series) throws -> [(rows: Range<Int>, verdict: Verdict)] {
        try database.queue.read {
            try Row.fetchAll(
                $0,
                sql:
                    "SELECT first_row, last_row, verdict FROM judgements WHERE user_id = ? AND fingerprint = ? ORDER BY first_row",
                arguments: [user, series.fingerprint])
        }.compactMap { row in
            Verdict(rawValue: row["verdict"]).map { (row["first_row"] as Int..<(row["last_row"] as Int + 1), $0) }
        }
    }

    // MARK: Settings

    /// Stores a setting as JSON.
    public func store(_ value: some Encodable, key: String) throws {
        let text = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
        try database.queue.write {
            try $0.execute(
                sql:
                    "INSERT INTO settings (user_id, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                arguments: [user, key, text])
        }
    }

    /// A stored setting; `nil` where there is none or it cannot be read.
    public func setting<Value: Decodable>(_ key: String, as type: Value.Type) throws -> Value? {
        let text = try database.queue.read {
            try String.fetchOne($0, sql: "SELECT value FROM settings WHERE user_id = ? AND key = ?", arguments: [user, key])
        }
        return text.flatMap { try? JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
    }
}
