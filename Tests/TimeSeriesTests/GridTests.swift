import Testing

@testable import TimeSeries

private let steps: [GridStep] = ["10ms", "1s", "5min", "1h", "1d", "1w"].compactMap { GridStep($0) }

/// A series with a row at each of some instants, whose values count them.
private func series(_ times: [Int64], zone: TimeFormat.Notation.Zone = .none) -> Series {
    var notation = TimeFormat.Notation()
    notation.zone = zone
    return Series(
        name: "s", channels: [.init(name: "v", values: times.indices.map { Double($0) })],
        time: TimeAxis(microseconds: times, format: .iso8601(notation)))
}

private func step(_ text: String) throws -> GridStep { try #require(GridStep(text)) }

private func instant(_ text: String) throws -> Int64 { try #require(TimeParser.beginning(text)).0 }

/// What a file lacks comes back as gaps, each row at its time, whatever is taken away within it.
@Test func whatRowsLackAreGapsAtTheirTimes() throws {
    for seed in 0..<60 {
        var random = SeededGenerator(seed: UInt64(seed))
        let step = steps[seed % steps.count]
        let count = Int.random(in: 100...400, using: &random)
        let start = Int64.random(in: 0...1_600_000_000, using: &random) * 1_000_000
        let times = (0..<count).map { start + Int64($0) * step.time }
        let share = Double.random(in: 0.02...0.5, using: &random)
        let kept = times.indices.filter { $0 == 0 || $0 == count - 1 || Double.random(in: 0..<1, using: &random) > share }
        let whole = series(times)
        let part = whole.selecting(rows: kept)
        let grid = try #require(Grid(of: part), "seed \(seed)")
        #expect(grid.step == step, "seed \(seed)")
        let completed = grid.completed(part)
        #expect(completed.time == whole.time, "seed \(seed)")
        let there = Set(kept)
        for row in times.indices {
            #expect(completed.isAbsent(row) == !there.contains(row))
            #expect(completed.channels[0].values[row].isNaN == !there.contains(row))
            if there.contains(row) { #expect(completed.rowNumber(row) == row + 1) }
        }
        #expect(completed.fileRowCount == kept.count)
        let some = Int.random(in: 1...kept.count, using: &random)
        #expect(completed.rowCount(ofFirst: some) == (some < kept.count ? kept[some] : count))
    }
}

/// Rows that come in pieces are completed as they are together.
@Test func piecesAreCompletedAsTheWhole() throws {
    for seed in 0..<30 {
        var random = SeededGenerator(seed: UInt64(seed))
        let times = (0..<300).filter { _ in Double.random(in: 0..<1, using: &random) > 0.3 }.map { Int64($0) * 60_000_000 }
        let whole = series(times)
        let grid = try #require(Grid(of: whole))
        var (joined, next): (Series?, Int) = (nil, 0)
        while next < times.count {
            let end = min(times.count, next + Int.random(in: 1...40, using: &random))
            let piece = grid.completed(
                whole.selecting(rows: Array(next..<end)), after: joined?.time.microseconds?.last)
            if joined == nil { joined = piece } else { joined?.append(piece) }
            next = end
        }
        let completed = grid.completed(whole)
        #expect(joined?.time == completed.time && joined?.identity == completed.identity)
        #expect(joined?.fileOrder == completed.fileOrder)
    }
}

@Test func stepsOfTenFifteenAndTwentyFiveMinutesLieOnFive() throws {
    var random = SeededGenerator(seed: 1)
    var times: [Int64] = [0]
    for _ in 0..<500 { times.append(times[times.count - 1] + [10, 15, 25].randomElement(using: &random)! * 60_000_000) }
    #expect(Grid(of: series(times))?.step == GridStep("5min"))
}

@Test func rowsThatComeWhenTheyLikeLieOnNoGrid() {
    var random = SeededGenerator(seed: 2)
    let times = (0..<500).map { Int64($0) * 60_000_000 + .random(in: -25_000_000...25_000_000, using: &random) }
    #expect(Grid(of: series(times)) == nil)
    #expect(Grid(of: Series(name: "s", channels: [.init(name: "v", values: [1, 2])])) == nil)
    #expect(Grid(of: series([0, 0, 0])) == nil)
}

@Test func aClockThatIsALittleOffIsNoUnevenOne() throws {
    var random = SeededGenerator(seed: 3)
    let times = (0..<2000).filter { $0 % 100 != 50 }.map { Int64($0) * 60_020_000 + .random(in: 0...2_000_000, using: &random) }
    let grid = try #require(Grid(of: series(times)))
    #expect(grid.completed(series(times)).rowCount == 2000)
}

/// The first of a month, counted from January 2019.
private func beginning(ofMonth month: Int) -> Int64 {
    days(year: Int64(2019 + month / 12), month: Int64(month % 12 + 1), day: 1) * 86_400_000_000
}

@Test func monthsAreSteps() throws {
    let months = (0..<48).filter { ![5, 6, 30].contains($0) }
    let times = months.map { beginning(ofMonth: $0) }
    let grid = try #require(Grid(of: series(times)))
    #expect(grid.step == GridStep("1mo"))
    #expect(grid.completed(series(times)).rowCount == 48)
}

@Test func monthsMayBeginOnAnyDay() throws {
    let times = (0..<40).filter { $0 != 17 }.map { beginning(ofMonth: $0) + Int64(13 + $0 % 3) * 86_400_000_000 }
    let grid = try #require(Grid(of: series(times)))
    #expect(grid.step == GridStep("1mo") && grid.completed(series(times)).rowCount == 40)
}

@Test func weekendsAreNoGapsWhereNoRowLiesOnOne() throws {
    // 1 January 2024 was a Monday; the tenth is a holiday.
    let working = (1...60).filter { ($0 - 1) % 7 < 5 && $0 != 10 }
    func times(_ days: [Int]) -> [Int64] {
        days.map { TimeSeries.days(year: 2024, month: 1, day: Int64($0)) * 86_400_000_000 }
    }
    let grid = try #require(Grid(of: series(times(working))))
    #expect(grid.skipsWeekends && grid.completed(series(times(working))).rowCount == working.count + 1)
    let withSunday = try #require(Grid(of: series(times(working + [61, 63, 64, 65]))))
    #expect(!withSunday.skipsWeekends)
}

@Test func rowsThatComeFasterThanTheirClockLieOnNone() {
    let times = (0..<300).map { Int64($0 / 3) * 16_000 }
    #expect(Grid(of: series(times)) == nil)
}

@Test func longPausesAreCutSoThatGapsAreAtMostTwiceTheRows() throws {
    // Minutes of a day's session, five days apart.
    let times = (0..<4).flatMap { day in (0..<100).map { Int64(day * 7200 + $0) * 60_000_000 } }
    let all = series(times)
    let completed = try #require(Grid(of: all)).completed(all)
    #expect(completed.rowCount <= 3 * times.count && completed.rowCount > 2 * times.count)
    #expect(zip(completed.time.microseconds ?? [], (completed.time.microseconds ?? []).dropFirst()).allSatisfy { $0 < $1 })
}

@Test func aGapWithinALabelledStretchIsLabelled() throws {
    var labelled = series([0, 1, 2, 5, 6, 9].map { $0 * 60_000_000 })
    labelled.labels = [false, true, true, true, false, false]
    let completed = try #require(Grid(of: labelled)).completed(labelled)
    #expect(completed.labels == [false, true, true, true, true, true, false, false, false, false])
}

// MARK: Steps

@Test(arguments: [
    ("500ms", "500ms"), ("90s", "90s"), ("60s", "1min"), ("15min", "15min"), ("15m", "15min"), ("24h", "1d"), ("7d", "1w"),
    ("h", "1h"),
    ("1 day", "1d"), ("3mo", "3mo"), ("12mo", "1y"), ("2y", "2y"),
]) func stepsAreWrittenAsTheyAreRead(_ text: String, _ shown: String) throws {
    let step = try #require(GridStep(text))
    #expect(step.description == shown)
    #expect(GridStep(shown) == step)
}

@Test(arguments: ["", "0h", "-1h", "1.5h", "1 fortnight", "99999999999999999999h", "101y", "9999999999999s"])
func whatIsNoStepIsRefused(_ text: String) { #expect(GridStep(text) == nil) }

// MARK: Resampling

/// Whatever the steps: no row is lost, and each lies in the step of its time.
@Test func resampledRowsHoldWhatLayInThem() throws {
    for seed in 0..<40 {
        var random = SeededGenerator(seed: UInt64(seed))
        var times: [Int64] = [Int64.random(in: 0...1_600_000_000, using: &random) * 1_000_000]
        for _ in 0..<300 { times.append(times[times.count - 1] + .random(in: 0...3_600_000_000, using: &random)) }
        let source = series(times)
        let every = try step(["5min", "1h", "6h", "1d"][seed % 4])
        func laid(_ aggregate: Resampling.Aggregate) throws -> Series {
            try #require(source.resampled(Resampling(every: every, .init(aggregate))))
        }
        let (sums, counts, lasts, least) = (try laid(.sum), try laid(.count), try laid(.last), try laid(.minimum))
        let instants = try #require(sums.time.microseconds)
        #expect(counts.channels[0].values.reduce(0, +) == 301)
        #expect(sums.channels[0].values.filter { !$0.isNaN }.reduce(0, +) == source.channels[0].values.reduce(0, +))
        #expect(lasts.channels[0].values.last == 300 && least.channels[0].values.first == 0)
        #expect(zip(instants, instants.dropFirst()).allSatisfy { $0 < $1 })
        let places = try #require(sums.source?.places)
        for (row, place) in places.enumerated() {
            #expect(times[row] >= instants[place] && times[row] - instants[place] < every.time)
            #expect(instants[place] % every.time == 0)
        }
        #expect(sums.fileRows(in: 0..<sums.rowCount).map(\.own) == Array(times.indices))
        #expect(sums.fileRowCount == 301)
    }
}

@Test func rowsThatComeALittleEarlyOrLateEachHaveAStepOfTheirOwn() throws {
    var random = SeededGenerator(seed: 4)
    let times = (0..<400).map { Int64($0) * 900_000_000 + .random(in: -300_000_000...300_000_000, using: &random) }
    let guess = try #require(Resampling(guessing: series(times)))
    let laid = try #require(series(times).resampled(guess))
    #expect(abs(laid.rowCount - 400) <= 1)
    #expect(laid.channels[0].values.count(where: \.isNaN) < 20)
}

@Test func daysOfAZoneAreItsOwn() throws {
    let berlin = try #require(WallClock("Europe/Berlin"))
    // An hour each from 30 March to 1 April 2019, the day of 23 hours in the middle; midnight there is 23:00 and 22:00 in UTC.
    let start = try instant("2019-03-29 23:00")
    let hours = series((0..<71).map { start + $0 * 3_600_000_000 }, zone: .named(berlin))
    let day = try step("1d")
    let days = try #require(hours.resampled(Resampling(every: day, .init(.count))))
    #expect(days.channels[0].values == [24, 23, 24])
    #expect(days.time.microseconds?[2] == (try instant("2019-03-31 22:00")))
}

@Test func channelsMayBeLaidOtherwise() throws {
    let times = [0, 10, 20, 60, 70].map { Int64($0) * 60_000_000 }
    let two = Series(
        name: "s",
        channels: [
            .init(name: "a", values: [1, 2, 6, .nan, 4]), .init(name: "b", values: [1, 2, 3, .nan, .nan]),
        ],
        time: TimeAxis(microseconds: times, format: .iso8601(.init())), labels: [false, true, false, false, false])
    let hour = try step("1h")
    let laid = try #require(two.resampled(Resampling(every: hour, .init(.mean, ofChannels: ["b": .maximum]))))
    #expect(laid.channels[0].values == [3, 4])
    #expect(laid.channels[1].values[0] == 3 && laid.channels[1].values[1].isNaN)
    #expect(laid.labels == [true, false])
    #expect(laid.source?.rows.channels[0].values.count == 5)
}
