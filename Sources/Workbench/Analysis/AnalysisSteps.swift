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

    private struct Flagged<Scores: Equatable & Sendable>: Equatable {
        let scores: Scores
        let rule: ThresholdRule
    }

    private struct Learnt: Equatable {
        let taught: Taught
        let rule: ThresholdRule
    }

    private var calibrated = PerModel<Made<Calibrated, [Float]>>()
    private var scores = Made<Smoothed, PerModel<[Float]>>()
    private var combined = Made<Combined, ExtentBlocks<Float>>()
    private var level = Made<Flagged<Combined>, Float>()
    private var learnt = Made<Learnt, LearnedWeights?>()
    private var teaching: (sayings: PerModel<Int>, teaching: Teaching)?
    private var taught = Made<Taught, ExtentBlocks<Float>>()
    private var taughtLevel = Made<Flagged<Taught>, Float>()
    private var found = Made<Flagged<Taught>, AnalysisResult>()
    private let spare = SpareScores()

    /// Scores, flags and events, as the inputs of the last run gave them; `nil` where there was none.
    var result: AnalysisResult? { found.output }

    /// The weights that the verdicts taught, while they are in force.
    var learned: LearnedWeights? { learnt.output ?? nil }

    /// Does what has to be done again.
    mutating func run(_ inputs: Inputs) {
        let (settings, lessons) = (inputs.decisions.settings, inputs.decisions.judgements.lessons)
        let smoothed = Smoothed(sayings: inputs.sayings, method: settings.calibration, width: settings.smoothing)
        let scores = scores(smoothed, inputs)
        let plain = Combined(scores: smoothed, ensemble: settings.ensemble)
        let combined = self.combined.made(of: plain) { [spare] before in
            ExtentBlocks(settings.ensemble.combine(scores, reusing: spare.exchange(for: before?.values ?? [])))
        }
        guard !lessons.isEmpty else {
            (teaching, taught, taughtLevel, learnt) = (nil, Made(), Made(), Made())
            let level = level(of: combined, plain, settings.rule)
            found(Taught(combined: plain, lessons: []), combined, scores, level)
            return
        }
        if settings.ensemble == inputs.models.ensemble {
            let level = level(of: combined, plain, settings.rule)
            let learning = Learnt(taught: Taught(combined: plain, lessons: lessons), rule: settings.rule)
            _ = learnt.made(of: learning) { _ in
                LearnedWeights(scores, lessons: lessons, level: level, start: settings.ensemble)
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
        var level = taughtLevel.made(of: Flagged(scores: moved, rule: settings.rule)) { _ in settings.rule.level(for: taught) }
        // A gap moves with the scores, and where verdicts raise some, others would fall behind them that were flagged and are
        // not judged yet; so verdicts may lower its level and do not raise it.
        if settings.rule == .gap { level = min(level, self.level(of: combined, plain, .gap)) }
        found(moved, taught, scores, level)
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

    private mutating func level(of scores: ExtentBlocks<Float>, _ combined: Combined, _ rule: ThresholdRule) -> Float {
        level.made(of: Flagged(scores: combined, rule: rule)) { _ in rule.level(for: scores) }
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
        _ taught: Taught, _ combined: ExtentBlocks<Float>, _ scores: PerModel<[Float]>, _ level: Float
    ) {
        _ = found.made(of: Flagged(scores: taught, rule: .level(level))) { _ in
            AnalysisResult(scores: scores, combined: combined, rule: .level(level))
        }
    }
}

/// Something and what it was made of.
struct Made<Input: Equatable & Sendable, Output: Sendable>: Sendable {
    private var last: (input: Input, output: Output)?

    /// What was made last, if anything was.
    var output: Output? { last?.output }

    /// What is made of `input`: what was made last, where that was made of the same, and otherwise what `make` makes, which is
    /// given what was made before.
    mutating func made(of input: Input, _ make: (Output?) -> Output) -> Output {
        if let last, last.input == input { return last.output }
        let output = make(last?.output)
        last = (input, output)
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
