import TimeSeries

/// Writes series as CSV.
extension Series {
    /// The series as CSV (RFC 4180): a `timestamp` column where rows have times, the channels, and a
    /// `label` column where there are labels. Gaps are empty fields, quoted where a row holds nothing else, since an
    /// empty line is no row; numbers read back bit for bit.
    public func csv() -> String {
        var header = time.microseconds == nil ? [] : ["timestamp"]
        header += channels.map { csvField($0.name) }
        if labels != nil { header.append("label") }
        var text = header.joined(separator: ",") + "\n"
        for row in 0..<rowCount {
            var fields = time.text(row: row).map { [$0] } ?? []
            fields += channels.map { numberText($0.values[row]) }
            if let labels { fields.append(labels[row] ? "1" : "0") }
            let line = fields.joined(separator: ",")
            text += (line.isEmpty ? quotedField("") : line) + "\n"
        }
        return text
    }
}

/// The shortest decimal text that reads back as `value`; empty for a gap.
public func numberText(_ value: Double) -> String {
    if value.isNaN { return "" }
    if value == value.rounded(), abs(value) < 1e15, value != 0 || value.sign == .plus { return String(Int64(value)) }
    return "\(value)"
}

/// `text` as a CSV field, quoted where it must be.
public func csvField(_ text: String) -> String {
    mustBeQuoted(text.utf8) ? quotedField(text) : text
}

/// Whether a CSV field needs quotes: around commas, quotes, line ends and spaces at either end.
func mustBeQuoted(_ field: some BidirectionalCollection<UInt8>) -> Bool {
    field.first == 0x20 || field.last == 0x20
        || field.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
}

/// `text` in quotes, with those in it doubled.
func quotedField(_ text: String) -> String {
    var bytes: [UInt8] = []
    appendQuoted(text.utf8, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}

/// Adds a field in quotes, with those in it doubled.
func appendQuoted(_ field: some Collection<UInt8>, to text: inout [UInt8]) {
    text.append(0x22)
    appendDoublingQuotes(field, to: &text)
    text.append(0x22)
}

/// Adds what stands between the quotes of a field. Works on bytes, since a quote with a combining mark behind it is one
/// character that differs from a quote.
func appendDoublingQuotes(_ field: some Collection<UInt8>, to text: inout [UInt8]) {
    for byte in field {
        if byte == 0x22 { text.append(0x22) }
        text.append(byte)
    }
}
