import Foundation
import GRDB

extension OddlineDatabase {
    /// The schema's history, a list of named steps; once a version is released its steps never change, and what comes is a step
    /// of its own.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("first schema") { database in
            try createAccounts(database)
            try createProtections(database)
            try createLibrary(database)
        }
        migrator.registerMigration("second factor") { database in try createSecondFactor(database) }
        migrator.registerMigration("earlier models") { database in try createEarlierModels(database) }
        return migrator
    }

    /// Who there is, what they may do, and where they are logged in.
    private static func createAccounts(_ database: Database) throws {
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
        try database.create(table: "account_status") { table in
            table.primaryKey("user_id", .integer).references("users", onDelete: .cascade)
            table.column("role", .text).notNull()
            table.column("is_enabled", .boolean).notNull().defaults(to: true)
            table.column("token_version", .integer).notNull().defaults(to: 0)
        }
        try database.create(table: "sessions") { table in
            table.primaryKey("id", .text)
            owner(table).indexed()
            table.column("origin", .text).notNull()
            table.column("created_at", .datetime).notNull()
            table.column("expires_at", .datetime).notNull().indexed()
            table.column("revoked_at", .datetime)
        }
        try database.create(table: "invitations") { table in
            table.primaryKey("hash", .text)
            table.column("expires_at", .datetime).notNull()
        }
    }

    /// What slows down guessing, and the chained audit log.
    private static func createProtections(_ database: Database) throws {
        try database.create(table: "login_attempts") { table in
            table.primaryKey("scope", .text)
            table.column("failures", .integer).notNull()
            table.column("last_at", .datetime).notNull().indexed()
            table.column("blocked_until", .datetime)
        }
        try database.create(table: "devices") { table in
            table.primaryKey("hash", .text)
            owner(table).indexed()
            table.column("expires_at", .datetime).notNull().indexed()
        }
        try database.create(table: "audit_log") { table in
            table.autoIncrementedPrimaryKey("id")
            table.column("at", .datetime).notNull().indexed()
            table.column("user_id", .integer)
            table.column("action", .text).notNull()
            table.column("detail", .text).notNull()
            for name in ["actor", "origin", "old_value", "new_value"] { table.column(name, .text) }
            table.column("hash", .blob)
        }
        try database.create(table: "audit_head") { table in
            table.primaryKey("id", .integer)
            table.column("entries", .integer).notNull()
            table.column("hash", .blob).notNull()
        }
    }

    /// What is asked beside the password: one-time codes, those for when their device is lost, and logins that wait for one.
    private static func createSecondFactor(_ database: Database) throws {
        try database.create(table: "second_factors") { table in
            table.primaryKey("user_id", .integer).references("users", onDelete: .cascade)
            table.column("seed", .blob).notNull()
            table.column("is_on", .boolean).notNull()
            table.column("last_step", .integer).notNull()
        }
        try database.create(table: "recovery_codes") { table in
            table.primaryKey("hash", .text)
            owner(table).indexed()
        }
        try database.create(table: "login_tickets") { table in
            table.primaryKey("hash", .text)
            owner(table).indexed()
            table.column("token_version", .integer).notNull()
            table.column("expires_at", .datetime).notNull().indexed()
        }
    }

    /// What a user opened, saved, judged, wrote and set.
    private static func createLibrary(_ database: Database) throws {
        try database.create(table: "series") { table in
            table.autoIncrementedPrimaryKey("id")
            owner(table)
            table.column("path", .text).notNull()
            table.column("opened_at", .datetime).notNull()
            table.column("fingerprint", .text).notNull()
            table.column("row_count", .integer).notNull()
            table.uniqueKey(["user_id", "path"])
        }
        try database.create(table: "models") { table in
            table.autoIncrementedPrimaryKey("id")
            owner(table)
            table.column("kind", .text).notNull()
            table.column("fingerprint", .text).notNull()
            table.column("saved_at", .datetime).notNull()
            table.uniqueKey(["user_id", "kind", "fingerprint"])
        }
        for (marks, value, time) in [("judgements", "verdict", "judged_at"), ("notes", "text", "written_at")] {
            try database.create(table: marks) { table in
                table.autoIncrementedPrimaryKey("id")
                owner(table)
                table.column("fingerprint", .text).notNull()
                table.column("first_row", .integer).notNull()
                table.column("last_row", .integer).notNull()
                table.column(value, .text).notNull()
                table.column(time, .datetime).notNull()
                table.uniqueKey(["user_id", "fingerprint", "first_row", "last_row"])
            }
        }
        try database.create(table: "rules") { table in
            table.autoIncrementedPrimaryKey("id")
            owner(table)
            table.column("fingerprint", .text).notNull()
            table.column("rule", .text).notNull()
            table.column("made_at", .datetime).notNull()
            table.uniqueKey(["user_id", "fingerprint", "rule"])
        }
        try database.create(table: "readings") { table in
            owner(table)
            table.column("path", .text).notNull()
            table.column("options", .text).notNull()
            table.column("decided_at", .datetime).notNull()
            table.primaryKey(["user_id", "path"])
        }
        try database.create(table: "settings") { table in
            owner(table)
            table.column("key", .text).notNull()
            table.column("value", .text).notNull()
            table.primaryKey(["user_id", "key"])
        }
    }

    /// The column of the user to whom a row belongs and with whom it goes.
    @discardableResult
    private static func owner(_ table: TableDefinition) -> ColumnDefinition {
        table.column("user_id", .integer).notNull().references("users", onDelete: .cascade)
    }

    /// Models that others took the place of; of models, what those of one run share, how they are called and what they learnt from.
    private static func createEarlierModels(_ database: Database) throws {
        try database.alter(table: "models") { table in
            for column in ["run", "name", "trained_on", "how"] { table.add(column: column, .text).notNull().defaults(to: "") }
        }
        try database.create(table: "earlier_models") { table in
            table.autoIncrementedPrimaryKey("id")
            owner(table)
            for column in ["kind", "fingerprint", "run", "name", "trained_on", "how"] { table.column(column, .text).notNull() }
            table.column("saved_at", .datetime).notNull()
            table.column("file", .text).notNull().unique()
        }
        try database.create(index: "earlier_models_on_series", on: "earlier_models", columns: ["user_id", "fingerprint"])
    }
}
