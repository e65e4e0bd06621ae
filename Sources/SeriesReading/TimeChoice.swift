import TimeSeries

/// What may be the time of rows.
struct TimeCandidate {
    var columns: [Int]
    var role = TableForm.Role.timePart
    /// The notations that all rows of the sample are written in, best first.
    var notations: [TimeNotation] = []
    /// Whether it names a date, and a time of day.
    var hasDate = true, hasClock = false
    /// How it is called where it is a usual one, as options have it.
    var name = ""
    /// What is to be said of it where it is taken.
    var remark: String?

    init(columns: [Int], role: TableForm.Role, name: String, hasClock: Bool = true) {
        (self.columns, self.role, self.name, self.hasClock) = (columns, role, name, hasClock)
    }

    init?(columns: [Int], notations: [TimeNotation]) {
        guard let first = notations.first else { return nil }
        (self.columns, self.notations) = (columns, notations)
        (hasDate, hasClock) = (first.namesDate, first.hasTimeOfDay)
    }
}

/// How numbers run from row to row, in one stretch of rows or several.
private struct NumberRun {
    /// The least and the largest number; infinities of the wrong sign where there is none.
    private(set) var lowest = Double.infinity, highest = -Double.infinity
    private(set) var isRising = true, isFalling = true, areWhole = true
    /// Whether a stretch ends with another number than it begins with.
    private(set) var changes = false
    /// Whether no stretch has more than one number.
    private var isShort = true

    init(_ runs: [[Double]]) {
        for run in runs {
            for value in run {
                (lowest, highest) = (min(lowest, value), max(highest, value))
                if value != value.rounded() { areWhole = false }
            }
            for (one, next) in run.adjacentPairs() {
                if one > next { isRising = false }
                if one < next { isFalling = false }
            }
            if run.first != run.last { changes = true }
            if run.count > 1 { isShort = false }
        }
    }

    /// Whether it does not stand still, as far as one can tell.
    var isMoving: Bool { changes || isShort }
    /// Whether it rises or falls throughout.
    var isOrdered: Bool { (isRising || isFalling) && isMoving }
}

extension TableDecision {
    /// Finds what tells the time of rows.
    mutating func chooseTime() throws(SeriesError) {
        form.zone = try zone()
        var found = try options.timeColumns.isEmpty ? givenTime() : askedTime()
        if options.timeColumns.isEmpty, found == nil { found = likelyTime().map(withHalf) }
        if let format = options.timeFormat, let columns = found?.columns {
            found = TimeCandidate(columns: columns, notations: [try notation(format)])
        }
        if options.timeColumns.isEmpty, options.timeFormat == nil, found.map({ $0.role == .calendar }) ?? true {
            try refuseTwoSpellings(found?.columns ?? free)
        }
        guard let candidate = found else {
            if let format = options.timeFormat { throw .noTimeFor(file: file, format: format, known: form.names) }
            return tellCounter()
        }
        use(candidate)
        localTimes = sampleTimes()
        leaveOutOddFirstRow()
    }

    private func zone() throws(SeriesError) -> WallClock? {
        guard let text = options.zone else { return nil }
        guard let zone = WallClock(text) else { throw .noZone(file: file, zone: text) }
        return zone
    }

    /// Takes a candidate.
    private mutating func use(_ candidate: TimeCandidate) {
        var name = candidate.name
        tellUnit(of: candidate)
        if options.zone == nil { form.zone = givenZone(candidate) ?? namedZone(candidate) ?? zoneBeside(candidate) }
        if let remark = candidate.remark { tell(remark) }
        tellHour25(candidate)
        if candidate.role == .timePart {
            let notation = settle(candidate)
            (form.notation, form.timeColumns, name) = (notation, candidate.columns, notation?.name ?? "")
            form.hasShortYears = name.contains("%y") && options.timeFormat == nil
            if let first = joinedSamples(candidate.columns).first, let notation {
                form.writtenZone = first.withUnsafeBufferPointer { notation.zone($0) }
            }
            if notation?.readsDatesAlone == true { tell("Times that are a date alone are read as midnight, 00:00.") }
            if notation?.isInterval == true { tell("Times are intervals, of which the beginning is taken.") }
            if let notation, !notation.isElapsed, !notation.namesYear {
                tell(
                    notation.namesDate ? "Times name no year; 1970 stands for it." : "Times name no day; the first is 1970-01-01."
                )
            }
        }
        for column in candidate.columns { form.roles[column] = candidate.role }
        for column in candidate.columns { understanding.columns[column].role = .time }
        let names = candidate.columns.map { form.names[$0] }
        let written = writtenZone(candidate)
        understanding.time = Understanding.Time(columns: names, format: name, zone: written ?? form.zone?.identifier)
        if written != nil, options.zone != nil {
            tell("The times name their zone themselves (\(written ?? "")), so --zone changes nothing.")
        }
        if names.count > 1 {
            tell(
                "The time is joined from \(names.dropLast().joined(separator: ", ")) and \(names.last ?? "") (--time takes other columns)."
            )
        }
    }

    /// The zone that the first time names; `nil` where it names none.
    private func writtenZone(_ candidate: TimeCandidate) -> String? {
        var zone = form.writtenZone
        if candidate.role == .calendar {
            zone = facts[candidate.columns[0]].present.lazy.compactMap { TimeParser.calendar($0)?.notation.zone }.first ?? .none
        } else if candidate.name.hasPrefix("unix") {
            zone = .utc
        }
        return zone.name
    }

    /// The time that the format of the content fixes.
    private func givenTime() throws(SeriesError) -> TimeCandidate? {
        guard let name = given?.timeColumn, let column = form.names.firstIndex(of: name), !isTaken(column) else { return nil }
        guard let notation = options.timeFormat ?? given?.timeNotation else { return single(column, isAsked: true) }
        return TimeCandidate(columns: [column], notations: [try self.notation(notation)])
    }

    private func notation(_ text: String) throws(SeriesError) -> TimeNotation {
        do { return try TimeNotation(name: text) } catch {
            throw .badTimeFormat(file: file, format: text, reason: error.description)
        }
    }

    /// The time in the columns that were asked for.
    private func askedTime() throws(SeriesError) -> TimeCandidate? {
        let columns = options.timeColumns.compactMap { form.names.firstIndex(of: $0) }
        if let format = options.timeFormat {
            return TimeCandidate(columns: columns, notations: [try notation(format)])
        }
        let found = columns.count == 1 ? single(columns[0], isAsked: true) : parts(columns) ?? joined(columns)
        if let found { return found }
        let first = columns.map { sample.columns[$0].first.map { String(decoding: $0, as: UTF8.self) } ?? "" }
        throw .noTime(file: file, column: options.timeColumns.joined(separator: " and "), text: first.joined(separator: " "))
    }

    /// Whether a column is asked for as something other than the time.
    func isTaken(_ column: Int) -> Bool {
        let name = form.names[column]
        return options.ignored.contains(name) || wanted.contains(name) && !options.timeColumns.contains(name)
    }

    // MARK: What is likely

    var free: [Int] { form.names.indices.filter { !isTaken($0) && !(form.layout.hasRowNames && $0 == 0) } }

    /// The time by the names and the content of columns: a whole one, the best named first; else its parts; else a year, a clock, or
    /// what rises evenly from a beginning.
    private func likelyTime() -> TimeCandidate? {
        let singles = withoutStamps(ofMostRows(free.compactMap { single($0, isAsked: false) }))
        if let whole = best(singles.filter { $0.hasDate && !isYear($0) }) {
            if whole.notations.first?.isYearWithFraction == true, let parts = parts(free) ?? namelessParts(),
                parts.columns.count > 1
            {
                return parts
            }
            if let finer = finer(than: whole, singles) { return finer }
            return whole.hasClock ? whole : withClock(whole, singles) ?? whole
        }
        if let parts = parts(free) ?? namelessParts() ?? namelessDayAndClock() { return parts }
        return best(singles.filter(isYear)) ?? best(singles) ?? namedClock() ?? elapsed() ?? namelessYear()
    }

    private func isYear(_ candidate: TimeCandidate) -> Bool { candidate.notations.first?.name == "%Y" }

    private func best(_ candidates: [TimeCandidate]) -> TimeCandidate? {
        func rank(_ candidate: TimeCandidate) -> Int {
            let name = form.names[candidate.columns[0]]
            if isNameless { return 1 }
            return ColumnNames.timeNames.contains(ColumnNames.plain(name)) ? 0 : ColumnNames.isTime(name) ? 1 : 2
        }
        let ranked = candidates.map { ($0, rank($0)) }
        let least = ranked.map(\.1).min()
        let good = ranked.filter { $0.1 == least }.map(\.0)
        // Of two that are named as well, one that is finer than a day.
        return good.first { $0.hasClock && $0.hasDate } ?? good.first
    }

    /// What one column tells of the time; `nil` where it tells none.
    func single(_ column: Int, isAsked: Bool) -> TimeCandidate? {
        let facts = facts[column]
        let present = facts.present
        guard !present.isEmpty, isAsked || !wholeColumns.late.contains(column) else { return nil }
        let isUniform = facts.calendar == facts.times && furtherTimes.isEmpty
        if facts.calendar * 2 > present.count, options.timeFormat == nil, isUniform || guesses(column).isEmpty {
            let notation = present.lazy.compactMap { TimeParser.calendar($0)?.notation }.first ?? .init()
            return TimeCandidate(
                columns: [column], role: .calendar, name: notation.pattern, hasClock: notation.timeSeparator != nil)
        }
        if facts.times * 2 > present.count {
            let guesses = guesses(column)
            if let found = quarters(column, guesses) { return found }
            if let found = TimeCandidate(columns: [column], notations: guesses) ?? countedYears(column) ?? behindFirst(column) {
                return found
            }
        }
        return facts.isNumeric ? numeric(column, isAsked: isAsked) : nil
    }

    /// The notations of all that looks like a time in a column, and of times that are written otherwise further down.
    private func guesses(_ column: Int) -> [TimeNotation] {
        let times = facts[column].present.filter { FieldLook($0) == .time }
        // What is an ISO time stays the time that it is.
        return TimeNotation.guesses(times.map { Array($0) } + furtherTimes.map { Array($0.utf8) }).filter { notation in
            let isISO = facts[column].calendar > 0
            return !(isISO && notation.name.hasPrefix("%Y") && notation.name.dropFirst(3).hasPrefix("%d"))
                && times.allSatisfy { field in
                    TimeParser.calendar(field).map { notation.instant(field) == $0.microseconds } ?? true
                }
        }
    }

    /// What a column of numbers tells of the time.
    private func numeric(_ column: Int, isAsked: Bool) -> TimeCandidate? {
        let (name, present) = (form.names[column], facts[column].present)
        let isNamed = isAsked || !isNameless && ColumnNames.isTime(name)
        let isIndex = !isNameless && column == 0 && form.layout.names[0].isEmpty
        guard isNamed || isNameless || isIndex else { return nil }
        let run = run(column)
        let isCounted = isAsked || isNamed && !ColumnNames.isData(name)
        let role = isIndex && !isAsked ? indexRole(run) : unixRole(run, isNamed: isCounted)
        if let role { return TimeCandidate(columns: [column], role: role, name: role == .unixSeconds ? "unix" : "unix-ms") }
        guard isNamed || isNameless else { return nil }
        for notation in TimeNotation.numericGuesses(present) {
            let fits: Bool =
                switch notation.name {
                case "excel", "datenum": isCounted && run.isOrdered
                case "ordinal": isCounted && run.isOrdered && !ColumnNames.isOfMATLAB(name)
                case let count where count.hasPrefix("unix") && !isNameless && !isCounted: false
                case "%Y": isAsked || isNamed && run.isMoving && areYears(column)
                default: isNamed || isNameless && run.isOrdered
                }
            guard fits, var found = TimeCandidate(columns: [column], notations: [notation]) else { continue }
            found.remark = dayNumberRemark(notation, name)
            return found
        }
        if isNamed, !isNameless, let months = monthsAsDays(column) { return months }
        guard isAsked else { return nil }
        return TimeCandidate(columns: [column], role: .unixSeconds, name: "seconds")
    }

    /// How the numbers of a column run over neighbouring rows, those of each key by themselves.
    private func run(_ column: Int) -> NumberRun {
        let numbers = form.numbers[column]
        let fields = sample.columns[column].prefix(sample.neighbours)
        let keys = options.keyColumn.flatMap { form.names.firstIndex(of: $0) }.map { sample.columns[$0] }
        var runs: [[Double]] = [[]]
        for row in fields.indices {
            if row > 0, let keys, !keys[row].elementsEqual(keys[row - 1]) { runs.append([]) }
            if let value = numbers.value(fields[row]) { runs[runs.count - 1].append(value) }
        }
        return NumberRun(runs)
    }

    /// Which times numbers are, if any: in the range of recent epochs and named like times, or, in a file without
    /// header, whole and rising.
    private func unixRole(_ run: NumberRun, isNamed: Bool, isIndex: Bool = false) -> TableForm.Role? {
        let isLikely = isNamed || isIndex || run.isRising && run.isMoving && run.areWhole && isNameless
        guard isLikely, run.lowest <= run.highest else { return nil }
        if run.lowest >= 3e11, run.highest <= 1e13, run.areWhole { return .unixMilliseconds }
        return run.lowest >= 3e8 && run.highest <= 1e10 ? .unixSeconds : nil
    }

    /// Which times the numbers of a first column without a name are, beside others with names: they rise throughout, in the range of
    /// epochs since 2001, up to which no count of rows goes.
    private func indexRole(_ run: NumberRun) -> TableForm.Role? {
        guard run.isRising, run.isMoving, run.areWhole, run.lowest >= 1e9 else { return nil }
        return unixRole(run, isNamed: false, isIndex: true)
    }

    /// A column that rises evenly, called as the time from a beginning is.
    private func elapsed() -> TimeCandidate? {
        for column in free where facts[column].isNumeric && ColumnNames.isElapsed(form.names[column]) {
            let run = run(column)
            guard run.lowest >= 0, run.isRising || beginsAnewWithOther(column), run.changes else { continue }
            guard form.roles[column] == .none, !countsRows(column) else { continue }
            if let years = monthsAsYears(column) { return years }
            let name = form.names[column].lowercased()
            for (unit, endings) in [
                ("elapsed-ms", ["(ms)", "[ms]", "_ms", "msec"]), ("elapsed-us", ["(us)", "[us]", "(µs)", "_us"]),
                ("elapsed-minutes", ["(min)", "[min]", "_min"]), ("elapsed-hours", ["(h)", "[h]", "(hours)"]),
            ]
            where endings.contains(where: name.hasSuffix) {
                return TimeCandidate(columns: [column], notations: [try? TimeNotation(name: unit)].compactMap { $0 })
            }
            return TimeCandidate(columns: [column], role: .unixSeconds, name: "seconds")
        }
        return nil
    }

    // MARK: Settling

    /// The notation of a candidate: the one that reads all rows; where several do, the one by which rows lie most evenly, and that is
    /// said.
    private mutating func settle(_ candidate: TimeCandidate) -> TimeNotation? {
        var left = candidate.notations
        guard left.count > 1 else { return left.first }
        var text: [UInt8] = []
        var instants: [TimeNotation: [Int64]] = [:]
        func look(_ slice: (Int) -> UnsafeBufferPointer<UInt8>) -> Bool {
            CSVReader.join(candidate.columns, into: &text, slice)
            text.withUnsafeBufferPointer { bytes in
                guard TimeNotation.settle(&left, bytes) else { return }
                for notation in left where (instants[notation]?.count ?? 0) < Self.mostInstants {
                    if let instant = notation.instant(bytes) { instants[notation, default: []].append(instant) }
                }
            }
            return left.count > 1
        }
        if isWhole {
            forEachRow { scanner, fields in
                guard candidate.columns.allSatisfy({ $0 < fields.count && fields[$0].start < fields[$0].end }) else {
                    return true
                }
                return look { scanner.slice(fields[$0]) }
            }
        } else {
            for row in 0..<sample.neighbours where candidate.columns.allSatisfy({ !sample.columns[$0][row].isEmpty }) {
                if !look({ sample.columns[$0][row] }) { break }
            }
        }
        if let pattern = DatePattern.named(form.names[candidate.columns[0]]),
            let spelled = left.first(where: { $0.name.hasPrefix(pattern) })
        {
            return spelled
        }
        guard left.count > 1, let best = TimeNotation.mostEven(left.map { instants[$0] ?? [] }) else { return left.first }
        let dayFirst = form.usesDecimalComma && !best.isDecisive ? left.firstIndex { $0.name.hasPrefix("%d") } : nil
        let index = dayFirst ?? best.index
        let why = best.isDecisive ? ", by which rows lie most evenly" : dayFirst != nil ? ", as beside decimal commas" : ""
        let other = left.indices.first { $0 != index }.map { left[$0].name } ?? ""
        tell(
            "Times can be read in \(left.count) ways; \(left[index].name) is taken\(why) "
                + "(--time-format '\(other)' reads them otherwise).")
        return left[index]
    }

    /// Rows by which one of several notations is chosen.
    private static let mostInstants = 20_000
}

extension TimeFormat.Notation {
    /// How `strptime` spells it.
    var pattern: String {
        let divider = String(UnicodeScalar(dateSeparator))
        var text = "%Y\(divider)%m\(divider)%d"
        guard let timeSeparator else { return text }
        text += String(UnicodeScalar(timeSeparator)) + "%H:%M" + (hasSeconds ? ":%S" : "") + (fractionDigits > 0 ? ".%f" : "")
        return zone == .none ? text : text + "%z"
    }
}
