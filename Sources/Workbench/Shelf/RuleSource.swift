import Files
import Foundation
import SeriesReading
import TimeSeries

/// Rules as people name them where they say which rows are expected: a rule, or the path of a file that holds some.
public enum RuleSource {
    /// The most bytes of a file.
    static let mostBytes = 10_000_000

    /// The rules that an argument names: those of a file where there is one of that path, and otherwise the rule that it is.
    /// - Throws: `ExpectedRuleError`, `CalendarError`, `SeriesError.unreadable`.
    public static func rules(named text: String) throws -> [ExpectedRule] {
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: text, isDirectory: &isFolder)
        // What ends as a file does is meant as one, and its absence is told.
        guard isThere && !isFolder.boolValue || text.lowercased().hasSuffix(".ics") else { return [try ExpectedRule(text)] }
        return try rules(at: text)
    }

    /// The rules of a file.
    /// - Throws: as `rules(named:)`.
    public static func rules(at path: String) throws -> [ExpectedRule] {
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            data = try handle.read(upToCount: mostBytes + 1) ?? Data()
        } catch { throw SeriesError.unreadable(file: path, reason: reason(error)) }
        guard data.count <= mostBytes else { throw SeriesError.unreadable(file: path, reason: "it has more than 10 MB") }
        return try ExpectedRule.list(String(decoding: data, as: UTF8.self), file: (path as NSString).lastPathComponent)
    }

    private static func reason(_ error: any Error) -> String {
        ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError).map { String(cString: strerror(Int32($0.code))) }
            ?? "it cannot be opened"
    }
}
