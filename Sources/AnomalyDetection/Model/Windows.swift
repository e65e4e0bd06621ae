import TimeSeries

/// A series made ready for the networks: scaled, gaps filled and marked.
struct PreparedSeries: Sendable {
    let rowCount: Int
    let channelCount: Int
    /// Scaled values, `[rowCount, channels]`, levels included.
    let values: [Float]
    /// 1 where a value was measured, 0 in a gap, `[rowCount, channels]`; `nil` where there is no gap.
    let measured: [Float]?

    /// Scaled values reach from `-limit` to `limit`: far beyond any level, near enough for `Float` to tell shapes.
    static let limit: Float = 1e6

    init(_ series: Series, scaling: RobustScaling) {
        rowCount = series.rowCount
        channelCount = series.channels.count
        values = scaling.scaled(series, limit: Self.limit)
        guard series.channels.contains(where: { $0.values.contains(where: \.isNaN) }) else {
            measured = nil
            return
        }
        var marks = [Float](repeating: 1, count: rowCount * channelCount)
        for (index, channel) in series.channels.enumerated() {
            for row in 0..<rowCount where channel.values[row].isNaN { marks[row * channelCount + index] = 0 }
        }
        measured = marks
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
    /// Each channel's mean over the window and the standard deviation from it, `[windows, channels]`.
    private(set) var levels: [Float] = [], swings: [Float] = []

    /// The windows that begin at `starts` and have `length` rows.
    init(_ prepared: PreparedSeries, starts: some Collection<Int>, length: Int) {
        self.init([prepared], places: starts.map { WindowPlace(series: 0, start: $0) }, length: length)
    }

    /// The windows of several series that begin at `places`, one behind the other.
    init(_ prepared: [PreparedSeries], places: some Collection<WindowPlace>, length: Int) {
        let channels = prepared.first?.channelCount ?? 0
        values.reserveCapacity(places.count * length * channels)
        for window in places {
            let place = values.count
            values += prepared[window.series].values[(window.start * channels)..<((window.start + length) * channels)]
            for channel in 0..<channels { takeLevel(of: channel, from: place, channels: channels) }
        }
    }

    /// Takes the level off one channel of the last window, which begins at `place`.
    private mutating func takeLevel(of channel: Int, from place: Int, channels: Int) {
        let places = stride(from: place + channel, to: values.count, by: channels)
        let count = Double((values.count - place) / channels)
        var sum = 0.0
        for place in places { sum += Double(values[place]) }
        let level = sum / count
        var squares = 0.0
        for place in places {
            let difference = Double(values[place]) - level
            squares += difference * difference
            values[place] = min(max(Float(difference), -RobustScaling.limit), RobustScaling.limit)
        }
        levels.append(Float(level))
        swings.append(Float((squares / count).squareRoot()))
    }
}

extension RobustScaling {
    /// The same centers with the root mean squared deviation of a window's values from its mean as spreads: the unit in which
    /// shapes are measured, however far the level wanders. A channel that never varies within a window keeps its spread.
    /// - Parameters:
    ///   - series: the training rows; at least `length` each.
    ///   - length: rows in a window.
    func levelFree(_ series: [Series], length: Int) -> RobustScaling {
        let swings = series.flatMap { series in
            LevelFreeWindows(
                PreparedSeries(series, scaling: self),
                starts: windowStarts(rows: series.rowCount, length: length, stride: max(1, length / 4)), length: length
            ).swings
        }
        let channels = spreads.count
        return RobustScaling(
            centers: centers,
            spreads: spreads.indices.map { channel in
                let own = stride(from: channel, to: swings.count, by: channels).map { Double(swings[$0]) }
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
