extension TimeShape {
    private enum Role { case year, shortYear, month, day }

    /// What a date from here on could be.
    func dates(at start: Int, _ isUnusual: Bool) -> [Part] {
        guard let (first, end) = element(at: start) else { return [] }
        if let compact = compact(first.digits, end) { return compact }
        let mark = marks(at: end, most: 2) ?? Part(spelling: "", end: end)
        guard let (second, secondEnd) = element(at: mark.end) else { return [] }
        var found: [Part] = []
        let nextMark = marks(at: secondEnd, most: 2) ?? Part(spelling: "", end: secondEnd)
        if let (third, thirdEnd) = element(at: nextMark.end) {
            found = triples([first, second, third], [mark.spelling, nextMark.spelling], end: thirdEnd, isUnusual)
        }
        found += pairs([first, second], mark.spelling, end: secondEnd)
        return found + quartersAndWeeks([first, second], mark.spelling, start: start, end: secondEnd)
    }

    /// Year, month and day in one number, perhaps with a time of day.
    private func compact(_ digits: Int, _ end: Int) -> [Part]? {
        let spellings: [String] =
            switch digits {
            case 14: ["%Y%m%d%H%M%S"]
            case 12: ["%Y%m%d%H%M"]
            case 8: ["%Y%m%d", "%d%m%Y", "%m%d%Y"]
            case 7: ["%Y%j"]
            case 6: ["%y%m%d", "%d%m%y"]
            default: []
            }
        guard !spellings.isEmpty else { return nil }
        return spellings.map { spelling in
            guard digits == 14, isMark(".", at: end), case let fraction = self.digits(at: end + 1), fraction > 0 else {
                return Part(spelling: spelling, end: end, hasDay: true)
            }
            return Part(spelling: spelling + ".%f", end: end + 1 + fraction, hasDay: true)
        }
    }

    /// Year, month and day in the orders that people write them.
    private func triples(_ elements: [Element], _ marks: [String], end: Int, _ isUnusual: Bool) -> [Part] {
        let isWritten = elements.contains { if case .month = $0 { true } else { false } }
        guard isWritten || marks[0] == marks[1] else { return [] }
        let monthFirst: [Role] = [.month, .day, .year]
        let dayFirst: [Role] = [.day, .month, .year]
        let shortMonthFirst: [Role] = [.month, .day, .shortYear]
        let shortDayFirst: [Role] = [.day, .month, .shortYear]
        var orders: [[Role]] = [[.year, .month, .day]]
        if isUnusual {
            orders = [[.year, .day, .month]]
            if marks[0] == "." { orders += [monthFirst, shortMonthFirst] }
        } else if marks[0] == "." {
            orders += [dayFirst, shortDayFirst, [.shortYear, .month, .day]]
        } else if marks[0] == "/" {
            orders += [monthFirst, dayFirst, shortMonthFirst, shortDayFirst, [.shortYear, .month, .day]]
        } else {
            orders += [dayFirst, monthFirst, shortDayFirst, shortMonthFirst, [.shortYear, .month, .day]]
        }
        return orders.compactMap { roles in
            let spelled = zip(elements, roles).compactMap { spelling($0, $1) }
            guard spelled.count == 3 else { return nil }
            return Part(spelling: spelled[0] + marks[0] + spelled[1] + marks[1] + spelled[2], end: end, hasDay: true)
        }
    }

    private func spelling(_ element: Element, _ role: Role) -> String? {
        switch (element, role) {
        case (.number(4), .year): "%Y"
        case (.number(2), .shortYear): "%y"
        case (.number(1...2), .month): "%m"
        case (.number(1...2), .day): "%d"
        case (.month, .month): "%b"
        default: nil
        }
    }

    /// A month and a year, a month and a day, or a year and a day of it.
    private func pairs(_ elements: [Element], _ mark: String, end: Int) -> [Part] {
        func part(_ first: String, _ second: String, hasDay: Bool = false, hasYear: Bool = true) -> Part {
            Part(spelling: first + mark + second, end: end, hasDay: hasDay, hasYear: hasYear)
        }
        switch (elements[0], elements[1]) {
        case (.number(4), .number(1...2)): return [part("%Y", "%m")]
        case (.number(1...2), .number(4)): return [part("%m", "%Y")]
        case (.number(4), .number(3)): return [part("%Y", "%j", hasDay: true)]
        case (.month, .number(4)): return [part("%b", "%Y")]
        case (.number(4), .month): return [part("%Y", "%b")]
        case (.month, .number(2)): return [part("%b", "%y"), part("%b", "%d", hasDay: true, hasYear: false)]
        case (.month, .number(1)): return [part("%b", "%d", hasDay: true, hasYear: false)]
        case (.number(2), .month): return [part("%d", "%b", hasDay: true, hasYear: false), part("%y", "%b")]
        case (.number(1), .month): return [part("%d", "%b", hasDay: true, hasYear: false)]
        case (.number(1...2), .number(1...2)): return bare(mark, end: end)
        default: return []
        }
    }

    /// A day and a month in two numbers, the day first before points: `24-02`, `02/24`, `24.02.`.
    private func bare(_ mark: String, end: Int) -> [Part] {
        guard ["-", "/", "."].contains(mark) else { return [] }
        let closing = mark == "." && isMark(".", at: end) ? "." : ""
        let spellings = mark == "." ? ["%d.%m\(closing)"] : ["%d\(mark)%m", "%m\(mark)%d"]
        return spellings.map { spelling in
            Part(spelling: spelling, end: end + closing.utf8.count, hasDay: true, hasYear: false, isBare: true)
        }
    }

    /// `1983 Q3`, `Q3 1983`, `Q31983`, `Q3-83`, `3Q1983`, `2020-W53`, `2020-W53-1`, `W53 2020`, `2014M11`.
    private func quartersAndWeeks(_ elements: [Element], _ mark: String, start: Int, end: Int) -> [Part] {
        let count = digits(at: end)
        switch (elements[0], elements[1]) {
        case (.number(4), .letters(let letter)) where count > 0:
            let after = end + count
            if isLetter(letter, "q"), count == 1 { return [Part(spelling: "%Y\(mark)\(letter)%q", end: after)] }
            if isLetter(letter, "m"), count <= 2 { return [Part(spelling: "%Y\(mark)\(letter)%m", end: after)] }
            guard isLetter(letter, "w"), count <= 2 else { return [] }
            let week = "%G\(mark)\(letter)%V"
            guard let day = marks(at: after, most: 1, among: "-"), digits(at: day.end) == 1 else {
                return [Part(spelling: week, end: after)]
            }
            return [Part(spelling: week + day.spelling + "%u", end: day.end + 1, hasDay: true)]
        case (.letters(let letter), .number(5)) where mark.isEmpty && isLetter(letter, "q"):
            return [Part(spelling: "\(letter)%q%Y", end: end)]
        case (.letters(let letter), .number(let digits)) where mark.isEmpty && digits <= 2:
            guard let gap = marks(at: end, most: 2) else { return [] }
            if isLetter(letter, "q"), digits == 1, self.digits(at: gap.end) == 2 {
                return [Part(spelling: "\(letter)%q\(gap.spelling)%y", end: gap.end + 2)]
            }
            guard self.digits(at: gap.end) == 4 else { return [] }
            if isLetter(letter, "q"), digits == 1 { return [Part(spelling: "\(letter)%q\(gap.spelling)%Y", end: gap.end + 4)] }
            if isLetter(letter, "w") { return [Part(spelling: "\(letter)%V\(gap.spelling)%G", end: gap.end + 4)] }
            return []
        case (.number(1), .letters(let letter)) where mark.isEmpty && isLetter(letter, "q"):
            let gap = marks(at: end, most: 2) ?? Part(spelling: "", end: end)
            switch digits(at: gap.end) {
            case 4: return [Part(spelling: "%q\(letter)\(gap.spelling)%Y", end: gap.end + 4)]
            case 2: return [Part(spelling: "%q\(letter)\(gap.spelling)%y", end: gap.end + 2)]
            default: return []
            }
        default: return []
        }
    }

    private func isLetter(_ text: String, _ letter: String) -> Bool { text.lowercased() == letter }
}
