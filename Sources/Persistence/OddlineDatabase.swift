import Foundation
import GRDB

/// The program's one SQLite database, migrated to the present schema.
public struct OddlineDatabase: Sendable {
    private let queue: DatabaseQueue

    /// Opens the database at `url`, making it and its folder (modes 0600 and 0700) where they are missing.
    /// - Throws: `StorageError` naming the path.
    public init(at url: URL) throws(StorageError) {
        try makePrivateFolder(url.deletingLastPathComponent())
        for path in [url.path, url.path + "-wal", url.path + "-shm"]
        where (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil {
            throw .symbolicLink(path: path)
        }
        if !FileManager.default.fileExists(atPath: url.path) {
            let made = open(url.path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
            if made >= 0 { close(made) }
        }
        chmod(url.path, 0o600)
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(5)
        configuration.journalMode = .wal
        do {
            queue = try DatabaseQueue(path: url.path, configuration: configuration)
            try Self.migrator.migrate(queue)
        } catch {
            throw .database(path: url.path, reason: (error as? DatabaseError)?.message ?? "\(error)")
        }
    }

    /// A database in memory, for tests and demonstrations.
    public init() throws {
        queue = try DatabaseQueue()
        try Self.migrator.migrate(queue)
    }

    /// What `body` reads, all at one moment; it cannot write. Blocks the thread until it is its turn.
    /// - Throws: `DatabaseError`, and what `body` throws.
    public func read<Value>(_ body: (Database) throws -> Value) throws -> Value { try queue.read(body) }

    /// What `body` reads, all at one moment; it cannot write.
    /// - Throws: `DatabaseError`, and what `body` throws.
    public func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await queue.read(body)
    }

    /// Runs `body` in one transaction: all of it is stored, or nothing when it throws. Blocks the thread until it
    /// is its turn.
    /// - Throws: `DatabaseError`, and what `body` throws.
    public func write<Value>(_ body: (Database) throws -> Value) throws -> Value { try queue.write(body) }

    /// Runs `body` in one transaction: all of it is stored, or nothing when it throws.
    /// - Throws: `DatabaseError`, and what `body` throws.
    public func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await queue.write(body)
    }

    /// The schema's history; released steps never change.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("users") { database in
            try database.create(table: "users") { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("username", .text).notNull().collate(.nocase)
                table.column("email", .text).notNull().collate(.nocase)
                table.column("hashed_password", .text).notNull()
                table.column("created_at", .datetime).notNull()
                table.column("updated_at", .datetime).notNull()
            }
            try database.create(index: "users_on_username", on: "users", columns: ["username"], options: .unique)
            try database.create(index: "users_on_email", on: "users", columns: ["email"], options: .unique)
        }
        migrator.registerMigration("account status and audit log") { database in
            try database.create(table: "account_status") { table in
                table.primaryKey("user_id", .integer).references("users", onDelete: .cascade)
                table.column("role", .text).notNull()
                table.column("is_enabled", .boolean).notNull().defaults(to: true)
            }
            try database.create(table: "audit_log") { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("at", .datetime).notNull().indexed()
                table.column("user_id", .integer)
                table.column("action", .text).notNull()
                table.column("detail", .text).notNull()
            }
        }
        migrator.registerMigration("series, models, judgements and settings") { database in
            try database.create(table: "series") { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("user_id", .integer).notNull().references("users", onDelete: .cascade)
                table.column("path", .text).notNull()
                table.column("opened_at", .datetime).notNull()
                table.uniqueKey(["user_id", "path"])
            }
            try database.create(table: "models") { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("user_id", .integer).notNull().references("users", onDelete: .cascade)
                table.column("kind", .text).notNull()
                table.column("fingerprint", .text).notNull()
                table.column("file", .text).notNull()
                table.column("saved_at", .datetime).notNull()
                table.uniqueKey(["user_id", "kind", "fingerprint"])
            }
            try database.create(table: "judgements") { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("user_id", .integer).notNull().references("users", onDelete: .cascade)
                table.column("fingerprint", .text).notNull()
                table.column("first_row", .integer).notNull()
                table.column("last_row", .integer).notNull()
                table.column("verdict", .text).notNull()
                table.column("judged_at", .datetime).notNull()
                table.uniqueKey(["user_id", "fingerprint", "first_row", "last_row"])
            }
            try database.create(table: "settings") { table in
                table.column("user_id", .integer).notNull().references("users", onDelete: .cascade)
                table.column("key", .text).notNull()
                table.column("value", .text).notNull()
                table.primaryKey(["user_id", "key"])
            }
        }
        migrator.registerMigration("sessions and login attempts") { database in
            try database.create(table: "sessions") { table in
                table.primaryKey("id", .text)
                table.column("user_id", .integer).notNull().indexed().references("users", onDelete: .cascade)
                table.column("origin", .text).notNull()
                table.column("created_at", .datetime).notNull()
                table.column("expires_at", .datetime).notNull().indexed()
                table.column("revoked_at", .datetime)
            }
            try database.create(table: "login_attempts") { table in
                table.primaryKey("scope", .text)
                table.column("failures", .integer).notNull()
                table.column("last_at", .datetime).notNull()
                table.column("blocked_until", .datetime)
            }
        }
        migrator.registerMigration("models without file names") { database in
            try database.alter(table: "models") { $0.drop(column: "file") }
        }
        return migrator
    }
}
