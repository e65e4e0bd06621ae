import Foundation
import SeriesReading
import Testing
import TimeSeries

/// Alerts on a file that is followed, by programs that are killed and started again between polls.
@Suite(.serialized) final class AlertTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("alerts-\(UUID().uuidString)")
    private let series = SampleKind.contextual.series(rows: 1400, seed: 3, isClean: true)

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// Rows as the file writes them; odd ones hold 60.
    private func lines(_ rows: Range<Int>, areOdd: Bool = false) -> String {
        series.csv().split(separator: "\n")[(rows.lowerBound + 1)..<(rows.upperBound + 1)].map { line in
            let fields = line.split(separator: ",")
            return "\(fields[0]),\(areOdd ? "60" : fields[1])\n"
        }.joined()
    }

    private func append(_ text: String) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path("load.csv")))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    private func wait(_ what: String, _ condition: () -> Bool) throws {
        let end = Date().addingTimeInterval(120)
        while !condition() {
            guard Date() < end else { throw Terminal.Timeout(text: what, screen: trace.joined(separator: "\n")) }
            usleep(50_000)
        }
    }

    private var trace: [String] {
        ((try? String(contentsOfFile: path("trace"), encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    }

    /// Follows the file until `done`, and is killed then.
    private func follow(_ arguments: [String] = [], until done: (_ lines: () -> Int) throws -> Void) throws {
        let out = URL(fileURLWithPath: path("out-\(UUID().uuidString)"))
        try Data().write(to: out)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments =
            [
                "score", path("load.csv"), "--model", path("models"), "--follow", "--alert-state", path("state"), "--on-event",
                "echo \"$ODDLINE_KIND $ODDLINE_FIRST_ROW $ODDLINE_EVENTS\" >> \(path("trace"))", "--on-event-kinds",
                "begin,grow,end",
                "--on-event-interval", "0",
            ] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: out)
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        try done { (try? String(contentsOf: out, encoding: .utf8))?.split(separator: "\n").count ?? 0 }
    }

    @Test func nothingIsToldTwiceAndWhatCameMeanwhileOnceAcrossRestarts() throws {
        try ("timestamp,value\n" + lines(0..<1000)).write(toFile: path("load.csv"), atomically: true, encoding: .utf8)
        #expect(try oddline(["train", path("load.csv"), "-o", path("models")]).status == 0)
        try follow { lines in
            try wait("the rows there are") { lines() == 1001 }
            try append(self.lines(1000..<1040, areOdd: true))
            try wait("the beginning") { trace.contains { $0.hasPrefix("begin") } }
        }
        let begun = trace.filter { $0.hasPrefix("begin") }
        #expect(begun.count == 1 && begun[0].hasSuffix(" 1"))
        // While nobody follows, the event goes on and ends.
        try append(lines(1040..<1060, areOdd: true) + lines(1060..<1300))
        try follow { _ in try wait("the end") { trace.contains { $0.hasPrefix("end") } } }
        try follow { lines in
            try wait("all rows") { lines() == 1301 }
            try append(self.lines(1300..<1310))
            try wait("rows that come") { lines() == 1311 }
        }
        #expect(trace.filter { $0.hasPrefix("begin") } == begun, "it began once")
        #expect(trace.count { $0.hasPrefix("end") } == 1 && trace.count <= 2 + 5, "\(trace)")
    }

    @Test func underARuleNothingIsTold() throws {
        try ("timestamp,value\n" + lines(0..<1000)).write(toFile: path("load.csv"), atomically: true, encoding: .utf8)
        #expect(try oddline(["train", path("load.csv"), "-o", path("models")]).status == 0)
        let from = series.timeText(row: 900)
        try follow(["--expected", "maintenance \(from).."]) { lines in
            try wait("the rows there are") { lines() == 1001 }
            try append(self.lines(1000..<1060, areOdd: true) + self.lines(1060..<1200))
            try wait("rows that come") { lines() == 1201 }
        }
        #expect(trace.isEmpty)
    }
}
