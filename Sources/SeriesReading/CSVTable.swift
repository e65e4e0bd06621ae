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
