import TimeSeries

/// Times that other columns or their own run make known.
extension TableDecision {
    /// Months of years that are counted, `1-01` to `3-12`, each row the month behind the one above.
    func countedYears(_ column: Int) -> TimeCandidate? {
        guard sample.neighbours >= 12 else { return nil }
        for pattern in ["%y-%m", "%y/%m", "%m-%y", "%m/%y"] {
            guard let notation = try? TimeNotation(name: pattern),
                var found = TimeCandidate(columns: [column], notations: [notation])
            else { continue }
            let months = instants(found).compactMap { $0 }
            guard months.count == sample.neighbours, months.adjacentPairs().allSatisfy({ $0 < $1 }), isoStep(of: months) == "P1M",
                TimeNotation.commonestStepShare(months).map({ $0 >= 0.95 }) == true
            else { continue }
            let first = printable(String(decoding: sample.columns[column][0], as: UTF8.self))
            let year = CalendarParts(months[0]).value(.year)
            found.remark =
                "Years have one or two digits: \(first) is read as a month of \(year < 2040 ? year : year - 100) (--time-format reads "
                + "times otherwise)."
            return found
        }
        return nil
    }

    /// Days since 1970 in a column that is called as times are: each is the first of a month, and no two are alike.
    func monthsAsDays(_ column: Int) -> TimeCandidate? {
        guard let notation = try? TimeNotation(name: "unix-days"), sample.neighbours >= 6,
            var found = TimeCandidate(columns: [column], notations: [notation])
        else { return nil }
        let days = instants(found).compactMap { $0 }
        guard days.count == sample.neighbours,
            days.allSatisfy({ $0 > 0 && CalendarParts($0).value(.day) == 1 && $0 % 86_400_000_000 == 0 }),
            days.adjacentPairs().allSatisfy({ $0 < $1 }) || days.adjacentPairs().allSatisfy({ $0 > $1 })
        else { return nil }
        found.hasClock = false
        found.remark =
            "Column \(form.names[column]) counts days, each the first of a month where they are counted from 1970, and is read so "
            + "(--time-format reads them otherwise)."
        return found
    }

    /// Whether a column rises and begins anew wherever another says something new, as the time of each of several series does that
    /// stand one behind the other.
    func beginsAnewWithOther(_ column: Int) -> Bool {
        let values = sample.columns[column].prefix(sample.neighbours).map { form.numbers[column].value($0) ?? .nan }
        let starts = Set(values.indices.dropFirst().filter { !(values[$0] >= values[$0 - 1]) })
        guard !starts.isEmpty, starts.allSatisfy({ values[$0] == values[0] }) else { return false }
        return free.contains { other in
            guard other != column else { return false }
            let texts = sample.columns[other]
            let changes = values.indices.dropFirst().filter { !texts[$0].elementsEqual(texts[$0 - 1]) }
            return Set(changes) == starts && Set((changes + [0]).map { Array(texts[$0]) }).count == changes.count + 1
        }
    }

    /// The candidates that have not far fewer rows than another: at least two of three times as many.
    func ofMostRows(_ candidates: [TimeCandidate]) -> [TimeCandidate] {
        func rows(_ candidate: TimeCandidate) -> Int { candidate.columns.map { facts[$0].present.count }.min() ?? 0 }
        let most = candidates.map(rows).max() ?? 0
        return candidates.filter { rows($0) * 3 >= most * 2 }
    }

    /// - Throws: `SeriesError.foreign` where one of some columns that is called as times are writes them in two ways that no notation reads both.
    func refuseTwoSpellings(_ columns: [Int]) throws(SeriesError) {
        for column in columns where ColumnNames.isTime(form.names[column]) && !facts[column].isNumeric {
            let present = facts[column].present
            guard facts[column].times == present.count, facts[column].calendar < present.count, present.count > 3 else {
                continue
            }
            var shapes: [[UInt8]: [[UInt8]]] = [:]
            for field in present { shapes[Self.shape(field), default: []].append(Array(field)) }
            let groups = shapes.values.sorted { $0.count > $1.count }
            guard groups.count == 2, groups[1].count > 1, groups.allSatisfy({ !TimeNotation.guesses($0).isEmpty }),
                TimeNotation.guesses(present.map { Array($0) }).isEmpty
            else { continue }
            let ways = groups.map { group in
                "\(printable(String(decoding: group[0].prefix(40), as: UTF8.self))) in \(group.count) of the rows looked at"
            }
            let other = keyOfSpellings(column).map { ", which \(form.names[$0]) tells apart" } ?? ""
            throw .foreign(
                file: file,
                kind: "a table whose column \(form.names[column]) writes times in two ways, \(ways[0]) and \(ways[1])\(other)",
                remedy: "copy the rows of one way to a file of their own and open that")
        }
    }

    /// The digits, letters and marks of a time, a run of digits or letters as one.
    private static func shape(_ field: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var shape: [UInt8] = []
        for byte in field {
            let sign: UInt8 = byte &- 0x30 < 10 ? 0x39 : byte >= 0x80 || (byte | 0x20) &- 0x61 < 26 ? 0x61 : byte
            if shape.last != sign || sign != 0x39 && sign != 0x61 { shape.append(sign) }
        }
        return shape
    }

    /// A column of text in each of whose texts times are written in one way.
    private func keyOfSpellings(_ column: Int) -> Int? {
        facts.indices.first { other in
            guard other != column, !facts[other].isNumeric, facts[other].texts.count > 1,
                facts[other].texts.count * 3 <= sample.rowCount
            else { return false }
            return eachHasOne(
                (0..<sample.rowCount).lazy.map { (Array(sample.columns[other][$0]), Self.shape(sample.columns[column][$0])) })
        }
    }

    /// What is to be said of days that are counted; `nil` for other times.
    func dayNumberRemark(_ notation: TimeNotation, _ name: String) -> String? {
        guard options.timeFormat == nil else { return nil }
        switch notation.name {
        case "ordinal":
            return
                "Column \(name) counts days and is read as Python does, from the year 1 (--time-format datenum reads days as MATLAB "
                + "does, a year earlier)."
        case "datenum":
            return
                "Column \(name) counts days and is read as MATLAB does, from the year 0 (--time-format ordinal reads days as Python "
                + "does, a year later)."
        default: return nil
        }
    }
}

extension ColumnNames {
    /// Whether a column is called as MATLAB calls its numbers of days.
    static func isOfMATLAB(_ name: String) -> Bool {
        name.lowercased().contains("datenum") || name.lowercased().contains("matlab")
    }
}
