import Accounts
import AnomalyDetection
import Foundation
import GRDB
@testable import HTTPService
import Logging
import NeuralNetwork
import Persistence
import SeriesReading
import StrictJSON
import TerminalUI
import TimeSeries

/// What is fed with random bytes: every reader of data that comes from outside.
enum FuzzTarget: String, CaseIterable {
    case csv, jsonl, document, influx, keyed, times, gzip, sqlite, model, detector, theme, configuration, keys, json, http, token,
        calendar

    func run(_ data: Data) {
        switch self {
        case .csv, .gzip, .document, .influx: Self.check(try? SeriesReader.read(data: data, name: "fuzzed"))
        case .jsonl: Self.jsonLines(data)
        case .keyed: Self.keyed(data)
        case .times: Self.times(data)
        case .sqlite: Self.sqlite(data)
        case .model: inFile(data) { _ = try? ModelFile(readingFrom: $0) }
        case .detector: inFile(data, Self.detector)
        case .theme: inFile(data) { _ = try? Theme(readingFrom: $0) }
        case .configuration: inFile(data) { _ = try? ConfigurationFile(readingFrom: $0) }
        case .keys: Self.keys(data)
        case .json: Self.json(data)
        case .http: Self.http(data)
        case .token: Self.token(data)
        case .calendar: Self.calendar(data)
        }
    }

    /// Rules of a file or of one line: what was read says the same when it is written and read again.
    private static func calendar(_ data: Data) {
        let text = String(decoding: data, as: UTF8.self)
        let rules = ((try? ExpectedRule.list(text, file: "fuzzed.ics")) ?? []) + ((try? ExpectedRule(text)).map { [$0] } ?? [])
        let times = (0..<200).map { 1_704_067_200_000_000 + Int64($0) * 3_600_000_000 }
        let series = Series(
            name: "fuzzed", channels: [.init(name: "v", values: times.map(Double.init))],
            time: TimeAxis(microseconds: times, format: .iso8601(.init())))
        for rule in rules {
            let rows = rule.rows(in: series)
            precondition(rows.allSatisfy { !$0.isEmpty && $0.upperBound <= 200 })
            let again = try? ExpectedRule(rule.text)
            precondition(again?.rows(in: series) == rows, "a rule says something else when it is read again")
        }
    }

    /// What holds of every series that was read.
    private static func check(_ series: Series?) {
        guard let series else { return }
        precondition(series.rowCount > 0 && !series.channels.isEmpty)
        precondition(series.channels.allSatisfy { $0.values.count == series.rowCount && $0.values.allSatisfy { !$0.isInfinite } })
        if let times = series.time.microseconds { precondition(times == times.sorted() && times.count == series.rowCount) }
        precondition(series.labels.map { $0.count == series.rowCount } ?? true)
    }

    /// Lines of objects: each that is not blank is a row.
    private static func jsonLines(_ data: Data) {
        let series = try? SeriesReader.read(data: Data("{\"a\":1}\n".utf8) + data, name: "fuzzed")
        check(series)
        let blank: Set<UInt8> = [0x20, 0x09, 0x0D]
        let lines = data.split(separator: 0x0A).count { !$0.allSatisfy(blank.contains) }
        precondition(series == nil || series?.rowCount == 1 + lines, "an object is no row, or two")
        check(try? SeriesReader.read(data: data, name: "fuzzed"))
    }

    /// The bytes as a stream of many series, which holds the same however it is cut: 0xFE stands where it is. More lines come first
    /// than are looked at to tell its columns, so that what follows is read piece by piece.
    private static func keyed(_ data: Data) {
        let isJSON = data.first == UInt8(ascii: "{")
        let first = isJSON ? "{\"key\":\"a\",\"t\":1,\"v\":2}\n" : "a,1,2\n"
        let beginning = Data(((isJSON ? "" : "key,t,v\n") + String(repeating: first, count: 201)).utf8)
        let pieces = data.split(separator: 0xFE, maxSplits: 7, omittingEmptySubsequences: true).map { Data($0) }
        let whole = series(ofKeysIn: [beginning + Data(pieces.joined())])
        precondition(series(ofKeysIn: [beginning] + pieces) == whole, "cut in pieces the stream holds something else")
        _ = series(ofKeysIn: [data])
    }

    /// The keys of a stream that comes in pieces, each with its series or what is wrong with it.
    private static func series(ofKeysIn pieces: [Data]) -> [String] {
        guard let end = pipe(holding: pieces) else { return ["no pipe"] }
        defer { close(end) }
        do {
            var stream = try KeyedStream(path: "/dev/fd/\(end)", key: "key")
            var found: [String] = []
            while let rows = try stream.next() {
                do {
                    let series = try stream.form.series(rows)
                    check(series)
                    found.append("\(rows.key): \(series.identity)")
                } catch { found.append("\(rows.key): \(error)") }
            }
            return found
        } catch { return ["\(error)"] }
    }

    /// The end of a pipe from which each piece is read by itself; `nil` where they are more than it holds.
    private static func pipe(holding pieces: [Data]) -> Int32? {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { return nil }
        defer { close(ends[1]) }
        // Each write is a packet by O_DIRECT, whose macro Swift does not import.
        let direct: Int32 = 0o40000
        let isWhole =
            fcntl(ends[1], F_SETFL, direct | O_NONBLOCK) == 0
            && pieces.allSatisfy { piece in piece.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) } == piece.count }
        if !isWhole { close(ends[0]) }
        return isWhole ? ends[0] : nil
    }

    /// The lines as a column of times, and the first of them as a way of writing the others.
    private static func times(_ data: Data) {
        var text = Data("time,v\n".utf8)
        let lines = data.split(separator: 0x0A).map { Array($0) }
        for line in lines { text += line + Data(",1\n".utf8) }
        for notation in TimeNotation.guesses(lines) + TimeNotation.numericGuesses(lines) {
            precondition(lines.allSatisfy { $0.withUnsafeBufferPointer { notation.instant($0) } != nil }, "a guess reads no line")
        }
        if let first = lines.first, let notation = try? TimeNotation(name: String(decoding: first, as: UTF8.self)) {
            precondition((try? TimeNotation(name: notation.name)) == notation, "a name spells another notation")
            for line in lines { _ = line.withUnsafeBufferPointer { notation.instant($0) } }
        }
        check(try? SeriesReader.read(data: text, name: "fuzzed", options: .init(timeColumn: "time")))
    }

    /// The bytes as names and values of a table.
    private static func sqlite(_ data: Data) {
        let fields = data.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        guard let name = fields.first, !name.contains("\0") else { return }
        let url = scratch.appendingPathExtension("db")
        try? FileManager.default.removeItem(at: url)
        let quoted = "\"" + name.replacing("\"", with: "\"\"") + "\""
        guard let queue = try? DatabaseQueue(path: url.path) else { return }
        let isMade: Void? = try? queue.write { database in
            try database.execute(sql: "PRAGMA journal_mode = OFF; CREATE TABLE t (\(quoted))")
            for field in fields.dropFirst() {
                let value =
                    Int64(field)?.databaseValue ?? Double(field)?.databaseValue
                    ?? (field.count % 5 == 0 ? Data(field.utf8).databaseValue : field.databaseValue)
                try database.execute(sql: "INSERT INTO t VALUES (?)", arguments: [value])
            }
        }
        try? queue.close()
        guard isMade != nil else { return }
        check(try? SeriesReader.read(path: url.path))
    }

    /// A model that could be loaded scores a series.
    private static func detector(_ url: URL) {
        for kind in Models.standard.kinds {
            guard let detector = try? Models.standard.load(kind, from: url) else { continue }
            let names = detector.channelNames
            let rows = min(200, detector.windowLength + 8)
            let series = Series(
                name: "fuzzed",
                channels: names.map { Series.Channel(name: $0, values: (0..<rows).map { Double($0 % 7) }) }, time: .rowNumbers)
            _ = try? detector.errors(of: series)
        }
    }

    /// The bytes as a terminal's, and what they say typed into a field.
    private static func keys(_ data: Data) {
        var parser = InputParser(keys: [Array("\u{1B}[[A".utf8): .function(1)])
        let parts = data.split(separator: 0xFE, omittingEmptySubsequences: false)
        let events = parts.flatMap { parser.parse([UInt8]($0)) } + parser.flush()
        var field = TextField(limit: .columns(40))
        for event in events {
            switch event {
            case .key(let key): _ = field.handle(key)
            case .paste(let text): field.insert(text)
            default: break
            }
            precondition((0...field.glyphs.count).contains(field.cursor), "the insertion point has left the text")
        }
        var screen = CellBuffer(width: 20, height: 1)
        screen.field(field, x: 0, y: 0, width: 20, style: Style(), isFocused: true)
    }

    /// What is read is written and read again as the same.
    private static func json(_ data: Data) {
        guard let value = try? JSON([UInt8](data)) else { return }
        var text = JSONText()
        text.add(value)
        let again = try? JSON(text.bytes)
        precondition(again == value, "written and read again it is another value")
    }

    /// The bytes as a request's body, read by every operation that takes one.
    private static func http(_ data: Data) {
        guard let value = try? JSON([UInt8](data)), case .object(let members) = value else { return }
        for operation in service?.operations ?? [] {
            var sent = SentValues(body: members)
            for field in operation.fields where field.place == .path { sent.path[field.name] = "x" }
            for member in members.prefix(3) {
                if case .text(let text) = member.value { sent.query.append((member.name, text)) }
            }
            switch operation.handler {
            case .open(let reading): _ = try? reading(sent)
            case .protected(let reading): _ = try? reading(sent)
            }
        }
    }

    /// Nobody is let in: no session is open here.
    private static func token(_ data: Data) {
        guard let tokens else { return }
        let text = String(decoding: data, as: UTF8.self)
        if (try? tokens.authenticate(text)) != nil { preconditionFailure("somebody is let in") }
    }

    private func inFile(_ data: Data, _ body: (URL) -> Void) {
        guard (try? data.write(to: scratch)) != nil else { return }
        body(scratch)
    }
}

/// A file in memory, one for each process.
private let scratch: URL = {
    let folder = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    return URL(fileURLWithPath: "\(folder)/oddline-fuzz-\(ProcessInfo.processInfo.processIdentifier)")
}()

private let database = try? OddlineDatabase()

private let accounts = database.flatMap { try? Accounts(database: $0) }

private let locations: Locations = {
    let folder = scratch.path + ".home"
    try? makePrivateFolder(URL(fileURLWithPath: folder))
    return Locations(dataDirectory: folder)
}()

private let service: HTTPService? = accounts.flatMap { accounts in
    database.flatMap {
        try? HTTPService(accounts: accounts, database: $0, locations: locations, models: .standard, logger: Logger(label: "fuzz"))
    }
}

/// Checks tokens with the key that the seeds are signed with.
private let tokens: Tokens? = {
    let secret = Data(repeating: 0x41, count: 32).base64EncodedString()
    let file = Data("[{\"kid\":\"0123456789abcdef\",\"secret\":\"\(secret)\"}]".utf8)
    try? PrivateFile(locations.signingKeys).write(file)
    return accounts.flatMap { try? Tokens(accounts: $0, keyFile: locations.signingKeys) }
}()

private let target: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["ODDLINE_FUZZ_TARGET"] ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        let known = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
        print("ODDLINE_FUZZ_TARGET is one of: \(known)")
        exit(64)
    }
    return target
}()

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target.run(bytes.map { Data(bytes: $0, count: count) } ?? Data())
    return 0
}

/// libFuzzer's own main function.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// What the package manager links as `main`.
@_cdecl("OddlineFuzz_main")
public func main(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    var (count, arguments) = (count, arguments)
    return runFuzzer(&count, &arguments, { fuzzOneInput($0, $1) })
}
