/// The rows of a series that rules expect to differ, and by which rule.
public struct ExpectedRows: Sendable, Equatable {
    /// The rules.
    public let rules: [ExpectedRule]
    /// The rows of each rule, in order; no two ranges of one touch.
    public let byRule: [[Range<Int>]]
    /// All of them in order; no two touch.
    public let rows: [Range<Int>]
    /// Those that are not to be learnt.
    public let unlearnt: [Range<Int>]

    /// None.
    public static let none = ExpectedRows([], in: Series(name: "", channels: []))

    /// The rows that rules hold of a series. Complexity: the times that rules name while the series lasts, not its rows.
    public init(_ rules: [ExpectedRule], in series: Series) {
        self.rules = rules
        byRule = rules.map { $0.rows(in: series) }
        rows = joined(byRule.joined())
        unlearnt = joined(zip(rules, byRule).filter { $0.0.purpose == .maintenance }.flatMap(\.1))
    }

    /// Whether there is no such row.
    public var isEmpty: Bool { rows.isEmpty }

    /// Whether a row is one.
    public func contains(_ row: Int) -> Bool { covers(row..<(row + 1)) }

    /// Whether all of some rows are.
    public func covers(_ wanted: Range<Int>) -> Bool {
        let place = rows.partitioningIndex { $0.upperBound > wanted.lowerBound }
        guard place < rows.count else { return false }
        return rows[place].lowerBound <= wanted.lowerBound && rows[place].upperBound >= wanted.upperBound
    }

    /// The rule that holds most of some rows, of equals the first; `nil` where none holds any.
    public func rule(on wanted: Range<Int>) -> ExpectedRule? {
        var best: (rule: Int, count: Int)?
        for (rule, rows) in byRule.enumerated() {
            let first = rows.partitioningIndex { $0.upperBound > wanted.lowerBound }
            let count = rows[first...].prefix { $0.lowerBound < wanted.upperBound }.reduce(0) {
                $0 + $1.clamped(to: wanted).count
            }
            if count > best?.count ?? 0 { best = (rule, count) }
        }
        return best.map { rules[$0.rule] }
    }
}

/// Ranges in order, those that touch joined.
private func joined(_ ranges: some Sequence<Range<Int>>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    for rows in ranges.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
        if let last = found.last, rows.lowerBound <= last.upperBound {
            found[found.count - 1] = last.lowerBound..<max(last.upperBound, rows.upperBound)
        } else {
            found.append(rows)
        }
    }
    return found
}

extension ExpectedRule {
    /// The rows of a series that it holds, in order; none touch.
    public func rows(in series: Series) -> [Range<Int>] {
        if case .span(let span) = kind { return span.rows(in: series).map { $0.isEmpty ? [] : [$0] } ?? [] }
        guard let times = series.time.microseconds, let first = times.first, let last = times.last, !series.time.isOfClock else {
            return []
        }
        return joined(
            periods(among: first..<(last + 1), own: series.time.zone).map { period in
                let first = times.partitioningIndex { $0 >= period.lowerBound }
                return first..<max(first, times.partitioningIndex { $0 >= period.upperBound })
            })
    }

    /// When it is while a range of times lasts, in microseconds since 1970 UTC.
    private func periods(among wanted: Range<Int64>, own: TimeFormat.Notation.Zone) -> [Range<Int64>] {
        switch kind {
        case .weekly(let span): span.periods(among: wanted, own: own)
        case .yearly(let span): span.periods(among: wanted, own: own)
        case .holidays(let holidays): holidays.periods(among: wanted, own: own)
        case .calendar(_, let events): events.flatMap { $0.periods(among: wanted, own: own) }
        case .span: []
        }
    }

    /// Finds out whether it can hold rows of a series at all.
    /// - Throws: `ExpectedRuleError.noRows`: what is of days needs rows with dates, and a stretch ends that can be read.
    public func check(_ series: Series) throws(ExpectedRuleError) {
        if case .span(let span) = kind {
            if span.rows(in: series) == nil {
                throw .noRows(series: series.name, rule: text, reason: "names neither times nor numbers of rows, as in 1..400")
            }
        } else if series.time.microseconds == nil || series.time.isOfClock {
            throw .noRows(
                series: series.name, rule: title, reason: "is of days, and its rows have no dates; name rows, as in 1..400")
        }
    }

    /// What happens on some rows, in words: the events of a calendar or the holidays, of others the name or what it is.
    public func occasion(on rows: Range<Int>, in series: Series) -> String {
        let called = name.isEmpty ? title : name
        guard let times = series.time.microseconds, rows.upperBound <= times.count, let last = rows.last else { return called }
        let wanted = times[rows.lowerBound]..<(times[last] + 1)
        let own = series.time.zone
        func isOn(_ period: Range<Int64>) -> Bool { period.overlaps(wanted) }
        switch kind {
        case .calendar(let name, let events):
            let event = events.first { $0.periods(among: wanted, own: own).contains(where: isOn) }
            return event.map { $0.summary.isEmpty ? name : $0.summary } ?? name
        case .holidays(let holidays): return holidays.name(among: wanted, own: own) ?? title
        default: return called
        }
    }
}

extension TimeAxis {
    /// Whether times count from the start, without dates.
    var isOfClock: Bool { if case .clock = format { true } else { false } }
}
