import Foundation
import Testing

private let password = "correct horse battery"

/// A dashboard is open while its account is changed elsewhere.
@Suite(.serialized) struct OpenDashboardTests {
    private let data = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-" + UUID().uuidString).path

    /// An administrator, alice, and an analyst, bobby, who is logged in.
    private func logIn(_ name: String) throws -> Terminal {
        for name in ["alice", "bobby"] { try add(name, password) }
        let terminal = try Terminal(["--data-dir", data])
        try terminal.wait(for: "Log in")
        try terminal.fill(name, password)
        try terminal.wait(for: "Series library")
        return terminal
    }

    private func add(_ name: String, _ password: String) throws {
        let arguments = ["accounts", "add", name, "\(name)\(UUID().uuidString.prefix(4))@example.org", "--data-dir", data]
        #expect(try oddline(arguments, input: password + "\n").status == 0)
    }

    private func remove() { try? FileManager.default.removeItem(atPath: data) }

    @Test func theLockOfARenamedAccountDoesNotOpenToWhoTookItsName() throws {
        defer { remove() }
        let terminal = try logIn("bobby")
        try terminal.keys("C-x")
        try terminal.wait(for: "Locked")
        try run([
            "sqlite3", "-cmd", ".timeout 10000", data + "/oddline.db",
            "UPDATE users SET username = 'robert' WHERE username = 'bobby'",
        ])
        try add("bobby", "seven wet stones")
        try terminal.fill("seven wet stones")
        try terminal.wait(for: "The password is wrong.")
        try terminal.fill(password)
        try terminal.wait(for: "Series library")
    }

    @Test func aDisabledAccountsDashboardEndsAndItsTrainingStops() throws {
        defer { remove() }
        let file = data + "-long.csv"
        defer { try? FileManager.default.removeItem(atPath: file) }
        #expect(try oddline(["generate", "contextual", "--rows", "60000", "-o", file]).status == 0)
        let terminal = try logIn("bobby")
        try terminal.keys("o")
        try terminal.fill(file)
        try terminal.wait(for: "COMBINED", seconds: 60)
        try terminal.keys("t")
        try terminal.wait(for: "windows/s", seconds: 120)
        #expect(try oddline(["accounts", "disable", "bobby", "--data-dir", data]).status == 0)
        try terminal.wait(for: "The session has ended", seconds: 120)
        let saved = (FileManager.default.subpaths(atPath: data + "/models") ?? []).filter { $0.hasSuffix(".safetensors") }
        #expect(saved.isEmpty)
        try terminal.fill("bobby", password)
        try terminal.wait(for: "Username or password is wrong.")
    }

    @Test func anActionOfADisabledAccountIsRefused() throws {
        defer { remove() }
        let terminal = try logIn("bobby")
        #expect(try oddline(["accounts", "disable", "bobby", "--data-dir", data]).status == 0)
        try terminal.keys("Enter")
        try terminal.wait(for: "The session has ended")
        #expect(!terminal.screen.contains("COMBINED"))
    }

    @Test func anAdministratorWhoIsNoneAnyMoreChangesNothing() throws {
        defer { remove() }
        let terminal = try logIn("alice")
        try terminal.keys("A")
        try terminal.wait(for: "Audit log")
        try terminal.keys("Right", "Right", "Right", "Right", "Down", "Down")
        try terminal.wait(for: "reset password")
        for arguments in [["bobby", "administrator"], ["alice", "analyst"]] {
            #expect(try oddline(["accounts", "set-role"] + arguments + ["--data-dir", data]).status == 0)
        }
        try terminal.keys("d", "y")
        try terminal.wait(for: "Only administrators may do this.")
        #expect(!(try oddline(["accounts", "list", "--data-dir", data]).output.contains("disabled")))
    }

    @Test func aNewEmailAddressNeedsThePassword() throws {
        defer { remove() }
        let terminal = try logIn("bobby")
        try terminal.keys("A")
        try terminal.wait(for: "A new email needs the password")
        try terminal.keys("Tab", "Tab", "C-u")
        try terminal.fill("new@example.org", "wrong wrong wrong")
        try terminal.wait(for: "A new email address needs the present password.")
        #expect(!(try oddline(["accounts", "list", "--data-dir", data]).output.contains("new@example.org")))
        try terminal.keys("C-u")
        try terminal.fill(password)
        try terminal.wait(for: "The profile is saved.")
        #expect(try oddline(["accounts", "list", "--data-dir", data]).output.contains("bobby\tnew@example.org"))
    }
}
