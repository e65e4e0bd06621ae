import Foundation
import TimeSeries

/// Reads lines as they are written to InfluxDB: `measurement,tag=a field=1.5,other=2i 1677974400000000000`. A field is a column,
/// and tags that differ tell series apart.
enum LineProtocol {
    private static let format = "InfluxDB line protocol"
    private static let head = 4096
    private static let inspected = 20

    /// Whether the first lines are of this format, with times or without; where the first has a time, others may be wrong.
    static func recognises(_ data: Data) -> Bool {
        data.prefix(head).withUnsafeBytes { raw in
            let bytes = raw.bindMemory(to: UInt8.self)
            let isWhole = data.count <= head
            var (good, bad, isBegun, hasTime) = (0, 0, false, false)
            for range in lines(of: bytes) {
                guard good + bad < inspected, isWhole || range.upperBound < bytes.count else { break }
                if isLeftOut(bytes, range, isBegun: isBegun) { continue }
                if let line = try? Line(bytes, range) {
                    if !isBegun { hasTime = !line.time.isEmpty }
                    good += 1
                } else if isBegun {
                    bad += 1
                } else {
                    return false
                }
                isBegun = true
            }
            return good > 0 && bad <= (hasTime ? good : 0)
        }
    }

    /// The table of all lines. Cost: one pass.
    /// - Throws: `SeriesError`: `.badLine` for a line that is wrong or has no time, `.foreign` where measurements do not belong
    ///   together.
    static func table(_ data: Data, file: String) throws(SeriesError) -> RecordText {
        let result: Result<RecordText, SeriesError> = data.withUnsafeBytes { raw in
            Result { () throws(SeriesError) in
                var reader = Reader(bytes: raw.bindMemory(to: UInt8.self), file: file)
                return try reader.table()
            }
        }
        return try result.get()
    }

    /// Where the lines lie, without their ends.
    private static func lines(of bytes: UnsafeBufferPointer<UInt8>) -> some Sequence<Range<Int>> {
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        return AnyIterator {
            guard start < bytes.count, let base = bytes.baseAddress else { return nil }
            let found = memchr(base + start, 0x0A, bytes.count - start)
            let end = found.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? bytes.count
            defer { start = end + 1 }
            return start..<(end > start && bytes[end - 1] == 0x0D ? end - 1 : end)
        }
    }

    /// Whether a line is blank, a comment or, at the beginning, one that an export begins with.
    private static func isLeftOut(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, isBegun: Bool) -> Bool {
        let text = bytes[range].drop { $0 == 0x20 || $0 == 0x09 }
        return text.isEmpty || text.first == UInt8(ascii: "#") || !isBegun && text.starts(with: "CREATE ".utf8)
    }

    // MARK: One line

    private struct Flaw: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    /// The parts of a line: names and texts without their escapes.
    private struct Line {
        /// Where the measurement and the tags are written, which tells lines of one series.
        let series: Range<Int>
        var fields: [(name: Range<Int>, value: [UInt8])] = []
        /// Digits, with a sign before 1970; empty where the line has none.
        let time: Range<Int>

        init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) throws(Flaw) {
            var place = range.lowerBound
            while place < range.upperBound, bytes[place] == 0x20 { place += 1 }
            let start = place
            place = Self.end(bytes, place..<range.upperBound) { $0 == 0x20 }
            series = start..<place
            guard !series.isEmpty, bytes[start] != UInt8(ascii: ",") else { throw Flaw("no measurement") }
            while place < range.upperBound, bytes[place] == 0x20 { place += 1 }
            while true {
                let name =
                    place..<Self.end(bytes, place..<range.upperBound) { $0 == UInt8(ascii: "=") || $0 == 0x20 || $0 == 0x2C }
                guard !name.isEmpty, name.upperBound < range.upperBound, bytes[name.upperBound] == UInt8(ascii: "=") else {
                    throw Flaw("a field without a value")
                }
                place = name.upperBound + 1
                let (value, end) = try Self.value(bytes, place..<range.upperBound)
                fields.append((name, value))
                place = end
                guard place < range.upperBound, bytes[place] == 0x2C else { break }
                place += 1
            }
            while place < range.upperBound, bytes[place] == 0x20 { place += 1 }
            var end = range.upperBound
            while end > place, bytes[end - 1] == 0x20 { end -= 1 }
            time = place..<end
            let digits = bytes[time].drop { $0 == UInt8(ascii: "-") }
            guard digits.count <= 19, digits.allSatisfy(TimeSigns.isDigit), time.count - digits.count <= 1,
                time.isEmpty || !digits.isEmpty
            else { throw Flaw("a time that is no whole number") }
        }

        /// Where a part ends: at the first byte that ends it and has no backslash before it.
        private static func end(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ isEnd: (UInt8) -> Bool) -> Int {
            var place = range.lowerBound
            while place < range.upperBound, !isEnd(bytes[place]) {
                place += bytes[place] == 0x5C && place + 1 < range.upperBound ? 2 : 1
            }
            return min(place, range.upperBound)
        }

        /// The value of a field as a number, `true`, `false` or the content of a text.
        private static func value(
            _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
        ) throws(Flaw) -> (value: [UInt8], end: Int) {
            if bytes[range].first == 0x22 {
                var place = range.lowerBound + 1
                var text: [UInt8] = []
                while place < range.upperBound, bytes[place] != 0x22 {
                    let isEscape =
                        bytes[place] == 0x5C && place + 1 < range.upperBound
                        && (bytes[place + 1] == 0x22 || bytes[place + 1] == 0x5C)
                    if isEscape { place += 1 }
                    text.append(bytes[place])
                    place += 1
                }
                guard place < range.upperBound else { throw Flaw("a text that does not end on its line") }
                place += 1
                guard place == range.upperBound || bytes[place] == 0x2C || bytes[place] == 0x20 else {
                    throw Flaw("something behind a text")
                }
                return (text, place)
            }
            let end = end(bytes, range) { $0 == 0x2C || $0 == 0x20 }
            let word = UnsafeBufferPointer(rebasing: bytes[range.lowerBound..<end])
            let number = word.last == UInt8(ascii: "i") || word.last == UInt8(ascii: "u") ? word.dropLast() : word[...]
            if NumberParser.double(UnsafeBufferPointer(rebasing: number), decimalComma: false) != nil {
                return (Array(number), end)
            }
            switch String(decoding: word, as: UTF8.self) {
            case "t", "T", "true", "True", "TRUE": return (Array("true".utf8), end)
            case "f", "F", "false", "False", "FALSE": return (Array("false".utf8), end)
            default: throw Flaw("a value that is no number, text, true or false")
            }
        }
    }

    // MARK: All lines

    private struct Reader {
        let bytes: UnsafeBufferPointer<UInt8>
        let file: String
        private var points: LabelledPoints
        /// The measurements with the names of their tags.
        private var measurements: [(name: String, tags: [String])] = []
        /// What is known of each series by how it is written.
        private var known: [[UInt8]: Int] = [:]
        private var series: [(measurement: Int, labels: [LabelledPoints.Label])] = []
        /// The channels of a series by how their fields are written.
        private var channels: [[[UInt8]: Int]] = []
        private var notation: String?

        init(bytes: UnsafeBufferPointer<UInt8>, file: String) {
            self.bytes = bytes
            self.file = file
            points = LabelledPoints(file: file)
        }

        mutating func table() throws(SeriesError) -> RecordText {
            let isOne = try findMeasurements()
            var number = 0
            var isBegun = false
            for range in LineProtocol.lines(of: bytes) {
                number += 1
                if LineProtocol.isLeftOut(bytes, range, isBegun: isBegun) { continue }
                isBegun = true
                do throws(Flaw) {
                    try add(Line(bytes, range), line: number, hasPrefix: !isOne)
                } catch {
                    throw .badLine(file: file, line: number, format: LineProtocol.format, reason: error.reason)
                }
            }
            return try points.table(format: LineProtocol.format, timeNotation: notation)
        }

        /// Looks at what is before the fields of each line.
        /// - Returns: whether there is one measurement.
        /// - Throws: `.foreign` where measurements have different tags, so that no row is one of all of them.
        private mutating func findMeasurements() throws(SeriesError) -> Bool {
            var last: Range<Int>?
            var isBegun = false
            for range in LineProtocol.lines(of: bytes) {
                if LineProtocol.isLeftOut(bytes, range, isBegun: isBegun) { continue }
                isBegun = true
                guard let line = try? Line(bytes, range) else { continue }
                if let last, bytes[last].elementsEqual(bytes[line.series]) { continue }
                last = line.series
                _ = seriesIndex(Array(bytes[line.series]))
            }
            let different = Set(measurements.map(\.tags)).count
            guard different > 1 else { return measurements.count < 2 }
            let names = measurements.map(\.name)
            throw .foreign(
                file: file,
                kind: "\(LineProtocol.format) of \(names.count) measurements with different tags (\(shownNames(names)))",
                remedy: "keep one, for example with grep '^\(printable(names[0]))[, ]'")
        }

        /// The place of a series by its measurement and tags as they are written.
        private mutating func seriesIndex(_ written: [UInt8]) -> Int {
            if let index = known[written] { return index }
            let parts = split(written[...], at: 0x2C)
            let tags = parts.dropFirst().map { part -> LabelledPoints.Label in
                let halves = split(part, at: UInt8(ascii: "="))
                return (plain(halves[0]), halves.dropFirst().first.map(plain) ?? "")
            }
            let name = plain(parts[0])
            let tagNames = tags.map(\.name).sorted()
            let measurement =
                measurements.firstIndex { $0.name == name && $0.tags == tagNames } ?? measurements.firstIndex { $0.name == name }
            if let measurement {
                // Tags that only some lines have are tags of all.
                measurements[measurement].tags = Set(measurements[measurement].tags).union(tagNames).sorted()
            } else {
                measurements.append((name, tagNames))
            }
            series.append((measurement ?? measurements.count - 1, tags))
            channels.append([:])
            known[written] = series.count - 1
            return series.count - 1
        }

        private mutating func add(_ line: Line, line number: Int, hasPrefix: Bool) throws(Flaw) {
            guard !line.time.isEmpty else {
                throw Flaw("no time, which InfluxDB would take from its clock; write one behind the fields")
            }
            let found = TimeSigns.notation(digits: line.time.count) ?? (line.time.count > 16 ? "unix-ns" : "unix")
            if let notation, notation != found { throw Flaw("a time in another unit than those before") }
            notation = found
            let index = seriesIndex(Array(bytes[line.series]))
            let time = bytes[line.time]
            for field in line.fields {
                let written = Array(bytes[field.name])
                let channel: Int
                if let known = channels[index][written] {
                    channel = known
                } else {
                    let prefix = hasPrefix ? measurements[series[index].measurement].name + "." : ""
                    channel = points.series(labels: series[index].labels, channel: prefix + plain(written[...]))
                    channels[index][written] = channel
                }
                points.add(time: time, value: field.value, line: number, to: channel)
            }
        }

        /// The parts between delimiters that have no backslash before them.
        private func split(_ text: ArraySlice<UInt8>, at delimiter: UInt8) -> [ArraySlice<UInt8>] {
            var parts: [ArraySlice<UInt8>] = []
            var (start, place) = (text.startIndex, text.startIndex)
            while place < text.endIndex {
                if text[place] == delimiter {
                    parts.append(text[start..<place])
                    start = place + 1
                } else if text[place] == 0x5C {
                    place += 1
                }
                place += 1
            }
            return parts + [text[start...]]
        }

        /// A name or the value of a tag without its escapes: a backslash before a comma, =, a space or another is one.
        private func plain(_ written: ArraySlice<UInt8>) -> String {
            var text: [UInt8] = []
            var isEscape = false
            for byte in written {
                if byte == 0x5C, !isEscape {
                    isEscape = true
                    continue
                }
                if isEscape, ![0x2C, UInt8(ascii: "="), 0x20, 0x5C].contains(byte) { text.append(0x5C) }
                text.append(byte)
                isEscape = false
            }
            if isEscape { text.append(0x5C) }
            return printable(String(decoding: text, as: UTF8.self))
        }
    }
}
