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
/// - Of a window that was not measured far enough (`CoverageRule`), neither is known or new: it has NaN for a level.
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
    /// First rows of the training windows, each counted from the beginning of its series; rising in each.
    let starts: [Int]
    /// The first row of each series where they lie one behind the other.
    private let offsets: [Int]
    /// The training windows of each series.
    let spans: [Range<Int>]
    /// The levels of each channel.
    let known: [TrainingLevels]

    var channels: Int { typicalSwings.count }

    /// Fits to the windows of the training rows, those of several series one behind the other, each with its own starts.
    /// - Parameters:
    ///   - trainingRows: how many rows each series has.
    ///   - stride: rows between the starts of neighbouring windows, but for those beside long gaps.
    init(fitting windows: WindowStatistics, trainingRows: [Int], length: Int, stride: Int) {
        let channels = 0..<windows.channels
        let ones = [Float](repeating: 1, count: windows.channels)
        func judged(_ values: [Float], _ channel: Int) -> [Float] { windows.column(values, channel).filter { !$0.isNaN } }
        func median(_ values: [Float], _ channel: Int) -> Float {
            let sorted = judged(values, channel).sorted()
            return sorted.isEmpty ? 0 : quantile(ofSorted: sorted, 0.5)
        }
        self.init(
            typicalSwings: channels.map { median(windows.swings, $0) }, levelShares: ones, swingShares: ones,
            levels: windows.levels, trainingRows: trainingRows, starts: windows.starts, length: length, stride: stride)
        var squares: (levels: [Float], swings: [Float]) = ([], [])
        for span in spans {
            let own = self.squares(of: windows[span])
            squares.levels += own.levels
            squares.swings += own.swings
        }
        func shares(_ squares: [Float]) -> [Float] {
            channels.map { channel in
                let own = judged(squares, channel)
                guard !own.isEmpty else { return 1 }
                let mean = own.reduce(0, +) / Float(own.count)
                return 1 / (1 + mean / max(median(windows.residuals, channel), .leastNormalMagnitude))
            }
        }
        (levelShares, swingShares) = (shares(squares.levels), shares(squares.swings))
    }

    private init(
        typicalSwings: [Float], levelShares: [Float], swingShares: [Float], levels: [Float], trainingRows: [Int],
        starts: [Int]?, length: Int, stride: Int
    ) {
        (self.typicalSwings, self.levelShares, self.swingShares) = (typicalSwings, levelShares, swingShares)
        (self.levels, self.trainingRows, self.length) = (levels, trainingRows, length)
        let regular = trainingRows.map { windowStarts(rows: $0, length: length, stride: stride) }
        var (spans, offsets, window, row): ([Range<Int>], [Int], Int, Int) = ([], [], 0, 0)
        for (rows, own) in zip(trainingRows, regular) {
            spans.append(window..<(window + own.count))
            offsets.append(row)
            (window, row) = (window + own.count, row + rows)
        }
        let own = starts ?? regular.flatMap(\.self)
        (self.starts, self.spans, self.offsets) = (own, spans, offsets)
        let channels = typicalSwings.count
        let places = zip(spans, offsets).flatMap { span, offset in
            span.clamped(to: own.indices).map { own[$0] + offset }
        }
        known = (0..<channels).map { channel in
            TrainingLevels(
                zip(places, Swift.stride(from: channel, to: levels.count, by: channels).lazy.map { levels[$0] })
                    .filter { !$0.1.isNaN })
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
            typicalSwings: parts.typicalSwings, levelShares: parts.levelShares, swingShares: parts.swingShares,
            levels: levels.map { $0 == Self.unknown ? .nan : $0 }, trainingRows: trainingRows, starts: parts.starts,
            length: length, stride: stride)
        guard levels.count == starts.count * channels, spans.last?.upperBound == starts.count,
            zip(spans, trainingRows).allSatisfy({ span, rows in
                let own = starts[span]
                return own.allSatisfy((0...(rows - length)).contains) && zip(own, own.dropFirst()).allSatisfy(<=)
            })
        else { return nil }
    }

    /// What stands in files for a level that was not judged: they hold no NaN.
    private static let unknown = Float.greatestFiniteMagnitude

    /// The levels as files hold them.
    var keptLevels: [Float] { levels.map { $0.isNaN ? Self.unknown : $0 } }

    /// The few numbers a channel, and the starts where gaps moved some; levels are kept apart.
    struct Parts: Codable {
        let typicalSwings: [Float], levelShares: [Float], swingShares: [Float]
        let starts: [Int]?
    }

    /// What a file holds beside the levels.
    /// - Parameter stride: rows between the starts of neighbouring windows.
    func parts(stride: Int) -> Parts {
        let regular = trainingRows.flatMap { windowStarts(rows: $0, length: length, stride: stride) }
        return Parts(
            typicalSwings: typicalSwings, levelShares: levelShares, swingShares: swingShares,
            starts: starts == regular ? nil : starts)
    }

    /// What joins the squared residuals of each window of a series, `[windows, channels]`.
    func added(to windows: WindowStatistics) -> [Float] {
        var walk = NoveltyWalk(self)
        return walk.added(to: windows)
    }

    /// The shares times the squared distances from what is known, `[windows, channels]` each; NaN of what is not judged.
    private func squares(of windows: WindowStatistics) -> (levels: [Float], swings: [Float]) {
        var walk = NoveltyWalk(self)
        return walk.squares(of: windows)
    }

    /// Whether a window is one of those of the training series `span`, at the same place in it.
    func learnt(_ window: Int, of windows: WindowStatistics, in span: Int) -> Bool {
        let (own, place) = (spans[span].lowerBound + window, (window - windows.first) * channels)
        return window < spans[span].count && starts[own] == windows[start: window]
            && (0..<channels).allSatisfy {
                let (known, level) = (levels[own * channels + $0], windows.levels[place + $0])
                return known == level || known.isNaN && level.isNaN
            }
    }

    /// The training rows with which a series begins, whose first windows are so many of those of each training series: there a
    /// window must not be known by itself.
    func sharedRows(_ shared: [Int]) -> Range<Int> {
        guard let longest = shared.indices.max(by: { shared[$0] < shared[$1] }), shared[longest] > 0 else { return 0..<0 }
        let (span, row) = (spans[longest], offsets[longest])
        return row..<(row + starts[span.lowerBound + min(shared[longest], span.count - 1)] + length)
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
    /// Means, deviations and mean squared residuals, `[windows, channels]`; NaN of what was not measured far enough.
    var levels: [Float] = [], swings: [Float] = [], residuals: [Float] = []
    /// How far each window was measured, `[windows, channels]`.
    var coverage: [Coverage] = []

    init(channels: Int) { self.channels = channels }

    /// The numbers of the windows that are kept.
    var numbers: Range<Int> { first..<(first + starts.count) }

    /// The first row of a window.
    subscript(start window: Int) -> Int { starts[window - first] }

    /// One channel's numbers of all windows.
    func column(_ values: [Float], _ channel: Int) -> [Float] {
        stride(from: channel, to: values.count, by: channels).map { values[$0] }
    }

    /// Some of the windows.
    subscript(range: Range<Int>) -> WindowStatistics {
        let places = (range.lowerBound * channels)..<(range.upperBound * channels)
        var part = WindowStatistics(channels: channels)
        part.starts = Array(starts[range])
        part.levels = Array(levels[places])
        part.swings = Array(swings[places])
        part.residuals = Array(residuals[places])
        part.coverage = Array(coverage[places])
        return part
    }

    /// How far a channel of a window was measured.
    func coverage(of window: Int, _ channel: Int) -> Coverage { coverage[(window - first) * channels + channel] }

    /// Whether enough of a window was measured, of one channel at least.
    func counts(_ window: Int) -> Bool { (0..<channels).contains { coverage(of: window, $0) != .poor } }

    /// Says what is known of a channel of a window.
    mutating func judge(_ window: Int, _ channel: Int, level: Float, swing: Float, residual: Float) {
        let place = (window - first) * channels + channel
        (levels[place], swings[place], residuals[place]) = (level, swing, residual)
    }

    /// Puts a window behind the others of which nothing is known yet.
    mutating func append(start: Int, coverage own: [Coverage]) {
        starts.append(start)
        let unknown = repeatElement(Float.nan, count: channels)
        levels += unknown
        swings += unknown
        residuals += unknown
        coverage += own
    }

    /// Puts the windows of another series behind these.
    mutating func append(_ other: WindowStatistics) {
        starts += other.starts
        levels += other.levels
        swings += other.swings
        residuals += other.residuals
        coverage += other.coverage
    }

    /// Takes back the windows from number `end` on.
    mutating func keep(to end: Int) {
        starts.removeLast(numbers.upperBound - end)
        levels.removeLast(levels.count - starts.count * channels)
        swings.removeLast(swings.count - starts.count * channels)
        residuals.removeLast(residuals.count - starts.count * channels)
        coverage.removeLast(coverage.count - starts.count * channels)
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
        coverage = Array(coverage[(count * channels)...])
    }
}
