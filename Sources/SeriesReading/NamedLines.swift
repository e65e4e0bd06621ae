import Foundation
import TimeSeries

/// Reads texts in which a time is followed by names with values, in its line or in those below it, as logs and messages have them:
/// `26/11/2015 21:10`, then `Ping: 18.4 ms` and `Download: 31.3 Mbits/s`; or `[22-01-2023 16:17:24] - inside: 26.0C outside: 50.0C`.
/// Without times a row begins wherever the first name comes again.
enum NamedLines {
    /// What a line holds: perhaps a time, and names with values behind it.
    private struct Line {
        var time: ArraySlice<UInt8>?
        var items: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []
    }

    /// A time with what follows it.
    private struct Row {
        var time: ArraySlice<UInt8>
        var line: Int
        var items: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []
        var names: [[UInt8]] { items.map { Array($0.name) } }
    }

    /// What is looked at to recognise such a text, and the fewest rows that are certain.
    private static let head = 4096, fewestRows = 3
    /// The longest line of such a text.
    private static let longestLine = 2000

    /// Whether the first lines are such, each time with the same names.
    static func recognises(_ data: Data) -> Bool {
        let bytes = Array(data.prefix(head))
        let isCut = data.count > bytes.count
        guard let first = lines(of: bytes).first(where: { !$0.isEmpty }), first.count < longestLine, line(first) != nil else {
            return false
        }
        var (rows, others) = ([Row](), 0)
        var all = lines(of: bytes)
        if isCut { all.removeLast() }
        gather(all, &rows, &others)
        // The last row may be cut.
        let whole = rows.dropLast(rows.count > fewestRows ? 1 : 0)
        guard others == 0, whole.count >= fewestRows, let names = whole.first?.names, !names.isEmpty,
            Set(names).count == names.count, !whole[0].time.isEmpty || names.count > 1
        else { return false }
        return whole.allSatisfy { $0.names == names }
    }

    /// The table of all rows. Lines that hold neither are left out.
    static func table(_ data: Data) -> RecordText {
        let bytes = Array(data)
        var (rows, others) = ([Row](), 0)
        gather(lines(of: bytes), &rows, &others)
        let hasTimes = rows.first.map { !$0.time.isEmpty } ?? false
        var names: [[UInt8]] = []
        for row in rows { for name in row.names where !names.contains(name) { names.append(name) } }
        var writer = RecordWriter()
        let places = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
        for row in rows {
            var values = Array(repeating: ArraySlice<UInt8>(), count: names.count)
            for item in row.items { if let place = places[Array(item.name)] { values[place] = item.value } }
            if hasTimes { writer.add(text: row.time) }
            for (index, value) in values.enumerated() {
                if hasTimes || index > 0 { writer.addDelimiter() }
                writer.add(text: value)
            }
            writer.endRecord(fields: names.count + (hasTimes ? 1 : 0), line: row.line)
        }
        let shown = names.map { printable(String(decoding: $0, as: UTF8.self)) }
        let time = RecordText.unique("time", among: shown)
        var notices = [
            "Names stand before values; a row is \(hasTimes ? "a time with what follows it" : "what stands from one \(shown[0]) to the next")."
        ]
        if others > 0 {
            notices.append(
                "\(others) line\(others == 1 ? "" : "s") without a name and a value \(others == 1 ? "is" : "are") left out.")
        }
        return RecordText(
            format: "lines of names and values", names: (hasTimes ? [time] : []) + shown, records: writer.bytes,
            lines: writer.lines,
            notices: notices, timeColumn: hasTimes ? time : nil)
    }

    /// The lines of a text, empty ones too.
    private static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            trimmed(line.last == 0x0D ? line.dropLast() : line)
        }
    }

    /// Gathers the rows of lines, and counts those that hold something else.
    private static func gather(_ lines: [ArraySlice<UInt8>], _ rows: inout [Row], _ others: inout Int) {
        var hasTimes: Bool?
        for (index, text) in lines.enumerated() where !text.isEmpty {
            guard text.count < longestLine, let line = line(text) else {
                others += 1
                continue
            }
            if hasTimes == nil { hasTimes = line.time != nil }
            let isFirstAgain = line.time == nil && line.items.first.map { $0.name } == rows.first?.items.first?.name
            if let time = line.time, hasTimes == true {
                rows.append(Row(time: time, line: index + 1))
            } else if hasTimes == false, line.time == nil, rows.isEmpty || isFirstAgain {
                rows.append(Row(time: [], line: index + 1))
            } else if line.time != nil || rows.isEmpty {
                others += 1
                continue
            }
            rows[rows.count - 1].items += line.items
        }
    }

    // MARK: One line

    /// What a line holds; `nil` where it is neither a time, nor names with values, nor both.
    private static func line(_ text: ArraySlice<UInt8>) -> Line? {
        if let items = items(text) { return Line(time: nil, items: items) }
        if isTime(text) { return Line(time: text) }
        // A time is at most as long as this, and stands before a blank.
        for place in text.indices.prefix(48) where text[place] == 0x20 || text[place] == 0x09 {
            guard let found = items(text[(place + 1)...]) else { continue }
            let time = withoutMarks(text[..<place])
            return isTime(time) ? Line(time: time, items: found) : nil
        }
        return nil
    }

    private static func isTime(_ text: ArraySlice<UInt8>) -> Bool {
        guard (6...48).contains(text.count), Array(text).withUnsafeBufferPointer({ FieldLook($0) == .time }) else { return false }
        return TimeNotation.guesses([text]).contains { $0.namesDate && $0.hasTimeOfDay || $0.namesYear }
    }

    /// A time without what parts it from what follows.
    private static func withoutMarks(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = trimmed(text)
        while let last = text.last, [0x2D, 0x3A, 0x2C, 0x3B, 0x7C, 0x3E, 0x20].contains(last) { text = text.dropLast() }
        if text.first == UInt8(ascii: "["), text.last == UInt8(ascii: "]") { text = text.dropFirst().dropLast() }
        return text
    }

    /// The names with values of a text; `nil` where it holds anything else, or none.
    private static func items(_ text: ArraySlice<UInt8>) -> [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)]? {
        var (rest, found) = (trimmed(text), [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)]())
        while !rest.isEmpty {
            guard let first = rest.first, isLetter(first), let sign = rest.firstIndex(where: { $0 == 0x3A || $0 == 0x3D }) else {
                return nil
            }
            let name = trimmed(rest[..<sign])
            // A name of several words stands alone in its line.
            guard name.count <= 40, name.allSatisfy({ isLetter($0) || $0 &- 0x30 < 10 || " _-./()%".utf8.contains($0) }),
                found.isEmpty || !name.contains(0x20)
            else { return nil }
            rest = trimmed(rest[(sign + 1)...])
            let end = rest.firstIndex { $0 == 0x20 || $0 == 0x09 || $0 == 0x3B || $0 == 0x7C } ?? rest.endIndex
            var value = rest[..<end]
            rest = rest[end...]
            if value.last == 0x2C { value = value.dropLast() }
            guard isNumber(value) else { return nil }
            // A unit may stand behind the number, if no name does.
            let word = trimmed(rest).prefix { $0 != 0x20 && $0 != 0x2C && $0 != 0x3B && $0 != 0x7C }
            let isUnit = !word.isEmpty && word.count <= 12 && !word.contains { $0 == 0x3A || $0 == 0x3D || $0 &- 0x30 < 10 }
            let behind = trimmed(rest[word.endIndex...]).first
            if isUnit, behind != 0x3A, behind != 0x3D, isNumber(value + [0x20] + word) {
                (value, rest) = (value + [0x20] + word, rest[word.endIndex...])
            }
            while let mark = rest.first, [0x20, 0x09, 0x2C, 0x3B, 0x7C].contains(mark) { rest = rest.dropFirst() }
            found.append((name, value))
        }
        return found.isEmpty ? nil : found
    }

    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        Array(text).withUnsafeBufferPointer { FieldLook($0).isNumber }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte >= 0x80 || (byte | 0x20) &- 0x61 < 26 }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text = text.dropLast() }
        return text
    }
}
