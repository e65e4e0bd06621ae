import TimeSeries

/// Times whose parts stand in several columns.
extension TableDecision {
    /// A date with the clock or the hour that stands in another column.
    func withClock(_ date: TimeCandidate, _ singles: [TimeCandidate]) -> TimeCandidate? {
        // A clock that is often missing tells no times of rows.
        var clocks = singles.filter { !$0.hasDate }.map { $0.columns[0] }.filter {
            facts[$0].present.count * 20 >= sample.rowCount * 19
        }
        // The bracket of a log may close behind the clock.
        if let next = date.columns.last.map({ $0 + 1 }), isNameless, next < facts.count, facts[next].times == sample.rowCount,
            !clocks.contains(next), !singles.contains(where: { $0.columns == [next] })
        {
            clocks.append(next)
        }
        let found = clocks.compactMap { joined(date.columns + [$0]) }
        func isNamed(_ candidate: TimeCandidate) -> Bool {
            candidate.columns.last.map { isNameless || ColumnNames.isClock(form.names[$0]) } ?? false
        }
        if let best = found.first(where: isNamed) ?? found.first(where: { isEven($0, asBy: date) }) { return best }
        let numbers = free.filter { $0 != date.columns[0] && facts[$0].isNumeric }
        return numbers.lazy.compactMap { self.withNamedHours(date, $0) }.first
            ?? numbers.lazy.compactMap { self.withHours(date, $0) }.first
    }

    /// Whether rows lie as evenly in time with a clock as by their dates alone, or dates alone do not tell rows apart.
    private func isEven(_ whole: TimeCandidate, asBy date: TimeCandidate) -> Bool {
        let (days, times) = (instants(date).compactMap { $0 }, instants(whole).compactMap { $0 })
        let areOrdered = days.adjacentPairs().allSatisfy { $0 < $1 } || days.adjacentPairs().allSatisfy { $0 > $1 }
        guard areOrdered, let share = TimeNotation.commonestStepShare(days), share >= 0.8 else { return true }
        return TimeNotation.commonestStepShare(times).map { $0 >= share - 0.1 } ?? false
    }

    /// A date with hours, or hours and minutes without a mark between, in a column that is called so.
    private func withNamedHours(_ date: TimeCandidate, _ column: Int) -> TimeCandidate? {
        let name = form.names[column]
        if ColumnNames.isTime(name), haveDigits(column, 6), let found = whole(date, column, "%H%M%S"),
            found.notations[0].reads(joinedSamples(found.columns))
        {
            return found
        }
        let isZone = ColumnNames.isZone(name)
        guard isZone || ColumnNames.isClock(name) else { return nil }
        let part = ColumnNames.part(ColumnNames.withoutZone(name), behindHour: false)
        let isHour = (part == .hour || isZone) && isWhole(column, 0...25) && !haveFourDigits(column)
        guard isHour || isClock(column) else { return nil }
        return whole(date, column, isHour ? "%H" : "%K")
    }

    /// A date with hours, whatever they are called: rows follow each other evenly with them, across midnight too.
    private func withHours(_ date: TimeCandidate, _ column: Int) -> TimeCandidate? {
        guard sample.neighbours >= 30, !ColumnNames.isKey(form.names[column]), facts[column].texts.count >= 12,
            isWhole(column, 0...24), let found = whole(date, column, "%H")
        else { return nil }
        let (days, times) = (Set(instants(date)), instants(found).compactMap { $0 })
        guard days.count > 1, times.count == sample.neighbours, times.adjacentPairs().allSatisfy({ $0 < $1 }),
            let share = TimeNotation.commonestStepShare(times), share >= 0.95
        else { return nil }
        return found
    }

    /// A date with a column that is written in a way of its own, and perhaps the zone behind it.
    private func whole(_ date: TimeCandidate, _ column: Int, _ hours: String) -> TimeCandidate? {
        let unit = String(decoding: facts[column].units ?? [], as: UTF8.self)
        guard unit.isEmpty || WallClock(abbreviation: unit) != nil else { return nil }
        let dates = date.role == .calendar ? [date.name] : date.notations.map(\.name)
        let found = dates.compactMap { try? TimeNotation(name: "\($0) \(hours)\(unit.isEmpty ? "" : " %Z")") }
        return TimeCandidate(columns: date.columns + [column], notations: found)
    }

    /// Whether numbers are written in four digits, as a clock without a mark is: 0000, 0100.
    private func haveFourDigits(_ column: Int) -> Bool { haveDigits(column, 4) }

    private func haveDigits(_ column: Int, _ count: Int) -> Bool {
        facts[column].present.allSatisfy { $0.prefix { $0 &- 0x30 < 10 }.count == count }
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
        let found = namedParts(columns)
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
            let date = order.compactMap { found[$0] }
            if found[.hourMinute] == nil, found[.hour] == nil, let whole = withClock(date, pattern(order, found), columns) {
                return whole
            }
        }
        if order == [.year], let period = period(columns), let year = found[.year], !isWhole(year, 0...99) {
            return TimeCandidate(columns: [year, period.column], notations: [period.notation])
        }
        guard order.count > 1 || found[.year] != nil && columns.count == 1 else { return nil }
        guard let notation = try? TimeNotation(name: pattern(order, found)) else { return nil }
        return TimeCandidate(columns: order.compactMap { found[$0] }, notations: [notation])
    }

    private func pattern(_ order: [ColumnNames.Part], _ found: [ColumnNames.Part: Int]) -> String {
        order.map { directive($0, found[$0] ?? 0, isWeekYear: order.contains(.week)) }.joined(separator: " ")
    }

    /// The columns that are called as parts of a time are and hold such.
    private func namedParts(_ columns: [Int]) -> [ColumnNames.Part: Int] {
        var found: [ColumnNames.Part: Int] = [:]
        for column in columns {
            let name = form.names[column]
            // A clock may be called by its zone alone.
            var part: ColumnNames.Part? = .hour
            if !ColumnNames.isZone(name) {
                part = ColumnNames.part(ColumnNames.withoutZone(name), behindHour: found[.hour] != nil)
            }
            if part == .hour, !isWhole(column, 0...25) || haveFourDigits(column) { part = .hourMinute }
            if part == .day, isDayOfYear(column) { part = .dayOfYear }
            guard let part, found[part] == nil, fits(column, part) else { continue }
            found[part] = column
        }
        // Days of the year need no month.
        if found[.day] == nil, let day = found[.dayOfYear], isDayOfYear(day) { found[.month] = nil }
        // One letter means a part beside the others alone.
        var all = found
        for (letter, part) in [("y", ColumnNames.Part.year), ("m", .month), ("d", .day)] where all[part] == nil {
            all[part] = columns.first { form.names[$0].lowercased() == letter && fits($0, part) }
        }
        return all[.year] != nil && all[.month] != nil && all[.day] != nil ? all : found
    }

    /// The parts of a date with the clock that stands in another column, with colons or without a mark between.
    private func withClock(_ date: [Int], _ pattern: String, _ columns: [Int]) -> TimeCandidate? {
        guard let notation = try? TimeNotation(name: pattern), let days = TimeCandidate(columns: date, notations: [notation])
        else {
            return nil
        }
        let others = columns.filter { !date.contains($0) && facts[$0].present.count * 20 >= sample.rowCount * 19 }
        let named = others.filter { ColumnNames.isClock(form.names[$0]) }
        for column in named + others.filter({ !named.contains($0) && !facts[$0].isNumeric }) {
            let clocks =
                facts[column].isNumeric ? isClock(column) ? ["%K"] : [] : ["%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p"]
            let texts = joinedSamples(date + [column])
            let found = clocks.compactMap { try? TimeNotation(name: "\(pattern) \($0)") }.filter { $0.reads(texts) }
            guard let whole = TimeCandidate(columns: date + [column], notations: Array(found.prefix(1))) else { continue }
            if named.contains(column) || isEven(whole, asBy: days) { return whole }
        }
        return nil
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
                notation.instant(Array("2000 ".utf8) + field) != nil
            }
            if isRead { return (column, notation) }
        }
        return nil
    }

    /// The parts of a time in the first columns of a table without names: a year that does not fall, then what makes rows follow each
    /// other evenly.
    func namelessParts() -> TimeCandidate? {
        guard isNameless, sample.rowCount > 2, let first = free.first else { return nil }
        // The number of a station or a table may stand in front.
        let isFirstConstant = facts[first].texts.count == 1 && free.count > 3 && isWhole(free[1], 1500...2200)
        let all = isFirstConstant ? Array(free.dropFirst()) : free
        let year = all[0]
        guard isWhole(year, 1500...2200) else { return namelessDayAndYear() }
        let next = Array(all.dropFirst().prefix(6))
        let choices: [(skip: Int, pattern: String)] = [
            (0, "%Y %m %d %H %M"), (1, "%Y %m %d %H %M"), (0, "%Y %m %d %H"), (0, "%Y %m %d"), (0, "%Y %j %H %M"),
            (0, "%Y %j %K"), (0, "%Y %j %H"), (0, "%Y %j"),
            (0, "%Y %m"), (0, "%Y"),
        ]
        for (skip, pattern) in choices {
            let count = pattern.split(separator: " ").count
            guard count - 1 + skip <= next.count, let notation = try? TimeNotation(name: pattern) else { continue }
            let columns = [year] + next[skip..<(skip + count - 1)]
            if isEven(columns, notation, share: 0.6) { return TimeCandidate(columns: columns, notations: [notation]) }
        }
        return nil
    }

    /// A day, a month and a year, and perhaps an hour, in the first columns of a table without names, by which rows follow each other
    /// evenly.
    private func namelessDayAndYear() -> TimeCandidate? {
        let first = Array(free.prefix(5))
        guard first.count > 3, isWhole(first[2], 1500...2200) else { return nil }
        for pattern in ["%d %m %Y %H %M", "%m %d %Y %H %M", "%d %m %Y %H", "%m %d %Y %H", "%d %m %Y", "%m %d %Y"] {
            let columns = Array(first.prefix(pattern.split(separator: " ").count))
            guard let notation = try? TimeNotation(name: pattern), isEven(columns, notation, share: 0.9) else { continue }
            return TimeCandidate(columns: columns, notations: [notation])
        }
        return nil
    }

    /// Whether rows follow each other by some columns, so large a share of them by one step.
    private func isEven(_ columns: [Int], _ notation: TimeNotation, share: Double) -> Bool {
        let rows = joinedSamples(columns).prefix(sample.neighbours)
        let instants = rows.compactMap { notation.instant($0) }
        guard instants.count == rows.count, instants.adjacentPairs().allSatisfy({ $0 < $1 }) else { return false }
        return TimeNotation.commonestStepShare(instants).map { $0 > share } ?? false
    }

    /// Years in the first column where it alone has no name, as the index of a table of them has none.
    func namelessYear() -> TimeCandidate? {
        guard !isNameless, let column = free.first, column == 0, isWhole(0, 1600...2100),
            sample.rowCount > 2, let notation = try? TimeNotation(name: "%Y")
        else { return nil }
        let name = form.layout.names[0]
        let years = facts[0].numbers(form.numbers[0]).prefix(sample.neighbours)
        let steps = Set(years.adjacentPairs().map { $1 - $0 })
        guard steps.count == 1, (steps.first ?? 0) > 0, var found = TimeCandidate(columns: [0], notations: [notation]) else {
            return nil
        }
        guard !name.isEmpty else { return found }
        // The name of what stands across is left where a table was turned round, as `country` is.
        guard steps == [1], years.count >= 10, !ColumnNames.isCounter(name, nameless: false), ColumnNames.words(name).count == 1,
            !ColumnNames.namesUnit(name), form.layout.names[0] == form.names[0]
        else { return nil }
        found.remark =
            "Column \(name) holds years and is read so (--column \(SeriesError.shellWord(name)) takes it as a channel)."
        return found
    }

    /// A day of the year and a clock in digits in the first columns of a table without names, whose first row may name other things.
    func namelessDayAndClock() -> TimeCandidate? {
        guard isNameless, free.count > 2, sample.neighbours > 20, let notation = try? TimeNotation(name: "%j %K") else {
            return nil
        }
        // A count of rows may stand in front.
        return namelessDayAndClock(Array(free.dropFirst().prefix(2)), notation, behindCount: true)
            ?? namelessDayAndClock(Array(free.prefix(2)), notation, behindCount: false)
    }

    private func namelessDayAndClock(_ columns: [Int], _ notation: TimeNotation, behindCount: Bool) -> TimeCandidate? {
        guard !behindCount || counts(free[0]) else { return nil }
        let clocks = sample.columns[columns[1]].prefix(sample.neighbours).dropFirst()
        guard clocks.contains(where: { $0.count > 2 }), clocks.allSatisfy({ $0.count < 5 }) else { return nil }
        var text: [UInt8] = []
        let instants = (1..<sample.neighbours).compactMap { row -> Int64? in
            CSVReader.join(columns, into: &text) { sample.columns[$0][row] }
            return notation.instant(text)
        }
        guard instants.count == sample.neighbours - 1, instants.adjacentPairs().allSatisfy({ $0 < $1 }),
            let even = TimeNotation.commonestStepShare(instants), even > 0.9
        else { return nil }
        return TimeCandidate(columns: columns, notations: [notation])
    }

    /// A clock in four digits without a date, in a column that is called so.
    func namedClock() -> TimeCandidate? {
        let column = free.first { column in
            ColumnNames.part(form.names[column], behindHour: false) == .hourMinute && haveFourDigits(column) && isClock(column)
        }
        guard let column, let notation = try? TimeNotation(name: "%K") else { return nil }
        return TimeCandidate(columns: [column], notations: [notation])
    }

    /// Whether a column that is called a day goes on behind 31, in the sample or, once a time further down turned out to be none, in any
    /// row.
    private func isDayOfYear(_ column: Int) -> Bool {
        guard ColumnNames.part(form.names[column], behindHour: false) == .day, isWhole(column, 1...366) else { return false }
        if !isWhole(column, 1...31) { return true }
        var isLong = false
        guard !furtherTimes.isEmpty, isWhole else { return false }
        forEachRow { scanner, fields in
            if column < fields.count, let day = NumberParser.double(scanner.slice(fields[column]), decimalComma: false) {
                isLong = (32...366).contains(day)
            }
            return !isLong
        }
        return isLong
    }

    private func fits(_ column: Int, _ part: ColumnNames.Part) -> Bool {
        switch part {
        case .year: isWhole(column, 0...99) && part == .year || isWhole(column, 1000...2200)
        case .month: isWhole(column, 1...12) || isNameOfMonth(column)
        case .day: isWhole(column, 1...31)
        case .hour: isWhole(column, 0...25)
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
