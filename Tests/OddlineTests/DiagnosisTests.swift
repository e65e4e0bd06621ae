import Foundation
import Testing

@Suite struct DiagnosisTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-doctor-\(UUID().uuidString)").path
    private var data: String { folder + "/data" }

    private func add(_ name: String, to data: String) throws {
        let added = try oddline(
            ["accounts", "add", name, "\(name)@example.org", "--data-dir", data], input: "correct horse battery\n")
        #expect(added.status == 0, "\(added.errors)")
    }

    private struct Report: Decodable {
        struct Finding: Decodable { let name, state, text: String }
        private enum CodingKeys: String, CodingKey {
            case isSound = "is_sound"
            case findings
        }
        let isSound: Bool
        let findings: [Finding]
        func finding(_ name: String) -> Finding? { findings.first { $0.name == name } }
    }

    private func doctor(status: Int32) throws -> Report {
        let outcome = try oddline(
            ["doctor", "--json", "--data-dir", data], environment: ["TERM": "xterm-256color", "NO_COLOR": ""])
        #expect(outcome.status == status && outcome.errors.isEmpty, "\(outcome.output)")
        return try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    }

    @Test func aHomeInOrderIsSoundAndOneNotYetMadeStaysSo() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let before = try doctor(status: 0)
        #expect(before.isSound && before.finding("data folder")?.state == "note")
        #expect(!FileManager.default.fileExists(atPath: data), "looking makes nothing")
        try add("ann", to: data)
        let files = try FileManager.default.contentsOfDirectory(atPath: data).sorted()
        let report = try doctor(status: 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: data).sorted() == files, "looking leaves nothing")
        #expect(report.finding("database")?.text == "sound" && report.finding("oddline.db")?.state == "ok")
        #expect(report.finding("colours")?.text.hasPrefix("256") == true)
        #expect(report.finding("built on")?.text.contains(/SQLite 3\.\d+.*ncurses 6.*oneDNN \d/) == true)
        #expect(report.finding("matrix rate")?.text.contains(/^[1-9][0-9]* Gflop/) == true)
        let plain = try oddline(["doctor", "--data-dir", data], environment: ["TERM": "xterm"])
        #expect(plain.status == 0 && plain.lines.count >= report.findings.count)
        #expect(plain.lines.allSatisfy { $0.contains(/^(ok|note) +\S/) })
    }

    @Test func faultsAreNamedWithWhatToDo() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try add("ann", to: data)
        let models = data + "/models/1"
        try FileManager.default.createDirectory(atPath: models, withIntermediateDirectories: true)
        try Data("half".utf8).write(to: URL(fileURLWithPath: models + "/x-lstm.safetensors"))
        try Data("theme = ".utf8).write(to: URL(fileURLWithPath: data + "/config.toml"))
        chmod(data + "/audit-key", 0o644)
        chmod(data, 0o755)
        let report = try doctor(status: 1)
        #expect(!report.isSound)
        #expect(
            Set(report.findings.filter { $0.state == "fault" }.map(\.name))
                == ["saved models", "configuration", "audit-key", "data folder"])
        #expect(report.finding("data folder")?.text.contains("chmod 700") == true)
        #expect(report.finding("saved models")?.text.contains("remove it and train again") == true)
    }

    @Test func aDamagedDatabaseIsFoundAndABackupBringsItBack() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try add("ann", to: data)
        let backup = folder + "/backup"
        #expect(try oddline(["backup", backup, "--data-dir", data]).output == "Wrote \(backup).\n")
        let handle = try #require(FileHandle(forUpdatingAtPath: data + "/oddline.db"))
        try handle.seek(toOffset: 4096)
        try handle.write(contentsOf: Data(repeating: 0x5A, count: 8192))
        try handle.close()
        #expect(try doctor(status: 1).finding("database")?.text.contains("oddline restore") == true)
        let restored = try oddline(["restore", backup, "--data-dir", data])
        #expect(restored.status == 0 && restored.output.contains("What was there before is in"), "\(restored.errors)")
        #expect(try doctor(status: 0).isSound)
        #expect(try oddline(["accounts", "list", "--data-dir", data]).output.hasPrefix("ann\t"))
        #expect(try oddline(["accounts", "check", "--data-dir", data]).output.contains("The audit log is whole"))
    }

    @Test func nothingIsRestoredWhileAServiceWorksWithTheData() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try add("ann", to: data)
        let backup = folder + "/backup"
        #expect(try oddline(["backup", backup, "--data-dir", data]).status == 0)
        try add("bob", to: data)
        let service = try Service(data)
        let refused = try oddline(["restore", backup, "--data-dir", data])
        #expect(refused.status == 1 && refused.errors.contains("is in use by another process"))
        service.process.terminate()
        service.process.waitUntilExit()
        #expect(try oddline(["accounts", "list", "--data-dir", data]).lines.count == 2, "bob is still there")
        #expect(try oddline(["restore", backup, "--data-dir", data]).status == 0)
        #expect(try oddline(["accounts", "list", "--data-dir", data]).lines.count == 1)
    }
}
