import Foundation
import TimeSeries

/// A kind of file that a series can be read from.
///
/// To add one: write its reader in a file of its own, with an extension that declares the format there as
/// those below do, and name it in `all`.
public struct SeriesFormat: Sendable {
    /// How names of such files end, with the point. Where a folder is listed, files that end so are offered;
    /// none for a format whose files need not hold a series.
    let endings: [String]
    /// Whether a file with this content is of this format; asked once, so it should look at the first bytes alone.
    let recognises: @Sendable (Data) -> Bool
    /// Reads what the source holds. Rows stay in the order of the file; `SeriesReader` sorts them by time and adds notices.
    let read: @Sendable (SeriesSource, SeriesReader.Options) throws -> RawReading

    /// All formats, in the order in which they are asked. Delimited text has no mark of its own and takes what is left, so it
    /// is the last.
    static let all: [SeriesFormat] = [.sqlite, .jsonLines, .other, .csv]
}

/// What a format reads: bytes and where they come from.
struct SeriesSource: Sendable {
    /// What to call it in messages, free of control characters.
    let name: String
    /// The whole content, decompressed.
    let data: Data
    /// The file that holds exactly these bytes; `nil` for standard input, bytes in memory and compressed files.
    let path: String?
}

/// A series in the order of its file, and how it was read.
struct RawReading: Sendable {
    var series: Series
    var understanding: Understanding
    /// By what further records are read.
    var form: TableForm
    /// Whether the rows are not those of the file, so that further ones cannot be read behind them.
    var isTurned = false
    /// Numbers that lines above the rows say stand for missing values.
    var spelledMissing: [Double] = []
}

extension SeriesFormat {
    /// How the names of CSV files end.
    public static let csvEnding = ".csv"

    /// Delimited text.
    static let csv = SeriesFormat(
        endings: [csvEnding, ".tsv", ".txt", ".dat"], recognises: { _ in true },
        read: { source, options in
            let text = try DecodedText(source)
            var reading = try RawReading(text: text.utf8, file: source.name, options: options)
            reading.understanding.encoding = text.encoding.rawValue
            if text.encoding != .utf8 {
                let isGuess = !text.encoding.isWide && text.encoding != .windows1252
                let notice =
                    "The text is read as \(text.encoding.rawValue), "
                    + (isGuess
                        ? "as far as its bytes tell; where letters are wrong, convert it with iconv and open that."
                        : "since it is not UTF-8.")
                reading.understanding.notices.insert(notice, at: 0)
            }
            return reading
        })
}

extension SeriesFormat {
    /// What other programs answer: JSON documents of many forms, and InfluxDB's texts.
    static let other = SeriesFormat(
        endings: [".json"], recognises: OtherText.isWhole,
        read: { source, options in
            guard let table = try OtherText.table(source.data, file: source.name) else {
                return try SeriesFormat.csv.read(source, options)
            }
            let given = TableDecision.Given(
                names: table.names, lines: table.lines, timeColumn: table.timeColumn, timeNotation: table.timeNotation,
                keyColumns: table.keyColumns, zone: table.zone)
            var reading = try RawReading(text: Data(table.records), file: source.name, options: options, given: given)
            reading.understanding.format = table.format
            reading.understanding.notices.insert(contentsOf: table.notices, at: 0)
            for index in reading.understanding.columns.indices where reading.understanding.columns[index].role == .channel {
                guard let unit = table.units[reading.understanding.columns[index].name] else { continue }
                reading.understanding.columns[index].unit = printable(unit)
            }
            return reading
        })
}

extension RawReading {
    /// Reads delimited text in UTF-8.
    /// - Parameter given: what is known of the columns; the text has no header then, commas between fields and decimal points.
    /// - Throws: `SeriesError`.
    init(text: Data, file: String, options: SeriesReader.Options, given: TableDecision.Given? = nil) throws {
        self = try text.withUnsafeBytes { raw in
            try Self.reading(raw.bindMemory(to: UInt8.self), file, options, given)
        }
    }

    /// The most times that a text is read anew with words that turned out to mark gaps.
    private static let mostWords = 8

    private static func reading(
        _ bytes: UnsafeBufferPointer<UInt8>, _ file: String, _ options: SeriesReader.Options, _ given: TableDecision.Given?
    ) throws -> RawReading {
        var (options, furtherTimes, words) = (options, [String](), 0)
        var failure: SeriesError?
        while true {
            do {
                return try read(bytes, file, options, given, furtherTimes)
            } catch let error as SeriesError {
                switch error {
                // A time that is written otherwise than those looked at: perhaps there is a notation that reads all.
                case .badTime(_, _, _, _, let text) where furtherTimes.isEmpty:
                    furtherTimes = [text]
                    failure = error
                case .severalSeries: throw error
                case .badNumber(_, _, _, let column, _) where words < mostWords:
                    let decision = try TableDecision.decide(
                        bytes, file: file, options: options, given: given, furtherTimes: furtherTimes)
                    let found = decision.wordsForGaps(in: column).map { String(decoding: $0, as: UTF8.self) }.sorted()
                    guard !found.isEmpty, Set(found).isDisjoint(with: options.missing) else { throw failure ?? error }
                    options.missing += found
                    words += 1
                default: throw failure ?? error
                }
            }
        }
    }

    private static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, _ file: String, _ options: SeriesReader.Options, _ given: TableDecision.Given?,
        _ furtherTimes: [String]
    ) throws -> RawReading {
        let decision = try TableDecision.decide(bytes, file: file, options: options, given: given, furtherTimes: furtherTimes)
        if let turned = decision.turned {
            var reading = try turned.records.withUnsafeBufferPointer { try read($0, file, options, turned.given, furtherTimes) }
            let (above, found) = (decision.understanding, reading.understanding)
            (reading.understanding.headerLine, reading.understanding.delimiter) = (above.headerLine, above.delimiter)
            reading.understanding.notices = above.notices + [turned.notice] + found.notices
            reading.isTurned = true
            return reading
        }
        let (series, remarks) = try CSVReader(bytes: bytes, file: file, form: decision.form, lines: given?.lines ?? []).parse()
        var understanding = decision.understanding
        understanding.notices += remarks.notices
        var reading = RawReading(series: series, understanding: understanding, form: decision.form)
        reading.spelledMissing = decision.spelledMissing()
        reading.leaveOutClocks(decision)
        try reading.tellApart(bytes, file: file, options: options, candidates: decision.keyCandidates)
        reading.leaveOutYear(decision)
        reading.readRepeatedHour(options)
        reading.leaveOutConstant(decision)
        reading.tellUnits()
        reading.tellLikeLabels(options)
        reading.understanding.tellLeftOut()
        return reading
    }
}
