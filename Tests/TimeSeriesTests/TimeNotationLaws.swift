import TestSupport
import Testing

@testable import TimeSeries

/// Patterns of any parts that a time can be written in.
private struct RandomPattern {
    let pattern: TimePattern
    /// Whether a guess is to find it from text in it.
    let isUsual: Bool

    init(_ random: inout SeededGenerator) throws {
        let separator = random.choose(["/", "-", "."])
        let years = ["%Y", "%y"]
        let dates = [
            ["%d", "%m", random.choose(years)], ["%m", "%d", random.choose(years)], ["%Y", "%m", "%d"],
            ["%d", "%b", random.choose(years)],
            ["%Y", "%b", "%d"], ["%b", "%d", "%Y"],
        ].map { $0.joined(separator: separator) }
        let times = ["%H:%M", "%H:%M:%S", "%I:%M:%S %p", "%H:%M:%S.%f", "%I %p", "%H"]
        isUsual = random.happens(0.6)
        let unusual = [
            "%Y%m%d%H%M%S", "%Y %j %K", "%G-W%V-%u %H:%M", "%Y Q%q", "%Y%m%d:%H%M", "%a %d %b %Y, %T", "%H:%M:%S:%f on %d.%m.%Y",
            "%Y%j",
            "%Y %m %d %H %M %S", "%G-W%V", "%b %Y", "%Y", "%m/%d %H:%M",
        ]
        let date = random.choose(dates)
        let time =
            random.happens(0.2) ? "" : random.choose([" ", "T"]) + random.choose(times) + random.choose(["", " %z", "%z"])
        pattern = try TimePattern(isUsual ? date + time : random.choose(unusual))
    }
}

private func read(_ text: String, _ notation: TimeNotation) -> Int64? {
    Array(text.utf8).withUnsafeBufferPointer { notation.instant($0) }
}

@Test func whatAPatternWritesItReadsBack() {
    forRandomSeeds(1000) { seed, random in
        let pattern = try RandomPattern(&random).pattern
        #expect(try TimePattern(pattern.spelling) == pattern, "seed \(seed)")
        let hasShortYear = pattern.has(.shortYear)
        let days: ClosedRange<Int64> = hasShortYear ? -300...36_000 : -682_000...2_932_000
        var instant =
            Int64.random(in: days, using: &random) * 86_400_000_000 + Int64.random(in: 0..<86_400_000_000, using: &random)
        // A pattern without a year reads 1970, which has no February 29.
        if pattern.spelling.hasPrefix("%m/%d ") {
            instant = ((instant % 31_536_000_000_000) + 31_536_000_000_000) % 31_536_000_000_000
        }
        let offset = pattern.has(.offset) ? Int64.random(in: -839...839, using: &random) : 0
        let text = pattern.text(of: instant, offset: offset, &random)
        let wanted = pattern.rounded(instant, offset: offset)
        #expect(read(text, TimeNotation(.pattern(pattern))) == wanted, "\(text) by \(pattern.spelling), seed \(seed)")
    }
}

@Test func aGuessReadsTextAsThePatternThatWroteIt() {
    forRandomSeeds(500) { seed, random in
        let drawn = try RandomPattern(&random)
        guard drawn.isUsual else { return }
        let pattern = drawn.pattern
        let start = Int64.random(in: 0...18_000, using: &random) * 86_400_000_000
        let instants = (0..<60).map { start + Int64($0) * 86_400_000_000 + Int64.random(in: 0..<86_400_000_000, using: &random) }
        let texts = instants.map { pattern.text(of: $0, &random) }
        let wanted = instants.map { pattern.rounded($0) }
        let found = TimeNotation.guesses(texts.map(\.utf8))
        #expect(
            found.contains { notation in texts.map { read($0, notation) } == wanted },
            "\(texts[0]) by \(pattern.spelling) is \(found.map(\.name)), seed \(seed)")
        // Sixty days in a row leave no doubt of days and months, only of days and years of two digits.
        #expect(found.count == 1 || pattern.has(.shortYear), "\(pattern.spelling) is \(found.map(\.name)), seed \(seed)")
        for notation in found { #expect(try TimeNotation(name: notation.name) == notation, "seed \(seed)") }
    }
}

@Test func noBytesTripTheReadersOfTimes() {
    let patterns = [
        "%d.%m.%Y %H:%M:%S.%f", "%a %b %d %Y %I:%M %p GMT%z (%Z)", "%Y%j%H%M%S%f", "%G-W%V-%u %K %Z", "%y-%q", "%d%b%y",
    ]
    forRandomSeeds(2000) { seed, random in
        let alphabet = Array("0123456789::--//..  ,+TZQWapm eJanMoUTC\u{E9}\u{202F}\0%".utf8) + [0x80, 0xC3, 0xC2, 0xE2, 0xFF]
        let text = (0..<Int.random(in: 0...30, using: &random)).map { _ in
            random.happens(0.1) ? UInt8.random(in: 0...255, using: &random) : random.choose(alphabet)
        }
        let notations =
            try TimeNotation.names.map { try TimeNotation(name: $0.name) } + patterns.map { try TimeNotation(name: $0) }
        for notation in notations {
            text.withUnsafeBufferPointer { bytes in
                let instant = notation.instant(bytes, decimalComma: random.happens(0.5))
                #expect(instant.map { abs($0) < 5_000_000_000_000_000_000 } ?? true, "seed \(seed)")
                _ = notation.zone(bytes)
            }
        }
        let found = TimeNotation.guesses([text]) + TimeNotation.numericGuesses([text])
        for notation in found { #expect(text.withUnsafeBufferPointer { notation.instant($0) } != nil, "seed \(seed)") }
        _ = TimeNotation.unknownZone(text)
        if let notation = try? TimeNotation(name: String(decoding: text, as: UTF8.self)) {
            #expect(try TimeNotation(name: notation.name) == notation, "seed \(seed)")
        }
    }
}

@Test func aTextOfAnyLengthIsRead() throws {
    let names = TimeNotation.names.map(\.name) + ["%a %b %d %Y %I:%M %p GMT%z (%Z)", "%Y-%m-%d %H:%M:%S.%f", "%Y%j%H%M%S%f"]
    for beginning in ["", "1", "2020-01-01 00:00:00.", "Mon Jan 1 2000 1:00 AM GMT+1 (", "1 day"] {
        for filling in [" ", "0", "9", "a", ".", "-", "\u{A0}"] {
            let text = Array((beginning + String(repeating: filling, count: 10_000)).utf8)
            for name in names {
                let notation = try TimeNotation(name: name)
                _ = text.withUnsafeBufferPointer { notation.instant($0) }
            }
            _ = TimeNotation.guesses([text]) + TimeNotation.numericGuesses([text])
            _ = TimeNotation.unknownZone(text)
        }
    }
}

@Test func numbersAreReadAsTheyAreWritten() {
    forRandomSeeds(2000) { seed, random in
        let value = Int64.random(in: -4_000_000_000_000_000...4_000_000_000_000_000, using: &random)
        let digits = Int.random(in: 0...6, using: &random)
        var unit: Int64 = 1
        for _ in digits..<6 { unit *= 10 }
        let instant = value / unit * unit
        let text = TimeFormat.unixSeconds(fractionDigits: digits).text(of: instant)
        #expect(read(text, .count(.unix)) == instant, "seed \(seed)")
        #expect(
            read(TimeFormat.milliseconds(fractionDigits: 3).text(of: value), .count(.unixMilliseconds)) == value, "seed \(seed)")
        #expect(read(String(value), .count(.unixMicroseconds)) == value, "seed \(seed)")
        #expect(read(TimeFormat.clock(hasSeconds: true, fractionDigits: 6).text(of: value), .clock) == value, "seed \(seed)")
        // What the nearest number of double precision says, which spreadsheets write, is right to half a millisecond.
        let second = Int64.random(in: 0...4_000_000_000, using: &random) * 1_000_000
        let serial = Double(second) / 86_400_000_000 + 25569
        #expect(read(String(serial), .count(.excel)) == second, "seed \(seed)")
    }
}
