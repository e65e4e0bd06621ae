import Foundation
import Testing
import TimeSeries

/// The built program; `make test` says where it is.
let program: String = {
    if let named = ProcessInfo.processInfo.environment["ODDLINE_PROGRAM"] { return named }
    return Bundle.main.bundleURL.appendingPathComponent("oddline").path
}()

struct Outcome {
    let output: String
    let errors: String
    let status: Int32
    var lines: [Substring] { output.split(separator: "\n") }
}

/// Runs the program, or a copy of it at `path`; `environment` adds to the present one.
func oddline(
    _ arguments: [String], input: String = "", environment: [String: String] = [:], at path: String = program
) throws -> Outcome {
    let process = Process()
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["in", "out", "err"].map { folder.appendingPathComponent($0) }
    try Data(input.utf8).write(to: files[0])
    for file in files[1...] { try Data().write(to: file) }
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    try process.run()
    process.waitUntilExit()
    return Outcome(
        output: try String(contentsOf: files[1], encoding: .utf8), errors: try String(contentsOf: files[2], encoding: .utf8),
        status: process.terminationStatus)
}

private func temporary(_ name: String) -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + "-" + name).path
}

@Test func theVersionIsSaidAlikeByTheProgramThePythonModuleAndTheChanges() throws {
    let version = try #require(try oddline(["--version"]).lines.first)
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..").standardizedFileURL
    func text(_ file: String) throws -> String { try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8) }
    #expect(try text("python/pyproject.toml").contains("\nversion = \"\(version)\"\n"))
    #expect(try text("CHANGELOG.md").firstMatch(of: /\n## (\S+)/)?.1 == version)
}

@Test func everyCommandHasHelp() throws {
    for command in [
        [], ["train"], ["score"], ["evaluate"], ["examine"], ["generate"], ["accounts"], ["dashboard"], ["accounts", "add"],
        ["serve"],
    ] {
        let outcome = try oddline(command + ["--help"])
        #expect(outcome.status == 0 && outcome.output.contains("USAGE"))
    }
}

@Test func trainedModelsScoreEveryRowTheSameWayTwice() throws {
    let (file, models) = (temporary("s.csv"), temporary("models"))
    defer { for path in [file, models] { try? FileManager.default.removeItem(atPath: path) } }
    #expect(try oddline(["generate", "contextual", "--rows", "900", "--seed", "4", "-o", file]).status == 0)
    let training = try oddline(["train", file, "-o", models, "--train-rows", "600"])
    #expect(training.status == 0 && training.output.contains("LSTM") && training.output.contains("Transformer"))
    let loaded = try oddline(["score", file, "--model", models])
    #expect(loaded.status == 0)
    #expect(loaded.lines.count == 901)
    #expect(loaded.lines[0] == "row,timestamp,value,lstm_score,transformer_score,combined_score,is_flagged")
    #expect(!loaded.output.contains(",label"))
    #expect(try oddline(["score", file, "--train-rows", "600"]).output == loaded.output)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(try oddline(["score", "-", "--model", models], input: text).output == loaded.output)
    let json = try oddline([
        "score", file, "--model", models, "--format", "jsonl", "--lstm-weight", "0", "--transformer-weight", "1",
    ])
    #expect(json.lines.count == 900)
    let row = try #require(try JSONSerialization.jsonObject(with: Data(json.lines[10].utf8)) as? [String: Any])
    #expect(row["transformer_score"] as? Double == row["combined_score"] as? Double)
    #expect(row["row"] as? Int == 11)
}

@Test func evaluationPrintsMeasuresOfAllThree() throws {
    let file = temporary("s.csv")
    defer { try? FileManager.default.removeItem(atPath: file) }
    _ = try oddline(["generate", "point", "--rows", "800", "-o", file])
    let outcome = try oddline(["evaluate", file])
    #expect(outcome.status == 0)
    #expect(
        ["lstm", "transformer", "ensemble", "nearest-window", "VUS-PR", "event-P", "event-R"].allSatisfy {
            outcome.output.contains($0)
        })
}

/// A file whose labels tell nothing apart is named, and keeps no other from being measured.
@Test func filesThatCannotBeMeasuredAreNamedAndLeftOut() throws {
    let folder = temporary("labelled")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let (good, flat) = (folder + "/good.csv", folder + "/flat.csv")
    _ = try oddline(["generate", "point", "--rows", "800", "-o", good])
    let rows = try String(contentsOfFile: good, encoding: .utf8).split(separator: "\n")
    let unlabelled = rows.map { $0.hasSuffix(",1") ? $0.dropLast() + "0" : $0 }.joined(separator: "\n")
    try unlabelled.write(toFile: flat, atomically: true, encoding: .utf8)
    for (files, status) in [([folder], 0), ([flat, good], 2), ([flat], 1)] as [([String], Int32)] {
        let outcome = try oddline(["evaluate", "--csv"] + files)
        #expect(outcome.status == status && outcome.errors.contains("flat.csv: the labels are the same"), "\(files)")
        #expect(outcome.output.contains("good.csv,ensemble") == (status != 1), "\(files)")
    }
}

/// The table for people and for programs, and that a higher level finds less.
@Test func anExaminationTellsWhatWouldBeFound() throws {
    let (file, models) = (temporary("s.csv"), temporary("models"))
    defer { for path in [file, models] { try? FileManager.default.removeItem(atPath: path) } }
    #expect(try oddline(["generate", "contextual", "--rows", "900", "--seed", "4", "-o", file]).status == 0)
    #expect(try oddline(["train", file, "-o", models]).status == 0)
    let text = try oddline(["examine", file, "--model", models])
    #expect(text.status == 0 && text.output.contains("level shift") && text.output.contains("false events"))
    #expect(try oddline(["examine", file, "--model", models]).output == text.output, "the same seed gives the same table")
    func kinds(_ threshold: String) throws -> [[String: Any]] {
        let json = try oddline([
            "examine", file, "--model", models, "--format", "json", "--flags", "level", "--threshold", threshold,
        ])
        #expect(json.status == 0 && json.lines.count == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        let events = try #require(object["false_events"] as? [String: Any])
        #expect(events["count"] is Int && events["a_week"] is Double)
        return try #require(object["kinds"] as? [[String: Any]])
    }
    func found(_ kinds: [[String: Any]]) -> Int { kinds.count { $0["smallest"] is Double } }
    let (low, high) = (try kinds("0.01"), try kinds("1"))
    #expect(low.count == 13 && found(low) > 5 && found(high) == 0)
    let refused = try oddline(["examine", file, "--model", models, "--train-rows", "600"])
    #expect(refused.status == 64 && refused.errors.contains("without --model"))
}

@Test func mistakesEndInOneSentenceAndAStatus() throws {
    let missing = try oddline(["score", "/nonexistent.csv"])
    #expect(missing.status == 1 && missing.errors.contains("nonexistent.csv") && missing.output.isEmpty)
    let bad = try oddline(["score", "-"], input: "v\n1\nx\n3\n4\n")
    #expect(bad.status == 1 && bad.errors.contains("row 2 (line 3)"))
    let short = try oddline(["score", "-"], input: "v\n1\n2\n3\n")
    #expect(short.status == 1 && short.errors.contains("too few"))
    let unwritten = try oddline(["generate", "point", "--rows", "600", "-o", "/nonexistent/point.csv"])
    #expect(unwritten.status == 1 && unwritten.errors.contains("/nonexistent/point.csv: cannot be written"))
    let greedy = try oddline(["score", "-", "--train-rows", "600"], input: "v\n1\n2\n3\n")
    #expect(greedy.status == 1 && greedy.errors.contains("has 3 rows, fewer than the 600 to train on; use a longer series"))
    #expect(!greedy.errors.contains("train on at most 3"), "a model needs 48")
    let weights = try oddline(["score", "-", "--lstm-weight", "0", "--transformer-weight", "0"])
    #expect(weights.status == 64 && weights.errors.contains("All weights are 0"))
    #expect(try oddline(["score", "-", "--threshold", "7"]).status == 64)
    #expect(try oddline(["generate", "nothing"]).status == 64)
    #expect(try oddline([]).status == 1, "the dashboard needs a terminal")
    let models = temporary("models")
    try FileManager.default.createDirectory(atPath: models, withIntermediateDirectories: true)
    try Data("not a model".utf8).write(to: URL(fileURLWithPath: models + "/lstm.safetensors"))
    let text = (0..<100).map { "\($0 % 7)" }.joined(separator: "\n")
    let damaged = try oddline(["score", "-", "--model", models], input: "v\n" + text)
    #expect(damaged.status == 1 && damaged.errors.contains("lstm.safetensors"))
}

@Test func accountsAreManagedWithoutAScreen() throws {
    let data = temporary("data")
    defer { try? FileManager.default.removeItem(atPath: data) }
    let added = try oddline(["accounts", "add", "ann", "ann@example.org", "--data-dir", data], input: "correct horse battery\n")
    #expect(added.status == 0 && added.output.contains("administrator"))
    #expect(
        try oddline(["accounts", "add", "Ann", "x@example.org", "--data-dir", data], input: "correct horse battery\n").status == 1
    )
    #expect(
        try oddline(["accounts", "add", "bob", "bob@example.org", "--data-dir", data], input: "short\n").errors.contains(
            "at least 12"))
    #expect(try oddline(["accounts", "list", "--data-dir", data]).output == "ann\tann@example.org\tadministrator\tenabled\n")
    #expect(try oddline(["accounts", "disable", "ann", "--data-dir", data]).errors.contains("last enabled administrator"))
    #expect(try oddline(["accounts", "rotate-key", "--data-dir", data]).status == 0)
    let reset = try oddline(["accounts", "reset-password", "ann", "--data-dir", data], input: "another long phrase\n")
    #expect(reset.status == 0)
    let audit = try oddline(["accounts", "audit", "--data-dir", data])
    #expect(audit.output.contains("password changed\tann") && audit.output.contains("register\tann"))
    #expect(audit.output.contains("signing key rotated"))
    #expect(
        try oddline(["accounts", "audit", "--verify", "--data-dir", data]).output.contains("The audit log is whole: 3 entries"))
    #expect(try oddline(["accounts", "check", "--data-dir", data]).output.contains("The database is sound."))
    #expect(try oddline(["accounts", "sessions", "ann", "--data-dir", data]).output.isEmpty)
    let forget = ["accounts", "forget-failures", "--data-dir", data]
    #expect(try oddline(forget + ["ann"]).output.contains("failed logins of ann"))
    #expect(try oddline(forget).output.contains("all accounts") && oddline(forget + ["nobody"]).status == 1)
}

@Test func privateDataBehindALinkOrOfAnotherOwnerIsRefused() throws {
    let (data, link) = (temporary("data"), temporary("link"))
    defer { for path in [data, link] { try? FileManager.default.removeItem(atPath: path) } }
    let arguments = ["accounts", "add", "ann", "ann@example.org", "--data-dir"]
    #expect(try oddline(arguments + [data], input: "correct horse battery\n").status == 0)
    let files = FileManager.default
    try files.createSymbolicLink(atPath: link, withDestinationPath: data)
    let linked = try oddline(["accounts", "list", "--data-dir", link])
    #expect(linked.status == 1 && linked.errors.contains("is a symbolic link") && linked.output.isEmpty)
    for (name, command) in [("oddline.db", "list"), ("signing-keys.json", "rotate-key")] {
        let (path, moved) = (data + "/" + name, data + "/moved")
        if !files.fileExists(atPath: path) { try Data("[]".utf8).write(to: URL(fileURLWithPath: path)) }
        try files.moveItem(atPath: path, toPath: moved)
        try files.createSymbolicLink(atPath: path, withDestinationPath: moved)
        let refused = try oddline(["accounts", command, "--data-dir", data])
        #expect(refused.status == 1 && refused.errors.contains("symbolic link"), "\(name)")
        try files.removeItem(atPath: path)
        try files.moveItem(atPath: moved, toPath: path)
    }
    guard geteuid() == 0 else { return }
    chown(data + "/signing-keys.json", 65_534, 65_534)
    let foreign = try oddline(["accounts", "rotate-key", "--data-dir", data])
    #expect(foreign.status == 1 && foreign.errors.contains("belongs to another user"))
}

@Test(arguments: SampleKind.steady) func shippedSamplesAreWhatTheCommandWrites(_ kind: SampleKind) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "../../SampleData/\(kind.rawValue).csv")
    #expect(
        try oddline(["generate", kind.rawValue, "--seed", "7"]).output
            == String(contentsOf: file.standardizedFileURL, encoding: .utf8))
}

@Test func theServiceAnswersOnThisMachineKeepsSecretsOutOfItsLogAndEndsWhenAsked() throws {
    let data = temporary("data")
    defer { try? FileManager.default.removeItem(atPath: data) }
    let service = try Service(data)
    let setUp = try #require(service.setUp)
    #expect(service.base.hasPrefix("http://127.0.0.1:"))
    let password = "a few unrelated words"
    #expect(
        try service.post(
            "/api/users/register",
            "{\"username\":\"ann\",\"email\":\"a@example.org\",\"password\":\"\(password)\",\"set_up_token\":\"\(setUp)\"}"
        )
        .contains("administrator"))
    let found = try service.post("/api/auth/login", "{\"username\":\"ann\",\"password\":\"\(password)\"}")
        .split(separator: "\"").first { $0.hasPrefix("ey") }
    let token = String(try #require(found))
    let login = "{\"username\":\"ann\",\"password\":\"\(password)\"}"
    let underWay = try run([
        "bash", "-c",
        """
        exec 3<>/dev/tcp/127.0.0.1/\(service.port)
        printf 'GET /health HTTP/1.1\\r\\nhost: localhost\\r\\n\\r\\n' >&3
        read -r status <&3
        printf 'POST /api/auth/login HTTP/1.1\\r\\nhost: localhost\\r\\ncontent-type: application/json\\r\\n' >&3
        printf 'content-length: \(login.utf8.count)\\r\\n\\r\\n%s' '\(login)' >&3
        sleep 0.05
        kill -TERM \(service.process.processIdentifier)
        timeout 20 cat <&3
        """,
    ])
    #expect(underWay.contains("access_token"), "a request under way is finished first")
    service.process.waitUntilExit()
    #expect(service.process.terminationStatus == 0)
    let lines = service.log
    #expect(lines.contains("/api/auth/login") && lines.contains("status=200") && lines.contains("client=127.0.0.1"))
    #expect(!lines.contains(password) && !lines.contains(token) && !lines.contains(setUp))
    for (name, mode) in [("", 0o700), ("/oddline.db", 0o600), ("/signing-keys.json", 0o600)] {
        let found = try FileManager.default.attributesOfItem(atPath: data + name)[.posixPermissions] as? Int
        #expect(found == mode, "\(name)")
    }
}

@Test func aDatabaseStandsInPlaceOfAFile() throws {
    for arguments in [["--odbc", "plant"], ["--odbc", "plant", "--query", "SELECT 1", "f.csv"], ["--query", "SELECT 1"], []] {
        #expect(try oddline(["score"] + arguments).status == 64, "\(arguments)")
        #expect(try oddline(["evaluate"] + arguments).status == 64, "\(arguments)")
        #expect(try oddline(["train"] + arguments).status == 64, "\(arguments)")
    }
    let outcome = try oddline(["score", "--odbc", "no-such-source", "--query", "SELECT 1"])
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("oddline: ") && outcome.errors.hasSuffix(".\n"))
    #expect(outcome.errors.count { $0 == "\n" } == 1)
}
