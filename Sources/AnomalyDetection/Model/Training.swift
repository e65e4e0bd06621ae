import Foundation
import NeuralNetwork
import TimeSeries
import Work

/// Where a training run stands.
public struct TrainingProgress: Sendable, Equatable {
    /// Which model.
    public var model: ModelKind
    /// The epoch being run, from 1.
    public var epoch: Int
    /// The most epochs there will be.
    public var epochs: Int
    /// Share of the whole run that is done, 0 to 1.
    public var share: Double
    /// Training loss of each finished epoch.
    public var losses: [Float]
    /// Validation loss of each finished epoch.
    public var validationLosses: [Float]
    /// Training speed.
    public var windowsPerSecond: Double
    /// Estimated seconds to the end, if no early stop comes.
    public var secondsLeft: Double

    /// Where a run stands.
    public init(
        model: ModelKind, epoch: Int, epochs: Int, share: Double, losses: [Float], validationLosses: [Float],
        windowsPerSecond: Double, secondsLeft: Double
    ) {
        self.model = model
        self.epoch = epoch
        self.epochs = epochs
        self.share = share
        self.losses = losses
        self.validationLosses = validationLosses
        self.windowsPerSecond = windowsPerSecond
        self.secondsLeft = secondsLeft
    }
}

/// Trains one model. It runs on the caller's thread (and `threadCount - 1` others) until done.
public struct Training: Sendable {
    private let kind: ModelKind
    private let plan: DetectorPlan
    private let series: Series
    private let trainingRows: Int
    private let parts: [Range<Int>]
    private let threadCount: Int

    /// Fewest training rows with which training makes sense.
    public static let fewestRows = 48

    /// Prepares to train on the first `trainingRows` rows of `series`; the result is called `kind`.
    /// - Parameter parts: the rows of several series in `series`, as in `TrainingTask`; those shorter than a window are left out.
    /// - Throws: `DetectionError.tooFewRows`, `.tooManyTrainingRows`.
    public init(
        _ kind: ModelKind, _ plan: DetectorPlan, series: Series, trainingRows: Int, parts: [Range<Int>]? = nil,
        threadCount: Int = 1
    ) throws(DetectionError) {
        guard trainingRows <= series.rowCount else {
            throw .tooManyTrainingRows(series: series.name, rows: series.rowCount, wanted: trainingRows)
        }
        guard trainingRows >= Self.fewestRows else {
            throw .tooFewRows(series: series.name, rows: trainingRows, needed: Self.fewestRows)
        }
        self.kind = kind
        self.plan = plan
        self.series = series
        self.trainingRows = trainingRows
        self.parts = (parts ?? [0..<trainingRows]).filter { $0.count >= plan.windowLength }
        self.threadCount = threadCount
        guard !self.parts.isEmpty else {
            throw .tooFewRows(series: series.name, rows: trainingRows, needed: plan.windowLength)
        }
    }

    /// Trains, then measures the reference errors of the training rows.
    /// - Parameter progress: called after every few updates, on the training thread.
    /// - Returns: the model, and of one series the errors of the training rows, with which its scoring goes on.
    /// - Throws: `DetectionError.valuesTooLarge`, `.cancelled` soon after `cancellation` is raised, `.diverged` when the
    ///   loss is no longer a number.
    public func run(cancellation: Cancellation = Cancellation(), progress: (TrainingProgress) -> Void = { _ in })
        throws(DetectionError) -> TrainedModel
    {
        let (detector, learnt, errors) = try learn(cancellation: cancellation, progress: progress)
        guard parts == [0..<trainingRows] else { return TrainedModel(detector) }
        let picture = learnt[0].answers.picture(from: 0)
        var measurement = learnt[0]
        measurement.forget(horizon: nil)
        let session = ScoringSession(detector, WindowScoring(detector, measurement))
        return TrainedModel(
            detector,
            learnt: ScoredModel(session, errors: RowErrors(errors: errors, reconstruction: picture), of: series))
    }

    /// The model, the measurement of each part, and the errors of all parts.
    private func learn(
        cancellation: Cancellation, progress: (TrainingProgress) -> Void
    ) throws(DetectionError) -> (detector: NeuralDetector, learnt: [Measurement], errors: [Float]) {
        let learnt = parts.map { series.rows($0) }
        let scaling = RobustScaling(fitting: series, rows: trainingRows).levelFree(learnt, length: plan.windowLength)
        for (channel, reach) in zip(series.channels, zip(scaling.centers, scaling.spreads))
        where !reach.0.isFinite || !reach.1.isFinite {
            throw .valuesTooLarge(series: series.name, channel: channel.name)
        }
        let rule = CoverageRule(fitting: learnt, scaling: scaling, plan.windowing)
        var answers = learnt.map { rows in
            var answers = WindowAnswers(plan.windowing, scaling: scaling, rule: rule)
            answers.append(rows)
            return answers
        }
        var run = Run(kind: kind, plan: plan, prepared: answers.map(\.prepared), rule: rule, threadCount: threadCount)
        let (parameters, summary) = try run.fit(cancellation: cancellation, progress: progress)
        try PlannedNetwork(plan, parameters).answer(&answers, cancellation: cancellation)
        let near = plan.ownNoveltyWindowing.map { windowing in
            let rule = CoverageRule(fitting: learnt, scaling: scaling, windowing)
            return learnt.map { rows in
                var near = WindowAnswers(windowing, scaling: scaling, rule: rule)
                near.append(rows)
                near.judgeLevels()
                return near
            }
        }
        let (measure, measured, errors) = ErrorMeasure.fitting(answers, near: near, scaling: scaling, noise: plan.noise)
        let detector = NeuralDetector(
            kind: kind, plan: plan, channelNames: series.channels.map(\.name), parameters: parameters, measure: measure,
            referenceErrors: Calibration.reference(from: errors), summary: summary, fingerprint: series.identity.text)
        return (detector, measured, errors)
    }
}

/// The state of one training run.
private struct Run {
    let kind: ModelKind
    let plan: DetectorPlan
    let prepared: [PreparedSeries]
    let trainer: Trainer
    var random: SeededGenerator
    let trainingPlaces: [WindowPlace]
    /// Windows at the end of the series, as many as `validationShare` says, each batch with its measured values.
    let validation: [(batch: Batch, measured: Float)]
    let started = ContinuousClock.now
    var losses: [Float] = []
    var validationLosses: [Float] = []

    /// How many series, and windows of all of them, are held out at about the most.
    private static let validationWindows = 128

    init(kind: ModelKind, plan: DetectorPlan, prepared: [PreparedSeries], rule: CoverageRule, threadCount: Int) {
        self.kind = kind
        self.plan = plan
        self.prepared = prepared
        trainer = Trainer(Parameters(plan.architecture, seed: plan.seed), threadCount: threadCount)
        var random = SeededGenerator(seed: plan.seed)
        let length = plan.windowLength
        /// The first rows of the windows of each series that were measured far enough.
        let starts = prepared.map { rule.starts($0, plan.windowing) }
        /// Which of them is the last training window of each series. Each but the first adds a row to those that are looked at.
        let last = starts.map { starts in
            let rows = starts.count + length - 1
            let held = min(max(length, Int(plan.validationShare * Double(rows))), rows - length)
            return rows - held - length
        }
        trainingPlaces = last.indices.flatMap { index in
            starts[index][...max(0, last[index])].map { WindowPlace(series: index, start: $0) }
        }
        let held = Array(prepared.indices).evenly(atMost: Self.validationWindows)
        let rows = held.reduce(0) { $0 + starts[$1].count - 1 - max(0, last[$1] + 1) }
        let step = max(1, rows / Self.validationWindows)
        let places = held.flatMap { index in
            let end = starts[index].count - 1
            return stride(from: min(last[index] + 1, end), through: end, by: step).map {
                WindowPlace(series: index, start: starts[index][$0])
            }
        }
        var validation: [(batch: Batch, measured: Float)] = []
        for first in stride(from: 0, to: places.count, by: plan.batchSize) {
            let chosen = Array(places[first..<min(first + plan.batchSize, places.count)])
            let batch = Self.batch(chosen, plan: plan, prepared: prepared, random: &random, noise: 0)
            validation.append((batch, Float(batch.importance.count { $0 > 0 })))
        }
        self.validation = validation
        self.random = random
    }

    mutating func fit(
        cancellation: Cancellation, progress: (TrainingProgress) -> Void
    ) throws(DetectionError) -> (Parameters, TrainingSummary) {
        var best = (loss: Float.infinity, epoch: 0, parameters: trainer.parameters)
        let perEpoch = min(plan.windowsPerEpoch, max(trainingPlaces.count, plan.batchSize * 4))
        let stepsPerEpoch = (perEpoch + plan.batchSize - 1) / plan.batchSize
        for epoch in 1...plan.epochs {
            let loss = try runEpoch(epoch, steps: stepsPerEpoch, cancellation: cancellation, progress: progress)
            if cancellation.isCancelled { throw .cancelled }
            guard loss.isFinite else { throw .diverged(model: kind, epoch: epoch) }
            losses.append(loss)
            let held = validationLoss()
            guard held.isFinite else { throw .diverged(model: kind, epoch: epoch) }
            validationLosses.append(held)
            if held < best.loss * 0.999 { best = (held, epoch, trainer.parameters) }
            progress(report(epoch: epoch, done: epoch * stepsPerEpoch, of: stepsPerEpoch))
            if epoch - best.epoch >= plan.patience { break }
        }
        let summary = TrainingSummary(
            trainingRows: prepared.reduce(0) { $0 + $1.rowCount }, epochs: losses.count, bestEpoch: best.epoch, losses: losses,
            validationLosses: validationLosses, seconds: elapsed)
        return (best.parameters, summary)
    }

    private mutating func runEpoch(
        _ epoch: Int, steps: Int, cancellation: Cancellation, progress: (TrainingProgress) -> Void
    ) throws(DetectionError) -> Float {
        var total: Float = 0
        var lastReport = ContinuousClock.now
        for step in 0..<steps {
            if cancellation.isCancelled { throw .cancelled }
            let places = (0..<plan.batchSize).map { _ in trainingPlaces[Int(random.next() % UInt64(trainingPlaces.count))] }
            let batch = Self.batch(places, plan: plan, prepared: prepared, random: &random, noise: plan.noise)
            let done = (epoch - 1) * steps + step
            total += trainer.step(batch, learningRate: rate(done, total: plan.epochs * steps), clipNorm: 1)
            if ContinuousClock.now - lastReport > .milliseconds(100) {
                lastReport = .now
                progress(report(epoch: epoch, done: done + 1, of: steps))
            }
        }
        return total / Float(steps)
    }

    /// Linear warm-up over the first twentieth of the run, then half a cosine down to a twentieth.
    private func rate(_ step: Int, total: Int) -> Float {
        let warmUp = max(1, total / 20)
        if step < warmUp { return plan.learningRate * Float(step + 1) / Float(warmUp) }
        let share = Float(step - warmUp) / Float(max(1, total - warmUp))
        return plan.learningRate * (0.05 + 0.95 * 0.5 * (1 + cos(Float.pi * share)))
    }

    private func validationLoss() -> Float {
        let losses = validation.map { trainer.loss($0.batch) * $0.measured }
        return losses.reduce(0, +) / max(1, validation.reduce(0) { $0 + $1.measured })
    }

    private var elapsed: Double {
        let duration = ContinuousClock.now - started
        return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }

    private func report(epoch: Int, done: Int, of stepsPerEpoch: Int) -> TrainingProgress {
        let share = Double(done) / Double(plan.epochs * stepsPerEpoch)
        let speed = Double(done * plan.batchSize) / max(elapsed, 1e-9)
        return TrainingProgress(
            model: kind, epoch: epoch, epochs: plan.epochs, share: min(1, share), losses: losses,
            validationLosses: validationLosses, windowsPerSecond: speed, secondsLeft: elapsed * (1 - share) / max(share, 1e-9))
    }

    /// The windows at `places`, of which what was measured counts. Hidden patches count in full and the others a tenth, so that
    /// the network learns to tell what belongs in a place from what surrounds it; those in gaps are hidden too.
    private static func batch(
        _ places: [WindowPlace], plan: DetectorPlan, prepared: [PreparedSeries], random: inout SeededGenerator, noise: Float
    ) -> Batch {
        let (length, channels) = (plan.windowLength, plan.architecture.channelCount)
        let windows = LevelFreeWindows(prepared, places: places, length: length)
        let targets = windows.values
        var importance = windows.measured ?? [Float](repeating: 1, count: targets.count)
        var inputs = targets
        if noise > 0 { for index in inputs.indices { inputs[index] += noise * fastNormal(&random) } }
        guard let masking = plan.masking, let sizes = plan.architecture.maskable else {
            return Batch(inputs: inputs, targets: targets, importance: importance)
        }
        let (patch, tokens) = (sizes.patchLength * channels, sizes.tokenCount)
        var hidden = [UInt8](repeating: 0, count: places.count * tokens)
        for window in places.indices {
            hide(&hidden, (window * tokens)..<((window + 1) * tokens), masking, random: &random)
        }
        if let gaps = plan.unmeasuredPatches(windows.measured) {
            for index in gaps.indices where gaps[index] != 0 { hidden[index] = 1 }
        }
        for index in hidden.indices where hidden[index] == 0 {
            for value in (index * patch)..<((index + 1) * patch) { importance[value] *= 0.1 }
        }
        return Batch(inputs: inputs, targets: targets, importance: importance, hiddenPatches: hidden)
    }

    /// Hides about the wanted share of a window's patches, in spans of one length between one and the longest.
    private static func hide(
        _ hidden: inout [UInt8], _ window: Range<Int>, _ masking: Masking, random: inout SeededGenerator
    ) {
        let span = 1 + Int(random.uniform() * Double(masking.span))
        var start = window.lowerBound - Int(random.uniform() * Double(span))
        while start < window.upperBound {
            if random.uniform() < Double(masking.share) {
                for index in max(start, window.lowerBound)..<min(start + span, window.upperBound) { hidden[index] = 1 }
            }
            start += span
        }
    }

    /// Roughly normal noise: the sum of four uniforms of 16 bits each, scaled to deviation 1.
    private static func fastNormal(_ random: inout SeededGenerator) -> Float {
        let bits = random.next()
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
        return (Float(sum) / 65536 - 2) * 1.7320508
    }
}
