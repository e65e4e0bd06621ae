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

/// Why nothing was written to where a request says, and what to type in its place.
private func refusal(_ error: FileError, of request: ExportRequest) -> String {
    let path = request.path
    let (words, ending) = (":" + request.content.command, request.content == .report ? "report.html" : "scores.csv")
    return switch error {
    case .source:
        "\(path): is the file of the open series, which could not be read as before; choose another, e.g. \(words) \(ending)."
    case .system(EISDIR): "\(path): is a folder; name a file in it, e.g. \(words) \(path)/\(ending)."
    case .system: "\(path): cannot be written (\(error)); choose another place, e.g. \(words) PATH."
    }
}

/// Writes what was asked for, unless a file is there that may not go.
func export(_ request: ExportRequest) throws -> Answer {
    let path = expanded(request.path)
    let destination = Destination(path)
    do { try destination.check(reading: [expanded(request.source)]) } catch { return .failed(refusal(error, of: request)) }
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
    do { try destination.write(data) } catch { return .failed(refusal(error, of: request)) }
    return .done("Wrote \(what) to \(request.path).")
}
