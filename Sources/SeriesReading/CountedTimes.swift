import TimeSeries

/// Numbers that are times in a way that their column's name does not tell.
extension TableDecision {
    /// Years with twelfths in a column that is called as the time from a beginning is: nearly all steps are a month, and most months
    /// are there.
    func monthsAsYears(_ column: Int) -> TimeCandidate? {
        guard let notation = try? TimeNotation(name: "decimal-month"), sample.neighbours > 12 else { return nil }
        let months = facts[column].present.prefix(sample.neighbours).compactMap { field -> Int64? in
            notation.instant(field).map { instant in
                let parts = CalendarParts(instant)
                return parts.value(.year) * 12 + parts.value(.month) - 1
            }
        }
        guard months.count == sample.neighbours, let first = months.first, (1500 * 12..<2201 * 12).contains(first),
            months.adjacentPairs().allSatisfy({ $1 > $0 }),
            months.adjacentPairs().count(where: { $1 == $0 + 1 }) * 10 >= (months.count - 1) * 9
        else { return nil }
        return TimeCandidate(columns: [column], notations: [notation])
    }

    /// Quarters where a column has a year and a number from 1 to 4 for each row, which go on as quarters do and not as months: the first
    /// follows the fourth of the year before.
    func quarters(_ column: Int, _ notations: [TimeNotation]) -> TimeCandidate? {
        guard let months = notations.first, notations.count == 1, months.name.hasPrefix("%Y"), months.name.hasSuffix("%m"),
            months.name.count == 5, options.timeFormat == nil,
            let quarters = try? TimeNotation(name: months.name.dropLast(2) + "%q")
        else { return nil }
        var (places, isRead): ([Int64], Bool) = ([], true)
        func take(_ field: UnsafeBufferPointer<UInt8>) {
            guard let instant = quarters.instant(field), field.last.map({ (0x31...0x34).contains($0) }) == true,
                field.dropLast().last.map({ $0 &- 0x30 < 10 }) == false
            else {
                isRead = isRead && form.marks.contains(field)
                return
            }
            let parts = CalendarParts(instant)
            places.append(parts.value(.year) * 4 + parts.value(.quarter) - 1)
        }
        if isWhole {
            forEachRow { scanner, fields in
                if column < fields.count { take(scanner.slice(fields[column])) }
                return isRead
            }
        } else {
            sample.columns[column].forEach(take)
        }
        let isNamed = ColumnNames.words(form.names[column]).contains { word in
            ["season", "quarter", "qtr", "quartal", "trimestre", "trimester"].contains(word)
        }
        let pairs = places.adjacentPairs()
        let next = max(pairs.count { $1 == $0 + 1 }, pairs.count { $1 == $0 - 1 })
        let seen = Set(places.map { $0 % 4 })
        guard isRead, places.count > 3, isNamed || places.count > 7 && seen.count == 4,
            isNamed || next * 10 >= (places.count - 1) * 8
        else { return nil }
        var found = TimeCandidate(columns: [column], notations: [quarters])
        found?.remark =
            "The number behind the year is never above 4 and is read as a quarter (--time-format \(SeriesError.shellWord(months.name)) reads "
            + "months)."
        return found
    }

    /// Says that hours go to 25, as those that are counted do on the day on which clocks are set back.
    mutating func tellHour25(_ candidate: TimeCandidate) {
        guard let name = candidate.notations.first?.name, name.hasSuffix("%H"), candidate.columns.count > 1, isWhole,
            let column = candidate.columns.last
        else { return }
        var count = 0
        forEachRow { scanner, fields in
            if column < fields.count, scanner.slice(fields[column]).elementsEqual([0x32, 0x35]) { count += 1 }
            return true
        }
        guard count > 0 else { return }
        tell(
            "Hour 25, which stands in \(count) row\(count == 1 ? "" : "s") as on the day on which clocks are set back, is read as 01:00 of "
                + "the next day.")
    }
}

extension TableDecision {
    /// A time with the column behind it where that says AM or PM and nothing else.
    func withHalf(_ time: TimeCandidate) -> TimeCandidate {
        guard let last = time.columns.last, time.hasClock, last + 1 < facts.count, !isTaken(last + 1),
            !facts[last + 1].present.isEmpty, facts[last + 1].present.allSatisfy(LayoutFinder.isHalf),
            facts[last + 1].present.allSatisfy({ $0.count == 2 })
        else { return time }
        return joined(time.columns + [last + 1]) ?? time
    }
}
