/// Writes series as CSV.
extension Series {
    /// The series as CSV (RFC 4180): a `timestamp` column where rows have times, the channels, and a
    /// `label` column where there are labels. Gaps are empty fields; numbers read back bit for bit.
    public func csv() -> String {
        var header = time.microseconds == nil ? [] : ["timestamp"]
        header += channels.map { csvField($0.name) }
        if labels != nil { header.append("label") }
        var text = header.joined(separator: ",") + "\n"
        for row in 0..<rowCount {
            var fields = time.text(row: row).map { [$0] } ?? []
            fields += channels.map { numberText($0.values[row]) }
            if let labels { fields.append(labels[row] ? "1" : "0") }
            text += fields.joined(separator: ",") + "\n"
        }
        return text
    }
}

/// The shortest decimal text that reads back as `value`; empty for a gap.
public func numberText(_ value: Double) -> String {
    if value.isNaN { return "" }
    if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
    return "\(value)"
}

/// `text` as a CSV field, quoted where it must be.
public func csvField(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
}
