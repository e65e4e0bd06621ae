import AnomalyDetection
import Synchronization
import TimeSeries

/// The steps from the errors of the models to the events.
///
/// Each step is kept with what it was made of and done again only when that has changed. What a step was made of is told by the
/// decisions behind it and by a number for what each model said, so that no scores have to be compared.
struct AnalysisSteps: Sendable {
    /// What all steps go by.
    struct Inputs: Sendable {
        let series: Series
        let models: Models
        let scored: PerModel<ScoredModel>
        /// Numbers that tell what a model says from what it said before.
        let sayings: PerModel<Int>
        let decisions: Decisions
        /// Raised where rows have other times.
        let timing: Int
    }

    private struct Calibrated: Equatable {
        let saying: Int
        let method: Calibration.Method
    }

    private struct Smoothed: Equatable {
        let sayings: PerModel<Int>
        let method: Calibration.Method
        let width: Int
    }

    private struct Combined: Equatable {
        let scores: Smoothed
        let ensemble: Ensemble
    }

    /// What verdicts teach of combined scores.
    private struct Taught: Equatable {
        let combined: Combined
        let lessons: [Lesson]
    }

    /// What the rows follow from that rules expect.
    private struct Ruled: Equatable {
        let rules: [ExpectedRule]
        let timing: Int
        let rows: Range<Int>
    }

    private struct Flagged<Scores: Equatable & Sendable>: Equatable {
        let scores: Scores
        let rule: ThresholdRule
        let ruled: Ruled
    }

    private struct Watched: Equatable {
        let scores: Taught
        let rule: ThresholdRule
        let ruled: Ruled
    }

    private struct Found: Equatable {
        let scores: Taught
        let levels: FlagLevels
        let rule: ThresholdRule
        let ruled: Ruled
    }

    private struct Learnt: Equatable {
        let taught: Taught
        let rule: ThresholdRule
        let ruled: Ruled
    }

    private var calibrated = PerModel<Made<Calibrated, [Float]>>()
    private var scores = Made<Smoothed, PerModel<[Float]>>()
    private var combined = Made<Combined, ExtentBlocks<Float>>()
    private var peaks = Made<Combined, RunPeaks>()
    private var level = Made<Flagged<Combined>, FlagLevels>()
    private var learnt = Made<Learnt, LearnedWeights?>()
    private var teaching: (sayings: PerModel<Int>, teaching: Teaching)?
    private var taught = Made<Taught, ExtentBlocks<Float>>()
    private var taughtLevel = Made<Flagged<Taught>, FlagLevels>()
    private var expectedRows = Made<Ruled, ExpectedRows>()
    /// What is combined, without the rows that are expected; only where there are some.
    private var watched = Made<Watched, ExtentBlocks<Float>>()
    private var found = Made<Found, AnalysisResult>()
    private let spare = SpareScores()

    /// Scores, flags and events, as the inputs of the last run gave them; `nil` where there was none.
    var result: AnalysisResult? { found.output }

    /// The rows that rules expect, as the inputs of the last run have them; `nil` where there was none.
    var expected: ExpectedRows? { expectedRows.output }

    /// The weights that the verdicts taught, while they are in force.
    var learned: LearnedWeights? { learnt.output ?? nil }

    /// Does what has to be done again.
    mutating func run(_ inputs: Inputs) {
        let (settings, lessons) = (inputs.decisions.settings, inputs.decisions.judgements.lessons)
        let plain = key(inputs.sayings, inputs.decisions)
        let smoothed = plain.scores
        let scores = scores(smoothed, inputs)
        let combined = self.combined.made(of: plain) { [spare] before in
            ExtentBlocks(settings.ensemble.combine(scores, reusing: spare.exchange(for: before?.values ?? [])))
        }
        guard !lessons.isEmpty else {
            (teaching, taught, taughtLevel, learnt) = (nil, Made(), Made(), Made())
            return findUntaught(plain, inputs)
        }
        let ruled = ruled(inputs)
        if settings.ensemble == inputs.models.ensemble {
            let level = level(of: combined, plain, inputs, settings.rule)
            let learning = Learnt(taught: Taught(combined: plain, lessons: lessons), rule: settings.rule, ruled: ruled)
            _ = learnt.made(of: learning) { _ in
                LearnedWeights(scores, lessons: lessons, level: level.level, start: settings.ensemble)
            }
        } else {
            learnt = Made()
        }
        let ensemble = learned?.learned.ensemble ?? settings.ensemble
        let teaching = teaching(inputs, lessons)
        let moved = Taught(combined: Combined(scores: smoothed, ensemble: ensemble), lessons: lessons)
        let taught = self.taught.made(of: moved) { _ in
            ExtentBlocks(teaching(ensemble == settings.ensemble ? combined.values : ensemble.combine(scores)))
        }
        let watched = watched(taught, moved, inputs, settings.rule)
        var levels = taughtLevel.made(of: Flagged(scores: moved, rule: settings.rule, ruled: ruled)) { _ in
            settings.rule.levels(for: watched)
        }
        // A gap moves with the scores, and where verdicts raise some, others would fall behind them that were flagged and are
        // not judged yet; so verdicts may lower its level and do not raise it.
        if settings.rule == .gap { levels = levels.lower(self.level(of: combined, plain, inputs, .gap)) }
        found(moved, taught, scores, levels, inputs)
    }

    /// Goes on where rows have come. Calibration, averages and the weighted average are made for the rows alone whose errors are
    /// new or have changed. The events, and a level that is a gap, are looked for in the blocks that may hold them; a level that is
    /// a quantile, a share or a number of events is found by reading every score, and where a step was made of other decisions, or
    /// verdicts move the scores or rules expect rows, all is done again.
    /// - Parameters:
    ///   - before: what told the models' answers of the last run from others, and its decisions.
    ///   - first: the first row whose errors have changed.
    mutating func append(_ inputs: Inputs, after before: (sayings: PerModel<Int>, decisions: Decisions), from first: Int) {
        let settings = inputs.decisions.settings
        let (was, now) = (key(before.sayings, before.decisions), key(inputs.sayings, inputs.decisions))
        let isCurrent = found.output != nil && scores.isMade(of: was.scores) && combined.isMade(of: was)
        guard isCurrent, inputs.decisions.judgements.lessons.isEmpty, inputs.decisions.rules.isEmpty else { return run(inputs) }
        if settings.rule == .gap, let combined = combined.output { _ = peaks.made(of: was) { _ in RunPeaks(of: combined) } }
        // What shares memory with what is changed goes first, so that nothing is copied.
        (found, level) = (Made(), Made())
        let (before, after) = ((settings.smoothing - 1) / 2, settings.smoothing / 2)
        let moved = max(0, first - after)
        calibrated.update { kind, own in
            guard let model = inputs.scored[kind], let saying = inputs.sayings[kind] else { return }
            let calibration = Calibration(settings.calibration, referenceErrors: model.detector.referenceErrors)
            own.change(to: Calibrated(saying: saying, method: settings.calibration)) {
                $0.replace(from: first, with: calibration(Array(model.errors.errors[first...])))
            }
        }
        let calibrated = calibrated
        scores.change(to: now.scores) { averages in
            averages.update { kind, own in
                guard let scores = calibrated[kind]?.output else {
                    return own.append(contentsOf: repeatElement(.nan, count: inputs.series.rowCount - own.count))
                }
                let around = Array(scores[max(0, moved - before)...])
                own.replace(
                    from: moved, with: Array(movingAverage(of: around, width: settings.smoothing).suffix(scores.count - moved)))
            }
        }
        let moving = (scores.output ?? PerModel()).mapValues { Array($0[moved...]) }
        combined.change(to: now) { $0.replace(from: moved, with: settings.ensemble.combine(moving)) }
        if settings.rule == .gap, let combined = combined.output {
            peaks.change(to: now) { $0.replace(from: moved, in: combined) }
            if let peaks = peaks.output {
                _ = level.made(of: Flagged(scores: now, rule: .gap, ruled: ruled(inputs))) { _ in
                    GapRule().levels(for: combined, peaks: peaks)
                }
            }
        }
        findUntaught(now, inputs)
    }

    /// Forgets the first rows; what is kept stays as it is, and level and events are looked for again.
    mutating func forget(first count: Int, _ inputs: Inputs) {
        guard inputs.decisions.judgements.lessons.isEmpty, inputs.decisions.rules.isEmpty, combined.output != nil,
            !inputs.scored.isEmpty
        else {
            self = AnalysisSteps()
            return run(inputs)
        }
        let now = key(inputs.sayings, inputs.decisions)
        (found, level, peaks) = (Made(), Made(), Made())
        calibrated.update { _, own in own.change { $0.removeFirst(count) } }
        scores.change(to: now.scores) { averages in averages.update { _, own in own.removeFirst(count) } }
        combined.change(to: now) { $0 = ExtentBlocks(Array($0.values[count...])) }
        findUntaught(now, inputs)
    }

    /// Finds level and events of the weighted average as it is, where no verdicts move it.
    private mutating func findUntaught(_ now: Combined, _ inputs: Inputs) {
        guard let scores = scores.output, let combined = combined.output else { return }
        let level = level(of: combined, now, inputs, inputs.decisions.settings.rule)
        let untaught = Taught(combined: now, lessons: [])
        found(untaught, combined, scores, level, inputs)
    }

    // MARK: Rules

    private func ruled(_ inputs: Inputs) -> Ruled {
        Ruled(rules: inputs.decisions.rules, timing: inputs.timing, rows: inputs.series.keptRows)
    }

    private mutating func expected(_ inputs: Inputs) -> ExpectedRows {
        expectedRows.made(of: ruled(inputs)) { _ in ExpectedRows(inputs.decisions.rules, in: inputs.series) }
    }

    /// Scores without those of the rows that rules expect.
    private mutating func watched(
        _ combined: ExtentBlocks<Float>, _ scores: Taught, _ inputs: Inputs, _ rule: ThresholdRule
    ) -> ExtentBlocks<Float> {
        let expected = expected(inputs)
        guard !expected.isEmpty else {
            watched = Made()
            return combined
        }
        return watched.made(of: Watched(scores: scores, rule: rule, ruled: ruled(inputs))) { _ in
            expected.left(out: combined, rule)
        }
    }

    private func key(_ sayings: PerModel<Int>, _ decisions: Decisions) -> Combined {
        let settings = decisions.settings
        return Combined(
            scores: Smoothed(sayings: sayings, method: settings.calibration, width: settings.smoothing),
            ensemble: settings.ensemble)
    }

    private mutating func scores(_ smoothed: Smoothed, _ inputs: Inputs) -> PerModel<[Float]> {
        var calibrated = self.calibrated
        let scores = scores.made(of: smoothed) { _ in
            let missing = [Float](repeating: .nan, count: inputs.series.rowCount)
            return PerModel(inputs.models.kinds) { kind in
                guard let model = inputs.scored[kind], let saying = inputs.sayings[kind] else { return missing }
                var own = calibrated[kind] ?? Made()
                defer { calibrated[kind] = own }
                let scores = own.made(of: Calibrated(saying: saying, method: smoothed.method)) { _ in
                    Calibration(smoothed.method, referenceErrors: model.detector.referenceErrors)(model.errors.errors)
                }
                return movingAverage(of: scores, width: smoothed.width)
            }
        }
        self.calibrated = calibrated
        return scores
    }

    private mutating func level(
        of scores: ExtentBlocks<Float>, _ combined: Combined, _ inputs: Inputs, _ rule: ThresholdRule
    ) -> FlagLevels {
        let key = Flagged(scores: combined, rule: rule, ruled: ruled(inputs))
        if level.isMade(of: key), let level = level.output { return level }
        let watched = watched(scores, Taught(combined: combined, lessons: []), inputs, rule)
        return level.made(of: key) { _ in rule.levels(for: watched) }
    }

    private mutating func teaching(_ inputs: Inputs, _ lessons: [Lesson]) -> Teaching {
        var teaching =
            if let (sayings, teaching) = self.teaching, sayings == inputs.sayings { teaching } else {
                Teaching(
                    Deviations(
                        inputs.series,
                        pictures: inputs.scored.values.map { (scaling: $0.detector.scaling, values: $0.errors.reconstruction) }))
            }
        teaching.learn(lessons)
        self.teaching = (inputs.sayings, teaching)
        return teaching
    }

    private mutating func found(
        _ taught: Taught, _ combined: ExtentBlocks<Float>, _ scores: PerModel<[Float]>, _ levels: FlagLevels, _ inputs: Inputs
    ) {
        let (expected, rule) = (expected(inputs), inputs.decisions.settings.rule)
        _ = found.made(of: Found(scores: taught, levels: levels, rule: rule, ruled: ruled(inputs))) { _ in
            AnalysisResult(
                scores: scores, combined: combined, rule: rule, levels: levels, lessons: taught.lessons, expected: expected)
        }
    }
}

/// Something and what it was made of.
struct Made<Input: Equatable & Sendable, Output: Sendable>: Sendable {
    private struct Kept: Sendable {
        var input: Input
        var output: Output

        /// In place: a copy beside it would have all of its memory copied.
        mutating func change(_ change: (inout Output) -> Void) { change(&output) }
    }

    private var last: Kept?

    /// What was made last, if anything was.
    var output: Output? { last?.output }

    /// Whether what was made last was made of `input`.
    func isMade(of input: Input) -> Bool { last?.input == input }

    /// Changes what was made last, in place, into what would have been made of `input`.
    mutating func change(to input: Input, _ change: (inout Output) -> Void) {
        last?.input = input
        self.change(change)
    }

    /// Changes what was made last, in place.
    mutating func change(_ change: (inout Output) -> Void) {
        last?.change(change)
    }

    /// What is made of `input`: what was made last, where that was made of the same, and otherwise what `make` makes, which is
    /// given what was made before.
    mutating func made(of input: Input, _ make: (Output?) -> Output) -> Output {
        if let last, last.input == input { return last.output }
        let output = make(last?.output)
        last = Kept(input: input, output: output)
        return output
    }
}

/// The combined scores before the present ones, whose memory the next ones take. Copies of an analysis share them, since what a
/// copy held could not be written anew.
private final class SpareScores: Sendable {
    private let scores = Mutex<[Float]>([])

    /// Keeps scores that will be replaced, and gives the ones kept before.
    func exchange(for next: [Float]) -> [Float] {
        scores.withLock { scores in
            defer { scores = next }
            return scores
        }
    }
}

extension [Float] {
    /// Puts numbers in place of those from `first` on.
    fileprivate mutating func replace(from first: Int, with new: [Float]) {
        removeLast(count - first)
        self += new
    }
}
