import Foundation
import Testing

/// A session that is done again from its log, and one that is heard.
@Suite(.serialized) struct ReplayTests {
    private let root = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-" + UUID().uuidString).path

    /// A session in a terminal, its log replayed, and the command line that it names give the same scores.
    @Test func theLogAndTheCommandLineGiveTheScoresOfTheScreen() throws {
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: root) }
        let series = root + "/my point.csv"
        #expect(try oddline(["generate", "point", "--rows", "700", "-o", series]).status == 0)
        let terminal = try Terminal(["--data-dir", root + "/data", "--demo", series])
        try terminal.wait(for: "trains the models")
        try terminal.keys(":")
        try terminal.type("train 3")
        try terminal.keys("Enter")
        try terminal.wait(for: "All models are trained", seconds: 120)
        for command in ["lstm_weight 0.3", "smoothing 5", "export \(root)/screen.csv", "log \(root)/log.txt"] {
            try terminal.keys(":")
            try terminal.type(command)
            try terminal.keys("Enter")
            if command.contains("/") { try terminal.wait(for: "Wrote") }
        }
        try terminal.wait(for: "log.txt")
        try terminal.keys("y")
        try terminal.wait(for: "The same at the command line")
        try terminal.keys("w")
        try terminal.wait(for: "Wrote the command")
        try terminal.keys("q")
        try terminal.wait(for: "ended with 0")
        let scores = try String(contentsOfFile: root + "/screen.csv", encoding: .utf8)

        let log = try String(contentsOfFile: root + "/log.txt", encoding: .utf8)
        #expect(log.contains("\ntrain 3\n") && log.contains("\nsmoothing 5\n"))
        #expect(try oddline(["replay", root + "/log.txt"]).errors.contains("--overwrite"), "what is there is not lost")
        try FileManager.default.removeItem(atPath: root + "/screen.csv")
        let replayed = try oddline(["replay", root + "/log.txt"])
        #expect(replayed.status == 0, "\(replayed.errors)")
        #expect(try String(contentsOfFile: root + "/screen.csv", encoding: .utf8) == scores)

        let written = FileManager.default.currentDirectoryPath + "/my point-command.sh"
        defer { try? FileManager.default.removeItem(atPath: written) }
        let line = try String(contentsOfFile: written, encoding: .utf8)
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", "oddline() { '\(program)' \"$@\"; }; \(line)"]
        shell.currentDirectoryURL = URL(fileURLWithPath: root)
        shell.standardError = FileHandle.nullDevice
        shell.standardOutput = FileHandle.nullDevice
        try shell.run()
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 0, "\(line)")
        func columns(_ text: String) -> [String] {
            text.split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).prefix(7).joined(separator: ",")
            }
        }
        let scored = try String(contentsOfFile: root + "/my point-scores.csv", encoding: .utf8)
        #expect(columns(scored) == columns(scores))
    }

    @Test func aLineThatCannotBeDoneIsNamed() throws {
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: root) }
        let log = root + "/log.txt"
        try "# a log\n\nopen \(root)/none.csv\n".write(toFile: log, atomically: true, encoding: .utf8)
        let outcome = try oddline(["replay", log])
        #expect(outcome.status == 1 && outcome.errors.contains("line 3") && outcome.errors.contains("none.csv"))
        try "nonsense\n".write(toFile: log, atomically: true, encoding: .utf8)
        #expect(try oddline(["replay", log]).errors.contains("line 1"))
        #expect(try oddline(["replay", root + "/nothing"]).status == 1)
    }

    /// From registration to a judged event by ear alone: plain lines and nothing that moves about.
    @Test func theProgramIsHeard() throws {
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: root) }
        let series = root + "/point.csv"
        #expect(try oddline(["generate", "point", "--rows", "700", "-o", series]).status == 0)
        let terminal = try Terminal(["--data-dir", root + "/data", "--spoken", series], environment: ["TERM": "dumb"])
        try terminal.wait(for: "Register.")
        try terminal.fill("alice", "alice@example.org", "correct horse battery", "correct horse battery")
        try terminal.wait(for: "700 rows, 1 channel")
        try terminal.keys("t")
        try terminal.wait(for: "Training")
        let screen = try terminal.wait(for: "All models are trained and saved.", seconds: 120)
        #expect(!screen.contains("│") && !screen.contains("⣿"))
        try terminal.keys("]")
        try terminal.wait(for: "Event 1 of ")
        try terminal.keys("a")
        try terminal.wait(for: "Judged anomaly.")
        try terminal.keys("q")
        try terminal.wait(for: "ended with 0")
    }
}
