/// Why a text spells no way of writing times; each `description` says what is wrong and what is known.
package enum TimeNotationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Neither a known name nor a pattern with directives.
    case unknownName(String)
    /// A directive that no pattern has.
    case unknownDirective(String, String)
    /// A percent sign without a letter behind it.
    case endsInPercent(String)
    /// The same part of a time twice.
    case twice(String, String)
    /// Two directives that say the same thing in different ways.
    case conflict(String, String, String)
    /// A directive without the one that gives it meaning.
    case needs(String, String, String)
    /// A directive that must be the last one and is not.
    case notLast(String, String)
    /// A pattern without a date and without a time of day.
    case withoutTime(String)

    /// One sentence for the user.
    package var description: String {
        switch self {
        case .unknownName(let text):
            "\"\(printable(text))\" is no way of writing times; spell it as in %d/%m/%Y %H:%M, or name one of "
                + "\(TimeNotation.names.map(\.name).joined(separator: ", "))."
        case .unknownDirective(let directive, let text):
            "\(printable(directive)) in \"\(printable(text))\" is not known; known are "
                + "\(TimePattern.directives.map(\.spelling).joined(separator: " "))."
        case .endsInPercent(let text):
            "\"\(printable(text))\" ends in a percent sign; put a letter behind it, one of "
                + "\(TimePattern.directives.map(\.spelling).joined(separator: " "))."
        case .twice(let directive, let text):
            "\"\(printable(text))\" has \(directive) twice; a time has each part once."
        case .conflict(let one, let other, let text):
            "\"\(printable(text))\" has both \(one) and \(other), which may contradict each other; leave one out."
        case .needs(let one, let other, let text):
            "\"\(printable(text))\" has \(one) without \(other), which it needs; add \(other)."
        case .notLast(let directive, let text):
            "\"\(printable(text))\" goes on behind \(directive), which stands for all of the rest; end with it."
        case .withoutTime(let text):
            "\"\(printable(text))\" has neither a date nor a time of day; spell it as in %d/%m/%Y %H:%M."
        }
    }
}
