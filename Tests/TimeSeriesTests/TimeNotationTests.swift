import Foundation
import TestSupport
import Testing

@testable import TimeSeries

/// Microseconds since 1970 of a time in ISO 8601.
func iso(_ text: String) throws -> Int64 {
    try #require(TimeParser.beginning(text), "\(text) is no time").microseconds
}

private func instant(_ text: String, _ name: String, decimalComma: Bool = false) throws -> Int64? {
    let notation = try TimeNotation(name: name)
    return Array(text.utf8).withUnsafeBufferPointer { notation.instant($0, decimalComma: decimalComma) }
}

@Suite struct TimeNotationTests {
    @Test(arguments: [
        ("%d/%m/%Y %H:%M", "29/01/2019 13:00", "2019-01-29 13:00"), ("%d/%m/%Y %H:%M", " 9/1/2019   1:05 ", "2019-01-09 01:05"),
        ("%d.%m.%Y %H:%M:%S", "29.01.2019 13:00:07", "2019-01-29 13:00:07"),
        ("%m/%d/%Y %I:%M:%S %p", "3/17/2015 12:00:00AM", "2015-03-17"),
        ("%m/%d/%Y %I:%M %p", "3/17/2015 12:10 p.m.", "2015-03-17 12:10"), ("%Y%m%d%H%M", "201903171530", "2019-03-17 15:30"),
        ("%Y%m%d:%H%M", "20160101:0010", "2016-01-01 00:10"), ("%b %d, %Y", "Sept. 3, 2021", "2021-09-03"),
        ("%d. %B %Y", "3. März 2021", "2021-03-03"), ("%d %b %y", "30 JAN 68", "2068-01-30"),
        ("%d %b %y", "30 JAN 69", "1969-01-30"),
        ("iso", "2003-01-30 24:00", "2003-01-31"), ("iso", "2003-01-30T24:00:00Z", "2003-01-31"),
        ("iso", "2003-01-30 24:01", nil),
        ("iso", "2003-01-30 24:00:01", nil), ("%Y-%m-%d %H:%M", "2003-01-30 24:00", "2003-01-31"),
        ("%Y %m %d %H", "2012 1 31 22", "2012-01-31 22:00"), ("%Y %m %d %H", "2012 1 31 25", "2012-02-01 01:00"),
        ("%Y %m %d %H", "2012 1 31 26", nil), ("%Y-%m-%d %H:%M", "2003-01-30 25:00", nil), ("%Y %j %K", "2016 120 2500", nil),
        ("%Y %m %d %H", "2012.0 1.0 31.0 22.0", "2012-01-31 22:00"), ("%Y", "1959.0", "1959"), ("%Y %q", "1990 3", "1990-07"),
        ("%Y %j %K", "2016 120 0", "2016-04-29"), ("%Y %j %K", "2016 120 1", "2016-04-29 00:01"),
        ("%Y %j %K", "2016 366 1330", "2016-12-31 13:30"), ("%Y %j %K", "2016 120 2400", "2016-04-30"),
        ("%G-W%V", "2020-W53", "2020-12-28"), ("%G-W%V-%u", "2021-W01-7", "2021-01-10"), ("%Y-W%V", "2009-W01", "2008-12-29"),
        ("%Y-%m-%dT%H:%M:%S.%f", "2020-02-29T01:02:03.5", "2020-02-29 01:02:03.5"),
        ("%Y-%m-%d %H:%M:%S.%f", "2020-02-29 01:02:03", "2020-02-29 01:02:03"),
        ("%Y-%m-%d %H:%M:%S,%f", "2020-02-29 01:02:03.1234567", "2020-02-29 01:02:03.123456"),
        ("%H:%M:%S:%f %d.%m.%Y", "01:02:03:250 1.2.2020", "2020-02-01 01:02:03.25"),
        ("%d/%b/%Y:%T %z", "17/Mar/2015:11:50:00 -0330", "2015-03-17 15:20"),
        ("%F %T%z", "2015-03-17 11:50:00Z", "2015-03-17 11:50"),
        ("%F %T %z", "2015-03-17 11:50:00 +1", "2015-03-17 10:50"), ("%F %T %Z", "2015-07-17 11:50:00 CEST", "2015-07-17 09:50"),
        ("%F %T %Z", "2015-07-17 11:50:00 UTC+2", "2015-07-17 09:50"), ("%a %d %b %Y", "Di. 17 mars 2015", "2015-03-17"),
        ("%Y-%m-%d %H:%M", "0001-01-01 00:00", "0001-01-01 00:00"), ("%Y-%m-%d", "9999-12-31", "9999-12-31"),
        ("%d-%m-%Y", "29-02-1900", nil), ("%d-%m-%Y", "29-02-2000", "2000-02-29"), ("%d-%m-%Y", "31-04-2000", nil),
        ("%d-%m-%Y", "00-04-2000", nil), ("%d-%m-%Y", "1-4-00", nil), ("%d-%m-%y", "1-4-2000", nil), ("%Y %j", "2015 366", nil),
        ("%H:%M %d.%m.%Y", "24:01 1.1.2000", nil), ("%I:%M %p %F", "13:01 PM 2000-01-01", nil), ("%G-W%V", "2021-W53", nil),
        ("%Y Q%q", "2021 Q5", nil), ("%F %T %Z", "2015-07-17 11:50:00 IST", nil), ("%Y-%m-%d", "2015-07-17 x", nil),
        ("%Y%m%d", "2015717", nil), ("%b %Y", "Foo 2011", nil), ("%a %F", "Foo 2011-01-01", nil), ("%F", "", nil),
    ])
    func patternsReadWhatTheySpellAndNothingElse(name: String, text: String, expected: String?) throws {
        #expect(try instant(text, name) == expected.map(iso), "\(name) of \(text)")
    }

    @Test(arguments: [
        ("unix", "1677974400", "2023-03-05"), ("unix", "1677974400.5", "2023-03-05 00:00:00.5"),
        ("unix", "-0.000001", "1969-12-31 23:59:59.999999"),
        ("unix", "1.6779744E9", "2023-03-05"), ("unix-ms", "1677974400000.25", "2023-03-05 00:00:00.000250"),
        ("unix-us", "1677974400000001", "2023-03-05 00:00:00.000001"),
        ("unix-ns", "1677974400000001000", "2023-03-05 00:00:00.000001"),
        ("excel", "45000", "2023-03-15"), ("excel", "45000.04167", "2023-03-15 01:00"),
        ("excel", "45000.08333", "2023-03-15 02:00"),
        ("excel", "45000.0417", "2023-03-15 01:00"), ("excel", "45000.042", "2023-03-15 01:00"),
        ("excel", "45000.04", "2023-03-15 00:57:36"),
        ("excel", "45000.3", "2023-03-15 07:12"),
        ("excel", "45000.041666666664", "2023-03-15 01:00"), ("excel", "45000.0000115741", "2023-03-15 00:00:01"),
        ("excel", "45000.0000011574", "2023-03-15 00:00:00.1"), ("excel", "60.5", "1900-02-28 12:00"),
        ("decimal-year", "2000.5", "2000-07-02"), ("decimal-year", "1958.0", "1958"),
        ("decimal-year", "1958.2027", "1958-03-15 23:39"), ("decimal-month", "1958.25", "1958-04"),
        ("decimal-month", "1958.0417", "1958-01-15"),
        ("seconds", "1.05E-2", "1970-01-01 00:00:00.0105"), ("elapsed-ms", "10.5", "1970-01-01 00:00:00.0105"),
        ("elapsed-minutes", "1.5", "1970-01-01 00:01:30"), ("elapsed-hours", "0.1", "1970-01-01 00:06"),
        ("elapsed-days", "0.25", "1970-01-01 06:00"), ("elapsed-ns", "1500", "1970-01-01 00:00:00.000002"),
        ("unix", "", nil), ("unix", "1e999", nil), ("unix", "12:00", nil), ("unix", "1,5", nil),
        ("unix", "99999999999999999999", nil),
        ("clock", "0:00:00.1", "1970-01-01 00:00:00.1"), ("clock", "00:15", "1970-01-01 00:15"),
        ("clock", "25:10:00", "1970-01-02 01:10"),
        ("clock", "12:34.5", "1970-01-01 00:12:34.5"), ("clock", "12:05 AM", "1970-01-01 00:05"),
        ("clock", "1 day, 2:03:04", "1970-01-02 02:03:04"),
        ("clock", "0 days 00:00:01.5", "1970-01-01 00:00:01.5"), ("clock", "00:60", nil), ("clock", "15", nil),
        ("clock", "1:2:3:4", nil),
    ])
    func numbersAndClocksAreReadToTheMicrosecond(name: String, text: String, expected: String?) throws {
        #expect(try instant(text, name) == expected.map(iso), "\(name) of \(text)")
    }

    @Test func aCommaIsTheDecimalSignWhereItIsSaid() throws {
        #expect(try instant("45000,5", "excel", decimalComma: true) == iso("2023-03-15 12:00"))
        #expect(try instant("45000.5", "excel", decimalComma: true) == nil)
    }

    @Test(arguments: [
        ("dd/MM/yyyy", "as in %d/%m/%Y"), ("", "as in %d/%m/%Y"), ("%d/%x", "%x in"), ("%d/%", "ends in a percent sign"),
        ("%d %d", "%d twice"),
        ("%m %b %Y", "both %m and %b"), ("%Y %y", "both %Y and %y"), ("%H %K", "both %H and %K"), ("%I:%M", "%I without %p"),
        ("%G-%m", "%G without %V"), ("%V", "%V without %G"), ("%Y %f", "%f without %S"), ("%z", "neither a date"),
        ("%a", "neither a date"), ("%H:%M %* %d", "goes on behind %*"),
    ])
    func aSpellingThatIsWrongSaysWhatIsWrong(name: String, sentence: String) {
        do throws(TimeNotationError) {
            _ = try TimeNotation(name: name)
            Issue.record("\(name) is taken")
        } catch {
            #expect(error.description.contains(sentence))
            #expect(error.description.hasSuffix("."))
        }
    }

    @Test func aNotationIsTheOneThatItsNameSpells() throws {
        for name in TimeNotation.names.map(\.name) { #expect(try TimeNotation(name: name).name == name) }
        for (given, name) in [
            ("ISO", "iso"), ("Unix-MS", "unix-ms"), ("%s", "unix"), ("  %-d/%-m/%Y   %T ", "%d/%m/%Y %H:%M:%S"),
            ("%d %B %Y", "%d %b %Y"),
            ("%A, %F %R", "%a, %Y-%m-%d %H:%M"), ("%Y年%m月", "%Y年%m月"), ("100%% %Y", "100%% %Y"),
        ] {
            let notation = try TimeNotation(name: given)
            #expect(notation.name == name)
            #expect(try TimeNotation(name: notation.name) == notation)
        }
    }

    @Test func everyDirectiveThatIsListedIsKnown() throws {
        let alone = TimePattern.directives.map(\.spelling).filter {
            !["%%", "%f", "%p", "%I", "%G", "%V", "%u", "%a", "%z", "%Z", "%*"].contains($0)
        }
        for directive in alone { #expect(throws: Never.self) { try TimePattern(directive) } }
        #expect(throws: Never.self) { try TimePattern("%a %G-W%V-%u %I:%M:%S.%f %p %z %Z %% %*") }
    }

    @Test func theZoneThatATextNamesIsTold() throws {
        func zone(_ text: String, _ name: String) throws -> TimeFormat.Notation.Zone {
            let notation = try TimeNotation(name: name)
            return Array(text.utf8).withUnsafeBufferPointer { notation.zone($0) }
        }
        #expect(try zone("1.2.2020 10:00 CET", "%d.%m.%Y %H:%M %Z") == .offset(minutes: 60, colon: true))
        #expect(try zone("1.2.2020 10:00 GMT", "%d.%m.%Y %H:%M %Z") == .utc)
        #expect(try zone("1.2.2020 10:00", "%d.%m.%Y %H:%M") == TimeFormat.Notation.Zone.none)
        #expect(try zone("2020-02-01T10:00-0330", "iso") == .offset(minutes: -210, colon: false))
        #expect(try zone("5", "unix") == .utc)
        #expect(try TimeNotation(name: "%d.%m.%Y %H:%M Europe/Berlin").zoneName == "Europe/Berlin")
        #expect(try TimeNotation(name: "%d/%m/%Y %H:%M").zoneName == nil)
    }

    @Test func aClockThatPassesMidnightGainsADay() throws {
        func unwound(_ texts: [String]) throws -> [Int64] {
            var clock = try texts.map { try #require(try instant($0, "clock")) / 60_000_000 * 60_000_000 }
            ClockTime.unwind(&clock)
            return clock.map { $0 / 60_000_000 }
        }
        #expect(try unwound(["23:30", "23:45", "00:00", "00:15", "23:50", "0:05"]) == [1410, 1425, 1440, 1455, 2870, 2885])
        #expect(try unwound(["00:15", "00:00", "23:45", "23:30"]) == [1455, 1440, 1425, 1410])
        #expect(try unwound(["22:00", "23:00", "24:10", "25:00", "0:00"]) == [1320, 1380, 1450, 1500, 0])
        #expect(try unwound(["02:45", "02:00", "02:15"]) == [165, 120, 135])
        #expect(try unwound([]) == [])
    }
}
