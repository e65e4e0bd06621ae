import AnomalyDetection
import Testing
import TimeSeries

@testable import Workbench

private let sample = SampleKind.contextual.series(rows: 900, seed: 3)

private func spans(_ texts: [String]) -> [RowSpan] { texts.compactMap { RowSpan($0) } }

@Test func rowsThatAreChosenAreLearntAndNoOthers() throws {
    let plain = Series(name: "s", channels: sample.channels)
    func task(_ learnt: [String], _ excluded: [String] = []) throws -> TrainingTask {
        try ChosenRows(learnt: spans(learnt), excluded: spans(excluded)).task(plain, seed: 1)
    }
    #expect(try task(["1..300"]).parts == [0..<300])
    let two = try task(["601..900", "101..200", "150..250"])
    #expect(two.parts == [0..<150, 150..<450] && two.trainingRows == 450)
    #expect(two.series.channels[0].values.elementsEqual(plain.channels[0].values[100..<250] + plain.channels[0].values[600...]))
    let without = try task([], ["401..500"])
    #expect(without.trainingRows == 900)
    #expect(
        without.series.channels[0].values.indices.allSatisfy {
            without.series.channels[0].values[$0].isNaN == (400..<500).contains($0)
        })
}

@Test func whatNamesNoRowsIsRefused() {
    func error(_ learnt: [String], _ excluded: [String] = []) -> ChoiceError? {
        do { _ = try ChosenRows(learnt: spans(learnt), excluded: spans(excluded)).task(sample, seed: 1) } catch {
            return error as? ChoiceError
        }
        return nil
    }
    #expect(error(["2024-13.."]) == .noSpan(series: sample.name, text: "2024-13.."))
    #expect(error([], ["2031.."]) == .noRows(series: sample.name, text: "2031.."))
    #expect(error(["2024-01-01..2024-01-02"]) == nil)
}

/// Rows that are left out of training are scored all the same.
@Test func rowsThatAreLeftOutAreScored() async throws {
    let task = try ChosenRows(excluded: spans(["2024-01-02..2024-01-02 06:00"])).task(sample, seed: 1)
    var scored: [ScoredModel] = []
    for await report in ModelTraining(task, scoring: sample, models: .standard).run(cancellation: .init()) {
        if case .finished(let model) = report { scored.append(model) }
    }
    #expect(scored.count == 2)
    for model in scored {
        let areScored = model.errors.errors.allSatisfy { $0.isFinite }
        #expect(areScored)
    }
}
