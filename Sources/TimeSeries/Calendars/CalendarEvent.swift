/// An event of an iCalendar file (RFC 5545, `VEVENT`): when it begins, how long it takes and on which days it happens again.
public struct CalendarEvent: Sendable, Hashable {
    /// Which clock its times are of.
    enum Clock: Sendable, Hashable {
        /// That of whoever looks: here, that of the series.
        case floating
        case zone(WallClock)
    }

    /// What it is called; empty where nothing says it.
    public var summary = ""
    var start: CalendarTime
    var clock: Clock
    var length: CalendarLength
    var recurrence: Recurrence?
    /// When it does not happen: days, or times on its clock.
    var exceptions: [CalendarTime] = []

    /// When it happens, in microseconds since 1970 UTC, rising: at least all that shares time with a range.
    /// - Parameter own: the zone of the series.
    func periods(among wanted: Range<Int64>, own: TimeFormat.Notation.Zone) -> [Range<Int64>] {
        let second: Int64 = 1_000_000
        func instant(_ local: Int64) -> Int64 {
            switch clock {
            case .floating: own.instant(of: local * second)
            case .zone(let clock): clock.utc(local * second)
            }
        }
        // No clock is farther than two days from another, whatever the time.
        let day = 86_400 * second
        let reach = length.days + length.seconds / 86_400 + 2
        let days = (floorDivide(wanted.lowerBound, day) - reach)...(floorDivide(wanted.upperBound, day) + 2)
        let timeOfDay = start.seconds - start.day * 86_400
        let all = recurrence.map { $0.days(from: start.day, among: days) } ?? [start.day]
        return all.lazy.filter(days.contains).map { $0 * 86_400 + timeOfDay }.filter { local in
            !isExcepted(local) && !isPast(local, instant)
        }.map { local in
            let first = instant(local)
            let end = (length.days > 0 ? instant(local + length.days * 86_400) : first) + length.seconds * second
            return first..<max(first, end)
        }
    }

    /// Whether its first day is one that its recurrence names.
    var isInStep: Bool { recurrence.map { $0.days(from: start.day, among: start.day...start.day).first == start.day } ?? true }

    private func isExcepted(_ local: Int64) -> Bool {
        exceptions.contains { $0.isDate ? $0.day == floorDivide(local, 86_400) : $0.seconds == local }
    }

    private func isPast(_ local: Int64, _ instant: (Int64) -> Int64) -> Bool {
        guard let until = recurrence?.until else { return false }
        if until.isDate { return floorDivide(local, 86_400) > until.day }
        return until.isUTC ? instant(local) > until.seconds * 1_000_000 : local > until.seconds
    }
}

// MARK: Text

extension CalendarEvent {
    /// Its properties on one line, each as in a file, the name last: `DTSTART:20240107T020000 DURATION:PT2H RRULE:FREQ=WEEKLY`.
    var text: String {
        let zone: String
        switch clock {
        case .floating: zone = start.isDate ? ";VALUE=DATE" : ""
        case .zone(let clock): zone = start.isUTC ? "" : ";TZID=\(clock.identifier)"
        }
        var parts = ["DTSTART\(zone):\(start.text)", "DURATION:\(length.text)"]
        if let recurrence { parts.append("RRULE:\(recurrence.text)") }
        if !exceptions.isEmpty {
            // Times stand on the clock of the beginning, where they are written without another.
            parts.append("EXDATE\(zone):\(exceptions.map(\.text).joined(separator: ","))")
        }
        if !summary.isEmpty { parts.append("SUMMARY:\(summary)") }
        return parts.joined(separator: " ")
    }

    /// Reads what `text` says.
    /// - Throws: what is wrong, with the property's name.
    init(line: String) throws(CalendarPropertyError) {
        var draft = Draft()
        var rest = line[...]
        while !rest.isEmpty {
            let isLast = rest.hasPrefix("SUMMARY:")
            let word = isLast ? rest : rest.prefix { $0 != " " }
            rest = rest.dropFirst(word.count).drop { $0 == " " }
            guard let property = CalendarProperty(String(word)) else {
                throw .init("\"\(printable(String(word)))\" is no property")
            }
            do { try draft.take(property) } catch { throw .init("\(property.name) \(error.reason)") }
        }
        self = try draft.finished()
    }

    /// An event whose properties are being read.
    struct Draft {
        private var event = CalendarEvent(start: CalendarTime(seconds: 0), clock: .floating, length: CalendarLength())
        private var hasStart = false
        private var end: (time: CalendarTime, clock: Clock)?
        private var length: CalendarLength?
        private var times: [CalendarProperty] = []
        /// Whether it was called off.
        private(set) var isCancelled = false

        /// Takes a property; those that say nothing about when it happens are passed over.
        mutating func take(_ property: CalendarProperty) throws(CalendarPropertyError) {
            switch property.name {
            case "DTSTART":
                if hasStart { throw .init("is given twice") }
                (event.start, event.clock) = try property.time(property.value)
                hasStart = true
            case "DTEND":
                if end != nil { throw .init("is given twice") }
                end = try property.time(property.value)
            case "DURATION":
                if length != nil { throw .init("is given twice") }
                guard let value = CalendarLength(property.value) else {
                    throw .init("\"\(property.shown)\" is no length of time")
                }
                length = value
            case "RRULE":
                if event.recurrence != nil { throw .init("is given twice") }
                event.recurrence = try Recurrence(property.value)
            case "EXDATE": times.append(property)
            case "RDATE", "EXRULE", "RECURRENCE-ID":
                throw .init("is not understood; write such times as events of their own")
            case "SUMMARY": event.summary = property.plainText
            case "STATUS": isCancelled = property.value.uppercased() == "CANCELLED"
            default: break
            }
        }

        /// The event.
        /// - Throws: what is wrong, with the property's name.
        func finished() throws(CalendarPropertyError) -> CalendarEvent {
            guard hasStart else { throw .init("DTSTART is missing") }
            var event = event
            event.length = try wholeLength()
            for property in times {
                for text in property.value.split(separator: ",") {
                    let time: CalendarTime
                    let clock: Clock
                    do { (time, clock) = try property.time(String(text)) } catch { throw .init("EXDATE \(error.reason)") }
                    event.exceptions.append(try Self.time(time, clock, on: event.clock))
                }
            }
            if let until = event.recurrence?.until, !until.isDate, event.start.isDate {
                event.recurrence?.until = CalendarTime(seconds: until.day * 86_400, isDate: true)
            }
            guard event.isInStep else {
                throw .init(
                    "RRULE does not name the day of DTSTART, of which RFC 5545 leaves open what it means; begin on a day of it")
            }
            return event
        }

        private func wholeLength() throws(CalendarPropertyError) -> CalendarLength {
            if let length, end == nil {
                if event.start.isDate, length.seconds > 0 {
                    throw .init("DURATION must be of whole days where DTSTART is a date")
                }
                return length
            }
            guard let end else {
                guard event.start.isDate else { throw .init("DTEND and DURATION are missing, so that it takes no time") }
                return CalendarLength(days: 1)
            }
            if length != nil { throw .init("DTEND and DURATION are both given") }
            guard end.time.isDate == event.start.isDate else {
                throw .init("DTEND is not of the kind of DTSTART, a date or a time")
            }
            let lasting = Self.instant(end.time, end.clock) - Self.instant(event.start, event.clock)
            guard lasting > 0 else { throw .init("DTEND is not after DTSTART") }
            return event.start.isDate ? CalendarLength(days: lasting / 86_400) : CalendarLength(seconds: lasting)
        }

        /// A time on another clock; where either floats, what it shows is the same.
        private static func time(
            _ time: CalendarTime, _ own: Clock, on clock: Clock
        ) throws(CalendarPropertyError) -> CalendarTime {
            guard !time.isDate, own != clock, case .zone(let other) = clock, case .zone = own else {
                return CalendarTime(seconds: time.seconds, isDate: time.isDate)
            }
            let instant = instant(time, own) * 1_000_000
            return CalendarTime(seconds: floorDivide(instant + Int64(other.minutes(at: instant)) * 60_000_000, 1_000_000))
        }

        private static func instant(_ time: CalendarTime, _ clock: Clock) -> Int64 {
            if case .zone(let clock) = clock { clock.utc(time.seconds * 1_000_000) / 1_000_000 } else { time.seconds }
        }
    }
}
