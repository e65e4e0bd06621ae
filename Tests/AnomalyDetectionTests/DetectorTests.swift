import Foundation
import NeuralNetwork
import SeriesReading
import TestSupport
import Testing
import TimeSeries
import Work

@testable import AnomalyDetection

private func standardPlan(_ kind: ModelKind, _ series: Series, rows: Int? = nil) -> DetectorPlan {
    let task = TrainingTask(series: series, trainingRows: rows ?? series.rowCount, seed: 1)
    return kind == .lstm ? LSTMRecipe().plan(for: task) : TransformerRecipe().plan(for: task)
}

/// A plan that trains in a moment.
private func quickPlan(_ kind: ModelKind, _ series: Series, rows: Int? = nil, epochs: Int = 6) -> DetectorPlan {
    var plan = standardPlan(kind, series, rows: rows)
    plan.epochs = epochs
    plan.windowsPerEpoch = 256
    return plan
}

private func detector(_ kind: ModelKind, _ series: Series, rows: Int? = nil, epochs: Int = 6) throws -> NeuralDetector {
    let training = try Training(
        kind, quickPlan(kind, series, rows: rows, epochs: epochs), series: series, trainingRows: rows ?? series.rowCount)
    return try #require(try training.run().detector as? NeuralDetector)
}

private func wave(_ rows: Int, channels: Int = 1, gaps: Range<Int> = 0..<0) -> Series {
    let made = (0..<channels).map { channel in
        Series.Channel(
            name: "c\(channel)",
            values: (0..<rows).map { row -> Double in
                if gaps.contains(row) { return .nan }
                let angle = Double(row) / 5 + Double(channel)
                return sin(angle) + 0.01 * Double(row % 7)
            })
    }
    return Series(name: "wave", channels: made)
}

@Test(arguments: Models.standard.kinds) func everyRowGetsAScoreEvenAtTheEdges(_ kind: ModelKind) throws {
    for rows in [97, 400, 701] {
        let series = wave(rows)
        let errors = try detector(kind, series).errors(of: series)
        #expect(errors.errors.count == rows)
        #expect(errors.errors.allSatisfy { $0.isFinite && $0 >= 0 })
        #expect(errors.reconstruction.count == rows)
    }
}

@Test(arguments: Models.standard.kinds) func severalChannelsAndGapsAreScored(_ kind: ModelKind) throws {
    let series = wave(500, channels: 3, gaps: 200..<230).changing(channel: 1) { $0[300] = .nan }
    let errors = try detector(kind, series).errors(of: series)
    #expect(errors.errors.indices.allSatisfy { errors.errors[$0].isNaN == (200..<230).contains($0) })
    #expect(errors.reconstruction.count == 1500)
    #expect(errors.reconstruction.indices.allSatisfy { (200..<230).contains($0 / 3) || errors.reconstruction[$0].isFinite })
}

@Test(arguments: Models.standard.kinds) func aPrefixGetsTheScoresOfTheWholeExceptNearTheCut(_ kind: ModelKind) throws {
    let series = SampleKind.point.series(rows: 1600, seed: 2)
    let detector = try detector(kind, series)
    let whole = try detector.errors(of: series).errors
    for cut in [700, 1001, 1333] {
        let part = try detector.errors(of: series.prefix(cut)).errors
        let safe = cut - quickPlan(.transformer, series).windowLength
        #expect(zip(whole[..<safe], part[..<safe]).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, $0) }, "cut at \(cut)")
    }
}

@Test(arguments: Models.standard.kinds) func aLoadedModelScoresExactlyAsItDidWhenSaved(_ kind: ModelKind) throws {
    let series = wave(400, channels: 2)
    let trained = try detector(kind, series)
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try Models.standard.save(trained, to: url)
    let loaded = try #require(try Models.standard.load(kind, from: url) as? NeuralDetector)
    #expect(try loaded.errors(of: series) == trained.errors(of: series))
    #expect(loaded.referenceErrors == trained.referenceErrors)
    #expect(loaded.plan == trained.plan)
    #expect(loaded.summary == trained.summary)
    #expect(loaded.fingerprint == series.identity.text)
    #expect(throws: DetectionError.otherChannels(model: kind, expected: 2, found: 1)) { try loaded.errors(of: wave(400)) }
    let swapped = try series.selecting(channels: series.channels.map(\.name).reversed())
    #expect(throws: DetectionError.otherOrder(model: kind, expected: loaded.channelNames)) { try loaded.errors(of: swapped) }
    let data = try Data(contentsOf: url)
    for length in stride(from: 0, to: data.count, by: max(1, data.count / 40)) {
        try data.prefix(length).write(to: url)
        #expect(throws: (any Error).self) { try Models.standard.load(kind, from: url) }
    }
}

@Test(arguments: Models.standard.kinds) func aModelFileOfAnotherProgramIsRefused(_ kind: ModelKind) throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try ModelFile(tensors: [:], metadata: [:]).write(to: url)
    #expect(throws: DetectionError.notAModel(file: url.lastPathComponent, reason: "it was written by another program")) {
        try Models.standard.load(kind, from: url)
    }
    var metadata = ["format": "oddline-model", "format_version": "3", "plan": "{}"]
    try ModelFile(tensors: [:], metadata: metadata).write(to: url)
    #expect(throws: DetectionError.self) { try Models.standard.load(kind, from: url) }
    for version in ["2", "99"] {
        metadata["format_version"] = version
        try ModelFile(tensors: [:], metadata: metadata).write(to: url)
        let reason = "its format version is \(version), not 3"
        #expect(throws: DetectionError.notAModel(file: url.lastPathComponent, reason: reason)) {
            try Models.standard.load(kind, from: url)
        }
    }
}

/// A plan from a file that contradicts itself is refused before anything is divided by it.
@Test func aPlanThatHidesPatchesOfANetworkWithoutPatchesIsRefused() throws {
    let trained = try detector(.lstm, wave(300))
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try Models.standard.save(trained, to: url)
    var file = try ModelFile(readingFrom: url)
    var plan = trained.plan
    plan.masking = Masking(share: 0.3, span: 1, passes: 4)
    file.metadata["plan"] = String(decoding: try JSONEncoder().encode(plan), as: UTF8.self)
    try file.write(to: url)
    #expect(
        throws: DetectionError.notAModel(file: url.lastPathComponent, reason: "its sizes contradict each other or are too large")
    ) {
        try Models.standard.load(.lstm, from: url)
    }
}

@Test(arguments: Models.standard.kinds) func theSameSeedGivesTheSameModel(_ kind: ModelKind) throws {
    let series = wave(300)
    let a = try detector(kind, series)
    let b = try detector(kind, series)
    #expect(a.parameters.tensors == b.parameters.tensors)
    #expect(a.referenceErrors == b.referenceErrors)
}

@Test(arguments: Models.standard.kinds) func cancellationStopsAtOnceAndProgressRises(_ kind: ModelKind) throws {
    let series = SampleKind.trend.series(rows: 3000, seed: 1)
    let plan = standardPlan(kind, series)
    let training = try Training(kind, plan, series: series, trainingRows: 3000)
    let cancellation = Cancellation()
    var shares: [Double] = []
    #expect(throws: DetectionError.cancelled) {
        try training.run(cancellation: cancellation) { progress in
            shares.append(progress.share)
            if shares.count == 3 { cancellation.cancel() }
        }
    }
    #expect(shares == shares.sorted())
    #expect(shares.count == 3)
}

@Test(arguments: Models.standard.kinds) func hopelessSeriesGetASentence(_ kind: ModelKind) throws {
    let constant = Series(name: "flat", channels: [.init(name: "v", values: [Double](repeating: 4, count: 200))])
    let detector = try detector(kind, constant)
    let errors = try detector.errors(of: constant).errors
    #expect(errors.allSatisfy { $0.isFinite })
    for rows in [0, 1, 47] {
        let short = Series(name: "short", channels: [.init(name: "v", values: (0..<rows).map(Double.init))])
        #expect(throws: DetectionError.tooFewRows(series: "short", rows: rows, needed: 48)) {
            try Training(kind, quickPlan(kind, constant), series: short, trainingRows: rows)
        }
    }
    let tiny = wave(20)
    #expect(throws: DetectionError.self) { try detector.errors(of: tiny) }
    #expect(throws: Never.self) { try Training(kind, quickPlan(kind, wave(48)), series: wave(48), trainingRows: 48).run() }
}

@Test func bothModelsFindAnObviousSpike() throws {
    let series = SampleKind.point.series(rows: 1500, seed: 5)
    let labels = try #require(series.labels)
    for kind in Models.standard.kinds {
        let errors = try detector(kind, series, epochs: 20).errors(of: series).errors
        let measures = try Measures(scores: errors, labels: labels, buffer: 20)
        #expect(measures.aucROC > 0.95, "\(kind)")
    }
}

@Test(arguments: Models.standard.kinds) func valuesThatCannotBeScaledAreRefused(_ kind: ModelKind) {
    let series = wave(400).changing { $0 = (0..<400).map { $0 % 2 == 0 ? 1e308 : -1e308 } }
    #expect(throws: DetectionError.valuesTooLarge(series: series.name, channel: series.channels[0].name)) {
        try detector(kind, series)
    }
}

@Test func aFileWhoseReferenceErrorsAreNoNumbersIsRefused() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try Models.standard.save(try detector(.lstm, wave(300)), to: url)
    var file = try ModelFile(readingFrom: url)
    let name = "calibration.reference_errors"
    file.tensors[name]?.values[3] = .nan
    try file.write(to: url)
    #expect(throws: ModelFileError.notFinite(file: url.lastPathComponent, name: name)) {
        try Models.standard.load(.lstm, from: url)
    }
}

@Test func whoHasFewerRowsThanAModelNeedsIsNotToldToTrainOnThem() {
    let short = DetectionError.tooManyTrainingRows(series: "s", rows: 36, wanted: 100).description
    #expect(short == "s: has 36 rows, fewer than the 100 to train on; use a longer series, since a model needs at least 48.")
    let enough = DetectionError.tooManyTrainingRows(series: "s", rows: 60, wanted: 100).description
    #expect(enough == "s: has 60 rows, fewer than the 100 to train on; train on at most 60.")
    let names = (0..<10_000).map { "channel \($0)" }
    #expect(DetectionError.otherOrder(model: .lstm, expected: names).description.count < 500)
}
