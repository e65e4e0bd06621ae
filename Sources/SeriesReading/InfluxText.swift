import Foundation
import TimeSeries

/// Reads the annotated CSV that InfluxDB 2 and `influx query` give: tables behind each other, each with lines of `#datatype`,
/// `#group` and `#default` or without, in long form (a channel a `_field`) or in wide form (a channel a column).
enum InfluxText {
    private static let format = "InfluxDB annotated CSV"
    private static let comma = UInt8(ascii: ",")

    /// Whether the content begins as such tables.
    static func recognises(_ data: Data) -> Bool {
        data.prefix(4096).withUnsafeBytes { raw in
            let bytes = raw.bindMemory(to: UInt8.self)
            let text = bytes.dropFirst(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0).drop { $0 == 0x0A || $0 == 0x0D }
            let line = text.prefix { $0 != 0x0A && $0 != 0x0D }
            if ["#datatype,", "#group,", "#default,"].contains(where: { line.starts(with: $0.utf8) }) { return true }
            return line.starts(with: ",result,table,".utf8) || line.elementsEqual(",error,reference".utf8)
        }
    }

    /// The table of all tables, pivoted by their times. Cost: one pass, and a sort where fields differ in their times.
    /// - Throws: `SeriesError`.
    static func table(_ data: Data, file: String) throws(SeriesError) -> RecordText {
        let result: Result<RecordText, SeriesError> = data.withUnsafeBytes { raw in
            Result { () throws(SeriesError) in
                var reader = Reader(CSVScanner(bytes: raw.bindMemory(to: UInt8.self), delimiter: comma), file: file)
                return try reader.table()
            }
        }
        return try result.get()
    }

    /// What a column of a table is for.
    private enum Role: Equatable { case ignored, time, value, field, label, channel }

    private struct Reader {
        let file: String
        private var scanner: CSVScanner
        private var fields: [CSVScanner.Field] = []
        private var points: LabelledPoints
        private var types: [String] = []
        private var groups: [String] = []
        private var defaults: [String] = []
        private var names: [String] = []
        private var roles: [Role] = []
        /// Series by what their labels and field are.
        private var known: [[UInt8]: [Int]] = [:]
        private var rows = 0
        /// Columns of text that tell no series apart.
        private var leftOut: [String] = []

        init(_ scanner: CSVScanner, file: String) {
            self.scanner = scanner
            self.file = file
            points = LabelledPoints(file: file)
        }

        mutating func table() throws(SeriesError) -> RecordText {
            var awaitsHeader = true
            while try scanner.next(into: &fields, file: file) {
                let first = scanner.text(fields[0])
                if first.hasPrefix("#") {
                    if !awaitsHeader { (types, groups, defaults) = ([], [], []) }
                    annotate(first)
                    awaitsHeader = true
                } else if awaitsHeader || isRepeatedHeader {
                    try takeHeader()
                    awaitsHeader = false
                } else {
                    try addRow()
                }
            }
            guard !points.isEmpty else { throw .empty(file: file) }
            var table = try points.table(format: InfluxText.format, timeNotation: nil)
            if !leftOut.isEmpty { table.notices.append("Text is left out: \(shownNames(leftOut)).") }
            return table
        }

        private mutating func annotate(_ name: String) {
            let values = fields.map { scanner.text($0) }
            switch name {
            case "#datatype": types = values
            case "#group": groups = values
            case "#default": defaults = values
            default: break
            }
        }

        /// Tables without annotations have their header again.
        private var isRepeatedHeader: Bool {
            fields.count == names.count && zip(fields, names).allSatisfy { scanner.text($0) == $1 }
        }

        private mutating func takeHeader() throws(SeriesError) {
            names = fields.map { scanner.text($0) }
            known = [:]
            if names.contains("error"), names.contains("reference"), !names.contains("_time") {
                var told = ""
                if try scanner.next(into: &fields, file: file), let place = names.firstIndex(of: "error"), place < fields.count {
                    told = scanner.text(fields[place])
                }
                throw .foreign(
                    file: file, kind: "an answer of InfluxDB that tells of an error (\(printable(String(told.prefix(200)))))",
                    remedy: "mend the query, and ask again")
            }
            let isLong = names.contains("_value") && names.contains("_field")
            roles = names.indices.map { role($0, isLong: isLong) }
            for column in names.indices where roles[column] == .ignored && column < types.count && types[column] == "string" {
                let isNew = !["", "result"].contains(names[column]) && !leftOut.contains(names[column])
                if isNew { leftOut.append(names[column]) }
            }
            if !roles.contains(.time) {
                throw .badLine(
                    file: file, line: scanner.recordLine, format: "table of \(InfluxText.format)",
                    reason: "no column _time; ask for values by time, without a last() or a mean() over all of them")
            }
        }

        private func role(_ column: Int, isLong: Bool) -> Role {
            let (name, type) = (names[column], column < types.count ? types[column] : "")
            let isGroup = column < groups.count && groups[column] == "true"
            switch name {
            case "", "result", "table", "_start", "_stop": return .ignored
            case "_time": return .time
            case "_value" where isLong: return .value
            case "_field" where isLong: return .field
            default: break
            }
            if type.hasPrefix("dateTime") || type == "time" { return !names.contains("_time") && !isGroup ? .time : .ignored }
            if ["tag", "measurement"].contains(type) || isGroup || name == "_measurement" { return .label }
            // Where no types are given, what is neither value nor field is what series are told apart by.
            if type.isEmpty { return isLong ? .label : .channel }
            return ["double", "long", "unsignedLong", "boolean", "field"].contains(type) && !isLong ? .channel : .ignored
        }

        private mutating func addRow() throws(SeriesError) {
            rows += 1
            guard fields.count == names.count else {
                throw .fieldCount(file: file, row: rows, line: scanner.recordLine, expected: names.count, found: fields.count)
            }
            guard let time = roles.firstIndex(of: .time) else { return }
            let channels = series()
            var next = 0
            for column in roles.indices where roles[column] == .value || roles[column] == .channel {
                let value = scanner.slice(fields[column]).isEmpty ? [] : Array(scanner.text(fields[column]).utf8)
                points.add(time: scanner.slice(fields[time]), value: value, line: scanner.recordLine, to: channels[next])
                next += 1
            }
        }

        /// The channels of the row: one, or one for each column.
        private mutating func series() -> [Int] {
            var identity: [UInt8] = []
            for column in roles.indices where roles[column] == .label || roles[column] == .field {
                identity += scanner.slice(fields[column])
                identity.append(0)
            }
            if let known = known[identity] { return known }
            var labels: [LabelledPoints.Label] = []
            var channel = "value"
            for column in roles.indices {
                if roles[column] == .label { labels.append((labelName(names[column]), text(column))) }
                if roles[column] == .field { channel = text(column) }
            }
            let found = roles.indices.filter { roles[$0] == .value || roles[$0] == .channel }.map { column in
                let name = roles[column] == .channel ? (names[column] == "_value" ? "value" : printable(names[column])) : channel
                return points.series(labels: labels, channel: name)
            }
            known[identity] = found
            return found
        }

        private func labelName(_ name: String) -> String { printable(name.hasPrefix("_") ? String(name.dropFirst()) : name) }

        /// What a field holds, or what it holds where it is empty.
        private func text(_ column: Int) -> String {
            let text = scanner.text(fields[column])
            return text.isEmpty && column < defaults.count ? defaults[column] : text
        }
    }
}
