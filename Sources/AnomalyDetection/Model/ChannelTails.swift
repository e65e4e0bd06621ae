import TimeSeries

/// Turns the errors of channels into one number a row: that of the oddest channel, each measured by how far its own errors
/// reach in the training rows.
///
/// `excess = max(0, error - median) / (99 % quantile - median + noise)`: 0 up to the typical error, about 1 where one row in a
/// hundred of the training rows lies. A channel that is never reconstructed well, such as a command that comes at random,
/// so counts only where it is odd even for itself. The largest excess is added to the typical error in the same unit: of one
/// channel, this is the error itself, nothing being less than typical.
struct ChannelTails: Sendable, Equatable, Codable {
    /// The median of each channel's errors in the training rows, and the excess of 1 above it.
    let medians: [Float], reaches: [Float]

    /// Fits to the errors of the training rows, `[rows, channels]`; NaN is passed over.
    /// - Parameter noise: differences that say nothing, in scaled units: the noise that training adds to its inputs.
    init(fitting errors: [Float], channels: Int, noise: Float) {
        let sorted = (0..<channels).map { channel -> [Float] in
            let own = stride(from: channel, to: errors.count, by: channels).lazy.map { errors[$0] }.filter { !$0.isNaN }.sorted()
            return own.isEmpty ? [0] : own
        }
        medians = sorted.map { quantile(ofSorted: $0, 0.5) }
        reaches = sorted.map { quantile(ofSorted: $0, 0.99) - quantile(ofSorted: $0, 0.5) + noise }
    }

    /// Whether what came from a file can be worked with.
    func isSound(channels: Int) -> Bool {
        medians.count == channels && reaches.count == channels && medians.allSatisfy(\.isFinite)
            && reaches.allSatisfy { $0 > 0 && $0.isFinite }
    }

    /// The typical error in units of the tail, the median over channels.
    private var typical: Float { quantile(ofSorted: zip(medians, reaches).map { $0 / $1 }.sorted(), 0.5) }

    /// The typical error and the largest excess of each row over its channels, from `[rows, channels]`; NaN where no channel has
    /// an error.
    func largest(_ errors: [Float]) -> [Float] {
        let (channels, typical) = (medians.count, typical)
        return (0..<(errors.count / channels)).map { row in
            var largest = Float.nan
            for channel in 0..<channels {
                let error = errors[row * channels + channel]
                if !error.isNaN { largest = Float.maximum(largest, max(0, error - medians[channel]) / reaches[channel]) }
            }
            return typical + largest
        }
    }
}
