import TimeSeries

/// What a file itself says stands for a missing value.
extension TableDecision {
    /// The fewest times that a word stands where numbers do, and the most bytes that it has, to be a mark of a gap.
    private static let fewestWords = 2, longestWord = 12
    /// What is written for rain that is too little to be measured, in lower case.
    private static let traces: Set<String> = ["t", "tr", "trace", "traces", "spur"]

    /// Takes words for marks of gaps that stand again and again in columns of numbers, where no other does in that column, and those for
    /// traces of rain.
    mutating func findWordsForGaps() {
        for column in facts.indices where isOneOfThings(facts[column]) { facts[column].namesThings = true }
        var words: Set<[UInt8]> = []
        for facts in facts where facts.isNumeric && facts.shaped + facts.infinities < facts.present.count {
            let texts = facts.present.filter { FieldLook($0, marks: form.marks) == .text }
            words.formUnion(Self.wordsForGaps(texts, among: facts.numbers(NumberForm(decimal: form.decimal))))
        }
        guard !words.isEmpty else { return }
        form.marks = GapMarks(named: options.missing + words.map { String(decoding: $0, as: UTF8.self) }.sorted())
        facts = sample.columns.map { ColumnFacts($0, marks: form.marks) }
    }

    /// The words among texts that stand in a column of numbers which mark gaps: traces of rain, and what else is the only text and stands
    /// twice at least.
    static func wordsForGaps(_ texts: [UnsafeBufferPointer<UInt8>], among numbers: [Double]) -> Set<[UInt8]> {
        let areLabels = numbers.allSatisfy { $0 == 0 || $0 == 1 }
        var (found, others): (Set<[UInt8]>, [[UInt8]: Int]) = ([], [:])
        for text in texts {
            if !areLabels, Self.traces.contains(String(decoding: text, as: UTF8.self).lowercased()) {
                found.insert(Array(text))
            } else {
                others[Array(text), default: 0] += 1
            }
        }
        guard others.count == 1, let (word, count) = others.first, count >= Self.fewestWords, word.count <= Self.longestWord,
            word.allSatisfy({ $0 >= 0x80 || ($0 | 0x20) &- 0x61 < 26 }),
            word.withUnsafeBufferPointer({ CSVReader.label($0, decimalComma: false) }) == nil
        else { return found }
        return found.union([word])
    }

    /// The words that mark gaps in a column of whose fields one is no number, by all rows.
    func wordsForGaps(in name: String) -> Set<[UInt8]> {
        guard isWhole, given == nil, let column = form.names.firstIndex(of: name), form.roles[column] == .number else {
            return []
        }
        var (texts, numbers) = ([UnsafeBufferPointer<UInt8>](), [Double]())
        forEachRow { scanner, fields in
            guard column < fields.count else { return true }
            let field = scanner.slice(fields[column])
            if let number = form.numbers[column].value(field) {
                if numbers.count < 100 || numbers.last == 0 || numbers.last == 1 { numbers.append(number) }
            } else if !form.marks.contains(field) {
                texts.append(field)
            }
            return texts.count <= Self.mostTexts
        }
        return texts.count <= Self.mostTexts ? Self.wordsForGaps(texts, among: numbers) : []
    }

    /// The most texts of a column that are looked at.
    private static let mostTexts = 100_000

    /// Whether a word stands among a few whole numbers as often as each of them, as `all` does among those of processors.
    private func isOneOfThings(_ facts: ColumnFacts) -> Bool {
        guard facts.isNumeric, !facts.isManyTexts, facts.texts.count > 2, facts.shaped < facts.present.count else { return false }
        var counts: [[UInt8]: Int] = [:]
        for field in facts.present { counts[Array(field), default: 0] += 1 }
        let isNumber = { (text: [UInt8]) in text.allSatisfy { $0 &- 0x30 < 10 } }
        let words = counts.keys.filter { !isNumber($0) }
        guard words.count == 1, let word = words.first, word.allSatisfy({ ($0 | 0x20) &- 0x61 < 26 }) else { return false }
        let share = Double(facts.present.count) / Double(counts.count)
        return share >= 3 && counts.values.allSatisfy { abs(Double($0) - share) <= 1.5 }
    }

    private static let missingWords = [
        "missing", "no data", "nodata", "no value", "fill value", "fillvalue", "fehlwert", "fehlende", "manquant",
    ]
    /// The most bytes above the rows that are looked at.
    private static let mostBytesAbove = 1 << 14

    /// The numbers that lines above the rows say stand for missing values: the last word of a line that names such.
    func spelledMissing() -> [Double] {
        guard given == nil, form.layout.start > 0 else { return [] }
        let above = String(decoding: bytes[..<min(form.layout.start, Self.mostBytesAbove)], as: UTF8.self)
        return above.split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.lowercased()
            guard Self.missingWords.contains(where: { words.contains($0) }),
                let last = words.split(whereSeparator: { " \t:=,;".contains($0) }).last
            else { return nil }
            return Double(last.trimmingPrefix("(").filter { $0 != ")" })
        }
    }
}
