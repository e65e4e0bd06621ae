import Foundation
import TimeSeries

/// Keys that times do not show, since none repeats, there are none, or some things were measured once: by units, and by what is measured
/// of each thing.
extension RawReading {
    /// The least share of what numbers differ by that differs from thing to thing, and not from row to row of one.
    private static let leastShare = 0.85
    /// The fewest rows of which that is told.
    private static let fewestRows = 8

    /// The column of text that tells series apart where units beside the values differ: the one with the fewest texts each of which has
    /// one unit, or the units themselves.
    func keyByUnits(_ columns: [KeyColumn]) -> KeySearch.Found? {
        guard series.channels.count == 1 else { return nil }
        for unit in columns where unit.isText && isUnit(unit) {
            let things = columns.filter { $0.isText && $0.column != unit.column && $0.determines(unit) }
            return KeySearch.Found(things.min { $0.texts.count < $1.texts.count } ?? unit)
        }
        return nil
    }

    /// Whether a column holds units: it is called so, or each text is short and some have a sign that only units have.
    private func isUnit(_ column: KeyColumn) -> Bool {
        let isNamed = ["unit", "units", "uom", "einheit", "unité", "unite", "unidad", "unità", "eenheid", "enhet"].contains(
            ColumnNames.plain(form.names[column.column]))
        let texts = column.texts.filter { !$0.isEmpty }
        return texts.count > 1 && texts.allSatisfy { $0.count <= 12 }
            && (isNamed || texts.contains { $0 == "%" || $0.hasPrefix("°") || $0.hasPrefix("µ") || $0.hasSuffix("²") })
    }

    /// The first column of text which makes most of the difference between the numbers of most channels.
    func keyByLevels(_ columns: [KeyColumn]) -> KeySearch.Found? {
        columns.first { $0.isText && differs(by: $0) }.map(KeySearch.Found.init)
    }

    /// The first column of text which tells rows of one time apart and makes most of the difference between the numbers of at least half
    /// of the channels, as the kinds of what is measured do of which some were measured once.
    func keyByLevels(_ columns: [KeyColumn], among search: KeySearch) -> KeySearch.Found? {
        guard series.rowCount >= Self.fewestRows else { return nil }
        return columns.lazy.filter { $0.isText && share(of: $0) >= 0.5 }.compactMap { search.found([$0]) }.first
    }

    /// Whether a column makes most of the difference between the numbers of most channels.
    func differs(by column: KeyColumn) -> Bool { series.rowCount >= Self.fewestRows && share(of: column) > 0.5 }

    /// The first column of text in whose groups rows stand in order of time, as they do of series that are written by turns.
    func keyByOrder(_ columns: [KeyColumn], _ times: [Int64]) -> KeySearch.Found? {
        columns.first { column in
            guard column.isText, column.texts.count * 3 <= times.count else { return false }
            var last = Array(repeating: Int64?.none, count: column.texts.count)
            var (rises, falls) = (0, 0)
            for (code, time) in zip(column.codes, times) {
                if let before = last[code] {
                    if before < time { rises += 1 } else if before > time { falls += 1 }
                }
                last[code] = time
            }
            return rises + falls > 0 && min(rises, falls) * 20 <= rises + falls
        }.map(KeySearch.Found.init)
    }

    /// Says that the rows of several things may be read as one series: what is measured differs from one to the other, and rows of both
    /// stand between each other.
    mutating func tellLevels(_ columns: [KeyColumn]) {
        let found = columns.first { column in
            let changes = column.codes.adjacentPairs().count { $0 != $1 }
            return column.isText && changes * 2 >= column.codes.count && differs(by: column)
                && TimeNotation.guesses(column.texts.map(\.utf8)).isEmpty
        }
        guard let found else { return }
        let name = form.names[found.column]
        understanding.notices.append(
            "Column \(name) holds \(found.texts.count) names whose values differ in size, and rows of all are read as one series "
                + "(--key \(SeriesError.shellWord(name)) reads one for each).")
    }

    /// The share of the channels whose numbers differ for the most part by the texts of a column; numbers that are above 0 throughout may
    /// differ in size instead.
    private func share(of column: KeyColumn) -> Double {
        let varying = series.channels.filter { channel in channel.values.contains { !$0.isNaN && $0 != channel.values[0] } }
        guard !varying.isEmpty, column.codes.count == series.rowCount else { return 0 }
        let differing = varying.count { channel in
            if Self.explained(channel.values, by: column) >= Self.leastShare { return true }
            guard channel.values.allSatisfy({ $0.isNaN || $0 >= 0 }) else { return false }
            return Self.explained(channel.values.map { log1p($0) }, by: column) >= Self.leastShare
        }
        return Double(differing) / Double(varying.count)
    }

    /// How much of the variance of numbers goes back to the texts of a column, up to 1; groups of few rows count less.
    private static func explained(_ values: [Double], by column: KeyColumn) -> Double {
        var (sums, counts) = (Array(repeating: 0.0, count: column.texts.count), Array(repeating: 0, count: column.texts.count))
        var (sum, count) = (0.0, 0)
        for (value, code) in zip(values, column.codes) where !value.isNaN {
            (sums[code], counts[code]) = (sums[code] + value, counts[code] + 1)
            (sum, count) = (sum + value, count + 1)
        }
        let groups = counts.count { $0 > 0 }
        guard groups > 1, count > groups else { return 0 }
        var (total, within) = (0.0, 0.0)
        for (value, code) in zip(values, column.codes) where !value.isNaN {
            let (all, group) = (value - sum / Double(count), value - sums[code] / Double(counts[code]))
            (total, within) = (total + all * all, within + group * group)
        }
        guard total > 0, within.isFinite, total.isFinite else { return 0 }
        return 1 - within / total * Double(count - 1) / Double(count - groups)
    }
}

extension KeyColumn {
    /// Whether each of its texts has one of another column's.
    func determines(_ other: KeyColumn) -> Bool {
        var known = Array(repeating: Int?.none, count: texts.count)
        return zip(codes, other.codes).allSatisfy { code, said in
            if let before = known[code] { return before == said }
            known[code] = said
            return true
        }
    }
}

extension KeySearch.Found {
    /// One column alone.
    init(_ column: KeyColumn) { self.init(columns: [column], codes: column.codes, count: Set(column.codes).count, left: 0) }
}
