import TimeSeries

/// The rows of a series into which anomalies are put, and what is scored of them.
struct ExaminedRows: Sendable {
    /// An anomaly of some size in its place.
    struct Injection: Sendable {
        let place: InjectionPlace
        let size: Double
        /// Which of the kind's sizes it is.
        let number: Int
        /// Rows by which it is found, and those whose errors are kept, so that their scores can be averaged.
        let found: Range<Int>, kept: Range<Int>
    }

    let series: Series
    /// Rows that were learnt: nothing is read of others.
    let learnt: Range<Int>
    let heldOut: Range<Int>
    let period: Int
    let injector: Injector
    private let odd: [Range<Int>]
    /// Rows before and behind an anomaly by which it counts as found: half of the short average of the errors.
    private let tolerance: Int

    /// Averages of scores reach so many rows at the most, to both sides (`smoothing`).
    private static let smoothing = 50
    /// First rows that are looked at for a kind, about.
    private static let candidates = 500
    /// Periods that are held out at the least.
    private static let fewestPeriods = 6
    /// The share of the learnt rows that training holds out.
    private static let share = 0.15

    init(_ series: Series, _ detectors: [any Detector], except odd: [Range<Int>]) {
        self.series = series
        self.odd = odd
        let rows = series.rowCount
        let longest = detectors.map(\.windowLength).max() ?? rows
        let known = detectors.map(\.summary.trainingRows).min() ?? rows
        // What was learnt elsewhere, or is forgotten, cannot be told: then all rows count.
        let end = known - series.forgottenRows
        learnt = 0..<(end >= longest && end <= rows ? end : rows)
        period = max(4, min(series.profile.period ?? FallbackPeriod.model, learnt.count / 8))
        let held = max(Int(Self.share * Double(learnt.count)), Self.fewestPeriods * period)
        heldOut = max(0, learnt.upperBound - held)..<learnt.upperBound
        injector = Injector(period: period, spreads: RobustScaling(fitting: series, rows: learnt.upperBound).spreads)
        tolerance = max(1, period / 8)
    }

    /// Places of a kind, one in each of equal parts of the held-out rows that can take its largest size: without gaps and apart from
    /// what is odd, as far as there are such.
    func places(_ kind: InjectedKind, count: Int, _ random: inout SeededGenerator) -> [InjectionPlace] {
        let room = (kind.sizes + [0]).map { kind.rows(size: $0, period: period) }.max() ?? 1
        let end = max(heldOut.lowerBound + 1, heldOut.upperBound - room)
        let starts = Array(heldOut.lowerBound..<end).evenly(atMost: Self.candidates)
        var clean: [Int: [Int]] = [:]
        return (0..<count).map { number in
            let channel = Int(random.next() % UInt64(series.channels.count))
            let own = clean[channel] ?? starts.filter { isClean($0..<min($0 + room, learnt.upperBound), channel) }
            clean[channel] = own
            let chosen = own.isEmpty ? starts : own
            let place = (Double(number) + random.uniform()) / Double(count) * Double(chosen.count)
            return InjectionPlace(
                kind: kind, row: chosen[min(Int(place), chosen.count - 1)], channel: channel, seed: random.next())
        }
    }

    private func isClean(_ rows: Range<Int>, _ channel: Int) -> Bool {
        let near = (rows.lowerBound - 2 * tolerance)..<(rows.upperBound + 2 * tolerance)
        return !odd.contains { $0.overlaps(near) } && !series.channels[channel].values[rows].contains(where: \.isNaN)
    }

    /// An anomaly of some size.
    func injection(_ place: InjectionPlace, size: Double, number: Int) -> Injection {
        let rows = place.row..<min(learnt.upperBound, place.row + place.kind.rows(size: size, period: period))
        func around(_ rows: Range<Int>, _ more: Int) -> Range<Int> {
            max(learnt.lowerBound, rows.lowerBound - more)..<min(learnt.upperBound, rows.upperBound + more)
        }
        let found = around(rows, tolerance)
        return Injection(place: place, size: size, number: number, found: found, kept: around(found, Self.smoothing))
    }

    /// The rows that a model is asked about to score an anomaly, and the first of them: from half a window and half of an average
    /// before it to as far behind it.
    func segment(_ injection: Injection, for detector: any Detector) -> (first: Int, series: Series) {
        let window = detector.windowLength
        let reach = window / 2 + max(period, FallbackPeriod.model) / 2
        var first = max(learnt.lowerBound, injection.found.lowerBound - reach)
        let end = min(learnt.upperBound, injection.found.upperBound + reach)
        first = max(learnt.lowerBound, min(first, end - window))
        let place = injection.place
        let rows = first..<min(learnt.upperBound, max(end, first + window) + injector.spare)
        let values = injector.inject(
            InjectionPlace(kind: place.kind, row: place.row - first, channel: place.channel, seed: place.seed),
            size: injection.size, into: series.channels.map { Array($0.values[rows]) }, count: max(end - first, window))
        let channels = zip(series.channels, values).map { Series.Channel(name: $0.name, values: $1) }
        return (first, Series(name: series.name, channels: channels))
    }
}
