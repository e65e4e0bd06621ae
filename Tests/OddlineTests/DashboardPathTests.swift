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
    try terminal.fill(name, "\(name)@example.org", password, password)
    try terminal.wait(for: "Series library")
}

private func logIn(_ terminal: Terminal) throws {
    try terminal.wait(for: "Log in")
    try terminal.fill("alice@example.org", password)
    try terminal.wait(for: "Series library")
}

private func openSample(_ terminal: Terminal, _ name: String) throws {
    try terminal.keys("/")
    try terminal.type(name)
    try terminal.keys("Enter")
    try terminal.wait(for: "Columns: ")
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
        let trained = try first.wait(for: "All models are trained and saved.", seconds: 120)
        #expect(flags(trained).count > 2)

        try first.keys("I")
        try first.wait(for: "found from", seconds: 60)
        try first.keys("Tab", "Left", "Left")
        try first.wait("the level of another rule") { $0.contains("quantile, from") }
        try first.keys("I", "U", "Tab", "Up", "Right", "Right", "Right", "Right", "Right", "Right")
        let moved = try first.wait("another weight") { $0.contains("LSTM 0.20") && $0.contains("0.80 Transf.") }
        #expect(flags(moved) != flags(trained))
        try first.mouse(0, x: 14, y: 26)
        try first.mouse(0, x: 14, y: 26, released: true)
        let dragged = try first.wait("only the LSTM") { $0.contains("LSTM 1.00") && $0.contains("0.00 Transf.") }
        #expect(flags(dragged) != flags(trained))

        try first.keys("Tab", "Home", "i")
        try first.wait(for: "Event 1 of ")
        try first.wait(for: "observed")
        try first.keys("a")
        try first.wait(for: "anomaly")
        try first.wait(for: "most to rows")
        try first.keys("]", "n", "Escape", "m")
        try first.wait(for: "labelled events")
        try first.keys("m", "w")
        try first.wait(for: "1 judged an anomaly, 1 normal")
        try first.keys("w", "[")
        let last = try first.wait("the list with the verdict") { flags($0).contains { $0.contains("anomaly") } }
        try first.keys("q")
        try first.wait(for: "ended with 0")

        let second = try Terminal(["--data-dir", data])
        try logIn(second)
        try openSample(second, "contextual")
        let loaded = try second.wait("the scores of before") { !flags($0).isEmpty }
        #expect(flags(loaded) == flags(last).sorted(), "by rank again, as they stood before something was judged")
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
        try second.fill("alice", "wrong wrong wrong")
        try second.wait(for: "Username or password is wrong.")
        try second.fill(password)
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
        try terminal.keys("NPage", "NPage", "NPage", "NPage", "NPage", "NPage")
        try terminal.wait(for: "Show the keys of where you are")
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

    @Test func whoStaysSignedInIsNotAskedAgainUntilSigningOut() throws {
        let data = temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: data) }
        let first = try Terminal(["--data-dir", data])
        try register(first)
        try first.keys("O")
        try first.wait(for: "Signed in")
        try first.type("alice")
        try first.keys("Tab")
        try first.type(password)
        try first.keys("Tab", "Right", "Right")
        try first.wait(for: "for 7 days")
        try first.keys("Enter")
        try first.wait(for: "Series library")
        try first.keys("q")
        try first.wait(for: "ended with 0")
        let token = data + "/session-token"
        let mode = try FileManager.default.attributesOfItem(atPath: token)[.posixPermissions] as? Int
        #expect(mode == 0o600)

        let second = try Terminal(["--data-dir", data])
        try second.wait(for: "Series library")
        try second.keys("q")
        try second.wait(for: "ended with 0")

        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: token)
        let third = try Terminal(["--data-dir", data], width: 240)
        try third.wait(for: "others may read it")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: token)
        try third.keys("Escape")
        try third.wait(for: "ended with 0")
        if geteuid() == 0 {
            chown(token, 65_534, 65_534)
            let foreign = try Terminal(["--data-dir", data], width: 240)
            try foreign.wait(for: "belongs to another user")
            chown(token, 0, 0)
            try foreign.keys("Escape")
            try foreign.wait(for: "ended with 0")
        }

        let fourth = try Terminal(["--data-dir", data])
        try fourth.wait(for: "Series library")
        try fourth.keys("O")
        try fourth.wait(for: "Log in")
        _ = try fourth.wait("the token is gone") { _ in !FileManager.default.fileExists(atPath: token) }
    }

    @Test func theScreenLocksItselfAndOpensWithThePassword() throws {
        let data = temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: data) }
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        try "lock_minutes = 0.1\n".write(toFile: data + "/config.toml", atomically: true, encoding: .utf8)
        let terminal = try Terminal(["--data-dir", data])
        try register(terminal)
        let locked = try terminal.wait(for: "Locked", seconds: 30)
        #expect(!locked.contains("Series library"))
        try terminal.fill("wrong wrong wrong")
        try terminal.wait(for: "The password is wrong.")
        try terminal.fill(password)
        try terminal.wait(for: "Series library")
    }

    @Test func trainingGoesOnBehindTheLock() throws {
        let data = temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: data) }
        let terminal = try Terminal(["--data-dir", data])
        try register(terminal)
        try openSample(terminal, "contextual")
        try terminal.keys("t")
        try terminal.wait(for: "x stop")
        try terminal.keys("Escape")
        try terminal.wait("the card is gone") { !$0.contains("x stop") }
        try terminal.keys("C-x")
        let locked = try terminal.wait(for: "Locked")
        #expect(!locked.contains("COMBINED"))
        let saved = FileManager.default
        _ = try terminal.wait("both models on disk", seconds: 120) { screen in
            let files = saved.subpaths(atPath: data + "/models") ?? []
            return screen.contains("Locked") && files.count { $0.hasSuffix(".safetensors") } == 2
        }
        try terminal.fill(password)
        let open = try terminal.wait("the flags") { !flags($0).isEmpty }
        #expect(open.contains("COMBINED"))
    }

    @Test func anAdministratorManagesAccountsAndTheLastOneStays() throws {
        let data = temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: data) }
        let terminal = try Terminal(["--data-dir", data])
        try register(terminal)
        try terminal.keys("A")
        try terminal.wait(for: "Audit log")
        try terminal.keys("Right", "Right", "Right", "Right")
        try terminal.wait(for: "reset password")
        try terminal.keys("n")
        try terminal.fill("bobby", "bobby@example.org", password)
        try terminal.wait(for: "Added bobby.")
        try terminal.keys("d", "y")
        try terminal.wait(for: "last enabled administrator")
        try terminal.keys("Down", "d", "n")
        #expect(!(try oddline(["accounts", "list", "--data-dir", data]).output.contains("disabled")))
        try terminal.keys("d", "y")
        try terminal.wait(for: "bobby is disabled.")
        try terminal.keys("d", "y")
        try terminal.wait(for: "bobby is enabled.")
        try terminal.keys("Right")
        try terminal.wait(for: "disabled")
        try terminal.keys("Escape", "q")
        try terminal.wait(for: "ended with 0")
    }

    @Test func theDashboardSlowsGuessingDown() throws {
        let data = temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: data) }
        let first = try Terminal(["--data-dir", data])
        try register(first)
        try first.keys("O")
        try first.wait(for: "Log in")
        try first.type("alice")
        try first.keys("Tab")
        var waits: [Int] = []
        var answer = ""
        var wrong = 0
        while waits.last ?? 0 < 4 {
            let isFirst = answer.contains("is wrong.")
            answer = try attempt(first, "wrong wrong wrong")
            if answer.contains("is wrong.") { wrong += 1 }
            guard isFirst, let words = answer.components(separatedBy: "; wait ").dropFirst().first else { continue }
            waits.append(try #require(Int(words.prefix { $0 != " " })))
        }
        #expect(wrong >= 5 && waits == waits.sorted())
        answer = try attempt(first, password)
        #expect(answer.contains("Too many attempts failed"), "even the right password waits")
        while answer.contains("; wait ") { answer = try attempt(first, password) }
        #expect(answer.contains("Series library"))
    }

    /// Types a password anew and waits for the answer to it.
    private func attempt(_ terminal: Terminal, _ password: String) throws -> String {
        func isRefusal(_ screen: String) -> Bool { screen.contains("is wrong.") || screen.contains("; wait ") }
        try terminal.keys("C-u")
        try terminal.type(password)
        try terminal.wait("the form without the answer of before") { !isRefusal($0) }
        try terminal.keys("Enter")
        return try terminal.wait("an answer") { isRefusal($0) || $0.contains("Series library") }
    }

    @Test func passwordsRolesAndSessionsAreManagedOnTheScreen() throws {
        let data = temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: data) }
        #expect(
            try oddline(["accounts", "add", "alice", "alice@example.org", "--data-dir", data], input: password + "\n").status == 0
        )
        #expect(
            try oddline(["accounts", "add", "bobby", "bobby@example.org", "--data-dir", data], input: password + "\n").status == 0
        )
        let terminal = try Terminal(["--data-dir", data])
        try terminal.wait(for: "Log in")
        try terminal.type("alice")
        try terminal.keys("Tab")
        try terminal.type(password)
        try terminal.keys("Tab", "Right", "Enter")
        try terminal.wait(for: "Series library")
        try terminal.keys("A", "Right", "Right", "Right")
        try terminal.wait(for: "this machine")
        try terminal.keys("x")
        try terminal.wait(for: "The session has ended.")
        try terminal.keys("Right", "Down")
        try terminal.wait(for: "bobby@example.org")
        try terminal.keys("Down", "r")
        try terminal.wait(for: "Are you sure?")
        try terminal.keys("y")
        try terminal.wait(for: "bobby is administrator.")
        try terminal.keys("Down", "p")
        try terminal.wait(for: "For bobby")
        try terminal.fill("another long phrase")
        try terminal.wait(for: "bobby has a new password.")
        try terminal.keys("Left", "Left", "Left")
        try terminal.wait(for: "New password again")
        try terminal.keys("Tab")
        try terminal.fill(password, "yet another phrase", "yet another phrase")
        try terminal.wait(for: "The password is changed")
        try terminal.keys("Escape", "O")
        try terminal.wait(for: "Log in")
        for (name, phrase) in [("bobby", "another long phrase"), ("alice", "yet another phrase")] {
            try terminal.fill(name, phrase)
            try terminal.wait(for: "Series library")
            try terminal.keys("O")
            try terminal.wait(for: "Log in")
        }
    }

    @Test func aPasswordTypedAtThePromptIsNotShown() throws {
        let data = temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: data) }
        let terminal = try Terminal(["accounts", "add", "alice", "alice@example.org", "--data-dir", data])
        try terminal.wait(for: "Password:")
        try terminal.fill(password)
        let added = try terminal.wait(for: "ended with 0")
        #expect(added.contains("administrator") && !added.contains(password))
        let again = try Terminal(["--data-dir", data])
        try logIn(again)
    }

    @Test func theStrengthOfAPasswordShowsWhileItIsTyped() throws {
        let data = temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: data) }
        let terminal = try Terminal(["--data-dir", data])
        try terminal.wait(for: "Register the first account")
        try terminal.type("alice")
        try terminal.keys("Tab", "Tab")
        try terminal.type("short")
        try terminal.wait(for: "needs at least 12")
        try terminal.keys("C-u")
        try terminal.type("lamps on ice")
        try terminal.wait(for: "use 15 or more as administrator")
        try terminal.type(" none guess")
        try terminal.wait(for: "strong")
        try terminal.keys("C-u")
        try terminal.type("password12345")
        try terminal.wait(for: "too common")
        try terminal.keys("C-u")
        try terminal.type("alice and the others")
        try terminal.wait(for: "may not contain")
    }

    @Test func aNamedFileIsJudgedByMouseTakenBackNotedAndReported() throws {
        let folder = temporaryFolder()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = folder + "/mine.csv"
        #expect(try oddline(["generate", "point", "--rows", "1500", "-o", file]).status == 0)
        let terminal = try Terminal(["--demo", file])
        try terminal.wait(for: "mine.csv ── ")
        try terminal.keys("t")
        try terminal.wait(for: "All models are trained and saved.", seconds: 120)
        try terminal.keys(":")
        try terminal.type("top 5")
        try terminal.keys("Enter")
        let list = try terminal.wait(for: "Flagged 1 of 5")
        let second = try #require(
            list.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.contains("     2 2024") })
        try terminal.mouse(0, x: 60, y: second)
        try terminal.mouse(0, x: 60, y: second, released: true)
        try terminal.wait(for: "Flagged 2 of 5")
        try terminal.keys("a")
        try terminal.wait(": anomaly") { $0.contains("row") && $0.contains(": anomaly") }
        try terminal.keys("U")
        try terminal.wait(for: "Taken back: 2024-01-")
        try terminal.keys("C-r")
        try terminal.wait(for: "Done again: 2024-01-")
        try terminal.doubleClick(x: 60, y: second)
        try terminal.wait(for: "Event 2 of 5")
        try terminal.keys("N")
        try terminal.wait(for: "Note on 2024-01-")
        try terminal.type("somebody pulled a plug")
        try terminal.keys("Enter")
        try terminal.wait(for: ": noted")
        try terminal.keys("Escape")
        _ = try terminal.wait("the inspection is closed") { !$0.contains("Event 2 of 5") }
        let report = folder + "/report.html"
        for answer in ["Wrote a report", "Overwriting it loses"] {
            try terminal.keys(":")
            try terminal.type("report " + report)
            try terminal.keys("Enter")
            try terminal.wait(for: answer)
        }
        #expect(try String(contentsOfFile: report, encoding: .utf8).contains("somebody pulled a plug"))
        try terminal.keys("Escape", "q")
        try terminal.wait(for: "ended with 0")
    }
}
