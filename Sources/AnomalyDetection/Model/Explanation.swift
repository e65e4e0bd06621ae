import NeuralNetwork
import TimeSeries

/// Why a model scored some rows as it did.
public struct Explanation: Sendable, Equatable {
    /// Each channel's share of the squared differences beyond the usual, each in the unit of its own, in order, summing to 1; all
    /// 0 where nothing differs by more than usual.
    public let channelShares: [Float]
    /// Rows outside the event that a network attended to most while the event was hidden from it, the most attended first, with
    /// their share of the attention; empty where nothing can be hidden from it.
    public let attended: [Attention]

    /// Rows and their share of the attention, 0 to 1.
    public struct Attention: Sendable, Equatable {
        /// The rows of one patch.
        public let rows: Range<Int>
        /// How much of the attention they took.
        public let share: Float
    }

    /// Shares of the channels, and what was attended to.
    public init(channelShares: [Float], attended: [Attention]) {
        self.channelShares = channelShares
        self.attended = attended
    }
}

extension NeuralDetector {
    public func explanation(
        of rows: Range<Int>, in series: Series, errors: RowErrors
    ) throws(DetectionError) -> Explanation {
        let prepared = PreparedSeries(series, scaling: scaling, longGap: plan.windowing.longGap)
        guard prepared.rowCount >= plan.windowLength else {
            throw .tooFewRows(series: series.name, rows: prepared.rowCount, needed: plan.windowLength)
        }
        let channels = prepared.channelCount
        var sums = [Float](repeating: 0, count: channels)
        for row in rows {
            for channel in 0..<channels {
                let place = row * channels + channel
                if prepared.isGap(row, channel) { continue }
                let difference = abs(errors.reconstruction[place] - prepared.values[place])
                let excess = max(0, difference - measure.tails.medians[channel]) / measure.tails.reaches[channel]
                sums[channel] += excess * excess
            }
        }
        let total = sums.reduce(0, +)
        return Explanation(
            channelShares: sums.map { total > 0 ? $0 / total : 0 }, attended: attended(rows, prepared))
    }

    /// Patches that are reported at the most.
    private static let mostAttended = 3

    /// One window with the event in its middle, the event's patches hidden: whence did the answer come?
    private func attended(_ rows: Range<Int>, _ prepared: PreparedSeries) -> [Explanation.Attention] {
        guard let patch = plan.architecture.maskable?.patchLength else { return [] }
        let middle = (rows.lowerBound + rows.upperBound) / 2
        let start = max(0, min(middle - plan.windowLength / 2, prepared.rowCount - plan.windowLength))
        let tokens = plan.windowLength / patch
        let own = (0..<tokens).filter { rows.overlaps((start + $0 * patch)..<(start + ($0 + 1) * patch)) }
        let window = LevelFreeWindows(prepared, starts: [start], length: plan.windowLength)
        var hidden = plan.unmeasuredPatches(window.measured) ?? [UInt8](repeating: 0, count: tokens)
        for token in own { hidden[token] = 1 }
        let others = (0..<tokens).filter { hidden[$0] == 0 }
        let network = NetworkRunner(parameters, capacity: 1)
        guard !others.isEmpty, let map = network.attention(window.values, hiddenPatches: hidden) else { return [] }
        let looks = others.map { key in own.reduce(Float(0)) { $0 + map[$1 * tokens + key] } }
        let total = looks.reduce(0, +)
        return zip(others, looks).sorted { $0.1 > $1.1 }.prefix(Self.mostAttended).map { token, look in
            Explanation.Attention(
                rows: (start + token * patch)..<(start + (token + 1) * patch), share: total > 0 ? look / total : 0)
        }
    }
}
