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
    /// Rows of each of the series that were learnt.
    let trainingRows: [Int]
    /// The levels of the training windows, `[windows, channels]`.
    let levels: [Float]
    /// First rows of the training windows, rising; series lie one behind the other.
    private let starts: [Int]
    /// The training windows of each series.
    let spans: [Range<Int>]
    /// The levels of each channel.
    let known: [TrainingLevels]

    var channels: Int { typicalSwings.count }

    /// Fits to the windows of the training rows, those of several series one behind the other.
    /// - Parameters:
    ///   - trainingRows: how many rows each series has.
    ///   - stride: rows between the starts of neighbouring windows.
    init(fitting windows: WindowStatistics, trainingRows: [Int], length: Int, stride: Int) {
        let channels = 0..<windows.channels
        let ones = [Float](repeating: 1, count: windows.channels)
        self.init(
            typicalSwings: channels.map { quantile(ofSorted: windows.column(windows.swings, $0).sorted(), 0.5) },
            levelShares: ones, swingShares: ones, levels: windows.levels, trainingRows: trainingRows, length: length,
            stride: stride)
        var squares: (levels: [Float], swings: [Float]) = ([], [])
        for span in spans {
            let own = self.squares(of: windows[span])
            squares.levels += own.levels
            squares.swings += own.swings
        }
        func shares(_ squares: [Float]) -> [Float] {
            channels.map { channel in
                let residual = quantile(ofSorted: windows.column(windows.residuals, channel).sorted(), 0.5)
                let own = windows.column(squares, channel)
                return 1 / (1 + own.reduce(0, +) / Float(own.count) / max(residual, .leastNormalMagnitude))
            }
        }
        (levelShares, swingShares) = (shares(squares.levels), shares(squares.swings))
    }

    private init(
        typicalSwings: [Float], levelShares: [Float], swingShares: [Float], levels: [Float], trainingRows: [Int], length: Int,
        stride: Int
    ) {
        (self.typicalSwings, self.levelShares, self.swingShares) = (typicalSwings, levelShares, swingShares)
        (self.levels, self.trainingRows, self.length) = (levels, trainingRows, length)
        var (starts, spans, row): ([Int], [Range<Int>], Int) = ([], [], 0)
        for rows in trainingRows {
            let own = windowStarts(rows: rows, length: length, stride: stride)
            spans.append(starts.count..<(starts.count + own.count))
            starts += own.map { $0 + row }
            row += rows
        }
        (self.starts, self.spans) = (starts, spans)
        let channels = typicalSwings.count
        known = (0..<channels).map { channel in
            TrainingLevels(zip(starts, Swift.stride(from: channel, to: levels.count, by: channels).lazy.map { levels[$0] }))
        }
    }

    /// As a file holds it; `nil` where its parts contradict each other.
    init?(_ parts: Parts, levels: [Float], trainingRows: [Int], length: Int, stride: Int) {
        let channels = parts.typicalSwings.count
        let numbers = [parts.typicalSwings, parts.levelShares, parts.swingShares]
        guard numbers.allSatisfy({ $0.count == channels && $0.allSatisfy(\.isFinite) }), levels.allSatisfy(\.isFinite) else {
            return nil
        }
        self.init(
            typicalSwings: parts.typicalSwings, levelShares: parts.levelShares, swingShares: parts.swingShares, levels: levels,
            trainingRows: trainingRows, length: length, stride: stride)
        guard levels.count == starts.count * channels else { return nil }
    }

    /// The few numbers a channel; levels and starts are kept apart.
    struct Parts: Codable {
        let typicalSwings: [Float], levelShares: [Float], swingShares: [Float]
    }

    var parts: Parts { Parts(typicalSwings: typicalSwings, levelShares: levelShares, swingShares: swingShares) }

    /// What joins the squared residuals of each window of a series, `[windows, channels]`.
    func added(to windows: WindowStatistics) -> [Float] {
        var walk = NoveltyWalk(self)
        return walk.added(to: windows)
    }

    /// The shares times the squared distances from what is known, `[windows, channels]` each.
    private func squares(of windows: WindowStatistics) -> (levels: [Float], swings: [Float]) {
        var walk = NoveltyWalk(self)
        return walk.squares(of: windows)
    }

    /// Whether a window is one of those of the training series `span`, at the same place in it.
    func learnt(_ window: Int, of windows: WindowStatistics, in span: Int) -> Bool {
        let (own, place) = (spans[span].lowerBound + window, (window - windows.first) * channels)
        return window < spans[span].count && starts[own] - starts[spans[span].lowerBound] == windows[start: window]
            && (0..<channels).allSatisfy { levels[own * channels + $0] == windows.levels[place + $0] }
    }

    /// The training rows with which a series begins, whose first windows are so many of those of each training series: there a
    /// window must not be known by itself.
    func sharedRows(_ shared: [Int]) -> Range<Int> {
        guard let longest = shared.indices.max(by: { shared[$0] < shared[$1] }), shared[longest] > 0 else { return 0..<0 }
        let span = spans[longest]
        return starts[span.lowerBound]..<(starts[span.lowerBound + min(shared[longest], span.count - 1)] + length)
    }
}

/// The levels that one channel's windows take in the training rows.
struct TrainingLevels: Sendable, Equatable {
    /// With the rows at which the windows begin, in rising order.
    private let levels: [(level: Float, start: Int)]

    init(_ training: some Sequence<(Int, Float)>) {
        levels = training.map { (level: $1, start: $0) }.sorted { ($0.level, $0.start) < ($1.level, $1.start) }
    }

    static func == (one: TrainingLevels, other: TrainingLevels) -> Bool { one.levels.elementsEqual(other.levels, by: ==) }

    /// Distance to the nearest level, those of windows that begin at `except` left out; infinite where there is none.
    func distance(of level: Float, except overlapping: Range<Int>) -> Float {
        let middle = levels.partitioningIndex { $0.level >= level }
        let above = levels[middle...].first { !overlapping.contains($0.start) }.map { $0.level - level }
        let below = levels[..<middle].last { !overlapping.contains($0.start) }.map { level - $0.level }
        return min(above ?? .infinity, below ?? .infinity)
    }
}

/// What is known of the windows over a series beside their reconstruction.
struct WindowStatistics: Sendable {
    let channels: Int
    /// The number of the first window that is kept.
    private(set) var first = 0
    /// First rows, rising.
    var starts: [Int] = []
    /// Means, deviations and mean squared residuals, `[windows, channels]`.
    var levels: [Float] = [], swings: [Float] = [], residuals: [Float] = []

    init(channels: Int) { self.channels = channels }

    /// The numbers of the windows that are kept.
    var numbers: Range<Int> { first..<(first + starts.count) }

    /// The first row of a window.
    subscript(start window: Int) -> Int { starts[window - first] }

    /// One channel's numbers of all windows.
    func column(_ values: [Float], _ channel: Int) -> [Float] {
        stride(from: channel, to: values.count, by: channels).map { values[$0] }
    }

    /// Some of the windows, their rows counted from the first one's on.
    subscript(range: Range<Int>) -> WindowStatistics {
        let places = (range.lowerBound * channels)..<(range.upperBound * channels)
        var part = WindowStatistics(channels: channels)
        part.starts = starts[range].map { $0 - starts[range.lowerBound] }
        part.levels = Array(levels[places])
        part.swings = Array(swings[places])
        part.residuals = Array(residuals[places])
        return part
    }

    /// Puts the windows of another series behind these.
    mutating func append(_ other: WindowStatistics) {
        starts += other.starts
        levels += other.levels
        swings += other.swings
        residuals += other.residuals
    }

    /// Takes back the windows from number `end` on.
    mutating func keep(to end: Int) {
        starts.removeLast(numbers.upperBound - end)
        levels.removeLast(levels.count - starts.count * channels)
        swings.removeLast(swings.count - starts.count * channels)
        residuals.removeLast(residuals.count - starts.count * channels)
    }

    /// Forgets the windows before number `window`.
    mutating func drop(before window: Int) {
        let count = window - first
        guard count > 0 else { return }
        first = window
        starts = Array(starts[count...])
        levels = Array(levels[(count * channels)...])
        swings = Array(swings[(count * channels)...])
        residuals = Array(residuals[(count * channels)...])
    }
}
