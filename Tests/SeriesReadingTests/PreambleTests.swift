import Foundation
import Testing
import TimeSeries

@testable import SeriesReading

/// Lines of rows, each with its number from 0.
private func rows(_ count: Int, _ row: (Int) -> String) -> String { (0..<count).map { row($0) + "\n" }.joined() }

private func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

/// An hour after the first of May 2016.
private func hour(_ count: Int) -> String { "2016-05-\(padded(1 + count / 24)) \(padded(count % 24)):00" }

private let cases: [ReadingCase] = [
    // Lines between the header and the rows
    ReadingCase(
        name: "remarks below the header",
        text: "time,level,flow\n#\n# Gauge at the mill, kept by hand\n#\n"
            + rows(30) { "\(hour($0)),\($0 * 7 % 11),\($0 * $0 % 13)" },
        channels: ["level", "flow"], time: ["time"], values: (0..<30).map { Double($0 * 7 % 11) }, told: ["below line 1"],
        step: "PT1H"),
    ReadingCase(
        name: "a rule of three stars",
        text: "Station: Moor\n\nYY MM DD p q\n***\n" + rows(28) { "1995 2 \($0 + 1) \($0 * 5 % 9).5 \($0 * $0 % 17)" },
        channels: ["p", "q"], time: ["YY", "MM", "DD"], told: ["drawn below the header"]),
    ReadingCase(
        name: "a rule of hashes, tabs and blanks mixed",
        text:
            "Place\ta(91)\ta(92)\n#####\t#####\t#####\nfen \t31\t\t7.5\noak \t28.5    \t6.25\nelm \t40    \t8\nash \t22    \t9\n",
        channels: ["a(91)", "a(92)"], values: [31, 28.5, 40, 22], leftOut: ["Place"], told: ["drawn below the header"]),

    // Lines above
    ReadingCase(
        name: "a wider table above",
        text:
            "kind,no,from,to,a,b,c,d\nrest,1,2016-05-01,2016-05-02,3,4,5,6\nrest,2,2016-05-02,2016-05-03,3,4,5,7\n\ntime,load,heat\n"
            + rows(20) { "\(hour($0)),\($0 * 3 % 7),\($0 * $0 % 19)" },
        channels: ["load", "heat"], time: ["time"], values: (0..<20).map { Double($0 * 3 % 7) }, step: "PT1H"),
    ReadingCase(
        name: "names with values above rows without a header",
        text: "Begin: 2016-05-01 GMT\n\nSerial:,abc,abc\nName:,Tilt,Light\nGroup:,0,2\nType:,x,3\nRate:,5,5\n\n"
            + rows(24) { "\(hour($0)),\($0 * 5 % 9),\(60 - $0 * $0 % 17)" },
        channels: ["Tilt", "Light"], time: ["Name:"], values: (0..<24).map { Double($0 * 5 % 9) },
        told: ["between the header and the rows"],
        step: "PT1H"),
    ReadingCase(
        name: "two heads, the second with a few rows of numbers",
        text:
            "Bench log\t\nSeparator\tTab\nDate\t2016/05/09\n***End***\n\t\nChannels\t2\nDate\t2016/05/09\t2016/05/09\nStep\t0,5\t0,5\n***End***\n"
            + "X\tLeft\tRight\tNote\n" + rows(30) { "\t0,\($0 * 7 % 9)\t1,\($0 % 8)" },
        channels: ["Left", "Right"], values: (0..<30).map { Double($0 * 7 % 9) / 10 }, leftOut: ["X", "Note"]),
    ReadingCase(
        name: "seven lines above a single column",
        text: "wrist 4\n17-Mar-2015\n09:30\n 2\n00\nQ7716\nB\n" + rows(60) { "\($0 * 37 % 101)" }, channels: ["column1"],
        values: (0..<60).map { Double($0 * 37 % 101) }, told: ["Lines 1 to 7"]),

    // Headers
    ReadingCase(
        name: "a header of less than half of the columns that begins over times",
        text: "Day\tTemp\tWind\n" + rows(6) { "2016-05-0\($0 + 1)\t\($0).5\t\($0 * $0)\t1\t\($0)\t3\t\(9 - $0)" },
        channels: ["Temp", "Wind", "column4", "column5", "column6", "column7"], time: ["Day"],
        values: [0.5, 1.5, 2.5, 3.5, 4.5, 5.5],
        told: ["names the first 3 of 7"], step: "P1D"),
    ReadingCase(
        name: "two lines of names, the upper tells those below apart",
        text: "use,gas,gas,gas,oil,oil,oil\nplace,N1,N2,N3,N1,N2,N3\n"
            + rows(12) { "\(hour($0)),\($0 % 4),2,\($0 % 5),4,\($0 % 3),\($0 % 7)" },
        channels: ["gas N1", "gas N2", "gas N3", "oil N1", "oil N2", "oil N3"], time: ["use place"],
        told: ["tells columns of one name apart"], step: "PT1H"),
    ReadingCase(
        name: "an upper name over several columns",
        text: "time,gas,,oil,\n,in,out,in,out\n" + rows(12) { "\(hour($0)),\($0 % 4),\($0 % 5),\($0 % 7),\($0 % 3)" },
        channels: ["gas in", "gas out", "oil in", "oil out"], time: ["time"], step: "PT1H"),
    ReadingCase(
        name: "five lines of names, one of which names all columns",
        text: "remark,\"Sun on roofs, free\",,\nplace,e1,e2,e3\nuse,csp,csp,load\nkind,src,src,sink\nstep,,,\n"
            + rows(12) { "\(hour($0)),\($0 % 4),\($0 % 5),\($0 * $0)" },
        channels: ["e1", "e2", "e3"], time: ["place"], step: "PT1H"),

    ReadingCase(
        name: "a header over columns that are empty",
        text: "spring,,,,,,\nday,level,,,,,\n" + rows(9) { "2016-05-0\($0 + 1),\($0 % 4),,,,," },
        channels: ["level"], time: ["day"], leftOut: ["column3", "column4", "column5", "column6", "column7"], step: "P1D"),

    // Words and numbers that stand for nothing, and columns that say nothing
    ReadingCase(
        name: "a word that stands again where numbers do",
        text: "time;load\n" + rows(12) { "\(hour($0));\($0 < 4 ? "kZ" : "\($0),5")" }, channels: ["load"], time: ["time"],
        values: [nil, nil, nil, nil] + (4..<12).map { Double($0) + 0.5 }, told: ["kZ 4"], step: "PT1H"),
    ReadingCase(
        name: "a number that lines above call missing",
        text: "# missing values are indicated by -55.000\n# DATA\nday;cm\n2016-05-01;7\n2016-05-02;9\n2016-05-03;-55.000\n",
        channels: ["cm"], time: ["day"], values: [7, 9, -55], told: ["--missing -55"], step: "P1D"),
    ReadingCase(
        name: "a letter that marks numbers",
        text: "time,count\n" + rows(20) { "\(hour($0)),\(37 + $0 * 11 % 90)\($0 == 6 ? " M" : "")" },
        channels: ["count"], time: ["time"], values: (0..<20).map { Double(37 + $0 * 11 % 90) }, told: ["passed over as marks"]),
    ReadingCase(
        name: "decades and a constant rate",
        text: "year,level,decade,Sample rate\n" + rows(25) { "\(1907 + $0),\($0 * $0 % 23).5,\((1907 + $0) / 10)0,1" },
        channels: ["level"], time: ["year"], leftOut: ["decade", "Sample rate"], step: "P1Y"),
    ReadingCase(
        name: "numbers with zeros in front and a fraction", text: "time,pace\n" + rows(4) { "2016-05-01 00:0\($0),0\($0)7.00" },
        channels: ["pace"], time: ["time"], values: [7, 17, 27, 37], step: "PT1M"),
    ReadingCase(
        name: "a value that is added some way down",
        text: "day a b\n"
            + rows(40) { row in
                let day = "2016-\(padded(1 + row / 20))-\(padded(1 + row % 20))"
                return "\(day) \(row % 9).5 \(row * row % 31)" + (row > 24 && row % 3 > 0 ? " \(50 + row)" : "")
            },
        channels: ["a", "b", "column4"], time: ["day"], told: ["column4 has 30 gaps"]),
    ReadingCase(
        name: "remarks that begin with a semicolon",
        text: "; Sun counts\n; Units: none\n;  NO  a  b\n;-------\n;END\n" + rows(9) { "7\($0)3 \($0).5 \(20 - $0 * 2)" },
        channels: ["a", "b"], leftOut: ["NO"], told: ["above the header in line 3"]),
]

@Test(arguments: cases) func whatStandsAboveAndBetweenIsReadAsPeopleMeanIt(_ wanted: ReadingCase) throws { try expect(wanted) }

@Test(arguments: [
    (
        ":Product: x.txt\n:Issued: noon\n# Made up\nSUN REPORT\nNo 12 made at noon\nA. WITH SPOTS\nNO PLACE AREA KIND\n91 N16W80 188 HRX A\n"
            + "B. WITHOUT SPOTS\nNO PLACE\n44 S12W16\nC. REMARKS\nall was quiet\n", "make no table"
    ),
    (
        "7,KWH,200,A,B\n8,X100,E1,1,E1,N1,9,kWh,30,2005\n9,20050301,0,0,0.4,0.8,0.1\n9,20050302,0,0,0.2,0.5,0.3\n4\n",
        "several layouts"
    ),
]) func textsOfSeveralTablesAreRefusedInTheRightWords(_ text: String, _ words: String) {
    #expect { try SeriesReader.read(data: Data(text.utf8), name: "f.txt") } throws: { "\($0)".contains(words) }
}

@Test func aFirstRowOfAnotherLengthIsToldWithWhatHelps() {
    let sentence = SeriesError.fieldCount(file: "f", row: 1, line: 4, expected: 6, found: 1).description
    #expect(sentence.contains("most rows have 6") && sentence.contains("name the line of the header"))
}

/// Bytes of text in other encodings: `測定日,気温`, `дата,вода`, `날짜,수위` and `日期,水位`.
@Test(arguments: [
    (TextEncoding.shiftJIS, [0x91, 0xAA, 0x92, 0xE8, 0x93, 0xFA, 0x2C, 0x8B, 0x43, 0x89, 0xB7] as [UInt8], "気温"),
    (.windows1251, [0xE4, 0xE0, 0xF2, 0xE0, 0x2C, 0xE2, 0xEE, 0xE4, 0xE0], "вода"),
    (.koi8r, [0xC4, 0xC1, 0xD4, 0xC1, 0x2C, 0xD7, 0xCF, 0xC4, 0xC1], "вода"),
    (.eucKR, [0xB3, 0xAF, 0xC2, 0xA5, 0x2C, 0xBC, 0xF6, 0xC0, 0xA7], "수위"),
    (.gb18030, [0xC8, 0xD5, 0xC6, 0xDA, 0x2C, 0xCB, 0xAE, 0xCE, 0xBB], "水位"),
]) func otherEncodingsAreReadOrNamed(_ encoding: TextEncoding, _ header: [UInt8], _ name: String) throws {
    let data = Data(header + Array("\n2016-05-01,4\n2016-05-02,7\n2016-05-03,5\n".utf8))
    #expect(TextEncoding.of(data) == encoding)
    do {
        let reading = try SeriesReader.open(data: data, name: "f.csv")
        #expect(reading.understanding.channels == [name] && reading.understanding.encoding == encoding.rawValue)
        #expect(reading.series.notices.contains { $0.contains("iconv") })
    } catch {
        #expect("\(error)".contains("iconv -f \(encoding.rawValue) -t UTF-8"))
    }
}

@Test(arguments: [
    "Zeit;Größe\n1;2\n", "température,été\n1,2\n", "it’s “so” – €\n1\n", "年;水位\n1;2\n",
]) func lettersOfWesternEuropeAreTakenForNoOtherEncoding(_ text: String) throws {
    let data = text.data(using: .windowsCP1252) ?? Data(text.utf8.dropLast(1)) + [0xFF]
    #expect(TextEncoding.of(data) == .windows1252)
}

@Test func secondsFromTheStartAreShownAsTheyStand() throws {
    let reading = try SeriesReader.open(data: Data("time,v\n0,3\n2,5\n4,4\n".utf8), name: "f.csv")
    #expect(reading.understanding.time?.first == "0" && reading.understanding.time?.last == "4")
}

@Test func secondsSince1970AreShownAsDates() throws {
    let reading = try SeriesReader.open(data: Data("ts,v\n1462104000,3\n1462107600,5\n1462111200,4\n".utf8), name: "f.csv")
    #expect(reading.understanding.time?.first == "2016-05-01 12:00")
    #expect(reading.understanding.text.contains("2016-05-01 12:00 to 2016-05-01 14:00"))
    #expect(reading.series.timeText(row: 0) == "1462104000")
}
