import Foundation
import NeuralNetwork
import TimeSeries
import Work

/// What one model says about every row of a series.
public struct RowErrors: Sendable, Equatable {
    /// How odd each row is, 0 or more, in the model's own unit, which `referenceErrors` tells calibration; NaN where nothing
    /// was measured.
    public var errors: [Float]
    /// The model's own picture of the series in scaled units, `[rowCount, channels]`.
    public var reconstruction: [Float]

    /// Errors of `n` rows and `n · channels` reconstructed values.
    public init(errors: [Float], reconstruction: [Float]) {
        self.errors = errors
        self.reconstruction = reconstruction
    }
}

/// Runs a network over series in windows; the answers do not depend on how many threads there are, nor on which series are
/// scored together. For one caller at a time.
///
/// A Transformer is asked for each stretch with that stretch hidden, which shows what does not belong.
struct ErrorScorer {
    private let plan: DetectorPlan
    private let network: Reconstructor

    /// Prepares the network's memory, by default for all cores.
    init(
        plan: DetectorPlan, parameters: Parameters, threadCount: Int = ProcessInfo.processInfo.activeProcessorCount
    ) {
        self.plan = plan
        network = Reconstructor(parameters, threadCount: threadCount)
    }

    /// What the network makes of every window of each series, or of those alone that reach beyond `first` rows; of the others
    /// only levels and swings are taken. Each series has a window's rows at least.
    /// - Throws: `DetectionError.cancelled`.
    func answers(
        to series: [PreparedSeries], from first: Int = 0, cancellation: Cancellation = Cancellation(),
        progress: (Double) -> Void = { _ in }
    ) throws(DetectionError) -> [WindowAnswers] {
        let length = plan.windowLength
        var results = series.map { WindowAnswers($0, plan: plan) }
        let starts = series.map { windowStarts(rows: $0.rowCount, length: length, stride: plan.scoringStride) }
        let passed = starts.map { $0.partitioningIndex { $0 + length > first } }
        for (index, prepared) in series.enumerated() {
            for place in stride(from: 0, to: passed[index], by: network.capacity) {
                let chosen = starts[index][place..<min(place + network.capacity, passed[index])]
                results[index].addStatistics(
                    of: LevelFreeWindows(prepared, starts: chosen, length: length), starts: chosen)
            }
        }
        // The first and the last windows go apart, since only their margins count.
        let inner = zip(starts, passed).map { max($1, 1)..<max($1, 1, $0.count - 1) }
        let parts = [
            zip(passed, inner).map { $0..<$1.lowerBound }, inner,
            zip(inner, starts).map { $0.upperBound..<max($0.upperBound, $1.count) },
        ]
        var (done, total) = (0, starts.reduce(0) { $0 + $1.count } - passed.reduce(0, +))
        total = max(1, total)
        for (part, isInside) in zip(parts, [false, true, false]) {
            let passes = passes(isInside: isInside)
            let places = part.indices.flatMap { index in
                part[index].map { WindowPlace(series: index, start: starts[index][$0]) }
            }
            for place in stride(from: 0, to: places.count, by: network.capacity) {
                if cancellation.isCancelled { throw .cancelled }
                let chosen = places[place..<min(place + network.capacity, places.count)]
                let windows = LevelFreeWindows(series, places: chosen, length: length)
                let answers = answer(to: windows.values, passes: passes)
                for own in chosen.chunked(by: { $0.series == $1.series }) {
                    results[own[own.startIndex].series].add(
                        answers, to: windows, from: own.startIndex - chosen.startIndex, starts: own.map(\.start))
                }
                done += chosen.count
                progress(Double(done) / Double(total))
            }
        }
        return results
    }

    /// What the network answers, `[count, time, channels]`; where spans are hidden, every patch is taken from the pass that
    /// hid it.
    private func answer(to windows: [Float], passes: [MaskedPass]?) -> [Float] {
        var answers: [Float] = []
        if let passes {
            network.reconstruct(windows, passes: passes) { answers = Array($0) }
        } else {
            network.reconstruct(windows) { answers = Array($0) }
        }
        return answers
    }

    /// The passes that hide spans in turn and want the answers for what they hide; `nil` for a network that is asked in one.
    /// - Parameter isInside: whether no window touches the ends of the series, so that margins need no answer and get none that
    ///   means anything.
    private func passes(isInside: Bool) -> [MaskedPass]? {
        guard let masking = plan.masking, masking.passes > 0 else { return nil }
        let (length, rows) = (plan.windowLength, plan.architecture.patchLength)
        let margin = isInside ? plan.scoringMargin : 0
        let counted = (margin / rows)..<((length - margin + rows - 1) / rows)
        return (0..<masking.passes).map { pass in
            let isHidden = (0..<(length / rows)).map { $0 / masking.span % masking.passes == pass }
            return MaskedPass(hidden: isHidden, wanted: counted.filter { isHidden[$0] })
        }
    }
}

/// Running sums over the windows that cover each row, and what is known of the windows.
///
/// The squared error of a row and channel is the mean, over the windows that cover the row, of the squared difference between
/// answer and window and of how new the window's level and swing are (`WindowNovelty`); its root is averaged over
/// neighbouring rows.
struct WindowAnswers: Sendable {
    private let plan: DetectorPlan
    private let prepared: PreparedSeries
    /// Sums of squared errors and of reconstructed values, `[rows, channels]`.
    private var squares: [Float], reconstruction: [Float]
    /// Windows that cover each row.
    private var counts: [UInt16]
    /// Levels, swings and mean squared residuals.
    private(set) var windows: WindowStatistics

    private var channels: Int { prepared.channelCount }

    /// No answers yet.
    init(_ prepared: PreparedSeries, plan: DetectorPlan) {
        (self.prepared, self.plan) = (prepared, plan)
        squares = [Float](repeating: 0, count: prepared.rowCount * prepared.channelCount)
        reconstruction = squares
        counts = [UInt16](repeating: 0, count: prepared.rowCount)
        windows = WindowStatistics(channels: prepared.channelCount)
    }

    /// The rows of a window that count: without `scoringMargin` rows at its ends, but for the ends of the series.
    private func counted(_ start: Int) -> Range<Int> {
        let end = start + plan.windowLength
        return (start == 0 ? 0 : start + plan.scoringMargin)..<(end == prepared.rowCount ? end : end - plan.scoringMargin)
    }

    /// Adds what the network answered, `[windows, time, channels]`, to the windows from `first` on, which begin at `starts`.
    mutating func add(_ answer: [Float], to windows: LevelFreeWindows, from first: Int, starts: [Int]) {
        let channels = channels
        for (index, start) in zip(first..., starts) {
            let rows = counted(start)
            for row in rows { counts[row] += 1 }
            let shift = (index * plan.windowLength - start) * channels
            for channel in 0..<channels {
                let level = windows.levels[index * channels + channel]
                var sum: Float = 0
                for place in stride(from: rows.lowerBound * channels + channel, to: rows.upperBound * channels, by: channels) {
                    let answered = answer[place + shift]
                    let difference = answered - windows.values[place + shift]
                    let square = (prepared.measured?[place] ?? 1) * difference * difference
                    squares[place] += square
                    sum += square
                    reconstruction[place] += answered + level
                }
                self.windows.residuals.append(sum / Float(rows.count))
            }
        }
        let own = (first * channels)..<((first + starts.count) * channels)
        self.windows.starts += starts
        self.windows.levels += windows.levels[own]
        self.windows.swings += windows.swings[own]
    }

    /// Adds levels and swings of windows at `starts` that the network was not asked about.
    mutating func addStatistics(of windows: LevelFreeWindows, starts: ArraySlice<Int>) {
        self.windows.starts += starts
        self.windows.levels += windows.levels
        self.windows.swings += windows.swings
    }

    /// Adds to each row how new the windows that cover it are in level and swing.
    mutating func add(_ novelty: WindowNovelty) {
        let added = novelty.added(to: windows)
        let channels = channels
        for (index, start) in windows.starts.enumerated() {
            let rows = counted(start)
            for channel in 0..<channels {
                let square = added[index * channels + channel]
                for place in stride(from: rows.lowerBound * channels + channel, to: rows.upperBound * channels, by: channels) {
                    squares[place] += square
                }
            }
        }
    }

    /// Smoothed errors of rows and channels, `[rows, channels]`; NaN in gaps.
    var errors: [Float] {
        var result = squares
        for channel in 0..<channels {
            let column = counts.indices.map { row -> Float in
                let place = row * channels + channel
                return prepared.measured?[place] == 0 ? .nan : (squares[place] / Float(max(1, counts[row]))).squareRoot()
            }
            let short = movingAverage(of: column, width: plan.shortSmoothing)
            let long = movingAverage(of: column, width: plan.longSmoothing)
            for row in counts.indices { result[row * channels + channel] = (short[row] + long[row]) / 2 }
        }
        return result
    }

    /// The model's picture of the series in scaled units, `[rows, channels]`.
    var picture: [Float] {
        reconstruction.indices.map { reconstruction[$0] / Float(max(1, counts[$0 / channels])) }
    }
}

extension NeuralDetector {
    /// The series in this model's units.
    /// - Throws: `DetectionError.otherChannels`, `.otherOrder`, `.tooFewRows`.
    private func prepare(_ series: Series) throws(DetectionError) -> PreparedSeries {
        guard series.channels.count == channelNames.count else {
            throw .otherChannels(model: kind, expected: channelNames.count, found: series.channels.count)
        }
        let names = series.channels.map(\.name)
        guard names == channelNames || Set(names) != Set(channelNames) else {
            throw .otherOrder(model: kind, expected: channelNames)
        }
        guard series.rowCount >= plan.windowLength else {
            throw .tooFewRows(series: series.name, rows: series.rowCount, needed: plan.windowLength)
        }
        return PreparedSeries(series, scaling: scaling)
    }

    private func errors(_ answers: WindowAnswers) -> RowErrors {
        var answers = answers
        answers.add(novelty)
        return RowErrors(errors: tails.largest(answers.errors), reconstruction: answers.picture)
    }

    public func errors(
        of series: Series, cancellation: Cancellation, progress: (Double) -> Void
    ) throws(DetectionError) -> RowErrors {
        let prepared = try prepare(series)
        let answers = try ErrorScorer(plan: plan, parameters: parameters).answers(
            to: [prepared], cancellation: cancellation, progress: progress)
        return errors(answers[0])
    }

    public func makeScorer() -> ([Series]) -> [Result<RowErrors, DetectionError>] {
        let scorer = ErrorScorer(plan: plan, parameters: parameters, threadCount: 1)
        return { all in
            let prepared = all.map { series in
                Result { () throws(DetectionError) in try prepare(series) }
            }
            let sound = prepared.compactMap { try? $0.get() }
            do throws(DetectionError) {
                var answers = try scorer.answers(to: sound).makeIterator()
                return prepared.map { one in
                    Result { () throws(DetectionError) in
                        _ = try one.get()
                        guard let own = answers.next() else { throw .noScores }
                        return errors(own)
                    }
                }
            } catch {
                return all.map { _ in .failure(error) }
            }
        }
    }

    public func errors(
        of series: Series, continuing earlier: RowErrors, cancellation: Cancellation
    ) throws(DetectionError) -> RowErrors {
        // Beyond the last measured value, what was taken for the rows before may change as well as the windows at the end; and
        // each error is an average over rows beside it.
        let known = min(earlier.errors.count, series.filledFor(earlier.errors.count))
        let reach = max(plan.shortSmoothing, plan.longSmoothing)
        let changed = known - plan.windowLength - reach
        let first = changed - reach
        guard first > 0 else { return try errors(of: series, cancellation: cancellation) { _ in } }
        let prepared = try prepare(series)
        var answers = try ErrorScorer(plan: plan, parameters: parameters).answers(
            to: [prepared], from: first, cancellation: cancellation)[0]
        answers.add(novelty)
        let channels = channelNames.count
        let errors = tails.largest(Array(answers.errors[(changed * channels)...]))
        return RowErrors(
            errors: Array(earlier.errors[..<changed]) + errors,
            reconstruction: Array(earlier.reconstruction[..<(changed * channels)])
                + Array(answers.picture[(changed * channels)...]))
    }
}

extension Series {
    /// The rows among the first `count` up to which every channel was measured: what is filled in before them does not
    /// depend on the rows behind `count`.
    fileprivate func filledFor(_ count: Int) -> Int {
        channels.map { channel in
            channel.values[..<min(count, channel.values.count)].lastIndex { !$0.isNaN }.map { $0 + 1 } ?? 0
        }.min() ?? 0
    }
}
