import AnomalyDetection
import Files
import Foundation
import TimeSeries
import Work
import Workbench

extension Shelf {
    /// Loads saved models and scores `series` with those that are sound.
    /// - Returns: the models, and what is wrong with the others, in words.
    func scored(_ kinds: [ModelKind], _ series: Series, _ sentence: (any Error) -> String) -> ([ScoredModel], [String]) {
        var (models, problems) = ([ScoredModel](), [String]())
        for kind in kinds {
            do { models.append(try ScoredModel(scoring: series, with: try load(kind))) } catch {
                problems.append(complaint(kind, error) ?? sentence(error))
            }
        }
        return (models, problems)
    }
}

/// Scores rows that have come behind those of an analysis, after models that were made meanwhile have scored what came before.
func grown(
    _ followed: FollowedAnalysis, _ rows: Series?, _ late: [ScoredModel], _ run: Cancellation
) throws(DetectionError) -> Answer {
    var followed = followed
    if !late.isEmpty { try followed.use(late, cancellation: run) }
    let news = try rows.map { rows throws(DetectionError) in try followed.append(rows, cancellation: run) }
    return .grown(run: run, followed, news)
}

/// Why each model scored `rows` as it did.
func explain(_ rows: Range<Int>, of series: Series, _ models: [ScoredModel]) throws -> WorkspaceState.Explained {
    let explanations = try models.map { model in
        (model.detector.kind, try model.detector.explanation(of: rows, in: series, errors: model.errors))
    }
    return WorkspaceState.Explained(identity: series.identity, rows: rows, byModel: PerModel(explanations))
}

/// Why nothing may be written to a path: it is a folder, or the file of the open series, under whatever name.
private func refusal(of path: String, source: String) -> String? {
    var (there, own) = (stat(), stat())
    guard stat(path, &there) == 0 else { return nil }
    if there.st_mode & S_IFMT == S_IFDIR { return "is a folder; name a file in it, e.g. :export \(path)/scores.csv." }
    guard stat(expanded(source), &own) == 0, there.st_dev == own.st_dev, there.st_ino == own.st_ino else { return nil }
    return "is the file of the open series, which could not be read as before; choose another, e.g. :export scores.csv."
}

/// Writes what was asked for, unless a file is there that may not go.
func export(_ request: ExportRequest) throws -> Answer {
    let path = expanded(request.path)
    if let refusal = refusal(of: path, source: request.source) { return .failed("\(request.path): \(refusal)") }
    if !request.mayOverwrite, FileManager.default.fileExists(atPath: path) { return .wouldOverwrite(request) }
    let series = request.analysis.series
    var data = Data()
    let what: String
    func scored() throws -> AnalysisResult {
        guard let result = request.analysis.result else { throw DetectionError.noScores }
        return result
    }
    let format = path.hasSuffix(".jsonl") ? ScoreExport.Format.jsonl : .csv
    switch request.content {
    case .scores:
        let remarks = ScoreExport.Remarks(judgements: request.judgements, notes: request.notes)
        ScoreExport(series: series, result: try scored(), remarks: remarks).write(format) { data.append(contentsOf: $0.utf8) }
        what = "\(grouped(series.rowCount)) rows"
    case .events:
        let export = EventExport(request.analysis, judgements: request.judgements, notes: request.notes)
        data = Data(export.text(format).utf8)
        what = counted(try scored().events.count, "event")
    case .report:
        let report = Report(
            request.analysis, judgements: request.judgements, notes: request.notes,
            sensitivity: try request.sensitivity ?? Sensitivity(of: request.analysis), channel: request.channel)
        data = Data(report.html().utf8)
        what = "a report"
    case .rules:
        data = Data(request.analysis.rules.map { $0.text + "\n" }.joined().utf8)
        what = counted(request.analysis.rules.count, "rule")
    }
    do {
        try writeResult(data, to: URL(fileURLWithPath: path))
    } catch {
        return .failed("\(request.path): cannot be written (\(error)); choose another place, e.g. :export PATH.")
    }
    return .done("Wrote \(what) to \(request.path).")
}
