import Testing
import TimeSeries

@Suite struct SortedSearchTests {
    @Test func theIndexPartsACollectionOfAnyLengthWhereverItsPartsMeet() {
        for count in 0...40 {
            for place in 0...count {
                let values = (0..<count).map { $0 >= place }
                #expect(values.partitioningIndex { $0 } == place)
                #expect((values + [false] + values)[(count + 1)...].partitioningIndex { $0 } == count + 1 + place)
            }
        }
    }

    @Test func chunksHoldAllElementsInOrderAndPartExactlyWhereNeighboursDoNotBelongTogether() {
        for bits in 0..<1024 {
            let values = (0..<10).map { bits >> $0 & 1 }
            let parts = values.chunked { $0 == $1 }
            #expect(parts.flatMap { Array($0) } == values)
            #expect(parts.count == 1 + values.adjacentPairs().count { $0 != $1 })
            #expect(parts.allSatisfy { Set($0).count == 1 })
        }
        #expect([Int]().chunked { _, _ in true }.isEmpty)
    }
}
