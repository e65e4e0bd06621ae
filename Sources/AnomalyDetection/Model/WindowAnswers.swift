import NeuralNetwork
import TimeSeries
import Work

/// How a series is laid out in windows, and over how many rows their errors are averaged.
struct Windowing: Sendable, Equatable {
    /// Rows in a window, between the starts of neighbouring windows, and at both ends of a window whose reconstruction does not
    /// count, for want of context; the ends of the series excepted.
    let length: Int, stride: Int, margin: Int
    /// Rows over which errors are averaged; both averages count alike.
    let shortSmoothing: Int, longSmoothing: Int
    /// Whether gaps are hidden from the network, which then makes nothing of what stands in for their values.
    var hidesGaps = false

    /// Rows of a gap that is too long to be bridged within a window, at the least.
    var longGap: Int { Self.longGap(length: length) }
    static func longGap(length: Int) -> Int { max(3, min(max(8, length / 8), length / 4)) }

    /// Windows with a further row in them, from the first window on that may have one: those that reach beyond `row` rows.
    func firstWindow(beyond row: Int) -> Int { row < length ? 0 : (row - length) / stride + 1 }

    /// The rows before the earliest that may still change on which those depend that do: windows that share rows with the windows
    /// that are asked again, and averages.
    var reach: Int { 2 * length + 3 * stride + 2 * max(shortSmoothing, longSmoothing) }
}

/// A window that a network is asked about.
struct WindowRequest: Sendable {
    /// Which part of a series a window is: at its beginning and at its end, margins count.
    enum Part: CaseIterable { case first, inner, last }

    /// Its number among the windows that lie a stride apart, and its first row.
    let index: Int, start: Int
    let part: Part
    /// The rows from here on take its answer.
    let from: Int
    /// Whether it was not asked about before.
    let isNew: Bool
}

/// What a network says of the windows of a series that may go on: running sums over the windows that cover each row, and what
/// is known of each window.
///
/// Windows begin a stride apart, but for those beside long gaps (`LongGaps`), and one more ends with the last row. That one is
/// taken back when rows come, as are those that reach into a gap that has an end now, which was bridged otherwise before. A window
/// that was hardly measured (`CoverageRule`) is not asked about and says nothing. Rows and windows on which nothing depends any
/// more can be dropped; rows and windows keep their numbers.
struct WindowAnswers: Sendable {
    let windowing: Windowing
    let rule: CoverageRule
    private(set) var prepared: PreparedSeries
    private var gaps: LongGaps
    /// Sums of squared errors and of reconstructed values, and what the windows weigh that cover each row.
    private var sums: Sums
    /// The sums of the rows of the last window without it.
    private var beneathLast: Sums?
    /// Levels, swings and mean squared residuals of all windows that are kept, the last one among them.
    private(set) var windows: WindowStatistics
    /// Windows a stride apart that do not end with the last row.
    private(set) var settled = 0
    /// The first row whose sums changed by the last rows that came.
    private(set) var changed = 0
    /// The number of the first window whose place or answer is new.
    private(set) var firstNew = 0
    /// The windows that the network has to be asked about.
    private(set) var requests: [WindowRequest] = []

    /// `[rows, channels]` each.
    private struct Sums: Sendable {
        var squares: [Float] = [], pictures: [Float] = [], weights: [Float] = []

        /// Those from a place on.
        func from(_ place: Int) -> Sums {
            Sums(squares: Array(squares[place...]), pictures: Array(pictures[place...]), weights: Array(weights[place...]))
        }

        /// Puts others in place of those from `place` on.
        mutating func replace(from place: Int, with other: Sums) {
            squares.replaceSubrange(place..., with: other.squares)
            pictures.replaceSubrange(place..., with: other.pictures)
            weights.replaceSubrange(place..., with: other.weights)
        }

        static func zeros(_ count: Int) -> Sums {
            let zeros = [Float](repeating: 0, count: count)
            return Sums(squares: zeros, pictures: zeros, weights: zeros)
        }
    }

    private var channels: Int { prepared.channelCount }

    /// No rows yet.
    init(_ windowing: Windowing, scaling: RobustScaling, rule: CoverageRule? = nil) {
        self.windowing = windowing
        self.rule = rule ?? CoverageRule(channels: scaling.centers.count, length: windowing.length)
        prepared = PreparedSeries(scaling, longGap: windowing.longGap)
        gaps = LongGaps(shortest: windowing.longGap)
        sums = Sums()
        windows = WindowStatistics(channels: scaling.centers.count)
    }

    /// Whether enough was measured of a window, of one at least.
    var countsSomething: Bool { windows.coverage.contains { $0 != .poor } }

    /// The first row of a window; of one that was dropped, about where it was.
    func start(of window: Int) -> Int {
        windows.numbers.contains(window) ? windows[start: window] : window * windowing.stride
    }

    /// The rows before which nothing changes any more, but for what windows and averages carry there.
    var certain: Int {
        min(prepared.certain, gaps.unsettled(since: prepared.rowCount, length: windowing.length) ?? prepared.rowCount)
    }

    /// Takes rows, after which there is a window's rows at least; `requests` are to be answered then.
    mutating func append(_ rows: Series) {
        let before = prepared.rowCount
        var edge = prepared.append(rows)
        let (count, length) = (prepared.rowCount, windowing.length)
        precondition(count >= length, "there is a window at least")
        if prepared.measured != nil { gaps.append(rows, behind: before) }
        if let row = gaps.unsettled(since: before, length: length) { edge = min(edge, row) }
        // A gap at the end is long from so many rows on.
        let longNow = prepared.openGaps.filter { (before - windowing.longGap + 1...count - windowing.longGap).contains($0) }
        edge = max(0, min(edge, longNow.min() ?? edge) - slack)
        changed = before > length ? before - length + windowing.margin : 0
        if !gaps.all.isEmpty, before > 0 { changed = min(changed, start(of: settled)) }
        withdrawLast()
        sums.replace(from: sums.squares.count, with: Sums.zeros(rows.rowCount * channels))
        requests = edge < before ? rewind(to: edge) : []
        firstNew = settled
        let end = count == length ? 0 : windowing.firstWindow(beyond: count - 1)
        settled = max(settled, end)
        for index in firstNew..<settled { ask(index, from: index * windowing.stride) }
        ask(settled, from: count - length)
        if !gaps.all.isEmpty { changed = min(changed, start(of: firstNew)) }
    }

    /// Places a window that would begin at `row`, and asks about it if enough of it was measured.
    private mutating func ask(_ index: Int, from row: Int) {
        let start = gaps.place(row, windowing, in: prepared.rows)
        let coverage = (0..<channels).map { rule.coverage(prepared, $0, from: start, windowing) }
        windows.append(start: start, coverage: coverage)
        if windows.counts(index) { requests.append(request(index, from: 0, isNew: true)) }
    }

    private func request(_ index: Int, from row: Int, isNew: Bool) -> WindowRequest {
        let start = start(of: index)
        let part: WindowRequest.Part =
            if index == 0 {
                .first
            } else if index == settled || gaps.beginsOne(with: start + windowing.length) {
                .last
            } else {
                gaps.endsOne(before: start) ? .first : .inner
            }
        return WindowRequest(index: index, start: start, part: part, from: row, isNew: isNew)
    }

    /// Beside a long gap a window lies up to so many rows before or behind its place.
    private var slack: Int { gaps.all.isEmpty ? 0 : windowing.stride }

    private mutating func withdrawLast() {
        windows.keep(to: min(settled, windows.numbers.upperBound))
        guard let beneathLast else { return }
        sums.replace(from: sums.squares.count - beneathLast.squares.count, with: beneathLast)
        self.beneathLast = nil
    }

    /// Takes back the windows that reach beyond `edge`, where values have changed or windows lie otherwise.
    /// - Returns: the windows before them that share rows with them, to be asked again for those.
    private mutating func rewind(to edge: Int) -> [WindowRequest] {
        let kept = prepared.rows.lowerBound
        let first = windowing.firstWindow(beyond: kept == 0 ? edge : max(edge, kept + windowing.reach))
        guard first < settled else { return [] }
        let row = max(kept, first * windowing.stride - slack)
        sums.replace(
            from: (row - kept) * channels, with: Sums.zeros((prepared.rowCount - row) * channels))
        settled = first
        windows.keep(to: first)
        changed = min(changed, first == 0 ? 0 : row + (slack == 0 ? windowing.margin : 0))
        return (windowing.firstWindow(beyond: max(0, row - slack))..<first).filter { windows.counts($0) }.map {
            request($0, from: row, isNew: false)
        }
    }

    /// The rows of a window that count: without the margin at its ends, but for the ends of the series and those at a long gap.
    private func counted(_ start: Int) -> Range<Int> {
        let end = start + windowing.length
        let isFirst = start == 0 || gaps.endsOne(before: start)
        let isLast = end == prepared.rowCount || gaps.beginsOne(with: end)
        return (isFirst ? start : start + windowing.margin)..<(isLast ? end : end - windowing.margin)
    }

    /// Adds what the network answered to a window, in the order of `requests`.
    /// - Parameters:
    ///   - answer: `[windows, time, channels]`.
    ///   - taken: the windows, of which this one is at `position`.
    mutating func add(_ answer: [Float], to taken: LevelFreeWindows, at position: Int, _ request: WindowRequest) {
        let (start, channels, kept) = (request.start, channels, prepared.rows.lowerBound)
        if request.index == settled { beneathLast = sums.from((start - kept) * channels) }
        let own = counted(start)
        let rows = min(max(own.lowerBound, request.from), own.upperBound)..<own.upperBound
        let shift = (position * windowing.length - (start - kept)) * channels
        let (first, end) = ((rows.lowerBound - kept) * channels, (rows.upperBound - kept) * channels)
        for channel in 0..<channels {
            let coverage = windows.coverage(of: request.index, channel)
            guard coverage != .poor else { continue }
            let (level, weight) = (taken.levels[position * channels + channel], coverage.weight)
            var sum: Float = 0
            for place in stride(from: first + channel, to: end, by: channels) {
                let answered = answer[place + shift]
                let difference = answered - taken.values[place + shift]
                let square = (prepared.measured?[place] ?? 1) * difference * difference
                sums.squares[place] += weight * square
                sums.pictures[place] += weight * (answered + level)
                sums.weights[place] += weight
                sum += square
            }
            guard request.isNew, rule.counts(coverage) else { continue }
            windows.judge(
                request.index, channel, level: level, swing: taken.swings[position * channels + channel],
                residual: sum / Float(prepared.measuredCount(channel, in: rows)))
        }
    }

    /// Says of the windows that were asked about what can be said without a network: their levels and swings.
    mutating func judgeLevels() {
        for chosen in stride(from: 0, to: requests.count, by: 256).map({ requests[$0..<min($0 + 256, requests.count)] }) {
            let windows = LevelFreeWindows(prepared, starts: chosen.map(\.start), length: windowing.length)
            for (position, request) in chosen.enumerated() { add(windows.values, to: windows, at: position, request) }
        }
    }

    /// The same windows with the mean squares of what a network, which saw others, left of their rows.
    func withResiduals(of network: WindowAnswers) -> WindowStatistics {
        var windows = windows
        for (index, start) in windows.starts.enumerated() {
            for channel in 0..<channels where !windows.levels[index * channels + channel].isNaN {
                let places = stride(
                    from: start * channels + channel, to: (start + windowing.length) * channels, by: channels
                ).filter { network.prepared.measured?[$0] != 0 && network.sums.weights[$0] > 0 }
                let sum = places.reduce(Float(0)) { $0 + network.sums.squares[$1] / network.sums.weights[$1] }
                windows.residuals[index * channels + channel] = sum / Float(max(1, places.count))
            }
        }
        return windows
    }

    /// The root mean squared error of each row from `first` on, one array a channel; NaN in gaps, and where no window was measured
    /// far enough.
    /// - Parameters:
    ///   - novelty: what joins the squares of each window that is kept, `[windows, channels]`.
    ///   - near: the windows that it is of, where these are not those of the network.
    func errors(from first: Int, novelty: [Float], of near: WindowAnswers? = nil) -> [[Float]] {
        let (channels, kept) = (channels, prepared.rows.lowerBound)
        var squares = Array(sums.squares[((first - kept) * channels)...])
        var apart: [Float]?
        if let near {
            var sum = [Float](repeating: 0, count: squares.count)
            near.add(novelty, to: &sum, from: first)
            apart = zip(sum, near.sums.weights[((first - kept) * channels)...]).map { $1 > 0 ? $0 / $1 : 0 }
        } else {
            add(novelty, to: &squares, from: first)
        }
        return (0..<channels).map { channel in
            (first..<prepared.rowCount).map { row in
                let place = (row - kept) * channels + channel
                if prepared.measured?[place] == 0 || sums.weights[place] == 0 { return .nan }
                let own = (row - first) * channels + channel
                return (squares[own] / sums.weights[place] + (apart?[own] ?? 0)).squareRoot()
            }
        }
    }

    /// Adds what is said of each window to its rows from `first` on, `[rows, channels]`.
    private func add(_ novelty: [Float], to squares: inout [Float], from first: Int) {
        for (index, start) in windows.starts.enumerated() where start + windowing.length > first {
            let rows = counted(start)
            for channel in 0..<channels {
                let place = index * channels + channel
                let square = windows.coverage[place].weight * novelty[place]
                let places = ((max(rows.lowerBound, first) - first) * channels + channel)
                for place in stride(from: places, to: (rows.upperBound - first) * channels, by: channels) {
                    squares[place] += square
                }
            }
        }
    }

    /// The model's picture of the rows from `first` on in scaled units, `[rows, channels]`; NaN where no window was measured far
    /// enough.
    func picture(from first: Int) -> [Float] {
        let (channels, kept) = (channels, prepared.rows.lowerBound)
        return (((first - kept) * channels)..<sums.pictures.count).map { sums.pictures[$0] / sums.weights[$0] }
    }

    /// Forgets rows and windows before `row`.
    mutating func drop(before row: Int) {
        let count = row - prepared.rows.lowerBound
        guard count > 0 else { return }
        prepared.drop(before: row)
        gaps.drop(before: row)
        sums = sums.from(count * channels)
        windows.drop(before: min(settled, windowing.firstWindow(beyond: row)))
        requests = []
    }
}

/// How often long gaps are answered before levels are taken for settled.
private let levelPasses = 2

extension Reconstructor {
    /// Answers what is asked of some series, all of the same number of channels. The answers for one series are the same numbers
    /// however its rows came, and those of several together differ from these by rounding at the most.
    /// - Throws: `DetectionError.cancelled`; what was asked is then answered in part, and not to be used.
    func answer(
        _ all: inout [WindowAnswers], cancellation: Cancellation = Cancellation(), progress: (Double) -> Void = { _ in }
    ) throws(DetectionError) {
        let prepared = all.map(\.prepared)
        let total = max(1, all.reduce(0) { $0 + $1.requests.count })
        var done = 0
        // The first and the last windows go apart, since only their margins count.
        for part in WindowRequest.Part.allCases {
            let asked = all.indices.flatMap { index in
                all[index].requests.filter { $0.part == part }.map { (series: index, request: $0) }
            }
            var next = 0
            while next < asked.count {
                if cancellation.isCancelled { throw .cancelled }
                // A window of one series keeps its place among others: matrix products may round by place.
                let place = all.count == 1 && part == .inner ? (asked[next].request.index - 1) % groupSize : 0
                let chosen = asked[next..<min(next + capacity - place, asked.count)]
                var windows = LevelFreeWindows(
                    prepared, places: chosen.map { WindowPlace(series: $0.series, start: $0.request.start) },
                    length: windowLength)
                if all[0].windowing.hidesGaps { settleLevels(of: &windows, from: place) }
                let margin = part == .inner ? all[0].windowing.margin : 0
                let answers = reconstruct(
                    windows.values, measured: windows.measured, from: place, rows: margin..<(windowLength - margin))
                for (position, window) in chosen.enumerated() {
                    all[window.series].add(answers, to: windows, at: position, window.request)
                }
                next += chosen.count
                done += chosen.count
                progress(Double(done) / Double(total))
            }
        }
    }

    /// Has the long gaps of windows answered, so that their levels are those of whole windows.
    private func settleLevels(of windows: inout LevelFreeWindows, from place: Int) {
        for _ in 0..<levelPasses where windows.haveLongGaps {
            let answers = reconstruct(windows.values, measured: windows.measured, from: place, rows: 0..<windowLength)
            windows.takeLevels(with: answers, length: windowLength)
        }
    }
}
