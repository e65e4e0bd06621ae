import AnomalyDetection
import NeuralNetwork

/// How the test's own network is planned: trained in a moment.
public struct ConvolutionalRecipe: Recipe {
    public static var network: any NetworkArchitecture.Type { ConvolutionalArchitecture.self }
    public var window = WindowRule(periods: 2, shortest: 32, longest: 256)
    public var averaging = ErrorAveraging()

    public init() {}

    public func plan(period: Int, channels: Int, trainingRows: Int, seed: UInt64) -> DetectorPlan {
        let averaged = averaging.rows(period: period, trainingRows: trainingRows)
        let kernel = 4
        let window = max(1, window.rows(period: period, trainingRows: trainingRows) / kernel) * kernel
        return DetectorPlan(
            architecture: Architecture(
                ConvolutionalArchitecture(
                    windowLength: window, channelCount: channels, kernelLength: kernel, featureCount: 6, codeSize: 8)),
            epochs: 4, batchSize: 32, windowsPerEpoch: 256, learningRate: 5e-3, patience: 4, validationShare: 0.15, noise: 0.05,
            shortSmoothing: averaged.short, longSmoothing: averaged.long, scoringMargin: 0,
            scoringStride: max(1, window / 4), seed: seed &+ 2)
    }
}
