import TimeSeries

/// A series made ready for the networks: scaled, gaps filled and marked. It may go on, and forget its first rows.
struct PreparedSeries: Sendable {
    let scaling: RobustScaling
    /// Rows of a gap that is too long to be bridged, at the least.
    let longGap: Int
    /// The rows that are kept, up to the last one.
    private(set) var rows = 0..<0
    /// Scaled values, `[rows, channels]`, levels included.
    private(set) var values: [Float] = []
    /// 1 where a value is known, since it was measured or the gap was short enough to be bridged, and 0 elsewhere,
    /// `[rows, channels]`; `nil` where there is no gap.
    private(set) var measured: [Float]?
    /// Whether a value was not measured, bridged or not, as `measured`.
    private var gaps: [Bool]?
    /// By what the gaps of each channel are bridged.
    private var bridges: [GapBridge]

    /// Scaled values reach from `-limit` to `limit`: far beyond any level, near enough for `Float` to tell shapes.
    static let limit: Float = 1e6

    /// Rows so far, those that are not kept any more among them.
    var rowCount: Int { rows.upperBound }
    var channelCount: Int { bridges.count }

    /// No rows yet.
    init(_ scaling: RobustScaling, longGap: Int) {
        (self.scaling, self.longGap) = (scaling, longGap)
        bridges = scaling.centers.map { _ in GapBridge() }
    }

    /// All rows of a series.
    init(_ series: Series, scaling: RobustScaling, longGap: Int) {
        self.init(scaling, longGap: longGap)
        append(series)
    }

    /// Puts rows behind the others. Gaps are bridged (`GapBridge`), so that values change which were taken for those of a gap that
    /// has an end now; at the ends of the series they are given the nearest value.
    /// - Returns: the first row whose value is new or has changed.
    @discardableResult
    mutating func append(_ series: Series) -> Int {
        let (before, count, channels) = (rows.upperBound, series.rowCount, channelCount)
        var changed = before
        let kept = rows.lowerBound
        rows = kept..<(before + count)
        values += repeatElement(0, count: count * channels)
        mark(series, from: before)
        for (index, channel) in series.channels.enumerated() {
            let (center, scale) = (scaling.centers[index], 1 / scaling.spreads[index])
            func put(_ value: Double, _ row: Int) {
                values[(row - kept) * channels + index] = min(max(Float((value - center) * scale), -Self.limit), Self.limit)
            }
            var bridge = bridges[index]
            for (row, value) in zip(before..., channel.values) where !value.isNaN {
                let previous = bridge.last
                if previous == nil { for gap in kept..<row { put(value, gap) } }
                changed = min(changed, previous.map { $0.row + 1 } ?? 0)
                bridge.take(value, row: row, longGap: longGap) { gap, value in
                    guard gap >= kept else { return }
                    changed = min(changed, gap)
                    put(value, gap)
                }
                if let previous, row - previous.row <= longGap {
                    for gap in max(previous.row + 1, kept)..<max(row, kept) { measured?[(gap - kept) * channels + index] = 1 }
                }
                put(value, row)
            }
            bridges[index] = bridge
            let last = bridge.last
            for row in max(before, last.map { $0.row + 1 } ?? 0)..<max(before, rows.upperBound) { put(last?.value ?? 0, row) }
        }
        return changed
    }

    /// Marks what was measured in the last rows, which are those of `series`.
    private mutating func mark(_ series: Series, from before: Int) {
        guard measured != nil || series.channels.contains(where: { $0.values.contains(where: \.isNaN) }) else { return }
        var marks = measured ?? [Float](repeating: 1, count: (before - rows.lowerBound) * channelCount)
        let first = marks.count
        var gaps = gaps ?? [Bool](repeating: false, count: first)
        gaps += repeatElement(false, count: series.rowCount * channelCount)
        marks += repeatElement(1, count: series.rowCount * channelCount)
        for (index, channel) in series.channels.enumerated() {
            for (row, value) in channel.values.enumerated() where value.isNaN {
                marks[first + row * channelCount + index] = 0
                gaps[first + row * channelCount + index] = true
            }
        }
        (measured, self.gaps) = (marks, gaps)
    }

    /// Whether a value of a row that is kept was not measured, be it known or not.
    func isGap(_ row: Int, _ channel: Int) -> Bool { gaps?[(row - rows.lowerBound) * channelCount + channel] ?? false }

    /// The row with which the gap of each channel at the end begins; behind the last row where there is none.
    var openGaps: [Int] { bridges.map { $0.last.map { $0.row + 1 } ?? 0 } }

    /// The rows whose values no further row can change: none of them lies in a gap at the end, or in one that has just ended.
    var certain: Int { bridges.map(\.certain).min() ?? rowCount }

    /// Forgets the rows before `row`.
    mutating func drop(before row: Int) {
        let count = (row - rows.lowerBound) * channelCount
        guard count > 0 else { return }
        values = Array(values[count...])
        measured = measured.map { Array($0[count...]) }
        gaps = gaps.map { Array($0[count...]) }
        rows = row..<rows.upperBound
    }
}

/// Where a window begins: which of several series, and the row.
struct WindowPlace {
    let series: Int
    let start: Int
}

/// Windows of a series without their levels: what the networks see, and what was taken off.
///
/// Level and shape are two questions. A network that sees levels spends its code on them, and where the level moves it can
/// reconstruct nothing. So each channel's mean over the window is taken off, and how new a window's level is, and how far it
/// swings, is judged apart (`WindowNovelty`).
struct LevelFreeWindows: Sendable {
    /// `[windows, time, channels]` in scaled units, cut off at `±RobustScaling.limit` so that one spike cannot drown the rest.
    private(set) var values: [Float] = []
    /// The mean of each channel over the window and the standard deviation from it, `[windows, channels]`. Long gaps
    /// (`Windowing.longGap`) are left out, and short ones counted as they are bridged: without them, a window of a smooth rhythm
    /// would have a level of its own where a crest was not measured.
    private(set) var levels: [Float] = [], swings: [Float] = []
    /// 1 where a value was measured, 0 in a gap, as `values`; `nil` where none of the series has a gap.
    private(set) var measured: [Float]?
    /// Of each channel of a window that has long gaps, by its number among `levels`, the places that lie in none.
    private var outsideLongGaps: [Int: [Int]] = [:]
    private let boundsSpikes: Bool

    /// The windows that begin at `starts` and have `length` rows.
    /// - Parameter boundsSpikes: whether a spike of a single row shifts level and swing by no more than it can be seen.
    init(_ prepared: PreparedSeries, starts: some Collection<Int>, length: Int, boundsSpikes: Bool = false) {
        self.init(
            [prepared], places: starts.map { WindowPlace(series: 0, start: $0) }, length: length, boundsSpikes: boundsSpikes)
    }

    /// The windows of several series that begin at `places`, one behind the other.
    init(_ prepared: [PreparedSeries], places: some Collection<WindowPlace>, length: Int, boundsSpikes: Bool = false) {
        self.boundsSpikes = boundsSpikes
        let channels = prepared.first?.channelCount ?? 0
        values.reserveCapacity(places.count * length * channels)
        if prepared.contains(where: { $0.measured != nil }) { measured = [] }
        for window in places {
            let place = values.count
            let series = prepared[window.series]
            let first = (window.start - series.rows.lowerBound) * channels
            let range = first..<(first + length * channels)
            values += series.values[range]
            if let marks = series.measured {
                measured? += marks[range]
            } else {
                measured? += repeatElement(1, count: range.count)
            }
            for channel in 0..<channels {
                noteLongGaps(series, channel, from: window.start, length: length)
                takeLevel(of: channel, from: place, channels: channels)
            }
        }
    }

    /// Takes the level off one channel of the last window, which begins at `place`.
    private mutating func takeLevel(of channel: Int, from place: Int, channels: Int) {
        let places = stride(from: place + channel, to: values.count, by: channels)
        let (level, swing) = outsideLongGaps[levels.count].map { levelAndSwing(at: $0) } ?? levelAndSwing(at: places)
        for place in places {
            let difference = Float(Double(values[place]) - level)
            values[place] = min(max(difference, -RobustScaling.limit), RobustScaling.limit)
        }
        levels.append(Float(level))
        swings.append(Float(swing))
    }

    /// The mean of the values at places in the order of time, and the standard deviation from it. Where spikes are bounded, a value
    /// that lies farther than `RobustScaling.limit` from the median while both neighbours do not counts as if it lay there
    /// (Winsor's mean).
    private func levelAndSwing(at places: some Sequence<Int>) -> (level: Double, swing: Double) {
        let present = places.lazy.map { values[$0] }
        var (sum, count, low, high) = (0.0, 0.0, Float.infinity, -Float.infinity)
        for value in present {
            sum += Double(value)
            count += 1
            low = min(low, value)
            high = max(high, value)
        }
        func swing(_ values: some Sequence<Float>, _ level: Double) -> Double {
            (values.reduce(0) { $0 + (Double($1) - level) * (Double($1) - level) } / count).squareRoot()
        }
        // Where all lie close together, none can be far from the median.
        guard boundsSpikes, high - low > RobustScaling.limit else { return (sum / count, swing(present, sum / count)) }
        let bounded = withoutLoneSpikes(Array(present))
        let level = bounded.reduce(0) { $0 + Double($1) } / count
        return (level, swing(bounded, level))
    }

    private func withoutLoneSpikes(_ all: [Float]) -> [Float] {
        let median = quantile(ofSorted: all.sorted(), 0.5)
        func isFar(_ row: Int) -> Bool { all.indices.contains(row) && abs(all[row] - median) > RobustScaling.limit }
        return all.indices.map { row in
            guard isFar(row), !isFar(row - 1), !isFar(row + 1) else { return all[row] }
            return median + (all[row] > median ? RobustScaling.limit : -RobustScaling.limit)
        }
    }

    /// Notes the places of a channel of the last window that lie in no long gap, where others do.
    private mutating func noteLongGaps(_ series: PreparedSeries, _ channel: Int, from start: Int, length: Int) {
        let gaps = series.longGaps(
            channel, in: start..<(start + length), atLeast: Windowing.longGap(length: length))
        guard !gaps.isEmpty else { return }
        let (channels, first) = (series.channelCount, values.count - length * series.channelCount)
        let outside = (0..<length).filter { row in !gaps.contains { $0.contains(start + row) } }
        if !outside.isEmpty { outsideLongGaps[levels.count] = outside.map { first + $0 * channels + channel } }
    }

    /// Whether there is something for `takeLevels`.
    var haveLongGaps: Bool { !outsideLongGaps.isEmpty }

    /// Takes the level off once more where there are long gaps, with what was answered in their place: the mean of what was
    /// measured is not that of the whole window.
    /// - Parameter answers: `[windows, time, channels]`.
    mutating func takeLevels(with answers: [Float], length: Int) {
        let channels = levels.count * length / max(1, values.count)
        for (index, outside) in outsideLongGaps {
            let first = index / channels * length * channels
            let places = stride(from: first + index % channels, to: first + length * channels, by: channels)
            var next = outside.makeIterator()
            var measured = next.next()
            for place in places {
                if place == measured { measured = next.next() } else { values[place] = answers[place] }
            }
            let level = places.reduce(0) { $0 + Double(values[$1]) } / Double(length)
            let squares = places.reduce(0) { $0 + (Double(values[$1]) - level) * (Double(values[$1]) - level) }
            for place in places { values[place] -= Float(level) }
            levels[index] += Float(level)
            swings[index] = Float((squares / Double(length)).squareRoot())
        }
    }
}

extension RobustScaling {
    /// The same centers with the root mean squared deviation of a window's values from its mean as spreads: the unit in which
    /// shapes are measured, however far the level wanders and however high a spike of a single row is. A channel that never varies
    /// within a window keeps its spread. Windows with less than half as many measured values as the best do not count.
    /// - Parameters:
    ///   - series: the training rows; at least `length` each.
    ///   - length: rows in a window.
    func levelFree(_ series: [Series], length: Int) -> RobustScaling {
        let channels = spreads.count
        var (swings, counts): ([Float], [Int]) = ([], [])
        for series in series {
            let prepared = PreparedSeries(series, scaling: self, longGap: Windowing.longGap(length: length))
            let starts = windowStarts(rows: series.rowCount, length: length, stride: max(1, length / 4))
            swings += LevelFreeWindows(prepared, starts: starts, length: length, boundsSpikes: true).swings
            counts += starts.flatMap { start in
                (0..<channels).map { prepared.measuredCount($0, in: start..<(start + length)) }
            }
        }
        return RobustScaling(
            centers: centers,
            spreads: spreads.indices.map { channel in
                let places = stride(from: channel, to: swings.count, by: channels)
                let most = places.reduce(0) { max($0, counts[$1]) }
                let own = places.filter { 2 * counts[$0] >= most }.map { Double(swings[$0]) }
                let deviation = (own.reduce(0) { $0 + $1 * $1 } / Double(own.count)).squareRoot()
                return deviation > 1e-6 ? spreads[channel] * deviation : spreads[channel]
            })
    }
}

/// The first rows of windows that cover `rows` rows: every `stride`-th, and one that ends with the last
/// row, so that every row lies in a window.
func windowStarts(rows: Int, length: Int, stride step: Int) -> [Int] {
    precondition(rows >= length && length > 0 && step > 0, "windows must fit the rows")
    var starts = Array(stride(from: 0, through: rows - length, by: step))
    if starts.last != rows - length { starts.append(rows - length) }
    return starts
}
