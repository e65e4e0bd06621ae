/// A property of an iCalendar file: `NAME;PARAMETER=VALUE:VALUE`.
struct CalendarProperty {
    /// In capitals.
    let name: String
    /// Names in capitals.
    let parameters: [String: String]
    let value: String

    /// Takes a line that is unfolded; `nil` where it has no name or no colon.
    init?(_ line: String) {
        var (parts, part, isQuoted) = ([String](), "", false)
        var rest = line.unicodeScalars[...]
        var hasColon = false
        while let sign = rest.popFirst() {
            if sign == "\"" {
                isQuoted.toggle()
            } else if !isQuoted, sign == ":" || sign == ";" {
                parts.append(part)
                part = ""
                if sign == ":" {
                    hasColon = true
                    break
                }
            } else {
                part.unicodeScalars.append(sign)
            }
        }
        let isName: (Character) -> Bool = { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        guard hasColon, let name = parts.first, !name.isEmpty, name.allSatisfy(isName) else { return nil }
        self.name = name.uppercased()
        var parameters: [String: String] = [:]
        for parameter in parts.dropFirst() {
            let sides = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if sides.count == 2 { parameters[sides[0].uppercased()] = sides[1] }
        }
        self.parameters = parameters
        value = String(String.UnicodeScalarView(rest))
    }

    /// The beginning of its value, to be shown.
    var shown: String { printable(String(value.prefix(60))) }

    /// Its value as a text of one line.
    var plainText: String {
        var (text, isEscaped) = ("", false)
        for sign in value {
            if isEscaped {
                text.append(sign == "n" || sign == "N" ? " " : sign)
                isEscaped = false
            } else if sign == "\\" {
                isEscaped = true
            } else {
                text.append(sign)
            }
        }
        return String(printable(text.replacing("|", with: "/")).prefix(100))
    }

    /// A date or time of its value, and the clock that it is of.
    func time(_ text: String) throws(CalendarPropertyError) -> (CalendarTime, CalendarEvent.Clock) {
        if let kind = parameters["VALUE"]?.uppercased(), kind != "DATE", kind != "DATE-TIME" {
            throw .init("of VALUE=\(printable(kind)) is not understood")
        }
        guard let time = CalendarTime(text) else {
            throw .init(
                "\"\(printable(String(text.prefix(60))))\" is neither a date, as in 20240131, nor a time, as in 20240131T020000")
        }
        if time.isDate { return (time, .floating) }
        guard !time.isUTC else {
            guard let utc = WallClock("UTC") else { throw .init("is of UTC, which is not known here") }
            return (time, .zone(utc))
        }
        guard let zone = parameters["TZID"] else { return (time, .floating) }
        guard let clock = WallClock(zone) else {
            throw .init(
                "is of the zone \"\(printable(String(zone.prefix(60))))\", which is not known; use a name such as Europe/Berlin")
        }
        return (time, .zone(clock))
    }
}

/// Why an iCalendar file is not taken.
public enum CalendarError: Error, Equatable, CustomStringConvertible {
    /// A line says what is not understood; `reason` begins with the property's name.
    case line(file: String, line: Int, reason: String)
    /// It is no iCalendar file, or ends before it should.
    case form(file: String, reason: String)

    /// One sentence for the user.
    public var description: String {
        switch self {
        case .line(let file, let line, let reason): "\(file), line \(line): \(reason)."
        case .form(let file, let reason): "\(file): \(reason)."
        }
    }
}

/// Reads the events of iCalendar files (RFC 5545), in a subset that is small and refused beyond: `VEVENT` with DTSTART, DTEND or
/// DURATION, RRULE as `Recurrence` has it, and EXDATE. Zones are those of the database of zones, whatever the file says of them;
/// what is called off is left out, and other components are passed over.
public struct CalendarFile {
    /// The most events of a file.
    public static let mostEvents = 10_000

    /// The events of a file's text.
    /// - Parameter file: what the file is called in errors.
    /// - Throws: `CalendarError` naming file, line and property.
    public static func events(_ text: String, file: String) throws(CalendarError) -> [CalendarEvent] {
        var (events, components) = ([CalendarEvent](), [String]())
        var (draft, first): (CalendarEvent.Draft?, Int) = (nil, 0)
        for (line, number) in unfolded(text) where !line.isEmpty {
            guard let property = CalendarProperty(line) else {
                throw .line(file: file, line: number, reason: "\"\(printable(String(line.prefix(60))))\" is no property")
            }
            switch property.name {
            case "BEGIN":
                components.append(property.value.uppercased())
                guard components[0] == "VCALENDAR" else { throw .form(file: file, reason: notOne) }
                if components.count > 16 { throw .line(file: file, line: number, reason: "BEGIN is nested too deeply") }
                if components == ["VCALENDAR", "VEVENT"] { (draft, first) = (CalendarEvent.Draft(), number) }
            case "END":
                guard components.last == property.value.uppercased() else {
                    throw .line(file: file, line: number, reason: "END:\(property.shown) ends nothing that has begun")
                }
                components.removeLast()
                guard components == ["VCALENDAR"], let event = draft else { continue }
                draft = nil
                if event.isCancelled { continue }
                do { events.append(try event.finished()) } catch {
                    throw .line(file: file, line: first, reason: "the event that begins here: \(error.reason)")
                }
                if events.count > mostEvents { throw .form(file: file, reason: "it holds more than \(mostEvents) events") }
            default:
                guard !components.isEmpty else { throw .form(file: file, reason: notOne) }
                guard components == ["VCALENDAR", "VEVENT"] else { continue }
                do { try draft?.take(property) } catch {
                    throw .line(file: file, line: number, reason: "\(property.name) \(error.reason)")
                }
            }
        }
        if let open = components.last { throw .form(file: file, reason: "it ends within \(printable(open)); is the file whole?") }
        if events.isEmpty { throw .form(file: file, reason: "it holds no event (VEVENT)") }
        return events
    }

    private static let notOne = "it is no iCalendar file, which begins with BEGIN:VCALENDAR"

    /// The lines as they were before they were folded (RFC 5545, 3.1), each with the number of its first.
    private static func unfolded(_ text: String) -> [(line: String, number: Int)] {
        var lines: [(line: String, number: Int)] = []
        let bytes = text.utf8.starts(with: [0xEF, 0xBB, 0xBF]) ? text.unicodeScalars.dropFirst() : text.unicodeScalars[...]
        for (index, scalars) in bytes.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = scalars.last == "\r" ? scalars.dropLast() : scalars
            if let first = line.first, first == " " || first == "\t", !lines.isEmpty {
                lines[lines.count - 1].line.unicodeScalars.append(contentsOf: line.dropFirst())
            } else {
                lines.append((String(String.UnicodeScalarView(line)), index + 1))
            }
        }
        return lines
    }
}
