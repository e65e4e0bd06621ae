import TimeSeries

/// Times whose parts stand in several columns.
extension TableDecision {
    /// A date with the clock or the hour that stands in another column.
    func withClock(_ date: TimeCandidate, _ singles: [TimeCandidate]) -> TimeCandidate? {
        // A clock that is often missing tells no times of rows.
        let clocks = singles.filter { !$0.hasDate }.map { $0.columns[0] }.filter {
            facts[$0].present.count * 20 >= sample.rowCount * 19
        }
        for column in clocks {
            if let found = joined(date.columns + [column]) { return found }
        }
        for column in free where column != date.columns[0] && facts[column].isNumeric {
            let part = ColumnNames.part(form.names[column], behindHour: false)
            let plain = ColumnNames.plain(form.names[column])
            let isZone = ColumnNames.isZone(form.names[column])
            let isHour = (part == .hour || isZone) && isWhole(column, 0...24)
            let isClock = (part == .hourMinute || isZone || ["time", "zeit", "uhrzeit"].contains(plain)) && isClock(column)
            guard isHour || isClock else { continue }
            let dates = date.role == .calendar ? [date.name] : date.notations.map(\.name)
            let found = dates.compactMap { try? TimeNotation(name: $0 + (isHour ? " %H" : " %K")) }
            if let joined = TimeCandidate(columns: date.columns + [column], notations: found) { return joined }
        }
        return nil
    }

    /// The notations that the joined fields of some columns are written in.
    func joined(_ columns: [Int]) -> TimeCandidate? {
        TimeCandidate(
            columns: columns, notations: TimeNotation.guesses(joinedSamples(columns) + furtherTimes.map { Array($0.utf8) }))
    }

    /// The fields of some columns in the rows of the sample, joined row by row.
    func joinedSamples(_ columns: [Int]) -> [[UInt8]] {
        var text: [UInt8] = []
        let rows = (0..<sample.rowCount).filter { row in columns.allSatisfy { !sample.columns[$0][row].isEmpty } }
        return rows.map { row in
            CSVReader.join(columns, into: &text) { sample.columns[$0][row] }
            return text
        }
    }

    private func isWhole(_ column: Int, _ range: ClosedRange<Double>) -> Bool {
        let values = facts[column].numbers(form.numbers[column])
        return values.count == facts[column].present.count && !values.isEmpty
            && values.allSatisfy { range.contains($0) && $0 == $0.rounded() }
    }

    /// The parts of a time that stand in columns of their own, by their names.
    func parts(_ columns: [Int]) -> TimeCandidate? {
        var found: [ColumnNames.Part: Int] = [:]
        for column in columns {
            // A clock may be called by its zone alone.
            let clock: ColumnNames.Part? = isWhole(column, 0...24) ? .hour : .hourMinute
            let named = ColumnNames.isZone(form.names[column]) ? clock : nil
            guard let part = named ?? ColumnNames.part(form.names[column], behindHour: found[.hour] != nil), found[part] == nil
            else { continue }
            if fits(column, part) { found[part] = column }
        }
        var order: [ColumnNames.Part] = []
        func take(_ parts: ColumnNames.Part...) {
            for part in parts {
                guard found[part] != nil else { return }
                order.append(part)
            }
        }
        let hasDayOfYear = found[.dayOfYear] != nil && (found[.hour] ?? found[.hourMinute]) != nil
        guard found[.year] != nil || found[.month] != nil && found[.day] != nil || hasDayOfYear else { return nil }
        if found[.year] != nil { order.append(.year) }
        if found[.dayOfYear] != nil, found[.month] == nil {
            take(.dayOfYear)
        } else if found[.month] != nil {
            take(.month, .day)
        } else {
            take(found[.quarter] != nil ? .quarter : .week)
        }
        if order.contains(.day) || order.contains(.dayOfYear) {
            if found[.hourMinute] != nil { take(.hourMinute) } else { take(.hour, .minute, .second) }
        }
        if order == [.year], let period = period(columns), let year = found[.year], !isWhole(year, 0...99) {
            return TimeCandidate(columns: [year, period.column], notations: [period.notation])
        }
        guard order.count > 1 || found[.year] != nil && columns.count == 1 else { return nil }
        let pattern = order.map { directive($0, found[$0] ?? 0, isWeekYear: order.contains(.week)) }.joined(separator: " ")
        guard let notation = try? TimeNotation(name: pattern) else { return nil }
        return TimeCandidate(columns: order.compactMap { found[$0] }, notations: [notation])
    }

    /// A column that says the part of a year with a letter in front, and how it is written behind the year: `Q01`, `M11`, `W3`.
    private func period(_ columns: [Int]) -> (column: Int, notation: TimeNotation)? {
        for column in columns where !facts[column].isNumeric {
            guard let first = facts[column].present.first, first.count > 1, facts[column].present.count == sample.rowCount else {
                continue
            }
            let zeros = first.count == 3 && first[1] == 0x30 ? "0" : ""
            let pattern: String? =
                switch first[0] | 0x20 {
                case UInt8(ascii: "q"): "%Y Q\(zeros)%q"
                case UInt8(ascii: "m"): "%Y M%m"
                case UInt8(ascii: "w"): "%G W%V"
                default: nil
                }
            guard let pattern, let notation = try? TimeNotation(name: pattern) else { continue }
            let isRead = facts[column].present.allSatisfy { field in
                (Array("2000 ".utf8) + field).withUnsafeBufferPointer { notation.instant($0) } != nil
            }
            if isRead { return (column, notation) }
        }
        return nil
    }

    /// The parts of a time in the first columns of a table without names: a year that does not fall, then what makes rows follow each
    /// other evenly.
    func namelessParts() -> TimeCandidate? {
        guard isNameless, let year = free.first, isWhole(year, 1500...2200), sample.rowCount > 2 else { return nil }
        let next = Array(free.dropFirst().prefix(6))
        let choices: [(skip: Int, pattern: String)] = [
            (0, "%Y %m %d %H %M"), (1, "%Y %m %d %H %M"), (0, "%Y %m %d %H"), (0, "%Y %m %d"), (0, "%Y %j %H %M"),
            (0, "%Y %j %H"), (0, "%Y %j"),
            (0, "%Y %m"), (0, "%Y"),
        ]
        for (skip, pattern) in choices {
            let count = pattern.split(separator: " ").count
            guard count - 1 + skip <= next.count, let notation = try? TimeNotation(name: pattern) else { continue }
            let columns = [year] + next[skip..<(skip + count - 1)]
            let rows = joinedSamples(columns).prefix(sample.neighbours)
            let instants = rows.compactMap { text in text.withUnsafeBufferPointer { notation.instant($0) } }
            guard instants.count == rows.count, instants.adjacentPairs().allSatisfy({ $0 < $1 }),
                let even = TimeNotation.commonestStepShare(instants), even > 0.6
            else { continue }
            return TimeCandidate(columns: columns, notations: [notation])
        }
        return nil
    }

    /// Years in the first column where it alone has no name, as the index of a table of them has none.
    func namelessYear() -> TimeCandidate? {
        guard !isNameless, let column = free.first, column == 0, form.layout.names[0].isEmpty, isWhole(0, 1600...2100),
            sample.rowCount > 2, let notation = try? TimeNotation(name: "%Y")
        else { return nil }
        let years = facts[0].numbers(form.numbers[0]).prefix(sample.neighbours)
        let steps = Set(years.adjacentPairs().map { $1 - $0 })
        return steps.count == 1 && (steps.first ?? 0) > 0 ? TimeCandidate(columns: [0], notations: [notation]) : nil
    }

    /// A day of the year and a clock in digits in the first columns of a table without names, whose first row may name other things.
    func namelessDayAndClock() -> TimeCandidate? {
        guard isNameless, free.count > 2, sample.neighbours > 20, let notation = try? TimeNotation(name: "%j %K") else {
            return nil
        }
        let columns = Array(free.prefix(2))
        let clocks = sample.columns[columns[1]].prefix(sample.neighbours).dropFirst()
        guard clocks.contains(where: { $0.count > 2 }), clocks.allSatisfy({ $0.count < 5 }) else { return nil }
        var text: [UInt8] = []
        let instants = (1..<sample.neighbours).compactMap { row -> Int64? in
            CSVReader.join(columns, into: &text) { sample.columns[$0][row] }
            return text.withUnsafeBufferPointer { notation.instant($0) }
        }
        guard instants.count == sample.neighbours - 1, instants.adjacentPairs().allSatisfy({ $0 < $1 }),
            let even = TimeNotation.commonestStepShare(instants), even > 0.9
        else { return nil }
        return TimeCandidate(columns: columns, notations: [notation])
    }

    private func fits(_ column: Int, _ part: ColumnNames.Part) -> Bool {
        switch part {
        case .year: isWhole(column, 0...99) && part == .year || isWhole(column, 1000...2200)
        case .month: isWhole(column, 1...12) || isNameOfMonth(column)
        case .day: isWhole(column, 1...31)
        case .hour: isWhole(column, 0...24)
        case .minute, .second: isWhole(column, 0...60)
        case .quarter: isWhole(column, 1...4)
        case .week: isWhole(column, 1...53)
        case .dayOfYear: isWhole(column, 1...366)
        case .hourMinute: isClock(column)
        }
    }

    /// Whether numbers are hours and minutes without a mark between: 1330 is 13:30.
    private func isClock(_ column: Int) -> Bool {
        isWhole(column, 0...2400)
            && facts[column].numbers(form.numbers[column]).allSatisfy { $0.truncatingRemainder(dividingBy: 100) < 60 }
    }

    private func isNameOfMonth(_ column: Int) -> Bool {
        let present = facts[column].present
        guard let notation = try? TimeNotation(name: "%b"), !present.isEmpty else { return false }
        return present.allSatisfy { notation.instant($0) != nil }
    }

    private func directive(_ part: ColumnNames.Part, _ column: Int, isWeekYear: Bool) -> String {
        switch part {
        case .year: isWeekYear ? "%G" : isWhole(column, 0...99) ? "%y" : "%Y"
        case .month: isNameOfMonth(column) ? "%b" : "%m"
        case .day: "%d"
        case .hour: "%H"
        case .minute: "%M"
        case .second: "%S"
        case .quarter: "%q"
        case .week: "%V"
        case .dayOfYear: "%j"
        case .hourMinute: "%K"
        }
    }
}
