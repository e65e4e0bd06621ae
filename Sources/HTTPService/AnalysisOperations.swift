import Accounts
import AnomalyDetection
import Foundation
import SeriesReading
import TimeSeries
import Workbench

/// Series, training, scores, events and verdicts.
struct AnalysisOperations: Sendable {
    let store: AnalysisStore
    let models: Models
    /// What the settings of a query are laid over.
    let source: SettingsSource

    /// A text that is read as a series, what it is called, and bytes of the longest body that holds them.
    static let text = Parameter.body("csv", .text(1...33_000_000))
    static let name = Parameter.body("name", .text(1...128), otherwise: "series" + SeriesFormat.csvEnding)
    static let longestBody = 33_554_432

    static let id = Parameter.path("id", .text)
    /// The number of a row: its place in the order of time, from 1.
    private static let rowNumber = Input.integer(1...1_000_000_000)

    var all: [Operation] { seriesOperations + trainingOperations + resultOperations + ruleOperations + [examination] }

    // MARK: Series

    /// Where a new series comes from.
    private enum Source: Sendable {
        case csv(String)
        /// The name of a shipped sample.
        case sample(String)
    }

    private var series: Output<Analysis> {
        .object([
            .member("id", .text) { $0.series.identity.text }, .member("name", .text) { $0.series.name },
            .member("rows", .integer) { $0.series.rowCount },
            .member("columns", .list(.text)) { $0.series.channels.map(\.name) },
            .member("notices", .list(.text)) { $0.series.notices.prefix(100).map { String($0.prefix(500)) } },
            .member("models", .list(.choice(models.kinds.map(\.name)))) { analysis in
                models.kinds.filter { analysis.scored[$0] != nil }.map(\.name)
            },
        ])
    }

    private var seriesOperations: [Operation] {
        let samples = SampleKind.steady.map(\.fileName)
        return [
            Operation(
                .post, "/api/series", id: "addSeries", "Bring a series as CSV text, or name a shipped sample.",
                Self.name,
                .oneOf(
                    Self.text.map { Source.csv($0) },
                    Parameter.body("sample", .choice(samples)).map { Source.sample($0) }),
                .reading,
                bodyLimit: Self.longestBody, answer: .created(series) { "/api/series/\($0.series.identity.text)" },
                problems: [409],
                protected: addSeries),
            Operation(
                .get, "/api/series", id: "listSeries", "The series kept here, by name.",
                .query("from", .integer(1...1_000_000), otherwise: 1), .query("limit", .integer(1...100), otherwise: 100),
                answer: .ok(.list(series)).long,
                protected: { caller, from, limit in
                    Array(await store.all(for: caller.session).dropFirst(from - 1).prefix(limit))
                }),
            Operation(
                .get, "/api/series/{id}", id: "showSeries", "One series.", Self.id, answer: .ok(series),
                protected: { try await store.analysis($1, for: $0.session) }),
            Operation(
                .delete, "/api/series/{id}", id: "removeSeries", "Forget a series and stop its training; saved models stay.",
                Self.id, answer: .nothing, protected: { try await store.remove($1, for: $0.session) }),
        ]
    }

    private func addSeries(_ caller: AuthenticatedContext, name: String, source: Source, reading: SeriesReader.Options)
        async throws -> Analysis
    {
        try await store.add(for: caller.session) {
            switch source {
            case .csv(let text):
                let series = try SeriesReader.read(data: Data(text.utf8), name: printable(name), options: reading)
                try refuseLongNames(series.channels.map(\.name))
                return series
            case .sample(let file): return try SeriesReader.read(path: store.samples.appendingPathComponent(file).path)
            }
        }
    }

    // MARK: Training

    private typealias Progress = (id: String, run: AnalysisStore.Run)

    private var progress: Output<Progress> {
        .object(
            [.member("state", .choice) { $0.run.state }]
                + models.kinds.map { kind in .member(kind.name, .share) { $0.run.share(of: kind) } }
                + [.optional("failure", .text) { $0.run.failure }])
    }

    private var trainingOperations: [Operation] {
        [
            Operation(
                .post, "/api/series/{id}/training", id: "train",
                "Train the models; stops when the session is ended or the account may not log in any more.", Self.id,
                .optional("train_rows", .integer(Training.fewestRows...1_000_000_000)),
                .body("train", .texts(4...100, most: 100), otherwise: []),
                .body("exclude", .texts(4...100, most: 100), otherwise: []),
                .body("seed", .integer(0...1_000_000_000), otherwise: 1),
                answer: .accepted(progress) { "/api/series/\($0.id)/training" }, problems: [409], protected: train),
            Operation(
                .get, "/api/series/{id}/training", id: "trainingProgress", "How far training is, 0 to 1 a model.", Self.id,
                answer: .ok(progress), protected: { ($1, try await store.run($1, for: $0.session)) }),
        ]
    }

    private func train(
        _ caller: AuthenticatedContext, id: String, rows: Int?, learnt: [String], excluded: [String], seed: Int
    ) async throws -> Progress {
        let identity = try await store.analysis(id, for: caller.session).series.identity
        let chosen = ChosenRows(
            learnt: try Self.spans(learnt, field: "train"), excluded: try Self.spans(excluded, field: "exclude"),
            first: rows, rules: try await rules(caller, identity))
        guard rows == nil || !chosen.namesRows else {
            throw Problem.fields([.init(field: "train_rows", message: "Leave this field out beside train and exclude.")])
        }
        try await store.train(id, for: caller.authenticated, on: chosen, seed: UInt64(seed))
        return (id, try await store.run(id, for: caller.session))
    }

    /// - Throws: `Problem` 422.
    private static func spans(_ texts: [String], field: String) throws -> [RowSpan] {
        try texts.map { text in
            guard let span = RowSpan(text) else {
                throw Problem.fields([.init(field: field, message: "Write FROM..TO, as in 2024-01-01..2024-03-31.")])
            }
            return span
        }
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

        /// The row's score, if it has one.
        func score(_ scores: [Float]?) -> Float? { scores.flatMap { $0[row].isNaN ? nil : $0[row] } }
    }

    /// An event with what was decided about it.
    struct JudgedEvent: Sendable {
        let event: Event
        let series: Series
        let verdict: Verdict?
        /// Whether it is flagged; judged rows that are not are listed too.
        let isFlagged: Bool
        /// What is known of it, where rules expect it.
        var expected: String?
    }

    private var page: Output<Page> {
        let row = Output<Row>.object(
            [
                .member("row", .integer) { $0.row + 1 },
                .optional("file_row", .integer) { $0.page.series.isAbsent($0.row) ? nil : $0.page.series.rowNumber($0.row) },
                .member("timestamp", .text) { $0.page.series.timeText(row: $0.row) },
            ]
                + models.kinds.map { kind in .optional(kind.name, .share) { $0.score($0.page.result.scores[kind]) } }
                + [
                    .optional("combined", .share) { $0.score($0.page.result.combined) },
                    .member("is_flagged", .flag) { $0.page.result.isFlagged($0.row) },
                ])
        return .object([
            .optional("level", .number) { $0.result.level.isFinite ? $0.result.level : nil },
            .member("total", .integer) { $0.series.rowCount },
            .member("rows", .list(row)) { page in page.rows.map { Row(page: page, row: $0) } },
        ])
    }

    var event: Output<JudgedEvent> {
        .object(
            [
                .member("first_row", .integer) { $0.event.rows.lowerBound + 1 },
                .member("last_row", .integer) { $0.event.rows.upperBound },
                .member("start", .text) { $0.series.timeText(row: $0.event.rows.lowerBound) },
                .member("peak", .share) { $0.event.peak }, .member("mean", .share) { $0.event.mean },
            ]
                + models.kinds.map { kind in
                    .optional("\(kind.name)_peak", .share) { $0.event.modelPeaks[kind].flatMap { $0.isNaN ? nil : $0 } }
                }
                + [
                    .member("is_flagged", .flag) { $0.isFlagged }, .optional("verdict", .choice) { $0.verdict },
                    .optional("expected", .text) { $0.expected },
                ])
    }

    private var resultOperations: [Operation] {
        [
            Operation(
                .get, "/api/series/{id}/scores", id: "scores", "Scores of the rows, for given settings and the verdicts.",
                Self.id,
                settings, .query("from", Self.rowNumber, otherwise: 1), .query("limit", .integer(1...10_000), otherwise: 1000),
                answer: .ok(page).long, problems: [409], protected: scores),
            Operation(
                .get, "/api/series/{id}/events", id: "events",
                "Flagged events and judged rows, for given settings and the verdicts.", Self.id,
                settings, .query("from", Self.rowNumber, otherwise: 1), .query("limit", .integer(1...10_000), otherwise: 1000),
                answer: .ok(.list(event)).long, problems: [409], protected: events),
            Operation(
                .put, "/api/series/{id}/verdicts", id: "judge", "Judge rows, or take a verdict back with null.", Self.id,
                .body("first_row", Self.rowNumber), .body("last_row", Self.rowNumber),
                .body("verdict", .nullable(Input<Verdict>.choice)), answer: .nothing, protected: judge),
        ]
    }

    private func scores(
        _ caller: AuthenticatedContext, id: String, settings: AnalysisSettings, from: Int, limit: Int
    ) async throws -> Page {
        let (analysis, result) = try await result(caller, id, settings)
        let series = analysis.series
        let first = min(from - 1, series.rowCount)
        return Page(series: series, result: result, rows: first..<min(series.rowCount, first + limit))
    }

    private func events(
        _ caller: AuthenticatedContext, id: String, settings: AnalysisSettings, from: Int, limit: Int
    ) async throws -> [JudgedEvent] {
        let (analysis, result) = try await result(caller, id, settings)
        return analysis.events.dropFirst(from - 1).prefix(limit).map {
            JudgedEvent(
                event: $0, series: analysis.series, verdict: analysis.judgements.verdict(on: $0.rows),
                isFlagged: result.isFlagged($0.peakRow))
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
        let library = store.library(caller.session)
        try await store.turns.run(for: caller.session.account.id) {
            _ = try library.shelf(of: series.identity).judge(first - 1..<last, as: verdict)
        }
    }

    func result(
        _ caller: AuthenticatedContext, _ id: String, _ settings: AnalysisSettings
    ) async throws -> (Analysis, AnalysisResult) {
        let kept = try await store.analysis(id, for: caller.session)
        let library = store.library(caller.session)
        return try await store.turns.run(for: caller.session.account.id) {
            var analysis = kept
            let shelf = library.shelf(of: analysis.series.identity)
            let (judgements, rules) = (try shelf.judgements(), try shelf.rules())
            analysis.update { $0 = Decisions(settings: settings, judgements: judgements, rules: rules) }
            guard let result = analysis.result else { throw Problem(.conflict, DetectionError.noScores.description) }
            return (analysis, result)
        }
    }

    /// The settings of the query, one parameter a setting; what is not given is as the source has it.
    var settings: Parameter<AnalysisSettings> {
        let known = AnalysisSettings.table(source.models)
        let fields = known.map { setting in
            let schema: Schema =
                switch setting.kind {
                case .choice(let words): .choice(words)
                case .number(let range, isWhole: true): .integer(Int(range.lowerBound)...Int(range.upperBound))
                case .number(let range, isWhole: false): .number(range)
                }
            return Field(place: .query, name: setting.name, schema: schema, isRequired: false, summary: setting.help)
        }
        return Parameter(fields: fields, alternatives: []) { [source] sent, errors in
            let given = sent.query.filter { name, _ in known.contains { $0.name == name } }
            do throws(SettingError) {
                return try source.settings(with: Dictionary(given.map { ($0.name, $0.text) }) { first, _ in first })
            } catch {
                errors.append(.init(field: error.setting, message: error.description))
                return nil
            }
        }
    }
}

/// Refuses what is called by so long names, or has so many columns, that every answer would be long.
/// - Throws: `Problem` 422.
func refuseLongNames(_ columns: [String]) throws {
    func refuse(_ message: String) -> Problem { Problem.fields([.init(field: "csv", message: message)]) }
    guard columns.count <= 2000 else { throw refuse("The text has \(columns.count) columns; bring at most 2000.") }
    for (index, name) in columns.enumerated() where name.utf8.count > 200 {
        throw refuse(
            "A column is called \"\(name.prefix(20))…\", the \(index + 1). of them, in \(name.utf8.count) bytes; write at most 200."
        )
    }
}
