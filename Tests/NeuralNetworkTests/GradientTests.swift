import CKernels
import Foundation
import TestSupport
import Testing

@testable import NeuralNetwork

/// Odd sizes of both networks: one channel and seven, one window, heads 1, 2 and 8; and of one that the library does not hold.
private let architectures: [Architecture] = [
    .lstm(LSTMArchitecture(windowLength: 5, channelCount: 1, hiddenSize: 3)),
    .lstm(LSTMArchitecture(windowLength: 6, channelCount: 7, hiddenSize: 4, latentSize: 2)),
    .lstm(LSTMArchitecture(windowLength: 1, channelCount: 2, hiddenSize: 5, latentSize: 3)),
    .transformer(
        TransformerArchitecture(
            windowLength: 6, channelCount: 1, patchLength: 2, width: 4, headCount: 1, layerCount: 1, feedForwardSize: 6,
            bottleneckSize: 2)),
    .transformer(
        TransformerArchitecture(
            windowLength: 9, channelCount: 3, patchLength: 3, width: 8, headCount: 8, layerCount: 2, feedForwardSize: 5,
            bottleneckSize: 3)),
    Architecture(
        ConvolutionalArchitecture(windowLength: 12, channelCount: 2, kernelLength: 4, featureCount: 3, codeSize: 2)),
]

private func batch(_ architecture: Architecture, count: Int) -> Batch {
    let size = count * architecture.windowLength * architecture.channelCount
    let hidden = architecture.maskable.map { sizes in (0..<(count * sizes.tokenCount)).map { UInt8($0 % 3 == 1 ? 1 : 0) } }
    var draw = Draw(seed: 1)
    return Batch(
        inputs: draw.floats(size), targets: draw.floats(size), importance: draw.floats(size).map { $0 > -0.6 ? 1 : 0 },
        hiddenPatches: hidden)
}

@Test(arguments: architectures, [1, 3]) func gradientsAgreeWithFiniteDifferences(_ architecture: Architecture, count: Int) {
    let parameters = Parameters(architecture, seed: 5)
    let trainer = Trainer(parameters, threadCount: 1)
    let batch = batch(architecture, count: count)
    let (_, gradient) = trainer.gradient(batch)
    let step: Float = 4e-3
    for index in stride(from: 0, to: parameters.count, by: max(1, parameters.count / 200)) {
        let value = trainer.values.base[index]
        trainer.values.base[index] = value + step
        let above = trainer.loss(batch)
        trainer.values.base[index] = value - step
        let below = trainer.loss(batch)
        trainer.values.base[index] = value
        let slope = (above - below) / (2 * step)
        #expect(abs(slope - gradient[index]) < 2e-3 + 0.03 * abs(slope), "parameter \(index)")
    }
}

/// Along each tensor's own gradient the loss rises as steeply as that gradient is long.
@Test(arguments: 1...60 as ClosedRange<UInt64>) func theLossRisesAlongTheGradientOfEveryTensor(seed: UInt64) {
    var draw = Draw(seed: seed)
    let architecture = draw.architecture()
    let parameters = Parameters(architecture, seed: seed)
    let trainer = Trainer(parameters, threadCount: draw.size(1...3))
    let batch = draw.batch(architecture, count: draw.size(1...20))
    let (_, gradient) = trainer.gradient(batch)
    for entry in parameters.layout.entries {
        let own = gradient[entry.offset..<(entry.offset + entry.count)]
        let length = own.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length > 0 else { continue }
        func loss(at step: Float) -> Float {
            for index in own.indices {
                trainer.values.base[index] = parameters.values.base[index] + step * own[index] / length
            }
            return trainer.loss(batch)
        }
        let slope = (loss(at: 4e-3) - loss(at: -4e-3)) / 8e-3
        _ = loss(at: 0)
        #expect(abs(slope - length) < 1e-3 + 0.02 * length, "seed \(seed), \(entry.name), \(architecture)")
    }
}

@Test(arguments: architectures) func resultsAreTheSameFromRunToRun(_ architecture: Architecture) {
    for threads in [1, 2] {
        let runs = (0..<2).map { _ in
            let trainer = Trainer(Parameters(architecture, seed: 9), threadCount: threads)
            for _ in 0..<5 { _ = trainer.step(batch(architecture, count: 11), learningRate: 1e-2) }
            return trainer.values.array
        }
        #expect(runs[0] == runs[1])
    }
}

@Test(arguments: architectures) func trainingLowersTheLoss(_ architecture: Architecture) {
    let trainer = Trainer(Parameters(architecture, seed: 9), threadCount: 1)
    let data = batch(architecture, count: 4)
    let first = trainer.loss(data)
    for _ in 0..<200 { _ = trainer.step(data, learningRate: 1e-2) }
    #expect(trainer.loss(data) < 0.9 * first)
}

@Test(arguments: architectures) func unimportantValuesDoNotMatter(_ architecture: Architecture) {
    let trainer = Trainer(Parameters(architecture, seed: 2), threadCount: 1)
    var data = batch(architecture, count: 2)
    let loss = trainer.loss(data)
    for index in data.targets.indices where data.importance[index] == 0 { data.targets[index] = 1000 }
    #expect(trainer.loss(data) == loss)
    data.importance = data.importance.map { _ in 0 }
    #expect(trainer.step(data, learningRate: 1) == 0)
}

@Test func exponentialIsAccurateToTwoUnitsInTheLastPlace() {
    let x = (0...200_000).map { Float(-87 + 174 * Double($0) / 200_000) }
    var y = [Float](repeating: 0, count: x.count)
    ok_exp(x, &y, x.count)
    let worst = zip(x, y).map { abs(Double($1) - exp(Double($0))) / Double(Float(exp(Double($0))).ulp) }.max() ?? .infinity
    #expect(worst <= 2)
}

@Test func extremeInputsNeitherCrashNorHang() {
    for architecture in architectures {
        let size = architecture.windowLength * architecture.channelCount
        for extreme in [Float.nan, .infinity, -.infinity, 1e38, Float.leastNonzeroMagnitude] {
            let network = NetworkRunner(Parameters(architecture, seed: 1), capacity: 1)
            var count = 0
            network.reconstruct([Float](repeating: extreme, count: size)) { count = $0.count }
            #expect(count == size)
        }
    }
}

@Test func unsoundSizesAreToldFromSoundOnes() {
    #expect(architectures.allSatisfy { $0.isSound })
    #expect(!Architecture.lstm(LSTMArchitecture(windowLength: 0, channelCount: 1, hiddenSize: 4)).isSound)
    func transformer(window: Int, layers: Int = 1, width: Int = 48) -> Architecture {
        .transformer(
            TransformerArchitecture(
                windowLength: window, channelCount: 1, patchLength: 1, width: width, headCount: 4, layerCount: layers,
                feedForwardSize: 128, bottleneckSize: 1))
    }
    // Numbers in a small file that ask for gigabytes.
    #expect(transformer(window: 640, layers: 2).isSound && !transformer(window: 65_536).isSound)
    #expect(!transformer(window: 640, layers: 64).isSound && !transformer(window: 1024, layers: 4, width: 4096).isSound)
    #expect(!Architecture.lstm(LSTMArchitecture(windowLength: 65_536, channelCount: 1, hiddenSize: 48)).isSound)
    #expect(!Architecture.lstm(LSTMArchitecture(windowLength: 8, channelCount: 1, hiddenSize: -4)).isSound)
    var sizes = TransformerArchitecture(
        windowLength: 8, channelCount: 1, patchLength: 3, width: 8, headCount: 2, layerCount: 1, feedForwardSize: 8,
        bottleneckSize: 2)
    #expect(!Architecture.transformer(sizes).isSound)
    sizes.patchLength = 0
    #expect(!Architecture.transformer(sizes).isSound)
}
