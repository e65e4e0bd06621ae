import Foundation
import Testing
import TimeSeries
import Work

@testable import AnomalyDetection

private func detector(_ kind: ModelKind, _ series: Series, rows: Int) throws -> NeuralDetector {
    let task = TrainingTask(series: series, trainingRows: rows, seed: 1)
    var plan = kind == .lstm ? LSTMRecipe().plan(for: task) : TransformerRecipe().plan(for: task)
    (plan.epochs, plan.windowsPerEpoch) = (2, 128)
    return try Training(kind, plan, series: series, trainingRows: rows).run()
}

/// Two channels with gaps within and, where the series is cut, at its end.
private func gapped(_ rows: Int) -> Series {
    var series = SampleKind.contextual.series(rows: rows, seed: 4)
    var other = series.channels[0].values.map { -2 * $0 }
    for row in [100..<110, 690..<720, 1000..<1004] as [Range<Int>] { for gap in row { other[gap] = .nan } }
    series = series.with(series.channels + [Series.Channel(name: "other", values: other)])
    return series
}

/// A model is asked about few windows, and says what it says of the whole series.
@Test(arguments: Models.standard.kinds) func aSeriesThatGrowsIsScoredAsAWhole(_ kind: ModelKind) throws {
    let series = gapped(1400)
    for trainingRows in [600, 1400] {
        let detector = try detector(kind, series, rows: trainingRows)
        for steps in [[700, 701, 702, 719, 730, 1003, 1010], [500, 1399, 1400], [650, 800, 950, 1100]] {
            var errors = try detector.errors(of: series.prefix(steps[0]))
            for count in steps.dropFirst() {
                let part = series.prefix(count)
                let before = errors
                errors = try detector.errors(of: part, continuing: before, cancellation: Cancellation())
                let whole = try detector.errors(of: part)
                func isClose(_ one: Float, _ other: Float) -> Bool {
                    one.isNaN && other.isNaN || abs(one - other) <= 1e-4 * max(1, abs(other))
                }
                #expect(errors.errors.count == count && zip(errors.errors, whole.errors).allSatisfy(isClose), "\(count) rows")
                #expect(zip(errors.reconstruction, whole.reconstruction).allSatisfy(isClose), "\(count) rows")
            }
        }
    }
}

/// What lies farther from the new rows than windows and averages reach stays as it is, bit for bit.
@Test(arguments: Models.standard.kinds) func rowsThatNewOnesDoNotTouchKeepTheirErrors(_ kind: ModelKind) throws {
    let series = SampleKind.contextual.series(rows: 3000, seed: 4)
    let detector = try detector(kind, series, rows: 1500)
    let before = try detector.errors(of: series.prefix(2990))
    let after = try detector.errors(of: series, continuing: before, cancellation: Cancellation())
    let plan = detector.plan
    let safe = 2990 - plan.windowLength - 2 * max(plan.shortSmoothing, plan.longSmoothing)
    #expect(safe > 1000 && after.errors[..<safe] == before.errors[..<safe])
    #expect(after.errors[2989] != before.errors[2989])
}
