import Foundation
import SeriesReading
import Testing
import TimeSeries

/// A file that grows while the program follows it.
@Suite(.serialized) struct FollowingTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("follow-\(UUID().uuidString)")
    private var file: URL { folder.appendingPathComponent("load.csv") }
    private let series = SampleKind.contextual.series(rows: 1400, seed: 3, isClean: true)

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func remove() { try? FileManager.default.removeItem(at: folder) }

    /// Rows as the file writes them.
    private func lines(_ rows: Range<Int>) -> String {
        let all = series.csv().split(separator: "\n")
        return all[(rows.lowerBound + 1)..<(rows.upperBound + 1)].map {
            $0.split(separator: ",").prefix(2).joined(separator: ",")
        }
        .joined(separator: "\n") + "\n"
    }

    private func append(_ text: String) throws {
        let handle = try FileHandle(forWritingTo: file)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    /// From an appended row to the plots, the list of events and the command, which is run again when the program ends.
    @Test func appendedRowsMoveThePlotsAndAnEventRunsTheCommand() throws {
        defer { remove() }
        try ("timestamp,value\n" + lines(0..<1000) + "2024-01-01T").write(to: file, atomically: true, encoding: .utf8)
        let trace = folder.appendingPathComponent("trace").path
        let terminal = try Terminal([
            "--data-dir", folder.path + "/data", "--follow", file.path, "--on-event",
            "echo \"$ODDLINE_SERIES $ODDLINE_FIRST_ROW $ODDLINE_EVENTS\" >> \(trace); "
                + "while [ ! -e \(trace).go ]; do sleep 0.05; done; exit 3",
        ])
        try terminal.wait(for: "Register the first account")
        try terminal.fill("alice", "alice@example.org", "correct horse battery", "correct horse battery")
        try terminal.wait(for: "1,000 rows")
        try terminal.wait(for: "(followed)")
        try terminal.keys("t")
        try terminal.wait(for: "All models are trained and saved.", seconds: 120)

        try append("oops,1\n" + lines(1000..<1150))
        let told = try terminal.wait(for: "is not a time like")
        #expect(told.contains("load.csv, row 1001 (line 1002)"))
        try terminal.wait(for: "1,150 rows")
        #expect(!FileManager.default.fileExists(atPath: trace))

        let odd = lines(1150..<1230).split(separator: "\n").map { $0.split(separator: ",")[0] + ",60" }.joined(separator: "\n")
        try append(odd + "\n" + lines(1230..<1300))
        try terminal.wait(for: "New event: 2024-")
        let screen = try terminal.wait("the event in the list") { $0.contains("1,300 rows") && $0.contains("Flagged") }
        #expect(screen.contains(" of 1 ·") || screen.contains("Flagged 1 ·"))
        try terminal.wait("the trace of the command") { _ in FileManager.default.fileExists(atPath: trace) }
        let words = try String(contentsOfFile: trace, encoding: .utf8).split(separator: " ")
        let first = try #require(words.dropFirst().first.flatMap { Int($0) })
        #expect(words.first == "load.csv" && (1000...1231).contains(first))

        try terminal.keys("q")
        try Data().write(to: URL(fileURLWithPath: trace + ".go"))
        let last = try terminal.wait(for: "ended with 0")
        #expect(last.contains("oddline: 1 event was not delivered, in load.csv from 2024-"))
        // What was learnt from a thousand rows belongs to the file with more rows.
        let text = try String(contentsOf: file, encoding: .utf8).replacing("2024-01-01Toops,1\n", with: "")
        try text.write(to: file, atomically: true, encoding: .utf8)
        let again = try Terminal(["--data-dir", folder.path + "/data", "--follow", file.path])
        try again.wait(for: "Log in")
        try again.fill("alice", "correct horse battery")
        try again.wait(for: "Loaded LSTM and Transformer")
        try again.wait(for: "1,300 rows")
    }

    /// Ten renames each right behind a row, a row of the year 9999, a pipe in the place of the file, and the end that is asked for.
    @Test func renamesSlipsOfClocksAndPipesLoseNoRowAndEndNothing() throws {
        defer { remove() }
        try ("timestamp,value\n" + lines(0..<400)).write(to: file, atomically: true, encoding: .utf8)
        let models = folder.appendingPathComponent("models").path
        #expect(try oddline(["train", file.path, "-o", models]).status == 0)
        let (out, errors) = (folder.appendingPathComponent("out"), folder.appendingPathComponent("err"))
        for url in [out, errors] { try Data().write(to: url) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["score", file.path, "--model", models, "--follow", "--on-event", "true"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: out)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
        func wait(for count: Int) throws {
            let end = Date().addingTimeInterval(60)
            while try String(contentsOf: out, encoding: .utf8).count(where: { $0 == "\n" }) < count + 1 {
                if Date() > end {
                    let lines = try String(contentsOf: out, encoding: .utf8).split(separator: "\n").count
                    throw Terminal.Timeout(
                        text: "\(count) rows, not \(lines)", screen: try String(contentsOf: errors, encoding: .utf8))
                }
                usleep(50_000)
            }
        }
        try wait(for: 400)
        for number in 0..<10 {
            let first = 400 + 10 * number
            try append(lines(first..<(first + 5)))
            try FileManager.default.moveItem(atPath: file.path, toPath: file.path + ".\(number)")
            try ("timestamp,value\n" + lines((first + 5)..<(first + 10))).write(to: file, atomically: false, encoding: .utf8)
            try wait(for: first + 10)
        }
        try append("9999-12-31T23:59:59Z,1\n" + lines(500..<510))
        try wait(for: 510)
        #expect(try String(contentsOf: errors, encoding: .utf8).contains("far ahead"))
        try FileManager.default.removeItem(at: file)
        #expect(mkfifo(file.path, 0o600) == 0)
        usleep(1_000_000)
        process.terminate()
        let end = Date().addingTimeInterval(10)
        while process.isRunning, Date() < end { usleep(50_000) }
        #expect(!process.isRunning && process.terminationStatus == SIGTERM)
    }

    @Test func scoresOfAppendedRowsAreWrittenAsTheyComeAndWhatWaitsIsToldAtTheEnd() throws {
        defer { remove() }
        try ("timestamp,value\n" + lines(0..<900)).write(to: file, atomically: true, encoding: .utf8)
        let (out, errors) = (folder.appendingPathComponent("out"), folder.appendingPathComponent("err"))
        for url in [out, errors] { try Data().write(to: url) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["score", file.path, "--follow", "--on-event", "exit 3"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: out)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        defer { if process.isRunning { process.terminate() } }
        func wait(_ count: Int, in file: URL) throws -> [Substring] {
            let end = Date().addingTimeInterval(120)
            while Date() < end {
                let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
                if lines.count >= count { return lines }
                usleep(50_000)
            }
            throw Terminal.Timeout(text: "\(count) lines", screen: try String(contentsOf: errors, encoding: .utf8))
        }
        #expect(try wait(901, in: out)[0].hasPrefix("row,timestamp,value,"))
        try append(lines(900..<905) + "2024-")
        let lines = try wait(906, in: out)
        #expect(lines.count == 906 && lines[905].hasPrefix("905,\(series.timeText(row: 904)),"))
        #expect(lines[905].split(separator: ",").count == 7)

        let odd = self.lines(906..<980).split(separator: "\n").map { $0.split(separator: ",")[0] + ",60" }.joined(separator: "\n")
        try append(self.lines(905..<906).dropFirst(5) + odd + "\n" + self.lines(980..<1050))
        let told = try wait(2, in: errors)
        #expect(told[0].hasPrefix("oddline: load.csv: new event from 2024-"))
        #expect(told[1] == "oddline: The command on events ended with status 3; it is run again.")
        process.terminate()
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGTERM)
        let last = try wait(3, in: errors)
        #expect(last[2].hasPrefix("oddline: 1 event was not delivered, in load.csv from 2024-"), "\(last)")
    }
}
