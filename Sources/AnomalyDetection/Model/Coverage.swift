import TimeSeries

/// How far a window's values of one channel were measured.
enum Coverage: Sendable {
    /// Too few to say anything, or with a long gap among them of which the network knows nothing.
    case poor
    /// Enough, with a long gap among them: part of the shape is missing.
    case gapped
    /// Enough, and no long gap.
    case whole

    /// What a window's answer weighs beside others for the same row. A window with a long gap says something only where no whole
    /// one does; a power of two, so that a mean over such windows alone is not rounded.
    var weight: Float {
        switch self {
        case .poor: 0
        case .gapped: 0x1p-20
        case .whole: 1
        }
    }
}

/// What has to be measured of a window for it to count: to be learnt from, to judge a network by, and to tell levels and swings.
struct CoverageRule: Sendable, Equatable, Codable {
    /// The fewest measured values in a window, a channel each: half of the most that a window of the training rows has, so that a
    /// channel that is measured now and then counts too.
    private(set) var fewest: [Int]
    /// Whether windows with long gaps count as well, since there are few others. Where they do not, a network from which gaps are
    /// hidden is asked about them all the same, without being told their levels; another one, which never saw a gap, is not.
    private(set) var allowsGaps = false

    /// Half a window.
    init(channels: Int, length: Int) { fewest = [Int](repeating: (length + 1) / 2, count: channels) }

    /// Fits to the training rows of one or more series. Where fewer than half of the windows that are measured enough are free of
    /// long gaps, the others count too.
    init(fitting learnt: [Series], scaling: RobustScaling, _ windowing: Windowing) {
        self.init(channels: scaling.centers.count, length: windowing.length)
        guard learnt.contains(where: { $0.channels.contains { $0.values.contains(where: \.isNaN) } }) else { return }
        let prepared = learnt.map { PreparedSeries($0, scaling: scaling, longGap: windowing.longGap) }
        func forEachWindow(_ body: (PreparedSeries, Int, Int) -> Void) {
            for series in prepared where series.rowCount >= windowing.length {
                for start in windowStarts(rows: series.rowCount, length: windowing.length, stride: windowing.stride) {
                    for channel in fewest.indices { body(series, start, channel) }
                }
            }
        }
        var most = fewest.map { _ in 0 }
        forEachWindow { series, start, channel in
            most[channel] = max(most[channel], series.measuredCount(channel, in: start..<(start + windowing.length)))
        }
        for channel in fewest.indices where most[channel] > 0 { fewest[channel] = (most[channel] + 1) / 2 }
        allowsGaps = true
        var (whole, gapped) = (0, 0)
        forEachWindow { series, start, channel in
            switch coverage(series, channel, from: start, windowing) {
            case .poor: break
            case .gapped: gapped += 1
            case .whole: whole += 1
            }
        }
        allowsGaps = whole < gapped
    }

    /// Whether what came from a file can be worked with.
    func isSound(channels: Int, length: Int) -> Bool {
        fewest.count == channels && fewest.allSatisfy((1...length).contains)
    }

    /// How far one channel of the window that begins at `start` was measured.
    func coverage(_ series: PreparedSeries, _ channel: Int, from start: Int, _ windowing: Windowing) -> Coverage {
        guard series.measured != nil else { return .whole }
        let rows = start..<(start + windowing.length)
        if series.measuredCount(channel, in: rows) < fewest[channel] { return .poor }
        if series.longGaps(channel, in: rows, atLeast: windowing.longGap).isEmpty { return .whole }
        return allowsGaps || windowing.hidesGaps ? .gapped : .poor
    }

    /// Whether a channel of a window counts.
    func counts(_ coverage: Coverage) -> Bool { coverage == .whole || allowsGaps && coverage == .gapped }

    /// The first rows of the windows that count by most of their channels; all where none does, since then nothing was measured.
    func starts(_ series: PreparedSeries, _ windowing: Windowing) -> [Int] {
        let all = Array(0...(series.rowCount - windowing.length))
        guard series.measured != nil else { return all }
        let channels = fewest.indices
        let counting = all.filter { start in
            2 * channels.count { counts(coverage(series, $0, from: start, windowing)) } > channels.count - 1
        }
        return counting.isEmpty ? all : counting
    }
}

extension PreparedSeries {
    /// How many values of a channel were measured in some rows.
    func measuredCount(_ channel: Int, in range: Range<Int>) -> Int {
        guard let measured else { return range.count }
        return range.count { measured[($0 - rows.lowerBound) * channelCount + channel] != 0 }
    }

    /// The rows of `range` that lie in a gap of a channel of `longest` rows or more, wherever that begins and ends.
    func longGaps(_ channel: Int, in range: Range<Int>, atLeast longest: Int) -> [Range<Int>] {
        guard let measured else { return [] }
        func isMeasured(_ row: Int) -> Bool { measured[(row - rows.lowerBound) * channelCount + channel] != 0 }
        var (gaps, row): ([Range<Int>], Int) = ([], range.lowerBound)
        while row < range.upperBound {
            if isMeasured(row) {
                row += 1
                continue
            }
            var (start, end) = (row, row + 1)
            while start > rows.lowerBound, end - start < longest, row == range.lowerBound, !isMeasured(start - 1) { start -= 1 }
            while end < rows.upperBound, end < range.upperBound || end - start < longest, !isMeasured(end) { end += 1 }
            let gap = row..<min(end, range.upperBound)
            if end - start >= longest { gaps.append(gap) }
            row = gap.upperBound
        }
        return gaps
    }
}

/// Stretches of rows in which nothing was measured, too long to be bridged within a window.
///
/// Windows do not look across them where they need not: the one that would reach a little into a gap moves to end where the gap
/// begins, and the one that would begin a little before its end moves to begin there, as the first and the last window of a
/// series do at its ends.
struct LongGaps: Sendable {
    /// Rows of a gap at the least.
    let shortest: Int
    /// The gaps, rising; the last one may go on.
    private(set) var all: [Range<Int>] = []
    /// Rows at the end in which nothing was measured.
    private var silent = 0

    init(shortest: Int) { self.shortest = shortest }

    /// Takes rows behind the first `before`.
    mutating func append(_ rows: Series, behind before: Int) {
        for row in 0..<rows.rowCount {
            guard rows.channels.allSatisfy({ $0.values[row].isNaN }) else {
                silent = 0
                continue
            }
            silent += 1
            guard silent >= shortest else { continue }
            let gap = (before + row + 1 - silent)..<(before + row + 1)
            if silent > shortest { all[all.count - 1] = gap } else { all.append(gap) }
        }
    }

    /// The first row of the window that would begin at `start`, in a series that has `rows`.
    func place(_ start: Int, _ windowing: Windowing, in rows: Range<Int>) -> Int {
        let end = start + windowing.length
        let first = all.partitioningIndex { $0.upperBound > start }
        for index in first..<all.count {
            let gap = all[index]
            if gap.lowerBound >= end { break }
            let before = gap.lowerBound - windowing.length
            if start - before < windowing.stride, before >= (index > 0 ? all[index - 1].upperBound : rows.lowerBound) {
                return before
            }
            let next = index + 1 < all.count ? all[index + 1].lowerBound : rows.upperBound
            if gap.upperBound - start < windowing.stride, gap.upperBound + windowing.length <= next { return gap.upperBound }
        }
        return start
    }

    /// Whether a gap ends before a row.
    func endsOne(before row: Int) -> Bool {
        let index = all.partitioningIndex { $0.upperBound >= row }
        return index < all.count && all[index].upperBound == row
    }

    /// Whether a gap begins with a row.
    func beginsOne(with row: Int) -> Bool {
        let index = all.partitioningIndex { $0.lowerBound >= row }
        return index < all.count && all[index].lowerBound == row
    }

    /// The row beyond which windows may lie otherwise now than when there were `before` rows, or may yet when rows come; `nil`
    /// where all stay where they are.
    func unsettled(since before: Int, length: Int) -> Int? {
        for gap in all[all.partitioningIndex { $0.upperBound + length > before }...] {
            if before < gap.lowerBound + shortest { return gap.lowerBound }
            if silent == 0 || gap != all.last { return gap.upperBound }
        }
        return nil
    }

    /// Forgets the gaps before `row`.
    mutating func drop(before row: Int) { all.removeFirst(all.partitioningIndex { $0.upperBound > row }) }
}
