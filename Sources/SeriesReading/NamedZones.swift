import TimeSeries

extension ColumnNames {
    /// Abbreviations of zones that stand in names of columns.
    private static let zones: Set<String> = [
        "UTC", "GMT", "CET", "CEST", "EET", "EEST", "WET", "WEST", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "AKST",
        "HST", "LST", "JST", "AEST", "AEDT", "NZST", "MEZ", "MESZ",
    ]

    /// Whether a column is called by the zone of its clock alone.
    static func isZone(_ name: String) -> Bool { zones.contains(name) }

    /// A name without the zone of its clock at the end: `Hora` of `Hora UTC`.
    static func withoutZone(_ name: String) -> String {
        let words = name.split { " _-".contains($0) }
        guard words.count > 1, let last = words.last, zones.contains(last.uppercased()) else { return name }
        return words.dropLast().joined(separator: " ")
    }

    /// Whether a column is called as one that names zones is.
    static func namesZones(_ name: String) -> Bool {
        let words = words(name)
        return ["zone", "tz", "timezone", "zeitzone"].contains { words.last == $0 }
    }

    /// The zones whose abbreviations stand in a name as words: `Time (UTC)`, `datetime_gmt`, `TimeUTC`, `GMT+02:00`.
    static func zones(in name: String) -> [String] {
        for word in name.split(whereSeparator: { " ,;()[]".contains($0) }) where word.contains(where: { $0 == "+" || $0 == "-" })
        {
            if word.hasPrefix("UTC") || word.hasPrefix("GMT"), WallClock(String(word)) != nil { return [String(word)] }
        }
        return name.split { !$0.isLetter }.compactMap { word in
            if zones.contains(String(word)) { return String(word) }
            if ["utc", "gmt"].contains(word) { return word.uppercased() }
            return word.count > 3 && word.dropLast(3).last?.isLowercase == true && zones.contains(String(word.suffix(3)))
                ? String(word.suffix(3)) : nil
        }
    }
}

extension TableDecision {
    /// The zone that stands beside the rows, which is told.
    mutating func givenZone(_ candidate: TimeCandidate) -> WallClock? {
        guard let zone = given?.zone, let column = candidate.columns.first,
            candidate.role == .calendar || candidate.role == .timePart,
            zoneOfFirst(column, candidate) == nil, candidate.hasDate
        else { return nil }
        tell("Times are read as those of \(zone.identifier), which stands beside the rows (--zone names another zone).")
        return zone
    }

    /// The zone that the names of time columns say, which is told; `nil` without one.
    mutating func namedZone(_ candidate: TimeCandidate) -> WallClock? {
        let tellsClock = candidate.role == .calendar ? candidate.hasClock : candidate.notations.first?.hasTimeOfDay == true
        guard candidate.role == .calendar || candidate.role == .timePart, candidate.hasDate, tellsClock else { return nil }
        let named = candidate.columns.flatMap { column in
            ColumnNames.zones(in: form.names[column]).map { (zone: $0, name: form.names[column]) }
        }
        guard let first = named.first, candidate.columns.allSatisfy({ zoneOfFirst($0, candidate) == nil }) else { return nil }
        guard Set(named.map(\.zone)).count == 1,
            let clock = WallClock(first.zone) ?? WallClock(abbreviation: first.zone)
        else {
            tell("Column \(first.name) names a zone that stands for several; --zone says which it is.")
            return nil
        }
        tell("Times are read as \(first.zone), as column \(first.name) is called (--zone names another zone).")
        return clock
    }

    /// The zone that a column beside the time says in all rows, which is told; `nil` without one.
    mutating func zoneBeside(_ candidate: TimeCandidate) -> WallClock? {
        let tellsClock = candidate.role == .calendar ? candidate.hasClock : candidate.notations.first?.hasTimeOfDay == true
        guard candidate.role == .calendar || candidate.role == .timePart, candidate.hasDate, tellsClock,
            candidate.columns.allSatisfy({ zoneOfFirst($0, candidate) == nil }),
            let column = free.first(where: {
                ColumnNames.namesZones(form.names[$0]) && facts[$0].texts.count == 1 && !facts[$0].isNumeric
            }),
            let text = facts[column].texts.first, let zone = WallClock(text) ?? WallClock(abbreviation: text)
        else { return nil }
        var isSame = true
        forEachRow { scanner, fields in
            isSame = column < fields.count && scanner.slice(fields[column]).elementsEqual(text.utf8)
            return isSame
        }
        guard isSame else { return nil }
        tell("Times are read as \(printable(text)), as column \(form.names[column]) says (--zone names another zone).")
        return zone
    }

    /// The zone that is written behind the first time of a column.
    private func zoneOfFirst(_ column: Int, _ candidate: TimeCandidate) -> TimeFormat.Notation.Zone? {
        guard let first = facts[column].present.first else { return nil }
        let zone =
            candidate.role == .calendar ? TimeParser.calendar(first)?.notation.zone : candidate.notations.first?.zone(first)
        return zone == TimeFormat.Notation.Zone.none ? nil : zone
    }
}
