import Foundation
import TimeSeries

/// Makes records of JSON objects: a member is a column, those of an object in it are joined to it with points, and a list of one
/// value stands for the value. Members that an object lacks are gaps. Cost: one pass over each object.
struct ObjectRecords {
    /// The columns in the order in which they appear.
    private(set) var names: [String] = []
    /// Lists of several values that are left out.
    private(set) var listsLeftOut: [String] = []
    private let document: JSONDocument
    private var levels: [Level]
    private var fields: [Range<Int>] = []
    private var writer = RecordWriter()
    private var counter: LineCounter

    /// More members than this are names that hold data.
    static let mostColumns = 10_000
    /// Lists of no more numbers are columns.
    private static let longestList = 16
    private static let absent = 0..<0

    /// The members of the objects that lie at one place.
    private struct Level {
        let name: String
        var members: [Member] = []
        var places: [[UInt8]: Int] = [:]
    }

    private struct Member {
        let name: [UInt8]
        let title: String
        /// The column of its scalars, and the level of what lies in it; -1 for none yet.
        var column = -1
        var level = -1
        var isLeftOut = false
        /// Whether its name may be compared as it is written.
        let isPlain: Bool
    }

    init(_ document: JSONDocument) {
        self.document = document
        counter = LineCounter(document.bytes)
        levels = [Level(name: "")]
    }

    /// Adds the object that begins at `place` as a record.
    /// - Parameter key: what stands in the column before, as it lies between quotes in the document.
    /// - Returns: where the object ends.
    /// - Throws: `SeriesError`.
    mutating func add(_ place: Int, key: (name: String, text: Range<Int>)? = nil) throws(SeriesError) -> Int {
        guard document.kind(at: place) == .object else {
            throw document.broken(at: place, "an object belongs there, as the others are")
        }
        if let key {
            if names.isEmpty { addColumn(key.name) }
            fields[0] = key.text.lowerBound - 1..<key.text.upperBound + 1
        }
        let end = try read(object: place, level: 0)
        for column in fields.indices {
            if column > 0 { writer.addDelimiter() }
            guard fields[column] != Self.absent else { continue }
            document.add(fields[column], to: &writer)
            fields[column] = Self.absent
        }
        writer.endRecord(fields: max(1, names.count), line: counter.line(at: place))
        let isSparse = RecordText.isSparse(rows: writer.lines.count, columns: names.count, bytes: document.bytes.count)
        guard names.count <= Self.mostColumns, !isSparse else {
            throw .foreign(
                file: document.file,
                kind: "JSON whose \(writer.lines.count) objects have \(names.count) members in all, few in common",
                remedy: "give each object the same members, with what tells them apart as a value")
        }
        return end
    }

    /// The records of all objects.
    mutating func table(format: String) -> RecordText {
        writer.fill(columns: names.count)
        var notices: [String] = []
        if !listsLeftOut.isEmpty { notices.append("Lists are left out: \(shownNames(listsLeftOut)).") }
        return RecordText(format: format, names: names, records: writer.bytes, lines: writer.lines, notices: notices)
    }

    private mutating func addColumn(_ name: String) {
        names.append(name)
        fields.append(Self.absent)
    }

    // MARK: One object

    private mutating func read(object start: Int, level: Int) throws(SeriesError) -> Int {
        let bytes = document.bytes
        var place = document.behindSpaces(start + 1)
        guard bytes[place] != UInt8(ascii: "}") else { return place + 1 }
        var next = 0
        while true {
            let end = document.endOfText(place)
            let member = member(place + 1..<end - 1, of: level, expected: next)
            next = member + 1
            place = document.behindSpaces(document.behindSpaces(end) + 1)
            place = document.behindSpaces(try read(value: place, of: member, level: level))
            guard bytes[place] == UInt8(ascii: ",") else { return place + 1 }
            place = document.behindSpaces(place + 1)
        }
    }

    private mutating func read(value place: Int, of member: Int, level: Int) throws(SeriesError) -> Int {
        switch document.bytes[place] {
        case UInt8(ascii: "{"): return try read(object: place, level: inner(member, of: level))
        case UInt8(ascii: "["): return try read(list: place, of: member, level: level)
        default:
            let end = document.endOfValue(place)
            guard document.bytes[place] != UInt8(ascii: "n") else { return end }
            if levels[level].members[member].column < 0 {
                levels[level].members[member].column = names.count
                addColumn(levels[level].members[member].title)
            }
            let column = levels[level].members[member].column
            guard fields[column] == Self.absent else { throw document.broken(at: place, "a member that comes twice") }
            fields[column] = place..<end
            return end
        }
    }

    /// A list of one value is that value, few numbers are a column each, and others are left out.
    private mutating func read(list start: Int, of member: Int, level: Int) throws(SeriesError) -> Int {
        let first = document.first(Self.longestList + 1, of: .list(start))
        if first.count == 1 {
            return document.behindSpaces(try read(value: first[0], of: member, level: level)) + 1
        }
        let isShort = first.count <= Self.longestList
        if isShort, first.allSatisfy({ document.kind(at: $0) == .number || document.kind(at: $0) == .null }) {
            let inner = inner(member, of: level)
            for (index, place) in first.enumerated() {
                let name = Array("\(index + 1)".utf8)
                _ = try read(value: place, of: levels[inner].places[name] ?? add(member: name, to: inner), level: inner)
            }
        } else if !levels[level].members[member].isLeftOut {
            levels[level].members[member].isLeftOut = true
            listsLeftOut.append(levels[level].members[member].title)
        }
        return document.end(of: start)
    }

    /// Which member of a level has a name.
    @inline(__always)
    private mutating func member(_ name: Range<Int>, of level: Int, expected: Int) -> Int {
        if expected < levels[level].members.count, isName(name, of: expected, level: level) { return expected }
        let decoded = document.decoded(name)
        return levels[level].places[decoded] ?? add(member: decoded, to: level)
    }

    @inline(__always)
    private func isName(_ name: Range<Int>, of member: Int, level: Int) -> Bool {
        let isPlain = levels[level].members[member].isPlain
        return levels[level].members[member].name.withUnsafeBufferPointer {
            guard isPlain, $0.count == name.count, let base = document.bytes.baseAddress, let known = $0.baseAddress else {
                return false
            }
            return memcmp(base + name.lowerBound, known, name.count) == 0
        }
    }

    private mutating func add(member name: [UInt8], to level: Int) -> Int {
        let title = printable(String(decoding: name, as: UTF8.self))
        let prefix = levels[level].name
        let member = Member(
            name: name, title: prefix.isEmpty ? title : "\(prefix).\(title)", isPlain: !name.contains(0x5C))
        levels[level].places[name] = levels[level].members.count
        levels[level].members.append(member)
        return levels[level].members.count - 1
    }

    /// The level of what lies in a member.
    private mutating func inner(_ member: Int, of level: Int) -> Int {
        let known = levels[level].members[member].level
        if known >= 0 { return known }
        levels.append(Level(name: levels[level].members[member].title))
        levels[level].members[member].level = levels.count - 1
        return levels.count - 1
    }
}

/// Names in a sentence, of very many the first.
func shownNames(_ names: [String]) -> String {
    names.prefix(12).map(printable).joined(separator: ", ") + (names.count > 12 ? " and \(names.count - 12) more" : "")
}
