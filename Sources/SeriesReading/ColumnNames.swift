/// What names say of columns: the words that people use for times, their parts, labels and counters.
enum ColumnNames {
    /// The words of a name in lower case: `MapDate` and `map_date` are `map`, `date`. What stands in brackets or behind a comma
    /// is a unit and no part of the name.
    static func words(_ name: String) -> [String] {
        var words: [String] = []
        var (word, depth, wasLower) = ("", 0, false)
        func end() {
            if !word.isEmpty {
                words.append(word.lowercased())
                word = ""
            }
        }
        for character in name {
            if "([{".contains(character) { depth += 1 }
            if ")]}".contains(character) { depth -= 1 }
            if character == ",", depth == 0 { break }
            guard depth == 0, character.isLetter || character.isNumber else {
                end()
                wasLower = false
                continue
            }
            if character.isUppercase, wasLower { end() }
            wasLower = character.isLowercase
            word.append(character)
        }
        end()
        return words
    }

    /// The name in one word, without what stands in brackets.
    static func plain(_ name: String) -> String { words(name).joined() }

    private static let timeWords: Set<String> = [
        "time", "times", "timestamp", "timestep", "date", "datetime", "dates", "ts", "ds", "dt", "utc", "created", "datum",
        "zeit",
        "zeitpunkt", "zeitstempel", "uhrzeit", "fecha", "hora", "jour", "heure", "horodatage", "tijd", "period", "stamp",
        "dteday", "yr",
        "month", "week", "quarter", "year", "day", "epoch", "tstamp", "timeutc", "messdatum", "monat", "woche", "jahr", "tag",
        "month",
        "mes", "año", "data", "yyyymmdd", "yyyymm", "daytime", "dtg", "valid", "observed", "recorded",
    ]

    /// Whether a column is called as times are.
    static func isTime(_ name: String) -> Bool { isTime(name, words(name)) }

    private static func isTime(_ name: String, _ words: [String]) -> Bool {
        if name == "data" || name == "Data" || name == "DATA" { return false }
        if words.count > 1, words.last == "at" { return true }
        return words.contains {
            timeWords.contains($0) || $0.hasSuffix("time") || $0.hasSuffix("date") || $0.hasSuffix("datum")
        }
    }

    /// Whether of the words of a name `data` alone means a time, which it does in some languages: numbers as large as epochs may be
    /// bytes below such a name, as below `data_free`.
    static func isData(_ name: String) -> Bool {
        let words = words(name)
        return words.contains("data") && !isTime("", words.filter { $0 != "data" })
    }

    /// Words by which a time column is found at once, as is one whose name they make together.
    static let timeNames: Set<String> = [
        "time", "timestamp", "date", "datetime", "ts", "ds", "timeutc", "createdat", "dateandtime", "datum", "zeit", "datumzeit",
        "timestep", "t",
    ]

    /// Whether a column that rises evenly is called as the time from a beginning is.
    static func isElapsed(_ name: String) -> Bool {
        let words = words(name)
        if words.count == 1,
            ["t", "s", "sec", "secs", "seconds", "ms", "msec", "step", "timestep", "time", "elapsed", "timer"].contains(words[0])
        {
            return true
        }
        return words.contains("elapsed") || words.first == "time" || words.last == "time" || words.contains("timestep")
    }

    /// What a part of a time is called.
    enum Part: String { case year, month, day, hour, minute, second, quarter, week, dayOfYear, hourMinute }

    private static let parts: [String: Part] = [
        "year": .year, "yr": .year, "yyyy": .year, "yy": .year, "jahr": .year, "annee": .year, "année": .year, "año": .year,
        "ano": .year, "years": .year, "jaar": .year,
        "month": .month, "mon": .month, "mmm": .month, "mo": .month, "mm": .month, "mnth": .month, "monat": .month, "mes": .month,
        "mois": .month,
        "maand": .month,
        "day": .day, "dd": .day, "dy": .day, "dom": .day, "tag": .day, "dayofmonth": .day, "dateofmonth": .day, "mday": .day,
        "jour": .day,
        "dia": .day,
        "hour": .hour, "hr": .hour, "hh": .hour, "h": .hour, "stunde": .hour, "hours": .hour, "hrs": .hour, "heure": .hour,
        "hora": .hour,
        "minute": .minute, "min": .minute, "mi": .minute, "minutes": .minute, "mins": .minute, "mn": .minute,
        "second": .second, "sec": .second, "ss": .second, "seconds": .second, "sekunde": .second,
        "quarter": .quarter, "qtr": .quarter, "q": .quarter, "quartal": .quarter, "trimestre": .quarter,
        "week": .week, "wk": .week, "isoweek": .week, "weekofyear": .week, "woche": .week,
        "doy": .dayOfYear, "jday": .dayOfYear, "julian": .dayOfYear, "dayofyear": .dayOfYear, "yday": .dayOfYear,
        "julianday": .dayOfYear,
        "jd": .dayOfYear,
        "年": .year, "月": .month, "日": .day, "时": .hour, "時": .hour,
        "hhmm": .hourMinute, "hrmn": .hourMinute, "hourmin": .hourMinute,
    ]

    /// The part of a time that a name means. `mm` behind an hour means minutes.
    static func part(_ name: String, behindHour: Bool) -> Part? {
        let words = words(name)
        let plain = words.joined()
        if plain == "mm", behindHour { return .minute }
        if let part = parts[plain] { return part }
        if words.count == 2, ["nu", "no", "num", "nr"].contains(words[1]), let part = parts[words[0]],
            part == .month || part == .day
        {
            return part
        }
        // In two scripts, as in 年/Year.
        let plainWords = words.filter { $0.allSatisfy(\.isASCII) }
        if plainWords.count == 1, words.count > 1, let part = parts[plainWords[0]] { return part }
        // As in MON/MMM.
        let said = Set(words.map { parts[$0] })
        return words.count > 1 && said.count == 1 ? said.first ?? nil : nil
    }

    private static let clocks: Set<String> = [
        "time", "zeit", "uhrzeit", "hora", "heure", "clock", "tijd", "ora", "orario", "uur", "timeofday", "starttime",
        "localtime",
    ]

    /// Whether a column is called as the clock beside a date is.
    static func isClock(_ name: String) -> Bool {
        let plain = plain(withoutZone(name))
        return clocks.contains(plain) || parts[plain] == .hour || parts[plain] == .hourMinute
    }

    /// What tells a part of a date that nobody measures, besides the parts above, by the part of which it is a function.
    static func functionOfDate(_ name: String) -> CalendarParts.Part? {
        functionOfDate(plain: plain(name)) ?? part(name, behindHour: false).map(CalendarParts.Part.init)
    }

    private static func functionOfDate(plain: String) -> CalendarParts.Part? {
        switch plain {
        case "weekday", "dayofweek", "dow", "wday", "dayname", "weekdayname", "wochentag", "holiday", "workingday", "weekend",
            "isweekend":
            .weekday
        case "season", "monthname", "monthnumber": .month
        case "decade", "jahrzehnt": .decade
        default: parts[plain].map(CalendarParts.Part.init)
        }
    }

    /// What labels are called, those of a better claim first.
    private static let labelNames = [
        "isanomaly", "anomaly", "label", "labels", "anomalylabel", "isoutlier", "outlier", "groundtruth", "gt", "isanomalous",
        "anomalous",
        "anomalies", "outliers", "attack", "isattack", "attacklabel", "normalattack", "fault", "isfault", "faulty", "isabnormal",
        "abnormal",
        "class", "target", "islabel", "y", "changepoint", "changepoints", "ischangepoint", "alert", "isalert", "alarm", "isfraud",
    ]

    /// How good a claim a column's name has to be the label; `nil` for none, the least first.
    static func labelRank(_ name: String) -> Int? { labelNames.firstIndex(of: plain(name)) }

    /// Whether a name means a label and hardly anything else, so that a value that is none is a mistake.
    static func isCertainLabel(_ name: String) -> Bool {
        ["label", "labels", "is_anomaly", "anomaly"].contains(name.lowercased())
    }

    /// Whether a column is called as marks of quality are. The quality of something, as of air, is measured, but for that of another
    /// column or of data.
    /// - Parameter others: the names of all columns.
    static func isQuality(_ name: String, beside others: [String]) -> Bool {
        let words = words(name)
        if ["qn", "qc", "qf", "flag", "flags", "qcflag", "qflag"].contains(where: { words.first == $0 || words.last == $0 }) {
            return true
        }
        if words.first == "quality" { return words.count == 1 || ["code", "control", "mark", "level"].contains(words[1]) }
        guard words.last == "quality" else { return false }
        let rest = words.dropLast().joined()
        return rest == "data" || others.contains { plain($0) == rest }
    }

    /// Whether a column may say the time in another way: as a number of days, of a year with a fraction, of a second clock.
    static func isOtherClock(_ name: String) -> Bool {
        let words = words(name)
        let plain = words.joined()
        return isTime(name, words) || functionOfDate(plain: plain) != nil
            || words.contains { ["dec", "decimal", "serial", "datenum", "jd", "mjd"].contains($0) }
            || plain.contains("date") || plain.contains("time")
    }

    private static let counterNames: Set<String> = [
        "", "index", "idx", "id", "no", "nr", "n", "row", "rownumber", "rowid", "record", "recordnumber", "recno", "seq",
        "sequence", "entryid",
        "instant", "num", "number", "lfdnr", "unnamed0", "unnamed", "counter", "sample", "samplenumber", "obs", "rn",
        "feedentryid", "key", "recordno", "recnum", "line", "lineno",
    ]

    /// Whether a column is called as counts of rows are.
    static func isCounter(_ name: String, nameless: Bool) -> Bool {
        nameless || counterNames.contains(plain(name)) || words(name).last == "id" || name.hasPrefix("Unnamed")
    }

    /// Whether a column is called as what names a thing and measures nothing is.
    static func isIdentifier(_ name: String) -> Bool {
        let words = words(name)
        let last = words.last ?? ""
        return ["id", "ids", "code", "no", "nr", "number", "version", "serial", "station", "stn", "site", "device", "sensorid"]
            .contains(
                last)
            || name.lowercased().hasSuffix("id") || name.lowercased().contains("_id")
    }
}
