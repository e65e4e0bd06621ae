import TimeSeries
import Work

/// The columns of a file as they are being read: eight bytes a value, in memory of its own so that a
/// value is written without checks on growth or sharing.
final class CSVTable {
    private let cells: UnsafeMutablePointer<Int64>
    private let columns: Int
    private let rowLimit: Int
    /// Rows that are complete; values set now belong to the next.
    var rowCount = 0
    /// The notation of the first time that was read.
    var format: TimeFormat?
    /// Reads times that are written like the one before.
    var calendar = CalendarCache()
    /// Where the parts of the time of the present record lie, by column, and the parts joined.
    var parts: [Int: Range<Int>] = [:]
    var joined: [UInt8] = []
    /// Rows that lack their last fields, and records without a time, which are no rows.
    var shortRows = 0, timelessRows = 0
    /// Rows behind which a remark stands.
    var remarkedRows = 0
    /// At how many places lines stood again that stand above the rows.
    var passedPlaces = 0
    /// How often each sign stood behind a number.
    private(set) var signs: [UInt8: Int] = [:]
    /// How often each mark of a gap stands in a channel.
    private(set) var marks: [[UInt8]: Int] = [:]
    /// The records that the rows are, from 1; `nil` where each is a row.
    private(set) var rowNumbers: [Int]?

    /// Room for `rowLimit` rows, an upper bound on what the file holds.
    init(columns: Int, rowLimit: Int) {
        self.columns = columns
        self.rowLimit = rowLimit
        cells = .allocate(capacity: max(1, columns * rowLimit))
    }

    deinit { cells.deallocate() }

    func set(_ value: Double, column: Int) { set(Int64(bitPattern: value.bitPattern), column: column) }

    func set(_ value: Int64, column: Int) {
        precondition(rowCount < rowLimit, "a file has no more records than lines")
        cells[column * rowLimit + rowCount] = value
    }

    /// Keeps what was set as the row that stands in a record.
    func take(row: Int) {
        rowCount += 1
        guard rowNumbers != nil || row != rowCount else { return }
        if rowNumbers == nil { rowNumbers = Array(1..<rowCount) }
        rowNumbers?.append(row)
    }

    /// Counts a sign behind a number.
    func count(behind sign: UInt8) { signs[sign, default: 0] += 1 }

    /// Counts a mark of a gap; nothing is none.
    func count(mark: UnsafeBufferPointer<UInt8>) {
        guard !mark.isEmpty, marks.count < 100 || marks[Array(mark)] != nil else { return }
        marks[Array(mark), default: 0] += 1
    }

    /// A column over tables that follow each other. `Value` is what was set: `Double` or `Int64`.
    static func column<Value: BitwiseCopyable>(_ column: Int, of tables: [CSVTable], as: Value.Type) -> [Value] {
        var starts: [Int] = []
        var total = 0
        for table in tables {
            starts.append(total)
            total += table.rowCount
        }
        return [Value](unsafeUninitializedCapacity: total) { target, count in
            let base = target.baseAddress.map { UnsafeMutableRawPointer($0) }
            inParallel(tables.count) { index in
                let table = tables[index]
                (base.map { $0 + 8 * starts[index] })?.copyMemory(
                    from: table.cells + column * table.rowLimit, byteCount: 8 * table.rowCount)
            }
            count = total
        }
    }
}

/// What was noticed while rows were read.
struct CSVRemarks: Sendable {
    var shortRows = 0, timelessRows = 0, passedPlaces = 0, remarkedRows = 0
    var marks: [String: Int] = [:]
    var signs: [String: Int] = [:]

    init(_ tables: [CSVTable]) {
        for table in tables {
            shortRows += table.shortRows
            timelessRows += table.timelessRows
            passedPlaces += table.passedPlaces
            remarkedRows += table.remarkedRows
            for (sign, count) in table.signs { signs[String(UnicodeScalar(sign)), default: 0] += count }
            for (mark, count) in table.marks { marks[printable(String(decoding: mark, as: UTF8.self)), default: 0] += count }
        }
    }

    /// Marks that everybody takes for a gap.
    private static let plainMarks: Set<String> = ["na", "nan", "null", "none", "n/a", "-"]

    /// One sentence each.
    var notices: [String] {
        var notices: [String] = []
        if shortRows > 0 {
            notices.append(
                "\(shortRows) row\(shortRows == 1 ? " has" : "s have") fewer fields than the others; the missing ones are gaps.")
        }
        if timelessRows > 0 {
            notices.append(
                "\(timelessRows) row\(timelessRows == 1 ? "" : "s") without a time \(timelessRows == 1 ? "is" : "are") left out.")
        }
        if remarkedRows > 0 {
            notices.append("Remarks behind \(remarkedRows) row\(remarkedRows == 1 ? "" : "s") are left out.")
        }
        if passedPlaces > 0 {
            notices.append(
                "Lines above the rows stand again at \(passedPlaces) place\(passedPlaces == 1 ? "" : "s") between them and are left out."
            )
        }
        if !signs.isEmpty {
            let told = signs.sorted { $0.key < $1.key }.map { "\($0.key) behind \($0.value)" }
            notices.append(
                "Marks behind numbers are passed over: \(told.joined(separator: ", ")) "
                    + "(--missing with such a value makes a gap of it).")
        }
        if marks.keys.contains(where: { !Self.plainMarks.contains($0.lowercased()) }) {
            let total = marks.values.reduce(0, +)
            let told = marks.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(8).map { "\($0.key) \($0.value)" }
            notices.append(
                "\(total) mark\(total == 1 ? "" : "s") of missing values \(total == 1 ? "is a gap" : "are gaps"): \(told.joined(separator: ", "))."
            )
        }
        return notices
    }
}
