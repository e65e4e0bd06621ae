import Synchronization

/// How a series runs: the step between its rows and the periods of its channels, each worked out once, when it is first asked
/// for, and handed on with the series. All of it comes from the first 20,000 rows, so that it stays as it is while a longer
/// series grows.
///
/// ```swift
/// let window = 4 * (series.profile.period ?? FallbackPeriod.model)
/// ```
public struct SeriesProfile: Sendable {
    /// The rows that are looked at, from the first on.
    static let rows = 20_000
    /// The channels that a period of the whole series comes from, from the first on.
    private static let channels = 16

    let series: Series
    let known: Known

    /// The median time between neighbouring rows in microseconds, the larger of two in the middle; `nil` without times
    /// and for fewer than two rows.
    ///
    /// It measures: what is longer than one and a half is a hole, and a period of so many rows takes so long. So it is a length that
    /// half of the rows keep to, repeated times included. What `isoStep(of:zone:)` tells of a file is a name, the step that its
    /// writer meant: the commonest, by the calendar. The two differ only where fewer than half of the rows follow at the commonest
    /// step, where rows repeat a time, and for days, months and years, which have no one length.
    public var step: Int64? {
        known.answer(\.step) {
            guard let times = series.time.microseconds?.prefix(Self.rows), times.count > 1 else { return nil }
            let steps = times.adjacentPairs().map { $1 - $0 }.sorted()
            return steps[steps.count / 2]
        }
    }

    /// Months of the calendar from most rows to the next, 12 for years; `nil` where most are not that far apart.
    public var monthStep: Int? {
        guard let step, step >= 28 * 86_400_000_000 else { return nil }
        return known.answer(\.monthStep) {
            let local = localTimes(series.time.microseconds ?? [], series.time.zone)
            guard let (step, count, all) = TimeStep.commonest(of: local), step.months > 0, 2 * count > all else { return nil }
            return Int(step.months)
        }
    }

    /// The dominant period of a channel in rows, as `dominantPeriod(of:)` finds it; `nil` where it has none.
    public func period(ofChannel index: Int) -> Int? {
        known.answer(\.periods[index]) { dominantPeriod(of: series.channels[index].values) }
    }

    /// The median of the dominant periods of the first sixteen channels in rows; `nil` where none has one.
    public var period: Int? { typicalPeriod(of: [series]) }

    /// The periods that those of a whole series are the median of.
    fileprivate var periods: [Int] { series.channels.indices.prefix(Self.channels).compactMap(period(ofChannel:)) }
}

/// The median of the dominant periods of the channels of all series in rows; `nil` where none has one.
public func typicalPeriod(of series: [Series]) -> Int? {
    let periods = series.flatMap(\.profile.periods).sorted()
    return periods.isEmpty ? nil : periods[periods.count / 2]
}

extension SeriesProfile {
    /// What was worked out already, for all copies of a series.
    final class Known: Sendable {
        struct Answers: Sendable {
            var step: Int64??
            var monthStep: Int??
            var periods: [Int: Int?] = [:]
        }

        private let answers = Mutex(Answers())

        /// What is known, or what `work` finds out.
        func answer<Answer: Sendable>(
            _ place: WritableKeyPath<Answers, Answer?> & Sendable, _ work: () -> Answer
        ) -> Answer {
            if let known = answers.withLock({ $0[keyPath: place] }) { return known }
            let found = work()
            answers.withLock { $0[keyPath: place] = found }
            return found
        }
    }
}
