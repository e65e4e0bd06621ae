import ArgumentParser
import Foundation
import NeuralNetwork

/// Training and scoring speed of one network at the sizes of the PyTorch program it is raced against.
struct EngineBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine", abstract: "Windows per second of one network, in training and in scoring.",
        discussion: """
            A training step is forward, mean squared error, backward and Adam on one batch; scoring is forward alone \
            at batch 512. No patches, no masking.
            """)

    /// Which network.
    enum Model: String, ExpressibleByArgument, CaseIterable { case lstm, transformer }

    @Option(help: "lstm or transformer.") var model: Model
    @Option(help: "Threads.") var threads = 2
    @Option(help: "Training steps that are timed.") var steps = 40
    @Option(help: "Rows in a window.") var window = 64
    @Option(help: "Width of the network.") var width = 64
    @Option(help: "Values in a row.") var channels = 1
    @Option(help: "Windows in a training step.") var batch = 64

    func run() {
        let windowSize = window * channels
        let parameters = Parameters(architecture, seed: 1)
        let trainer = Trainer(parameters, threadCount: threads)
        let inputs = noise(batch * windowSize)
        let data = Batch(inputs: inputs, targets: inputs, importance: [Float](repeating: 1, count: inputs.count))
        let train = medianSeconds(warmUp: 5, count: steps) { _ = trainer.step(data, learningRate: 1e-3) }
        let reconstructor = NetworkRunner(parameters, capacity: 512, threadCount: threads)
        let windows = noise(512 * windowSize)
        let score = medianSeconds(warmUp: 3, count: max(10, steps / 3)) { reconstructor.reconstruct(windows) { _ in } }
        var result: [String: Any] = [
            "engine": "oddline", "model": model.rawValue, "threads": threads,
            "train_windows_per_s": Int((Double(batch) / train).rounded()),
            "score_windows_per_s": Int((512 / score).rounded()), "peak_rss_mib": peakMemory() / 1024,
        ]
        let flops = Double(parameters.architecture.trainingFlops(windows: 1))
        result["train_gflops"] = rounded(flops * Double(batch) / train / 1e9)
        result["score_gflops"] = rounded(flops / 3 * 512 / score / 1e9)
        printJSON(result)
    }

    private var architecture: Architecture {
        switch model {
        case .lstm: .lstm(LSTMArchitecture(windowLength: window, channelCount: channels, hiddenSize: width))
        case .transformer:
            .transformer(
                TransformerArchitecture(
                    windowLength: window, channelCount: channels, patchLength: 1, width: width, headCount: 4, layerCount: 2,
                    feedForwardSize: 4 * width, bottleneckSize: 8))
        }
    }
}

/// What the matrix back end reaches on large square products.
struct PeakBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "peak", abstract: "GFLOP/s of single-precision matrix products.")

    @Option(help: "Threads.") var threads = 1

    func run() { printJSON(["benchmark": "peak", "threads": threads, "gflops": rounded(measuredPeak(threads: threads) / 1e9)]) }
}

/// Uniform numbers between -1 and 1.
func noise(_ count: Int) -> [Float] {
    var random = SystemRandomNumberGenerator()
    return (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
}

func medianSeconds(warmUp: Int, count: Int, _ body: () -> Void) -> Double {
    for _ in 0..<warmUp { body() }
    let times = (0..<count).map { _ in
        let elapsed = ContinuousClock().measure(body)
        return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    }
    return times.sorted()[count / 2]
}

/// The process's largest resident set so far, in KiB.
func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss
}

func printJSON(_ object: [String: Any]) {
    if let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]) {
        print(String(decoding: data, as: UTF8.self))
    }
}
