import TimeSeries

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
