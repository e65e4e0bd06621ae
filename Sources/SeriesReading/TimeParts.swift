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
            let isHour = part == .hour && isWhole(column, 0...24)
            let isClock = (part == .hourMinute || ["time", "zeit", "uhrzeit"].contains(plain)) && isWhole(column, 0...2400)
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
            guard let part = ColumnNames.part(form.names[column], behindHour: found[.hour] != nil), found[part] == nil else {
                continue
            }
            if fits(column, part) { found[part] = column }
        }
        var order: [ColumnNames.Part] = []
        func take(_ parts: ColumnNames.Part...) {
            for part in parts {
                guard found[part] != nil else { return }
                order.append(part)
            }
        }
        guard found[.year] != nil || found[.month] != nil && found[.day] != nil else { return nil }
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
        guard order.count > 1 || found[.year] != nil && columns.count == 1 else { return nil }
        let pattern = order.map { directive($0, found[$0] ?? 0, isWeekYear: order.contains(.week)) }.joined(separator: " ")
        guard let notation = try? TimeNotation(name: pattern) else { return nil }
        return TimeCandidate(columns: order.compactMap { found[$0] }, notations: [notation])
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
        case .hourMinute: isWhole(column, 0...2400)
        }
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
