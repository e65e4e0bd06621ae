import Foundation
import Testing

/// Whatever makes an analysis begins with the same settings: those of `config.toml`, and then what was said.
@Suite struct SettingsTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("settings-\(UUID().uuidString)").path
    private var file: String { folder + "/load.csv" }
    private var models: String { folder + "/models" }
    private var data: String { folder + "/data" }

    init() throws {
        try FileManager.default.createDirectory(
            atPath: folder + "/data", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    private func remove() { try? FileManager.default.removeItem(atPath: folder) }

    private func configure(_ text: String) throws {
        try text.write(toFile: data + "/config.toml", atomically: true, encoding: .utf8)
    }

    private func train() throws {
        #expect(try oddline(["generate", "contextual", "--rows", "700", "-o", file]).status == 0)
        #expect(try oddline(["train", file, "-o", models, "--train-rows", "600", "--seed", "2"]).status == 0)
    }

    @Test func scoresBeginWithTheSettingsOfTheFileAndOptionsWin() throws {
        defer { remove() }
        try train()
        let score = ["score", file, "--model", models]
        let plain = try oddline(score + ["--data-dir", data])
        #expect(plain.status == 0 && plain.errors.isEmpty, "\(plain.errors)")
        try configure("[settings]\nsmoothing = 9\ntop = 2\n")
        let wanted = try oddline(score + ["--data-dir", folder, "--smoothing", "9", "--top", "2"])
        let configured = try oddline(score + ["--data-dir", data])
        #expect(configured.output == wanted.output && wanted.output != plain.output)
        #expect(configured.errors == "oddline: Settings of \(data)/config.toml: top 2, smoothing 9.\n")
        #expect(try oddline(score, environment: ["ODDLINE_CONFIG_DIR": data]).output == wanted.output)
        let won = try oddline(score + ["--data-dir", data, "--smoothing", "1", "--flags", "gap"])
        #expect(won.output == plain.output)

        // The same of a stream of keys.
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        let stream = (["key," + lines[0]] + lines.dropFirst().map { "a," + $0 }).joined(separator: "\n")
        let keyed = ["score", "-", "--key", "key", "--model", models]
        let wantedOfKey = try oddline(keyed + ["--smoothing", "9", "--top", "2", "--data-dir", folder], input: stream)
        #expect(wantedOfKey.status == 0 && wantedOfKey.lines.count == 701)
        #expect(try oddline(keyed + ["--data-dir", data], input: stream).output == wantedOfKey.output)
    }

    @Test func theEvaluationBeginsWithTheSettingsOfTheFile() throws {
        defer { remove() }
        #expect(try oddline(["generate", "point", "--rows", "600", "-o", file]).status == 0)
        try configure("[settings]\nlstm_weight = 1\ntransformer_weight = 0\n")
        func measures(_ outcome: Outcome) throws -> [String: NSObject] {
            #expect(outcome.status == 0, "\(outcome.errors)")
            return try outcome.lines.reduce(into: [:]) { found, line in
                var object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: NSObject])
                object["seconds"] = nil
                let detector = try #require(object.removeValue(forKey: "detector") as? String)
                found[detector] = object as NSDictionary
            }
        }
        let own = try measures(oddline(["evaluate", file, "--json", "--data-dir", data]))
        #expect(own["ensemble"] == own["lstm"] && own["ensemble"] != own["transformer"])
    }

    /// `on_event` of the file is run though no option names a command.
    @Test func aFileThatIsFollowedRunsTheCommandOfTheConfiguration() throws {
        defer { remove() }
        try train()
        try configure("on_event = \"echo $ODDLINE_SERIES > \(folder)/trace\"\n[settings]\nflags = \"level\"\nthreshold = 0.4\n")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["score", file, "--model", models, "--follow", "--data-dir", data]
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        defer { if process.isRunning { process.terminate() } }
        var written = ""
        while written.split(separator: "\n").count < 701 {
            let more = output.fileHandleForReading.availableData
            try #require(!more.isEmpty, "\(written.suffix(200))")
            written += String(decoding: more, as: UTF8.self)
        }
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.seekToEnd()
        // What comes next, every five minutes from the 701st row of 1 January on.
        let odd = (700..<730).map { row in
            let (hour, minute) = (row / 12 % 24, row % 12 * 5)
            return String(format: "2024-01-%02dT%02d:%02d:00Z,900,0\n", 1 + row / 288, hour, minute)
        }.joined()
        try handle.write(contentsOf: Data(odd.utf8))
        try handle.close()
        let end = Date().addingTimeInterval(60)
        while Date() < end, !FileManager.default.fileExists(atPath: folder + "/trace") { usleep(50_000) }
        #expect(FileManager.default.fileExists(atPath: folder + "/trace"))
        process.terminate()
        process.waitUntilExit()
    }

    @Test func aServiceAnswersWithTheSettingsOfTheFileUnlessTheQuerySaysOtherwise() throws {
        defer { remove() }
        try configure("[settings]\nsmoothing = 9\n")
        let service = try Service(data)
        #expect(service.log.contains("Settings of \(data)/config.toml: smoothing 9."))
        let (user, password) = ("ann@example.org", "a few unrelated words")
        _ = try service.post(
            "/api/users/register",
            "{\"username\":\"ann\",\"email\":\"\(user)\",\"password\":\"\(password)\",\"set_up_token\":\"\(try #require(service.setUp))\"}"
        )
        let login = try service.post("/api/auth/login", "{\"identifier\":\"ann\",\"password\":\"\(password)\"}")
        let token = try #require(login.firstMatch(of: /"access_token": ?"([^"]+)"/), "\(login)").1
        func ask(_ path: String, _ body: String...) throws -> String {
            let sent = body.flatMap { ["-H", "content-type: application/json", "-d", $0] }
            return try run(["curl", "-s", service.base + path, "-H", "authorization: Bearer \(token)"] + sent)
        }
        let values = (0..<320).map { "\(sin(Double($0) / 5) * 10)" }.joined(separator: "\\n")
        let added = try ask("/api/series", "{\"name\":\"wave.csv\",\"csv\":\"value\\n\(values)\"}")
        let id = try #require(added.firstMatch(of: /"id": ?"([^"]+)"/), "\(added)").1
        _ = try ask("/api/series/\(id)/training", "{}")
        let end = Date().addingTimeInterval(120)
        while Date() < end, try !ask("/api/series/\(id)/training").contains("finished") { usleep(100_000) }
        let configured = try ask("/api/series/\(id)/scores?limit=50")
        #expect(configured.contains("combined"), "\(configured.prefix(300))")
        #expect(try ask("/api/series/\(id)/scores?limit=50&smoothing=9") == configured)
        #expect(try ask("/api/series/\(id)/scores?limit=50&smoothing=1") != configured)
    }

    /// The same sentence wherever the file is read.
    @Test func aMisspeltNameIsToldWithTheNearestByEveryCommandThatReadsTheFile() throws {
        defer { remove() }
        try configure("theme = \"paper\"\non_evnt = \"true\"\n")
        let sentence = "\(data)/config.toml: is not valid (line 2: there is no \"on_evnt\"; the nearest is \"on_event\")"
        for command in [["score", "-"], ["evaluate", file], ["serve", "--port", "0"]] {
            let refused = try oddline(command + ["--data-dir", data], input: "v\n1\n")
            #expect(refused.status == 1 && refused.output.isEmpty && refused.errors.contains(sentence), "\(refused.errors)")
        }
        let found = try oddline(["doctor", "--data-dir", data])
        #expect(found.status == 1 && (found.output + found.errors).contains("the nearest is \"on_event\""))
        try configure("[settings]\nsmoothin = 5\n")
        let refused = try oddline(["score", "-", "--data-dir", data], input: "v\n1\n")
        #expect(refused.status == 1 && refused.errors.contains("the nearest is \"smoothing\""), "\(refused.errors)")
    }
}
