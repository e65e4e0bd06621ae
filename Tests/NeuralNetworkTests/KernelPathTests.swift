import CKernels
import CScores
import Foundation
import Testing

@testable import NeuralNetwork

/// How far the numbers of two paths may lie apart, as a part of the largest of them: each rounds its own way, fused or not.
private let tolerance: Float = 2e-4

private func distance(_ a: [Float], _ b: [Float]) -> Float {
    let largest = max(1e-3, b.map(abs).max() ?? 0)
    return zip(a, b).map { abs($0 - $1) }.max().map { $0 / largest } ?? 0
}

/// What a drawn network learns and says, on the path in use.
private func trained(seed: UInt64, threads: Int) -> [Float] {
    var draw = Draw(seed: seed)
    let architecture = draw.architecture()
    let trainer = Trainer(Parameters(architecture, seed: seed), threadCount: threads)
    let batch = draw.batch(architecture, count: 21)
    let (loss, gradient) = trainer.gradient(batch)
    var answer: [Float] = []
    NetworkRunner(trainer.parameters, capacity: 21, threadCount: threads).reconstruct(
        batch.inputs, hiddenPatches: batch.hiddenPatches
    ) { answer = Array($0) }
    return [loss] + gradient + answer + answersInPasses(trainer.parameters, batch, threads: threads)
}

/// The answers where every other patch is hidden, then the others; nothing of a network without patches.
private func answersInPasses(_ parameters: Parameters, _ batch: Batch, threads: Int) -> [Float] {
    guard let tokens = parameters.architecture.maskable?.tokenCount else { return [] }
    let passes = (0..<2).map { pass in
        MaskedPass(hidden: (0..<tokens).map { $0 % 2 == pass }, wanted: (0..<tokens).filter { $0 % 2 == pass })
    }
    var answers: [Float] = []
    NetworkRunner(parameters, capacity: 21, threadCount: threads).reconstruct(batch.inputs, passes: passes) {
        answers = Array($0)
    }
    return answers
}

/// The path holds for a whole process, so that each test that chooses one runs in a process of its own.
@Suite struct KernelPathTests {
    @Test func everyPathComputesTheSameNetworks() async {
        await #expect(processExitsWith: .success) {
            for seed in UInt64(1)...60 {
                ok_use_path(KernelPath.plain.rawValue)
                let plain = trained(seed: seed, threads: 1)
                for path in KernelPath.available {
                    ok_use_path(path.rawValue)
                    #expect(KernelPath.inUse == path)
                    let own = trained(seed: seed, threads: 1)
                    #expect(distance(own, plain) < tolerance, "seed \(seed), \(path.name)")
                    #expect(own == trained(seed: seed, threads: 1), "seed \(seed), \(path.name): the same twice")
                }
            }
        }
    }

    @Test func scoresAreTheSameNumbersOnEveryPath() async {
        await #expect(processExitsWith: .success) {
            var draw = Draw(seed: 3)
            for size in [1, 15, 16, 255, 257, 1000] {
                let scores = (0..<3).map { _ in draw.floats(size).map { $0 > 0.9 ? Float.nan : $0 } }
                let query = draw.floats(37)
                let values = draw.floats(size + query.count)
                func averagesAndProducts() -> [UInt32] {
                    var (average, products) = ([Float](repeating: 0, count: size), [Float](repeating: 0, count: size))
                    scores[0].withUnsafeBufferPointer { a in
                        scores[1].withUnsafeBufferPointer { b in
                            scores[2].withUnsafeBufferPointer { c in
                                ok_weighted_average(
                                    [a.baseAddress, b.baseAddress, c.baseAddress], [0.5, 0.3, 0.2], 3, size, &average)
                            }
                        }
                    }
                    ok_window_products(values, 1, query, query.count, size, &products)
                    return (average + products).map { $0.isNaN ? 0 : $0.bitPattern }
                }
                ok_use_path(KernelPath.plain.rawValue)
                let plain = averagesAndProducts()
                for path in KernelPath.available {
                    ok_use_path(path.rawValue)
                    #expect(averagesAndProducts() == plain, "\(size) rows, \(path.name)")
                }
            }
        }
    }

    @Test func aPathThatTheProcessorDoesNotHaveIsNotTaken() async {
        await #expect(processExitsWith: .success) {
            ok_use_path(99)
            #expect(KernelPath.inUse == .best)
            ok_use_path(-1)
            #expect(KernelPath.inUse == .best)
        }
    }

    @Test(arguments: [2, 3, 16]) func moreThreadsThanCoresLearnTheSame(_ threads: Int) {
        for seed in UInt64(1)...20 {
            let own = trained(seed: seed, threads: threads)
            #expect(distance(own, trained(seed: seed, threads: 1)) < tolerance, "seed \(seed)")
            #expect(own == trained(seed: seed, threads: threads), "seed \(seed): the same twice")
        }
    }
}
