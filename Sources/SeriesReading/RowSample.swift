import Foundation
import TimeSeries

/// Some rows of a table, column by column: the first ones and, of a large table, some from further down.
struct RowSample {
    /// The fields of each column, those of one row at one position.
    private(set) var columns: [[UnsafeBufferPointer<UInt8>]]
    /// How many of the rows follow each other from the first on.
    private(set) var neighbours = 0

    /// Whether these are all rows.
    private(set) var isAll = false

    var rowCount: Int { columns.first?.count ?? 0 }

    /// Rows that are looked at where they follow each other, and at each of the places further down; of a wide table fewer.
    private static let first = 200, further = 30, places = 4, mostFields = 40_000
    /// What is read as a whole; more is looked at in places.
    private static let smallBytes = 1 << 17

    private static var empty: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: nil, count: 0) }

    /// - Parameter isWhole: whether nothing comes behind the text, so that it may be looked at further down.
    init(_ bytes: UnsafeBufferPointer<UInt8>, _ layout: TableLayout, isWhole: Bool) {
        columns = Array(repeating: [], count: layout.width)
        let most = max(20, min(Self.first, Self.mostFields / max(1, layout.width)))
        for index in columns.indices { columns[index].reserveCapacity(most) }
        take(bytes, layout, from: layout.start, most: most)
        neighbours = rowCount
        let length = layout.end - layout.start
        isAll = isWhole && neighbours < most
        guard isWhole, neighbours == most else { return }
        guard length > Self.smallBytes else { return }
        for place in 1...Self.places {
            let offset = layout.start + length / (Self.places + 1) * place
            guard let base = bytes.baseAddress, let end = memchr(base + offset, 0x0A, layout.end - offset) else { return }
            take(
                bytes, layout, from: UnsafeRawPointer(end) - UnsafeRawPointer(base) + 1,
                most: max(5, most * Self.further / Self.first))
        }
    }

    /// Takes records that have as many fields as the table has columns; one that is short has nothing in the last ones.
    private mutating func take(_ bytes: UnsafeBufferPointer<UInt8>, _ layout: TableLayout, from start: Int, most: Int) {
        var scanner = layout.scanner(UnsafeBufferPointer(rebasing: bytes[..<layout.end]))
        scanner.jump(to: start, line: 1)
        var fields: [CSVScanner.Field] = []
        var taken = 0
        while taken < most {
            let before = scanner
            guard let isRecord = try? scanner.next(into: &fields, file: "") else {
                scanner = before
                let end = bytes[before.position..<layout.end].firstIndex(of: 0x0A) ?? layout.end
                scanner.skipLine(endingAt: end)
                taken += 1
                continue
            }
            guard isRecord else { return }
            taken += 1
            guard fields.count <= layout.width || fields[layout.width...].allSatisfy({ $0.start == $0.end }) else { continue }
            for column in columns.indices {
                columns[column].append(column < fields.count ? scanner.slice(fields[column]) : Self.empty)
            }
        }
    }
}

/// What a sample of a column's fields shows.
struct ColumnFacts {
    /// Fields that are no gaps.
    private(set) var present: [UnsafeBufferPointer<UInt8>] = []
    /// How many fields hold anything, a mark of a gap too: in a column of text `M` and `NA` may be names.
    private(set) var filled = 0
    /// Of the present fields: those that are numbers, of any shape, and infinities.
    private(set) var shaped = 0, infinities = 0
    private(set) var signs = SignEvidence()
    /// How many numbers have a currency before them, and how many each of the units behind them.
    private(set) var prefixed = 0
    private(set) var suffixes: [[UInt8]: Int] = [:]
    private(set) var hasParentheses = false
    /// ISO dates and times.
    private(set) var calendar = 0
    /// Digits with several commas that are no number, as lists of codes are: `2,5,8`.
    private var lists = 0
    /// Fields that look like times.
    private(set) var times = 0
    /// The texts of the column, up to a limit.
    private(set) var texts: Set<String> = []
    private(set) var isManyTexts = false
    /// Whether a word among its numbers is one of the things that they name.
    var namesThings = false

    static let mostTexts = 60

    init(_ fields: [UnsafeBufferPointer<UInt8>], marks: GapMarks) {
        filled = fields.count { !$0.isEmpty }
        for field in fields where !marks.contains(field) {
            present.append(field)
            look(field)
        }
    }

    private mutating func look(_ field: UnsafeBufferPointer<UInt8>) {
        if TimeParser.calendar(field) != nil { calendar += 1 }
        let look = FieldLook(field)
        if look == .time { times += 1 }
        if look == .number, NumberParser.isInfinity(field) {
            infinities += 1
        } else if look == .number, !field.contains(0x2C) {
            shaped += 1
            signs += SignEvidence(withoutComma: field)
            suffixes[[], default: 0] += 1
        } else if look.isNumber, let shape = NumberShape(field) {
            shaped += 1
            signs += shape.evidence
            if suffixes.count < 8 { suffixes[shape.suffix.map { field[$0] }, default: 0] += 1 }
            if !shape.prefix.isEmpty { prefixed += 1 }
            if field.first == 0x28 { hasParentheses = true }
        }
        if Self.isList(field) { lists += 1 }
        guard !isManyTexts else { return }
        texts.insert(String(decoding: field, as: UTF8.self))
        isManyTexts = texts.count > Self.mostTexts
    }

    /// Whether a field is digits with several commas between groups that are no thousands.
    private static func isList(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
        guard field.allSatisfy({ $0 == 0x2C || $0 &- 0x30 < 10 }) else { return false }
        let groups = field.split(separator: 0x2C, omittingEmptySubsequences: false)
        return groups.count > 2 && groups.dropFirst().contains { $0.count != 3 }
    }

    /// Whether at least half of the fields are numbers, and not one in ten is a list of codes, of which others are one or two.
    var isNumeric: Bool {
        !present.isEmpty && !namesThings && (shaped + infinities) * 2 >= present.count && units != nil
            && (lists == 0 || lists * 10 < present.count)
    }

    /// The unit behind all numbers, empty where most have none; `nil` where they differ other than as multipliers do.
    var units: [UInt8]? {
        if areMultipliers || (suffixes[[]] ?? 0) * 2 > shaped { return [] }
        return suffixes.count <= 1 ? suffixes.keys.first ?? [] : nil
    }

    /// Whether what stands behind numbers multiplies them: letters for thousands, millions and more, of several kinds or not
    /// behind each.
    var areMultipliers: Bool {
        let units = suffixes.keys.filter { !$0.isEmpty }
        return !units.isEmpty && units.allSatisfy { $0.count == 1 && "KkMBGT".utf8.contains($0[0]) }
            && (suffixes.count > 1 || units.contains([UInt8(ascii: "K")]))
    }

    /// Whether the letters that may multiply stand apart behind fewer than half of the numbers, each of which they would make a thousand
    /// times as large as all others: they are marks then.
    func areLettersMarks(decimal: UInt8) -> Bool {
        guard areMultipliers, (suffixes[[]] ?? 0) * 2 > shaped else { return false }
        var (plain, multiplied) = (0.0, Double.infinity)
        for field in present {
            guard let shape = NumberShape(field), let value = shape.value(decimal: decimal).map({ abs($0) }) else { continue }
            if shape.suffix.isEmpty {
                plain = max(plain, value)
            } else {
                guard shape.isSuffixApart else { return false }
                if value > 0 { multiplied = min(multiplied, value * (shape.multiplier ?? 1)) }
            }
        }
        return multiplied >= 1000 * plain
    }

    /// How many of the numbers have which letters apart behind them, as statistics offices mark some of theirs, `4.6 b`: one or two small
    /// ones, and nothing behind most numbers; none where anything else stands behind any.
    var flags: [String: Int] {
        guard !areMultipliers, suffixes.count > 1, (suffixes[[]] ?? 0) * 2 > shaped else { return [:] }
        let found = suffixes.filter { !$0.key.isEmpty }
        guard found.keys.allSatisfy({ $0.count < 3 && $0.allSatisfy { $0 &- 0x61 < 26 } }) else { return [:] }
        let areApart = present.allSatisfy { field in NumberShape(field).map { $0.suffix.isEmpty || $0.isSuffixApart } ?? true }
        return areApart ? Dictionary(uniqueKeysWithValues: found.map { (String(decoding: $0, as: UTF8.self), $1) }) : [:]
    }

    /// Whether all fields are one number with letters right behind it, as the numbers of stations and types are: `3194U`.
    var isCode: Bool {
        guard texts.count == 1, let field = present.first else { return false }
        let digits = field.prefix { $0 &- 0x30 < 10 }
        return !digits.isEmpty && digits.count < field.count && field[digits.count...].allSatisfy { ($0 | 0x20) &- 0x61 < 26 }
    }

    /// Whether a currency stands before most numbers.
    var hasCurrency: Bool { prefixed * 2 > shaped }

    /// The numbers of the present fields, in their order.
    func numbers(_ form: NumberForm) -> [Double] { present.compactMap { form.value($0) } }
}
