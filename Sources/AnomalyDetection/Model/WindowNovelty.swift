import Algorithms
import TimeSeries

/// How far windows' levels and swings lie from what is known, in the units of reconstruction errors, so that their squares
/// join: `residual² + level² + swing²` is a window's squared distance from what the model holds for possible.
///
/// - A swing (standard deviation) is new by its distance from the median of the training windows' swings.
/// - A level is new by its distance to the nearest level known: that of a training window, or of a window before it, that
///   shares no row with it. So a level that is taken for the first time stands out, and one that drifts, climbs or comes back
///   does not.
/// - Both count the less the more they move by themselves in the training rows: their squares are multiplied by
///   `1 / (1 + their mean there / the median squared residual there)`.
struct WindowNovelty: Sendable, Equatable {
    /// Rows in a window.
    let length: Int
    /// The median of the training windows' swings, a channel each.
    let typicalSwings: [Float]
    /// What squares are multiplied by, a channel each.
    private(set) var levelShares: [Float], swingShares: [Float]
    /// First rows of the training windows, rising.
    let starts: [Int]
    /// Their levels, `[windows, channels]`.
    let levels: [Float]

    private var channels: Int { typicalSwings.count }

    /// Fits to the windows of the training rows.
    init(fitting windows: WindowStatistics, length: Int) {
        self.length = length
        (starts, levels) = (windows.starts, windows.levels)
        let channels = 0..<windows.channels
        typicalSwings = channels.map { quantile(ofSorted: windows.column(windows.swings, $0).sorted(), 0.5) }
        (levelShares, swingShares) = (channels.map { _ in 1 }, channels.map { _ in 1 })
        let squares = squares(of: windows)
        func shares(_ squares: [Float]) -> [Float] {
            channels.map { channel in
                let residual = quantile(ofSorted: windows.column(windows.residuals, channel).sorted(), 0.5)
                let own = windows.column(squares, channel)
                return 1 / (1 + own.reduce(0, +) / Float(own.count) / max(residual, .leastNormalMagnitude))
            }
        }
        (levelShares, swingShares) = (shares(squares.levels), shares(squares.swings))
    }

    /// As a file holds it; `nil` where its parts contradict each other.
    init?(_ parts: Parts, levels: [Float], starts: [Int], length: Int) {
        let channels = parts.typicalSwings.count
        let numbers = [parts.typicalSwings, parts.levelShares, parts.swingShares]
        guard numbers.allSatisfy({ $0.count == channels && $0.allSatisfy(\.isFinite) }), levels.count == starts.count * channels,
            levels.allSatisfy(\.isFinite)
        else { return nil }
        (self.length, self.starts, self.levels) = (length, starts, levels)
        (typicalSwings, levelShares, swingShares) = (parts.typicalSwings, parts.levelShares, parts.swingShares)
    }

    /// The few numbers a channel; levels and starts are kept apart.
    struct Parts: Codable {
        let typicalSwings: [Float], levelShares: [Float], swingShares: [Float]
    }

    var parts: Parts { Parts(typicalSwings: typicalSwings, levelShares: levelShares, swingShares: swingShares) }

    /// What joins the squared residuals of each window, `[windows, channels]`.
    func added(to windows: WindowStatistics) -> [Float] {
        let squares = squares(of: windows)
        return zip(squares.levels, squares.swings).map { $0 + $1 }
    }

    /// The shares times the squared distances from what is known, `[windows, channels]` each.
    private func squares(of windows: WindowStatistics) -> (levels: [Float], swings: [Float]) {
        var known = (0..<channels).map { channel in
            KnownLevels(zip(starts, windows.column(levels, channel)))
        }
        let sharedRows = sharedRows(with: windows)
        var ended = 0
        var (levelSquares, swingSquares): ([Float], [Float]) = ([], [])
        for (index, start) in windows.starts.enumerated() {
            while windows.starts[ended] + length <= start {
                for channel in 0..<channels { known[channel].add(windows.levels[ended * channels + channel]) }
                ended += 1
            }
            let overlapping = start < sharedRows ? (start - length + 1)..<(start + length) : 0..<0
            for channel in 0..<channels {
                let place = index * channels + channel
                let level = known[channel].distance(of: windows.levels[place], except: overlapping)
                levelSquares.append(levelShares[channel] * level * level)
                let swing = windows.swings[place] - typicalSwings[channel]
                swingSquares.append(swingShares[channel] * swing * swing)
            }
        }
        return (levelSquares, swingSquares)
    }

    /// How many rows at the beginning of a series are the training rows: there a window must not be known by itself.
    private func sharedRows(with windows: WindowStatistics) -> Int {
        var shared = 0
        while shared < min(starts.count, windows.starts.count), starts[shared] == windows.starts[shared],
            levels[(shared * channels)..<((shared + 1) * channels)]
                == windows.levels[(shared * channels)..<((shared + 1) * channels)]
        { shared += 1 }
        return shared == 0 ? 0 : starts[min(shared, starts.count - 1)] + length
    }
}

/// The levels that one channel's windows are known to take.
private struct KnownLevels {
    /// Of training windows, with the rows at which they begin, in rising order.
    private let training: [(level: Float, start: Int)]
    /// Of windows of the series before the present one, in rising order; those nearer than `nearness` to each other are
    /// kept as one, so that they stay few.
    private var earlier: [Float] = []

    /// A hundredth of a typical deviation.
    private static let nearness: Float = 0.01

    init(_ training: some Sequence<(Int, Float)>) {
        self.training = training.map { ($1, $0) }.sorted { ($0.level, $0.start) < ($1.level, $1.start) }
    }

    mutating func add(_ level: Float) {
        let place = earlier.partitioningIndex { $0 >= level }
        if place < earlier.count, earlier[place] - level < Self.nearness { return }
        if place > 0, level - earlier[place - 1] < Self.nearness { return }
        earlier.insert(level, at: place)
    }

    /// Distance to the nearest level, those of training windows that begin at `except` left out; 0 where none is known.
    func distance(of level: Float, except overlapping: Range<Int>) -> Float {
        var nearest = Float.infinity
        let next = earlier.partitioningIndex { $0 >= level }
        if next < earlier.count { nearest = min(nearest, earlier[next] - level) }
        if next > 0 { nearest = min(nearest, level - earlier[next - 1]) }
        let middle = training.partitioningIndex { $0.level >= level }
        if let above = training[middle...].first(where: { !overlapping.contains($0.start) }) {
            nearest = min(nearest, above.level - level)
        }
        if let below = training[..<middle].last(where: { !overlapping.contains($0.start) }) {
            nearest = min(nearest, level - below.level)
        }
        return nearest.isFinite ? nearest : 0
    }
}

/// What is known of the windows over a series beside their reconstruction.
struct WindowStatistics: Sendable {
    let channels: Int
    /// First rows, rising.
    var starts: [Int] = []
    /// Means, deviations and mean squared residuals, `[windows, channels]`.
    var levels: [Float] = [], swings: [Float] = [], residuals: [Float] = []

    init(channels: Int) { self.channels = channels }

    /// One channel's numbers of all windows.
    func column(_ values: [Float], _ channel: Int) -> [Float] {
        stride(from: channel, to: values.count, by: channels).map { values[$0] }
    }
}
