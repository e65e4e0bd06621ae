import NeuralNetwork
import TimeSeries

/// What one model says about every row of a series.
public struct RowErrors: Sendable, Equatable {
    /// Reconstruction error of each row in scaled units; NaN where nothing was measured.
    public var errors: [Float]
    /// The model's own picture of the series in scaled units, `[rowCount, channels]`.
    public var reconstruction: [Float]

    /// Errors of `n` rows and `n · channels` reconstructed values.
    public init(errors: [Float], reconstruction: [Float]) {
        self.errors = errors
        self.reconstruction = reconstruction
    }
}

/// Runs a model over a series in windows and averages what overlapping windows say of a row.
///
/// A row's error is the mean over the windows that cover it of the root mean squared difference of its
/// channels, averaged over neighbouring rows. It depends on rows within one window of the Transformer on
/// either side, so that more data further on changes nothing. A Transformer is asked twice: for each stretch
/// with that stretch hidden, which shows what does not belong, and with all in view, which shows what the
/// bottleneck cannot hold; both errors count half.
struct ErrorScorer {
    let plan: DetectorPlan
    let parameters: Parameters

    /// - Throws: `DetectionError.cancelled` or `.tooFewRows`.
    func errors(
        of prepared: PreparedSeries, name: String = "The series", cancellation: Cancellation = Cancellation(),
        progress: (Double) -> Void = { _ in }
    ) throws(DetectionError) -> RowErrors {
        let (length, channels, rows) = (plan.windowLength, prepared.channelCount, prepared.rowCount)
        guard rows >= length else { throw .tooFewRows(series: name, rows: rows, needed: length) }
        let starts = windowStarts(rows: rows, length: length, stride: plan.scoringStride)
        var sums = Sums(rows: rows, channels: channels)
        let network = Reconstructor(parameters)
        var windows: [Float] = []
        for first in stride(from: 0, to: starts.count, by: network.capacity) {
            if cancellation.isCancelled { throw .cancelled }
            let chosen = starts[first..<min(first + network.capacity, starts.count)]
            windows.removeAll(keepingCapacity: true)
            for start in chosen { windows += prepared.window(start, length) }
            let answers = answers(to: windows, count: chosen.count, network: network)
            for (index, start) in chosen.enumerated() {
                sums.add(answers, window: index, start: start, plan: plan, prepared: prepared)
            }
            progress(Double(first + chosen.count) / Double(starts.count))
        }
        var result = sums.finished(prepared)
        let short = movingAverage(of: result.errors, width: plan.shortSmoothing)
        let long = movingAverage(of: result.errors, width: plan.longSmoothing)
        result.errors = zip(short, long).map { $0 + plan.longShare * ($1 - $0) }
        return result
    }

    /// What the network answers, `[count, time, channels]`: once or, where spans are hidden, twice, the first
    /// time with every patch taken from the pass that hid it.
    private func answers(to windows: [Float], count: Int, network: Reconstructor) -> [[Float]] {
        var plain: [Float] = []
        network.reconstruct(windows) { plain = Array($0) }
        guard let masking = plan.masking, masking.passes > 0 else { return [plain] }
        let tokens = plan.windowLength / plan.architecture.patchLength
        let patch = windows.count / (count * tokens)
        var merged = [Float](repeating: 0, count: windows.count)
        for pass in 0..<masking.passes {
            let hidden = (0..<(count * tokens)).map { UInt8($0 % tokens / masking.span % masking.passes == pass ? 1 : 0) }
            network.reconstruct(windows, hiddenPatches: hidden) { output in
                for index in hidden.indices where hidden[index] == 1 {
                    for value in (index * patch)..<((index + 1) * patch) { merged[value] = output[value] }
                }
            }
        }
        return [merged, plain]
    }
}

/// Running sums over the windows that cover each row.
private struct Sums {
    var errors: [Float]
    var reconstruction: [Float]
    var counts: [UInt16]
    let channels: Int

    init(rows: Int, channels: Int) {
        errors = [Float](repeating: 0, count: rows)
        reconstruction = [Float](repeating: 0, count: rows * channels)
        counts = [UInt16](repeating: 0, count: rows)
        self.channels = channels
    }

    /// Adds what the network answered to one window; the first answer is its picture of the series.
    mutating func add(_ answers: [[Float]], window: Int, start: Int, plan: DetectorPlan, prepared: PreparedSeries) {
        let length = plan.windowLength
        let first = start == 0 ? 0 : plan.scoringMargin
        let end = start + length == errors.count ? length : length - plan.scoringMargin
        for step in first..<end {
            let row = start + step
            counts[row] += 1
            let offset = (window * length + step) * channels
            for channel in 0..<channels { reconstruction[row * channels + channel] += answers[0][offset + channel] }
            for answer in answers {
                var (sum, measured): (Float, Float) = (0, 0)
                for channel in 0..<channels {
                    let importance = prepared.measured?[row * channels + channel] ?? 1
                    let difference = answer[offset + channel] - prepared.values[row * channels + channel]
                    sum += importance * difference * difference
                    measured += importance
                }
                if measured > 0 { errors[row] += (sum / measured).squareRoot() / Float(answers.count) }
            }
        }
    }

    consuming func finished(_ prepared: PreparedSeries) -> RowErrors {
        for row in errors.indices {
            let share = 1 / Float(max(1, counts[row]))
            errors[row] = prepared.isMeasured(row) ? errors[row] * share : .nan
            for channel in 0..<channels { reconstruction[row * channels + channel] *= share }
        }
        return RowErrors(errors: errors, reconstruction: reconstruction)
    }
}

extension NeuralDetector {
    public func errors(
        of series: Series, cancellation: Cancellation, progress: (Double) -> Void
    ) throws(DetectionError) -> RowErrors {
        guard series.channels.count == channelNames.count else {
            throw .otherChannels(model: kind, expected: channelNames.count, found: series.channels.count)
        }
        let scorer = ErrorScorer(plan: plan, parameters: parameters)
        var result = try scorer.errors(
            of: PreparedSeries(series, scaling: scaling), name: series.name, cancellation: cancellation, progress: progress)
        if let rows = plan.adaptationRows {
            result.errors = adapted(result.errors, typical: quantile(ofSorted: referenceErrors, 0.5), rows: rows)
        }
        return result
    }
}
