@testable import TimeSeries

extension TimePattern {
    /// An instant in this pattern, on the clock so many minutes east of UTC, and the instant that is left of it at the pattern's
    /// fineness. Numbers are padded or not, names short or long, at random.
    func text(of instant: Int64, offset: Int64 = 0, _ random: inout SeededGenerator) -> String {
        let local = Moment(instant + offset * 60_000_000)
        var text = ""
        var rest = spelling[...]
        while let character = rest.popFirst() {
            guard character == "%", let directive = rest.popFirst() else {
                text += character == " " && random.happens(0.3) ? "  " : String(character)
                continue
            }
            let touches = rest.first == "%" || text.last?.isNumber == true
            text += local.text(directive, offset: offset, next: rest.first, isPadded: touches || random.happens(0.5), &random)
        }
        return text
    }

    /// What is left of an instant where only the parts of this pattern are known of it.
    func rounded(_ instant: Int64, offset: Int64 = 0) -> Int64 {
        let local = Moment(instant + offset * 60_000_000)
        let hasHour = [.hour, .hour12, .compactTime].contains(where: has)
        let hasMinute = [.minute, .compactTime].contains(where: has)
        let hasYear = [.year, .shortYear, .isoYear].contains(where: has)
        let year = hasYear ? local.year : 1970
        var day = days(year: year, month: 1, day: 1)
        if has(.week) {
            day = local.monday + (has(.isoWeekday) ? local.day - local.monday : 0)
        } else if has(.dayOfYear) {
            day += local.dayOfYear - 1
        } else if has(.quarter) {
            day = days(year: year, month: (local.month - 1) / 3 * 3 + 1, day: 1)
        } else if has(.month) || has(.monthName) {
            day = days(year: year, month: local.month, day: has(.day) ? local.dayOfMonth : 1)
        }
        var time: Int64 = 0
        if hasHour { time += local.time / 3_600_000_000 * 3_600_000_000 }
        if hasMinute { time += local.time / 60_000_000 % 60 * 60_000_000 }
        if has(.second) { time += local.time / 1_000_000 % 60 * 1_000_000 }
        if has(.fraction) || has(.optionalFraction) { time += local.time % 1_000_000 }
        return day * 86_400_000_000 + time - (has(.offset) ? offset * 60_000_000 : 0)
    }
}

/// A time on a clock, taken apart.
private struct Moment {
    let day: Int64
    let time: Int64
    let year: Int64
    let month: Int64
    let dayOfMonth: Int64

    init(_ local: Int64) {
        day = floorDivide(local, 86_400_000_000)
        time = local - day * 86_400_000_000
        (year, month, dayOfMonth) = civil(daysSince1970: day)
    }

    var dayOfYear: Int64 { day - days(year: year, month: 1, day: 1) + 1 }
    /// The Monday of the week, by counting: 1970-01-05 was one.
    var monday: Int64 { day - ((day - 4) % 7 + 7) % 7 }
    /// The year that the week's Thursday lies in.
    var isoYear: Int64 { civil(daysSince1970: monday + 3).year }
    var week: Int64 { (monday + 3 - days(year: isoYear, month: 1, day: 1)) / 7 + 1 }

    private static let months = [
        ["Jan", "January", "JAN", "januar", "janvier", "Enero"], ["Feb", "February", "Févr.", "FEBRUAR"],
        ["Mar", "March", "März", "mrt"], ["Apr", "April", "avril"], ["May", "Mai", "mayo", "MEI"], ["Jun", "June", "juin"],
        ["Jul", "July", "juillet"], ["Aug", "August", "août"], ["Sep", "Sept.", "September"], ["Oct", "Okt", "octubre"],
        ["Nov", "November"], ["Dec", "Dez", "décembre"],
    ]
    private static let weekdays = [
        ["Mon", "Montag"], ["Tuesday", "Di"], ["Wed", "mercredi"], ["Thu", "jueves"], ["Fri", "vrijdag"], ["Sat", "Sa."],
        ["Sunday"],
    ]

    func text(_ directive: Character, offset: Int64, next: Character?, isPadded: Bool, _ random: inout SeededGenerator) -> String
    {
        func number(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return isPadded ? String(repeating: "0", count: max(0, width - digits.count)) + digits : digits
        }
        let hour = time / 3_600_000_000
        let minute = time / 60_000_000 % 60
        switch directive {
        case "Y": return String(String(10000 + year).dropFirst())
        case "y": return String(String(100 + year % 100).dropFirst())
        case "G": return String(String(10000 + isoYear).dropFirst())
        case "m": return number(month, 2)
        case "b":
            let name = random.choose(Self.months[Int(month - 1)])
            return next == "." && name.hasSuffix(".") ? String(name.dropLast()) : name
        case "a": return random.choose(Self.weekdays[Int(day - monday)])
        case "d": return number(dayOfMonth, 2)
        case "j": return number(dayOfYear, 3)
        case "q": return String((month - 1) / 3 + 1)
        case "V": return number(week, 2)
        case "u": return String(day - monday + 1)
        case "H": return number(hour, 2)
        case "I": return number((hour + 11) % 12 + 1, 2)
        case "p": return random.choose(hour < 12 ? ["AM", "am", "a.m."] : ["PM", "pm", "p.m."])
        case "M": return number(minute, 2)
        case "S": return number(time / 1_000_000 % 60, 2)
        case "f": return String(String(1_000_000 + time % 1_000_000).dropFirst())
        case "K": return number(hour * 100 + minute, 4)
        case "z":
            let size = abs(offset)
            let (hours, minutes) = (String(String(100 + size / 60).dropFirst()), String(String(100 + size % 60).dropFirst()))
            return (offset < 0 ? "-" : "+") + hours + random.choose(["", ":"]) + minutes
        default: return String(directive)
        }
    }
}
