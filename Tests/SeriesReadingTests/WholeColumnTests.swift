import Foundation
import Testing
import TimeSeries

@testable import SeriesReading

/// A table of a header and rows.
private func table(_ header: String, _ count: Int, _ row: (Int) -> String) -> String {
    ([header] + (0..<count).map(row)).joined(separator: "\n") + "\n"
}

/// A day so many days behind the first of a year.
private func day(_ number: Int, of year: Int64 = 2011) -> String {
    let (year, month, day) = civil(daysSince1970: days(year: year, month: 1, day: 1) + Int64(number))
    return "\(year)-\(two(Int(month)))-\(two(Int(day)))"
}

private func two(_ number: Int) -> String { String(format: "%02d", number) }

/// The time of day of a minute.
private func clock(_ minute: Int) -> String { "\(two(minute / 60 % 24)):\(two(minute % 60))" }

private let wholeColumns: [MeaningCase] = [
    MeaningCase(
        name: "a column that begins far down",
        text: table("day,level,late", 900) { "\(day($0)),\($0 * 7 % 11),\($0 < 700 ? "" : "\($0 % 9).5")" },
        channels: ["level", "late"], rows: 900, told: ["Column late has 700 gaps"]),
    MeaningCase(
        name: "a column of gaps at first",
        text: table("day,level,late", 500) { "\(day($0)),\($0 * 7 % 11),\($0 < 450 ? "NaN" : "\($0 % 9)")" },
        channels: ["level", "late"], told: ["Column late has 450 gaps"]),
    MeaningCase(
        name: "a time that begins far down is no time of rows",
        text: table("date,level,end", 500) { "\(day($0)),\($0 * 7 % 11),\($0 < 450 ? "" : day($0 + 1))" },
        channels: ["level"], time: ["date"], rows: 500),
    MeaningCase(
        name: "an empty column", text: table("day,level,never", 900) { "\(day($0)),\($0 * 7 % 11)," }, channels: ["level"],
        leftOut: ["never": .isEmpty]),
    MeaningCase(
        name: "a number that counts at first alone",
        text: table("day,index,level", 500) { "\(day($0)),\($0 < 260 ? $0 : $0 * 7 % 13),\($0 * 5 % 11)" },
        channels: ["index", "level"]),
    MeaningCase(
        name: "a counter that begins anew", text: table("day,index,level", 500) { "\(day($0)),\($0 % 300),\($0 * 5 % 11)" },
        channels: ["level"], leftOut: ["index": .countsRows]),
    MeaningCase(
        name: "a counter of another name", text: table("day,Folge,level", 60) { "\(day($0 * $0)),\($0 + 1),\($0 * 5 % 11)" },
        channels: ["level"], leftOut: ["Folge": .countsRows]),
    MeaningCase(
        name: "a number that rises by one from some number on",
        text: table("day,Folge,level", 60) { "\(day($0 * $0)),\($0 + 7),\($0 * 5 % 11)" },
        channels: ["Folge", "level"], told: ["Column Folge rises by one"]),
    MeaningCase(
        name: "seconds beside the time",
        text: table("Takt,t,u", 90) { "\(30 * $0 + 30),2019-02-03 \(clock($0 / 2)):\($0 % 2 * 3)0,\($0 * 5 % 11)" },
        channels: ["u"], time: ["t"], leftOut: ["Takt": .saysTheTime]),
    MeaningCase(
        name: "lines of an order",
        text: table("sale_id,part,day,sum", 60) { row in
            let sale = row / 6 * 3 + [0, 1, 1, 2, 2, 2][row % 6]
            return "\(sale + 40),\([1, 1, 2, 1, 2, 3][row % 6]),\(day(sale * 2)),\(row * 5 % 11)"
        },
        channels: ["sum"], leftOut: ["part": .countsRows]),
    MeaningCase(
        name: "the id of a user", text: table("at,user_id,price", 60) { "\(day($0)),\($0 * 7919 % 1009),\($0 * 5 % 11)" },
        channels: ["price"], leftOut: ["user_id": .namesSomething]),
    MeaningCase(
        name: "an id that does not rise", text: table("at,us,id", 60) { "\(day($0)),\($0 * 5 % 11),\($0 * 37 % 101)" },
        channels: ["us", "id"]),
    MeaningCase(
        name: "a number with a letter that is always the same",
        text: table("at,place,price", 20) { "\(day($0)),771Q,\($0 * 5 % 11)" },
        channels: ["price"], leftOut: ["place": .isConstant], untold: ["Units"]),
    MeaningCase(
        name: "a button that is called an event",
        text: table("at,EVENT,motion", 60) { "\(day($0)),\($0 % 17 / 16),\($0 * 5 % 11)" },
        channels: ["EVENT", "motion"], told: ["--labels EVENT"]),
]

private let partsOfTime: [MeaningCase] = [
    MeaningCase(
        name: "one letter a part, a clock and a zone",
        text: table("Year,m,d,Time,Time zone,v", 60) {
            "2021,\($0 / 48 + 2),\($0 / 24 % 2 + 1),\(clock($0 % 24 * 60)),UTC,\($0 * 5 % 11)"
        },
        channels: ["v"], time: ["Year", "m", "d", "Time"], zone: "UTC", times: ["2021-02-01T00:00Z", "2021-02-01T01:00Z"],
        told: ["as column Time zone says"]),
    MeaningCase(
        name: "one letter alone is no part", text: table("year,m,v", 30) { "\(1980 + $0),\($0 % 12 + 1),\($0 * 5 % 11)" },
        channels: ["m", "v"], time: ["year"]),
    MeaningCase(
        name: "a zone that changes",
        text: table("Date,Clock,zone,v", 30) { "\(day($0 / 24)),\(clock($0 * 60)),\($0 < 20 ? "CET" : "CEST"),\($0 % 7)" },
        channels: ["v"], time: ["Date", "Clock"], untold: ["as column zone says"]),
    MeaningCase(
        name: "hours in four digits with their zone",
        text: table("Data;Hora UTC;v", 60) { "\(day($0 / 24));\(two($0 % 24))00 UTC;\($0 % 7),5" },
        channels: ["v"], time: ["Data", "Hora UTC"], step: "PT1H", zone: "UTC",
        times: ["2011-01-01T00:00Z", "2011-01-01T01:00Z"],
        untold: ["Units"]),
    MeaningCase(
        name: "few hours in four digits", text: table("Data;Hora UTC;v", 4) { "\(day(4));\(two($0))00;\($0 % 3),5" },
        channels: ["v"],
        time: ["Data", "Hora UTC"], step: "PT1H", times: ["2011-01-05T00:00Z", "2011-01-05T01:00Z"]),
    MeaningCase(
        name: "a clock in four digits without a date", text: table("HHMM,v", 30) { "23\(two($0 + 30)),\($0 % 7)" },
        channels: ["v"],
        time: ["HHMM"], format: "%K", step: "PT1M", told: ["name no day"]),
    MeaningCase(
        name: "hours that no name tells", text: table("Tag,HB,v", 60) { "\(day($0 / 24)),\($0 % 24 + 1),\($0 % 7)" },
        channels: ["v"],
        time: ["Tag", "HB"], step: "PT1H", times: ["2011-01-01T01:00"], told: ["joined from Tag and HB"]),
    MeaningCase(
        name: "the clock of the least value",
        text: table("fecha,tmin,horatmin", 30) { "\(day($0)),\($0 % 7),\(clock($0 * 7919))" },
        channels: ["tmin"], time: ["fecha"], step: "P1D", leftOut: ["horatmin": .isClock]),
    MeaningCase(
        name: "a clock of another name by which rows are even",
        text: table("fecha,v,von", 30) { "\(day($0 / 6)),\($0 % 7),\(clock($0 % 6 * 240))" },
        channels: ["v"], time: ["fecha", "von"], step: "PT4H"),
    MeaningCase(
        name: "years that are counted", text: table("Month,Sold", 30) { "\($0 / 12 + 1)-\(two($0 % 12 + 1)),\($0 * 5 % 11)" },
        channels: ["Sold"], time: ["Month"], step: "P1M", times: ["2001-01-01", "2001-02-01"], told: ["a month of 2001"]),
    MeaningCase(
        name: "intervals of clocks", text: table("Zeit,v", 96) { "\(clock($0 * 15))-\(clock($0 * 15 + 15)),\($0 % 7)" },
        channels: ["v"],
        time: ["Zeit"], format: "%H:%M-%*", step: "PT15M", told: ["beginning"]),
    MeaningCase(
        name: "dates and intervals of clocks",
        text: table("Datum;Zeit;v", 100) { "0\($0 / 96 + 1).03.2011;\(clock($0 * 15))-\(clock($0 * 15 + 15));\($0 % 7)" },
        channels: ["v"], time: ["Datum", "Zeit"], step: "PT15M", times: ["2011-03-01T00:00"]),
    MeaningCase(
        name: "an offset and the name of a zone",
        text: table("time,v", 30) { "2015-08-09 \(clock($0)):03.25+0200 [Europe/Oslo],\($0 % 7)" }, channels: ["v"],
        time: ["time"],
        step: "PT1M", zone: "+02:00"),
    MeaningCase(
        name: "an offset and the name of a zone as Java writes them",
        text: table("time,v", 30) { "2015-08-09T\(clock($0)):03+02:00[Europe/Oslo],\($0 % 7)" }, channels: ["v"], time: ["time"],
        step: "PT1M"),
    MeaningCase(
        name: "day, month and year with exponents and without names",
        text: (0..<40).map { "\($0 % 28 + 1).0e+000 \($0 / 28 + 2).0e+000 2.011e+003 \($0 % 7).5e+000\n" }.joined(),
        channels: ["column4"],
        time: ["column1", "column2", "column3"], step: "P1D", times: ["2011-02-01"]),
    MeaningCase(
        name: "the day first beside decimal commas", text: table("Tag;Stunde;v", 24) { "05/07/2018;\($0);\($0 % 7),25" },
        channels: ["v"],
        time: ["Tag", "Stunde"], times: ["2018-07-05T00:00"], told: ["decimal commas", "--time-format '%m/%d/%Y %H'"]),
    MeaningCase(
        name: "days since the year 1", text: table("ordinal_date,v", 60) { "\(735_599 + $0),\($0 * 5 % 11)" }, channels: ["v"],
        time: ["ordinal_date"], format: "ordinal", step: "P1D", times: ["2015-01-01", "2015-01-02"],
        told: ["--time-format datenum"]),
    MeaningCase(
        name: "days as MATLAB counts them", text: table("datenum_time,v", 60) { "\(735_965 + Double($0) / 4),\($0 * 5 % 11)" },
        channels: ["v"], format: "datenum", step: "PT6H", times: ["2015-01-01T00:00", "2015-01-01T06:00"]),
]

private let keys: [MeaningCase] = [
    MeaningCase(
        name: "the weather is no key",
        text: table("time,sky,v", 130) { row in
            let hour = row - row / 10
            return "\(day(hour / 24)) \(clock(hour % 24 * 60)),\(["clear", "fog", "rain"][row * row / 7 % 3]),\(row * 5 % 11)"
        },
        channels: ["v"], time: ["time"], told: ["sky was tried", "repeat the time"]),
    MeaningCase(
        name: "what is sold is no key",
        text: table("date,product,price", 160) { row in "\(day(row / 3 * 2)),P\(row * row / 3 % 12),\(row * 5 % 11)" },
        channels: ["price"],
        time: ["date"], told: ["product was tried"]),
    MeaningCase(
        name: "places with some rows missing",
        text: table("time,place,v", 120) { row in "\(day(row / 4)),\(["a", "b", "c", "d"][row % 4]),\(row * 5 % 11)" }
            .split(separator: "\n").enumerated().filter { $0.offset % 5 != 4 }.map(\.element).joined(separator: "\n"),
        channels: ["v"], time: ["time"], key: ["place"], seriesCount: 4),
    MeaningCase(
        name: "things at times of their own",
        text: table("time,device,v", 300) { row in
            let second = row / 5 * 60 + [0, 3, 31, 34, 52][row % 5] + row / 5 * 7 % 4
            return "2011-01-01 \(clock(second / 60)):\(two(second % 60)),\(["a", "b", "c", "d", "e"][row % 5]),\(row * 5 % 11)\n"
                + (row % 9 == 0 ? "2011-01-01 \(clock(second / 60)):\(two(second % 60)),f,4" : "")
        }
        .replacing("\n\n", with: "\n"),
        channels: ["v"], time: ["time"], key: ["device"], seriesCount: 6),
    MeaningCase(
        name: "numbers of animals, one behind the other",
        text: table("mass,time,rat,food", 60) { "\(40 + $0 * 5 % 11),\($0 % 10 * 3),\($0 / 10 + 1),\($0 / 30)" },
        channels: ["mass"], time: ["time"], key: ["rat"], seriesCount: 6, leftOut: ["food": .isConstantInSeries]),
    MeaningCase(
        name: "numbers of animals, some of which leave",
        text: table("mass,time,rat,food", 240) { "\(40 + $0 * 5 % 11),\($0 / 20 * 3),\($0 % 20 + 1),\($0 % 20 / 10)" }
            .split(separator: "\n").filter { !($0.hasSuffix(",7,0") && $0.split(separator: ",")[1] != "0") }.joined(
                separator: "\n"),
        channels: ["mass"], time: ["time"], key: ["rat"], seriesCount: 20),
]

struct WholeColumnTests {
    @Test("What is said of a column holds for all of its rows", arguments: wholeColumns)
    func columns(_ wanted: MeaningCase) throws { try expect(wanted) }

    @Test("Times in several columns and rarer ways are found", arguments: partsOfTime)
    func times(_ wanted: MeaningCase) throws { try expect(wanted) }

    @Test("A key is a column whose series cover the times", arguments: keys)
    func keysAreSeries(_ wanted: MeaningCase) throws { try expect(wanted) }
}
