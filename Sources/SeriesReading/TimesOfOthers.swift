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
