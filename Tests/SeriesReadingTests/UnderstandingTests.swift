import Foundation
import Testing
import TimeSeries

@testable import SeriesReading

/// A small file of a kind that people have, and how it is to be read.
struct ReadingCase: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    var channels: [String]
    var time: [String] = []
    var format: String?
    /// The times of the first rows as they are shown.
    var times: [String] = []
    /// The values of the first channel.
    var values: [Double?] = []
    var labels: String?
    var leftOut: [String] = []
    /// What stands in a notice.
    var told: [String] = []
    var step: String?

    var testDescription: String { name }
}

private let cases: [ReadingCase] = [
    // Times
    ReadingCase(
        name: "month first, settled by the second row", text: "Date,Load\n12/11/2020,5\n12/13/2020,6\n12/15/2020,7\n",
        channels: ["Load"],
        time: ["Date"], format: "%m/%d/%Y", times: ["2020-12-11", "2020-12-13"], step: "P2D"),
    ReadingCase(
        name: "day first, settled by the last row", text: "date,flow\n11/12/2020,5\n12/12/2020,6\n13/12/2020,7\n",
        channels: ["flow"],
        time: ["date"], format: "%d/%m/%Y", times: ["2020-12-11", "2020-12-12", "2020-12-13"], step: "P1D"),
    ReadingCase(
        name: "day or month first, said", text: "d,rate\n02/03/1991,1.5\n02/04/1991,1.6\n02/05/1991,1.9\n", channels: ["rate"],
        time: ["d"],
        told: ["--time-format"]),
    ReadingCase(
        name: "dots and decimal commas", text: "Tag;Druck\n30.11.2018 08:00;1,25\n30.11.2018 09:00;1,5\n30.11.2018 10:00;0,75\n",
        channels: ["Druck"], time: ["Tag"], format: "%d.%m.%Y %H:%M", times: ["2018-11-30T08:00"], values: [1.25, 1.5, 0.75],
        step: "PT1H"),
    ReadingCase(
        name: "a clock of twelve", text: "When,kW\n7/24/2017 11:45:00 AM,1\n7/24/2017 12:00:00 PM,2\n7/24/2017 12:15:00 PM,3\n",
        channels: ["kW"], time: ["When"], times: ["2017-07-24T11:45", "2017-07-24T12:00", "2017-07-24T12:15"], step: "PT15M"),
    ReadingCase(
        name: "names of months", text: "Day,Close\n\"Mar 30, 2016\",\"7.25\"\n\"Mar 31, 2016\",\"7.5\"\n\"Apr 01, 2016\",\"7\"\n",
        channels: ["Close"], time: ["Day"], times: ["2016-03-30", "2016-03-31", "2016-04-01"], step: "P1D"),
    ReadingCase(
        name: "without leading zeros", text: "date,n\n2011-4-9,1\n2011-4-10,3\n2011-4-11,2\n", channels: ["n"], time: ["date"],
        times: ["2011-04-09", "2011-04-10"], step: "P1D"),
    ReadingCase(
        name: "newest first", text: "Week,Sold\n06/25/2020,3\n06/18/2020,2\n06/11/2020,1\n", channels: ["Sold"], time: ["Week"],
        times: ["2020-06-11", "2020-06-18"], values: [1, 2, 3], told: ["newest first"], step: "P7D"),
    ReadingCase(
        name: "a zone behind the time", text: "ts,v\n2019-08-01 10:00:00 UTC,1\n2019-08-01 10:05:00 UTC,2\n", channels: ["v"],
        time: ["ts"],
        times: ["2019-08-01T10:00Z"], step: "PT5M"),
    ReadingCase(
        name: "24:00 of a joined clock", text: "Day,Clock,W\n05/30/2004,23:00,1\n05/30/2004,24:00,2\n05/31/2004,01:00,3\n",
        channels: ["W"],
        time: ["Day", "Clock"], times: ["2004-05-30T23:00", "2004-05-31T00:00"], told: ["joined"], step: "PT1H"),
    ReadingCase(
        name: "months", text: "Month,Sales\n1988-11,5\n1988-12,6\n1989-01,7\n", channels: ["Sales"], time: ["Month"],
        format: "%Y-%m",
        times: ["1988-11-01", "1988-12-01"], step: "P1M"),
    ReadingCase(
        name: "quarters", text: "Period,GDP\n1991 Q3,1\n1991 Q4,2\n1992 Q1,3\n", channels: ["GDP"], time: ["Period"], step: "P3M"),
    ReadingCase(
        name: "ISO weeks", text: "wk,n\n2015-W52,5\n2015-W53,4\n2016-W01,6\n", channels: ["n"], time: ["wk"],
        times: ["2015-12-21", "2015-12-28", "2016-01-04"], step: "P7D"),
    ReadingCase(
        name: "years", text: "Year,Rain\n1931,64\n1932,71\n1933,59\n", channels: ["Rain"], time: ["Year"], format: "%Y",
        times: ["1931-01-01"], step: "P1Y"),
    ReadingCase(
        name: "Eurostat's months", text: "TIME,value\n2012M11,3\n2012M12,4\n2013M01,5\n", channels: ["value"], time: ["TIME"],
        step: "P1M"),
    ReadingCase(
        name: "four columns of a time", text: "year,month,day,hour,temp\n2011,12,31,22,3\n2011,12,31,23,2\n2012,1,1,0,1\n",
        channels: ["temp"],
        time: ["year", "month", "day", "hour"], format: "%Y %m %d %H",
        times: ["2011-12-31T22:00", "2011-12-31T23:00", "2012-01-01T00:00"],
        told: ["joined"], step: "PT1H"),
    ReadingCase(
        name: "a date and an hour", text: "day,hr,n\n2013-04-30,22,5\n2013-04-30,23,9\n2013-05-01,0,7\n", channels: ["n"],
        time: ["day", "hr"],
        step: "PT1H"),
    ReadingCase(
        name: "a year and a quarter with fractions of zero",
        text: "year,quarter,cpi\n1961.0,3.0,61\n1961.0,4.0,62\n1962.0,1.0,63\n",
        channels: ["cpi"], time: ["year", "quarter"], step: "P3M"),
    ReadingCase(
        name: "parts out of order", text: "year,month,level\n1984,8,3\n1984,12,7\n1984,7,2\n1984,11,6\n", channels: ["level"],
        time: ["year", "month"], values: [2, 3, 6, 7], told: ["time order"]),
    ReadingCase(
        name: "day of the year and a compact clock",
        text: "Year,DOY,HHMM,ghi\n2012,60,2358,1\n2012,60,2359,2\n2012,61,0,3\n2012,61,1,4\n",
        channels: ["ghi"], time: ["Year", "DOY", "HHMM"], times: ["2012-02-29T23:58", "2012-02-29T23:59", "2012-03-01T00:00"],
        step: "PT1M"),
    ReadingCase(
        name: "dates in digits", text: "date,depth\n19690726,8\n19690802,9\n19690809,7\n", channels: ["depth"], time: ["date"],
        format: "%Y%m%d",
        times: ["1969-07-26"], step: "P7D"),
    ReadingCase(
        name: "dates and clocks in digits", text: "MESS_DATUM;TT\n201907312350;12.5\n201908010000;12.6\n201908010010;12.4\n",
        channels: ["TT"],
        time: ["MESS_DATUM"], format: "%Y%m%d%H%M", times: ["2019-07-31T23:50", "2019-08-01T00:00"], step: "PT10M"),
    ReadingCase(
        name: "days of spreadsheets", text: "Date,temp\n44000,20\n44000.04167,21\n44000.08333,22\n", channels: ["temp"],
        time: ["Date"],
        format: "excel", times: ["2020-06-18T00:00", "2020-06-18T01:00", "2020-06-18T02:00"], step: "PT1H"),
    ReadingCase(
        name: "nanoseconds", text: "time,temp\n1577836800000000000,20\n1577840400000000000,21\n", channels: ["temp"],
        time: ["time"],
        format: "unix-ns", times: ["2020-01-01T00:00Z", "2020-01-01T01:00Z"], step: "PT1H"),
    ReadingCase(
        name: "seconds from the start", text: "\"Time (s)\",\"Acc (g)\"\n0.5E-2,1\n1.5E-2,2\n2.5E-2,3\n", channels: ["Acc (g)"],
        time: ["Time (s)"], format: "seconds", step: "PT0.01S"),
    ReadingCase(
        name: "a clock alone", text: "Elapsed,temp\n0:00:00.5,20\n0:00:01.0,21\n0:00:01.5,22\n", channels: ["temp"],
        time: ["Elapsed"],
        format: "clock", step: "PT0.5S"),
    // Columns
    ReadingCase(
        name: "a nameless counter", text: ",time,temp\n0,2020-03-05 00:00,20\n1,2020-03-05 01:00,21\n2,2020-03-05 02:00,22\n",
        channels: ["temp"], time: ["time"], leftOut: ["column1"], told: ["counts rows"]),
    ReadingCase(
        name: "a counter called id",
        text: "id,time,demand\n81,2020-01-01 00:00,4\n82,2020-01-01 00:05,3\n83,2020-01-01 00:10,5\n",
        channels: ["demand"], time: ["time"], leftOut: ["id"], told: ["--column"]),
    ReadingCase(
        name: "a device that is always the same",
        text: "device_id,created_at,entry_id,lux\n77,2020-05-02T10:00:00Z,310,41\n77,2020-05-02T10:00:20Z,311,44\n",
        channels: ["lux"],
        time: ["created_at"], leftOut: ["device_id", "entry_id"]),
    ReadingCase(
        name: "row names of R", text: "\"date\",\"temp\"\n\"1\",\"2018-02-04 17:00:00\",18\n\"2\",\"2018-02-04 17:01:00\",19\n",
        channels: ["temp"], time: ["date"], leftOut: ["column1"]),
    ReadingCase(
        name: "labels of two kinds", text: "time,temp,changepoint,is_outlier\n2020-03-05 00:00,20,0,0\n2020-03-05 01:00,99,1,1\n",
        channels: ["temp"], time: ["time"], labels: "is_outlier", leftOut: ["changepoint"]),
    ReadingCase(
        name: "a comma at the end of each line", text: "Date,A,B,\n2015-03-07,1,2,\n2015-03-08,3,4,\n", channels: ["A", "B"],
        time: ["Date"],
        leftOut: ["column4"]),
    ReadingCase(
        name: "an empty column", text: "time,temp,note\n2020-03-05 00:00,20,\n2020-03-05 01:00,21,\n", channels: ["temp"],
        time: ["time"],
        leftOut: ["note"]),
    ReadingCase(
        name: "two columns of one name", text: "time,a,a\n2020-03-05 00:00,20,1\n2020-03-05 01:00,21,2\n",
        channels: ["a", "a.1"],
        time: ["time"], told: ["one name"]),
    ReadingCase(name: "numbers as names", text: "0,1,2\n5.5,2.5,9.5\n5.25,2.75,9.25\n", channels: ["0", "1", "2"]),
    ReadingCase(
        name: "a header that says None", text: "Date,None,D0\n20200102,1.5,2\n20200109,2.5,3\n", channels: ["None", "D0"],
        time: ["Date"]),
    ReadingCase(
        name: "names of columns that are numbers, behind a time",
        text: "time,1,2\n2020-03-05 00:00,20,1\n2020-03-05 01:00,21,2\n", channels: ["1", "2"], time: ["time"]),
    ReadingCase(
        name: "names that begin with numbers",
        text: "Timestamp,50%,10 Min Avg\n2020-03-05 00:00,20,1\n2020-03-05 00:10,21,3\n2020-03-05 00:20,22,2\n",
        channels: ["50%", "10 Min Avg"], time: ["Timestamp"]),
    ReadingCase(
        name: "a first row of gaps", text: "time,v,label\n2020-03-05 00:00,NA,no\n2020-03-05 01:00,21,yes\n", channels: ["v"],
        time: ["time"],
        values: [nil, 21], labels: "label"),
    // Numbers
    ReadingCase(
        name: "thousands in quotes", text: "Date,Price\n2017-06-29,\"1,204.5\"\n2017-06-30,\"997.1\"\n", channels: ["Price"],
        time: ["Date"],
        values: [1204.5, 997.1]),
    ReadingCase(
        name: "points are thousands where commas are decimals",
        text: "zeit;temp;zaehler\n2020-03-05 00:00;20,5;900\n2020-03-05 01:00;21,3;1.037\n2020-03-05 02:00;22,6;1.234\n",
        channels: ["temp", "zaehler"], time: ["zeit"], values: [20.5, 21.3, 22.6]),
    ReadingCase(
        name: "thousands alone, said",
        text: "time\tcount\n2020-01-01 00:00\t974\n2020-01-01 01:00\t1,011\n2020-01-01 02:00\t1,048\n",
        channels: ["count"], time: ["time"], values: [974, 1011, 1048], told: ["--decimal"]),
    ReadingCase(
        name: "three decimals", text: "t;p\n2010-02-01 00:00;0.512\n2010-02-01 00:01;1.208\n2010-02-01 00:02;0.497\n",
        channels: ["p"],
        time: ["t"], values: [0.512, 1.208, 0.497]),
    ReadingCase(
        name: "units behind numbers", text: "2022/01/09 08:00:00.120, 31 %, 71.5 W\n2022/01/09 08:00:05.140, 44 %, 80.2 W\n",
        channels: ["column2", "column3"], time: ["column1"], values: [31, 44], told: ["Units"]),
    ReadingCase(
        name: "percent and dollars", text: "date,ctr,cost,note\n2020-01-01,12.3%,\"$1,234.50\",ok\n2020-01-02,11.9%,$987.00,ok\n",
        channels: ["ctr", "cost"], time: ["date"], values: [12.3, 11.9], leftOut: ["note"]),
    ReadingCase(
        name: "thousands and millions by letters", text: "date,volume\n2018-06-30,20.5K\n2018-07-01,1.4M\n2018-07-02,910\n",
        channels: ["volume"], time: ["date"], values: [20_500, 1_400_000, 910], told: ["multiply"]),
    ReadingCase(
        name: "marks of gaps",
        text: "time,a\n2020-01-01,1\n2020-01-02,--\n2020-01-03,?\n2020-01-04,***\n2020-01-05,#N/A\n2020-01-06,2\n",
        channels: ["a"], time: ["time"], values: [1, nil, nil, nil, nil, 2], told: ["4 marks"]),
    ReadingCase(
        name: "a code for nothing", text: "time,temp\n2020-01-01,12.5\n2020-01-02,-999\n2020-01-03,12.7\n2020-01-04,-999\n",
        channels: ["temp"], time: ["time"], told: ["--missing -999"]),
    // Around the table
    ReadingCase(
        name: "remarks above", text: "# station: hill\n# unit: degC\ntime,temp\n2020-03-05 00:00,20\n2020-03-05 01:00,21\n",
        channels: ["temp"],
        time: ["time"], told: ["#"]),
    ReadingCase(
        name: "a remark that is the header",
        text: "# made by logger 9\n# time;TOA;GHI\n2020-06-01T00:00:00;11;7\n2020-06-01T00:01:00;12;8\n",
        channels: ["TOA", "GHI"], time: ["time"]),
    ReadingCase(
        name: "a title", text: "Report of a mill\n\nWeek,flour\n2016-06-04,71\n2016-06-11,68\n", channels: ["flour"],
        time: ["Week"],
        told: ["above the table"]),
    ReadingCase(
        name: "names and values above",
        text: "Station,Hill\nLatitude,51.2\ntime,temp,rain\n2020-03-05 00:00,20,0\n2020-03-05 01:00,21,0\n",
        channels: ["temp", "rain"], time: ["time"], told: ["above the table"]),
    ReadingCase(
        name: "a row of units", text: "time,temp,power\n,degC,kW\n2020-03-05 00:00,20,40\n2020-03-05 01:00,21,41\n",
        channels: ["temp", "power"], time: ["time"], told: ["units"]),
    ReadingCase(
        name: "four lines of a logger",
        text: """
            "TOA5","st","CR1000","1","v","p","2","T"
            "TIMESTAMP","RECORD","Ts"
            "TS","RN","C"
            "","","Avg"
            "2021-03-01 15:00:00",812,11.4
            "2021-03-01 15:30:00",813,11.2

            """, channels: ["Ts"], time: ["TIMESTAMP"], leftOut: ["RECORD"]),
    ReadingCase(
        name: "a line that names the delimiter", text: "sep=;\nTime;Value\n2020-03-05T00:00:00Z;1.5\n2020-03-05T00:01:00Z;1.6\n",
        channels: ["Value"], time: ["Time"]),
    ReadingCase(
        name: "a title in quotes",
        text:
            "\"Probe 9, south wall\"\n\"#\",\"Date Time, GMT+00:00\",\"Temp, degC\"\n1,21/03/31 23:30:00,4.6\n2,21/04/01 00:00:00,4.4\n",
        channels: ["Temp, degC"], time: ["Date Time, GMT+00:00"], times: ["2021-03-31T23:30Z", "2021-04-01T00:00Z"],
        leftOut: ["#"],
        step: "PT30M"),
    ReadingCase(
        name: "a note under the table", text: "time,temp\n2020-03-05 00:00,20\n2020-03-05 01:00,21\n\nSource: hill station\n",
        channels: ["temp"],
        time: ["time"], values: [20, 21], told: ["last line"]),
    ReadingCase(
        name: "runs of blanks", text: "1 1 -0.0021 40.0 7.31  \n1 2 0.0004 40.0 7.35  \n1 3 0.0012 40.0 7.29  \n",
        channels: ["column1", "column2", "column3", "column4", "column5"]),
    ReadingCase(
        name: "fixed width",
        text:
            "YY  MM DD hh WDIR WSPD  WVHT\n2018 12 31 23 210  3.1  1.10\n2019 01 01 00 205  3.6  99.0\n2019 01 01 01 200  3.4  1.05\n",
        channels: ["WDIR", "WSPD", "WVHT"], time: ["YY", "MM", "DD", "hh"], told: ["--missing 99"], step: "PT1H"),
    ReadingCase(
        name: "a short row", text: "time,temp,note\n2020-03-05 00:00,20,a\n2020-03-05 01:00,21\n2020-03-05 02:00,22,b\n",
        channels: ["temp"],
        time: ["time"], values: [20, 21, 22], leftOut: ["note"], told: ["fewer fields"]),
]

@Test(arguments: cases) func aFileOfAKindThatPeopleHaveIsReadAsTheyMeanIt(_ wanted: ReadingCase) throws {
    try expect(wanted)
}

/// Checks that a file is read as it is to be.
func expect(_ wanted: ReadingCase) throws {
    let reading = try SeriesReader.open(data: Data(wanted.text.utf8), name: "f.csv")
    let (series, understanding) = (reading.series, reading.understanding)
    #expect(understanding.channels == wanted.channels)
    #expect(series.channels.map(\.name) == wanted.channels)
    #expect(understanding.time?.columns ?? [] == wanted.time)
    if let format = wanted.format { #expect(understanding.time?.format == format) }
    #expect(wanted.times.indices.map { series.timeText(row: $0) } == wanted.times)
    if !wanted.values.isEmpty { #expect(series.channels[0].values.map { $0.isNaN ? nil : $0 } == wanted.values) }
    #expect(understanding.labels == wanted.labels)
    #expect(understanding.leftOut.map(\.column) == wanted.leftOut)
    for words in wanted.told {
        #expect(understanding.notices.contains { $0.contains(words) }, "\(words) in \(understanding.notices)")
    }
    if let step = wanted.step { #expect(understanding.time?.step == step) }
    #expect(understanding.rowCount == series.fileRowCount)
}

@Test func latinTextIsReadAndSaid() throws {
    let text = Data("time,Temp (".utf8) + Data([0xB0]) + Data("C)\n2020-03-05 00:00,20\n2020-03-05 01:00,21\n".utf8)
    let reading = try SeriesReader.open(data: text, name: "f.csv")
    #expect(reading.understanding.channels == ["Temp (°C)"])
    #expect(reading.understanding.encoding == "Windows-1252")
    #expect(reading.series.notices.contains { $0.contains("Windows-1252") })
    let wide = try #require("time,T °\n2020-03-05 00:00,20\n2020-03-05 01:00,21\n".data(using: .utf16))
    #expect(try SeriesReader.open(data: wide, name: "f.csv").understanding.channels == ["T °"])
}

@Test(arguments: [
    "Country,1970,1971,1972\nA,3,4,5\nB,6,7,8\n",
    "Depot,Lat,5/29/18,5/30/18,5/31/18,6/1/18\nA,50.2,10,12,9,8\nB,48.7,22,21,25,24\n",
]) func timesInTheHeaderAreRefused(_ text: String) {
    #expect { try SeriesReader.read(data: Data(text.utf8), name: "f.csv") } throws: { "\($0)".contains("turn the table round") }
}

@Test(arguments: [
    (
        "time,sensor,value\n2020-03-05 00:00,a,20\n2020-03-05 00:00,b,50\n2020-03-05 01:00,a,21\n2020-03-05 01:00,b,51\n",
        "sensor", "a"
    ),
    ("symbol,date,price\nAA,2005-01-01,11\nAA,2005-02-01,12\nBB,2005-01-01,80\nBB,2005-02-01,79\n", "symbol", "AA"),
    (
        "Id,hour,kcal\n701,2020-04-12 00:00,71\n701,2020-04-12 01:00,66\n702,2020-04-12 00:00,90\n702,2020-04-12 01:00,93\n",
        "Id", "701"
    ),
]) func severalSeriesAreNeverMixed(_ text: String, _ column: String, _ first: String) throws {
    let data = Data(text.utf8)
    #expect(throws: SeriesError.severalSeries(file: "f.csv", columns: [column], count: 2, examples: [first])) {
        try SeriesReader.read(data: data, name: "f.csv")
    }
    var options = SeriesReader.Options()
    options.only = [.init(column: column, value: first)]
    let one = try SeriesReader.open(data: data, name: "f.csv", options: options)
    #expect(one.series.rowCount == 2 && one.series.channels.count == 1)
    options.only = [.init(column: column, value: "nobody")]
    #expect(throws: SeriesError.noSuchKey(file: "f.csv", column: column, value: "nobody")) {
        try SeriesReader.read(data: data, name: "f.csv", options: options)
    }
}

@Test func whatIsWrongInAColumnThatNobodyAskedForIsNoObstacle() throws {
    let text = "time,cpu,io\n2020-03-05 00:00,1,3\n2020-03-05 00:01,2,4\n2020-03-05 00:02,3,wrong\n2020-03-05 00:03,3,5\n"
    #expect(throws: SeriesError.self) { try SeriesReader.read(data: Data(text.utf8), name: "f.csv") }
    let read = try SeriesReader.read(data: Data(text.utf8), name: "f.csv", options: .init(columns: ["cpu"]))
    #expect(read.channels.map(\.name) == ["cpu"])
}

@Test func aWayOfWritingTimesThatIsAskedForIsTakenForTheColumnThatIsFound() throws {
    let data = Data("d,rate\n02/03/1991,1.5\n02/04/1991,1.6\n02/05/1991,1.9\n".utf8)
    for (format, first) in [("%d/%m/%Y", "1991-03-02"), ("%m/%d/%Y", "1991-02-03")] {
        var options = SeriesReader.Options()
        options.timeFormat = format
        let reading = try SeriesReader.open(data: data, name: "f.csv", options: options)
        #expect(reading.series.timeText(row: 0) == first)
        #expect(reading.understanding.time?.format == format)
    }
    var options = SeriesReader.Options()
    options.timeFormat = "%Q"
    #expect { try SeriesReader.read(data: data, name: "f.csv", options: options) } throws: { "\($0)".contains("%Q") }
}

@Test func aClockWithPointsIsJoinedToItsDateAndADateWithPointsIsNone() throws {
    let rows = (0..<60).map { "\($0 / 24 + 10)/03/2004;\($0 % 24 < 10 ? "0" : "")\($0 % 24).00.00;\($0 % 7),5\n" }.joined()
    let air = try SeriesReader.open(data: Data("Date;Time;CO\n\(rows)".utf8), name: "air.csv", options: .init())
    #expect(air.understanding.time?.columns == ["Date", "Time"] && air.series.timeText(row: 59) == "2004-03-12T11:00")
    let dated = try SeriesReader.open(
        data: Data("t,v\n10.03.04,1.5\n11.03.04,2.5\n12.03.04,1.5\n".utf8), name: "d.csv", options: .init())
    #expect(dated.series.timeText(row: 2) == "2004-03-12")
}

@Test func marksOfGapsAmongLabelsSayNo() throws {
    let rows = (0..<40).map { "2024-01-\($0 < 9 ? "0" : "")\($0 % 28 + 1),\($0 % 7).5,\($0 == 5 ? "1" : $0 == 6 ? "--" : "0")\n" }
        .prefix(28)
    let series = try SeriesReader.read(data: Data(("t,v,label\n" + rows.joined()).utf8), name: "l.csv")
    #expect(series.labels?[5] == true && series.labels?[6] == false)
}

@Test func aColumnIsTakenBesidesThoseThatAreFound() throws {
    let data = Data("id,value,state\n1,1.5,on\n2,1.6,off\n3,1.9,on\n".utf8)
    var options = SeriesReader.Options()
    options.taken = ["id", "state"]
    (options.renamed, options.units) = (["value": "flow"], ["value": "bar"])
    let reading = try SeriesReader.open(data: data, name: "f.csv", options: options)
    #expect(reading.series.channels.map(\.name) == ["id", "flow", "state=off", "state=on"])
    #expect(reading.understanding.columns[1].unit == "bar" && reading.understanding.columns[1].alias == "flow")
    #expect(reading.understanding.columns[2].first == ["on", "off", "on"])
}
