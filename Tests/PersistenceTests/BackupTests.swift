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
        for name in DataFile.allCases.dropFirst().flatMap(\.names) + ["config.toml"] { try write(name, name) }
    }

    @Test func whatWasBackedUpComesBackAndWhatWasThereIsKept() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try fill()
        try backup.make(from: locations)
        let names = try FileManager.default.contentsOfDirectory(atPath: backup.url.path).sorted()
        #expect(names == ["audit-key", "config.toml", "models", "oddline.db"], "no keys of sessions, no log, no drafts")
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
