import TimeSeries

/// Columns that say what the time says, and those that count rows where they seem to tell a time.
extension TableDecision {
    private static let day: Int64 = 86_400_000_000

    /// The times of the first rows by a candidate, on the clock of the file.
    func instants(_ candidate: TimeCandidate) -> [Int64?] {
        if candidate.columns.count > 1 {
            return joinedSamples(candidate.columns).prefix(sample.neighbours).map { candidate.notations.first?.instant($0) }
        }
        guard let column = candidate.columns.first, candidate.columns.count == 1 else { return [] }
        return sample.columns[column].prefix(sample.neighbours).map { field in
            if candidate.role == .calendar {
                return TimeParser.calendar(field).map {
                    $0.notation.zone.local($0.microseconds)
                }
            }
            return candidate.notations.first?.instant(field)
        }
    }

    /// The candidates without times at which rows were written, as those of a model's run are: all of them lie close together beside
    /// even days or times over twenty times as long.
    func withoutStamps(_ candidates: [TimeCandidate]) -> [TimeCandidate] {
        let whole = candidates.filter { $0.hasDate && ($0.role == .calendar || $0.role == .timePart) }
        guard whole.count > 1 else { return candidates }
        func span(_ times: [Int64]) -> Int64 { (times.max() ?? 0) - (times.min() ?? 0) }
        let times = whole.map { candidate in instants(candidate).compactMap { $0 } }
        let longest = whole.indices.filter { index in
            let steps = TimeNotation.commonestStepShare(Set(times[index]).sorted()) ?? 0
            return times[index].count == sample.neighbours && steps >= 0.8
        }.map { span(times[$0]) }.max()
        guard let longest, sample.neighbours >= 12 else { return candidates }
        let stamps = whole.indices.filter { whole[$0].hasClock && span(times[$0]) < longest / 20 }.map { whole[$0].columns }
        return candidates.filter { !stamps.contains($0.columns) }
    }

    /// A time of the same days as one that tells days alone, as a date beside a whole time does.
    func finer(than whole: TimeCandidate, _ singles: [TimeCandidate]) -> TimeCandidate? {
        let others = singles.filter { $0.hasDate && $0.hasClock && $0.columns != whole.columns && $0.role != .unixSeconds }
        guard !others.isEmpty, whole.role == .calendar || whole.role == .timePart else { return nil }
        let days = instants(whole)
        guard days.count > 1, days.allSatisfy({ $0.map { $0 % Self.day == 0 } ?? false }) else { return nil }
        return others.first { other in
            let times = instants(other)
            return times.contains { ($0 ?? 0) % Self.day != 0 }
                && zip(days, times).allSatisfy { day, time in time.map { floorDivide($0, Self.day) * Self.day == day } ?? false }
        }
    }

    /// Whether a column holds the times of rows once more, or their days.
    func saysTime(_ column: Int) -> Bool {
        guard form.hasTime, facts[column].times * 2 > facts[column].present.count || facts[column].calendar > 0,
            let candidate = single(column, isAsked: false), candidate.hasDate
        else { return false }
        let pairs = instants(candidate).enumerated().compactMap { row, said in
            said.flatMap { said in localTimes[row].map { (said, $0) } }
        }
        let equal = pairs.count { said, time in said == time || said == floorDivide(time, Self.day) * Self.day }
        return pairs.count > 1 && equal == pairs.count
    }

    /// Whether a column holds times of day or durations.
    func holdsClock(_ column: Int) -> Bool {
        guard facts[column].times * 10 >= facts[column].present.count * 9 else { return false }
        return single(column, isAsked: false)?.notations == [.clock]
    }

    /// Whether whole numbers are the hours of the times, or hours that end there, whatever they are called.
    func isHourOfTime(_ column: Int) -> Bool {
        var (rows, equal, ending): (Int, Int, Int) = (0, 0, 0)
        var seen: Set<Int64> = []
        for row in 0..<sample.rowCount {
            guard let local = localTimes[row], let value = form.numbers[column].value(sample.columns[column][row]) else {
                continue
            }
            let hour = CalendarParts(local).value(.hour)
            seen.insert(hour)
            rows += 1
            if value == Double(hour) { equal += 1 }
            if value == Double(hour + 1) || hour == 0 && value == 24 { ending += 1 }
        }
        return seen.count >= 12 && max(equal, ending) * 20 >= rows * 19
    }

    /// Whether whole numbers are seconds or milliseconds since 1970 that lie near the times of their rows: within two days, or within a
    /// year where the column is called as times are.
    func isSecondUnixTime(_ column: Int) -> Bool {
        guard form.hasTime else { return false }
        let name = form.names[column]
        let isNamed = !isNameless && (ColumnNames.isOtherClock(name) || ColumnNames.words(name).last == "expires")
        let most: Double = (isNamed ? 366 : 2) * 86_400
        var rows = 0
        for row in 0..<sample.rowCount {
            guard let local = localTimes[row], let value = form.numbers[column].value(sample.columns[column][row]) else {
                continue
            }
            let seconds = value > 1e11 ? value / 1000 : value
            guard seconds > 3e8, abs(seconds - Double(local) / 1e6) <= most else { return false }
            rows += 1
        }
        return rows > 1
    }

    /// Whether numbers are the years of the times with a fraction.
    func isYearWithFraction(_ column: Int) -> Bool {
        let pairs = zip(localTimes, sample.columns[column]).compactMap { local, field in
            local.flatMap { local in form.numbers[column].value(field).map { (CalendarParts(local).value(.year), $0) } }
        }
        return pairs.count > 1 && pairs.contains { $0.1 != $0.1.rounded() }
            && pairs.allSatisfy { Double($0.0) == $0.1.rounded(.down) }
    }

    /// Whether a column that is called as a time is counts rows from 0 or 1, so that it tells none: no unit stands in its name.
    func countsRows(_ column: Int) -> Bool {
        let name = form.names[column]
        guard !isNameless, ColumnNames.isTime(name) || ColumnNames.isElapsed(name), !ColumnNames.namesUnit(name),
            let first = sample.columns[column].first.flatMap({ form.numbers[column].value($0) }), first == 0 || first == 1
        else { return false }
        return sample.neighbours > 3 && counts(column)
    }

    /// Says that a column which seems to tell a time counts rows.
    mutating func tellCounter() {
        guard let column = free.first(where: { facts[$0].isNumeric && countsRows($0) }) else { return }
        let name = form.names[column]
        tell(
            "Column \(name) counts rows, so it is taken for no time (--time \(SeriesError.shellWord(name)) reads it as seconds).")
    }

    /// Says that the unit of the time from a beginning is not known.
    mutating func tellUnit(of candidate: TimeCandidate) {
        guard candidate.name == "seconds", options.timeFormat == nil, options.timeColumns.isEmpty, given?.timeColumn == nil,
            !ColumnNames.namesUnit(form.names[candidate.columns[0]])
        else { return }
        tell(
            "Column \(form.names[candidate.columns[0]]) rises from the start and is read as seconds (--time-format elapsed-ms "
                + "reads milliseconds, and the like).")
    }
}

extension ColumnNames {
    /// Whether a name says in which unit time is counted.
    static func namesUnit(_ name: String) -> Bool {
        let words = name.lowercased().split { !$0.isLetter }
        return words.contains { word in
            [
                "s", "sec", "secs", "second", "seconds", "ms", "msec", "us", "ns", "min", "mins", "minutes", "h", "hr", "hours",
                "millis",
            ]
            .contains(word)
        }
    }
}
