import Foundation
import Testing
import TimeSeries

@testable import SeriesReading

/// A small file in which it is not plain what a column means, and how it is to be read.
struct MeaningCase: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let channels: [String]
    var time: [String] = []
    var format: String?
    var step: String?
    var zone: String?
    /// The times of the first rows as they are shown.
    var times: [String] = []
    var rows: Int?
    var key: [String] = []
    var seriesCount: Int?
    var leftOut: [String: Understanding.Reason] = [:]
    var labels: String?
    var units: [String: String] = [:]
    /// What stands in a notice, and what in none.
    var told: [String] = [], untold: [String] = []

    var testDescription: String { name }
}

/// Rows of a table, one a line.
private func table(_ header: String, _ count: Int, _ row: (Int) -> String) -> String {
    ([header] + (0..<count).map(row)).joined(separator: "\n") + "\n"
}

/// A table of rows for each place, kind and age, and of years within them.
private func panel(_ header: String, _ row: (_ place: Int, _ kind: Int, _ age: Int, _ year: Int) -> String) -> String {
    var lines = [header]
    for place in 0..<2 {
        for year in 0..<6 {
            for kind in 0..<2 {
                for age in 0..<3 { lines.append(row(place, kind, age, 1961 + year)) }
            }
        }
    }
    return lines.joined(separator: "\n") + "\n"
}

private let places = ["Aarland", "Beeland"], ages = ["0-9", "10-19", "20+"]

private let keyCases: [MeaningCase] = [
    MeaningCase(
        name: "three columns of text and two numbers that repeat them",
        text: panel("PlaceID,Place,Year,Group,Age,AgeFrom,Count") { place, kind, age, year in
            "\(place + 7),\(places[place]),\(year),\(["Men", "Women"][kind]),\(ages[age]),\(age * 10),\(900 + age * 37 + year % 7)"
        },
        channels: ["Count"], time: ["Year"], key: ["Place", "Group", "Age"], seriesCount: 12,
        leftOut: ["PlaceID": .namesSomething, "AgeFrom": .isConstantInSeries],
        told: ["--only Place=Aarland --only Group=Men --only Age=0-9"]),
    MeaningCase(
        name: "M is no mark of a gap beside F",
        text: panel("Place,Year,Sex,Rate") { place, kind, age, year in
            "\(places[place])\(age),\(year),\(["F", "M"][kind]),\(Double(place + kind + year % 5) + 0.25)"
        },
        channels: ["Rate"], time: ["Year"], key: ["Place", "Sex"], seriesCount: 12),
    MeaningCase(
        name: "no columns tell rows of one time apart",
        text: table("Year,Place,Count", 40) { "\(1990 + $0 / 8),\(places[$0 % 2]),\(50 + $0 * 7 % 13)" },
        channels: ["Count"], leftOut: ["Year": .isYearOfMany],
        told: ["Place was tried", "--only Place=Aarland", "Year holds 5 years for 40 rows"]),
    MeaningCase(
        name: "a number that is measured is no key",
        text: table("day,site,level", 60) { "2021-06-\(10 + $0 / 4),\(["a", "b"][$0 % 2]),\([3, 3, 4, 4, 5, 3, 4, 9][$0 % 8])" },
        channels: ["level"], time: ["day"], told: ["site was tried"]),
    MeaningCase(
        name: "an id that changes far down is not the same in all rows",
        text: table("SiteID,Site,Day,Load", 1500) { row in
            let day = row / 2 % 500
            let date = "20\(10 + day / 300)-\(String(format: "%02d-%02d", day / 25 % 12 + 1, day % 25 + 1))"
            return "\(row < 1000 ? 4 : 5),\(row < 1000 ? "North" : "South")\(row % 2),\(date),\(row % 17)"
        },
        channels: ["Load"], time: ["Day"], key: ["Site"], leftOut: ["SiteID": .namesSomething],
        untold: ["SiteID, since it is the same in all rows"]),
]

private let timeCases: [MeaningCase] = [
    MeaningCase(
        name: "a whole time beside a date and an hour",
        text: table("Moments,Date,HB,east,west", 50) { row in
            let date = "2022-07-0\(row / 24 + 1)"
            return
                "\(date) \(String(format: "%02d", row % 24)):00:00,\(date) 00:00:00,\(row % 24),\(300 + row * 7 % 11),\(row * 5 % 7)"
        },
        channels: ["east", "west"], time: ["Moments"], step: "PT1H", rows: 50,
        leftOut: ["Date": .saysTheTime, "HB": .followsFromTime]),
    MeaningCase(
        name: "quarters with a letter in front",
        text: table("Year,Period,Rate,", 12) { "\(1995 + $0 / 4),Q0\($0 % 4 + 1),\(4.5 + Double($0 % 5))," },
        channels: ["Rate"], time: ["Year", "Period"], step: "P3M", times: ["1995-01-01", "1995-04-01"]),
    MeaningCase(
        name: "months with a letter in front",
        text: table("Year,Period,Rate", 24) { row in
            "\(1995 + row / 12),M\(String(format: "%02d", row % 12 + 1)),\(row % 5)"
        },
        channels: ["Rate"], time: ["Year", "Period"], step: "P1M", times: ["1995-01-01", "1995-02-01"]),
    MeaningCase(
        name: "a clock that is called by its zone",
        text: table("Year,DOY,PST,Flux [W/m^2]", 40) { "2019,45,\($0 / 4 * 100 + $0 % 4 * 15),\($0 * 3 % 17)" },
        channels: ["Flux [W/m^2]"], time: ["Year", "DOY", "PST"], step: "PT15M", zone: "-08:00",
        times: ["2019-02-14T00:00-08:00", "2019-02-14T00:15-08:00"], told: ["Times are read as PST"]),
    MeaningCase(
        name: "hours that are called by their zone",
        text: table("Year,Month,Day,UTC,v", 48) { "2019,5,\($0 / 24 + 3),\($0 % 24),\($0 * 3 % 17)" },
        channels: ["v"], time: ["Year", "Month", "Day", "UTC"], step: "PT1H", zone: "UTC"),
    MeaningCase(
        name: "a time that counts rows", text: table("\"\",\"time\",\"guests\"", 30) { "\"\($0 + 1)\",\($0 + 1),\($0 * 7 % 19)" },
        channels: ["guests"], leftOut: ["time": .countsRows], told: ["--time time reads it as seconds"]),
    MeaningCase(
        name: "a timestamp that counts rows", text: table("timestamp,value,label", 30) { "\($0),\(Double($0 * 7 % 19) + 0.5),0" },
        channels: ["value"], leftOut: ["timestamp": .countsRows], labels: "label"),
    MeaningCase(
        name: "seconds that say so are a time", text: table("time_s,v", 30) { "\($0),\($0 * 7 % 19)" }, channels: ["v"],
        time: ["time_s"], step: "PT1S"),
    MeaningCase(
        name: "a timer of unknown unit", text: table("timer,pulse", 30) { "\(Double($0) * 4.5),\(480 + $0 * 7 % 19)" },
        channels: ["pulse"], time: ["timer"], step: "PT4.5S", told: ["read as seconds", "--time-format elapsed-ms"]),
    MeaningCase(
        name: "a year and the name of a month",
        text: table("Month,Sales", 14) {
            "\(2003 + ($0 + 8) / 12) \(["Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug"][$0 % 12]),\($0 + 30)"
        },
        channels: ["Sales"], time: ["Month"], format: "%Y %b"),
    MeaningCase(
        name: "time passed with days in front",
        text: table(",watts,time", 20) {
            "\($0),\(90 + $0 * 7 % 11),0 days 00:0\($0 / 6):\(String(format: "%02d", $0 % 6 * 10))"
        },
        channels: ["watts"], time: ["time"], step: "PT10S", leftOut: ["column1": .countsRows]),
    MeaningCase(
        name: "points between the parts of a date put the day first",
        text: "Tag;Wert\n01.02.2023;4\n02.02.2023;5\n03.02.2023;4\n", channels: ["Wert"], time: ["Tag"], format: "%d.%m.%Y",
        step: "P1D", untold: ["can be read in"]),
    MeaningCase(
        name: "points and the month first where the day is no month",
        text: "Day;Value\n02.13.2023;4\n02.14.2023;5\n02.15.2023;4\n", channels: ["Value"], time: ["Day"], format: "%m.%d.%Y"),
    MeaningCase(
        name: "decimal years that are months",
        text: table("time,flights", 30) { "\(String(format: "%.8f", 1971 + Double($0) / 12)),\(40 + $0 * 7 % 11)" },
        channels: ["flights"], time: ["time"], format: "decimal-month", step: "P1M", times: ["1971-01-01", "1971-02-01"]),
    MeaningCase(
        name: "decimal years of three decimals that are quarters",
        text: table("time,gas", 20) { "\(String(format: "%.3f", 1971 + Double($0) / 4)),\(40 + $0 * 7 % 11)" }, channels: ["gas"],
        time: ["time"], step: "P3M", times: ["1971-01-01", "1971-04-01"]),
    MeaningCase(
        name: "decimal years that are weeks",
        text: table("date,co2", 20) { "\(String(format: "%.4f", 1971 + Double($0) * 7 / 365)),\(340 + $0 * 7 % 11)" },
        channels: ["co2"], time: ["date"], format: "decimal-year"),
    MeaningCase(
        name: "a year and a month before a decimal year",
        text: table("year,month,decimal date,mean", 24) { row in
            "\(1988 + row / 12),\(row % 12 + 1),\(String(format: "%.4f", 1988 + Double(row / 12) + (Double(row % 12) + 0.5) / 12)),\(row * 7 % 11)"
        },
        channels: ["mean"], time: ["year", "month"], step: "P1M", leftOut: ["decimal date": .saysTheTime]),
    MeaningCase(
        name: "the zone in a name", text: table("Time (UTC),v", 20) { "2021-03-04 \(10 + $0 / 6):\($0 % 6)0,\($0 * 7 % 11)" },
        channels: ["v"], time: ["Time (UTC)"], zone: "UTC", times: ["2021-03-04T10:00Z"], told: ["--zone"]),
    MeaningCase(
        name: "an offset in a name",
        text: table("Date GMT+02:00,v", 20) { "2021-03-04 \(10 + $0 / 6):\($0 % 6)0,\($0 * 7 % 11)" },
        channels: ["v"], zone: "+02:00", times: ["2021-03-04T10:00+02:00"]),
    MeaningCase(
        name: "a zone in a name that stands for several",
        text: table("time (LST),v", 20) { "2021-03-04 \(10 + $0 / 6):\($0 % 6)0,\($0 * 7 % 11)" }, channels: ["v"],
        time: ["time (LST)"], told: ["--zone says which"]),
    MeaningCase(
        name: "the zone and units of a JSON document",
        text: #"{"timezone":"Europe/Oslo","hourly_units":{"time":"iso8601","so2":"ug"},"#
            + #""hourly":{"time":["2021-06-01T00:00","2021-06-01T01:00","2021-06-01T02:00"],"so2":[4.5,3.5,4.0]}}"#,
        channels: ["so2"], time: ["time"], zone: "Europe/Oslo", times: ["2021-06-01T00:00+02:00"], units: ["so2": "ug"]),
]

private let columnCases: [MeaningCase] = [
    MeaningCase(
        name: "places that are the same in all rows",
        text: table("node_id;kind;location;lat;lon;time;dust", 20) {
            "77;A;31;60.25;5.5;2023-01-01T0\($0 / 10):\($0 % 10)0:00;\($0 * 3 % 7)"
        }
        .replacing(":60:00", with: ":59:00").replacing(":70:00", with: ":59:10").replacing(":80:00", with: ":59:20")
        .replacing(":90:00", with: ":59:30"),
        channels: ["dust"], leftOut: ["node_id": .isConstant, "location": .isConstant, "lat": .isConstant, "lon": .isConstant]),
    MeaningCase(
        name: "a place that moves is measured",
        text: table("time,lat,lon", 20) {
            "2023-01-01 \(10 + $0 / 4):\($0 % 4 * 15 == 0 ? "00" : "\($0 % 4 * 15)"),\(60.0 + Double($0) / 64),5.5"
        },
        channels: ["lat"], leftOut: ["lon": .isConstant]),
    MeaningCase(
        name: "a source that is the same in all rows and empty columns",
        text: table("Day,Glare,Glare source,a,b", 20) { "2023-01-\(10 + $0),\($0 * 3 % 7),2,," }, channels: ["Glare"],
        leftOut: ["Glare source": .isConstant, "a": .isEmpty, "b": .isEmpty]),
    MeaningCase(
        name: "marks of 0 and 1 are told",
        text: table("Day,Glare,Cloudless", 20) { "2023-01-\(10 + $0),\($0 * 3 % 7),\($0 % 3 / 2)" },
        channels: ["Glare", "Cloudless"], told: ["--labels Cloudless"]),
    MeaningCase(
        name: "durations and paces",
        text: table("Date,Distance,Time,Pace", 20) {
            "2023-01-\(10 + $0) 07:15,\($0 * 3 % 7),00:3\($0 % 10):15,\"4:1\($0 % 10)\""
        },
        channels: ["Distance"], leftOut: ["Time": .isClock, "Pace": .isClock]),
]

/// Reads a file, several series as they stand, and compares what was understood.
func expect(_ wanted: MeaningCase) throws {
    var options = SeriesReader.Options()
    options.tellsApartOnly = true
    let reading = try SeriesReader.open(data: Data(wanted.text.utf8), name: "some.csv", options: options)
    let found = reading.understanding
    #expect(found.channels == wanted.channels)
    if !wanted.time.isEmpty { #expect(found.time?.columns == wanted.time) }
    if let format = wanted.format { #expect(found.time?.format == format) }
    if let step = wanted.step { #expect(found.time?.step == step) }
    if let zone = wanted.zone { #expect(found.time?.zone == zone) }
    for (row, time) in wanted.times.enumerated() { #expect(reading.series.timeText(row: row) == time) }
    if let rows = wanted.rows { #expect(found.rowCount == rows) }
    #expect(found.key?.columns ?? [] == wanted.key)
    if let count = wanted.seriesCount { #expect(found.key?.count == count) }
    for (column, why) in wanted.leftOut { #expect(found.leftOut.first { $0.column == column }?.why == why, "\(column)") }
    if let labels = wanted.labels { #expect(found.labels == labels) }
    for (column, unit) in wanted.units { #expect(found.columns.first { $0.name == column }?.unit == unit) }
    for text in wanted.told { #expect(found.notices.contains { $0.contains(text) }, "\(text)") }
    for text in wanted.untold { #expect(!found.notices.contains { $0.contains(text) }, "\(text)") }
}

struct ColumnMeaningTests {
    private func open(_ text: String, _ change: (inout SeriesReader.Options) -> Void = { _ in }) throws -> Reading {
        var options = SeriesReader.Options()
        change(&options)
        return try SeriesReader.open(data: Data(text.utf8), name: "some.csv", options: options)
    }

    @Test(arguments: keyCases + timeCases + columnCases)
    func columnsMeanWhatTheyDo(_ wanted: MeaningCase) throws { try expect(wanted) }

    @Test("One of several series is read without the numbers that say which it is")
    func oneOfSeveral() throws {
        let text = try #require(keyCases.first).text
        let reading = try open(text) { options in
            options.only = [("Place", "Beeland"), ("Group", "Men"), ("Age", "10-19")].map { .init(column: $0, value: $1) }
        }
        #expect(reading.understanding.channels == ["Count"])
        #expect(reading.series.rowCount == 6)
    }

    @Test("Durations that are asked for are read in seconds, which is told")
    func durationsOnRequest() throws {
        let text = try #require(columnCases.last).text
        let reading = try open(text) { $0.taken = ["Time"] }
        #expect(reading.understanding.channels == ["Distance", "Time"])
        #expect(Array(reading.series.channels[1].values.prefix(2)) == [1815, 1875])
        #expect(reading.understanding.notices.contains { $0.contains("read in seconds") })
    }

    @Test("What a zone in a name says gives way to the zone that is asked for")
    func zoneThatIsAskedFor() throws {
        let reading = try open("Time (UTC),v\n2021-03-04 10:00,1\n2021-03-04 11:00,3\n") { $0.zone = "+01:00" }
        #expect(reading.understanding.time?.zone == "+01:00")
    }

    @Test("Columns that are left out for one reason stand in one line")
    func reasonsInOneLine() throws {
        let text = try open("day,v,a,b,c\n2023-01-01,1,,,\n2023-01-02,5,,,\n2023-01-03,2,,,\n").understanding.text
        #expect(text.contains("Left out    a, b, c: it is empty\n"))
    }
}
