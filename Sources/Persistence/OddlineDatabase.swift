import Digest
import Files
import Foundation
import GRDB

/// The program's one SQLite database, migrated to the present schema.
public struct OddlineDatabase: Sendable {
    let connection: any DatabaseWriter
    /// The file; `nil` in memory.
    let url: URL?
    /// Which file had that name when it was opened.
    private let node: UInt64?
    /// Keeps a database that is only read as tidy as it was.
    private let tidying: Tidying?
    /// What `secret` gives where there is no folder.
    private let ownSecret = Data(randomBytes(32))

    /// Opens the database at `url`, making it and its folder (modes 0600 and 0700) where they are missing. What it
    /// commits is on the disk (`synchronous=FULL`). Drafts that a killed process left in the folder a day ago are removed.
    /// - Throws: `StorageError` naming the path: a link, somebody else's or readable by others, damaged, or written by a
    ///   newer version.
    public init(at url: URL) throws(StorageError) {
        let folder = url.deletingLastPathComponent()
        try makePrivateFolder(folder)
        try Self.refuseUnsafeFiles(url)
        Drafts.removeAbandoned(inData: folder)
        let made = open(url.path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
        // SQLite would make a missing file too, but for others to read.
        guard made >= 0 || errno == EEXIST else { throw .cannotWrite(path: url.path, .system(errno)) }
        if made >= 0 { close(made) }
        (self.url, node) = (url, Self.node(of: url))
        tidying = nil
        do {
            let pool = try DatabasePool(path: url.path, configuration: Self.configuration)
            connection = pool
            // GRDB sets NORMAL whenever it turns WAL on, so that this comes after.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            guard try !pool.read(Self.migrator.hasBeenSuperseded) else { throw StorageError.newerSchema(path: url.path) }
            try Self.migrator.migrate(pool)
            try Self.refuseDamage(try check(quickly: true), url)
        } catch let error as StorageError { throw error } catch {
            throw .database(path: url.path, reason: (error as? DatabaseError)?.message ?? "\(error)")
        }
    }

    /// Opens a database that is there for reading alone, whatever version of the program wrote it. What SQLite puts beside it
    /// meanwhile is gone with the last copy of this value, unless it was there before.
    /// - Throws: `StorageError` naming the path.
    public init(readingFrom url: URL) throws(StorageError) {
        try refuseLinks(in: url.deletingLastPathComponent().path)
        try Self.refuseUnsafeFiles(url)
        (self.url, node) = (url, Self.node(of: url))
        var configuration = Self.configuration
        configuration.readonly = true
        let hadLog = FileManager.default.fileExists(atPath: url.path + "-wal")
        do {
            let queue = try DatabaseQueue(path: url.path, configuration: configuration)
            connection = queue
            tidying = hadLog ? nil : Tidying(after: queue)
        } catch { throw .database(path: url.path, reason: (error as? DatabaseError)?.message ?? "\(error)") }
    }

    /// Has SQLite remove the `-wal` and `-shm` of a connection that only read, and could not remove them itself. It does so when
    /// the last connection that may write ends, under its own locks; files that others use stay.
    private final class Tidying: Sendable {
        private let queue: DatabaseQueue

        init(after queue: DatabaseQueue) { self.queue = queue }

        deinit {
            guard (try? queue.close()) != nil, FileManager.default.fileExists(atPath: queue.path + "-wal"),
                let writer = try? DatabaseQueue(path: queue.path)
            else { return }
            _ = try? writer.read { try Int.fetchOne($0, sql: "PRAGMA schema_version") }
            try? writer.close()
        }
    }

    /// A database in memory, for tests and demonstrations.
    public init() throws {
        (url, node) = (nil, nil)
        tidying = nil
        connection = try DatabaseQueue()
        try Self.migrator.migrate(connection)
    }

    /// Whether the file still has its name: who deletes or moves a data folder leaves what works with it a database that nobody
    /// finds again. Always so in memory.
    public var isInPlace: Bool {
        guard let url else { return true }
        var status = stat()
        return lstat(url.path, &status) == 0 && UInt64(status.st_ino) == node
    }

    private static func node(of url: URL) -> UInt64? {
        var status = stat()
        return lstat(url.path, &status) == 0 ? UInt64(status.st_ino) : nil
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(2)
        configuration.maximumReaderCount = 4
        return configuration
    }

    private static func refuseUnsafeFiles(_ url: URL) throws(StorageError) {
        for ending in ["", "-wal", "-shm"] { try refuseUnsafeFile(url.path + ending) }
    }

    private static func refuseDamage(_ problems: [String], _ url: URL) throws(StorageError) {
        guard let problem = problems.first else { return }
        throw .database(path: url.path, reason: "it is damaged: \(problem)")
    }

    /// What SQLite finds wrong with the file; empty where it is sound. Quickly, without comparing indexes with tables.
    /// - Throws: `DatabaseError` where it cannot be looked at.
    public func check(quickly: Bool = false) throws -> [String] {
        do {
            return try connection.read { database in
                let found = try String.fetchAll(
                    database, sql: quickly ? "PRAGMA quick_check(10)" : "PRAGMA integrity_check(100)")
                let orphans = quickly ? [] : try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").map { "\($0)" }
                return found.filter { $0 != "ok" } + orphans
            }
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            return [error.message ?? "it cannot be read"]
        }
    }

    /// Bytes of a secret.
    static let secretLength = 32

    /// 32 random bytes that belong to this database, kept in a private file beside it so that a copy of the database alone
    /// does not have them.
    /// - Throws: `StorageError` when the file cannot be used.
    public func secret(_ file: DataFile) throws(StorageError) -> Data {
        guard let url else { return ownSecret }
        let file = url.deletingLastPathComponent().appendingPathComponent(file.rawValue)
        let secret = try PrivateFile(file).read(orMake: Data(randomBytes(Self.secretLength)))
        guard secret.count == Self.secretLength else {
            throw .configuration(path: file.path, reason: "it does not hold \(Self.secretLength) bytes")
        }
        return secret
    }

    /// What `body` reads, all at one moment; it cannot write. Blocks the thread until it is its turn.
    /// - Throws: `StorageError.busy`, `.notStored`, other `DatabaseError`s, and what `body` throws.
    public func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do { return try connection.read(body) } catch { throw told(error) }
    }

    /// What one statement reads, which SQLite answers as of one moment without a transaction around it; `body` has no more
    /// than one. Blocks the thread until it is its turn.
    /// - Throws: as `read`.
    public func statement<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do { return try connection.unsafeRead(body) } catch { throw told(error) }
    }

    /// What `body` reads, all at one moment; it cannot write.
    /// - Throws: `StorageError.busy`, `.notStored`, other `DatabaseError`s, and what `body` throws.
    public func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do { return try await connection.read(body) } catch { throw told(error) }
    }

    /// Runs `body` in one transaction: all of it is stored, or nothing when it throws. Blocks the thread until it
    /// is its turn.
    /// - Throws: `StorageError.busy`, `.notStored`, other `DatabaseError`s, and what `body` throws.
    public func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do { return try connection.write(body) } catch { throw told(error) }
    }

    /// Runs `body` in one transaction: all of it is stored, or nothing when it throws.
    /// - Throws: `StorageError.busy`, `.notStored`, other `DatabaseError`s, and what `body` throws.
    public func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do { return try await connection.write(body) } catch { throw told(error) }
    }

    /// What a user can do about an error of SQLite's, where there is something.
    func told(_ error: any Error) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        let path = url?.path ?? "the database in memory"
        return switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: StorageError.busy(path: path)
        case .SQLITE_FULL, .SQLITE_IOERR: StorageError.notStored(path: path, reason: error.message ?? "the disk fails")
        default: error
        }
    }
}
