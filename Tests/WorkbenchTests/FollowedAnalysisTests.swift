import AnomalyDetection
import Testing
import TimeSeries
import Work
import Workbench

/// Both models, trained for an epoch, which scores like any other.
private func scored(_ series: Series, _ models: Models) throws -> [ScoredModel] {
    var (lstm, transformer) = (LSTMRecipe(), TransformerRecipe())
    (lstm.epochs, lstm.windowsPerEpoch) = (1, 128)
    (transformer.epochs, transformer.windowsPerEpoch) = (1, 128)
    let quick = [Model(.lstm, weight: 0.5, recipe: lstm), Model(.transformer, weight: 0.5, recipe: transformer)]
    return try quick.map { model in
        let task = TrainingTask(series: series, trainingRows: series.rowCount, seed: 1)
        return try ScoredModel(scoring: series, with: try model.train(task, Cancellation()) { _ in }.detector)
    }
}

private let whole = SampleKind.contextual.series(rows: 2400, seed: 5)
private let learnt = Result { try scored(whole.prefix(1200), .standard) }

private func analysis(_ series: Series, _ settings: AnalysisSettings) throws -> Analysis {
    var analysis = Analysis(series: series, models: .standard, settings: settings)
    analysis.use(try learnt.get().map { try ScoredModel(scoring: series, with: $0.detector) })
    return analysis
}

private func areClose(_ one: [Float], _ other: [Float]) -> Bool {
    one.count == other.count && zip(one, other).allSatisfy { $0.isNaN && $1.isNaN || abs($0 - $1) <= 1e-5 }
}

/// Rows in any portions give the scores and flags of the whole, however scores are averaged and calibrated.
@Test(arguments: [1, 2, 9]) func anAnalysisThatIsAppendedToIsThatOfTheWhole(_ smoothing: Int) throws {
    for seed in 1...3 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        var settings = AnalysisSettings(models: .standard)
        settings.smoothing = smoothing
        settings.calibration = random.uniform() < 0.5 ? .rank : .excess
        var followed = FollowedAnalysis(try analysis(whole.prefix(1200), settings))
        while followed.analysis.series.rowCount < whole.rowCount {
            let first = followed.analysis.series.rowCount
            let end = min(whole.rowCount, first + 1 + Int(random.uniform() * 150))
            let news = try followed.append(whole.rows(first..<end))
            #expect(news.rows == first..<end && news.forgotten == 0)
        }
        let expected = try analysis(whole, settings)
        let (mine, others) = (try #require(followed.analysis.result), try #require(expected.result))
        #expect(followed.analysis.series.identity == whole.identity)
        #expect(areClose(mine.combined, others.combined), "seed \(seed)")
        for kind in Models.standard.kinds { #expect(areClose(mine.scores[kind] ?? [], others.scores[kind] ?? [])) }
        #expect(abs(mine.level - others.level) < 1e-5 || mine.level == others.level)
        #expect(mine.events.map(\.rows) == others.events.map(\.rows), "seed \(seed)")
    }
}

/// So it is where a model is missing, which is then not weighed.
@Test func anAnalysisWithOneModelGoesOnToo() throws {
    for kind in Models.standard.kinds {
        func alone(_ series: Series) throws -> Analysis {
            var analysis = Analysis(series: series, models: .standard)
            analysis.update { $0.settings.smoothing = 5 }
            analysis.use(
                try learnt.get().filter { $0.detector.kind == kind }.map { try ScoredModel(scoring: series, with: $0.detector) })
            return analysis
        }
        var followed = FollowedAnalysis(try alone(whole.prefix(1200)))
        for first in stride(from: 1200, to: 2400, by: 100) { _ = try followed.append(whole.rows(first..<(first + 100))) }
        let (mine, others) = (try #require(followed.analysis.result), try #require(try alone(whole).result))
        #expect(areClose(mine.combined, others.combined) && mine.events.map(\.rows) == others.events.map(\.rows))
        for kind in Models.standard.kinds { #expect(areClose(mine.scores[kind] ?? [], others.scores[kind] ?? [.nan])) }
    }
}

/// Settings and verdicts that change between rows count, and what they change stays as the whole has it.
@Test func decisionsBetweenRowsCount() throws {
    var followed = try analysis(whole.prefix(1200), AnalysisSettings(models: .standard))
    for (row, smoothing) in [(1500, 3), (1800, 1), (2100, 6)] {
        try followed.append(whole.rows(followed.series.rowCount..<row))
        followed.update { $0.settings.smoothing = smoothing }
    }
    followed.update { $0.judgements.judge(300..<310, as: .normal) }
    try followed.append(whole.rows(2100..<2400))
    var expected = try analysis(whole, followed.settings)
    expected.update { $0.judgements.judge(300..<310, as: .normal) }
    #expect(areClose(followed.result?.combined ?? [], expected.result?.combined ?? [.nan]))
}

/// Of rows that come without end no more are kept than the horizon and a quarter; those that are left have the scores that they
/// had, and an event is told once.
@Test func noMoreIsKeptThanTheHorizon() throws {
    let settings = AnalysisSettings(models: .standard)
    var (all, some) = (
        FollowedAnalysis(try analysis(whole.prefix(1200), settings)),
        FollowedAnalysis(try analysis(whole.prefix(1200), settings), horizon: 1000)
    )
    var told: [Range<Int>] = []
    for first in stride(from: 1200, to: 2400, by: 40) {
        _ = try all.append(whole.rows(first..<(first + 40)))
        let news = try some.append(whole.rows(first..<(first + 40)))
        let kept = some.analysis
        #expect(kept.series.rowCount <= 1250 && kept.series.forgottenRows + kept.series.rowCount == first + 40)
        #expect(kept.scored.values.allSatisfy { $0.errors.errors.count == kept.series.rowCount })
        #expect(
            areClose(kept.result?.combined ?? [], Array((all.analysis.result?.combined ?? [.nan])[kept.series.forgottenRows...])))
        told += news.events.map {
            ($0.rows.lowerBound + kept.series.forgottenRows)..<($0.rows.upperBound + kept.series.forgottenRows)
        }
    }
    #expect(some.analysis.series.identity == whole.identity)
    #expect(told.indices.allSatisfy { index in !told[..<index].contains { $0.overlaps(told[index]) } })
}

/// Models that were trained or loaded while rows came and others were forgotten say what those say that were there all the time,
/// as long as the rows behind those that they have scored are kept.
@Test func modelsThatComeLateScoreTheRowsThatAreKept() throws {
    let settings = AnalysisSettings(models: .standard)
    let late = try learnt.get().map { try ScoredModel(scoring: whole.prefix(1200), with: $0.detector) }
    for end in [1240, 1300, 2180, 2400] {
        var present = FollowedAnalysis(try analysis(whole.prefix(1200), settings), horizon: 1000)
        var empty = FollowedAnalysis(Analysis(series: whole.prefix(1200), models: .standard), horizon: 1000)
        for first in stride(from: 1200, to: end, by: 20) {
            _ = try present.append(whole.rows(first..<(first + 20)))
            _ = try empty.append(whole.rows(first..<(first + 20)))
        }
        let series = empty.analysis.series
        #expect(series.keptRows.upperBound == end && series.rowCount == present.analysis.series.rowCount)
        try empty.use(late)
        #expect(empty.analysis.scored.values.allSatisfy { $0.rows == series.keptRows })
        for model in late {
            let kind = model.detector.kind
            let mine = try #require(empty.analysis.scored[kind]).errors.errors
            // Where rows between are missing, nothing of those that were scored is left.
            let others =
                try series.forgottenRows > 1200
                ? model.detector.errors(of: series).errors : #require(present.analysis.scored[kind]).errors.errors
            let isSame = areClose(mine, others)
            #expect(isSame, "\(kind.name), \(end) rows")
        }
        _ = try empty.append(whole.rows((end - 1)..<end))
        #expect(empty.analysis.scored.values.allSatisfy { $0.rows == empty.analysis.series.keptRows })
    }
}

/// Training on a series of which rows were forgotten gives errors for the rows that are kept, with which following goes on.
@Test func whatIsTrainedAfterRowsWereForgottenGoesOn() throws {
    var series = whole.prefix(1400)
    series.forget(first: 200)
    var analysis = Analysis(series: series, models: .standard)
    analysis.use(try scored(series, .standard))
    var followed = FollowedAnalysis(analysis, horizon: 1000)
    _ = try followed.append(whole.rows(1400..<1460))
    let kept = followed.analysis
    #expect(kept.series.forgottenRows == 460 && kept.scored.values.allSatisfy { $0.rows == kept.series.keptRows })
    #expect(kept.result?.combined.count == kept.series.rowCount)
}

/// The horizon bounds what models keep too, those that come late as those that were there.
@Test func theHorizonHoldsForTheScoringOfAllModels() throws {
    let settings = AnalysisSettings(models: .standard)
    var followed = FollowedAnalysis(try analysis(whole.prefix(1200), settings), horizon: 1000)
    #expect(followed.analysis.scored.values.allSatisfy { $0.horizon == 1000 })
    followed = FollowedAnalysis(Analysis(series: whole.prefix(1200), models: .standard), horizon: 1000)
    try followed.use(try learnt.get().map { try ScoredModel(scoring: whole.prefix(1200), with: $0.detector) })
    #expect(followed.analysis.scored.values.allSatisfy { $0.horizon == 1000 })
}
