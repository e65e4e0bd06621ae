import TimeSeries

/// Turns the errors of channels into one number a row: that of the oddest channel, each measured by how far its own errors
/// reach in the training rows.
///
/// `excess = max(0, error - median) / (99 % quantile - median + noise)`: 0 up to the typical error, about 1 where one row in a
/// hundred of the training rows lies. A channel that is never reconstructed well, such as a command that comes at random,
/// so counts only where it is odd even for itself. The largest excess is added to the typical error in the same unit: of one
/// channel, this is the error itself, nothing being less than typical.
///
/// Errors averaged over a few rows are measured by tails of their own, so that a single odd row is pinned to its place. They count
/// half as much as those over stretches, since single rows stray farther; and not at all in a channel in which training rows
/// themselves lie beyond six such tails, as where a switch is thrown now and then: that is ordinary there.
struct ChannelTails: Sendable, Equatable, Codable {
    /// The median of each channel's errors over stretches in the training rows, and the excess of 1 above it.
    let medians: [Float], reaches: [Float]
    /// The same of errors over a few rows; the reach is 0 where they do not count.
    let fewMedians: [Float], fewReaches: [Float]

    /// What errors over a few rows count beside those over stretches.
    private static let fewShare: Float = 0.5
    /// The tails beyond which a training row shows that single odd rows are ordinary in a channel.
    private static let farthest: Float = 6

    /// Fits to the errors of the training rows, `[rows, 2, channels]`; NaN is passed over.
    /// - Parameter noise: differences that say nothing, in scaled units: the noise that training adds to its inputs.
    init(fitting errors: [Float], channels: Int, noise: Float) {
        let sorted = (0..<(2 * channels)).map { column -> [Float] in
            let own = stride(from: column, to: errors.count, by: 2 * channels).lazy.map { errors[$0] }.filter { !$0.isNaN }
                .sorted()
            return own.isEmpty ? [0] : own
        }
        let middles = sorted.map { quantile(ofSorted: $0, 0.5) }
        let tails = zip(sorted, middles).map { quantile(ofSorted: $0, 0.99) - $1 + noise }
        (medians, reaches) = (Array(middles[..<channels]), Array(tails[..<channels]))
        fewMedians = Array(middles[channels...])
        fewReaches = (channels..<(2 * channels)).map { column in
            let farthest = (sorted[column].last ?? 0) - middles[column]
            return farthest > Self.farthest * tails[column] ? 0 : tails[column] / Self.fewShare
        }
    }

    /// Whether what came from a file can be worked with.
    func isSound(channels: Int) -> Bool {
        [medians, reaches, fewMedians, fewReaches].allSatisfy { $0.count == channels && $0.allSatisfy(\.isFinite) }
            && reaches.allSatisfy { $0 > 0 } && fewReaches.allSatisfy { $0 >= 0 }
    }

    /// The typical error in units of the tail, the median over channels.
    private var typical: Float { quantile(ofSorted: zip(medians, reaches).map { $0 / $1 }.sorted(), 0.5) }

    /// The typical error and the largest excess of each row over its channels, from `[rows, 2, channels]`; NaN where no channel
    /// has an error.
    func largest(_ errors: [Float]) -> [Float] {
        let (channels, typical) = (medians.count, typical)
        return stride(from: 0, to: errors.count, by: 2 * channels).map { row in
            var largest = Float.nan
            for channel in 0..<channels where !errors[row + channel].isNaN {
                largest = Float.maximum(largest, max(0, errors[row + channel] - medians[channel]) / reaches[channel])
                guard fewReaches[channel] > 0 else { continue }
                largest = max(largest, (errors[row + channels + channel] - fewMedians[channel]) / fewReaches[channel])
            }
            return typical + largest
        }
    }
}
