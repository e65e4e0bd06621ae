import Foundation
import GRDB

extension OddlineDatabase {
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
        registerProtections(&migrator)
        migrator.registerMigration("notes, and what is known of opened files") { database in
            try database.create(table: "notes") { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("user_id", .integer).notNull().references("users", onDelete: .cascade)
                table.column("fingerprint", .text).notNull()
                table.column("first_row", .integer).notNull()
                table.column("last_row", .integer).notNull()
                table.column("text", .text).notNull()
                table.column("written_at", .datetime).notNull()
                table.uniqueKey(["user_id", "fingerprint", "first_row", "last_row"])
            }
            try database.alter(table: "series") { table in
                table.add(column: "fingerprint", .text)
                table.add(column: "row_count", .integer)
            }
        }
        return migrator
    }

    private static func registerProtections(_ migrator: inout DatabaseMigrator) {
        migrator.registerMigration("token versions, devices and invitations") { database in
            try database.alter(table: "account_status") { $0.add(column: "token_version", .integer).notNull().defaults(to: 0) }
            try database.create(index: "login_attempts_on_last_at", on: "login_attempts", columns: ["last_at"])
            // What was typed as a name stood here in clear.
            try database.execute(sql: "DELETE FROM login_attempts")
            try database.create(table: "devices") { table in
                table.primaryKey("hash", .text)
                table.column("user_id", .integer).notNull().indexed().references("users", onDelete: .cascade)
                table.column("expires_at", .datetime).notNull().indexed()
            }
            try database.create(table: "invitations") { table in
                table.primaryKey("hash", .text)
                table.column("expires_at", .datetime).notNull()
            }
        }
        migrator.registerMigration("a chained audit log") { database in
            try database.alter(table: "audit_log") { table in
                for name in ["actor", "origin", "old_value", "new_value"] { table.add(column: name, .text) }
                table.add(column: "hash", .blob)
            }
            try database.create(table: "audit_head") { table in
                table.primaryKey("id", .integer)
                table.column("entries", .integer).notNull()
                table.column("hash", .blob).notNull()
            }
        }
    }
}
