import Foundation

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
            _ = inParallel(tables.count) { index in
                let table = tables[index]
                (base.map { $0 + 8 * starts[index] })?.copyMemory(
                    from: table.cells + column * table.rowLimit, byteCount: 8 * table.rowCount)
            }
            count = total
        }
    }
}

/// Reads `YYYY-MM-DD HH:MM:SS`, with `T` for the space or `Z` behind it, and works out the day anew only
/// when it differs from the row before. Other notations are for `TimeParser`.
struct CalendarCache {
    private var date: (UInt64, UInt16) = (0, 0)
    private var midnight: Int64 = 0

    /// Microseconds since 1970, or `nil` when the notation is another.
    mutating func instant(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard bytes.count == 19 || bytes.count == 20 && bytes[19] == 0x5A, let base = bytes.baseAddress,
            bytes[10] == 0x20 || bytes[10] == 0x54, bytes[13] == 0x3A, bytes[16] == 0x3A,
            let hour = pair(base + 11), let minute = pair(base + 14), let second = pair(base + 17),
            hour < 24, minute < 60, second < 60
        else { return nil }
        let raw = UnsafeRawPointer(base)
        let today = (raw.loadUnaligned(as: UInt64.self), raw.loadUnaligned(fromByteOffset: 8, as: UInt16.self))
        if today != date {
            guard let (start, _) = TimeParser.calendar(UnsafeBufferPointer(rebasing: bytes[0..<10])) else { return nil }
            (date, midnight) = (today, start)
        }
        return midnight + ((hour * 60 + minute) * 60 + second) * 1_000_000
    }

    private func pair(_ digits: UnsafePointer<UInt8>) -> Int64? {
        let (tens, units) = (digits[0] &- 0x30, digits[1] &- 0x30)
        return tens < 10 && units < 10 ? Int64(tens * 10 + units) : nil
    }
}

/// The results of `body` for 0 ..< `count`, each on a thread of its own where there are cores. The calls
/// share only what they read.
func inParallel<Result>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
    withoutActuallyEscaping(body) { body in
        nonisolated(unsafe) let body = body
        return [Result](unsafeUninitializedCapacity: count) { results, initialized in
            nonisolated(unsafe) let base = results.baseAddress
            DispatchQueue.concurrentPerform(iterations: count) { index in
                (base.map { $0 + index })?.initialize(to: body(index))
            }
            initialized = count
        }
    }
}
