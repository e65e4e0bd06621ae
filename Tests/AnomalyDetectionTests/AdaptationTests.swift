import Foundation
import Testing
import TimeSeries

@testable import AnomalyDetection

@Test func errorsThatStayNearTheTypicalOneAreLeftAlone() {
    let errors = (0..<2000).map { (row: Int) -> Float in Float(1 + sin(Double(row) / 5) / 2) }
    #expect(adapted(errors, typical: 1, rows: 300) == errors)
    #expect(adapted(errors, typical: 0, rows: 300) == errors)
}

@Test func aChangeForGoodIsNewForHalfTheRowsAndNormalAfterwards() {
    var errors = [Float](repeating: 1, count: 1000) + [Float](repeating: 10, count: 1000)
    errors[1800] = 50
    let result = adapted(errors, typical: 1, rows: 300)
    #expect(result[..<1150].elementsEqual(errors[..<1150]))
    #expect(result[1152...1799].allSatisfy { $0 == 2 })
    #expect(result[1800] == 10, "what is odd from then on still stands out by as much")
}

@Test func rowsBeforeDecideAlone() {
    let errors = (0..<1500).map { (row: Int) -> Float in Float(1 + (row * 7919) % 13) * (row > 700 ? 5 : 1) }
    let whole = adapted(errors, typical: 6, rows: 200)
    #expect(Array(whole[..<900]) == adapted(Array(errors[..<900]), typical: 6, rows: 200))
    var gaps = errors
    for row in stride(from: 3, to: gaps.count, by: 10) { gaps[row] = Float.nan }
    let withGaps = adapted(gaps, typical: 6, rows: 200)
    #expect(withGaps.indices.allSatisfy { withGaps[$0].isNaN == gaps[$0].isNaN })
}

@Test func theSlidingMedianIsThatOfTheLatestNumbers() {
    var window = SlidingMedian(capacity: 7)
    let values = (0..<200).map { (index: Int) -> Float in Float((index * 37) % 23) - 11 }
    for (index, value) in values.enumerated() {
        window.push(value)
        let latest = values[max(0, index - 6)...index].sorted()
        #expect(window.median == quantile(ofSorted: latest, 0.5))
    }
}
