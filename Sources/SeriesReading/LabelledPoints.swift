import Foundation
import TimeSeries

/// Points of series that labels tell apart, as monitoring systems give them, made into one table: a column a channel, a row a time,
/// and where labels differ a column that says of which series a row is. The rows of a series lie together.
/// Cost: 24 bytes and its text for each point; what is missing in one channel costs a sort.
struct LabelledPoints {
    /// A name and what it is for a series.
    typealias Label = (name: String, value: String)

    private struct Point {
        let start: Int
        let timeCount: UInt16
        let valueCount: UInt32
        let line: Int32
    }

    private struct Channel {
        let labels: [String: String]
        let name: String
        var points: [Point] = []
    }

    /// What is told of values that are left out.
    private(set) var gaps = 0
    private let file: String
    private var pool: [UInt8] = []
    private var channels: [Channel] = []
    private var places: [String: Int] = [:]
    /// The names of labels and of channels in the order in which they came.
    private var labelNames: [String] = []
    private var channelNames: [String] = []
    private var columns: [String: Int] = [:]

    init(file: String) { self.file = file }

    /// Whether nothing was added.
    var isEmpty: Bool { channels.allSatisfy { $0.points.isEmpty } }

    /// The place of a series' channel, which is made where there is none yet.
    mutating func series(labels: [Label], channel: String) -> Int {
        let labels = labels.filter { !$0.value.isEmpty }
        let parts = labels.sorted { $0.name < $1.name }.flatMap { [$0.name, $0.value] } + [channel]
        let identity = parts.map { "\($0.utf8.count):\($0)" }.joined()
        if let known = places[identity] { return known }
        if columns[channel] == nil {
            columns[channel] = channelNames.count
            channelNames.append(channel)
        }
        for label in labels where !labelNames.contains(label.name) { labelNames.append(label.name) }
        channels.append(Channel(labels: Dictionary(labels.map { ($0.name, $0.value) }) { $1 }, name: channel))
        places[identity] = channels.count - 1
        return channels.count - 1
    }

    /// Adds a point; an infinite value and one that is no number are gaps.
    mutating func add(time: some Collection<UInt8>, value: [UInt8], line: Int, to series: Int) {
        let start = pool.count
        pool.append(contentsOf: time)
        let isGap = Self.words.contains(value)
        if isGap { gaps += 1 } else { pool.append(contentsOf: value) }
        channels[series].points.append(
            Point(
                start: start, timeCount: UInt16(truncatingIfNeeded: min(time.count, 65_535)),
                valueCount: isGap ? 0 : UInt32(truncatingIfNeeded: value.count), line: Int32(truncatingIfNeeded: line)))
    }

    /// The same of two scalars of a document.
    mutating func add(_ document: JSONDocument, time: Int, value: Int, line: Int, to series: Int) {
        add(time: document.content(at: time), value: document.content(at: value), line: line, to: series)
    }

    /// What is written for values that are no finite numbers, as it is spelled by what writes Go, Java and Python.
    private static let words: Set<[UInt8]> = Set(
        ["NaN", "nan", "+Inf", "-Inf", "Inf", "+inf", "-inf", "inf", "Infinity", "-Infinity", "+Infinity"].map { Array($0.utf8) })

    // MARK: The table

    /// The table of all points.
    /// - Throws: `SeriesError.foreign` where series have hardly a channel in common, `.empty` without a point.
    func table(format: String, timeNotation: String?) throws(SeriesError) -> RecordText {
        guard !isEmpty else { throw .empty(file: file) }
        let names = labelNames.filter { name in channels.contains { $0.labels[name] != channels[0].labels[name] } }
        var (groups, places): ([(key: String, channels: [Int])], [String: Int]) = ([], [:])
        for index in channels.indices where !channels[index].points.isEmpty {
            let key = self.key(of: channels[index], names)
            if let place = places[key] {
                groups[place].channels.append(index)
            } else {
                places[key] = groups.count
                groups.append((key, [index]))
            }
        }
        let rows = groups.reduce(0) { $0 + ($1.channels.map { channels[$0].points.count }.max() ?? 0) }
        guard !RecordText.isSparse(rows: rows, columns: channelNames.count, bytes: pool.count) else {
            throw .foreign(
                file: file, kind: "\(format) of \(channelNames.count) values in \(groups.count) series, few in common",
                remedy: "ask for fewer of them")
        }
        let time = RecordText.unique("time", among: channelNames)
        let key = names.isEmpty ? nil : RecordText.unique(names.joined(separator: "+"), among: channelNames + [time])
        var writer = RecordWriter()
        for group in groups { write(group.channels, key: key == nil ? nil : Array(group.key.utf8), to: &writer) }
        var notices: [String] = []
        if gaps == 1 { notices.append("1 value is no finite number (NaN, +Inf, -Inf), so it is a gap.") }
        if gaps > 1 { notices.append("\(gaps) values are no finite numbers (NaN, +Inf, -Inf), so they are gaps.") }
        return RecordText(
            format: format, names: [time] + (key.map { [$0] } ?? []) + channelNames.map(printable), records: writer.bytes,
            lines: writer.lines, notices: notices, keyColumns: key.map { [$0] } ?? [], timeNotation: timeNotation,
            timeColumn: time)
    }

    /// What tells a series apart: the value of the one label that differs, or all that do with their names.
    private func key(of channel: Channel, _ names: [String]) -> String {
        if names.count == 1 { return channel.labels[names[0]] ?? "none" }
        return names.compactMap { name in channel.labels[name].map { "\(name)=\"\($0)\"" } }.joined(separator: ",")
    }

    private func time(_ point: Point) -> ArraySlice<UInt8> { pool[point.start..<point.start + Int(point.timeCount)] }

    private func value(_ point: Point) -> ArraySlice<UInt8> {
        let start = point.start + Int(point.timeCount)
        return pool[start..<start + Int(point.valueCount)]
    }

    /// Writes the rows of a series of these channels.
    private func write(_ group: [Int], key: [UInt8]?, to writer: inout RecordWriter) {
        let columns = group.map { index in self.columns[channels[index].name] ?? 0 }
        var row = [Point?](repeating: nil, count: channelNames.count)
        let shared = channels[group[0]].points
        let isShared = group.allSatisfy { index in
            let points = channels[index].points
            return points.count == shared.count && zip(points, shared).allSatisfy { time($0).elementsEqual(time($1)) }
        }
        if isShared, Set(columns).count == columns.count {
            for place in shared.indices {
                for (index, column) in zip(group, columns) { row[column] = channels[index].points[place] }
                write(row, key, shared[place], to: &writer)
            }
        } else {
            merge(zip(group, columns).flatMap { index, column in channels[index].points.map { (column, $0) } }, key, to: &writer)
        }
    }

    private func write(_ row: [Point?], _ key: [UInt8]?, _ first: Point, to writer: inout RecordWriter) {
        writer.add(text: time(first))
        if let key {
            writer.addDelimiter()
            writer.add(text: key)
        }
        for point in row {
            writer.addDelimiter()
            if let point, point.valueCount > 0 { writer.add(text: value(point)) }
        }
        writer.endRecord(fields: row.count + (key == nil ? 1 : 2), line: Int(first.line))
    }

    /// Writes points by their times, those of one time in one row; a second value of a channel at a time gets a row of its own.
    private func merge(_ points: [(column: Int, point: Point)], _ key: [UInt8]?, to writer: inout RecordWriter) {
        let orders = points.map { order(time($0.point)) }
        let sorted = points.indices.sorted { left, right in
            if orders[left] != orders[right] { return orders[left] < orders[right] }
            let (one, other) = (time(points[left].point), time(points[right].point))
            if one.elementsEqual(other) { return left < right }
            // Without the sign of UTC, a time with a fraction comes behind the one without.
            return trimmed(one).lexicographicallyPrecedes(trimmed(other))
        }
        var row = [Point?](repeating: nil, count: channelNames.count)
        var first: Point?
        for index in sorted {
            let (column, point) = points[index]
            if let known = first, row[column] != nil || !time(known).elementsEqual(time(point)) {
                write(row, key, known, to: &writer)
                row = [Point?](repeating: nil, count: channelNames.count)
                first = nil
            }
            row[column] = point
            if first == nil { first = point }
        }
        if let first { write(row, key, first, to: &writer) }
    }

    private func trimmed(_ time: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        time.last == UInt8(ascii: "Z") ? time.dropLast() : time
    }

    /// A number that orders times that are numbers; 0 for texts, whose bytes do.
    private func order(_ time: ArraySlice<UInt8>) -> Double {
        time.withUnsafeBufferPointer { NumberParser.double($0, decimalComma: false) } ?? 0
    }
}
