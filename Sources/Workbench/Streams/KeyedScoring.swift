import AnomalyDetection
import Foundation
import SeriesReading
import TimeSeries

/// Scores the series of a stream, a key each, and makes the text of what the models say.
public struct KeyedScoring: Sendable {
    /// What is written.
    public enum Content: Sendable {
        /// A line a row (`ScoreExport`).
        case scores
        /// A line a flagged event (`EventExport`).
        case events
    }

    /// By which models a key is scored.
    public enum Detectors: Sendable {
        /// The same for all keys.
        case shared([any Detector])
        /// Those that are loaded for a key.
        case ofKey(@Sendable (String) throws -> [any Detector])
    }

    /// What came of a key.
    public struct Outcome: Sendable {
        /// The key.
        public let key: String
        /// Lines in UTF-8, or why there are none.
        public let text: Result<[UInt8], any Error>
    }

    private let form: KeyedForm
    private let keyColumn: String
    private let models: Models
    private let detectors: Detectors
    private let settings: AnalysisSettings
    private let rules: [ExpectedRule]
    private let content: Content
    private let format: ScoreExport.Format

    /// Scoring of keys whose rows have a form.
    /// - Parameter models: those that there can be; a column of scores is written for each.
    /// - Throws: `DetectionError.otherChannels` where shared models were trained on another number of channels.
    public init(
        _ stream: KeyedStream, models: Models, detectors: Detectors, settings: AnalysisSettings, rules: [ExpectedRule] = [],
        content: Content, format: ScoreExport.Format
    ) throws(DetectionError) {
        (form, keyColumn, self.models) = (stream.form, stream.keyColumn, models)
        (self.detectors, self.settings, self.rules) = (detectors, settings, rules)
        (self.content, self.format) = (content, format)
        guard case .shared(let detectors) = detectors else { return }
        for detector in detectors where detector.channelNames.count != form.channelNames.count {
            throw .otherChannels(
                model: detector.kind, expected: detector.channelNames.count, found: form.channelNames.count)
        }
    }

    /// The line of column names; nothing where there is none.
    public var beginning: [UInt8] {
        guard format == .csv else { return [] }
        let models = models.kinds
        let columns =
            switch content {
            case .scores: ScoreExport.columns(key: keyColumn, channels: form.channelNames, models: models)
            case .events: EventExport.columns(key: keyColumn, models: models, listsExpected: !rules.isEmpty)
            }
        return Array(headingLine(columns).utf8)
    }

    /// A function for one thread that scores some keys together.
    public func makeWorker() -> ([KeyedRows]) -> [Outcome] {
        guard case .shared(let detectors) = detectors else { return { $0.map(scoreByItsOwn) } }
        let scorers = detectors.map { $0.makeScorer() }
        return { batch in
            let series = batch.map { rows in Result { try form.series(rows) } }
            let sound = series.compactMap { try? $0.get() }
            let errors = scorers.map { $0(sound) }
            var place = 0
            return zip(batch, series).map { rows, one in
                Outcome(
                    key: rows.key,
                    text: Result {
                        let series = try one.get()
                        defer { place += 1 }
                        let scored = try zip(detectors, errors).map {
                            ScoredModel(detector: $0, errors: try $1[place].get())
                        }
                        return try text(series, key: rows.key, scored)
                    })
            }
        }
    }

    private func scoreByItsOwn(_ rows: KeyedRows) -> Outcome {
        Outcome(
            key: rows.key,
            text: Result {
                let series = try form.series(rows)
                guard case .ofKey(let load) = detectors else { throw DetectionError.noScores }
                let scored = try load(rows.key).map { detector in
                    ScoredModel(detector: detector, errors: try detector.makeScorer()([series])[0].get())
                }
                return try text(series, key: rows.key, scored)
            })
    }

    private func text(_ series: Series, key: String, _ scored: [ScoredModel]) throws(DetectionError) -> [UInt8] {
        var analysis = Analysis(series: series, models: models, settings: settings)
        analysis.decide { $0.rules = rules }
        analysis.use(scored)
        guard let result = analysis.result else { throw .noScores }
        let key = SeriesKey(column: keyColumn, text: key)
        if content == .events { return Array(EventExport(analysis, key: key).lines(format).utf8) }
        var text: [UInt8] = []
        text.reserveCapacity(96 * series.rowCount)
        ScoreExport(series: series, result: result, key: key).append(format, rows: 0..<series.rowCount, to: &text)
        return text
    }
}

/// The name of the folder of a key's models: the key, in which all but letters and digits of ASCII, `_`, `-` and points within
/// it is written as `%` and two hexadecimal digits a byte, so that no two keys share one; `nil` where that is too long for the
/// name of a file.
public func folderName(ofKey key: String) -> String? {
    var name = ""
    for (index, byte) in key.utf8.enumerated() {
        let character = Unicode.Scalar(byte)
        let isPlain = character.isASCII && (character.properties.isAlphabetic || (0x30...0x39).contains(byte))
        if isPlain || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") && index > 0 {
            name.unicodeScalars.append(character)
        } else {
            name += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
        }
    }
    return name.isEmpty || name.utf8.count > 240 ? nil : name
}
