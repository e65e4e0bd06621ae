import Testing

@testable import TimeSeries

private let day: Int64 = 86_400_000_000

/// Days from the first of 2024 on.
private let days2024 = Series(
    name: "s", channels: [.init(name: "v", values: (0..<366).map(Double.init))],
    time: TimeAxis(microseconds: (0..<366).map { days(year: 2024, month: 1, day: 1 + $0) * day }, format: .iso8601(.init())))

@Test(arguments: [
    ("2024-01-10..2024-01-12", 9..<12), ("2024-02..2024-02", 31..<60), ("..2024-01-31", 0..<31), ("2024-12-31..", 365..<366),
    ("2024..2024", 0..<366), ("2024-03..2024-05-01 12:00", 60..<122), (" 2024-01-02 ..2024-01-03", 1..<3), ("2025..", 366..<366),
    ("2024-02-01..2024-01-01", 31..<31), ("1..10", 0..<10), ("365..2024-12-31", 364..<366),
]) func stretchesAreNamedByTimes(_ text: String, _ rows: Range<Int>) throws {
    let span = try #require(RowSpan(text))
    #expect(span.rows(in: days2024) == rows)
}

@Test(arguments: ["2024-13..2024-14", "monday..", "..2024-02-30", "0..5"])
func whatIsNoTimeNamesNoStretch(_ text: String) throws {
    let span = try #require(RowSpan(text))
    #expect(span.rows(in: days2024) == nil)
}

@Test(arguments: ["", "..", "2024-01-01", "2024-01-01.2024-02-01"]) func aStretchHasTwoPoints(_ text: String) {
    #expect(RowSpan(text) == nil)
}

@Test func rowsWithoutTimesAreCounted() throws {
    let plain = Series(name: "s", channels: [.init(name: "v", values: (0..<100).map(Double.init))])
    func rows(_ text: String) -> Range<Int>? { RowSpan(text)?.rows(in: plain) }
    #expect(rows("1..10") == 0..<10 && rows("91..") == 90..<100 && rows("..5") == 0..<5 && rows("90..1000") == 89..<100)
    #expect(rows("0..5") == nil && rows("-1..5") == nil && rows("a..b") == nil && rows("200..300")?.isEmpty == true)
    #expect(rows("9223372036854775807..") == 100..<100)
}
