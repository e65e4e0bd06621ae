import Foundation
import Testing

@testable import NeuralNetwork

/// A network as PyTorch built, ran and trained it.
struct Fixture: CustomTestStringConvertible {
    let name: String
    let architecture: Architecture
    let tensors: [String: Tensor]
    var testDescription: String { name }

    static let all: [Fixture] = {
        let folder = Bundle.module.resourceURL?.appendingPathComponent("Fixtures")
        let files = folder.flatMap { try? FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil) } ?? []
        return files.sorted { $0.path < $1.path }.compactMap { try? Fixture(readingFrom: $0) }
    }()

    init(readingFrom url: URL) throws {
        let file = try ModelFile(readingFrom: url)
        name = url.deletingPathExtension().lastPathComponent
        tensors = file.tensors
        architecture = try JSONDecoder().decode(
            Architecture.self, from: Data((file.metadata["architecture"] ?? "").utf8), configuration: networks)
    }

    func parameters() throws -> Parameters {
        let values = tensors.filter { $0.key.hasPrefix("value.") }
        return try Parameters(
            architecture, tensors: Dictionary(uniqueKeysWithValues: values.map { (String($0.dropFirst(6)), $1) }), file: name)
    }

    var batch: Batch {
        Batch(
            inputs: tensors["input"]?.values ?? [], targets: tensors["target"]?.values ?? [],
            importance: tensors["importance"]?.values ?? [], hiddenPatches: tensors["hidden"]?.values.map { UInt8($0) })
    }
}

func largestDifference(_ a: some Sequence<Float>, _ b: some Sequence<Float>) -> Float {
    zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
}

@Test func fixturesAreThere() { #expect(Fixture.all.count == 6) }

@Test(arguments: Fixture.all) func forwardAgreesWithPyTorch(_ fixture: Fixture) throws {
    let count = fixture.tensors["input"]?.shape[0] ?? 0
    var output: [Float] = []
    NetworkRunner(try fixture.parameters(), capacity: count).reconstruct(
        fixture.batch.inputs, hiddenPatches: fixture.batch.hiddenPatches
    ) { output = Array($0) }
    let expected = try #require(fixture.tensors["output"]?.values)
    #expect(output.count == expected.count)
    #expect(largestDifference(output, expected) < 2e-5)
}

@Test(arguments: Fixture.all, [1, 2, 3]) func backwardAgreesWithPyTorch(_ fixture: Fixture, threads: Int) throws {
    let parameters = try fixture.parameters()
    let (_, gradient) = Trainer(parameters, threadCount: threads).gradient(fixture.batch)
    for entry in parameters.layout.entries {
        let expected = try #require(fixture.tensors["gradient." + entry.name]?.values)
        let scale = expected.map { abs($0) }.max() ?? 0
        let own = gradient[entry.offset..<(entry.offset + entry.count)]
        #expect(largestDifference(own, expected) < 1e-5 + 1e-4 * scale, "\(entry.name)")
    }
}

@Test(arguments: Fixture.all) func fiftyAdamStepsFollowPyTorch(_ fixture: Fixture) throws {
    let trainer = Trainer(try fixture.parameters(), threadCount: 1)
    let expected = try #require(fixture.tensors["losses"]?.values)
    for (step, loss) in expected.enumerated() {
        let own = trainer.step(fixture.batch, learningRate: 1e-3)
        #expect(abs(own - loss) < 1e-4 * loss, "step \(step): \(own) and \(loss)")
    }
}
