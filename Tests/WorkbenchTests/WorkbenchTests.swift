import Accounts
import AnomalyDetection
import Foundation
import Persistence
import TestSupport
import Testing
import TimeSeries
import Work

@testable import Workbench

private let series = SampleKind.contextual.series(rows: 900, seed: 2)

@Test func theWorkflowOutputsTheEnsembleScore() async throws {
    let models = try await trained(series)
    #expect(Set(models.map(\.detector.kind)) == [.lstm, .transformer])
    var analysis = Analysis(series: series, models: .standard)
    #expect(analysis.result == nil)
    analysis.use(models)
    let standard = try #require(analysis.result)
    #expect(standard.combined == Models.standard.ensemble.combine(standard.scores))
    try analysis.update { $0.settings.ensemble = try Ensemble(PerModel([(.lstm, 0.5), (.transformer, 0.5)])) }
    let equal = try #require(analysis.result)
    for row in 0..<series.rowCount {
        #expect(abs(equal.combined[row] - (equal.lstmScores[row] + equal.transformerScores[row]) / 2) < 1e-6)
    }
    try analysis.update { $0.settings.ensemble = try $0.settings.ensemble.setting(0, of: .lstm) }
    #expect(analysis.result?.combined == equal.transformerScores)
    #expect(throws: DetectionError.allWeightsZero) { try analysis.settings.ensemble.setting(0, of: .transformer) }
    analysis.update {
        $0.settings = AnalysisSettings(models: .standard)
        ($0.settings.flags, $0.settings.threshold) = (.quantile, 0.9)
    }
    let more = try #require(analysis.result)
    analysis.update { $0.settings.threshold = 0.99 }
    let fewer = try #require(analysis.result)
    #expect(more.level < fewer.level)
    #expect((0..<series.rowCount).allSatisfy { !fewer.isFlagged($0) || more.isFlagged($0) })
    analysis.update { $0.settings.calibration = .rank }
    #expect(analysis.result?.scores[.lstm] != more.scores[.lstm])

    var lines: [Substring] = []
    var text = ""
    ScoreExport(series: series, result: more).write(.csv) { text += $0 }
    lines = text.split(separator: "\n")
    #expect(lines.count == series.rowCount + 1)
    #expect(lines[0] == "row,timestamp,value,lstm_score,transformer_score,combined_score,is_flagged")
    let fields = lines[1].split(separator: ",")
    #expect(fields[1] == "2024-01-01T00:00:00Z" && Float(fields[5]) == more.combined[0])
    text = ""
    ScoreExport(series: series, result: more).write(.jsonl) { text += $0 }
    let first = try #require(text.split(separator: "\n").first)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(first.utf8)) as? [String: Any])
    #expect(object["combined_score"] as? Double == Double("\(more.combined[0])"))
    #expect(object["is_flagged"] as? Bool == more.isFlagged(0))
}

@Test func oneModelAloneStillScores() async throws {
    let models = try await trained(series).filter { $0.detector.kind == .lstm }
    var analysis = Analysis(series: series, models: .standard)
    analysis.use(models)
    let result = try #require(analysis.result)
    #expect(result.combined == result.lstmScores)
    #expect(result.transformerScores.allSatisfy { $0.isNaN })
}

@Test func whatBelongsToAUserIsKeptAndKeptApart() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let locations = Locations(dataDirectory: folder.path, environment: [:])
    let database = try OddlineDatabase(at: locations.database)
    let accounts = try Accounts(database: database, hasher: PasswordHasher(cost: 4))
    func library(_ name: String) throws -> UserLibrary {
        _ = try? accounts.register(username: name, email: "\(name)@example.org", password: "correct horse battery")
        return UserLibrary(
            session: try accounts.login(identifier: name, password: "correct horse battery"), database: database,
            locations: locations, models: .standard)
    }
    let (ann, bob) = (try library("ann"), try library("bob"))
    let model = try #require(try await trained(series).first { $0.detector.kind == .transformer })
    let shelf = try ann.open(series, at: "/a.csv")
    try shelf.save(model.detector)
    _ = try ann.open(series.changing { $0[0] += 1 }, at: "/b.csv")
    _ = try ann.open(series, at: "/a.csv")
    try shelf.write("a note", on: 3..<9)
    try shelf.write("another", on: 5..<7)
    try shelf.write("gone", on: 20..<22)
    try shelf.write("", on: 20..<22)
    try shelf.judge(3..<9, as: .normal)
    try shelf.judge(3..<9, as: .anomaly)
    try shelf.judge(20..<22, as: .normal)
    try shelf.judge(20..<22, as: nil)
    try ann.store(AnalysisSettings(models: .standard), key: "k")
    #expect(try shelf.savedModels() == [.transformer])
    #expect(try shelf.load(.transformer).errors(of: series) == model.errors)
    #expect(try ann.recentFiles().map(\.path) == ["/a.csv", "/b.csv"])
    #expect(
        try ann.recentFiles(limit: 0) == [
            Holdings(path: "/a.csv", rowCount: series.rowCount, models: ["transformer"], verdictCount: 1)
        ], "what work went into is kept")
    #expect(Array(try shelf.notes()) == [RowMark(rows: 5..<7, value: "another")])
    #expect(try shelf.judgements().map(\.rows) == [3..<9])
    #expect(try shelf.judgements().map(\.value) == [.anomaly])
    #expect(try ann.setting("k", as: AnalysisSettings.self) == AnalysisSettings(models: .standard))
    #expect(try ann.setting("k", as: String.self) == nil)
    let others = bob.shelf(of: series.identity)
    #expect(try others.savedModels().isEmpty && others.notes().isEmpty && others.judgements().isEmpty)
    #expect(try bob.recentFiles().isEmpty)
    #expect(throws: (any Error).self) { try others.load(.transformer) }
}

@Test func trainingReportsFailureOfAShortSeries() async {
    let short = Series(name: "short", channels: [.init(name: "v", values: [1, 2, 3])])
    var failures: [DetectionError] = []
    for await report in ModelTraining(series: short, models: .standard).run(cancellation: Cancellation()) {
        if case .failed(let error) = report { failures.append(error) }
    }
    #expect(failures == [DetectionError](repeating: .tooFewRows(series: "short", rows: 3, needed: 48), count: 2))
}

@Test func modelsLearnFromManySeriesWithoutScoringThem() async throws {
    let parts = [series.prefix(200), SampleKind.contextual.series(rows: 600, seed: 3).prefix(250)]
    let task = TrainingTask(all: parts, seed: 5)
    var learnt: [ModelKind: any Detector] = [:]
    for await report in ModelTraining(task, models: .standard).run(cancellation: Cancellation()) {
        switch report {
        case .training: break
        case .learnt(let detector):
            learnt[detector.kind] = detector
            #expect(report.progress?.share == 1)
        case .scoring, .finished, .failed: Issue.record("\(report)")
        }
    }
    #expect(learnt.count == 2 && learnt.values.allSatisfy { $0.summary.trainingRows == 450 })
    let alone = try #require(Models.standard[.lstm]).train(task, Cancellation()) { _ in }.detector
    #expect(learnt[.lstm]?.referenceErrors == alone.referenceErrors)
}

@Test func nothingIsLearntByWhoMayNotGoOn() async {
    var failures: [DetectionError] = []
    let task = TrainingTask(all: [series.prefix(200)], seed: 5)
    for await report in ModelTraining(task, models: .standard).run(cancellation: Cancellation(), mayGoOn: { false }) {
        if case .learnt = report { Issue.record("learnt") }
        if case .failed(let error) = report { failures.append(error) }
    }
    #expect(failures == [.cancelled, .cancelled])
}

@Test func theComparisonSaysWhatEachDetectorFoundAndWhichWeightsAreBest() async throws {
    var analysis = Analysis(series: series, models: .standard)
    analysis.use(try await trained(series))
    let result = try #require(analysis.result)
    let comparison = try Comparison(series: series, result: result, settings: analysis.settings)
    let labels = try #require(series.labels)
    #expect(comparison.lines.map(\.name) == ["LSTM", "Transformer", "combined"])
    #expect(comparison.labelled == labelledRanges(labels))
    let combined = comparison.lines[2]
    #expect(
        combined.measures
            == (try Measures(
                scores: result.combined, labels: labels, buffer: series.profile.period(ofChannel: 0) ?? 125)))
    let reach = Measures.buffer(for: series) / 2
    for (index, rows) in comparison.labelled.enumerated() {
        let widened = (rows.lowerBound - reach..<rows.upperBound + reach).clamped(to: 0..<series.rowCount)
        #expect(combined.events.found[index] == widened.contains { result.isFlagged($0) })
    }
    #expect(comparison.lines.allSatisfy { $0.bestEventF1 >= $0.events.f1 - 1e-9 })
    #expect(abs(comparison.present.quality - combined.measures.aucPR) < 1e-9)
    #expect(comparison.best.quality >= comparison.present.quality)
    for step in stride(from: Float(0), through: 1, by: 0.1) {
        let scores = try Ensemble(PerModel([(.lstm, step), (.transformer, 1 - step)])).combine(result.scores)
        #expect(try Measures(scores: scores, labels: labels, buffer: 1).aucPR <= comparison.best.quality + 1e-9)
    }
    var unlabelled = series
    unlabelled.labels = nil
    #expect(throws: DetectionError.noLabels(series: series.name)) {
        try Comparison(series: unlabelled, result: result, settings: analysis.settings)
    }
}

@Test func anExplanationSharesTheErrorAmongChannelsAndPointsOutsideTheEvent() async throws {
    let two = SampleKind.contextual.series(rows: 900, seed: 2)
    let quiet = Series.Channel(name: "quiet", values: (0..<900).map { sin(Double($0) / 7) })
    let series = Series(name: "two", channels: two.channels + [quiet], time: two.time, labels: two.labels)
    let event = try #require(labelledRanges(series.labels ?? []).first)
    for model in try await trained(series) {
        let explanation = try model.detector.explanation(of: event, in: series, errors: model.errors)
        #expect(abs(explanation.channelShares.reduce(0, +) - 1) < 1e-4)
        #expect(explanation.channelShares[0] > 0.7, "only the first channel is odd there")
        guard model.detector.kind == .transformer else {
            #expect(explanation.attended.isEmpty)
            continue
        }
        #expect(explanation.attended.count == 3)
        #expect(explanation.attended.allSatisfy { !$0.rows.overlaps(event) && $0.share > 0 && $0.share <= 1 })
        #expect(explanation.attended.map(\.share) == explanation.attended.map(\.share).sorted(by: >))
    }
}
