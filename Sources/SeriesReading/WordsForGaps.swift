import TimeSeries

/// What a file itself says stands for a missing value.
extension TableDecision {
    /// The fewest times that a word stands where numbers do, and the most bytes that it has, to be a mark of a gap.
    private static let fewestWords = 3, longestWord = 12

    /// Takes a word for a mark of a gap that stands again and again in columns of numbers, where no other does.
    mutating func findWordForGaps() {
        var (word, count): ([UInt8], Int) = ([], 0)
        for column in facts.indices where isOneOfThings(facts[column]) { facts[column].namesThings = true }
        for facts in facts where facts.isNumeric && facts.shaped + facts.infinities < facts.present.count {
            for field in facts.present where FieldLook(field, marks: form.marks) == .text {
                if count == 0 { word = Array(field) }
                guard field.elementsEqual(word) else { return }
                count += 1
            }
        }
        guard count >= Self.fewestWords, word.count <= Self.longestWord,
            word.allSatisfy({ $0 >= 0x80 || ($0 | 0x20) &- 0x61 < 26 }),
            word.withUnsafeBufferPointer({ CSVReader.label($0, decimalComma: form.usesDecimalComma) }) == nil
        else { return }
        form.marks = GapMarks(named: options.missing + [String(decoding: word, as: UTF8.self)])
        facts = sample.columns.map { ColumnFacts($0, marks: form.marks) }
    }

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
