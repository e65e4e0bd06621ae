import TimeSeries

/// The parts of an instant by the clock of the file.
struct CalendarParts {
    /// A part of a date or a clock.
    enum Part { case decade, year, month, day, weekday, week, dayOfYear, quarter, hour, minute, second, hourMinute }

    private let year: Int64, month: Int64, day: Int64, days: Int64, seconds: Int64

    /// - Parameter local: microseconds since 1970-01-01 00:00 on the clock.
    init(_ local: Int64) {
        let all = floorDivide(local, 1_000_000)
        days = floorDivide(all, 86_400)
        seconds = all - days * 86_400
        (year, month, day) = civil(daysSince1970: days)
    }

    /// What the part says as a number; a weekday or week is counted from some day on.
    func value(_ part: Part) -> Int64 {
        switch part {
        case .decade: floorDivide(year, 10) * 10
        case .year: year
        case .month: month
        case .day: day
        case .weekday: (days % 7 + 7) % 7
        case .week: floorDivide(days + 3, 7)
        case .dayOfYear: days - TimeSeries.days(year: year, month: 1, day: 1) + 1
        case .quarter: (month - 1) / 3 + 1
        case .hour: seconds / 3600
        case .minute: seconds / 60 % 60
        case .second: seconds % 60
        case .hourMinute: seconds / 3600 * 100 + seconds / 60 % 60
        }
    }
}

extension CalendarParts.Part {
    init(_ part: ColumnNames.Part) {
        self =
            switch part {
            case .year: .year
            case .month: .month
            case .day: .day
            case .hour: .hour
            case .minute: .minute
            case .second: .second
            case .quarter: .quarter
            case .week: .week
            case .dayOfYear: .dayOfYear
            case .hourMinute: .hourMinute
            }
    }
}

extension TableDecision {
    /// Whether a column that is called as a part of a date is says what the time says: the part itself or, in many rows, the same
    /// wherever that part is the same.
    func isPartOfTime(_ column: Int) -> Bool {
        if otherClock.contains(column) { return true }
        guard let part = ColumnNames.functionOfDate(form.names[column]) else {
            return isHourOfTime(column) || isDayOfYearOfTime(column)
        }
        var (rows, equal, known, broken): (Int, Int, [Int64: Double], Int) = (0, 0, [:], 0)
        for row in 0..<sample.rowCount {
            guard let local = localTimes[row], let value = form.numbers[column].value(sample.columns[column][row]) else {
                continue
            }
            let said = CalendarParts(local).value(part)
            rows += 1
            if Double(said) == value { equal += 1 }
            if let before = known[said] { broken += before == value ? 0 : 1 } else { known[said] = value }
        }
        if equal * 10 >= rows * 9 { return rows > 0 }
        return rows >= 20 && broken * 20 <= rows && known.count * 5 <= rows
    }

    /// The fewest rows of which a day of the year is no chance.
    private static let fewestDays = 20

    /// Whether a column says the day of the year of all rows, whatever it is called.
    private func isDayOfYearOfTime(_ column: Int) -> Bool {
        var (rows, days) = (0, Set<Int64>())
        for row in 0..<sample.rowCount {
            guard let local = localTimes[row], let value = form.numbers[column].value(sample.columns[column][row]) else {
                continue
            }
            let day = CalendarParts(local).value(.dayOfYear)
            guard Double(day) == value else { return false }
            rows += 1
            days.insert(day)
        }
        return rows >= Self.fewestDays && days.count > 2 && days.contains { $0 > 31 }
    }

    /// The columns of year, month, day and hour that together say the time on a clock of another zone.
    func columnsOfOtherClock() -> Set<Int> {
        guard form.hasTime else { return [] }
        let open = free.filter { form.roles[$0] == .none && facts[$0].isNumeric }
        let named = open.filter { ColumnNames.part(form.names[$0], behindHour: true) != .minute }
        guard let parts = isNameless ? namelessParts() : parts(named), parts.columns.allSatisfy(open.contains),
            let pattern = parts.notations.first?.name,
            isNameless ? pattern.contains("%H") || pattern.contains("%K") : pattern == "%Y %m %d %H"
        else { return [] }
        let rows = (0..<sample.rowCount).filter { row in parts.columns.allSatisfy { !sample.columns[$0][row].isEmpty } }
        let shifts = zip(rows, joinedSamples(parts.columns)).compactMap { row, text -> Int64? in
            guard let local = localTimes[row], let said = parts.notations[0].instant(text) else { return nil }
            return floorDivide(local, 3_600_000_000) - floorDivide(said, 3_600_000_000)
        }
        // Two of them where clocks were set in between.
        let counts = Dictionary(shifts.map { ($0, 1) }, uniquingKeysWith: +).sorted { $0.value > $1.value }.prefix(2)
        guard shifts.count > 3, counts.allSatisfy({ abs($0.key) <= 14 }), abs(counts[0].key - (counts.last?.key ?? 0)) <= 1,
            counts.reduce(0, { $0 + $1.value }) * 20 >= shifts.count * 19
        else { return [] }
        // Seconds that are none in all rows may stand behind minutes without a name.
        let next = (parts.columns.last ?? 0) + 1
        let areSeconds =
            isNameless && pattern.hasSuffix("%M") && open.contains(next)
            && facts[next].numbers(form.numbers[next]).allSatisfy { $0 == 0 }
        return Set(parts.columns + (areSeconds ? [next] : []))
    }

    /// Whether a column that has no name, or is called as times are, rises with the time along a line: a second clock, a day as a number, a
    /// year with a fraction.
    func isLineOfTime(_ column: Int) -> Bool {
        guard isNameless || ColumnNames.isOtherClock(form.names[column]) else { return false }
        if isYearWithFraction(column) { return true }
        var points: [(Double, Double)] = []
        for row in 0..<sample.rowCount {
            guard let local = localTimes[row], let value = form.numbers[column].value(sample.columns[column][row]) else {
                continue
            }
            points.append((Double(local) / 1e6, value))
        }
        guard points.count >= 12, let first = points.first, let last = points.max(by: { $0.0 < $1.0 }), last.0 > first.0 else {
            return false
        }
        let slope = (last.1 - first.1) / (last.0 - first.0)
        guard slope > 0 else { return false }
        // Years and months differ in length, and numbers are rounded.
        let most = 0.02 * (last.1 - first.1)
        return points.count { abs(first.1 + slope * ($0.0 - first.0) - $0.1) <= most } * 20 >= points.count * 19
    }

    /// The time of each row of the sample on the clock of the file, by the time that was chosen; `nil` where a row has none.
    func sampleTimes() -> [Int64?] {
        if let column = form.plainTimeColumn {
            let role = form.roles[column]
            return sample.columns[column].map { plainTime($0, role) }
        }
        guard let notation = form.notation else { return Array(repeating: nil, count: sample.rowCount) }
        var text: [UInt8] = []
        return (0..<sample.rowCount).map { row in
            CSVReader.join(form.timeColumns, into: &text) { sample.columns[$0][row] }
            return text.withUnsafeBufferPointer { bytes in
                notation.instant(bytes).map(notation.zone(bytes).local)
            }
        }
    }

    private func plainTime(_ field: UnsafeBufferPointer<UInt8>, _ role: TableForm.Role) -> Int64? {
        guard role != .calendar else {
            guard let (instant, notation) = TimeParser.calendar(field) else { return nil }
            return notation.zone.local(instant)
        }
        let factor = role == .unixMilliseconds ? 1e3 : 1e6
        guard let value = NumberParser.double(field, decimalComma: form.usesDecimalComma), abs(value) < 4e12 * 1e6 / factor
        else { return nil }
        return Int64(value * factor)
    }
}
