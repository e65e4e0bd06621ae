import Accounts
import AnomalyDetection
import Foundation
import HTTPTypes
import Hummingbird
import TimeSeries
import Workbench

/// Series, training, scores, events and verdicts.
struct AnalysisOperations: Sendable {
    let store: AnalysisStore

    private struct SeriesAnswer: Encodable {
        let id: String
        let name: String
        let rows: Int
        let columns: [String]
        let notices: [String]
        let models: [String]

        init(_ analysis: Analysis) {
            let series = analysis.series
            id = series.fingerprint
            name = series.name
            rows = series.rowCount
            columns = series.channels.map(\.name)
            notices = series.notices
            models = [analysis.lstm, analysis.transformer].compactMap { $0?.detector.kind.rawValue }
        }
    }

    private static let series = Schemas.object([
        "id": Schemas.text, "name": Schemas.text, "rows": ["type": "integer"], "columns": Schemas.list(Schemas.text),
        "notices": Schemas.list(Schemas.text), "models": Schemas.list(Schemas.choice(ModelKind.allCases.map(\.rawValue))),
    ])
    private static let seriesID = Operation.Parameter(name: "id", place: "path", schema: Schemas.text)
    private static let settings = [
        Operation.Parameter(name: "lstm_weight", place: "query", schema: Schemas.weight),
        Operation.Parameter(name: "transformer_weight", place: "query", schema: Schemas.weight),
        Operation.Parameter(name: "threshold", place: "query", schema: Schemas.weight),
        Operation.Parameter(name: "smoothing", place: "query", schema: Schemas.integer(1...100_000)),
        Operation.Parameter(
            name: "calibration", place: "query", schema: Schemas.choice(Calibration.Method.allCases.map(\.rawValue))),
    ]
    private static let page = [
        Operation.Parameter(name: "from", place: "query", schema: Schemas.integer(1...1_000_000_000)),
        Operation.Parameter(name: "limit", place: "query", schema: Schemas.integer(1...10_000)),
    ]

    var all: [Operation] { seriesOperations + trainingOperations + resultOperations }

    // MARK: Series

    private var seriesOperations: [Operation] {
        [
            Operation(
                method: .post, path: "/api/series", id: "addSeries",
                summary: "Bring a series as CSV text, or name a shipped sample.",
                body: Schemas.object(
                    ["name": Schemas.text(1...128), "csv": Schemas.text(1...33_000_000), "sample": Schemas.text(1...128)],
                    optional: ["name", "csv", "sample"]),
                success: (201, Self.series), problems: [409], handler: .protected(addSeries)),
            Operation(
                method: .get, path: "/api/series", id: "listSeries", summary: "The series kept here.",
                success: (200, Schemas.list(Self.series)), handler: .protected(listSeries)),
            Operation(
                method: .get, path: "/api/series/{id}", id: "showSeries", summary: "One series.", parameters: [Self.seriesID],
                success: (200, Self.series), handler: .protected(showSeries)),
            Operation(
                method: .delete, path: "/api/series/{id}", id: "removeSeries",
                summary: "Forget a series and stop its training; saved models stay.", parameters: [Self.seriesID],
                success: (204, nil), handler: .protected(removeSeries)),
        ]
    }

    @Sendable private func addSeries(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let body = try await request.jsonObject(["name", "csv", "sample"], limit: 33_554_432)
        let (csv, sample) = (try body.optionalText("csv"), try body.optionalText("sample"))
        let name = printable(String((try body.optionalText("name") ?? "series.csv").prefix(128)))
        let series: Series
        switch (csv, sample) {
        case (let csv?, nil): series = try SeriesReader.read(data: Data(csv.utf8), name: name)
        case (nil, let sample?): series = try SeriesReader.read(path: store.sample(sample))
        default: throw Problem.fields([.init(field: "csv", message: "Give either csv or sample.")])
        }
        let analysis = try await store.add(series, for: context.session)
        return try jsonResponse(
            SeriesAnswer(analysis), status: .created, headers: [.location: "/api/series/\(series.fingerprint)"])
    }

    @Sendable private func listSeries(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        try jsonResponse(await store.all(for: context.session).map(SeriesAnswer.init))
    }

    @Sendable private func showSeries(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        try jsonResponse(SeriesAnswer(try await store.analysis(try id(context), for: context.session)))
    }

    @Sendable private func removeSeries(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        try await store.remove(try id(context), for: context.session)
        return Response(status: .noContent)
    }

    private func id(_ context: AuthenticatedContext) throws -> String {
        guard let id = context.parameters.get("id") else { throw Problem(.notFound, "There is no such series.") }
        return id
    }

    // MARK: Training

    private struct RunAnswer: Encodable {
        let state: String
        let lstm: Double
        let transformer: Double
        let failure: String?
    }

    private var trainingOperations: [Operation] {
        let run = Schemas.object(
            [
                "state": Schemas.choice(["idle", "running", "finished", "failed"]), "lstm": Schemas.weight,
                "transformer": Schemas.weight, "failure": Schemas.text,
            ], optional: ["failure"])
        return [
            Operation(
                method: .post, path: "/api/series/{id}/training", id: "train", summary: "Train both models.",
                parameters: [Self.seriesID],
                body: Schemas.object(
                    [
                        "train_rows": Schemas.integer(Training.fewestRows...1_000_000_000),
                        "seed": Schemas.integer(0...1_000_000_000),
                    ],
                    optional: ["train_rows", "seed"]),
                success: (202, run), problems: [409], handler: .protected(train)),
            Operation(
                method: .get, path: "/api/series/{id}/training", id: "trainingProgress",
                summary: "How far training is, 0 to 1 a model.",
                parameters: [Self.seriesID], success: (200, run), handler: .protected(progress)),
        ]
    }

    @Sendable private func train(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let body = try await request.jsonObject(["train_rows", "seed"])
        let rows = try body.optionalInteger("train_rows", in: Training.fewestRows...1_000_000_000)
        let seed = try body.optionalInteger("seed", in: 0...1_000_000_000) ?? 1
        let id = try id(context)
        try await store.train(id, for: context.session, trainingRows: rows, seed: UInt64(seed))
        return try jsonResponse(
            answer(try await store.run(id, for: context.session)), status: .accepted,
            headers: [.location: "/api/series/\(id)/training"])
    }

    @Sendable private func progress(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        try jsonResponse(answer(try await store.run(try id(context), for: context.session)))
    }

    private func answer(_ run: AnalysisStore.Run) -> RunAnswer {
        switch run {
        case .idle: RunAnswer(state: "idle", lstm: 0, transformer: 0, failure: nil)
        case .running(let shares):
            RunAnswer(state: "running", lstm: shares[.lstm] ?? 0, transformer: shares[.transformer] ?? 0, failure: nil)
        case .finished: RunAnswer(state: "finished", lstm: 1, transformer: 1, failure: nil)
        case .failed(let reason): RunAnswer(state: "failed", lstm: 0, transformer: 0, failure: reason)
        }
    }

    // MARK: Results

    private struct ScoresAnswer: Encodable {
        struct Row: Encodable {
            let row: Int
            let timestamp: String
            let lstm: Float?
            let transformer: Float?
            let combined: Float?
            let isFlagged: Bool
        }
        let level: Float
        let total: Int
        let rows: [Row]
    }

    private struct EventAnswer: Encodable {
        let firstRow: Int
        let lastRow: Int
        let start: String
        let peak: Float
        let mean: Float
        let lstmPeak: Float?
        let transformerPeak: Float?
        let verdict: String?
    }

    private var resultOperations: [Operation] {
        let row = Schemas.object(
            [
                "row": ["type": "integer"], "timestamp": Schemas.text, "lstm": Schemas.score, "transformer": Schemas.score,
                "combined": Schemas.score, "is_flagged": Schemas.flag,
            ], optional: ["lstm", "transformer", "combined"])
        let event = Schemas.object(
            [
                "first_row": ["type": "integer"], "last_row": ["type": "integer"], "start": Schemas.text, "peak": Schemas.score,
                "mean": Schemas.score, "lstm_peak": Schemas.score, "transformer_peak": Schemas.score,
                "verdict": Schemas.choice(Verdict.allCases.map(\.rawValue)),
            ], optional: ["lstm_peak", "transformer_peak", "verdict"])
        return [
            Operation(
                method: .get, path: "/api/series/{id}/scores", id: "scores", summary: "Scores of the rows, for given weights.",
                parameters: [Self.seriesID] + Self.settings + Self.page,
                success: (
                    200, Schemas.object(["level": Schemas.number, "total": ["type": "integer"], "rows": Schemas.list(row)])
                ),
                problems: [409], handler: .protected(scores)),
            Operation(
                method: .get, path: "/api/series/{id}/events", id: "events", summary: "Flagged events, for given weights.",
                parameters: [Self.seriesID] + Self.settings, success: (200, Schemas.list(event)), problems: [409],
                handler: .protected(events)),
            Operation(
                method: .put, path: "/api/series/{id}/verdicts", id: "judge",
                summary: "Judge rows, or take a verdict back with null.",
                parameters: [Self.seriesID],
                body: Schemas.object([
                    "first_row": Schemas.integer(1...1_000_000_000), "last_row": Schemas.integer(1...1_000_000_000),
                    "verdict": ["type": ["string", "null"], "enum": Verdict.allCases.map(\.rawValue) + ["null"]],
                ]),
                success: (204, nil), handler: .protected(judge)),
        ]
    }

    @Sendable private func scores(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let (series, result) = try await result(request, context, allowed: Self.settings + Self.page)
        let query = request.uri.queryParameters
        let from = try integer(query["from"].map(String.init), "from", 1...1_000_000_000) ?? 1
        let limit = try integer(query["limit"].map(String.init), "limit", 1...10_000) ?? 1000
        func score(_ value: Float) -> Float? { value.isNaN ? nil : value }
        let rows = (from - 1..<max(from - 1, min(series.rowCount, from - 1 + limit))).map { row in
            ScoresAnswer.Row(
                row: series.rowNumber(row), timestamp: series.timeText(row: row), lstm: score(result.lstm[row]),
                transformer: score(result.transformer[row]), combined: score(result.combined[row]),
                isFlagged: result.isFlagged(row))
        }
        return try jsonResponse(ScoresAnswer(level: result.level, total: series.rowCount, rows: rows))
    }

    @Sendable private func events(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let (series, result) = try await result(request, context, allowed: Self.settings)
        let verdicts = try store.library(context.session).judgements(of: series)
        return try jsonResponse(
            result.events.map { event in
                EventAnswer(
                    firstRow: event.rows.lowerBound + 1, lastRow: event.rows.upperBound,
                    start: series.timeText(row: event.rows.lowerBound), peak: event.peak, mean: event.mean,
                    lstmPeak: event.lstmPeak.isNaN ? nil : event.lstmPeak,
                    transformerPeak: event.transformerPeak.isNaN ? nil : event.transformerPeak,
                    verdict: verdicts.first { $0.rows.overlaps(event.rows) }?.verdict.rawValue)
            })
    }

    @Sendable private func judge(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
        let series = try await store.analysis(try id(context), for: context.session).series
        let body = try await request.jsonObject(["first_row", "last_row", "verdict"])
        let bounds = 1...series.rowCount
        guard let first = try body.optionalInteger("first_row", in: bounds),
            let last = try body.optionalInteger("last_row", in: bounds),
            first <= last
        else { throw Problem.fields([.init(field: "last_row", message: "Give first_row and last_row, in order.")]) }
        var verdict: Verdict?
        if !body.isNull("verdict") {
            guard let named = Verdict(rawValue: try body.text("verdict")) else {
                throw Problem.fields([.init(field: "verdict", message: "The verdict is anomaly, normal or null.")])
            }
            verdict = named
        }
        try store.library(context.session).judge(first - 1..<last, of: series, as: verdict)
        return Response(status: .noContent)
    }

    private func result(
        _ request: Request, _ context: AuthenticatedContext, allowed: [Operation.Parameter]
    ) async throws -> (Series, AnalysisResult) {
        var analysis = try await store.analysis(try id(context), for: context.session)
        let query = request.uri.queryParameters
        for (name, _) in query where !allowed.contains(where: { $0.name == String(name) }) {
            throw Problem.fields([.init(field: String(name.prefix(64)), message: "This parameter is not known here.")])
        }
        func value(_ name: String) -> String? { query[Substring(name)].map(String.init) }
        var settings = analysis.settings
        settings.lstmWeight = try share(value("lstm_weight"), "lstm_weight").map(Float.init) ?? settings.lstmWeight
        settings.transformerWeight =
            try share(value("transformer_weight"), "transformer_weight").map(Float.init) ?? settings.transformerWeight
        settings.threshold = try share(value("threshold"), "threshold") ?? settings.threshold
        settings.smoothing = try integer(value("smoothing"), "smoothing", 1...100_000) ?? settings.smoothing
        if let name = value("calibration") {
            guard let method = Calibration.Method(rawValue: name) else {
                throw Problem.fields([.init(field: "calibration", message: "There is no such calibration.")])
            }
            settings.calibration = method
        }
        analysis.settings = settings
        if let problem = analysis.weightProblem { throw problem }
        guard let result = analysis.result else { throw Problem(.conflict, DetectionError.noScores.description) }
        return (analysis.series, result)
    }

    private func share(_ text: String?, _ name: String) throws -> Double? {
        guard let text else { return nil }
        guard let number = Double(text), (0...1).contains(number) else {
            throw Problem.fields([.init(field: name, message: "This must be a number from 0 to 1.")])
        }
        return number
    }

    private func integer(_ text: String?, _ name: String, _ bounds: ClosedRange<Int>) throws -> Int? {
        guard let text else { return nil }
        guard let number = Int(text), bounds.contains(number) else {
            throw Problem.fields([
                .init(field: name, message: "This must be a whole number from \(bounds.lowerBound) to \(bounds.upperBound).")
            ])
        }
        return number
    }
}
