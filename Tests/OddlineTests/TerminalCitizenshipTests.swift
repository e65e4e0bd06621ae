import Foundation
import Testing

/// How the program behaves beside others in a terminal: a shell's job control, terminals of little skill, signals.
@Suite(.serialized) struct TerminalCitizenshipTests {
    /// The dashboard started by hand in a shell with job control.
    private func started(environment: [String: String] = [:]) throws -> Terminal {
        let terminal = try Terminal(shell: environment)
        try terminal.wait(for: "ready>")
        try terminal.type("'\(program)' --demo")
        try terminal.keys("Enter")
        try terminal.wait(for: "COMBINED")
        return terminal
    }

    /// Waits for the shell, and asks it how the program has ended.
    private func expectEnd(of terminal: Terminal, status: Int) throws {
        try terminal.wait("the shell") { $0.contains("ready>") && !$0.contains("COMBINED") && !$0.contains("Locked") }
        try terminal.type("echo \"status $?.\"")
        try terminal.keys("Enter")
        try terminal.wait(for: "status \(status).")
    }

    @Test func afterCtrlZAndForegroundTheProgramIsAliveAndTheScreenWhole() throws {
        let terminal = try started()
        // The first key takes the message of the start away.
        try terminal.keys("?")
        try terminal.wait(for: "Keys")
        try terminal.keys("Escape")
        let before = try terminal.wait("the whole screen") { $0.contains("COMBINED") && !$0.contains("Keys") }
        for _ in 0..<3 {
            try terminal.keys("C-z")
            let stopped = try terminal.wait(for: "Stopped")
            #expect(!stopped.contains("COMBINED"))
            try terminal.type("fg")
            try terminal.keys("Enter")
            try terminal.wait("the screen as before") { $0 == before }
            try terminal.keys("?")
            try terminal.wait(for: "Keys")
            try terminal.keys("Escape")
            try terminal.wait("the screen as before") { $0 == before }
        }
        try terminal.keys("q")
        try expectEnd(of: terminal, status: 0)
    }

    @Test func nothingIsDrawnWhileTheProgramIsStoppedThoughItsWorkWasUnderWay() throws {
        let terminal = try started()
        try terminal.keys("t")
        try terminal.wait(for: "windows/s")
        try terminal.keys("C-z")
        try terminal.wait(for: "Stopped")
        try terminal.type("clear; seq 1 3")
        try terminal.keys("Enter")
        let quiet = try terminal.wait("the shell's own lines") { $0.contains("1\n2\n3") }
        #expect(!quiet.contains("windows/s") && !quiet.contains("─"))
        try terminal.type("fg")
        try terminal.keys("Enter")
        try terminal.wait(for: "COMBINED")
        try terminal.keys("C-c")
        try expectEnd(of: terminal, status: 0)
    }

    @Test(arguments: ["?", ":", "A"]) func ctrlZCtrlXAndCtrlCWorkOverEveryPanel(_ key: String) throws {
        let terminal = try started()
        try terminal.keys(key)
        try terminal.wait("a panel") { $0.contains("Command") || $0.contains("Keys") || $0.contains("Audit log") }
        try terminal.keys("C-z")
        try terminal.wait(for: "Stopped")
        try terminal.type("fg")
        try terminal.keys("Enter")
        try terminal.wait("the panel again") { $0.contains("COMBINED") || $0.contains("Keys") || $0.contains("Audit log") }
        try terminal.keys("C-x")
        try terminal.wait(for: "Locked")
        try terminal.keys("C-c")
        try expectEnd(of: terminal, status: 0)
    }

    @Test func aProgramThatIsAskedToEndGivesTheTerminalBackAndSaysWhichSignalItWas() throws {
        let terminal = try started()
        try terminal.keys("C-z")
        try terminal.wait(for: "Stopped")
        try terminal.type("kill -TERM %1; fg; echo \"ended with $?.\"")
        try terminal.keys("Enter")
        try terminal.wait(for: "ended with 143.")
        try terminal.type("echo sti''ll here")
        try terminal.keys("Enter")
        try terminal.wait(for: "still here")
    }

    @Test func aTerminalThatOnlyShowsLinesIsRefusedPolitely() throws {
        let terminal = try Terminal(["--demo"], environment: ["TERM": "dumb"])
        let refusal = try terminal.wait(for: "ended with 1")
        #expect(refusal.contains("\"dumb\"") && refusal.replacing("\n", with: "").contains("oddline score"))
    }

    @Test(arguments: ["vt100", "linux"]) func oldTerminalsShowTheDashboard(_ type: String) throws {
        let terminal = try Terminal(["--demo"], environment: ["TERM": type])
        try terminal.wait(for: "COMBINED")
        try terminal.keys("q")
        try terminal.wait(for: "ended with 0")
    }

    @Test func whereColoursAreNotWantedNoneIsSent() throws {
        let terminal = try Terminal(["--demo"], environment: ["NO_COLOR": "1"])
        try terminal.wait(for: "COMBINED")
        let styled = terminal.styledScreen
        #expect(styled.contains("COMBINED") && !styled.contains(/\[([0-9]+;)*(3|4|9|10)[0-8]/))
    }

    @Test(arguments: ["de_DE.ISO-8859-1", "C", "POSIX"]) func aLocaleWithoutUTF8GetsASCIIAlone(_ locale: String) throws {
        let terminal = try Terminal(["--demo"], environment: ["LC_ALL": locale])
        let screen = try terminal.wait(for: "COMBINED")
        #expect(screen.unicodeScalars.allSatisfy { $0.isASCII })
    }

    @Test func aTildeIsTheHomeOfTheEnvironment() throws {
        let home = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-home-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: home) }
        let rows = (0..<400).map { "\($0 % 24)" }.joined(separator: "\n")
        try "load\n\(rows)\n".write(to: home.appendingPathComponent("mine.csv"), atomically: true, encoding: .utf8)
        let terminal = try Terminal(["--demo"], environment: ["HOME": home.path])
        try terminal.wait(for: "COMBINED")
        try terminal.keys("Escape")
        try terminal.wait(for: "Series library")
        try terminal.keys("o")
        try terminal.type("~/mine.csv")
        try terminal.keys("Enter")
        try terminal.wait(for: "mine.csv ── load")
    }
}
