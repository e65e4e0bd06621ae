import Foundation
import Testing

private func temporaryFolder() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("oddline-" + UUID().uuidString).path
}

private let password = "correct horse battery"

/// The flag list's lines on a screen.
private func flags(_ screen: String) -> [String] {
    screen.split(separator: "\n").filter { $0.contains("2024-01-") && $0.contains("│") && !$0.contains("└") }.map { line in
        String(line.split(separator: "│").last ?? "")
    }
}

private func register(_ terminal: Terminal, name: String = "alice") throws {
    try terminal.wait(for: "Register the first account")
    for text in [name, "\(name)@example.org", password] {
        try terminal.type(text)
        try terminal.keys("Tab")
    }
    try terminal.type(password)
    try terminal.keys("Enter")
    try terminal.wait(for: "Series library")
}

private func logIn(_ terminal: Terminal) throws {
    try terminal.wait(for: "Log in")
    try terminal.type("alice@example.org")
    try terminal.keys("Tab")
    try terminal.type(password)
    try terminal.keys("Enter")
    try terminal.wait(for: "Series library")
}

private func openSample(_ terminal: Terminal, _ name: String) throws {
    try terminal.keys("/")
    try terminal.type(name)
    try terminal.keys("Enter")
    try terminal.wait(for: "Enter opens")
    try terminal.keys("Enter")
    try terminal.wait(for: "COMBINED")
}

@Suite(.serialized) struct DashboardPathTests {
    @Test func aNewUserGoesFromRegistrationToTheSameScoresAfterARestart() throws {
        let data = temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: data) }
        let first = try Terminal(["--data-dir", data])
        try register(first)
        #expect(!first.screen.contains(password))
        try openSample(first, "contextual")
        try first.keys("t")
        try first.wait(for: "windows/s")
        let trained = try first.wait(for: "Both models are trained and saved.", seconds: 120)
        #expect(flags(trained).count > 2)

        try first.keys("Tab", "Right", "Right", "Right", "Right", "Right", "Right")
        let moved = try first.wait("another weight") { $0.contains("0.62") && $0.contains("0.38") }
        #expect(flags(moved) != flags(trained) || moved != trained)
        try first.mouse(0, x: 15, y: 26)
        try first.mouse(0, x: 15, y: 26, released: true)
        let dragged = try first.wait("only the LSTM") { $0.contains("1.00") && $0.contains("0.00") }
        #expect(flags(dragged) != flags(trained))

        try first.keys("i")
        try first.wait(for: "Event ")
        try first.wait(for: "observed")
        try first.keys("a")
        try first.wait(for: "anomaly")
        try first.keys("Escape")
        let last = try first.wait("the list with the verdict") { flags($0).contains { $0.contains("anomaly") } }
        try first.keys("q")
        try first.wait(for: "ended with 0")

        let second = try Terminal(["--data-dir", data])
        try logIn(second)
        try openSample(second, "contextual")
        try second.keys("L")
        let loaded = try second.wait("the scores of before") { !flags($0).isEmpty }
        #expect(flags(loaded) == flags(last))
        try second.keys("q")
        try second.wait(for: "ended with 0")
    }

    @Test func aWrongPasswordIsRefusedAndTheProgramGoesOn() throws {
        let data = temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: data) }
        let first = try Terminal(["--data-dir", data])
        try register(first)
        try first.keys("q")
        let second = try Terminal(["--data-dir", data], width: 80, height: 24)
        try second.wait(for: "Log in")
        try second.type("alice")
        try second.keys("Tab")
        try second.type("wrong wrong wrong")
        try second.keys("Enter")
        try second.wait(for: "Username or password is wrong.")
        try second.type(password)
        try second.keys("Enter")
        try second.wait(for: "Series library")
    }

    @Test func theScreenFollowsResizingAndEveryWayOutRestoresTheTerminal() throws {
        let terminal = try Terminal(["--demo"], width: 80, height: 24)
        try terminal.wait(for: "COMBINED")
        try terminal.resize(width: 40, height: 10)
        try terminal.wait(for: "oddline needs")
        try terminal.resize(width: 120, height: 36)
        try terminal.wait(for: "COMBINED")
        try terminal.keys("Escape")
        try terminal.wait(for: "Series library")
        try terminal.keys("?")
        try terminal.wait(for: "Open the highlighted series")
        try terminal.keys("NPage")
        try terminal.wait(for: "Show or leave this help")
        try terminal.keys("Escape", "T")
        try terminal.wait(for: "Theme ")
        try terminal.keys("C-c")
        let after = try terminal.wait(for: "ended with 0")
        #expect(!after.contains("Series library"))
    }

    @Test func anUnreadablePathIsExplainedAndNothingIsLost() throws {
        let terminal = try Terminal(["--demo"])
        try terminal.wait(for: "COMBINED")
        try terminal.keys("Escape")
        try terminal.wait(for: "Series library")
        try terminal.keys("o")
        try terminal.type("/nonexistent/file.csv")
        try terminal.keys("Enter")
        try terminal.wait(for: "no such file")
        try terminal.keys("Escape", "q")
        try terminal.wait(for: "ended with 0")
    }
}
