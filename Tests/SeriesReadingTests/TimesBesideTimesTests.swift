import Foundation
import Testing
import TimeSeries

@testable import SeriesReading

/// Tables in which something looks like the time of rows and is not, or is and does not look like it.
@Suite struct TimesBesideTimesTests {
    private func open(_ header: String, _ rows: [String]) throws -> Understanding {
        let text = ([header] + rows).filter { !$0.isEmpty }.joined(separator: "\n") + "\n"
        var options = SeriesReader.Options()
        options.tellsApartOnly = true
        return try SeriesReader.open(data: Data(text.utf8), name: "t.csv", options: options).understanding
    }

    private func channels(_ found: Understanding) -> [String] {
        found.columns.filter { $0.role == .channel }.map(\.name)
    }

    private func isOut(_ name: String, _ why: Understanding.Reason, _ found: Understanding) -> Bool {
        found.columns.contains { $0.name == name && $0.role == .leftOut(why) }
    }

    private func day(_ row: Int, newestFirst: Bool = false) -> String {
        let instant = Date(timeIntervalSince1970: TimeInterval(86_400 * (newestFirst ? 18_800 - row : 18_700 + row)))
        let parts = Calendar(identifier: .gregorian).dateComponents(in: .gmt, from: instant)
        return "\(parts.month ?? 0)/\(parts.day ?? 0)/\(parts.year ?? 0)"
    }

    @Test func theTimeAtWhichAModelRanIsNotThatOfItsRows() throws {
        let alone = try open(
            "timestamp,day,load",
            (0..<40).map { "14:02:\(10 + $0) 20 May 2022,\(day($0)),\(20 + sin(Double($0)))" })
        #expect(alone.time?.columns == ["day"] && isOut("timestamp", .isOtherTime, alone) && channels(alone) == ["load"])
        let regions = ["north", "south", "east", "west"]
        let several = try open(
            "region,day,share,timestamp",
            (0..<48).map { row in
                "\(regions[row % 4]),\(day(row / 4, newestFirst: true)),\(20 + row % 7),14:02:\(10 + row % 4) 20 May 2022"
            })
        #expect(several.time?.columns == ["day"] && several.key?.columns == ["region"])
        // A day beside the time is the coarser one, as before.
        let finer = try open(
            "date,timestamp,v",
            (0..<48).map { "2024-01-0\(1 + $0 / 24),2024-01-0\(1 + $0 / 24) \($0 % 24):30:00,\($0 * $0 % 17)" })
        #expect(finer.time?.columns == ["timestamp"])
    }

    @Test func partsOfADateAreKnownByOtherNames() throws {
        let dates = try open(
            "year,month,date_of_month,day_of_week,visits",
            (0..<45).map { "2021,\(1 + $0 / 31),\(1 + $0 % 31),\($0 % 7 + 1),\(100 + $0 * $0 % 13)" })
        #expect(dates.time?.columns == ["year", "month", "date_of_month"] && channels(dates) == ["visits"])
        let extremes = try open(
            "month_nu,day_nu,max_va_yr,max_va",
            (0..<40).map { "\(1 + $0 / 31),\(1 + $0 % 31),\(1970 + $0 * 7 % 45),\(60 + $0 % 9)" })
        #expect(extremes.time?.columns == ["month_nu", "day_nu"])
    }

    @Test func partsWithoutNamesAreFoundBehindAConstantAndBesideADecimalYear() throws {
        func clock(_ row: Int) -> String { "2023,\(273 + (row + 40) / 48),\((row + 40) % 48 / 2 * 100 + row % 2 * 30)" }
        for (front, columns) in [("", ["column1", "column2", "column3"]), ("110,", ["column2", "column3", "column4"])] {
            let found = try open("", (0..<40).map { "\(front)\(clock($0)),\(10 + $0 * $0 % 7).5,\($0 * 3 % 11).25" })
            #expect(found.time?.columns == columns && found.time?.step == "PT30M", "\(found)")
        }
        let decimal = try open(
            "",
            (0..<40).map { row in
                let (month, day) = (5 + (row + 10) / 31, (row + 10) % 31 + 1)
                return
                    "2021,\(month),\(day),\(String(format: "%.3f", 2021 + (Double(row) + 130.5) / 365)),\(row * row % 17),\(row % 5).5"
            })
        #expect(decimal.time?.columns == ["column1", "column2", "column3"] && decimal.time?.step == "P1D")
    }

    @Test func theMidnightOf24BeginsTheNextDay() throws {
        let minutes = (0..<41).map { (17 * 60 + 15 * $0 - 1) % 1440 + 1 }
        let found = try open(
            "time,usage", minutes.enumerated().map { String(format: "%d:%02d,%d", $1 / 60, $1 % 60, $0 * $0 % 23) })
        #expect(found.time?.order == .rising && found.time?.step == "PT15M" && found.steps?.empty == 0)
        // What goes on behind 24:00 is time that has passed.
        let passed = try open("time,usage", (0..<120).map { "\($0 / 4):\($0 % 4 * 15 / 10)\($0 % 4 * 15 % 10),\($0 * $0 % 23)" })
        #expect(passed.time?.order == .rising && passed.time?.step == "PT15M" && passed.rowCount == 120)
    }

    @Test func yearsBelowTheNameOfWhatStandsAcrossAreYears() throws {
        let found = try open("country,Norway", (0..<30).map { "\(1945 + $0),\(10 + $0 * $0 % 7).5" })
        #expect(found.time?.columns == ["country"] && found.time?.step == "P1Y" && channels(found) == ["Norway"])
        #expect(found.notices.contains { $0.contains("country holds years") })
        let sizes = try open("size_mm,load", (0..<30).map { "\(1945 + $0),\(10 + $0 * $0 % 7).5" })
        #expect(sizes.time == nil)
    }

    @Test func whatStandsInQuotesAndIsBlankIsAGap() throws {
        let found = try open(
            "day,a,flag", (0..<30).map { "2024-03-\($0 < 9 ? "0" : "")\($0 + 1),\($0 == 4 ? "\" \"" : "\($0 * $0 % 11)"),\"  \"" }
        )
        #expect(found.gaps.map(\.channel) == ["a"] && isOut("flag", .isEmpty, found))
    }

    @Test func idsThatNearlyRiseAndAClassThatIsAlwaysTheSameSayNothing() throws {
        let trades = try open(
            "time,id,price",
            (0..<40).map { "\(1_690_000_000_000 + $0 * 1000),\(52_118_341 + ($0 == 20 ? 10 : $0)),\(300 + $0 * $0 % 7).25" })
        #expect(isOut("id", .countsRows, trades) && channels(trades) == ["price"])
        let classes = try open("time_s,class,ax", (0..<30).map { "0.\($0 + 10),0,\($0 * $0 % 7).5" })
        #expect(classes.labels == nil && !classes.columns.contains { $0.role == .label })
    }

    @Test func aLineOfWidthsBelowTheNamesIsNoRow() throws {
        for count in [1, 2, 30] {
            let rows = (0..<count).map { "USGS\t3912340\t2018-04-\(10 + $0 % 20)\t1\($0 / 20):15\t14.\(20 + $0)" }
            let text = (["# levels", "agency_cd\tsite_no\tlev_dt\tlev_tm\tlev_va", "5s\t15s\t10d\t5d\t12s"] + rows)
                .joined(separator: "\n")
            let reading = try SeriesReader.open(data: Data(text.utf8), name: "t.txt")
            let found = channels(reading.understanding)
            #expect(reading.understanding.rowCount == count && found.contains("lev_va"), "\(count) rows: \(found)")
            #expect(reading.understanding.time?.columns == ["lev_dt", "lev_tm"], "\(count) rows")
        }
    }
}
