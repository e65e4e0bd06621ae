import Foundation
import Testing

private let password = "correct horse battery"

/// Who is at the terminal, and what can always be left.
@Suite(.serialized) struct PresenceTests {
    private let data = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-" + UUID().uuidString).path

    private func remove() { try? FileManager.default.removeItem(atPath: data) }

    /// A data folder with alice, whose screen locks after six seconds.
    private func prepare() throws {
        let added = try oddline(["accounts", "add", "alice", "alice@example.org", "--data-dir", data], input: password + "\n")
        #expect(added.status == 0, "\(added.errors)")
        try "lock_minutes = 0.1\n".write(toFile: data + "/config.toml", atomically: true, encoding: .utf8)
    }

    @Test func windowsThatChangeTheirSizeAreNobodysPresence() throws {
        defer { remove() }
        try prepare()
        let terminal = try Terminal(["--data-dir", data])
        try terminal.wait(for: "Log in")
        try terminal.fill("alice", password)
        try terminal.wait(for: "Series library")
        for index in 0..<10 {
            try terminal.resize(width: 110 + index % 2, height: 34)
            usleep(1_000_000)
        }
        try terminal.wait(for: "Locked", seconds: 2)
    }

    @Test func timePassesWhileTheProgramIsStopped() throws {
        defer { remove() }
        try prepare()
        let terminal = try Terminal(shell: [:])
        try terminal.wait(for: "ready>")
        try terminal.type("'\(program)' --data-dir '\(data)'")
        try terminal.keys("Enter")
        try terminal.wait(for: "Log in")
        try terminal.fill("alice", password)
        try terminal.wait(for: "Series library")
        try terminal.keys("C-z")
        try terminal.wait(for: "Stopped")
        usleep(7_000_000)
        try terminal.type("fg")
        // What is typed before the screen shows opens nothing either.
        try terminal.keys("Enter", "j", "j")
        try terminal.wait(for: "Locked")
        usleep(300_000)
        #expect(terminal.screen.contains("Locked"))
        try terminal.keys("C-u")
        try terminal.fill(password)
        try terminal.wait(for: "Series library")
    }

    @Test func aLockedSessionIsLockedWhenTheProgramIsStartedAgain() throws {
        defer { remove() }
        try prepare()
        unlink(data + "/config.toml")
        let first = try Terminal(["--data-dir", data])
        try first.wait(for: "Log in")
        try first.type("alice")
        try first.keys("Tab")
        try first.type(password)
        try first.keys("Tab", "Right", "Right")
        try first.wait(for: "for 7 days")
        try first.keys("Enter")
        try first.wait(for: "Series library")
        try first.keys("C-x")
        try first.wait(for: "Locked")
        try first.keys("C-c")
        try first.wait(for: "ended with 0")

        let second = try Terminal(["--data-dir", data])
        let locked = try second.wait(for: "Locked")
        #expect(!locked.contains("Series library"))
        try second.fill("wrong wrong wrong")
        try second.wait(for: "The password is wrong.")
        try second.keys("C-c")
        try second.wait(for: "ended with 0")

        let third = try Terminal(["--data-dir", data])
        try third.wait(for: "Locked")
        try third.fill(password)
        try third.wait(for: "Series library")
        try third.keys("q")
        try third.wait(for: "ended with 0")

        let fourth = try Terminal(["--data-dir", data])
        try fourth.wait(for: "Series library")
        try fourth.keys("C-x")
        try fourth.wait(for: "Locked")
        try fourth.keys("C-o")
        try fourth.wait(for: "Log in")
        _ = try fourth.wait("the token is gone") { _ in !FileManager.default.fileExists(atPath: data + "/session-token") }
    }

    @Test func aPasteWhoseEndNeverComesHoldsNobody() throws {
        let terminal = try Terminal(["--demo"])
        try terminal.wait(for: "COMBINED")
        try terminal.send("\u{1B}[200~words that go on")
        usleep(2_500_000)
        try terminal.keys("?")
        try terminal.wait(for: "Keys")
        try terminal.send("\u{1B}[200~and on")
        usleep(200_000)
        try terminal.keys("C-c")
        try terminal.wait(for: "ended with 0")
    }

    @Test func ctrlCAtAPasswordGivesTheEchoBack() throws {
        defer { remove() }
        let terminal = try Terminal(shell: [:])
        try terminal.wait(for: "ready>")
        let add = "\(program) accounts add bob bob@example.org --data-dir \(data)"
        try terminal.type("sh -c 'trap : INT; \(add); stty -a | grep -q -- -echo\\  || echo echo is o''n'")
        try terminal.keys("Enter")
        try terminal.wait(for: "Password:")
        try terminal.keys("C-c")
        try terminal.wait("the echo") { $0.contains("echo is on") }
    }

    /// Two terminals such as no person has: one that nobody reads, and one of 65,535 columns and rows.
    @Test(.enabled(if: has("python3"), "the script needs Python"), arguments: ["unread", "vast"])
    func aTerminalLikeNoOtherHoldsNeitherTheProgramNorTheMemory(_ kind: String) throws {
        let script = """
            import fcntl, os, pty, struct, subprocess, sys, termios, threading, time
            main, side = pty.openpty()
            size = (65535, 65535) if sys.argv[2] == "vast" else (36, 120)
            fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
            def take():
                os.setsid()
                fcntl.ioctl(0, termios.TIOCSCTTY, 0)
            child = subprocess.Popen([sys.argv[1], "--demo"], stdin=side, stdout=side, stderr=side, preexec_fn=take,
                                     env=dict(os.environ, TERM="xterm-256color"))
            if sys.argv[2] == "vast":
                def drain():
                    while os.read(main, 1 << 16): pass
                threading.Thread(target=drain, daemon=True).start()
            time.sleep(6)
            if child.poll() is not None: sys.exit("it ended with %d" % child.returncode)
            status = open("/proc/%d/status" % child.pid).read()
            peak = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
            child.terminate()
            try: ended = child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                ended = "nothing"
            print("ended with %s, %s" % (ended, "little" if peak < 1 << 20 else "%d KiB" % peak))
            """
        #expect(try run(["python3", "-c", script, program, kind]).contains("ended with 143, little"))
    }
}
