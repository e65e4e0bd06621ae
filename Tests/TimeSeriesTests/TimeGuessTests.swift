import TestSupport
import Testing

@testable import TimeSeries

private func guesses(_ samples: [String]) -> [TimeNotation] { TimeNotation.guesses(samples.map(\.utf8)) }

private func instants(_ samples: [String], _ notation: TimeNotation) -> [Int64?] {
    samples.map { text in Array(text.utf8).withUnsafeBufferPointer { notation.instant($0) } }
}

@Suite struct TimeGuessTests {
    @Test(arguments: [
        ("1/29/2019", "2019-01-29"), ("29/01/2019", "2019-01-29"), ("29.01.2019 13:00", "2019-01-29 13:00"),
        ("27-03-2014", "2014-03-27"),
        ("3/17/2015 11:50:00 AM", "2015-03-17 11:50"), ("6/21/2001  11:00:00 AM", "2001-06-21 11:00"),
        ("Jan 30, 2021", "2021-01-30"),
        ("Jan 1 2000", "2000-01-01"), ("30-Jan-2021", "2021-01-30"), ("30-Jan-21", "2021-01-30"), ("2016-3-9", "2016-03-09"),
        ("2016/3/9", "2016-03-09"), ("2016-03-09 9:00", "2016-03-09 09:00"), ("05/27/14", "2014-05-27"),
        ("2017-04-11 06:00:00 UTC", "2017-04-11 06:00"), ("2017-04-11 06:00:00 GMT", "2017-04-11 06:00"),
        ("2017-04-11 06:00:00 CET", "2017-04-11 05:00"), ("2017-04-11T06:00:00.123456789Z", "2017-04-11 06:00:00.123456"),
        ("01/30/2003 24:00", "2003-01-31"), ("2001-11", "2001-11"), ("2001/11", "2001-11"), ("11/2001", "2001-11"),
        ("1749-01", "1749-01"),
        ("1983 Q3", "1983-07"), ("1983Q3", "1983-07"), ("1983-Q3", "1983-07"), ("Q3 1983", "1983-07"), ("3Q1983", "1983-07"),
        ("2020-W53", "2020-12-28"), ("2020W53", "2020-12-28"), ("2020-W53-1", "2020-12-28"), ("W53 2020", "2020-12-28"),
        ("May 2011", "2011-05"), ("May-11", "2011-05"), ("Jan-02", "2002-01"), ("July 2004", "2004-07"), ("2014M11", "2014-11"),
        ("20160101:0010", "2016-01-01 00:10"), ("20180101:0000", "2018-01-01"), ("15-Jan-0000", "0000-01-15"),
        ("2025/01/09 08:00:00.120", "2025-01-09 08:00:00.12"), ("2022-03-01 15:00:00.1", "2022-03-01 15:00:00.1"),
        ("Tue Mar 17 2015 11:50:00 GMT+0100 (CET)", "2015-03-17 10:50"),
        ("Tue Mar 17 2015 11:50:00 GMT+0100 (Central European Standard Time)", "2015-03-17 10:50"),
        ("17 March 2015", "2015-03-17"), ("March 17, 2015 5:04 PM", "2015-03-17 17:04"), ("2015-03-17T11", "2015-03-17 11:00"),
        ("2015-03-17 11h", "2015-03-17 11:00"), ("17/Mar/2015:11:50:00 +0000", "2015-03-17 11:50"),
        ("Tue Mar 17 11:50:00 2015", "2015-03-17 11:50"), ("Tue Mar 17 11:50:00 UTC 2015", "2015-03-17 11:50"),
        ("Tue, 17 Mar 2015 11:50:00 +0100", "2015-03-17 10:50"), ("30JAN2021", "2021-01-30"), ("30. Jan. 2021", "2021-01-30"),
        ("20160131T001000Z", "2016-01-31 00:10"), ("29.01.2019 13.05", "2019-01-29 13:05"), ("17h30 29.01.2019", nil),
        ("Jan. 2021", "2021-01"), ("30/03/2004 18.00.00", "2004-03-30 18:00"), ("2021.01.04 13:00", "2021-01-04 13:00"),
        ("20210104 130005", "2021-01-04 13:00:05"), ("2012 1 31 22", "2012-01-31 22:00"),
        ("Monday, January 4, 2021", "2021-01-04"),
        ("2021-01-04 13:00:00 +0100", "2021-01-04 12:00"), ("1:00 PM", "1970-01-01 13:00"),
        ("Mar 17 11:50:00", "1970-03-17 11:50"),
        ("2000/2001", nil), ("555-1234", nil),
        ("13:00 29.01.2019", "2019-01-29 13:00"), ("29.01.2019, 13:00 Uhr", nil), ("2015-06-01 22", "2015-06-01 22:00"),
        ("2015-03-17_11-50-00", "2015-03-17 11:50"), ("29.01.2019 13:00:05,250", "2019-01-29 13:00:05.25"),
        ("2015-03-17 11:50 Europe/Berlin", "2015-03-17 11:50"), ("2016-120", "2016-04-29"),
        ("2015-03-17+01:00", "2015-03-16 23:00"),
        ("3/17/2015 11:50 a. m.", "2015-03-17 11:50"), ("3/17/2015 11:50\u{202F}PM", "2015-03-17 23:50"),
        ("0:00:00.1", "1970-01-01 00:00:00.1"), ("00:15", "1970-01-01 00:15"), ("ok", nil), ("a/b", nil), ("1/2", nil),
        ("12.5", nil), ("[2022-03-08 10:00:03]", "2022-03-08 10:00:03"), ("[08/Mar/2022:10:00:03 +0000]", "2022-03-08 10:00:03"),
        ("[12]", nil), ("[]", nil), ("[a]", nil),
        ("192.168.0.1", nil), ("x-1", nil), ("", nil), ("5 kg", nil), ("1901", nil),
    ])
    func aTimeIsRecognisedAsPeopleWriteIt(text: String, expected: String?) throws {
        let first = guesses([text]).first
        let found = first.flatMap { instants([text], $0)[0] }
        #expect(try found == expected.map(iso), "\(text) as \(first?.name ?? "no time")")
    }

    @Test func theOrderOfDayAndMonthIsThatWhichReadsEveryRow() throws {
        #expect(guesses(["01/02/2019", "01/03/2019", "29/01/2019"]).map(\.name) == ["%d/%m/%Y"])
        #expect(guesses(["01/02/2019", "01/29/2019"]).map(\.name) == ["%m/%d/%Y"])
        #expect(Set(guesses(["01/02/2019", "01/03/2019"]).map(\.name)) == ["%m/%d/%Y", "%d/%m/%Y"])
        #expect(guesses(["01.02.2019", "01.03.2019"]).first?.name == "%d.%m.%Y")
        #expect(guesses(["13/13/2019", "01/03/2019"]).isEmpty)
        #expect(guesses(["22/03/31 23:30:00", "22/04/01 00:00:00"]).map(\.name) == ["%y/%m/%d %H:%M:%S", "%d/%m/%y %H:%M:%S"])
        #expect(guesses(["31/03/22", "13/04/22"]).map(\.name) == ["%d/%m/%y", "%y/%m/%d"])
        #expect(guesses(["2019-29-01", "2019-01-02"]).map(\.name) == ["%Y-%d-%m"])
        #expect(guesses(["Jan-02", "Feb-02", "Mar-02"]).first?.name == "%b-%y")
        #expect(
            guesses(["1.2.2020 10:00:00", "1.2.2020 10:00:00.5"]).map(\.name) == ["%d.%m.%Y %H:%M:%S.%f"])
    }

    @Test func aRowFurtherDownSettlesTheOrder() {
        var candidates = guesses(["01/02/2019", "01/03/2019"])
        func settle(_ text: String) -> Bool { Array(text.utf8).withUnsafeBufferPointer { TimeNotation.settle(&candidates, $0) } }
        #expect(settle("02/03/2019") && candidates.count == 2)
        #expect(!settle("n/a") && candidates.count == 2)
        #expect(settle("13/03/2019") && candidates.map(\.name) == ["%d/%m/%Y"])
        #expect(!settle("03/13/2019") && candidates.map(\.name) == ["%d/%m/%Y"])
    }

    @Test func evenStepsTellMonthsFromDays() throws {
        func chosen(_ texts: [String]) throws -> (String, Bool) {
            let candidates = guesses(texts)
            let best = try #require(TimeNotation.mostEven(candidates.map { instants(texts, $0).compactMap { $0 } }))
            return (candidates[best.index].name, best.isDecisive)
        }
        let months = (0..<30).map { "01/\($0 % 12 < 9 ? "0" : "")\($0 % 12 + 1)/\(1980 + $0 / 12)" }
        #expect(try chosen(months) == ("%d/%m/%Y", true))
        #expect(try chosen(["01/01/1980", "01/02/1980", "01/03/1980"]) == ("%m/%d/%Y", false))
        let days = (1...12).map { "03/\($0)/2021" } + (1...12).map { "04/\($0)/2021" }
        #expect(try chosen(days).0 == "%m/%d/%Y")
        #expect(try chosen(["22/03/31 23:30:00", "22/04/01 00:00:00", "22/04/01 00:30:00"]) == ("%y/%m/%d %H:%M:%S", true))
        #expect(try chosen(["Nov-11", "Dec-11", "Jan-12", "Feb-12"]) == ("%b-%y", true))
        #expect(try chosen(["05/28/21", "05/21/21"]) == ("%m/%d/%y", true))
        #expect(TimeNotation.mostEven([]) == nil)
    }

    @Test(arguments: [
        (["19770326", "19770402"], ["%Y%m%d"]), (["202105040000", "202105040010"], ["%Y%m%d%H%M"]),
        (["20210504000005"], ["%Y%m%d%H%M%S"]),
        (["1901", "1902"], ["%Y"]), (["1959.0", "1960.0"], ["%Y"]), (["1749.042", "1749.123"], ["decimal-year"]),
        (["1949.0", "1949.083", "1949.167"], ["decimal-month", "decimal-year"]),
        (["45000", "45000.04167"], ["excel"]), (["200101", "200112"], ["%Y%m", "%y%m%d"]),
        (["1677974400", "1677974401.5"], ["unix"]),
        (["1677974400000"], ["unix-ms"]), (["1677974400000000"], ["unix-us"]), (["1677974400000000000"], ["unix-ns"]),
        (["29012019", "30012019"], ["%d%m%Y"]), (["2016120", "2016121"], ["%Y%j"]), (["3.5", "1901"], []), (["12"], []),
        (["x"], []),
    ])
    func numbersThatCouldBeTimesAreNamed(samples: [String], expected: [String]) {
        #expect(TimeNotation.numericGuesses(samples.map(\.utf8)).map(\.name) == expected)
        #expect(guesses(samples).isEmpty)
    }

    @Test func aZoneThatSaysTooLittleIsNamed() {
        #expect(TimeNotation.unknownZone("2017-04-11 06:00:00 IST".utf8) == "IST")
        #expect(TimeNotation.unknownZone("11.4.2017 06:00 CST".utf8) == "CST")
        for text in ["2017-04-11 06:00:00 UTC", "4/11/2017 06:00 AM", "room 5 IST", "", "IST", "6:00 CET", "a:b ab"] {
            #expect(TimeNotation.unknownZone(text.utf8) == nil, "\(text)")
        }
    }
}
