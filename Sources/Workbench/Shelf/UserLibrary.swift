import Accounts
import AnomalyDetection
import Foundation
import GRDB
import Persistence
import TimeSeries

/// What belongs to one user: opened files, a shelf for each series, settings. Only a session opens it.
public struct UserLibrary: Sendable {
    let database: OddlineDatabase
    /// Where the user's models are.
    let folder: URL
    let models: Models
    /// Who is working.
    public let session: Session

    /// Opens the library of the session's user, which knows the models that are registered.
    public init(session: Session, database: OddlineDatabase, locations: Locations, models: Models) {
        self.session = session
        self.database = database
        self.models = models
        folder = locations.models.appendingPathComponent(String(session.account.id), isDirectory: true)
    }

    var user: Int64 { session.account.id }

    /// Where a model of a series is saved.
    func file(_ kind: String, of series: String) -> URL {
        folder.appendingPathComponent("\(series)-\(ModelKind(name: kind, title: kind).fileName)")
    }

    /// What is stored about a series.
    public func shelf(of series: SeriesIdentity) -> Shelf { Shelf(of: series, in: self) }

    /// The shelf on which what is stored of a file stands, which is that of its first rows where it was opened with fewer and not
    /// since: nothing is taken over, and the file does not count as opened.
    public func shelf(of series: Series, at path: String) throws -> Shelf {
        let before = try database.read { try OpenedFile.at(path, of: user).fetchOne($0) }
        guard let before, before.rowCount < series.rowCount,
            series.identity(ofFirst: before.rowCount).text == before.fingerprint
        else { return shelf(of: series.identity) }
        var shelf = shelf(of: SeriesIdentity(text: before.fingerprint))
        shelf.before = Shelf.Earlier(rowCount: before.rowCount, openedAt: before.openedAt)
        return shelf
    }

    // MARK: Opened files

    /// Notes that a series was opened from a file, and gives its shelf. Where the file held the same rows and fewer of them when
    /// it was opened before, what belongs to those belongs to the series from now on; and to those still, where another file that
    /// was opened held them.
    ///
    /// Not one transaction, since models move between: where two programs do this at once, both come to the same.
    /// - Parameter beginning: what the series was known by when it had fewer rows, where that is known already.
    public func open(_ series: Series, at path: String, continuing beginning: SeriesIdentity? = nil) throws -> Shelf {
        let before = try database.read { try OpenedFile.at(path, of: user).fetchOne($0) }
        var shelf = shelf(of: series.identity)
        if let beginning {
            if beginning != series.identity { try shelf.takeOver(from: beginning, at: path) }
        } else if let before, before.rowCount < series.rowCount,
            series.identity(ofFirst: before.rowCount).text == before.fingerprint
        {
            try shelf.takeOver(from: SeriesIdentity(text: before.fingerprint), at: path)
            shelf.before = Shelf.Earlier(rowCount: before.rowCount, openedAt: before.openedAt)
        }
        try database.write {
            try OpenedFile(
                userID: user, path: path, openedAt: Date(), fingerprint: series.identity.text,
                rowCount: series.forgottenRows + series.rowCount
            ).upsert($0)
        }
        return shelf
    }

    // MARK: Settings

    /// Stores a setting as JSON.
    public func store(_ value: some Encodable, key: String) throws {
        let text = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
        try database.write { try StoredSetting(userID: user, key: key, value: text).upsert($0) }
    }

    /// A stored setting; `nil` where there is none or it cannot be read.
    public func setting<Value: Decodable>(_ key: String, as type: Value.Type) throws -> Value? {
        let text = try database.read { database in
            try StoredSetting.of(user, key: key).fetchOne(database)?.value
        }
        return text.flatMap { try? JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
    }
}
