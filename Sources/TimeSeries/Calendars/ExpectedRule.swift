/// A rule of expected rows: when what a series holds is known to differ, and what follows from that.
///
/// A rule is a line of text, by which it is stored, typed and shared:
///
/// ```
/// Sun 02:00..04:00                          every Sunday from 02:00 to 04:00, on the clock of the series
/// maintenance daily 22:00..02:00            maintenance: such rows are not learnt either
/// 2024-03-01..2024-03-04                    from here to there, as `RowSpan` has it
/// yearly 12-24..12-26                       days of every year
/// holidays DE                               public holidays that a country has by law
/// calendar holidays.ics: DTSTART:…          the events of an iCalendar file
/// Sun 02:00..04:00 # backup                 with a name
/// ```
public struct ExpectedRule: Sendable, Equatable {
    /// When.
    public enum Kind: Sendable, Equatable {
        case weekly(WeeklySpan)
        case yearly(YearlySpan)
        case span(RowSpan)
        case holidays(PublicHolidays)
        case calendar(name: String, [CalendarEvent])
    }

    /// What is known of its rows.
    public enum Purpose: String, Sendable, CaseIterable {
        /// They are as they should be: they are learnt and not flagged.
        case normal
        /// They are of no account: they are neither learnt nor flagged.
        case maintenance
    }

    /// When it is.
    public let kind: Kind
    /// What follows.
    public let purpose: Purpose
    /// What it is called; empty without a name.
    public let name: String
    /// The line that it is read from.
    public let text: String

    /// The most characters of a rule that is typed.
    public static let longest = 200
    /// The most rules of a series.
    public static let most = 1000

    /// A rule.
    public init(_ kind: Kind, _ purpose: Purpose = .normal, name: String = "") {
        (self.kind, self.purpose) = (kind, purpose)
        self.name = String(printable(name).prefix(100))
        let when =
            switch kind {
            case .weekly(let span): span.text
            case .yearly(let span): "yearly \(span.text)"
            case .span(let span): span.text
            case .holidays(let holidays): "holidays \(holidays.country)"
            case .calendar(let name, let events): "calendar \(name): " + events.map(\.text).joined(separator: " | ")
            }
        text = (purpose == .normal ? "" : "\(purpose.rawValue) ") + when + (self.name.isEmpty ? "" : " # \(self.name)")
    }

    /// Reads a rule.
    /// - Throws: `ExpectedRuleError`.
    public init(_ line: String) throws(ExpectedRuleError) {
        var rest = line.trimmingBlanks[...]
        let written = String(rest.prefix(80))
        guard !rest.isEmpty else { throw .notUnderstood(rule: written) }
        var purpose = Purpose.normal
        for word in Purpose.allCases where rest.lowercased().hasPrefix(word.rawValue + " ") {
            purpose = word
            rest = String(rest.dropFirst(word.rawValue.count)).trimmingBlanks[...]
        }
        if rest.hasPrefix("calendar "), let colon = rest.firstRange(of: ": ") {
            let name = rest[..<colon.lowerBound].dropFirst("calendar ".count)
            var events: [CalendarEvent] = []
            for part in rest[colon.upperBound...].split(separator: "|") {
                do { events.append(try CalendarEvent(line: String(part).trimmingBlanks)) } catch {
                    throw .calendar(name: String(name.prefix(80)), reason: error.reason)
                }
            }
            guard !events.isEmpty else { throw .notUnderstood(rule: written) }
            self.init(.calendar(name: String(name), events), purpose)
            return
        }
        var name = ""
        if let sign = rest.firstRange(of: "#") {
            name = String(rest[sign.upperBound...]).trimmingBlanks
            rest = rest[..<sign.lowerBound]
        }
        let when = String(rest).trimmingBlanks
        guard let kind = try Self.kind(when) else { throw .notUnderstood(rule: written) }
        self.init(kind, purpose, name: name)
    }

    private static func kind(_ when: String) throws(ExpectedRuleError) -> Kind? {
        func behind(_ word: String) -> String? {
            when.lowercased().hasPrefix(word + " ") ? String(when.dropFirst(word.count + 1)).trimmingBlanks : nil
        }
        if let country = behind("holidays") {
            guard let holidays = PublicHolidays(country: country) else { throw .noHolidays(country: String(country.prefix(40))) }
            return .holidays(holidays)
        }
        if let days = behind("yearly") { return YearlySpan(days).map(Kind.yearly) }
        if let span = WeeklySpan(when) { return .weekly(span) }
        return RowSpan(when).map(Kind.span)
    }

    /// What a list says of it: `Sun 02:00..04:00`, `holidays.ics, 12 events`.
    public var title: String {
        switch kind {
        case .calendar(let name, let events): "\(name), \(events.count) event\(events.count == 1 ? "" : "s")"
        default:
            String(
                text.dropFirst(purpose == .normal ? 0 : purpose.rawValue.count + 1).dropLast(name.isEmpty ? 0 : name.count + 3))
        }
    }

    /// Two rules are one where they say the same.
    public static func == (one: ExpectedRule, other: ExpectedRule) -> Bool { one.text == other.text }
}

extension ExpectedRule {
    /// The rules of a file: an iCalendar file is one rule of the name of the file; of any other each line is a rule, but for what is
    /// empty or begins with `#`.
    /// - Throws: `ExpectedRuleError`, `CalendarError`, naming the file and the line.
    public static func list(_ text: String, file: String) throws -> [ExpectedRule] {
        if text.drop(while: { $0 == "\u{FEFF}" || $0.isWhitespace }).prefix(15).uppercased() == "BEGIN:VCALENDAR" {
            let name = String(printable(file).replacing(": ", with: " ").replacing("|", with: "/").prefix(80))
            return [ExpectedRule(.calendar(name: name, try CalendarFile.events(text, file: file)))]
        }
        var rules: [ExpectedRule] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = String(line).trimmingBlanks
            if line.isEmpty || line.hasPrefix("#") { continue }
            do { rules.append(try ExpectedRule(line)) } catch {
                throw ExpectedRuleError.line(file: file, line: index + 1, reason: "\(error)")
            }
            if rules.count > most { throw ExpectedRuleError.tooMany(file: file) }
        }
        if rules.isEmpty { throw ExpectedRuleError.none(file: file) }
        return rules
    }
}

/// Why a rule cannot be taken.
public enum ExpectedRuleError: Error, Equatable, CustomStringConvertible {
    case notUnderstood(rule: String)
    case noHolidays(country: String)
    /// An event of a calendar is not what it should be.
    case calendar(name: String, reason: String)
    case line(file: String, line: Int, reason: String)
    case tooMany(file: String)
    case none(file: String)
    /// A rule says nothing about a series.
    case noRows(series: String, rule: String, reason: String)

    /// One sentence for the user.
    public var description: String {
        switch self {
        case .notUnderstood(let rule):
            "\"\(printable(rule))\" is no rule; write Sun 02:00..04:00, daily 22:00..06:00, yearly 12-24..12-26, holidays DE or "
                + "FROM..TO, behind maintenance where such rows are not to be learnt either."
        case .noHolidays(let country):
            "The public holidays of \"\(printable(country))\" are not known here, only those of "
                + "\(PublicHolidays.countries.joined(separator: ", ")); bring them as an iCalendar file."
        case .calendar(let name, let reason): "The calendar \(printable(name)): \(reason)."
        case .line(let file, let line, let reason): "\(file), line \(line): \(reason)"
        case .tooMany(let file): "\(file): there may be \(ExpectedRule.most) rules for a series."
        case .none(let file): "\(file): it holds no rule."
        case .noRows(let series, let rule, let reason): "\(series): \"\(printable(rule))\" \(reason)."
        }
    }
}

extension String {
    /// Without blanks at either end.
    fileprivate var trimmingBlanks: String {
        let start = drop { $0.isWhitespace }
        return String(start.prefix(upTo: start.lastIndex { !$0.isWhitespace }.map(start.index(after:)) ?? start.startIndex))
    }
}
