import TimeSeries

/// Numbers that count rows or name what a text names.
extension TableDecision {
    /// Whether a column rises by one from row to row.
    func counts(_ column: Int) -> Bool {
        guard !wholeColumns.uneven.contains(column) else { return false }
        let values = sample.columns[column].prefix(sample.neighbours).map { form.numbers[column].value($0) }
        guard values.count > 1 else { return false }
        return zip(values, values.dropFirst()).allSatisfy { one, next in
            guard let one, let next else { return false }
            return next == one + 1
        }
    }

    /// Whether a column rises from row to row or, as where rows stand newest first, falls.
    func runs(_ column: Int) -> Bool {
        guard !wholeColumns.falling.contains(column) else { return false }
        let values = sample.columns[column].prefix(sample.neighbours).compactMap { form.numbers[column].value($0) }
        let pairs = values.adjacentPairs()
        return values.count > 2
            && (pairs.allSatisfy { $0 < $1 }
                || !wholeColumns.rising.contains(column) && isNewestFirst && pairs.allSatisfy { $0 > $1 })
    }

    /// Whether a column that is called `id` rises nearly throughout, as those of trades do that come in late now and then.
    func mostlyRises(_ column: Int) -> Bool {
        guard ColumnNames.plain(form.names[column]) == "id", form.hasTime else { return false }
        let values = sample.columns[column].prefix(sample.neighbours).compactMap { form.numbers[column].value($0) }
        return values.count > 9 && values.adjacentPairs().count { $0 < $1 } * 10 >= (values.count - 1) * 9
    }

    /// The fewest rows that show that a column numbers them.
    private static let fewestNumbered = 20

    /// Whether a column counts rows and another that is called so, too, with the same numbers.
    func countsAsAnother(_ column: Int) -> Bool {
        let first = form.numbers[column].value(sample.columns[column][0])
        return form.names.indices.contains { other in
            let name = form.names[other]
            let isCounter =
                ColumnNames.isCounter(name, nameless: form.layout.names[other].isEmpty) || ColumnNames.words(name).first == "id"
            return other != column && isCounter
                && facts[other].isNumeric && form.numbers[other].value(sample.columns[other][0]) == first && counts(other)
        }
    }

    /// Whether the first column of numbers of a table without a time rises from 0 or 1 in all rows, mostly by one: it is the number that
    /// rows had before some were taken out.
    func numbersRows(_ column: Int) -> Bool {
        guard !form.hasTime, sample.isAll, column == 0, facts.count > 1, sample.rowCount >= Self.fewestNumbered,
            let first = form.numbers[column].value(sample.columns[column][0]), first == 0 || first == 1
        else { return false }
        return !counts(column) && runs(column) && risesByOneMostly(column)
    }

    /// Whether more than half of the steps of a column are one.
    func risesByOneMostly(_ column: Int) -> Bool {
        let values = sample.columns[column].prefix(sample.neighbours).compactMap { form.numbers[column].value($0) }
        return values.adjacentPairs().count { $1 == $0 + 1 } * 2 > values.count - 1
    }

    /// Whether times fall from row to row.
    private var isNewestFirst: Bool {
        let times = localTimes.prefix(sample.neighbours).compactMap { $0 }
        return times.count > 2 && times.adjacentPairs().allSatisfy { $0 >= $1 } && times.first != times.last
    }

    /// Whether whole numbers count the rows that say the same in a column of ids, as the lines of an order are counted.
    func countsWithinGroups(_ column: Int) -> Bool {
        let values = sample.columns[column].prefix(sample.neighbours).map { form.numbers[column].value($0) }
        guard let start = values.first ?? nil, start == 0 || start == 1, values.contains(start + 1) else { return false }
        return form.names.indices.contains { other in
            guard other != column, ColumnNames.isIdentifier(form.names[other]) else { return false }
            let groups = sample.columns[other]
            var lengths = [1]
            for row in values.indices.dropFirst() {
                let goesOn = groups[row].elementsEqual(groups[row - 1])
                guard let value = values[row], let before = values[row - 1], value == (goesOn ? before + 1 : start) else {
                    return false
                }
                if goesOn { lengths[lengths.count - 1] += 1 } else { lengths.append(1) }
            }
            // Groups of one length are all things at one time.
            return Set(lengths.dropLast()).count > 1
        }
    }

    /// The fewest numbers of a count that goes round, and of a name that a text has too.
    private static let fewestRound = 8, fewestNames = 3

    /// Whether a column in front of all channels counts from 0 or 1 up to a number again and again, as the packets of a device do.
    func goesRound(_ column: Int) -> Bool {
        let values = sample.columns[column].prefix(sample.neighbours).map { form.numbers[column].value($0) ?? .nan }
        guard let least = values.min(), let most = values.max(), least == 0 || least == 1,
            most - least + 1 >= Double(Self.fewestRound), Double(values.count) >= 2 * (most - least + 1),
            !facts[..<column].contains(where: \.isNumeric)
        else { return false }
        return values.adjacentPairs().allSatisfy { $1 == ($0 == most ? least : $0 + 1) }
            && facts.indices.contains { $0 != column && facts[$0].isNumeric && form.roles[$0] == .none }
    }

    /// Whether whole numbers name what a column of text names: one for each text, and each for several rows.
    func namesTextAgain(_ column: Int) -> Bool {
        let texts = facts[column].texts
        guard !facts[column].isManyTexts, texts.count >= Self.fewestNames, texts.count * 2 <= sample.rowCount,
            facts[column].present.count == sample.rowCount
        else { return false }
        return facts.indices.contains { other in
            guard other != column, !facts[other].isNumeric, !facts[other].isManyTexts, facts[other].texts.count == texts.count,
                facts[other].times == 0, form.roles[other] == .none
            else { return false }
            return eachHasOne(zip(sample.columns[other], sample.columns[column]).lazy.map { (Array($0), Array($1)) })
        }
    }

    /// Whether a column without a time holds years that rise, each of many rows.
    func isYearOfMany(_ column: Int) -> Bool {
        guard ColumnNames.part(form.names[column], behindHour: false) == .year, sample.rowCount >= YearOfMany.fewestRows else {
            return false
        }
        let years = facts[column].numbers(form.numbers[column])
        return years.count == sample.rowCount && years.allSatisfy((1500...2200).contains)
            && years.adjacentPairs().allSatisfy { $0 <= $1 } && Set(years).count * YearOfMany.rowsOfEach <= years.count
            && facts.indices.contains { $0 != column && facts[$0].isNumeric }
    }
}

/// Whether all pairs with one key have one value.
func eachHasOne<Key: Hashable, Value: Equatable>(_ pairs: some Sequence<(Key, Value)>) -> Bool {
    var known: [Key: Value] = [:]
    return pairs.allSatisfy { key, value in
        if let before = known[key] { return before == value }
        known[key] = value
        return true
    }
}

/// From when on a year is that of many rows, and no time of a row.
enum YearOfMany {
    /// Rows of a file, and of each year in the mean.
    static let fewestRows = 12, rowsOfEach = 4
}

extension RawReading {
    /// Leaves out years that were taken for the time where many rows share each, in order, and no columns tell them apart: they tell no
    /// time of a row.
    mutating func leaveOutYear(_ decision: TableDecision) {
        let options = decision.options
        guard understanding.key == nil, options.keyColumn == nil, options.only.isEmpty, options.timeColumns.isEmpty,
            options.timeFormat == nil, decision.given?.timeColumn == nil, form.notation?.name == "%Y",
            form.timeColumns.count == 1,
            let column = form.timeColumns.first, let times = series.time.microseconds, times.count >= YearOfMany.fewestRows,
            times.adjacentPairs().allSatisfy({ $0 <= $1 }) || times.adjacentPairs().allSatisfy({ $0 >= $1 }),
            Set(times).count * YearOfMany.rowsOfEach <= times.count
        else { return }
        let name = form.names[column]
        series.time = .rowNumbers
        (form.roles[column], form.timeColumns, form.notation) = (.none, [], nil)
        understanding.time = nil
        understanding.columns[column].role = .leftOut(.isYearOfMany)
        understanding.notices.append(
            "Column \(name) holds \(Set(times).count) years for \(times.count) rows, so it tells no time of a row (--time "
                + "\(SeriesError.shellWord(name)) takes it).")
    }

    /// The least of a whole number of eight digits.
    private static let longNumber = 1e7

    /// The channels that are one long whole number in all rows, as numbers of meters are; nines alone are a code.
    func longConstants(_ options: SeriesReader.Options) -> [String] {
        series.channels.filter { channel in
            guard let first = channel.values.first, first >= Self.longNumber, first < 1e15, first == first.rounded(),
                String(Int64(first)).contains(where: { $0 != "9" })
            else { return false }
            return channel.values.count > 2 && channel.values.allSatisfy { $0 == first } && !options.taken.contains(channel.name)
        }.map(\.name)
    }

    /// The channels of a table without names that rise, or fall, by one from row to row, beside a time and others.
    func namelessCounters(_ decision: TableDecision) -> [String] {
        guard decision.isNameless, series.rowCount >= YearOfMany.fewestRows, series.time.microseconds != nil else { return [] }
        return series.channels.filter { channel in
            let pairs = channel.values.adjacentPairs()
            return pairs.allSatisfy { $1 == $0 + 1 } || pairs.allSatisfy { $1 == $0 - 1 }
        }.map(\.name)
    }
}
