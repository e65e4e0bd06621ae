/// Text that is safe to show on a terminal: control and format characters, line and paragraph separators and
/// private-use characters each become U+FFFD.
public func printable(_ text: String) -> String {
    String(
        String.UnicodeScalarView(
            text.unicodeScalars.map { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .surrogate, .privateUse, .lineSeparator, .paragraphSeparator:
                    Unicode.Scalar(0xFFFD) ?? scalar
                default: scalar
                }
            }))
}

/// The beginning of a text that may be of any length, with a mark where it goes on.
public func shortened(_ text: String, to length: Int = 80) -> String {
    let beginning = text.prefix(length)
    return beginning.endIndex < text.endIndex ? beginning + "…" : text
}

/// Names for a sentence, which stays one that can be read: the first dozen, none longer than 40 characters, and how many more there
/// are.
public func listed(_ names: [String]) -> String {
    guard !names.isEmpty else { return "none" }
    let most = 12
    let first = names.prefix(most).map { printable(shortened($0, to: 40)) }.joined(separator: ", ")
    return names.count > most ? "\(first) and \(names.count - most) more" : first
}
