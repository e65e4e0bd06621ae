import TestSupport
import Testing

@testable import TimeSeries

private let second: Int64 = 1_000_000

/// Hours from an instant on, in microseconds, on the clock of a zone.
private func hours(_ count: Int, from start: String, zone: String = "UTC") throws -> Series {
    let clock = try #require(WallClock(zone))
    let first = try #require(CalendarTime(start)).seconds
    var notation = TimeFormat.Notation()
    (notation.timeSeparator, notation.zone) = (UInt8(ascii: "T"), clock.zone)
    let begin = clock.utc(first * second)
    return Series(
        name: "s", channels: [.init(name: "v", values: (0..<count).map(Double.init))],
        time: TimeAxis(microseconds: (0..<count).map { begin + Int64($0) * 3600 * second }, format: .iso8601(notation)))
}

/// The local times of the rows that a rule holds: what their clock shows.
private func held(_ rule: String, in series: Series) throws -> [String] {
    try ExpectedRule(rule).rows(in: series).joined().map { series.time.label(of: series.time.microseconds?[$0] ?? 0) }
}

@Suite struct CalendarTests {
    // MARK: Recurrences

    /// A rule of days drawn at random, as iCalendar writes it.
    private func recurrence(_ random: inout SeededGenerator) -> String {
        let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
        let frequency = random.choose(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
        func some<Item>(_ items: [Item], _ random: inout SeededGenerator) -> [Item] {
            Array(items.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)))
        }
        var parts = ["FREQ=\(frequency)", "INTERVAL=\(Int.random(in: 1...4, using: &random))"]
        if random.happens(0.4) {
            parts.append("BYMONTH=" + some(Array(1...12), &random).map(String.init).joined(separator: ","))
        }
        let hasDays = frequency != "WEEKLY" && random.happens(0.4)
        if hasDays {
            parts.append("BYMONTHDAY=" + some([1, 13, 29, 30, 31, -1, -2, -30], &random).map(String.init).joined(separator: ","))
        }
        if random.happens(0.5) {
            let isNumbered = !hasDays && ["MONTHLY", "YEARLY"].contains(frequency) && random.happens(0.5)
            let days = some(names, &random).map { (isNumbered ? String(random.choose([1, 2, 4, -1, -2])) : "") + $0 }
            parts.append("BYDAY=" + days.joined(separator: ","))
        }
        if frequency == "WEEKLY", random.happens(0.5) { parts.append("WKST=\(random.choose(names))") }
        return parts.joined(separator: ";")
    }

    /// Whether a day is one of a recurrence, by what the day itself is.
    private func isNamed(_ day: Int64, _ rule: Recurrence, start: Int64) -> Bool {
        let (date, first) = (civil(daysSince1970: day), civil(daysSince1970: start))
        let length = lastDay(date.year, date.month)
        let isOfMonth = rule.months.isEmpty || rule.months.contains(Int(date.month))
        let isOfDays =
            rule.monthDays.isEmpty || rule.monthDays.contains(Int(date.day))
            || rule.monthDays.contains(Int(date.day - length - 1))
        let isInYear = rule.frequency == .yearly && rule.months.isEmpty
        let place = isInYear ? day - days(year: date.year, month: 1, day: 1) : date.day - 1
        let left = (isInYear ? (isLeap(date.year) ? 366 : 365) : length) - 1 - place
        let isOfWeek =
            rule.weekdays.isEmpty
            || rule.weekdays.contains {
                weekday(of: day) == Int64($0.weekday)
                    && ($0.ordinal == 0 || Int64($0.ordinal) == place / 7 + 1 || Int64(-$0.ordinal) == left / 7 + 1)
            }
        guard isOfMonth, isOfDays, isOfWeek else { return false }
        let isFree = rule.monthDays.isEmpty && rule.weekdays.isEmpty
        let shift = Int64(rule.weekStart)
        let periods: Int64
        switch rule.frequency {
        case .daily: periods = day - start
        case .weekly:
            periods = floorDivide(day + 3 - shift, 7) - floorDivide(start + 3 - shift, 7)
            if isFree, weekday(of: day) != weekday(of: start) { return false }
        case .monthly:
            periods = (date.year - first.year) * 12 + date.month - first.month
            if isFree, date.day != first.day { return false }
        case .yearly:
            periods = date.year - first.year
            if isFree, date.day != first.day || rule.months.isEmpty && date.month != first.month { return false }
        }
        return day >= start && periods % rule.interval == 0
    }

    @Test func recurrencesAreThoseOfAPlainWalkOverDays() {
        forRandomSeeds(300) { seed, random in
            let text = recurrence(&random)
            var rule = try Recurrence(text)
            let start = Int64.random(in: 9_000...20_000, using: &random)
            let offset = Int64.random(in: 0...1500, using: &random)
            let wanted = (start + offset)...(start + offset + 900)
            var all = (start...wanted.upperBound).filter { isNamed($0, rule, start: start) }
            if random.happens(0.5) {
                rule.count = Int.random(in: 1...60, using: &random)
                all = Array(all.prefix(rule.count ?? 0))
            }
            let found = rule.days(from: start, among: wanted).filter(wanted.contains)
            #expect(found == all.filter(wanted.contains), "seed \(seed): \(rule.text) from \(start)")
            #expect(try Recurrence(rule.text) == rule, "seed \(seed): \(text) is read back")
        }
    }

    // MARK: Files

    private func events(_ lines: String...) throws -> [CalendarEvent] {
        let text = (["BEGIN:VCALENDAR", "BEGIN:VEVENT"] + lines + ["END:VEVENT", "END:VCALENDAR", ""]).joined(separator: "\r\n")
        return try CalendarFile.events(text, file: "c.ics")
    }

    private func rows(_ event: CalendarEvent, in series: Series) -> [Int] {
        Array(ExpectedRule(.calendar(name: "c", [event])).rows(in: series).joined())
    }

    @Test func foldedLinesAlarmsAndZonesOfTheFileAreReadAsTheStandardHasThem() throws {
        let text = """
            BEGIN:VCALENDAR
            BEGIN:VTIMEZONE
            TZID:Europe/Berlin
            BEGIN:STANDARD
            DTSTART:19961027T030000
            RRULE:FREQ=YEARLY;BYSETPOS=1;BYMONTH=10
            END:STANDARD
            END:VTIMEZONE
            BEGIN:VEVENT
            SUMMARY:Back
             up\\, nightly
            DTSTART;TZID="Europe/Berlin":20240101T0200
             00
            DURATION:PT2H
            BEGIN:VALARM
            DURATION:PT15M
            TRIGGER:-PT5M
            END:VALARM
            RRULE:FREQ=DAILY;COUNT=3
            END:VEVENT
            BEGIN:VEVENT
            STATUS:CANCELLED
            DTSTART:20240105
            END:VEVENT
            END:VCALENDAR
            """
        let found = try CalendarFile.events(text, file: "c.ics")
        #expect(found.map(\.summary) == ["Backup, nightly"], "what is called off is left out")
        let series = try hours(96, from: "20240101T000000")
        #expect(rows(found[0], in: series) == [1, 2, 25, 26, 49, 50], "02:00 in Berlin is 01:00 UTC")
    }

    @Test func whatRecursKeepsItsHourWhereClocksAreSet() throws {
        let event = try events(
            "DTSTART;TZID=Europe/Berlin:20240330T060000", "DTEND;TZID=Europe/Berlin:20240330T070000", "RRULE:FREQ=DAILY;COUNT=3")[
                0]
        #expect(rows(event, in: try hours(72, from: "20240330T000000")) == [5, 28, 52])
        let day = try events("DTSTART;VALUE=DATE:20240331")[0]
        let berlin = try hours(72, from: "20240330T000000", zone: "Europe/Berlin")
        #expect(rows(day, in: berlin).count == 23, "the day on which an hour is left out")
    }

    @Test func exceptionsAndEndsLeaveOut() throws {
        let event = try events(
            "DTSTART:20240101T100000", "DURATION:PT1H", "RRULE:FREQ=DAILY;UNTIL=20240105T100000",
            "EXDATE:20240102T100000,20240104")[0]
        #expect(rows(event, in: try hours(240, from: "20240101T000000")) == [10, 58, 106])
        let utc = try events(
            "DTSTART:20240101T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;TZID=Europe/Berlin:20240102T110000")
        #expect(rows(utc[0], in: try hours(240, from: "20240101T000000")) == [10, 58])
    }

    @Test(arguments: [
        (["DTSTART:20240101", "RRULE:FREQ=YEARLY;BYWEEKNO=3"], 4, "RRULE BYWEEKNO is not understood"),
        (["DTSTART:20240101", "RRULE:FREQ=HOURLY"], 4, "RRULE FREQ=HOURLY"),
        (["DTSTART:20240101", "RRULE:FREQ=DAILY;COUNT=2;UNTIL=20240105"], 4, "both COUNT and UNTIL"),
        (["DTSTART:20240101", "RDATE:20240102"], 4, "RDATE is not understood"),
        (["DTSTART;TZID=Mars/Base:20240101T000000", "DURATION:PT1H"], 3, "the zone \"Mars/Base\""),
        (["DTSTART:20240230"], 3, "\"20240230\" is neither a date"),
        (["DTSTART:20240101", "DTEND:20240101"], 2, "DTEND is not after DTSTART"),
        (["DTSTART:20240101T000000"], 2, "takes no time"), (["SUMMARY:x"], 2, "DTSTART is missing"),
        (["DTSTART:20240101", "RRULE:FREQ=WEEKLY;BYDAY=TU"], 2, "does not name the day of DTSTART"),
        (["DTSTART:20240101", "DURATION:-P1D"], 4, "no length of time"), (["no property"], 3, "is no property"),
    ]) func whatIsNotUnderstoodIsNamed(_ lines: [String], _ line: Int, _ reason: String) throws {
        let text = (["BEGIN:VCALENDAR", "BEGIN:VEVENT"] + lines + ["END:VEVENT", "END:VCALENDAR"]).joined(separator: "\n")
        let error = #expect(throws: CalendarError.self) { try CalendarFile.events(text, file: "c.ics") }
        #expect(error?.description.hasPrefix("c.ics, line \(line): ") == true, "\(error?.description ?? "")")
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test func damagedFilesAreReadOrRefusedAndNeverMore() throws {
        let whole = """
            BEGIN:VCALENDAR
            BEGIN:VEVENT
            SUMMARY:A\\, b
            DTSTART;TZID=Europe/Berlin:20240101T020000
            DURATION:P1DT2H
            RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=-1SU,2MO;UNTIL=20301231T000000Z
            EXDATE;TZID=Europe/Berlin:20240301T020000
            END:VEVENT
            END:VCALENDAR
            """
        let series = try hours(100, from: "20240101T000000")
        forRandomSeeds(2000) { _, random in
            var bytes = Array(whole.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(random.choose(Array("0123456789:;=,-\n ".utf8)), at: place)
                default: bytes.removeSubrange(place..<min(bytes.count, place + 20))
                }
                if bytes.isEmpty { bytes = [0] }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let events = try? CalendarFile.events(text, file: "c.ics") else { return }
            let rule = ExpectedRule(.calendar(name: "c.ics", events))
            let again = try ExpectedRule(rule.text)
            #expect(again.rows(in: series) == rule.rows(in: series), "\(text)")
        }
    }

    // MARK: Rules

    @Test(arguments: [
        ("Sun 02:00..04:00", ["2024-03-03 02:00", "2024-03-03 03:00"]),
        ("sunday 2:00..4:00 # backup", ["2024-03-03 02:00", "2024-03-03 03:00"]),
        ("Sat,Mon 23:00..01:00", ["2024-03-02 23:00", "2024-03-03 00:00", "2024-03-04 23:00"]),
        ("daily 12:00..13:00", ["2024-03-02 12:00", "2024-03-03 12:00", "2024-03-04 12:00"]),
        (
            "maintenance 2024-03-03 22:00..2024-03-04 01:00",
            ["2024-03-03 22:00", "2024-03-03 23:00", "2024-03-04 00:00", "2024-03-04 01:00"]
        ),
        ("2..3", ["2024-03-02 01:00", "2024-03-02 02:00"]),
    ]) func aRuleHoldsTheRowsThatItNames(_ rule: String, _ times: [String]) throws {
        let series = try hours(72, from: "20240302T000000", zone: "Europe/Berlin")
        #expect(try held(rule, in: series) == times)
        let read = try ExpectedRule(rule)
        #expect(try ExpectedRule(read.text).text == read.text)
    }

    @Test func daysOfEveryYearGoOverNewYearAndKnowLeapYears() throws {
        let days = try hours(24 * 800, from: "20230101T000000")
        #expect(try ExpectedRule("yearly 12-24..01-01").rows(in: days).map(\.count) == [24, 216, 216])
        #expect(try ExpectedRule("yearly 02-29").rows(in: days).map(\.count) == [24])
    }

    @Test(arguments: [
        "", "# name", "Fun 02:00..04:00", "Sun 2..4", "Sun 25:00..26:00", "yearly 13-01", "yearly 02-30", "holidays XX",
        "maintenance", "calendar a: DTSTART:1", "calendar a: ", "Sun 02:00..02:00",
    ])
    func whatIsNoRuleIsRefusedInOneSentence(_ text: String) throws {
        let series = try hours(72, from: "20240302T000000")
        let error = #expect(throws: ExpectedRuleError.self) { try ExpectedRule(text).check(series) }
        #expect(error?.description.hasSuffix(".") == true)
    }

    @Test func rulesOfDaysWantRowsWithDates() throws {
        let plain = Series(name: "s", channels: [.init(name: "v", values: [1, 2, 3, 4])])
        #expect(throws: ExpectedRuleError.self) { try ExpectedRule("Sun").check(plain) }
        #expect(throws: ExpectedRuleError.self) { try ExpectedRule("2024-01..2024-02").check(plain) }
        try ExpectedRule("2..3").check(plain)
        #expect(try ExpectedRule("2..3").rows(in: plain) == [1..<3])
        #expect(try ExpectedRule("Sun").rows(in: plain).isEmpty)
    }

    @Test func aFileHoldsARuleALineOrACalendar() throws {
        let rules = try ExpectedRule.list("# mine\n\nSun 02:00..04:00\r\nmaintenance daily # all\n", file: "r.txt")
        #expect(rules.map(\.text) == ["Sun 02:00..04:00", "maintenance daily # all"])
        let error = #expect(throws: ExpectedRuleError.self) { try ExpectedRule.list("Sun\nMoon\n", file: "r.txt") }
        #expect(error?.description.hasPrefix("r.txt, line 2: ") == true)
        let calendar = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20240303\nSUMMARY:Day | off\nEND:VEVENT\nEND:VCALENDAR\n"
        let rule = try #require(try ExpectedRule.list(calendar, file: "days.ics").first)
        #expect(rule.title == "days.ics, 1 event")
        let series = try hours(72, from: "20240302T000000")
        #expect(rule.rows(in: series) == [24..<48] && rule.occasion(on: 30..<31, in: series) == "Day / off")
        #expect(try ExpectedRule(rule.text).rows(in: series) == [24..<48])
    }

    @Test func whatIsProposedHoldsTheRowsItWasProposedFor() throws {
        forRandomSeeds(100) { seed, random in
            let series = try hours(24 * 40, from: "20240301T000000", zone: random.choose(["UTC", "Europe/Berlin", "+05:30"]))
            let start = Int.random(in: 0..<900, using: &random)
            let rows = start..<(start + Int.random(in: 1...60, using: &random))
            let proposals = ExpectedRule.proposals(for: rows, in: series)
            #expect(!proposals.isEmpty, "seed \(seed)")
            for kind in proposals {
                let rule = try ExpectedRule(ExpectedRule(kind).text)
                #expect(ExpectedRows([rule], in: series).covers(rows), "seed \(seed): \(rule.text)")
            }
        }
    }

    @Test func holidaysAreThoseOfTheLaw() throws {
        func dates(_ country: String, _ year: Int) throws -> [String] {
            try #require(PublicHolidays(country: country)).days(of: year).map {
                CalendarTime(seconds: $0.day * 86_400, isDate: true).text
            }
        }
        #expect(
            try dates("DE", 2024) == [
                "20240101", "20240329", "20240401", "20240501", "20240509", "20240520", "20241003", "20241225", "20241226",
            ])
        #expect(
            try dates("FR", 2025).filter { $0 < "20250701" } == [
                "20250101", "20250421", "20250501", "20250508", "20250529", "20250609",
            ])
        #expect(
            try dates("US", 2025) == [
                "20250101", "20250120", "20250217", "20250526", "20250619", "20250704", "20250901", "20251013", "20251111",
                "20251127", "20251225",
            ])
        #expect(try dates("AT", 2023).count == 13 && dates("AT", 2023).contains("20230608"))
        let series = try hours(72, from: "20240328T000000")
        #expect(try ExpectedRule("holidays de").rows(in: series) == [24..<48])
    }
}
