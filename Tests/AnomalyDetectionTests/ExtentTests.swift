import AnomalyDetection
import Foundation
import TestSupport
import Testing
import TimeSeries

private func values(_ count: Int, gaps: Double = 0.1, _ random: inout SeededGenerator) -> [Double] {
    (0..<count).map { _ in random.happens(gaps) ? .nan : 20 + 5 * random.normal() }
}

@Test func downSamplingNeverHidesAnExtremeNorInventsOne() {
    forRandomSeeds(500) { seed, random in
        let all = values(Int.random(in: 1...1500, using: &random), gaps: random.choose([0, 0.1, 0.9]), &random)
        let first = Int.random(in: 0..<all.count, using: &random)
        let rows = first..<Int.random(in: first...all.count, using: &random)
        let count = Int.random(in: 1...500, using: &random)
        let columns = extents(of: all, rows: rows, count: count)
        func bits(_ extents: [Extent]) -> [UInt64] { extents.flatMap { [$0.low + 0, $0.high + 0].map(\.bitPattern) } }
        #expect(bits(ExtentBlocks(all).extents(rows: rows, count: count)) == bits(columns), "seed \(seed)")
        #expect(columns.count == (rows.isEmpty ? 0 : count), "seed \(seed)")
        let measured = all[rows].filter { !$0.isNaN }
        let drawn = columns.filter { !$0.low.isNaN }
        #expect(drawn.map(\.low).min() == measured.min() && drawn.map(\.high).max() == measured.max(), "seed \(seed)")
        #expect(drawn.allSatisfy { $0.low <= $0.high && measured.contains($0.low) && measured.contains($0.high) }, "seed \(seed)")
        guard count <= rows.count else { return }
        for (index, column) in columns.enumerated() {
            let start = rows.lowerBound + index * rows.count / count
            let end = rows.lowerBound + (index + 1) * rows.count / count
            let part = all[start..<end].filter { !$0.isNaN }
            #expect(part.max() == (column.high.isNaN ? nil : column.high), "seed \(seed)")
            #expect(part.min() == (column.low.isNaN ? nil : column.low), "seed \(seed)")
        }
    }
}

@Test func blocksThatGrowAreThoseOfAllValues() {
    forRandomSeeds(200) { seed, random in
        let all = values(Int.random(in: 1...1500, using: &random), gaps: random.choose([0, 0.1]), &random)
        let known = Int.random(in: 1...all.count, using: &random)
        var grown = ExtentBlocks(Array(all[..<known].map { $0 + 1 }))
        let first = Int.random(in: 0...known, using: &random)
        grown = ExtentBlocks(Array(all[..<first]) + grown.values[first...])
        grown.replace(from: first, with: Array(all[first...]))
        let whole = ExtentBlocks(all)
        let rows = 0..<all.count
        func bits(_ blocks: ExtentBlocks<Double>) -> [UInt64] {
            blocks.extents(rows: rows, count: 7).flatMap { [$0.low, $0.high].map(\.bitPattern) } + blocks.highs.map(\.bitPattern)
        }
        #expect(bits(grown) == bits(whole), "seed \(seed)")
    }
}

@Test(arguments: [1, 7, 50, 333, 2000]) func noSpikeIsLostInDownSampling(_ columns: Int) {
    var values = [Double](repeating: 0, count: 1000)
    values[613] = 9
    values[207] = -5
    let columns = extents(of: values, rows: 0..<1000, count: columns)
    #expect(columns.map(\.high).max() == 9)
    #expect(columns.map(\.low).min() == -5)
}

@Test func aSpikeOfOneRowIsInItsStretchOfMillions() {
    var values = [Double](repeating: 1, count: 2_000_003)
    values[1_234_567] = 2
    var single = values.map { Float($0) }
    single[99] = .nan
    for count in [1, 2, 7, 240, 4096] {
        let stretch = (0..<count).first { ($0 + 1) * values.count / count > 1_234_567 }
        #expect(extents(of: values, rows: 0..<values.count, count: count).firstIndex { $0.high == 2 } == stretch)
        #expect(extents(of: single, rows: 0..<values.count, count: count).firstIndex { $0.high == 2 } == stretch)
    }
}
