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

    /// Windows with a further row in them, from the first window on that may have one: those that reach beyond `row` rows.
    func firstWindow(beyond row: Int) -> Int { row < length ? 0 : (row - length) / stride + 1 }

    /// The rows before the earliest that may still change on which those depend that do: windows that share rows with the windows
    /// that are asked again, and averages.
    var reach: Int { 2 * length + stride + max(shortSmoothing, longSmoothing) }
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
/// Windows begin a stride apart, and one more ends with the last row. That one is taken back when rows come, as are those
/// that reach into a gap that has an end now, which was bridged otherwise before. Rows and windows on which nothing depends
/// any more can be dropped; rows and windows keep their numbers.
struct WindowAnswers: Sendable {
    let windowing: Windowing
    private(set) var prepared: PreparedSeries
    /// Sums of squared errors and of reconstructed values, and how many windows cover each row.
    private var sums: Sums
    /// The sums of the rows of the last window without it.
    private var beneathLast: Sums?
    /// Levels, swings and mean squared residuals of all windows that are kept, the last one among them.
    private(set) var windows: WindowStatistics
    /// Windows a stride apart that do not end with the last row.
    private(set) var settled = 0
    /// The first row whose sums changed by the last rows that came.
    private(set) var changed = 0
    /// The windows that the network has to be asked about.
    private(set) var requests: [WindowRequest] = []

    private struct Sums: Sendable {
        /// `[rows, channels]`.
        var squares: [Float] = [], pictures: [Float] = []
        var counts: [Int32] = []
    }

    private var channels: Int { prepared.channelCount }

    /// No rows yet.
    init(_ windowing: Windowing, scaling: RobustScaling) {
        self.windowing = windowing
        prepared = PreparedSeries(scaling)
        sums = Sums()
        windows = WindowStatistics(channels: scaling.centers.count)
    }

    /// The number of the first window that is asked about anew.
    var firstNew: Int { requests.first { $0.isNew }?.index ?? settled }

    /// Takes rows, after which there is a window's rows at least; `requests` are to be answered then.
    mutating func append(_ rows: Series) {
        let before = prepared.rowCount
        let edge = prepared.append(rows)
        let (count, length) = (prepared.rowCount, windowing.length)
        precondition(count >= length, "there is a window at least")
        changed = before > length ? before - length + windowing.margin : 0
        withdrawLast()
        sums.squares += repeatElement(0, count: rows.rowCount * channels)
        sums.pictures += repeatElement(0, count: rows.rowCount * channels)
        sums.counts += repeatElement(0, count: rows.rowCount)
        requests = edge < before ? rewind(to: edge) : []
        let end = count == length ? 0 : windowing.firstWindow(beyond: count - 1)
        requests += (settled..<max(settled, end)).map { request($0, from: 0, isNew: true) }
        settled = max(settled, end)
        requests.append(
            WindowRequest(
                index: settled, start: count - length, part: count == length ? .first : .last, from: 0, isNew: true))
    }

    private func request(_ index: Int, from row: Int, isNew: Bool) -> WindowRequest {
        WindowRequest(
            index: index, start: index * windowing.stride, part: index == 0 ? .first : .inner, from: row, isNew: isNew)
    }

    private mutating func withdrawLast() {
        guard let beneathLast else { return }
        let rows = beneathLast.counts.count
        sums.squares.replaceSubrange((sums.squares.count - rows * channels)..., with: beneathLast.squares)
        sums.pictures.replaceSubrange((sums.pictures.count - rows * channels)..., with: beneathLast.pictures)
        sums.counts.replaceSubrange((sums.counts.count - rows)..., with: beneathLast.counts)
        windows.keep(to: settled)
        self.beneathLast = nil
    }

    /// Takes back the windows that reach beyond `edge`, where values have changed.
    /// - Returns: the windows before them that share rows with them, to be asked again for those.
    private mutating func rewind(to edge: Int) -> [WindowRequest] {
        let kept = prepared.rows.lowerBound
        let first = windowing.firstWindow(beyond: kept == 0 ? edge : max(edge, kept + windowing.reach))
        guard first < settled else { return [] }
        let row = first * windowing.stride
        let place = row - kept
        for index in (place * channels)..<sums.squares.count { (sums.squares[index], sums.pictures[index]) = (0, 0) }
        for index in place..<sums.counts.count { sums.counts[index] = 0 }
        settled = first
        windows.keep(to: first)
        changed = min(changed, first == 0 ? 0 : row + windowing.margin)
        return (windowing.firstWindow(beyond: row)..<first).map { request($0, from: row, isNew: false) }
    }

    /// The rows of a window that count: without the margin at its ends, but for the ends of the series.
    private func counted(_ start: Int) -> Range<Int> {
        let end = start + windowing.length
        return (start == 0 ? 0 : start + windowing.margin)..<(end == prepared.rowCount ? end : end - windowing.margin)
    }

    /// Adds what the network answered to a window, in the order of `requests`.
    /// - Parameters:
    ///   - answer: `[windows, time, channels]`.
    ///   - taken: the windows, of which this one is at `position`.
    mutating func add(_ answer: [Float], to taken: LevelFreeWindows, at position: Int, _ request: WindowRequest) {
        let (start, channels, kept) = (request.start, channels, prepared.rows.lowerBound)
        let isLast = start + windowing.length == prepared.rowCount
        if isLast {
            let place = start - kept
            beneathLast = Sums(
                squares: Array(sums.squares[(place * channels)...]), pictures: Array(sums.pictures[(place * channels)...]),
                counts: Array(sums.counts[place...]))
        }
        let own = counted(start)
        let rows = min(max(own.lowerBound, request.from), own.upperBound)..<own.upperBound
        for row in rows { sums.counts[row - kept] += 1 }
        let shift = (position * windowing.length - (start - kept)) * channels
        let (first, end) = ((rows.lowerBound - kept) * channels, (rows.upperBound - kept) * channels)
        if request.isNew { windows.starts.append(start) }
        for channel in 0..<channels {
            let level = taken.levels[position * channels + channel]
            var sum: Float = 0
            for place in stride(from: first + channel, to: end, by: channels) {
                let answered = answer[place + shift]
                let difference = answered - taken.values[place + shift]
                let square = (prepared.measured?[place] ?? 1) * difference * difference
                sums.squares[place] += square
                sum += square
                sums.pictures[place] += answered + level
            }
            guard request.isNew else { continue }
            windows.levels.append(level)
            windows.swings.append(taken.swings[position * channels + channel])
            windows.residuals.append(sum / Float(rows.count))
        }
    }

    /// The root mean squared error of each row from `first` on, one array a channel; NaN in gaps.
    /// - Parameter novelty: what joins the squares of each window that is kept, `[windows, channels]`.
    func errors(from first: Int, novelty: [Float]) -> [[Float]] {
        let (channels, kept) = (channels, prepared.rows.lowerBound)
        var squares = Array(sums.squares[((first - kept) * channels)...])
        for (index, start) in windows.starts.enumerated() where start + windowing.length > first {
            let rows = counted(start)
            for channel in 0..<channels {
                let square = novelty[index * channels + channel]
                let places = ((max(rows.lowerBound, first) - first) * channels + channel)
                for place in stride(from: places, to: (rows.upperBound - first) * channels, by: channels) {
                    squares[place] += square
                }
            }
        }
        return (0..<channels).map { channel in
            (first..<prepared.rowCount).map { row in
                if prepared.measured?[(row - kept) * channels + channel] == 0 { return .nan }
                return (squares[(row - first) * channels + channel] / Float(max(1, sums.counts[row - kept]))).squareRoot()
            }
        }
    }

    /// The model's picture of the rows from `first` on in scaled units, `[rows, channels]`.
    func picture(from first: Int) -> [Float] {
        let (channels, kept) = (channels, prepared.rows.lowerBound)
        return (((first - kept) * channels)..<sums.pictures.count).map {
            sums.pictures[$0] / Float(max(1, sums.counts[$0 / channels]))
        }
    }

    /// Forgets rows and windows before `row`.
    mutating func drop(before row: Int) {
        let count = row - prepared.rows.lowerBound
        guard count > 0 else { return }
        prepared.drop(before: row)
        sums.squares = Array(sums.squares[(count * channels)...])
        sums.pictures = Array(sums.pictures[(count * channels)...])
        sums.counts = Array(sums.counts[count...])
        windows.drop(before: min(settled, windowing.firstWindow(beyond: row)))
        requests = []
    }
}

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
                let windows = LevelFreeWindows(
                    prepared, places: chosen.map { WindowPlace(series: $0.series, start: $0.request.start) },
                    length: windowLength)
                let margin = part == .inner ? all[0].windowing.margin : 0
                let answers = reconstruct(windows.values, from: place, rows: margin..<(windowLength - margin))
                for (position, window) in chosen.enumerated() {
                    all[window.series].add(answers, to: windows, at: position, window.request)
                }
                next += chosen.count
                done += chosen.count
                progress(Double(done) / Double(total))
            }
        }
    }
}
