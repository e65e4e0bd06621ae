import Foundation
import GRDB

/// A file that a user opened.
struct OpenedFile: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "series"
    var userID: Int64
    var path: String
    var openedAt: Date
    /// What the series was known by when it was opened last, and how many rows it had.
    var fingerprint: String
    var rowCount: Int

    enum CodingKeys: String, CodingKey {
        case path, fingerprint
        case rowCount = "row_count"
        case userID = "user_id"
        case openedAt = "opened_at"
    }

    enum Columns {
        static let path = Column(CodingKeys.path)
        static let fingerprint = Column(CodingKeys.fingerprint)
        static let userID = Column(CodingKeys.userID)
        static let openedAt = Column(CodingKeys.openedAt)
    }

    /// The file of a user's at a path.
    static func at(_ path: String, of user: Int64) -> QueryInterfaceRequest<Self> {
        filter { $0.userID == user }.filter { $0.path == path }
    }
}

/// A model that a user saved.
struct SavedModel: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "models"
    var userID: Int64
    var kind: String
    var fingerprint: String
    var savedAt: Date
    /// What those that were trained together share.
    var run: String
    var name: String
    /// What they learnt from, and how.
    var trainedOn: String
    var how: String

    enum CodingKeys: String, CodingKey {
        case kind, fingerprint, run, name, how
        case trainedOn = "trained_on"
        case userID = "user_id"
        case savedAt = "saved_at"
    }

    enum Columns {
        static let userID = Column(CodingKeys.userID)
        static let kind = Column(CodingKeys.kind)
        static let fingerprint = Column(CodingKeys.fingerprint)
        static let run = Column(CodingKeys.run)
        static let savedAt = Column(CodingKeys.savedAt)
    }

    /// A user's models of a series.
    static func of(_ series: String, _ user: Int64) -> QueryInterfaceRequest<Self> {
        filter { $0.userID == user }.filter { $0.fingerprint == series }
    }
}

/// A model that another took the place of.
struct EarlierModel: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "earlier_models"
    var userID: Int64
    var kind: String
    var fingerprint: String
    var savedAt: Date
    var run: String
    var name: String
    /// What they learnt from, and how.
    var trainedOn: String
    var how: String
    /// The name of its file in the folder of the user's models.
    var file: String

    enum CodingKeys: String, CodingKey {
        case kind, fingerprint, run, name, how, file
        case trainedOn = "trained_on"
        case userID = "user_id"
        case savedAt = "saved_at"
    }

    enum Columns {
        static let userID = Column(CodingKeys.userID)
        static let kind = Column(CodingKeys.kind)
        static let fingerprint = Column(CodingKeys.fingerprint)
        static let run = Column(CodingKeys.run)
    }

    /// A user's models of a series.
    static func of(_ series: String, _ user: Int64) -> QueryInterfaceRequest<Self> {
        filter { $0.userID == user }.filter { $0.fingerprint == series }
    }
}

/// How a user has a file read, where the program would read it otherwise.
struct KeptReading: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "readings"
    var userID: Int64
    var path: String
    /// The options as JSON.
    var options: String
    var decidedAt: Date

    enum CodingKeys: String, CodingKey {
        case path, options
        case userID = "user_id"
        case decidedAt = "decided_at"
    }

    enum Columns {
        static let path = Column(CodingKeys.path)
        static let userID = Column(CodingKeys.userID)
    }

    /// How a user has the file at a path read.
    static func at(_ path: String, of user: Int64) -> QueryInterfaceRequest<Self> {
        filter { $0.userID == user }.filter { $0.path == path }
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

    /// A user's setting of this name.
    static func of(_ user: Int64, key: String) -> QueryInterfaceRequest<Self> {
        filter { $0.userID == user }.filter { $0.key == key }
    }
}
