import NeuralNetwork
import TimeSeries

/// What makes a picture of windows out of windows, for one caller at a time: a network, or anything else that does.
public protocol Reconstructor: AnyObject {
    /// Rows in a window.
    var windowLength: Int { get }
    /// The most windows that are answered at once.
    var capacity: Int { get }
    /// Windows whose answers are computed together: where a window lies among so many may decide how its answer is rounded.
    var groupSize: Int { get }
    /// The picture of `windows`, `[count, time, channels]`, in the same shape.
    /// - Parameters:
    ///   - measured: 1 where a value was measured and 0 where one stands in for it, in the same shape; `nil` where all were.
    ///   - place: the place of the first window in its group; `place + count` are no more than `capacity`.
    ///   - rows: the rows of each window that are wanted; others may have no meaning.
    func reconstruct(_ windows: [Float], measured: [Float]?, from place: Int, rows: Range<Int>) -> [Float]
}

/// How errors are measured, whatever it is that makes the pictures.
///
/// The squared error of a row and channel is the mean, over the windows that cover the row, of the squared difference between
/// answer and window and of how new the window's level and swing are (`WindowNovelty`); its root is averaged over
/// neighbouring rows, over stretches for what lasts and over a few rows for single odd ones, and both averages of all channels are
/// joined by `ChannelTails`. Windows with long gaps say something only of what no other
/// covers (`CoverageRule`). Levels and swings may be those of nearer windows than the pictures are made of: a short shape hardly
/// moves the level of a long window, whose own wandering would drown it.
struct ErrorMeasure: Sendable {
    /// A way to lay out windows, and what has to be measured of one.
    struct Layout: Sendable {
        let windowing: Windowing
        let rule: CoverageRule
    }

    let windowing: Windowing
    let scaling: RobustScaling
    /// What has to be measured of a window.
    let rule: CoverageRule
    /// The windows whose levels and swings are judged, where these are not those of the pictures.
    let near: Layout?
    /// How new levels and swings are judged.
    let novelty: WindowNovelty
    /// How far each channel's errors reach in the training rows.
    let tails: ChannelTails

    /// Fits to what was answered to the training rows, those of several series one after the other.
    /// - Parameters:
    ///   - near: the same rows in the windows whose levels and swings are judged, where these are others.
    ///   - noise: differences that say nothing, in scaled units.
    /// - Returns: the measure, and the measurement of each series, which can go on.
    static func fitting(
        _ answers: [WindowAnswers], near: [WindowAnswers]? = nil, scaling: RobustScaling, noise: Float
    ) -> (measure: ErrorMeasure, learnt: [Measurement], errors: [Float]) {
        let (windowing, channels) = (answers[0].windowing, scaling.centers.count)
        let layout = near.map { Layout(windowing: $0[0].windowing, rule: $0[0].rule) }
        var windows = WindowStatistics(channels: channels)
        for (index, own) in answers.enumerated() { windows.append(near?[index].withResiduals(of: own) ?? own.windows) }
        let novelty = WindowNovelty(
            fitting: windows, trainingRows: answers.map(\.prepared.rowCount),
            length: (layout?.windowing ?? windowing).length, stride: (layout?.windowing ?? windowing).stride)
        var learnt = answers.indices.map { Measurement(answers[$0], near: near?[$0], novelty) }
        var errors: [Float] = []
        for index in learnt.indices { errors += learnt[index].errors().values }
        let tails = ChannelTails(fitting: errors, channels: channels, noise: noise)
        return (
            ErrorMeasure(
                windowing: windowing, scaling: scaling, rule: answers[0].rule, near: layout, novelty: novelty, tails: tails),
            learnt, tails.largest(errors)
        )
    }

    /// A series without rows.
    func begin() -> Measurement {
        Measurement(
            WindowAnswers(windowing, scaling: scaling, rule: rule),
            near: near.map { WindowAnswers($0.windowing, scaling: scaling, rule: $0.rule) }, novelty)
    }
}

/// A series as it is measured: what its windows were answered, how new they are, and the averages of its errors; it can go on.
struct Measurement: Sendable {
    var answers: WindowAnswers
    /// The windows whose levels and swings are judged, where these are not those of `answers`.
    private var near: WindowAnswers?
    private var walk: NoveltyWalk
    /// What joins the squares of each judged window that is kept, `[windows, channels]`.
    private var added: [Float] = []
    private var averages: [RowAverages]

    fileprivate init(_ answers: WindowAnswers, near: WindowAnswers?, _ novelty: WindowNovelty) {
        (self.answers, self.near) = (answers, near)
        walk = NoveltyWalk(novelty)
        averages = novelty.known.map { _ in RowAverages() }
    }

    /// Rows so far.
    var rowCount: Int { answers.prepared.rowCount }

    /// The windows whose levels and swings are judged.
    private var judged: WindowAnswers { near ?? answers }

    /// Takes rows, after which there is a window's rows at least; what `answers` request is to be answered then.
    mutating func append(_ rows: Series) {
        answers.append(rows)
        near?.append(rows)
        near?.judgeLevels()
    }

    /// Rows of the average that pins a single odd row to its place: with those beside it, whose pictures it disturbs.
    private static let fewRows = 3

    /// The averaged errors of all rows that the last ones changed, up to the last row, `[rows, 2, channels]`, over stretches and
    /// over a few rows, after all was answered that was asked; NaN in gaps. To be called once after rows have come.
    mutating func errors() -> (rows: Range<Int>, values: [Float]) {
        let (windowing, judged) = (answers.windowing, judged)
        let (first, window) = (min(answers.changed, judged.changed), judged.firstNew)
        walk.rewind(to: window, behind: judged.start(of: max(0, window - 1)))
        added.removeLast(max(0, added.count - (window - judged.windows.first) * averages.count))
        added += walk.added(to: judged.windows)
        let own = answers.errors(from: first, novelty: added, of: near)
        // Beside gaps averages reach farther.
        let width = max(windowing.shortSmoothing, windowing.longSmoothing, Self.fewRows)
        let after = answers.prepared.measured == nil ? width / 2 : width
        let rows = max(averages[0].rows.lowerBound, first - after)..<rowCount
        var values = [Float](repeating: 0, count: rows.count * 2 * averages.count)
        let certain = certain
        for channel in averages.indices {
            averages[channel].replace(from: first, with: own[channel])
            for (place, row) in rows.enumerated() {
                let column = place * 2 * averages.count + channel
                if answers.prepared.isGap(row, channel) {
                    (values[column], values[column + averages.count]) = (.nan, .nan)
                    continue
                }
                let short = averages[channel].mean(around: row, width: windowing.shortSmoothing)
                let long = averages[channel].mean(around: row, width: windowing.longSmoothing)
                values[column] = (short + long) / 2
                values[column + averages.count] = averages[channel].mean(around: row, width: Self.fewRows)
            }
            if certain - averages[channel].rows.lowerBound >= windowing.reach { averages[channel].drop(before: certain) }
        }
        return (rows, values)
    }

    /// The rows before this one are needed no more: nothing that may still change depends on them.
    private var certain: Int { max(0, min(answers.certain, judged.certain) - answers.windowing.reach) }

    /// Forgets what is needed no more, now and then, and what lies before `horizon` rows in any case.
    mutating func forget(horizon: Int?) {
        let reach = answers.windowing.reach
        let row = max(certain, horizon.map { rowCount - max($0, 2 * reach) } ?? 0)
        guard row - answers.prepared.rows.lowerBound >= reach else { return }
        let before = judged.windows.first
        answers.drop(before: row)
        near?.drop(before: row)
        walk.drop(before: judged.windows.first)
        added.removeFirst(min(added.count, (judged.windows.first - before) * averages.count))
        for channel in averages.indices { averages[channel].drop(before: row) }
    }
}
