import AnomalyDetection
import Foundation
import TimeSeries
import Workbench

extension UserLibrary {
    /// Loads saved models and scores `series` with them.
    func scored(_ kinds: [ModelKind], _ series: Series) throws -> [ScoredModel] {
        try kinds.map { try ScoredModel(scoring: series, with: try load($0, for: series)) }
    }
}

/// Why each model scored `rows` as it did.
func explain(_ rows: Range<Int>, of series: Series, _ models: [ScoredModel]) throws -> WorkspaceState.Explained {
    let explanations = try models.map { model in
        (model.detector.kind, try model.detector.explanation(of: rows, in: series, errors: model.errors))
    }
    return WorkspaceState.Explained(fingerprint: series.fingerprint, rows: rows, byModel: PerModel(explanations))
}

/// Writes the scores as CSV.
func export(_ series: Series, _ result: AnalysisResult, to path: String) throws -> DashboardEvent {
    var data = Data()
    ScoreExport(series: series, result: result).write(.csv) { data.append(contentsOf: $0.utf8) }
    do {
        try data.write(to: URL(fileURLWithPath: expanded(path)), options: .atomic)
    } catch {
        return .failed("\(path): cannot be written; choose another with :export PATH.")
    }
    return .done("Wrote \(grouped(series.rowCount)) rows to \(path).")
}
