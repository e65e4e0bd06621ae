import GRDB
import Persistence

/// What a user has of a file that was opened.
public struct Holdings: Sendable, Equatable {
    /// Where the file is.
    public let path: String
    /// Rows that the series had when it was opened last.
    public let rowCount: Int
    /// The names of the models that are saved for it.
    public let models: [String]
    /// Verdicts given on it.
    public let verdictCount: Int

    /// What there is of a file.
    public init(path: String, rowCount: Int, models: [String], verdictCount: Int) {
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
            let verdicts = try StoredMarks.judgements.counts(user: user, database)
            let holdings = files.map { file in
                Holdings(
                    path: file.path, rowCount: file.rowCount,
                    models: models[file.fingerprint]?.map(\.kind) ?? [], verdictCount: verdicts[file.fingerprint] ?? 0)
            }
            return holdings.enumerated().filter { $0.offset < limit || $0.element.isKept }.map(\.element)
        }
    }
}
