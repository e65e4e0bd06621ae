import Foundation
import GRDB
import Persistence
import TimeSeries

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

extension UserLibrary {
    // MARK: Notes

    /// Stores what the user wrote about rows of a series, in place of the notes that they overlap (see `Notes`); an empty
    /// text takes those away.
    public func write(_ text: String, on rows: Range<Int>, of series: Series) throws {
        guard let last = rows.last else { return }
        let fingerprint = try identity(of: series)
        try database.write { database in
            try StoredNote.of(fingerprint, user: user)
                .filter { $0.firstRow <= last && $0.lastRow >= rows.lowerBound }.deleteAll(database)
            guard !text.isEmpty else { return }
            try StoredNote(
                userID: user, fingerprint: fingerprint, firstRow: rows.lowerBound, lastRow: last, text: text, writtenAt: Date()
            ).insert(database)
        }
    }

    /// The notes on a series.
    public func notes(of series: Series) throws -> Notes {
        let fingerprint = try identity(of: series)
        let stored = try database.read { database in
            try StoredNote.of(fingerprint, user: user).order { [$0.writtenAt, $0.id] }.fetchAll(database)
        }
        return Notes(
            stored.compactMap { $0.firstRow <= $0.lastRow ? Note(rows: $0.firstRow..<($0.lastRow + 1), text: $0.text) : nil })
    }
}

/// What a user has of a file that was opened.
public struct Holdings: Sendable, Equatable {
    /// Where the file is.
    public let path: String
    /// Rows that the series had when it was opened last; `nil` where that was before rows were noted.
    public let rowCount: Int?
    /// The names of the models that are saved for it.
    public let models: [String]
    /// Verdicts given on it.
    public let verdictCount: Int

    /// What there is of a file.
    public init(path: String, rowCount: Int?, models: [String], verdictCount: Int) {
        self.path = path
        self.rowCount = rowCount
        self.models = models
        self.verdictCount = verdictCount
    }

    /// Whether work went into it.
    public var isKept: Bool { !models.isEmpty || verdictCount > 0 }
}

extension UserLibrary {
    // MARK: Recent files

    /// The files that were opened before, the latest first: the latest `limit`, and all that have models or verdicts.
    public func recentFiles(limit: Int = 12) throws -> [Holdings] {
        try database.read { database in
            let files = try OpenedFile.filter { $0.userID == user }.order(\.openedAt.desc).fetchAll(database)
            let models = Dictionary(grouping: try SavedModel.filter { $0.userID == user }.fetchAll(database), by: \.fingerprint)
            let verdicts = Dictionary(
                grouping: try StoredJudgement.filter { $0.userID == user }.fetchAll(database), by: \.fingerprint)
            let holdings = files.map { file in
                Holdings(
                    path: file.path, rowCount: file.rowCount,
                    models: file.fingerprint.flatMap { models[$0] }?.map(\.kind) ?? [],
                    verdictCount: file.fingerprint.flatMap { verdicts[$0] }?.count ?? 0)
            }
            return holdings.enumerated().filter { $0.offset < limit || $0.element.isKept }.map(\.element)
        }
    }
}
