import Foundation
import TimeSeries

extension RawReading {
    /// Finds out whether the rows are of several series: their times repeat or run back, and those of the rows that say the same in
    /// one of some columns do not.
    /// - Throws: `SeriesError.severalSeries` where they are, since a series is one of them.
    mutating func tellApart(
        _ bytes: UnsafeBufferPointer<UInt8>, file: String, options: SeriesReader.Options, candidates: [Int]
    ) throws(SeriesError) {
        if !options.listed.isEmpty {
            let found = Self.codes(bytes, form, options.listed.compactMap { form.names.firstIndex(of: $0) })
            understanding.key = Self.listing(options.listed, found.map(\.found))
            return
        }
        guard options.only.isEmpty, options.keyColumn == nil, let times = series.time.microseconds, times.count > 3 else {
            if let only = options.only.first, series.rowCount == 0 {
                throw .noSuchKey(file: file, column: only.column, value: only.value)
            }
            return
        }
        let disorder = Disorder(times)
        guard disorder.matters, !candidates.isEmpty else { return }
        let rows = series.fileOrder
        let columns = Self.codes(bytes, form, candidates).filter {
            $0.found.codes.count >= (rows?.last ?? times.count) && $0.found.texts.count > 1
        }
        func best(_ choices: [([Int], [Int])]) -> (columns: [Int], count: Int)? {
            let good = choices.compactMap { columns, codes -> (columns: [Int], count: Int, left: Int)? in
                let own = rows.map { rows in rows.map { codes[$0 - 1] } } ?? codes
                let left = disorder.left(times, codes: own)
                return left * 10 <= disorder.size ? (columns, Set(own).count, left) : nil
            }
            return good.min { ($0.left, $0.count) < ($1.left, $1.count) }.map { ($0.columns, $0.count) }
        }
        let found = best(columns.map { ([$0.column], $0.found.codes) }) ?? best(Self.pairs(columns))
        let texts = Dictionary(columns.map { ($0.column, $0.found.texts) }) { first, _ in first }
        let key = found.map { found in
            Understanding.Key(
                columns: found.columns.map { form.names[$0] }, count: found.count,
                examples: found.columns.map { printable(texts[$0]?.first ?? "") })
        }
        guard let key else { return }
        understanding.key = key
        for index in understanding.columns.indices where key.columns.contains(understanding.columns[index].name) {
            understanding.columns[index].role = .key
        }
        if options.tellsApartOnly { return }
        throw .severalSeries(file: file, columns: key.columns, count: key.count, examples: key.examples)
    }

    /// All that some columns tell apart together, in the order in which they begin, with their rows.
    private static func listing(_ columns: [String], _ found: [(codes: [Int], texts: [String])]) -> Understanding.Key {
        var counts: [(codes: [Int], rowCount: Int)] = []
        var places: [[Int]: Int] = [:]
        for row in 0..<(found.map(\.codes.count).min() ?? 0) {
            let codes = found.map { $0.codes[row] }
            if let place = places[codes] {
                counts[place].rowCount += 1
            } else {
                places[codes] = counts.count
                counts.append((codes, 1))
            }
        }
        let series = counts.map { one in
            Understanding.Key.One(values: zip(found, one.codes).map { $0.texts[$1] }, rowCount: one.rowCount)
        }
        return Understanding.Key(
            columns: columns, count: series.count, examples: series.first?.values.map(printable) ?? [], series: series)
    }

    /// Two columns together, of many the first.
    private static func pairs(_ columns: [(column: Int, found: (codes: [Int], texts: [String]))]) -> [([Int], [Int])] {
        let few = columns.prefix(6)
        return few.indices.flatMap { one in
            few.indices.filter { $0 > one }.map { other in
                let width = few[other].found.texts.count
                return (
                    [few[one].column, few[other].column],
                    zip(few[one].found.codes, few[other].found.codes).map { $0 * width + $1 }
                )
            }
        }
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

/// How far the times of rows are from those of one series: how many stand in several rows, and how often they turn back.
private struct Disorder {
    private let repeated: Int
    private let turns: Int
    private let rows: Int

    init(_ times: [Int64]) {
        rows = times.count
        repeated = rows - Set(times).count
        turns = min(times.adjacentPairs().count { $0 < $1 }, times.adjacentPairs().count { $0 > $1 })
    }

    private var repeats: Bool { repeated * 20 >= rows }

    /// Whether times repeat in one of twenty rows, or turn back now and then, as those of series one after the other do.
    var matters: Bool { repeats || turns > 0 && turns * 20 <= rows }
    var size: Int { repeats ? repeated : turns }

    /// What is left of it where rows of the same code are a series.
    func left(_ times: [Int64], codes: [Int]) -> Int {
        if repeats {
            var seen: Set<[Int64]> = []
            return times.indices.count { !seen.insert([Int64(codes[$0]), times[$0]]).inserted }
        }
        // Blocks at different times: each turn is where a block begins, and there are as many blocks as series.
        let rows = times.indices.dropFirst()
        let falls = times.adjacentPairs().count { $0 > $1 } > times.count / 2
        let within = rows.count { codes[$0] == codes[$0 - 1] && (falls ? times[$0] > times[$0 - 1] : times[$0] < times[$0 - 1]) }
        return rows.count { codes[$0] != codes[$0 - 1] } + 1 == Set(codes).count ? within : self.rows
    }
}

extension Understanding.Key {
    /// How many series there are, and the two ways to go on.
    var sentence: String {
        let only = zip(columns, examples).map { "--only " + SeriesError.shellWord("\($0)=\($1)") }.joined(separator: " ")
        guard columns.count == 1 else {
            return
                "\(columns.joined(separator: " and ")) together tell \(count) series apart, which are not mixed; read one with \(only)."
        }
        return
            "\(name) tells \(count) series apart, which are not mixed; train and score them with --key \(SeriesError.shellWord(name)), or "
            + "read one with \(only)."
    }
}
