import TimeSeries

/// Looks for the rows among the first records, and says what other records are.
extension LayoutFinder {
    /// Whether a record has as many fields as a row may: more than half as many as the table has columns, and no more but for such
    /// that hold nothing.
    func mayBeRow(_ record: Record, _ layout: TableLayout) -> Bool {
        let count = record.fields.count
        return count * 2 > layout.width
            && (count <= layout.width || record.fields[layout.width...].allSatisfy { $0.start == $0.end })
    }

    /// Whether a record has a word where all rows have a time: it is no row, whatever else it holds.
    func lacksTime(_ record: Record, _ looks: [FieldLook]) -> Bool {
        let times = looks.indices.filter { looks[$0] == .time && $0 < record.fields.count }.map {
            FieldLook(slice(record.fields[$0]))
        }
        return !times.isEmpty && times.allSatisfy { $0 == .text }
    }

    /// Whether a record has words where rows have times, and is no row for that.
    func isName(_ record: Record, _ looks: [FieldLook], _ layout: TableLayout) -> Bool {
        lacksTime(record, looks)
            && (record.fields.count < layout.width || namesNumbers(record, looks) || record.line == 1)
    }

    /// Whether a record holds words in most columns of numbers and times, several different ones, and no time, so that it names columns
    /// though one name is a number: a year, or `inf`.
    func isMostlyNames(_ record: Record, _ looks: [FieldLook]) -> Bool {
        guard record.fields.count == looks.count else { return false }
        let typed = looks.indices.filter { looks[$0] != .text && looks[$0] != .gap }.map { slice(record.fields[$0]) }
        let words = typed.filter { FieldLook($0) == .text }
        // What is infinite as a number may be a word, as for inflation, and a year a name.
        let infinite = typed.filter { NumberParser.isInfinity($0) }
        let years = typed.filter {
            $0.count == 4 && ($0.starts(with: [0x31, 0x39]) || $0.starts(with: [0x32, 0x30])) && Int(spelled($0)) != nil
        }
        let (count, fitting) = (words.count + infinite.count, fit(record, looks).fitting - infinite.count)
        let distinct = Set((words + infinite).map { Array($0) }).count
        guard !words.isEmpty, distinct > 1, distinct > 2 || count < 5, !typed.contains(where: { FieldLook($0) == .time }) else {
            return false
        }
        return count * 2 > typed.count && fitting * 2 <= count || count * 2 == typed.count && years.count == fitting
    }

    private func spelled(_ field: UnsafeBufferPointer<UInt8>) -> String { String(decoding: field, as: UTF8.self) }

    /// Whether a record is a line drawn with signs: of four at least or, where rows have several fields, one field of three.
    func isRule(_ record: Record, _ width: Int) -> Bool {
        guard let first = record.fields.first, let last = record.fields.last else { return false }
        let drawn = bytes[first.start..<last.end].filter { $0 != 0x20 && $0 != 0x09 && $0 != 0x7C && $0 != 0x2B }
        guard drawn.count > 3 || drawn.count == 3 && width > 1 && record.fields.count == 1 else { return false }
        return drawn.allSatisfy(Self.signsOfRules.contains)
    }

    /// Whether the first field of a record is a line drawn with signs, as stands behind a block of notes.
    func beginsDrawn(_ record: Record) -> Bool {
        record.fields.first.map { field in
            slice(field).count > 2 && slice(field).allSatisfy { [0x23, 0x2D, 0x3D, 0x2A].contains($0) }
        }
            ?? false
    }

    /// The records from the first one on that are names with values, where rows begin with times: a word that ends with a colon stands
    /// where the time does, or several words do in lines that hold what rows hold besides.
    func keyLines(_ records: [Record], _ looks: [FieldLook], _ layout: TableLayout) -> Range<Int> {
        guard let time = looks.firstIndex(of: .time) else { return 0..<0 }
        let first = records.firstIndex { record in
            mayBeRow(record, layout) && time < record.fields.count && FieldLook(slice(record.fields[time])) == .time
        }
        guard let first else { return 0..<0 }
        let keys = records[..<first].filter { record in
            let fit = fit(record, looks)
            return lacksTime(record, looks) && fit.fitting * 2 > fit.typed
        }
        let isNamed = keys.contains { record in
            time < record.fields.count && slice(record.fields[time]).last == UInt8(ascii: ":")
        }
        return isNamed || keys.count > 1 ? 0..<first : 0..<0
    }

    /// The first record that holds what most rows do, and behind which more rows than other lines of words stand. A few such records
    /// above another line of names, and more rows below it, are none.
    /// - Parameter keys: records that are no rows.
    func firstRow(_ records: [Record], _ looks: [FieldLook], _ layout: TableLayout, keys: Range<Int>) -> Int? {
        let isRow = records.indices.map { index in
            let fit = fit(records[index], looks)
            return fit.fitting * 2 > fit.typed && !keys.contains(index) && mayBeRow(records[index], layout)
                && !isName(records[index], looks, layout)
        }
        func isNewLineOfWords(_ index: Int) -> Bool {
            isOfWords(records[index], looks) && !records[..<index].contains { isSame($0, records[index]) }
        }
        func isNewHeader(_ index: Int) -> Bool {
            let record = records[index]
            return (mayBeRow(record, layout) || record.fields.count == layout.width + 1) && isHeader(record, looks)
                && nameCount(record) == record.fields.count { $0.start < $0.end } && isNewLineOfWords(index)
        }
        let first = isRow.indices.first { index in
            guard isRow[index] else { return false }
            let near = index..<min(index + 5, records.count)
            return near.count { isRow[$0] } >= near.count(where: isNewLineOfWords)
        }
        guard let first else { return isRow.firstIndex(of: true) }
        // In a single column a word between numbers is a value that is wrong, but below names with values.
        guard layout.width > 1 || first > 2 else { return first }
        var runs: [(first: Int, count: Int)] = []
        var isBroken = true
        for index in first..<records.count {
            if isRow[index] {
                if isBroken { runs.append((index, 0)) }
                runs[runs.count - 1].count += 1
                isBroken = false
            } else if !isBroken {
                isBroken = isNewHeader(index)
            }
        }
        let most = runs.map(\.count).max() ?? 0
        return runs.first { $0.count > Self.mostHeaderLines || $0.count * 2 > most }?.first
    }

    /// Whether two records hold the same words, and numbers or times in the same places.
    func isSame(_ one: Record, _ other: Record) -> Bool {
        one.fields.count == other.fields.count
            && zip(one.fields, other.fields).allSatisfy { one, other in
                slice(one).elementsEqual(slice(other))
                    || FieldLook(slice(one)) != .text && FieldLook(slice(one)) == FieldLook(slice(other))
            }
    }

    /// Of many lines above the rows, which are names with values, the one in which each column but the first has a word of its own.
    func namesAmong(_ lines: ArraySlice<Record>, _ layout: TableLayout) -> [Record] {
        let found = lines.filter { line in
            let words = line.fields.dropFirst()
            return line.fields.count == layout.width && words.count > 1 && words.allSatisfy { FieldLook(slice($0)) == .text }
                && Set(words.map { text($0) }).count == words.count
        }
        return found.count == 1 ? found : []
    }

    /// The line right above a header that has one name for several columns, where both together tell these apart.
    func upperLine(of header: Record, in lines: ArraySlice<Record>, _ layout: TableLayout) -> Record? {
        guard let upper = lines.last(where: { $0.line < header.line }), upper.fields.count == header.fields.count else {
            return nil
        }
        var (one, two) = (layout, layout)
        one.names = header.fields.map { text($0) }
        two.names = upper.fields.map { text($0) }
        two.below = [one.names]
        guard let joined = two.joinedNames, Set(joined).count > Set(one.names).count else { return nil }
        return upper
    }
}

extension TableLayout {
    /// The names with what stands in the first line below them, where several are alike and that tells them apart; `nil` elsewhere. A
    /// name that stands over the first of several columns alone is one of them all where that tells more apart.
    var joinedNames: [String]? {
        guard let below = below.first, Set(names).count < names.count else { return nil }
        func joined(_ names: [String]) -> [String] {
            names.indices.map { index in
                let more = index < below.count ? below[index] : ""
                return more.isEmpty || names[index].isEmpty ? names[index] : names[index] + " " + more
            }
        }
        var (spread, last) = (names, "")
        for index in names.indices.dropFirst() where index < below.count && !below[index].isEmpty {
            if names[index].isEmpty { spread[index] = last } else { last = names[index] }
        }
        let found = [joined(names), joined(spread)].max { Set($0).count < Set($1).count } ?? []
        return Set(found).count > Set(names).count ? found : nil
    }
}
