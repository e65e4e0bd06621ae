/// Times of a day, or time passed, as hours, minutes and seconds alone: `23:45`, `0:00:00.1`, `25:10:00`, `1 day, 2:03:04`, and with
/// points `18.00.00`.
package enum ClockTime {
    /// Microseconds from the start. Two numbers are hours and minutes, with a fraction minutes and seconds; `nil` where the bytes are
    /// written otherwise.
    static func instant(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        var cursor = ByteCursor(bytes: bytes)
        cursor.skipBlanks()
        let isNegative = cursor.skip(UInt8(ascii: "-"))
        if !isNegative { _ = cursor.skip(UInt8(ascii: "+")) }
        guard let days = days(&cursor), var first = cursor.number(least: 1, most: 7) else { return nil }
        let hasPoints = cursor.skip(UInt8(ascii: "."))
        let mark = UInt8(ascii: hasPoints ? "." : ":")
        guard hasPoints || cursor.skip(mark), var second = cursor.number(least: hasPoints ? 2 : 1, most: 2), second < 60 else {
            return nil
        }
        var third: Int64 = 0
        let hasThird = cursor.skip(mark)
        guard hasThird || !hasPoints else { return nil }
        if hasThird {
            guard let written = cursor.number(least: 1, most: 2), written < 60 else { return nil }
            third = written
        }
        var fraction: Int64 = 0
        if cursor.skip(UInt8(ascii: ".")) || cursor.skip(UInt8(ascii: ",")) {
            guard let written = cursor.fraction() else { return nil }
            fraction = written.microseconds
            if !hasThird { (first, second, third) = (first / 60, first % 60, second) }
        }
        cursor.skipBlanks()
        if !cursor.atEnd {
            guard let half = cursor.half(), (0...12).contains(first) else { return nil }
            first = first % 12 + (half == .afternoon ? 12 : 0)
            cursor.skipBlanks()
        }
        guard cursor.atEnd else { return nil }
        let total = (((days * 24 + first) * 60 + second) * 60 + third) * 1_000_000 + fraction
        return isNegative ? -total : total
    }

    /// The days in front, as in `1 day, 2:03:04` and `3 days 02:03:04`; 0 where there are none.
    private static func days(_ cursor: inout ByteCursor) -> Int64? {
        let start = cursor.position
        guard let days = cursor.number(least: 1, most: 5), cursor.skipBlanks(), let word = cursor.word() else {
            cursor.position = start
            return 0
        }
        guard word == Word("day") || word == Word("days") else {
            cursor.position = start
            return 0
        }
        _ = cursor.skip(UInt8(ascii: ","))
        cursor.skipBlanks()
        return days
    }

    /// Makes times from the start of the times of day of rows in order, oldest or newest first: a day is added wherever the clock has
    /// passed midnight, which is where it steps against the order of most rows by more than an hour. Where a time is 24 hours or
    /// more, time passed is meant, and nothing changes. A clock that is set back in autumn steps back by an hour at most.
    ///
    /// - Returns: how many midnights were passed.
    @discardableResult
    package static func unwind(_ clock: inout [Int64]) -> Int {
        let (hour, day): (Int64, Int64) = (3_600_000_000, 86_400_000_000)
        guard clock.allSatisfy({ (0...day).contains($0) }) else { return 0 }
        // 24:00 among such clocks is the midnight with which the next day begins, unless time goes on from there.
        let nights = clock.indices.filter { clock[$0] == day }
        let isPassed = nights.contains { $0 + 1 < clock.count && clock[$0 + 1] < day || $0 > 0 && clock[$0 - 1] < hour }
        guard nights.isEmpty || isPassed else { return 0 }
        for row in nights { clock[row] = 0 }
        let rising = clock.adjacentPairs().count { $0 < $1 }
        let falling = clock.adjacentPairs().count { $0 > $1 }
        var days: Int64 = 0
        if rising >= falling {
            for row in clock.indices.dropFirst() {
                // The row above has its days already.
                if clock[row - 1] - days * day - clock[row] > hour { days += 1 }
                clock[row] += days * day
            }
        } else {
            for row in clock.indices.reversed().dropFirst() {
                if clock[row + 1] - days * day - clock[row] > hour { days += 1 }
                clock[row] += days * day
            }
        }
        return Int(days)
    }
}
