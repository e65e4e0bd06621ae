import Foundation
import Testing

/// A set of files in a real terminal.
@Suite(.serialized) struct SetTests {
    /// Writes series of two channels with an odd stretch each, `count` in each folder.
    static func write(_ folders: [String], _ count: Int, rows: Int, channels: Int, in root: String) throws -> [String] {
        var (paths, seed) = ([String](), UInt64(1))
        func random() -> Double {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(seed >> 11) / Double(1 << 53) - 0.5
        }
        for folder in folders {
            try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
            for _ in 0..<count {
                let path = "\(root)/\(folder)/pump-\(paths.count + 1).csv"
                let odd = rows * 6 / 10 + paths.count % 7 * 20
                let lines = (0..<rows).map { row in
                    let values = (0..<channels).map { channel in
                        let wave = sin(Double(row) * .pi / 12 + Double(channel)) + 0.1 * random()
                        return String(format: "%.4f", (odd..<(odd + 12)).contains(row) ? wave + 3 : wave)
                    }
                    return "\(row);" + values.joined(separator: ";")
                }
                let head = "row;" + (1...channels).map { "sensor\($0)" }.joined(separator: ";")
                let text = ([head] + lines).joined(separator: "\n") + "\n"
                try text.write(toFile: path, atomically: true, encoding: .utf8)
                paths.append(path)
            }
        }
        return paths
    }

    /// The lines of a file of events, without head, of a series each by its path.
    private func events(_ file: String) throws -> [String: [String]] {
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").dropFirst()
        return Dictionary(grouping: lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }) {
            $0[0]
        }
        .mapValues { $0.map { $0[1...10].joined(separator: ",") } }
    }

    @Test func sixFilesInTwoFoldersAreTrainedJudgedAndReported() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-" + UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: root) }
        let (data, set) = (root + "/data", root + "/pumps")
        let paths = try Self.write(["east", "west"], 3, rows: 1000, channels: 2, in: set)
        #expect(
            try oddline(
                ["accounts", "add", "alice", "alice@example.org", "--data-dir", data], input: "correct horse battery\n"
            ).status == 0)
        try "verdicts_go_on = true\n".write(toFile: data + "/config.toml", atomically: true, encoding: .utf8)
        let terminal = try Terminal(["--data-dir", data, set])
        try terminal.wait(for: "Log in")
        try terminal.fill("alice", "correct horse battery")
        try terminal.wait(for: "6 files")
        try terminal.wait(for: "1,000")
        try terminal.keys("t")
        let trained = try terminal.wait(for: "6 trained, ", seconds: 180)
        let number = try #require(trained.firstMatch(of: /6 trained, (\d+) events?\./)?.1)
        let count = try #require(Int(number))
        #expect(count >= 6)

        // Models that the queue saved find by `score` what the list exports.
        try terminal.keys(":")
        try terminal.type("export-set \(root)/events.csv")
        try terminal.keys("Enter")
        try terminal.wait(for: "Wrote the events of 6 files")
        let exported = try events(root + "/events.csv")
        for path in paths {
            let trainedHere = root + "/models"
            #expect(try oddline(["train", path, "-o", trainedHere]).status == 0)
            let file = root + "/scored.csv"
            #expect(try oddline(["score", path, "--model", trainedHere, "--only-events", "-o", file]).status == 0)
            let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").dropFirst()
            let scored = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false)[0..<10].joined(separator: ",") }
            #expect(scored == exported[path] ?? [], "\(path)")
        }

        // A key an event: the verdict goes on to the next, in the next file where a file has no more.
        try terminal.keys(">")
        func place(_ screen: String) -> Substring? { screen.firstMatch(of: /pump-\d\.csv: .* open here.*/)?.0 }
        var (last, keys) = (Substring?.none, 0)
        while true {
            let screen = try terminal.wait("the next event") { screen in
                screen.contains("No event is open") || place(screen).map { $0 != last } ?? false
            }
            if screen.contains("No event is open") { break }
            last = place(screen)
            try terminal.keys("a")
            keys += 1
        }
        // Verdicts move scores, so that more may be flagged.
        #expect(keys >= count)
        try terminal.keys("Escape")
        try terminal.wait(for: " 0 open")
        try terminal.keys(":")
        try terminal.type("report-set \(root)/set.html")
        try terminal.keys("Enter")
        try terminal.wait(for: "Wrote a report on 6 files", seconds: 60)
        let report = try String(contentsOfFile: root + "/set.html", encoding: .utf8)
        for path in paths { #expect(report.contains(path)) }
        #expect(report.contains("anomaly"))
        try terminal.keys("q")
        try terminal.wait(for: "ended with 0")
    }

    @Test func aFolderIsScoredToOneTableOrToAFileEach() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-" + UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: root) }
        let paths = try Self.write(["east", "west"], 1, rows: 700, channels: 1, in: root + "/pumps")
        try "no,series\n".write(toFile: root + "/pumps/west/bad.csv", atomically: true, encoding: .utf8)
        let trained = root + "/models"
        #expect(try oddline(["train", paths[0], "-o", trained]).status == 0)
        let table = try oddline(["score", root + "/pumps", "--model", trained, "--only-events"])
        #expect(table.status == 2 && table.errors.contains("bad.csv"))
        #expect(table.lines.first?.hasPrefix("file,rank,start,") == true)
        #expect(Set(table.lines.dropFirst().map { String($0.prefix { $0 != "," }) }) == Set(paths))
        let scores = root + "/pumps/scores"
        for _ in 0..<2 {
            let written = try oddline(["score", root + "/pumps", "--model", trained, "-o", scores])
            #expect(written.status == 2, "\(written.errors)")
        }
        for (path, name) in zip(paths, ["east/pump-1.csv", "west/pump-2.csv"]) {
            let alone = try oddline(["score", path, "--model", trained])
            #expect(try String(contentsOfFile: scores + "/" + name, encoding: .utf8) == alone.output)
        }
        #expect(try FileManager.default.subpathsOfDirectory(atPath: scores).count == 4, "what was written is not scored")
        for arguments in [[], ["-o", root + "/pumps"]] {
            #expect(try oddline(["score", root + "/pumps"] + arguments).errors.contains("it is a folder"))
        }
    }
}
