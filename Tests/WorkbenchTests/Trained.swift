import AnomalyDetection
import TimeSeries
import Work

@testable import Workbench

/// The standard models, trained on a series once for all tests that ask for them.
private actor Trained {
    static let standard = Trained()
    private var trainings: [String: Task<[ScoredModel], any Error>] = [:]

    func models(of series: Series) async throws -> [ScoredModel] {
        let key = series.identity.text
        let training = trainings[key] ?? Task { try await train(series) }
        trainings[key] = training
        return try await training.value
    }

    private func train(_ series: Series) async throws -> [ScoredModel] {
        var models: [ScoredModel] = []
        for await report in ModelTraining(series: series, models: .standard).run(cancellation: Cancellation()) {
            switch report {
            case .finished(let model): models.append(model)
            case .failed(let error): throw error
            case .training, .scoring, .learnt: break
            }
        }
        return models
    }
}

/// Both standard models after training on `series`.
func trained(_ series: Series) async throws -> [ScoredModel] { try await Trained.standard.models(of: series) }

/// An analysis of `series` with both standard models after training on it.
func analysis(of series: Series) async throws -> Analysis {
    var analysis = Analysis(series: series, models: .standard)
    analysis.use(try await trained(series))
    return analysis
}
