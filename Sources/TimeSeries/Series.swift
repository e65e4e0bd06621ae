/// A table of measurements in time order: one or more channels, a time for each row, and, where the
/// file has them, labels that say which rows are truly anomalous.
///
/// ```swift
/// var series = Series(name: "pump.csv", channels: [.init(name: "flow", values: values)])
/// series.append(rows)
/// let shelf = library.shelf(of: series.identity)
/// ```
public struct Series: Sendable {
    /// What to call the series, usually the file's name.
    public var name: String
    /// The measured columns, each with `rowCount` values; a gap is `Double.nan`.
    public private(set) var channels: [Channel]
    /// What the series is known by, made with its rows and continued as rows are appended; nothing walks its values to ask.
    public private(set) var identity: SeriesIdentity
    private var hash: IdentityHash
    private var known = SeriesProfile.Known()
    /// The time of each row.
    public var time: TimeAxis { didSet { known = SeriesProfile.Known() } }
    /// `true` where the file says a row is anomalous; never shown to the models.
    public var labels: [Bool]?
    /// The position, from 1, that each row had in the file, 0 for a row that the file lacks; `nil` where rows are as they were there.
    public var fileOrder: [Int]?
    /// The rows of the file, where those of the series were made of them.
    public internal(set) var source: GridSource?
    /// Rows before the first one that were forgotten; what the series is known by is made of them too.
    public private(set) var forgottenRows = 0
    /// What a careful analyst wants to know about the file, one sentence each.
    public var notices: [String]

    /// One measured column.
    public struct Channel: Sendable, Equatable {
        /// The column's name.
        public var name: String
        /// One value a row; `Double.nan` is a gap, infinities do not occur.
        public var values: [Double]

        /// Makes a channel from its name and values.
        public init(name: String, values: [Double]) {
            self.name = name
            self.values = values
        }
    }

    /// Makes a series; every channel, the labels and the file order hold one element a row.
    public init(
        name: String, channels: [Channel], time: TimeAxis = .rowNumbers, labels: [Bool]? = nil,
        fileOrder: [Int]? = nil, notices: [String] = []
    ) {
        let count = channels.first?.values.count ?? 0
        precondition(channels.allSatisfy { $0.values.count == count }, "channels differ in length")
        self.name = name
        self.channels = channels
        hash = IdentityHash(of: channels)
        identity = hash.identity(names: channels.map(\.name))
        self.time = time
        self.labels = labels
        self.fileOrder = fileOrder
        self.notices = notices
    }

    /// The step between its rows and the periods of its channels.
    public var profile: SeriesProfile { SeriesProfile(series: self, known: known) }

    /// Number of rows.
    public var rowCount: Int { channels.first?.values.count ?? 0 }

    /// The text of a row's time as the file wrote it; the row number where there is no time.
    public func timeText(row: Int) -> String {
        time.text(row: row) ?? String(rowNumber(row))
    }

    /// Adds what `timeText` says, in ASCII.
    public func appendTime(row: Int, to text: inout [UInt8]) {
        guard let instant = time.microseconds?[row] else { return text += String(rowNumber(row)).utf8 }
        time.format.append(instant, to: &text)
    }

    /// The position, from 1, that a row had in the file; that of the row before where the file lacks it.
    public func rowNumber(_ row: Int) -> Int {
        guard let fileOrder else { return forgottenRows + row + 1 }
        return fileOrder[...row].last { $0 > 0 } ?? 1
    }

    /// Whether the file lacks a row: it stands for the time between two of its rows.
    public func isAbsent(_ row: Int) -> Bool { fileOrder?[row] == 0 }

    /// How many leading rows hold the first `count` rows of the file in time order; all where it has fewer.
    public func rowCount(ofFirst count: Int) -> Int {
        if let source { return count < source.places.count ? source.places[max(0, count - 1)] + 1 : rowCount }
        guard let fileOrder else { return min(count, rowCount) }
        var left = count
        return fileOrder.firstIndex { number in
            if number > 0 { left -= 1 }
            return left < 0
        } ?? rowCount
    }

    /// The rows of the file that became some rows of the series, each with its row in `source`, or without one in the series itself,
    /// and the row of the series.
    public func fileRows(in rows: Range<Int>) -> [(own: Int, row: Int)] {
        guard let source else { return rows.filter { !isAbsent($0) }.map { ($0, $0) } }
        let first = source.places.partitioningIndex { $0 >= rows.lowerBound }
        return source.places[first...].prefix { $0 < rows.upperBound }.indices.map { ($0, source.places[$0]) }
    }

    /// How many rows of the file it holds.
    public var fileRowCount: Int { source?.places.count ?? fileOrder.map { $0.count { $0 > 0 } } ?? rowCount }

    /// The same series with other columns, as many rows each.
    public func with(_ channels: [Channel]) -> Series {
        precondition(channels.allSatisfy { $0.values.count == rowCount }, "columns have a value for each row")
        var series = Series(
            name: name, channels: channels, time: time, labels: labels, fileOrder: fileOrder, notices: notices)
        series.forgottenRows = forgottenRows
        series.source = source?.with(channels: channels.map(\.name))
        return series
    }

    /// The identity of the rows `0 ..< count` alone. Cost: one pass over them.
    public func identity(ofFirst count: Int) -> SeriesIdentity {
        count >= rowCount ? identity : IdentityHash(of: channels, count: count).identity(names: channels.map(\.name))
    }

    /// The rows `0 ..< count` alone.
    public func prefix(_ count: Int) -> Series {
        let count = min(count, rowCount)
        guard count < rowCount else { return self }
        var shorter = Series(
            name: name, channels: channels.map { Channel(name: $0.name, values: Array($0.values.prefix(count))) },
            time: time.prefix(count), labels: labels.map { Array($0.prefix(count)) },
            fileOrder: fileOrder.map { Array($0.prefix(count)) }, notices: notices)
        shorter.forgottenRows = forgottenRows
        return shorter
    }

    /// Some neighbouring rows alone.
    public func rows(_ range: Range<Int>) -> Series {
        range == 0..<rowCount ? self : range.lowerBound == 0 ? prefix(range.count) : selecting(rows: Array(range))
    }

    /// Puts rows with the same channels behind the others; their times must not lie before those.
    public mutating func append(_ rows: Series) {
        precondition(rows.channels.map(\.name) == channels.map(\.name), "rows have the channels of the series")
        let (count, profile) = (rowCount, known)
        let last = forgottenRows + count
        if let numbers = rows.fileOrder, fileOrder != nil || numbers.first != last + 1 || numbers.last != last + numbers.count {
            if fileOrder == nil { fileOrder = Array((forgottenRows + 1)..<(last + 1)) }
            fileOrder?.append(contentsOf: numbers)
        }
        for index in channels.indices { channels[index].values += rows.channels[index].values }
        hash.add(channels, from: count)
        identity = hash.identity(names: channels.map(\.name))
        if let times = rows.time.microseconds { time.microseconds?.append(contentsOf: times) }
        time.format = time.microseconds == nil ? time.format : rows.time.format
        labels?.append(contentsOf: rows.labels ?? Array(repeating: false, count: rows.rowCount))
        known = count < SeriesProfile.rows ? SeriesProfile.Known() : profile
    }

    /// Forgets the first `count` rows and what they held. The identity stays that of all rows, and so do the positions of those
    /// that are left.
    public mutating func forget(first count: Int) {
        let count = min(max(count, 0), rowCount)
        guard count > 0 else { return }
        for index in channels.indices { channels[index].values.removeFirst(count) }
        let profile = known
        time.microseconds?.removeFirst(count)
        known = profile
        labels?.removeFirst(count)
        fileOrder?.removeFirst(count)
        forgottenRows += count
    }

    /// Some rows alone, in the order given, with the positions that they had in the file.
    public func selecting(rows: [Int]) -> Series {
        Series(
            name: name,
            channels: channels.map { channel in Channel(name: channel.name, values: rows.map { channel.values[$0] }) },
            time: TimeAxis(microseconds: time.microseconds.map { times in rows.map { times[$0] } }, format: time.format),
            labels: labels.map { labels in rows.map { labels[$0] } }, fileOrder: rows.map { isAbsent($0) ? 0 : rowNumber($0) },
            notices: notices)
    }
}

extension Series: Equatable {
    /// Whether both have the same name, rows, times, labels, positions and notices.
    public static func == (one: Series, other: Series) -> Bool {
        one.identity == other.identity && one.name == other.name && one.time == other.time && one.labels == other.labels
            && one.fileOrder == other.fileOrder && one.forgottenRows == other.forgottenRows && one.notices == other.notices
    }
}
