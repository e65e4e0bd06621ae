import AnomalyDetection
import Foundation
import Persistence
import TimeSeries
import Workbench

/// Where models are taken from for a series.
public enum ModelSource: Sendable {
    /// Those of a run that is kept.
    case run(ModelRun)
    /// Those of a folder, or those that are kept for a series that was opened from a file.
    case path(String)
}

extension Desk {
    /// Lists the models that are kept, when all is stored that was asked for before.
    func listModels(of series: SeriesIdentity, _ effect: Effect) {
        services.lane.submit { [self] in
            services.workers.submit { [self] in
                answer(effect) { .modelsListed(identity: series, try $0.modelRuns(first: series.text)) }
            }
        }
    }

    /// Changes something of the models that are kept, and lists them again.
    func changeModels(
        of series: SeriesIdentity, _ effect: Effect, _ body: @escaping @Sendable (UserLibrary) throws -> Void
    ) {
        services.lane.submit { [self] in
            tell(effect) { session in
                try body(library(session))
                listModels(of: series, effect)
                return nil
            }
        }
    }

    /// Puts models in the place of those of a series, and has them score it.
    func useModels(_ source: ModelSource, _ series: Series, of identity: SeriesIdentity, _ effect: Effect) {
        changeModels(of: identity, effect) { [self] library in
            let shelf = library.shelf(of: identity)
            let channels = series.channels.map(\.name)
            switch source {
            case .run(let run): try shelf.use(run, for: channels)
            case .path(let path): try shelf.use(modelsAt: expanded(path), for: channels)
            }
            start(.loadModels(series, try shelf.savedModels(), of: identity))
        }
    }

    private func answer(_ effect: Effect, _ body: @escaping (UserLibrary) throws -> Answer) {
        tell(effect) { try body(library($0)) }
    }
}
