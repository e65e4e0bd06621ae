import Foundation
import SeriesReading
import Testing
import TimeSeries

/// Many series in one stream, through the built program.
@Suite(.serialized) struct ManySeriesTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("many-\(UUID().uuidString)")
    private var models: String { folder.appendingPathComponent("models").path }
    private let names = ["b 1", "a/2", "c"]

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func remove() { try? FileManager.default.removeItem(at: folder) }

    /// The lines of a series, without label and header.
    private func lines(_ index: Int, rows: Int = 600) -> [String] {
        let series = SampleKind.contextual.series(rows: rows, seed: UInt64(index + 1), isClean: false)
        return series.csv().split(separator: "\n").dropFirst().map {
            $0.split(separator: ",").prefix(2).joined(separator: ",")
        }
    }

    /// All series, each row with its key.
    private var stream: String {
        "timestamp,value,host\n"
            + names.indices.map { index in lines(index).map { "\($0),\(names[index])\n" }.joined() }.joined()
    }

    private func trainShared() throws {
        let outcome = try oddline(["train", "-", "--key", "host", "--shared", "-o", models], input: stream)
        #expect(outcome.status == 0 && outcome.lines.count == 2 && outcome.output.contains("LSTM: window"), "\(outcome.errors)")
    }

    /// Whether lines hold the same but for rounding.
    private func areAlike(_ one: [String], _ other: [String]) -> Bool {
        one.count == other.count
            && zip(one, other).allSatisfy { pair in
                let (fields, others) = (pair.0.split(separator: ","), pair.1.split(separator: ","))
                return fields.count == others.count
                    && zip(fields, others).allSatisfy { $0 == $1 || abs((Double($0) ?? .nan) - (Double($1) ?? .nan)) < 1e-5 }
            }
    }

    @Test func aStreamOfManySeriesIsScoredAsEachOfThemAloneWithoutAHome() throws {
        defer { remove() }
        try trainShared()
        let arguments = ["score", "-", "--key", "host", "--model", models]
        // No home, and none could be made.
        let home = ["HOME": "/proc/none", "XDG_DATA_HOME": "/proc/none", "ODDLINE_DATA_DIR": "/proc/none"]
        let together = try oddline(arguments, input: stream, environment: home)
        #expect(together.status == 0 && together.errors.isEmpty)
        #expect(
            together.lines[0] == "host,row,timestamp,value,lstm_score,transformer_score,combined_score,is_flagged")
        #expect(together.lines.count == 1 + 3 * 600)
        for (index, name) in names.enumerated() {
            let alone = try oddline(
                ["score", "-", "--model", models], input: "timestamp,value\n" + lines(index).joined(separator: "\n") + "\n")
            let own = together.lines[(1 + index * 600)..<(1 + (index + 1) * 600)]
            #expect(areAlike(own.map { String($0) }, alone.lines.dropFirst().map { name + "," + $0 }), "\(name)")
        }
        let single = try oddline(arguments + ["--threads", "1"], input: stream)
        #expect(areAlike(single.lines.map { String($0) }, together.lines.map { String($0) }))
        let events = try oddline(arguments + ["--only-events"], input: stream)
        #expect(events.status == 0 && events.lines[0].hasPrefix("host,rank,start,end,first_row,last_row,rows,peak,mean,"))
        let width = events.lines[0].split(separator: ",").count
        #expect(events.lines.allSatisfy { $0.split(separator: ",", omittingEmptySubsequences: false).count == width })
        let starts = together.lines.dropFirst().map { $0.hasSuffix(",1") }
        #expect(events.lines.count - 1 == zip([false] + starts, starts).count { !$0 && $1 }, "an event is a run of flagged rows")
    }

    @Test func aBadKeyIsToldInOneLineAndTheOthersGoOn() throws {
        defer { remove() }
        try trainShared()
        let short = "2024-01-01T00:00:00Z,1,short\n"
        let bad = lines(1).map { $0 + ",bad\n" }.joined().replacing("Z,", with: "Z,x", maxReplacements: 1)
        let text = stream + short + bad + lines(2).map { $0 + ",good\n" }.joined() + short
        let arguments = ["score", "-", "--key", "host", "--model", models, "--format", "jsonl"]
        let outcome = try oddline(arguments, input: text)
        #expect(outcome.status == 2)
        let errors = outcome.errors.split(separator: "\n")
        #expect(errors.count == 2, "\(outcome.errors)")
        #expect(errors[0].contains("key short") && errors[1].contains("key bad, row 1 (line 1803)"))
        #expect(outcome.lines.count == 4 * 600 && outcome.lines.last?.hasPrefix("{\"host\":\"good\",\"row\":600,") == true)
        let fast = try oddline(arguments + ["--fail-fast"], input: text)
        #expect(fast.status == 1 && fast.errors.split(separator: "\n").count == 1)
        #expect(fast.lines.count == 3 * 600, "what came before is written")
        let none = try oddline(
            ["train", "-", "--key", "host", "--shared", "-o", models + "-none"], input: "timestamp,value,host\n" + short)
        #expect(none.status == 1 && !FileManager.default.fileExists(atPath: models + "-none"))
    }

    @Test func failFastEndsWhileMoreIsWaitedFor() throws {
        defer { remove() }
        try trainShared()
        let input = Pipe()
        let files = ["out", "err"].map { folder.appendingPathComponent($0) }
        for file in files { try Data().write(to: file) }
        let (process, ended) = (Process(), DispatchSemaphore(value: 0))
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["score", "-", "--key", "host", "--model", models, "--fail-fast"]
        process.standardInput = input
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        let text = stream + "2024-01-01T00:00:00Z,1,short\n2024-01-01T00:00:00Z,1,next\n"
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        let outcome = ended.wait(timeout: .now() + 120)
        try input.fileHandleForWriting.close()
        #expect(outcome == .success, "the program waits for input")
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
        #expect(try String(contentsOf: files[0], encoding: .utf8).split(separator: "\n").count == 1 + 3 * 600)
        #expect(try String(contentsOf: files[1], encoding: .utf8).contains("key short"))
    }

    @Test func jsonLinesAreScoredAsDelimitedTextIs() throws {
        defer { remove() }
        try trainShared()
        let json: String = stream.split(separator: "\n").dropFirst().map { line -> String in
            let fields = line.split(separator: ",")
            return "{\"host\":\"\(fields[2])\",\"timestamp\":\"\(fields[0])\",\"value\":\(fields[1])}\n"
        }.joined()
        let arguments = ["score", "-", "--key", "host", "--model", models]
        let (fromJSON, fromText) = (try oddline(arguments, input: json), try oddline(arguments, input: stream))
        #expect(fromJSON.lines.count == 1801 && areAlike(fromJSON.lines.map { String($0) }, fromText.lines.map { String($0) }))
    }

    @Test func aPairAKeyIsTrainedIntoAFolderOfItsOwn() throws {
        defer { remove() }
        let two =
            "timestamp,value,host\n"
            + [1, 2].map { index in
                lines(index, rows: 600).prefix(120).map { "\($0),\(names[index])\n" }.joined()
            }.joined()
        let training = try oddline(["train", "-", "--key", "host", "-o", models], input: two + "2024-01-01T00:00:00Z,1,d\n")
        #expect(training.status == 2 && training.errors.contains("key d: 1 row is too few for a model, which needs at least 48"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: models).sorted() == ["a%2F2", "c"])
        let together = try oddline(["score", "-", "--key", "host", "--model", models], input: two)
        try #require(together.status == 0 && together.lines.count == 241)
        let own = lines(1, rows: 600).prefix(120).joined(separator: "\n")
        let alone = try oddline(["score", "-", "--model", models + "/a%2F2"], input: "timestamp,value\n" + own + "\n")
        #expect(areAlike(together.lines[1..<121].map { String($0.dropFirst(4)) }, alone.lines.dropFirst().map { String($0) }))
        let unknown = try oddline(
            ["score", "-", "--key", "host", "--model", models], input: two + lines(0).map { "\($0),e\n" }.joined())
        #expect(unknown.status == 2 && unknown.errors.contains("key e: ") && unknown.lines.count == 241)
    }

    @Test func trainingShowsWhoseModelsItTrainsAndCanBeInterrupted() throws {
        defer { remove() }
        // Minutes of training, so that it goes on when it is looked at.
        let rows = lines(0, rows: 3000)
        let fleet = (0..<10).map { key in rows.map { "\($0),k\(key)\n" }.joined() }
        let file = folder.appendingPathComponent("fleet.csv")
        try ("timestamp,value,host\n" + fleet.joined()).write(to: file, atomically: true, encoding: .utf8)
        let terminal = try Terminal(shell: [:])
        try terminal.wait(for: "ready>")
        try terminal.type("'\(program)' train '\(file.path)' --key host -o '\(models)'")
        try terminal.keys("Enter")
        try terminal.wait("progress of a key") { $0.firstMatch(of: /k[0-9]: (LSTM|Transformer) [━─]+ [0-9]+% epoch/) != nil }
        try terminal.keys("C-c")
        try terminal.type("echo ended with $?")
        try terminal.keys("Enter")
        try terminal.wait(for: "ended with 130")
        #expect(!FileManager.default.fileExists(atPath: models + "/k9"))
    }

    /// Members of JSON have no order.
    @Test func channelsAreTakenByTheirNamesAndColumnsOfOneNameAreTwo() throws {
        defer { remove() }
        func text(_ line: (Int) -> String) -> String { (0..<120).map { line($0) + "\n" }.joined() }
        let trained = text { "{\"k\":\"a\",\"row\":\($0 * $0 % 13),\"heat\":\(1000 + $0 % 5)}" }
        let training = try oddline(["train", "-", "--key", "k", "--shared", "-o", models], input: trained)
        #expect(training.status == 0, "\(training.errors)")
        let arguments = ["score", "-", "--key", "k", "--model", models]
        let scored = try oddline(arguments, input: trained)
        #expect(scored.lines[0] == "k,row,timestamp,value_row,heat,lstm_score,transformer_score,combined_score,is_flagged")
        let other = text { "{\"heat\":\(1000 + $0 % 5),\"k\":\"a\",\"row\":\($0 * $0 % 13)}" }
        #expect(try oddline(arguments, input: other).output == scored.output)
        let table = "heat,row\n" + text { "\(1000 + $0 % 5),\($0 * $0 % 13)" }
        let alone = try oddline(["score", "-", "--model", models], input: table)
        #expect(areAlike(alone.lines.map { String($0) }, scored.lines.map { String($0.dropFirst(2)) }))
        let renamed = try oddline(arguments, input: trained.replacing("heat", with: "warmth"))
        #expect(renamed.status == 0 && renamed.errors.contains("trained on row, heat; row, warmth are taken in their place"))
    }

    @Test func aFolderHoldsModelsForAllSeriesOrForEach() throws {
        defer { remove() }
        let text = "host,value\n" + (0..<60).map { "lstm.safetensors,\($0 % 7)\n" }.joined()
        func train(_ more: [String] = []) throws -> Outcome {
            try oddline(["train", "-", "--key", "host", "-o", models] + more, input: text)
        }
        #expect(try train().status == 0)
        let scored = try oddline(["score", "-", "--key", "host", "--model", models], input: text)
        #expect(scored.status == 0 && scored.lines.count == 61, "\(scored.errors)")
        #expect(try train(["--shared"]).errors.contains("do not go into one folder"))
        try FileManager.default.removeItem(atPath: models)
        let long = (0..<300).map { "b,\($0 % 50)\n" }.joined()
        let shared = try oddline(["train", "-", "--key", "host", "--shared", "-o", models], input: text + long)
        #expect(shared.errors.contains("key lstm.safetensors: its 60 rows are fewer than the"), "\(shared.errors)")
        #expect(try train().errors.contains("do not go into one folder"))
    }

    @Test func wrongUsesOfKeysAreRefused() throws {
        defer { remove() }
        #expect(try oddline(["score", "-", "--key", "host"]).status == 64)
        #expect(try oddline(["train", "-", "--shared"]).status == 64)
        #expect(try oddline(["score", "-", "--fail-fast"]).status == 64)
        let wrong = [
            ["--threads", "0"], ["--query", "SELECT 1"], ["--time", "a"], ["--on-event", "true"], ["--train-rows", "100"],
        ]
        for more in wrong {
            #expect(try oddline(["score", "-", "--key", "a", "--model", models] + more).status == 64, "\(more)")
        }
        #expect(try oddline(["score", "-", "--key", "a", "--model", models, "-o", "x"]).status == 64)
        for folder in [models, folder.path] {
            let none = try oddline(["score", "-", "--key", "host", "--model", folder], input: stream)
            #expect(none.status == 1 && none.output.isEmpty && none.errors.split(separator: "\n").count == 1)
            #expect(none.errors.hasPrefix("oddline: \(folder): holds no models"))
        }
        let missing = try oddline(["train", "-", "--key", "name", "-o", models], input: stream)
        #expect(missing.status == 1 && missing.errors.contains("has no column \"name\" (it has: timestamp, value, host)"))
    }
}
