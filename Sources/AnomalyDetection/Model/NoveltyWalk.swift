import TimeSeries

/// A walk along the windows of a series that may go on, which tells how new each is beside what the training rows and the windows
/// before it took. It can be walked back, as far as windows are kept.
///
/// Where a series begins with training rows, that is found out by the windows that come together: one that begins like several
/// training series is taken for the one that its first rows share most windows with.
struct NoveltyWalk: Sendable {
    let novelty: WindowNovelty
    /// Levels of windows that ended before the present one, a channel each.
    private var earlier: [EarlierLevels]
    /// The window up to which levels are known; of the windows before it from number `first` on, where they end, and their
    /// levels, `[windows, channels]`, NaN where they were known before.
    private var ended = 0, first = 0
    private var ends: [Int] = [], added: [Float] = []
    /// How many first windows are those of each training series, and the series of which all are so far.
    private var shared: [Int], sharing: [Int]
    /// Windows walked along.
    private var count = 0

    private var channels: Int { novelty.channels }

    /// Before the first window.
    init(_ novelty: WindowNovelty) {
        self.novelty = novelty
        earlier = novelty.known.map { _ in EarlierLevels() }
        shared = novelty.spans.map { _ in 0 }
        sharing = Array(novelty.spans.indices)
    }

    /// What joins the squared residuals of the windows that were not walked along yet, `[windows, channels]`.
    mutating func added(to windows: WindowStatistics) -> [Float] {
        let squares = squares(of: windows)
        return zip(squares.levels, squares.swings).map { $0.isNaN ? 0 : $0 + $1 }
    }

    /// The shares times their squared distances from what is known, `[windows, channels]` each; NaN of what is not judged.
    mutating func squares(of windows: WindowStatistics) -> (levels: [Float], swings: [Float]) {
        let new = count..<windows.numbers.upperBound
        for window in new where !sharing.isEmpty {
            sharing = sharing.filter { novelty.learnt(window, of: windows, in: $0) }
            for span in sharing { shared[span] += 1 }
        }
        let (rows, length) = (novelty.sharedRows(shared), novelty.length)
        var (levelSquares, swingSquares): ([Float], [Float]) = ([], [])
        for window in new {
            let start = windows[start: window]
            while windows[start: ended] + length <= start { end(windows) }
            let place = rows.lowerBound + start
            let overlapping = rows.contains(place) ? (place - length + 1)..<(place + length) : 0..<0
            for channel in 0..<channels {
                let place = (window - windows.first) * channels + channel
                let level = distance(of: windows.levels[place], channel, except: overlapping)
                levelSquares.append(novelty.levelShares[channel] * level * level)
                let swing = windows.swings[place] - novelty.typicalSwings[channel]
                swingSquares.append(novelty.swingShares[channel] * swing * swing)
            }
        }
        count = new.upperBound
        return (levelSquares, swingSquares)
    }

    /// Distance to the nearest level that is known; 0 where none is, NaN of NaN.
    private func distance(of level: Float, _ channel: Int, except overlapping: Range<Int>) -> Float {
        if level.isNaN { return .nan }
        let nearest = min(
            earlier[channel].distance(of: level), novelty.known[channel].distance(of: level, except: overlapping))
        return nearest.isFinite ? nearest : 0
    }

    /// The next window has ended: its levels are known from now on.
    private mutating func end(_ windows: WindowStatistics) {
        for channel in 0..<channels {
            let level = windows.levels[(ended - windows.first) * channels + channel]
            added.append(!level.isNaN && earlier[channel].add(level) ? level : .nan)
        }
        ends.append(windows[start: ended] + novelty.length)
        ended += 1
    }

    /// Walks back to where `window` is the next, and the one before it begins at `start`.
    mutating func rewind(to window: Int, behind start: Int) {
        guard window < count else { return }
        while let end = ends.last, end > start || window == 0 {
            ends.removeLast()
            for channel in (0..<channels).reversed() { earlier[channel].remove(added.removeLast()) }
            ended -= 1
        }
        shared = shared.map { min($0, window) }
        sharing = shared.indices.filter { shared[$0] == window }
        count = window
    }

    /// Forgets what walking back to windows before `window` takes; levels stay known.
    mutating func drop(before window: Int) {
        let number = min(window, ended) - first
        guard number > 0 else { return }
        ends = Array(ends[number...])
        added = Array(added[(number * channels)...])
        first += number
    }
}

/// Levels that windows of a series took before the present one, in rising order; those nearer than `nearness` to each other are
/// kept as one, so that they stay few.
private struct EarlierLevels: Sendable {
    private var levels: [Float] = []

    /// A hundredth of a typical deviation.
    private static let nearness: Float = 0.01

    /// Whether the level is kept, which is not known yet.
    mutating func add(_ level: Float) -> Bool {
        let place = levels.partitioningIndex { $0 >= level }
        if place < levels.count, levels[place] - level < Self.nearness { return false }
        if place > 0, level - levels[place - 1] < Self.nearness { return false }
        levels.insert(level, at: place)
        return true
    }

    /// Takes back a level that was added and kept; NaN is none.
    mutating func remove(_ level: Float) {
        let place = levels.partitioningIndex { $0 >= level }
        if place < levels.count, levels[place] == level { levels.remove(at: place) }
    }

    /// Distance to the nearest level; infinite where there is none.
    func distance(of level: Float) -> Float {
        let next = levels.partitioningIndex { $0 >= level }
        let above = next < levels.count ? levels[next] - level : .infinity
        let below = next > 0 ? level - levels[next - 1] : .infinity
        return min(above, below)
    }
}
