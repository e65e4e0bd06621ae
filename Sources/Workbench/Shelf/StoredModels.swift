import Foundation
import GRDB
import Persistence

/// A model that is saved for a series.
public struct StoredModel: Sendable, Equatable {
    /// What the series is known by.
    public let series: String
    /// The model's name, also of one that is not registered.
    public let kind: String
    /// When.
    public let savedAt: Date
    /// How long its file is; 0 where it is gone.
    public let bytes: Int
}

extension UserLibrary {
    // MARK: Saved models

    /// All models that are saved, the newest first.
    public func storedModels() throws -> [StoredModel] {
        let saved = try database.read { database in
            try SavedModel.filter { $0.userID == user }
                .order(SavedModel.Columns.savedAt.desc, SavedModel.Columns.fingerprint, SavedModel.Columns.kind)
                .fetchAll(database)
        }
        return saved.map { model in
            let file = file(model.kind, of: model.fingerprint)
            let size = try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int
            return StoredModel(series: model.fingerprint, kind: model.kind, savedAt: model.savedAt, bytes: size ?? 0)
        }
    }

    /// Deletes the models of a series, the earlier ones too. One that is being saved at this moment may lose its file: it is as if it had never been
    /// trained, and is told of where it is opened.
    /// - Returns: whether there were any.
    @discardableResult
    public func removeModels(ofSeries series: String) throws -> Bool {
        let removed = try database.write { database in
            let mine = SavedModel.of(series, user)
            let removed = try mine.fetchAll(database)
            try mine.deleteAll(database)
            let earlier = EarlierModel.of(series, user)
            let files = try removed.map { file($0.kind, of: series) } + earlier.fetchAll(database).map(file)
            try earlier.deleteAll(database)
            return files
        }
        for file in removed { try? FileManager.default.removeItem(at: file) }
        return !removed.isEmpty
    }

    /// Deletes the models of all but the series whose models were saved last.
    public func keepNewestModels(ofSeries count: Int) throws {
        var seen: Set<String> = []
        let series = try storedModels().map(\.series).filter { seen.insert($0).inserted }
        for old in series.dropFirst(count) { try removeModels(ofSeries: old) }
    }
}
