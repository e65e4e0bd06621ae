import Testing
import TimeSeries

@testable import AnomalyDetection

/// Flat but for bumps of some shapes at some rows, and a picture that is flat everywhere.
private func deviations(_ bumps: [(row: Int, shape: [Double])], rows: Int = 400, channels: Int = 1) -> Deviations {
    var values = [Double](repeating: 0, count: rows)
    for bump in bumps { for (offset, value) in bump.shape.enumerated() { values[bump.row + offset] += value } }
    let series = Series(name: "s", channels: (0..<channels).map { .init(name: "c\($0)", values: values) })
    let scaling = RobustScaling(
        centers: [Double](repeating: 0, count: channels), spreads: [Double](repeating: 1, count: channels))
    return Deviations(
        series,
        pictures: [1, 2].map { _ in (scaling: scaling, values: [Float](repeating: 0, count: rows * channels)) })
}

private let up = [1.0, 3, 2], down = [-1.0, -3, -2], late = [0.5, 0.5, 0.5, 2, -2, 0.5]

/// Lessons and scores drawn at random, with gaps.
private func drawn(_ random: inout SeededGenerator, rows: Int) -> (lessons: [Lesson], scores: PerModel<[Float]>) {
    let lessons = (0..<(1 + Int(random.uniform() * 8))).map { _ in
        let first = Int(random.uniform() * Double(rows - 12))
        return Lesson(rows: first..<(first + 1 + Int(random.uniform() * 12)), isAnomaly: random.uniform() < 0.5)
    }
    let scores = PerModel([ModelKind.lstm, .transformer]) { _ in
        (0..<rows).map { _ in random.uniform() < 0.05 ? .nan : Float(random.uniform()) }
    }
    return (lessons, scores)
}

@Test func placesAreAsAlikeAsTheirDeviations() {
    for channels in [1, 3] {
        let known = deviations([(60, up), (150, up), (240, down), (330, late)], channels: channels)
        let row = known.farthest(in: 55..<70)
        #expect(row == 61)
        let likeness = known.likeness(to: row)
        #expect(likeness.allSatisfy { (0...1).contains($0) })
        #expect(abs(likeness[61] - 1) < 1e-6 && abs(likeness[151] - 1) < 1e-6)
        #expect(likeness[241] == 0, "the same upside down has nothing in common")
        #expect(likeness[333] < 0.5)
        #expect(likeness[20] == 0, "where nothing deviates nothing is alike")
    }
}

@Test func gapsAreNoDeviations() {
    var values = [Double](repeating: 0, count: 200)
    for row in 50..<60 { values[row] = .nan }
    let series = Series(name: "s", channels: [.init(name: "v", values: values)])
    let known = Deviations(
        series,
        pictures: [(scaling: RobustScaling(centers: [0], spreads: [1]), values: (0..<200).map { 50..<60 ~= $0 ? 9 : 0 })])
    #expect(known.likeness(to: 55).allSatisfy { $0 == 0 })
}

@Test func lookAlikesOfAnAnomalyRiseAndThoseOfTheNormalFall() {
    let known = deviations([(60, up), (150, up), (240, down), (330, down)])
    var teaching = Teaching(known)
    let scores = [Float](repeating: 0.5, count: 400)
    #expect(teaching(scores) == scores, "nothing is taught yet")
    teaching.learn([Lesson(rows: 58..<66, isAnomaly: true), Lesson(rows: 238..<246, isAnomaly: false)])
    let taught = teaching(scores)
    #expect(taught[151] > 0.55 && taught[151] == taught.max())
    #expect((58..<66).allSatisfy { taught[$0] == 0.5 }, "which rows of an anomaly are odd is not said")
    #expect(taught[241] < 0.3 && taught[331] < 0.3)
    #expect((238..<246).allSatisfy { taught[$0] < 0.3 }, "what is normal is so as a whole")
    #expect(taught[20] == 0.5)
}

@Test func scoresAreTaughtWithinBoundsInAnyOrderAndCanBeUntaught() {
    for seed in 1...40 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        let bumps = (0..<12).map { _ in (row: Int(random.uniform() * 380), shape: [up, down, late][Int(random.uniform() * 3)]) }
        let fresh = Teaching(deviations(bumps))
        let (lessons, scores) = drawn(&random, rows: 400)
        let plain = Models.standard.ensemble.combine(scores)
        var teaching = fresh
        teaching.learn(lessons)
        let taught = teaching(plain)
        for (before, after) in zip(plain, taught) {
            #expect(before.isNaN == after.isNaN && (after.isNaN || (0...1).contains(after)), "seed \(seed)")
        }
        var other = fresh
        other.learn(lessons.shuffled(using: &random))
        #expect(zip(other(plain), taught).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }, "seed \(seed)")
        var only = fresh
        only.learn(lessons.filter(\.isAnomaly))
        #expect(zip(plain, only(plain)).allSatisfy { $0.isNaN || $1 >= $0 - 1e-6 }, "seed \(seed): anomalies only raise")
        only.learn(lessons.filter { !$0.isAnomaly })
        #expect(zip(plain, only(plain)).allSatisfy { $0.isNaN || $1 <= $0 + 1e-6 }, "seed \(seed): the normal only lowers")
        teaching.learn([])
        #expect(zip(teaching(plain), plain).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }, "seed \(seed): taken back")
    }
}

@Test func learntWeightsFollowTheModelThatIsRight() throws {
    let scores = PerModel([(ModelKind.lstm, [0.9, 0.1, 0.2, 0.8] as [Float]), (.transformer, [0.1, 0.9, 0.7, 0.3])])
    func learn(_ lessons: [(Int, Bool)]) throws -> LearnedWeights {
        try #require(
            LearnedWeights(
                scores, lessons: lessons.map { Lesson(rows: $0.0..<($0.0 + 1), isAnomaly: $0.1) }, level: 0.7,
                start: Models.standard.ensemble))
    }
    let learned = try learn([(0, true), (1, false), (2, false), (3, true)])
    #expect(learned.learned.ensemble.share(of: .lstm) > 0.5)
    #expect(learned.learned.quality >= learned.start.quality)
    #expect(try learn([(0, false), (1, true)]).learned.ensemble.share(of: .lstm) < 0.5)
    #expect(try learn([(0, true)]).start.quality.isNaN, "there is no pair to rank")
    #expect(LearnedWeights(scores, lessons: [], level: 0.5, start: Models.standard.ensemble) == nil)
    let lesson = [Lesson(rows: 0..<1, isAnomaly: true)]
    #expect(
        LearnedWeights(scores, lessons: lesson, level: .infinity, start: Models.standard.ensemble) == nil, "no level to lie above"
    )
    let nan = scores.mapValues { $0.map { _ in Float.nan } }
    #expect(LearnedWeights(nan, lessons: lesson, level: 0.5, start: Models.standard.ensemble) == nil)
}

@Test func weightsToBeginWithFadeWithTheNumberOfVerdicts() throws {
    for seed in 1...60 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        let (lessons, scores) = drawn(&random, rows: 200)
        let level = Float(0.3 + 0.5 * random.uniform())
        var before: Float = 0
        for times in [1, 2, 4, 8, 32, 128] {
            let repeated = (0..<times).flatMap { _ in lessons }
            guard let learned = LearnedWeights(scores, lessons: repeated, level: level, start: Models.standard.ensemble) else {
                continue
            }
            let again = LearnedWeights(scores, lessons: repeated, level: level, start: Models.standard.ensemble)
            #expect(learned.learned.ensemble == again?.learned.ensemble, "seed \(seed)")
            let ensemble = learned.learned.ensemble
            #expect(ensemble.weights.values.allSatisfy { (0...1).contains($0) }, "seed \(seed)")
            #expect(abs(ensemble.share(of: .lstm) + ensemble.share(of: .transformer) - 1) < 1e-6, "seed \(seed)")
            let distance = abs(ensemble.share(of: .lstm) - 0.5)
            #expect(distance >= before - 1e-6, "seed \(seed): the pull towards equal weights fades")
            before = distance
        }
    }
}
