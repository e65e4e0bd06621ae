import Foundation
import TerminalUI
import TestSupport
import Testing
import TimeSeries

/// Text of all the world's scripts in a real terminal.
@Suite(.serialized) struct TextTests {
    @Test func aCombiningMarkTypedIntoAPathJoinsItsLetter() throws {
        let terminal = try Terminal(["--demo"])
        try terminal.wait(for: "COMBINED")
        try terminal.keys("Escape")
        try terminal.wait(for: "Series library")
        try terminal.keys("o")
        try terminal.wait(for: "Open a file")
        try terminal.type("e\u{301}")
        try terminal.type("x")
        try terminal.wait(for: "e\u{301}x")
        try terminal.keys("Escape")
        try terminal.wait("the library") { !$0.contains("Open a file") && $0.contains("Series library") }
    }

    @Test func threeThaiKeystrokesAtRegistrationAreSeenAndExplained() throws {
        let data = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-" + UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: data) }
        let terminal = try Terminal(["--data-dir", data])
        try terminal.wait(for: "Register the first account")
        for key in ["\u{E14}", "\u{E35}", "\u{E48}"] { try terminal.type(key) }
        try terminal.wait(for: "\u{E14}\u{E35}\u{E48}")
        try terminal.keys("Tab")
        try terminal.wait(for: "The username starts with a letter")
    }

    @Test func noBorderMovesForANote() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.path + "/mine.csv"
        #expect(try oddline(["generate", "point", "--rows", "1500", "-o", file]).status == 0)
        let terminal = try Terminal(["--demo", file])
        try terminal.wait(for: "mine.csv ── ")
        try terminal.keys("t")
        try terminal.wait(for: "All models are trained and saved.", seconds: 120)
        try terminal.keys(":")
        try terminal.type("top 5")
        try terminal.keys("Enter")
        try terminal.wait(for: "Flagged 1 of 5")
        let notes = [
            "⚡", "漢字とかな", "שלום עולם", "مرحبا", "👩\u{200D}👩\u{200D}👧 🇩🇪 👍🏽 ⚠\u{FE0F} 1\u{FE0F}\u{20E3}", "น\u{E33} ที่ क्षका",
            "e\u{301}\u{308}한",
        ]
        for note in notes {
            try terminal.keys("N")
            try terminal.wait(for: "Note on 2024-01-")
            try terminal.keys("C-u")
            try terminal.type(note)
            try expectWholeScreen(terminal)
            try terminal.keys("Enter")
            try terminal.wait("the list of events") { !$0.contains("Note on 2024-01-") }
            try expectWholeScreen(terminal)
        }
    }

    @Test(arguments: [(120, 36), (80, 24), (97, 31)])
    func whatIsDrawnPieceByPieceIsWhatIsDrawnAtOnce(_ size: (Int, Int)) throws {
        var random = SeededGenerator(seed: .random(in: 0..<1_000_000))
        let terminal = try Terminal(["--demo"], width: size.0, height: size.1)
        try terminal.wait(for: "COMBINED")
        try terminal.keys("Escape")
        try terminal.wait(for: "Series library")
        try terminal.keys("o")
        try terminal.wait(for: "Open a file")
        for _ in 0..<12 {
            let text = randomText(Int.random(in: 1..<10, using: &random), using: &random).unicodeScalars.filter {
                $0.value >= 0x20
            }
            try terminal.type(String(String.UnicodeScalarView(text)))
            for _ in 0..<Int.random(in: 0..<4, using: &random) {
                try terminal.keys(["Left", "Left", "BSpace", "Home", "End", "DC"].randomElement(using: &random) ?? "Left")
            }
            try expectWholeScreen(terminal)
        }
    }

    @Test func functionKeysOfTheLinuxConsoleAreUnderstood() throws {
        let data = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-" + UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: data) }
        let terminal = try Terminal(["--data-dir", data], environment: ["TERM": "linux"])
        try terminal.wait(for: "Register the first account")
        try terminal.send("\u{1B}[[B")
        try terminal.wait(for: "Log in")
    }

    /// What the terminal shows is what it shows after all was drawn anew, but for the message that a key takes away, and every
    /// row is as wide as the screen.
    private func expectWholeScreen(_ terminal: Terminal) throws {
        let before = try settled(terminal)
        try terminal.keys("C-l")
        let after = try settled(terminal)
        #expect(before.split(separator: "\n").dropLast(2) == after.split(separator: "\n").dropLast(2))
        let lines = after.split(separator: "\n").filter { $0.hasPrefix("│") || $0.hasPrefix("├") || $0.hasPrefix("╰") }
        let widths = Set(lines.map { displayWidth(String($0)) })
        #expect(widths.count == 1 && lines.allSatisfy { "│┤╯┃".contains($0.last ?? " ") }, "\(widths)\n\(after)")
    }

    /// The screen when nothing on it has changed for a while.
    private func settled(_ terminal: Terminal) throws -> String {
        var last = ""
        return try terminal.wait("a quiet screen") { screen in
            usleep(100_000)
            defer { last = screen }
            return screen == last
        }
    }
}
