import Foundation
import GRDB

/// A file that a user opened.
struct OpenedFile: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "series"
    var userID: Int64
    var path: String
    var openedAt: Date
    /// What the series is known by; `nil` where it was opened last before this was noted.
    var fingerprint: String?
    var rowCount: Int?

    enum CodingKeys: String, CodingKey {
        case path, fingerprint
        case rowCount = "row_count"
        case userID = "user_id"
        case openedAt = "opened_at"
    }

    enum Columns {
        static let userID = Column(CodingKeys.userID)
        static let openedAt = Column(CodingKeys.openedAt)
    }
}

/// A model that a user saved.
struct SavedModel: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "models"
    var userID: Int64
    var kind: String
    var fingerprint: String
    var savedAt: Date

    enum CodingKeys: String, CodingKey {
        case kind, fingerprint
        case userID = "user_id"
        case savedAt = "saved_at"
    }

    enum Columns {
        static let userID = Column(CodingKeys.userID)
        static let fingerprint = Column(CodingKeys.fingerprint)
    }
}

/// A verdict on rows of a series, counted from 0, both ends included.
struct StoredJudgement: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "judgements"
    var id: Int64?
    var userID: Int64
    var fingerprint: String
    var firstRow: Int
    var lastRow: Int
    var verdict: String
    var judgedAt: Date

    enum CodingKeys: String, CodingKey {
        case id, fingerprint, verdict
        case userID = "user_id"
        case firstRow = "first_row"
        case lastRow = "last_row"
        case judgedAt = "judged_at"
    }

    enum Columns {
        static let id = Column(CodingKeys.id)
        static let userID = Column(CodingKeys.userID)
        static let fingerprint = Column(CodingKeys.fingerprint)
        static let firstRow = Column(CodingKeys.firstRow)
        static let lastRow = Column(CodingKeys.lastRow)
        static let judgedAt = Column(CodingKeys.judgedAt)
    }

    /// A user's verdicts on a series.
    static func of(_ fingerprint: String, user: Int64) -> QueryInterfaceRequest<StoredJudgement> {
        filter { $0.userID == user && $0.fingerprint == fingerprint }
    }
}

/// A setting of a user, as JSON.
struct StoredSetting: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "settings"
    var userID: Int64
    var key: String
    var value: String

    enum CodingKeys: String, CodingKey {
        case key, value
        case userID = "user_id"
    }

    enum Columns {
        static let userID = Column(CodingKeys.userID)
        static let key = Column(CodingKeys.key)
    }
}

/// A note on rows of a series, counted from 0, both ends included.
struct StoredNote: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "notes"
    var id: Int64?
    var userID: Int64
    var fingerprint: String
    var firstRow: Int
    var lastRow: Int
    var text: String
    var writtenAt: Date

    enum CodingKeys: String, CodingKey {
        case id, fingerprint, text
        case userID = "user_id"
        case firstRow = "first_row"
        case lastRow = "last_row"
        case writtenAt = "written_at"
    }

    enum Columns {
        static let id = Column(CodingKeys.id)
        static let userID = Column(CodingKeys.userID)
        static let fingerprint = Column(CodingKeys.fingerprint)
        static let firstRow = Column(CodingKeys.firstRow)
        static let lastRow = Column(CodingKeys.lastRow)
        static let writtenAt = Column(CodingKeys.writtenAt)
    }

    /// A user's notes on a series.
    static func of(_ fingerprint: String, user: Int64) -> QueryInterfaceRequest<StoredNote> {
        filter { $0.userID == user && $0.fingerprint == fingerprint }
    }
}
