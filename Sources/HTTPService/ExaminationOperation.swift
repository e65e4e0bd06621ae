import AnomalyDetection
import TimeSeries
import Workbench

extension AnalysisOperations {
    /// What would be found, and the series in whose rows it was tried.
    struct Examined: Sendable {
        let sensitivity: Sensitivity
        let series: Series
    }

    /// A size that was tried, and how often it would be found.
    private struct Tried: Sendable {
        let size: Double
        let found: Double
    }

    private var examined: Output<Examined> {
        let tried = Output<Tried>.object([
            .member("size", .number) { $0.size }, .member("found", .share) { $0.found },
        ])
        let finding = Output<Sensitivity.Finding>.object([
            .member("kind", .choice) { $0.kind }, .member("unit", .choice) { $0.kind.unit },
            .optional("smallest", .number) { $0.smallest },
            .member("sizes", .list(tried)) { zip($0.sizes, $0.shares).map(Tried.init) },
        ])
        let events = Output<Sensitivity.FalseEvents>.object([
            .member("count", .integer) { $0.count }, .member("rows", .integer) { $0.rows },
            .optional("seconds", .number) { $0.seconds },
            .optional("a_week", .number) { $0.seconds == nil ? nil : $0.rate },
            .optional("in_10000_rows", .number) { $0.seconds == nil ? $0.rate : nil },
        ])
        return .object([
            .optional("level", .share) { $0.sensitivity.level.isFinite ? $0.sensitivity.level : nil },
            .member("first_row", .integer) { $0.sensitivity.examination.heldOut.lowerBound + 1 },
            .member("last_row", .integer) { $0.sensitivity.examination.heldOut.upperBound },
            .member("false_events", events) { $0.sensitivity.falseEvents },
            .member("kinds", .list(finding)) { $0.sensitivity.findings },
        ])
    }

    /// What would be found.
    var examination: Operation {
        Operation(
            .get, "/api/series/{id}/examination", id: "examination",
            "The smallest anomaly of each kind that would be found nine times in ten, and false events, for given settings.",
            Self.id, settings, answer: .ok(examined), problems: [409], protected: examine)
    }

    private func examine(
        _ caller: AuthenticatedContext, id: String, settings: AnalysisSettings
    ) async throws -> Examined {
        let (kept, examined) = try await store.sensitivity(id, for: caller.session)
        let library = store.library(caller.session)
        return try await store.workers.run {
            var (analysis, sensitivity) = (kept, examined)
            let judgements = try library.shelf(of: analysis.series.identity).judgements()
            analysis.update { $0 = Decisions(settings: settings, judgements: judgements) }
            sensitivity.follow(analysis)
            return Examined(sensitivity: sensitivity, series: analysis.series)
        }
    }
}
