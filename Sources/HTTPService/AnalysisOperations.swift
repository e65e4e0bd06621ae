import Accounts
import AnomalyDetection
import Foundation
import TimeSeries
import Workbench

/// Series, training, scores, events and verdicts.
struct AnalysisOperations: Sendable {
    let store: AnalysisStore

    private static let id = Parameter.path("id", .text)
    /// Numbers of rows, which are counted from 1.
    private static let rowNumber = Input.integer(1...1_000_000_000)

    var all: [Operation] { seriesOperations + trainingOperations + resultOperations }

    // MARK: Series

    /// Where a new series comes from.
    private enum Source: Sendable {
        case csv(String)
        /// The name of a shipped sample.
        case sample(String)
    }

    private var series: Output<Analysis> {
        .object([
            .member("id", .text) { $0.series.fingerprint }, .member("name", .text) { $0.series.name },
            .member("rows", .integer) { $0.series.rowCount },
            .member("columns", .list(.text)) { $0.series.channels.map(\.name) },
            .member("notices", .list(.text)) { $0.series.notices },
            .member("models", .list(.choice(ModelKind.allCases.map(\.rawValue)))) {
                [$0.lstm, $0.transformer].compactMap { $0?.detector.kind.rawValue }
            },
        ])
    }

    private var seriesOperations: [Operation] {
        let samples = SampleKind.allCases.map { "\($0.rawValue).csv" }
        return [
            Operation(
                .post, "/api/series", id: "addSeries", "Bring a series as CSV text, or name a shipped sample.",
                .body("name", .text(1...128), otherwise: "series.csv"),
                .oneOf(
                    Parameter.body("csv", .text(1...33_000_000)).map { Source.csv($0) },
                    Parameter.body("sample", .choice(samples)).map { Source.sample($0) }),
                bodyLimit: 33_554_432, answer: .created(series) { "/api/series/\($0.series.fingerprint)" }, problems: [409],
                protected: addSeries),
            Operation(
                .get, "/api/series", id: "listSeries", "The series kept here.", answer: .ok(.list(series)),
                protected: { await store.all(for: $0.session) }),
            Operation(
                .get, "/api/series/{id}", id: "showSeries", "One series.", Self.id, answer: .ok(series),
                protected: { try await store.analysis($1, for: $0.session) }),
            Operation(
                .delete, "/api/series/{id}", id: "removeSeries", "Forget a series and stop its training; saved models stay.",
                Self.id, answer: .nothing, protected: { try await store.remove($1, for: $0.session) }),
        ]
    }

    private func addSeries(_ caller: AuthenticatedContext, name: String, source: Source) async throws -> Analysis {
        try await store.add(for: caller.session) {
            switch source {
            case .csv(let text): try SeriesReader.read(data: Data(text.utf8), name: printable(name))
            case .sample(let file): try SeriesReader.read(path: store.samples.appendingPathComponent(file).path)
            }
        }
    }

    // MARK: Training

    private typealias Progress = (id: String, run: AnalysisStore.Run)

    private var progress: Output<Progress> {
        .object(
            [.member("state", .choice(AnalysisStore.Run.names)) { $0.run.name }]
                + ModelKind.allCases.map { kind in .member(kind.rawValue, .share) { $0.run.share(of: kind) } }
                + [.optional("failure", .text) { $0.run.failure }])
    }

    private var trainingOperations: [Operation] {
        [
            Operation(
                .post, "/api/series/{id}/training", id: "train", "Train both models.", Self.id,
                .optional("train_rows", .integer(Training.fewestRows...1_000_000_000)),
                .body("seed", .integer(0...1_000_000_000), otherwise: 1),
                answer: .accepted(progress) { "/api/series/\($0.id)/training" }, problems: [409], protected: train),
            Operation(
                .get, "/api/series/{id}/training", id: "trainingProgress", "How far training is, 0 to 1 a model.", Self.id,
                answer: .ok(progress), protected: { ($1, try await store.run($1, for: $0.session)) }),
        ]
    }

    private func train(_ caller: AuthenticatedContext, id: String, rows: Int?, seed: Int) async throws -> Progress {
        try await store.train(id, for: caller.session, trainingRows: rows, seed: UInt64(seed))
        return (id, try await store.run(id, for: caller.session))
    }

    // MARK: Results

    /// Rows of a series with their scores.
    private struct Page: Sendable {
        let series: Series
        let result: AnalysisResult
        let rows: Range<Int>
    }

    /// A row of a page.
    private struct Row: Sendable {
        let page: Page
        let row: Int

        func share(_ scores: [Float]) -> Float? { scores[row].isNaN ? nil : scores[row] }
    }

    /// An event with what was decided about it.
    private struct JudgedEvent: Sendable {
        let event: Event
        let series: Series
        let verdict: Verdict?
    }

    private var page: Output<Page> {
        let row = Output<Row>.object([
            .member("row", .integer) { $0.page.series.rowNumber($0.row) },
            .member("timestamp", .text) { $0.page.series.timeText(row: $0.row) },
            .optional("lstm", .share) { $0.share($0.page.result.lstm) },
            .optional("transformer", .share) { $0.share($0.page.result.transformer) },
            .optional("combined", .share) { $0.share($0.page.result.combined) },
            .member("is_flagged", .flag) { $0.page.result.isFlagged($0.row) },
        ])
        return .object([
            .optional("level", .number) { $0.result.level.isFinite ? $0.result.level : nil },
            .member("total", .integer) { $0.series.rowCount },
            .member("rows", .list(row)) { page in page.rows.map { Row(page: page, row: $0) } },
        ])
    }

    private var event: Output<JudgedEvent> {
        .object([
            .member("first_row", .integer) { $0.event.rows.lowerBound + 1 },
            .member("last_row", .integer) { $0.event.rows.upperBound },
            .member("start", .text) { $0.series.timeText(row: $0.event.rows.lowerBound) },
            .member("peak", .share) { $0.event.peak }, .member("mean", .share) { $0.event.mean },
            .optional("lstm_peak", .share) { $0.event.lstmPeak.isNaN ? nil : $0.event.lstmPeak },
            .optional("transformer_peak", .share) { $0.event.transformerPeak.isNaN ? nil : $0.event.transformerPeak },
            .optional("verdict", .choice) { $0.verdict },
        ])
    }

    private var resultOperations: [Operation] {
        [
            Operation(
                .get, "/api/series/{id}/scores", id: "scores", "Scores of the rows, for given settings.", Self.id,
                settings, .query("from", Self.rowNumber, otherwise: 1), .query("limit", .integer(1...10_000), otherwise: 1000),
                answer: .ok(page), problems: [409], protected: scores),
            Operation(
                .get, "/api/series/{id}/events", id: "events", "Flagged events, for given settings.", Self.id, settings,
                answer: .ok(.list(event)), problems: [409], protected: events),
            Operation(
                .put, "/api/series/{id}/verdicts", id: "judge", "Judge rows, or take a verdict back with null.", Self.id,
                .body("first_row", Self.rowNumber), .body("last_row", Self.rowNumber),
                .body("verdict", .nullable(Input<Verdict>.choice)), answer: .nothing, protected: judge),
        ]
    }

    private func scores(
        _ caller: AuthenticatedContext, id: String, settings: AnalysisSettings, from: Int, limit: Int
    ) async throws -> Page {
        let (series, result) = try await result(caller, id, settings)
        let first = min(from - 1, series.rowCount)
        return Page(series: series, result: result, rows: first..<min(series.rowCount, first + limit))
    }

    private func events(
        _ caller: AuthenticatedContext, id: String, settings: AnalysisSettings
    ) async throws -> [JudgedEvent] {
        let (series, result) = try await result(caller, id, settings)
        let verdicts = try store.library(caller.session).judgements(of: series)
        return result.events.map { event in
            JudgedEvent(event: event, series: series, verdict: verdicts.first { $0.rows.overlaps(event.rows) }?.verdict)
        }
    }

    private func judge(
        _ caller: AuthenticatedContext, id: String, first: Int, last: Int, verdict: Verdict?
    ) async throws {
        let series = try await store.analysis(id, for: caller.session).series
        guard first <= last else {
            throw Problem.fields([.init(field: "last_row", message: "Give first_row and last_row, in order.")])
        }
        guard last <= series.rowCount else {
            throw Problem.fields([.init(field: "last_row", message: "The series has \(series.rowCount) rows.")])
        }
        try store.library(caller.session).judge(first - 1..<last, of: series, as: verdict)
    }

    private func result(
        _ caller: AuthenticatedContext, _ id: String, _ settings: AnalysisSettings
    ) async throws -> (Series, AnalysisResult) {
        var analysis = try await store.analysis(id, for: caller.session)
        analysis.settings = settings
        if let problem = analysis.weightProblem { throw problem }
        guard let result = analysis.result else { throw Problem(.conflict, DetectionError.noScores.description) }
        return (analysis.series, result)
    }

    /// The settings of the query; what is not given is as in the dashboard.
    private var settings: Parameter<AnalysisSettings> {
        let start = AnalysisSettings()
        let number = Input<Double>(schema: .number(0...1)) { json in
            switch json {
            case .integer(let whole) where (0...1).contains(whole): Double(whole)
            case .number(let number) where (0...1).contains(number): number
            default: nil
            }
        }
        let lstm = Parameter.query("lstm_weight", number, otherwise: Double(start.lstmWeight))
        let transformer = Parameter.query("transformer_weight", number, otherwise: Double(start.transformerWeight))
        let threshold = Parameter.query("threshold", number, otherwise: start.threshold)
        let smoothing = Parameter.query("smoothing", .integer(1...100_000), otherwise: start.smoothing)
        let calibration = Parameter.query("calibration", .choice, otherwise: start.calibration)
        return Parameter(
            fields: lstm.fields + transformer.fields + threshold.fields + smoothing.fields + calibration.fields,
            alternatives: []
        ) { sent, errors in
            var settings = start
            settings.lstmWeight = lstm.read(sent, &errors).map(Float.init) ?? settings.lstmWeight
            settings.transformerWeight = transformer.read(sent, &errors).map(Float.init) ?? settings.transformerWeight
            settings.threshold = threshold.read(sent, &errors) ?? settings.threshold
            settings.smoothing = smoothing.read(sent, &errors) ?? settings.smoothing
            settings.calibration = calibration.read(sent, &errors) ?? settings.calibration
            return settings
        }
    }
}
