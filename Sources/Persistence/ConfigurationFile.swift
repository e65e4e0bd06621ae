import CheckedTOML
import Foundation
import TOMLKit

/// What the user set in `config.toml`; every key may be missing.
public struct ConfigurationFile: Sendable, Equatable, Codable {
    /// Name of the theme to start with.
    public var theme: String?
    /// Draw with ASCII characters alone.
    public var ascii: Bool?
    /// Say what there is in sentences, in place of drawing it.
    public var spoken: Bool?
    /// Minutes without a key after which the password is wanted again; 0 never locks, 15 where it is missing.
    public var lockMinutes: Double?
    /// Whether a verdict goes on to the next event without one; it stays where it is missing.
    public var verdictsGoOn: Bool?
    /// What is run by `/bin/sh` on an event that is new in a file that is followed.
    public var onEvent: String?
    /// Seconds between two such runs, at least; 60 where it is missing.
    public var onEventInterval: Double?
    /// Rows of a followed file that are kept; all where it is missing.
    public var horizon: Int?

    /// The settings to begin with of a series that is opened for the first time, by their names; numbers as text.
    public var settings: [String: String] { table?.mapValues(\.text) ?? [:] }
    private var table: [String: Value]?
    /// Keys to use in place of those of the program, by the program's names of keys: `t = "F2"` puts on F2 what is on t.
    public var keys: [String: String] = [:]
    /// The lines, from 1, on which `keys` are set.
    public private(set) var keyLines: [String: Int] = [:]
    /// Programs that write files as CSV, each with its arguments, by how the names of such files end: a program at least.
    public var readers: [String: [String]] = [:]

    /// Names at the top of the file that mean nothing.
    private var unknown: [String] = []

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case theme, ascii, spoken, horizon, keys, readers
        case lockMinutes = "lock_minutes"
        case verdictsGoOn = "verdicts_go_on"
        case onEvent = "on_event"
        case onEventInterval = "on_event_interval"
        case table = "settings"
    }

    /// Whatever name stands in the file.
    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// A number or a text.
    private struct Value: Sendable, Equatable, Codable {
        let text: String

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let whole = try? value.decode(Int.self) {
                text = String(whole)
            } else if let number = try? value.decode(Double.self) {
                text = "\(number)"
            } else {
                text = try value.decode(String.self)
            }
        }

        func encode(to encoder: any Encoder) throws {
            var value = encoder.singleValueContainer()
            try value.encode(text)
        }
    }

    /// A program and its arguments.
    private struct Command: Decodable {
        let words: [String]

        init(from decoder: any Decoder) throws {
            guard let words = try? [String](from: decoder), let program = words.first, !program.isEmpty else {
                throw DecodingError.dataCorrupted(
                    DecodingError.Context(
                        codingPath: decoder.codingPath,
                        debugDescription: "takes a program and its arguments, as in [\"duckdb\", \"-csv\"]"))
            }
            self.words = words
        }
    }

    /// Nothing set.
    public init() {}

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        theme = try values.decodeIfPresent(String.self, forKey: .theme)
        ascii = try values.decodeIfPresent(Bool.self, forKey: .ascii)
        spoken = try values.decodeIfPresent(Bool.self, forKey: .spoken)
        // A whole number is a number too.
        func number(_ key: CodingKeys) throws -> Double? {
            try (try? values.decodeIfPresent(Int.self, forKey: key)).flatMap { $0 }.map(Double.init)
                ?? values.decodeIfPresent(Double.self, forKey: key)
        }
        lockMinutes = try number(.lockMinutes)
        verdictsGoOn = try values.decodeIfPresent(Bool.self, forKey: .verdictsGoOn)
        onEvent = try values.decodeIfPresent(String.self, forKey: .onEvent)
        onEventInterval = try number(.onEventInterval)
        if let seconds = onEventInterval, !(0...1e6).contains(seconds) {
            throw DecodingError.dataCorruptedError(
                forKey: .onEventInterval, in: values, debugDescription: "takes seconds from 0 to 1000000")
        }
        horizon = try values.decodeIfPresent(Int.self, forKey: .horizon)
        if let rows = horizon, rows < 1000 {
            throw DecodingError.dataCorruptedError(forKey: .horizon, in: values, debugDescription: "takes 1000 rows or more")
        }
        if let minutes = lockMinutes, !(0...100_000).contains(minutes) {
            throw DecodingError.dataCorruptedError(
                forKey: .lockMinutes, in: values, debugDescription: "takes minutes from 0, which never locks, to 100000")
        }
        table = try values.decodeIfPresent([String: Value].self, forKey: .table)
        keys = try values.decodeIfPresent([String: String].self, forKey: .keys) ?? [:]
        readers = try values.decodeIfPresent([String: Command].self, forKey: .readers)?.mapValues(\.words) ?? [:]
        if let ending = readers.keys.sorted().first(where: { !Self.isEnding($0) }) {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: [CodingKeys.readers, AnyKey(stringValue: ending)],
                    debugDescription: "takes how names of files end, as in \".parquet\""))
        }
        unknown = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).filter {
            CodingKeys(stringValue: $0) == nil
        }
    }

    /// Whether names of files may end so; a pattern or a path would fit none.
    private static func isEnding(_ text: String) -> Bool {
        !text.isEmpty && !text.contains { "*?[]{}/\\".contains($0) || $0.isWhitespace }
    }

    /// Reads the file; a missing file sets nothing.
    /// - Throws: `StorageError.configuration` naming the file, and the line where its form is wrong.
    public init(readingFrom url: URL) throws(StorageError) {
        guard FileManager.default.fileExists(atPath: url.path) else {
            self.init()
            return
        }
        guard let text = try? String(contentsOf: url, encoding: .utf8) else {
            throw .configuration(path: url.path, reason: "it cannot be read as UTF-8 text")
        }
        if let line = lineOfBrokenTableHeader(in: text) {
            throw .configuration(path: url.path, reason: "line \(line): a heading begins with what begins no name")
        }
        do {
            self = try TOMLDecoder().decode(ConfigurationFile.self, from: text)
            keyLines = Self.lines(of: keys, in: text)
        } catch let error as TOMLParseError {
            throw .configuration(path: url.path, reason: "line \(error.source.begin.line): \(error.description)")
        } catch {
            let path = (error as? DecodingError)?.path ?? []
            let place = Self.line(of: path, in: text).map { "line \($0): " } ?? ""
            let written = path.map { $0.contains(".") ? "'\($0)'" : $0 }.joined(separator: ".")
            let key = path.isEmpty ? "a key" : "\"\(written)\""
            if case .dataCorrupted(let context)? = error as? DecodingError, context.debugDescription.hasPrefix("takes ") {
                throw .configuration(path: url.path, reason: "\(place)\(key) \(context.debugDescription)")
            }
            throw .configuration(path: url.path, reason: "\(place)\(key) has a value of the wrong type")
        }
        if let (key, line) = firstUnknown(in: text) {
            let (place, name) = (line.map { "line \($0): " } ?? "", String(key.filter { !$0.isNewline }.prefix(64)))
            let hint = suggestion(for: name, among: CodingKeys.allCases.map(\.rawValue))
            throw .configuration(path: url.path, reason: "\(place)there is no \"\(name)\"; \(hint)")
        }
    }
}

extension ConfigurationFile {
    /// Where each key stands under the heading `[keys]`.
    private static func lines(of keys: [String: String], in text: String) -> [String: Int] {
        keys.keys.reduce(into: [:]) { found, key in found[key] = line(of: ["keys", key], in: text) }
    }

    /// Where a key stands, from 1: at the top, or under the heading of the first of its names; `nil` where it is written otherwise.
    private static func line(of path: [String], in text: String) -> Int? {
        let lines = lines(of: text)
        guard let first = path.first else { return nil }
        guard path.count > 1 else {
            let top = lines.firstIndex { $0.hasPrefix("[") } ?? lines.endIndex
            return lines[..<top].firstIndex { $0.hasPrefix(first + "=") }.map { $0 + 1 }
        }
        guard let heading = lines.firstIndex(where: { $0.hasPrefix("[\(first)]") }) else { return nil }
        return lines[heading...].firstIndex { $0.hasPrefix(path[1] + "=") }.map { $0 + 1 }
    }

    /// The name that means nothing and stands first, with its line where that is known.
    private func firstUnknown(in text: String) -> (key: String, line: Int?)? {
        let lines = Self.lines(of: text)
        let top = lines.firstIndex { $0.hasPrefix("[") } ?? lines.endIndex
        let places = unknown.map { key in
            let line =
                lines[..<top].firstIndex { $0.hasPrefix(key + "=") || $0.hasPrefix(key + ".") }
                ?? lines[top...].firstIndex { line in ["[\(key)]", "[\(key).", "[[\(key)]]"].contains { line.hasPrefix($0) } }
            return (key: key, line: line.map { $0 + 1 })
        }
        return places.min { ($0.line ?? .max, $0.key) < ($1.line ?? .max, $1.key) }
    }

    /// The lines without what a name may stand between.
    private static func lines(of text: String) -> [String] {
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map { line in
            String(line.filter { !" \t\"'".contains($0) })
        }
    }
}

extension DecodingError {
    /// The key that could not be read, behind those that it stands under; empty where that is not known.
    fileprivate var path: [String] {
        let keys: [any CodingKey] =
            switch self {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context): context.codingPath
            // TOMLKit names the key in the path already.
            case .keyNotFound(let key, let context):
                context.codingPath.last?.stringValue == key.stringValue ? context.codingPath : context.codingPath + [key]
            @unknown default: []
            }
        return keys.map(\.stringValue)
    }
}
