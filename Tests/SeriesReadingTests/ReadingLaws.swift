import Foundation
import GRDB
import TestSupport
import Testing
import TimeSeries

@testable import SeriesReading

extension SeriesReader.Options {
    /// Rows as they stand, whatever their times.
    static var asRowsStand: Self {
        var options = Self()
        options.every = .rows
        return options
    }
}

@Test func whatIsWrittenReadsBackBitForBit() {
    forRandomSeeds(500) { seed, random in
        let series = random.series()
        let read = try SeriesReader.read(data: Data(series.csv().utf8), name: series.name, options: .asRowsStand)
        #expect(Content(read) == Content(series), "seed \(seed)")
        #expect(read.fileOrder == nil, "seed \(seed)")
    }
}

/// A way of writing a table that a reader has to see through.
private struct Layout {
    let delimiter: String
    let lineEnd: String
    let decimalComma: Bool
    let quotedShare: Double
    let paddedShare: Double
    let blankShare: Double

    init(_ random: inout SeededGenerator, columns: Int) {
        delimiter = random.choose([",", ";", "\t", "|"])
        lineEnd = random.choose(["\n", "\r\n", "\r"])
        decimalComma = delimiter != "," && columns > 1 && random.happens(0.5)
        quotedShare = random.choose([0, 0.3, 1])
        paddedShare = random.choose([0, 0.3])
        blankShare = random.choose([0, 0.2])
    }

    func field(_ text: String, _ random: inout SeededGenerator, isNumber: Bool = false) -> String {
        let text = isNumber && decimalComma ? text.replacing(".", with: ",") : text
        let mustBeQuoted = text.utf8.contains(0x22) || !isNumber && text.contains { " ,;|".contains($0) } || text.isEmpty
        if mustBeQuoted || random.happens(quotedShare) { return quotedField(text) }
        return random.happens(paddedShare) ? "  \(text) " : text
    }

    func text(_ series: Series, _ random: inout SeededGenerator) -> String {
        var header = series.time.microseconds == nil ? [] : [field(random.choose(["time", "Timestamp", "date", "ts"]), &random)]
        header += series.channels.map { quotedField($0.name) }
        if series.labels != nil { header.append(field(random.choose(["label", "Is_Anomaly", "anomaly"]), &random)) }
        var text = random.happens(0.3) ? "\u{FEFF}" : ""
        text += header.joined(separator: delimiter)
        var isCalendar = false
        if case .iso8601 = series.time.format { isCalendar = true }
        for row in 0..<series.rowCount {
            text += lineEnd + (random.happens(blankShare) ? lineEnd : "")
            var fields = series.time.text(row: row).map { [field($0, &random, isNumber: !isCalendar)] } ?? []
            for channel in series.channels {
                let value = channel.values[row]
                let gaps = ["", "NA", "NaN", "null", "n/a", "None", "-"]
                fields.append(field(value.isNaN ? random.choose(gaps) : numberText(value), &random, isNumber: !value.isNaN))
            }
            if let label = series.labels?[row] {
                fields.append(random.choose(label ? ["1", "true", "Yes"] : ["0", "False", "no"]))
            }
            text += fields.joined(separator: delimiter)
        }
        return text + (random.happens(0.7) ? lineEnd : "")
    }
}

@Test func everyLayoutOfOneTableGivesTheSameSeries() {
    forRandomSeeds(800) { seed, random in
        let series = random.series()
        let columns = series.channels.count + (series.labels == nil ? 0 : 1) + (series.time.microseconds == nil ? 0 : 1)
        let layout = Layout(&random, columns: columns)
        let text = layout.text(series, &random)
        #expect(throws: Never.self, "seed \(seed), \(text.debugDescription)") {
            let read = try SeriesReader.read(data: Data(text.utf8), name: series.name, options: .asRowsStand)
            #expect(Content(read) == Content(series), "seed \(seed), \(text.debugDescription)")
        }
    }
}

@Test func timesInEveryNotationReadBack() {
    forRandomSeeds(2000) { seed, random in
        let (notation, _) = random.notation()
        var instant = Int64.random(in: -719_000...2_929_000, using: &random) * 86_400_000_000
        if case .offset(let minutes, _) = notation.zone { instant -= Int64(minutes) * 60_000_000 }
        if notation.timeSeparator != nil { instant += Int64.random(in: 0..<1440, using: &random) * 60_000_000 }
        if notation.hasSeconds { instant += Int64.random(in: 0..<60, using: &random) * 1_000_000 }
        var text = Array(TimeFormat.iso8601(notation).text(of: instant).utf8)
        let read = try #require(text.withUnsafeMutableBufferPointer { TimeParser.calendar(UnsafeBufferPointer($0)) })
        #expect(read.microseconds == instant && read.notation == notation, "seed \(seed)")
    }
}

@Test func timesBefore1970KeepTheirFraction() throws {
    let read = try SeriesReader.read(
        data: Data("t,v\n-2.5,1\n-1.75,2\n-0.25,3\n1.5,4\n".utf8), name: "old.csv", options: .init(timeColumn: "t"))
    #expect(read.time.microseconds == [-2_500_000, -1_750_000, -250_000, 1_500_000])
    #expect((0..<4).map { read.timeText(row: $0) } == ["-2.50", "-1.75", "-0.25", "1.50"])
}

@Test func shuffledRowsAreSortedAndKeepTheirNumbers() {
    forRandomSeeds(200) { seed, random in
        let rows = Int.random(in: 2...50, using: &random)
        let order = (0..<rows).shuffled(using: &random)
        let text = "time,v\n" + order.map { "\(1_700_000_000 + $0),\($0)\n" }.joined()
        let read = try SeriesReader.read(data: Data(text.utf8), name: "shuffled.csv")
        #expect(read.channels[0].values == (0..<rows).map(Double.init), "seed \(seed)")
        #expect((0..<rows).allSatisfy { order[read.rowNumber($0) - 1] == $0 }, "seed \(seed)")
    }
}

@Test func aFileReadInPartsGivesEveryNumberAsSwiftReadsIt() {
    forRandomSeeds(3) { seed, random in
        let texts = (0..<Int.random(in: 150_000...200_000, using: &random)).map { _ in
            random.happens(0.3)
                ? "\(Double(bitPattern: random.next() >> 2))"
                : numberText(Double(Int32(truncatingIfNeeded: random.next())) / 1000)
        }
        let read = try SeriesReader.read(data: Data(("v\n" + texts.joined(separator: "\n")).utf8), name: "long.csv")
        #expect(read.channels[0].values == texts.compactMap { Double($0) }, "seed \(seed)")
    }
}

@Test func aTableOfADatabaseGivesWhatItsCSVGives() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    forRandomSeeds(25) { seed, random in
        let series = random.series()
        let path = folder.appendingPathComponent("\(seed).db").path
        let names = (series.time.microseconds == nil ? [] : ["time"]) + series.channels.map(\.name)
        let table = random.name(0)
        let queue = try DatabaseQueue(path: path)
        try queue.write { database in
            let columns = names.map { quotedField($0) + ($0 == "time" ? " TEXT" : " REAL") }.joined(separator: ", ")
            try database.execute(sql: "CREATE TABLE \(quotedField(table)) (\(columns))")
            for row in 0..<series.rowCount {
                var cells: [(any DatabaseValueConvertible)?] = series.time.text(row: row).map { [$0] } ?? []
                cells += series.channels.map { $0.values[row].isNaN ? nil : $0.values[row] }
                let places = names.map { _ in "?" }.joined(separator: ", ")
                try database.execute(
                    sql: "INSERT INTO \(quotedField(table)) VALUES (\(places))", arguments: StatementArguments(cells))
            }
        }
        try queue.close()
        let read = try SeriesReader.read(path: path, options: .asRowsStand)
        #expect(read.channels.map(\.name) == series.channels.map(\.name), "seed \(seed)")
        #expect(read.time == series.time, "seed \(seed)")
        for (mine, theirs) in zip(read.channels, series.channels) {
            #expect(mine.values.count == theirs.values.count, "seed \(seed)")
            #expect(zip(mine.values, theirs.values).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }, "seed \(seed)")
        }
    }
}

@Test func anyBytesGiveAWholeSeriesOrOneSafeSentence() {
    let alphabet = Array("0123456789.,;\"\n\r\t-:TZ eEnaN\u{1B}é|".utf8)
    forRandomSeeds(6000) { seed, random in
        var bytes = (0..<Int.random(in: 0..<120, using: &random)).map { _ in random.choose(alphabet) }
        if random.happens(0.2) { bytes = [0x1F, 0x8B] + bytes }
        if random.happens(0.1) { bytes = Array("SQLite format 3\0".utf8) + bytes }
        do {
            let read = try SeriesReader.read(data: Data(bytes), name: "fuzz")
            #expect(read.rowCount > 0 && read.channels.allSatisfy { $0.values.count == read.rowCount }, "seed \(seed)")
            #expect(read.channels.allSatisfy { $0.values.allSatisfy { !$0.isInfinite } }, "seed \(seed)")
            #expect(read.labels.map { $0.count == read.rowCount } ?? true, "seed \(seed)")
            #expect(read.time.microseconds.map { $0.count == read.rowCount } ?? true, "seed \(seed)")
        } catch let error as SeriesError {
            #expect(error.description.hasPrefix("fuzz") && printable(error.description) == error.description, "seed \(seed)")
        }
    }
}
