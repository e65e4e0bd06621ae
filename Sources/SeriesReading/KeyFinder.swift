import Foundation
import TimeSeries

extension RawReading {
    /// Finds out whether the rows are of several series: their times repeat or run back, and those of the rows that say the same in
    /// one of some columns do not.
    /// - Throws: `SeriesError.severalSeries` where they are, since a series is one of them.
    mutating func tellApart(
        _ bytes: UnsafeBufferPointer<UInt8>, file: String, options: SeriesReader.Options, candidates: [Int]
    ) throws(SeriesError) {
        if options.listsSeries, let column = options.keyColumn.flatMap({ form.names.firstIndex(of: $0) }) {
            let found = Self.codes(bytes, form, [column])
            understanding.key = found.first.map { Self.key(form.names[column], $0.found, listing: true) }
            return
        }
        guard options.only == nil, options.keyColumn == nil, let times = series.time.microseconds, times.count > 3 else {
            if options.only != nil, series.rowCount == 0 {
                throw .noSuchKey(file: file, column: options.only?.column ?? "", value: options.only?.value ?? "")
            }
            return
        }
        let disorder = Self.disorder(times)
        guard disorder * 20 >= times.count, !candidates.isEmpty else { return }
        let rows = series.fileOrder
        var best: (key: Understanding.Key, left: Int)?
        let columns = Self.codes(bytes, form, candidates)
        for (column, found) in columns where found.codes.count >= (rows?.last ?? times.count) && found.texts.count > 1 {
            var last: [Int: (first: Int64, last: Int64, rises: Bool?)] = [:]
            var left = 0
            for (row, time) in times.enumerated() {
                let code = found.codes[rows.map { $0[row] - 1 } ?? row]
                guard var before = last[code] else {
                    last[code] = (time, time, nil)
                    continue
                }
                let rises = time > before.last
                if time == before.last || before.rises.map({ $0 != rises }) ?? false { left += 1 }
                before.rises = before.rises ?? rises
                before.last = time
                last[code] = before
            }
            guard left * 10 <= disorder,
                best.map({ left < $0.left || left == $0.left && found.texts.count < $0.key.count }) ?? true
            else { continue }
            best = (Self.key(form.names[column], found, listing: options.tellsApartOnly), left)
        }
        guard let key = best?.key else { return }
        understanding.key = key
        for index in understanding.columns.indices where understanding.columns[index].name == key.column {
            understanding.columns[index].role = .key
        }
        if options.tellsApartOnly { return }
        throw .severalSeries(file: file, column: key.column, count: key.count, example: key.examples.first ?? "")
    }

    /// What a column tells apart.
    private static func key(
        _ column: String, _ found: (codes: [Int], texts: [String]), listing: Bool
    ) -> Understanding.Key {
        let examples = found.texts.prefix(3).map(printable)
        var key = Understanding.Key(column: column, count: found.texts.count, examples: examples)
        guard listing else { return key }
        var counts = [Int](repeating: 0, count: found.texts.count)
        for code in found.codes { counts[code] += 1 }
        key.series = zip(found.texts, counts).map { Understanding.Key.One(name: $0, rowCount: $1) }
        return key
    }

    /// How many rows repeat the time of the row above or turn back, whichever way rows mostly go.
    private static func disorder(_ times: [Int64]) -> Int {
        var (same, down, up) = (0, 0, 0)
        for (one, next) in times.adjacentPairs() {
            if one == next { same += 1 } else if one > next { down += 1 } else { up += 1 }
        }
        return same + min(up, down)
    }

    /// What some columns say in each record, as numbers of the texts in the order in which they appear; no more of a column once it
    /// has too many.
    private static func codes(
        _ bytes: UnsafeBufferPointer<UInt8>, _ form: TableForm, _ columns: [Int]
    ) -> [(column: Int, found: (codes: [Int], texts: [String]))] {
        var known = columns.map { _ in [[UInt8]: Int]() }
        var codes = columns.map { _ in [Int]() }
        var texts = columns.map { _ in [String]() }
        var scanner = CSVScanner(
            bytes: UnsafeBufferPointer(rebasing: bytes[..<form.layout.end]), delimiter: form.layout.delimiter)
        scanner.jump(to: form.layout.start, line: 1)
        var fields: [CSVScanner.Field] = []
        while (try? scanner.next(into: &fields, file: "")) == true {
            for (index, column) in columns.enumerated() where texts[index].count <= mostKeys {
                let field = column < fields.count ? Array(scanner.slice(fields[column])) : []
                if let code = known[index][field] {
                    codes[index].append(code)
                } else {
                    codes[index].append(texts[index].count)
                    known[index][field] = texts[index].count
                    texts[index].append(column < fields.count ? scanner.text(fields[column]) : "")
                }
            }
        }
        return columns.indices.map { (columns[$0], (codes[$0], texts[$0])) }
    }

    /// The most series that are told apart.
    private static let mostKeys = 100_000
}
