import Foundation
import NeuralNetwork

/// How patches of a window are hidden from a network, so that it learns to tell what belongs in a place from what
/// surrounds it.
public struct Masking: Sendable, Equatable {
    /// Share of the patches that training hides, 0 to 1.
    public var share: Float
    /// The most neighbouring patches that are hidden together.
    public var span: Int
    /// Scoring passes in each of which another one of that many spans is hidden; 0 hides none while scoring.
    public var passes: Int

    /// Hides a share of patches, in spans, and asks in so many passes.
    public init(share: Float, span: Int, passes: Int) {
        self.share = share
        self.span = span
        self.passes = passes
    }
}

/// Everything that decides how one network is built, trained and scored.
public struct DetectorPlan: Sendable, Equatable {
    /// The network and its sizes.
    public var architecture: Architecture
    /// The most passes over the training windows.
    public var epochs: Int
    /// Windows in one update.
    public var batchSize: Int
    /// Windows drawn for one epoch at the most.
    public var windowsPerEpoch: Int
    /// Adam's step size at its peak.
    public var learningRate: Float
    /// Epochs without a better validation loss after which training stops.
    public var patience: Int
    /// Share of the training rows, at their end, that is held out to decide when to stop.
    public var validationShare: Double
    /// Standard deviation of the noise added to inputs while training, in scaled units.
    public var noise: Float
    /// How patches are hidden; `nil` for a network from which none can be, or shall not.
    public var masking: Masking?
    /// Rows over which errors are averaged before calibration, for short and for long anomalies; both averages count alike.
    public var shortSmoothing: Int, longSmoothing: Int
    /// Rows at both ends of a window whose reconstruction does not count, for want of context; the ends of
    /// the series excepted.
    public var scoringMargin: Int
    /// Rows between the starts of neighbouring windows when scoring.
    public var scoringStride: Int
    /// Rows of the windows whose levels and swings are judged, at most `windowLength`.
    public var noveltyLength: Int
    /// Where the random numbers begin.
    public var seed: UInt64

    /// Plans a network; levels and swings are those of its own windows where no other length is given for them.
    public init(
        architecture: Architecture, epochs: Int, batchSize: Int, windowsPerEpoch: Int, learningRate: Float, patience: Int,
        validationShare: Double, noise: Float, masking: Masking? = nil, shortSmoothing: Int, longSmoothing: Int,
        scoringMargin: Int, scoringStride: Int, noveltyLength: Int? = nil, seed: UInt64
    ) {
        self.architecture = architecture
        self.epochs = epochs
        self.batchSize = batchSize
        self.windowsPerEpoch = windowsPerEpoch
        self.learningRate = learningRate
        self.patience = patience
        self.validationShare = validationShare
        self.noise = noise
        self.masking = masking
        self.shortSmoothing = shortSmoothing
        self.longSmoothing = longSmoothing
        self.scoringMargin = scoringMargin
        self.scoringStride = scoringStride
        self.noveltyLength = noveltyLength ?? architecture.windowLength
        self.seed = seed
    }

    /// Rows in a window.
    public var windowLength: Int { architecture.windowLength }

    /// The patches of windows of which nothing was measured, `[windows, tokens]` of 0 or 1: nothing is to be made of what stands
    /// in for their values, so they are hidden. `nil` where none is, or the network has no patches.
    /// - Parameter measured: `[windows, time, channels]` of 1 or 0.
    func unmeasuredPatches(_ measured: [Float]?) -> [UInt8]? {
        guard let measured, let sizes = architecture.maskable else { return nil }
        let patch = sizes.patchLength * architecture.channelCount
        let hidden = stride(from: 0, to: measured.count, by: patch).map { first -> UInt8 in
            measured[first..<(first + patch)].contains(1) ? 0 : 1
        }
        return hidden.contains(1) ? hidden : nil
    }

    /// How a series is laid out in windows.
    var windowing: Windowing {
        Windowing(
            length: windowLength, stride: scoringStride, margin: scoringMargin, shortSmoothing: shortSmoothing,
            longSmoothing: longSmoothing, hidesGaps: architecture.maskable != nil)
    }

    /// The windows whose levels and swings are judged, where they are shorter than those of the network: each of their rows counts.
    var ownNoveltyWindowing: Windowing? {
        noveltyLength == windowLength
            ? nil
            : Windowing(
                length: noveltyLength, stride: max(1, noveltyLength / 4), margin: 0, shortSmoothing: shortSmoothing,
                longSmoothing: longSmoothing)
    }

    /// The windows whose levels and swings are judged.
    var noveltyWindowing: Windowing { ownNoveltyWindowing ?? windowing }

    /// Whether sizes that came from a file can be worked with.
    var isSound: Bool {
        architecture.isSound && (1...windowLength).contains(scoringStride) && (0...windowLength).contains(scoringMargin)
            && 2 * scoringMargin + scoringStride <= windowLength && (1...windowLength).contains(noveltyLength)
            && [shortSmoothing, longSmoothing].allSatisfy((1...Int(Int32.max)).contains)
            && masking.map {
                architecture.maskable != nil && (0...windowLength).contains($0.passes) && (1...windowLength).contains($0.span)
            } ?? true
    }
}

/// As model files hold it: one flat object, in which a network without patches has no masked members, and one that judges the
/// levels of its own windows names no others.
extension DetectorPlan: Encodable, DecodableWithConfiguration {
    private enum CodingKeys: String, CodingKey {
        case architecture, epochs, batchSize, windowsPerEpoch, learningRate, patience, validationShare, noise
        case maskedShare, maskedSpan, maskedPasses
        case shortSmoothing, longSmoothing, scoringMargin, scoringStride, noveltyLength, seed
    }

    /// Reads the plan of one of some networks.
    public init(from decoder: any Decoder, configuration networks: Networks) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        architecture = try values.decode(Architecture.self, forKey: .architecture, configuration: networks)
        epochs = try values.decode(Int.self, forKey: .epochs)
        batchSize = try values.decode(Int.self, forKey: .batchSize)
        windowsPerEpoch = try values.decode(Int.self, forKey: .windowsPerEpoch)
        learningRate = try values.decode(Float.self, forKey: .learningRate)
        patience = try values.decode(Int.self, forKey: .patience)
        validationShare = try values.decode(Double.self, forKey: .validationShare)
        noise = try values.decode(Float.self, forKey: .noise)
        if let share = try values.decodeIfPresent(Float.self, forKey: .maskedShare) {
            masking = Masking(
                share: share, span: try values.decode(Int.self, forKey: .maskedSpan),
                passes: try values.decode(Int.self, forKey: .maskedPasses))
        }
        shortSmoothing = try values.decode(Int.self, forKey: .shortSmoothing)
        longSmoothing = try values.decode(Int.self, forKey: .longSmoothing)
        scoringMargin = try values.decode(Int.self, forKey: .scoringMargin)
        scoringStride = try values.decode(Int.self, forKey: .scoringStride)
        noveltyLength = try values.decodeIfPresent(Int.self, forKey: .noveltyLength) ?? architecture.windowLength
        seed = try values.decode(UInt64.self, forKey: .seed)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(architecture, forKey: .architecture)
        try values.encode(epochs, forKey: .epochs)
        try values.encode(batchSize, forKey: .batchSize)
        try values.encode(windowsPerEpoch, forKey: .windowsPerEpoch)
        try values.encode(learningRate, forKey: .learningRate)
        try values.encode(patience, forKey: .patience)
        try values.encode(validationShare, forKey: .validationShare)
        try values.encode(noise, forKey: .noise)
        if let masking {
            try values.encode(masking.share, forKey: .maskedShare)
            try values.encode(masking.span, forKey: .maskedSpan)
            try values.encode(masking.passes, forKey: .maskedPasses)
        }
        try values.encode(shortSmoothing, forKey: .shortSmoothing)
        try values.encode(longSmoothing, forKey: .longSmoothing)
        try values.encode(scoringMargin, forKey: .scoringMargin)
        try values.encode(scoringStride, forKey: .scoringStride)
        if noveltyLength != windowLength { try values.encode(noveltyLength, forKey: .noveltyLength) }
        try values.encode(seed, forKey: .seed)
    }
}
