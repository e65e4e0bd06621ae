import Foundation
import NeuralNetwork
import TimeSeries
import Work

/// Scores a series as windows come: what `measurement` asks is answered by a reconstructor.
struct WindowScoring: RowScoring {
    /// The model, by which reconstructors are made, and its measure.
    let detector: NeuralDetector
    var measurement: Measurement
    var horizon: Int?
    /// Working memory by the windows that it works on together, from the first time that it is used.
    private var memories: [Int: WorkingMemory] = [:]
    /// Windows that are worked on one by one: a whole slice takes longer than so many.
    private static let few = 3

    init(_ detector: NeuralDetector, _ measurement: Measurement) {
        (self.detector, self.measurement) = (detector, measurement)
    }

    var rowCount: Int { measurement.rowCount }

    mutating func append(
        _ rows: Series, cancellation: Cancellation, progress: (Double) -> Void
    ) throws(DetectionError) -> ScoredRows {
        let isFirst = rowCount == 0
        try take(rows)
        // The answers are moved, not copied.
        var all = [detector.measure.begin().answers]
        swap(&all[0], &measurement.answers)
        let outcome = Result { () throws(DetectionError) in
            try answer(&all, cancellation: cancellation, progress: progress)
        }
        swap(&all[0], &measurement.answers)
        try outcome.get()
        let isJudged = measurement.answers.countsSomething
        let scored = finish()
        if isFirst && isJudged { try detector.check(scored.errors, of: rows) }
        return scored
    }

    /// Has few windows answered by the memory that is kept, and many by all cores.
    private mutating func answer(
        _ all: inout [WindowAnswers], cancellation: Cancellation, progress: (Double) -> Void
    ) throws(DetectionError) {
        let (count, slice) = (all[0].requests.count, detector.plan.architecture.sliceSize)
        guard count <= slice else {
            let cores = ProcessInfo.processInfo.activeProcessorCount
            return try detector.reconstructor(threadCount: cores).answer(&all, cancellation: cancellation, progress: progress)
        }
        let together = count <= Self.few ? 1 : slice
        let memory = memories[together] ?? WorkingMemory(detector.reconstructor(threadCount: 1, slice: together))
        memories[together] = memory
        try memory.answer(&all, cancellation: cancellation, progress: progress)
    }

    /// Takes rows, whose windows are then to be asked about.
    mutating func take(_ rows: Series) throws(DetectionError) {
        try detector.check(rows)
        let count = rowCount + rows.rowCount
        guard count >= detector.windowLength else {
            throw .tooFewRows(series: rows.name, rows: count, needed: detector.windowLength)
        }
        measurement.append(rows)
    }

    /// What the answers say.
    mutating func finish() -> ScoredRows {
        let (rows, values) = measurement.errors()
        let errors = RowErrors(
            errors: detector.measure.tails.largest(values), reconstruction: measurement.answers.picture(from: rows.lowerBound))
        measurement.forget(horizon: horizon)
        return ScoredRows(rows: rows, errors: errors)
    }
}

/// A reconstructor that is kept from one portion of rows to the next, and lent to one caller at a time.
///
/// `@unchecked Sendable`: the reconstructor is used within the lock alone.
private final class WorkingMemory: @unchecked Sendable {
    private let reconstructor: any Reconstructor
    private let lock = NSLock()

    init(_ reconstructor: sending any Reconstructor) { self.reconstructor = reconstructor }

    func answer(
        _ all: inout [WindowAnswers], cancellation: Cancellation, progress: (Double) -> Void
    ) throws(DetectionError) {
        lock.lock()
        defer { lock.unlock() }
        try reconstructor.answer(&all, cancellation: cancellation, progress: progress)
    }
}

/// A network as it is planned to be asked: where spans can be hidden from it, for each stretch with that stretch hidden, which
/// shows what does not belong. Patches in gaps are hidden throughout.
final class PlannedNetwork: Reconstructor {
    private let plan: DetectorPlan
    private let network: NetworkRunner

    init(
        _ plan: DetectorPlan, _ parameters: Parameters, threadCount: Int = ProcessInfo.processInfo.activeProcessorCount,
        slice: Int? = nil
    ) {
        self.plan = plan
        network = NetworkRunner(parameters, threadCount: threadCount, slice: slice)
    }

    var windowLength: Int { plan.windowLength }
    var capacity: Int { network.capacity }
    var groupSize: Int { network.slice }

    func reconstruct(_ windows: [Float], measured: [Float]?, from place: Int, rows: Range<Int>) -> [Float] {
        var answers: [Float] = []
        let hidden = plan.unmeasuredPatches(measured)
        if let passes = passes(rows) {
            network.reconstruct(windows, from: place, passes: passes, hiddenPatches: hidden) { answers = Array($0) }
        } else {
            network.reconstruct(windows, from: place, hiddenPatches: hidden) { answers = Array($0) }
        }
        return answers
    }

    /// The passes that hide spans in turn and want the answers for what they hide; `nil` for a network that is asked in one.
    private func passes(_ rows: Range<Int>) -> [MaskedPass]? {
        guard let masking = plan.masking, masking.passes > 0, let patch = plan.architecture.maskable?.patchLength else {
            return nil
        }
        let wanted = (rows.lowerBound / patch)..<((rows.upperBound + patch - 1) / patch)
        return (0..<masking.passes).map { pass in
            let isHidden = (0..<(windowLength / patch)).map { $0 / masking.span % masking.passes == pass }
            return MaskedPass(hidden: isHidden, wanted: wanted.filter { isHidden[$0] })
        }
    }
}

extension NeuralDetector {
    func reconstructor(threadCount: Int, slice: Int? = nil) -> PlannedNetwork {
        PlannedNetwork(plan, parameters, threadCount: threadCount, slice: slice)
    }

    /// That rows have this model's channels.
    /// - Throws: `DetectionError.otherChannels`, `.otherOrder`.
    func check(_ rows: Series) throws(DetectionError) {
        guard rows.channels.count == channelNames.count else {
            throw .otherChannels(model: kind, expected: channelNames.count, found: rows.channels.count)
        }
        let names = rows.channels.map(\.name)
        guard names == channelNames || Set(names) != Set(channelNames) else {
            throw .otherOrder(model: kind, expected: channelNames)
        }
    }

    /// That rows which have values got an error that is a number, one at least; of rows of which a window counts.
    /// - Throws: `DetectionError.noFiniteErrors`.
    func check(_ errors: RowErrors, of rows: Series) throws(DetectionError) {
        guard !errors.errors.contains(where: \.isFinite),
            rows.channels.contains(where: { $0.values.contains { $0.isFinite } })
        else { return }
        throw .noFiniteErrors(model: kind, series: rows.name)
    }

    public func beginScoring() -> any RowScoring { WindowScoring(self, measure.begin()) }

    public func makeScorer() -> ([Series]) -> [Result<RowErrors, DetectionError>] {
        let reconstructor = reconstructor(threadCount: 1)
        return { all in
            var sound: [WindowScoring] = []
            let refusals = all.map { series -> DetectionError? in
                var scoring = WindowScoring(self, measure.begin())
                do throws(DetectionError) { try scoring.take(series) } catch { return error }
                sound.append(scoring)
                return nil
            }
            var answers = sound.map(\.measurement.answers)
            do throws(DetectionError) { try reconstructor.answer(&answers) } catch { return all.map { _ in .failure(error) } }
            var place = 0
            return refusals.enumerated().map { index, refusal in
                if let refusal { return .failure(refusal) }
                defer { place += 1 }
                sound[place].measurement.answers = answers[place]
                let isJudged = sound[place].measurement.answers.countsSomething
                let errors = sound[place].finish().errors
                return Result { () throws(DetectionError) in
                    if isJudged { try check(errors, of: all[index]) }
                    return errors
                }
            }
        }
    }
}
