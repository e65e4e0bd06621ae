import Testing

@testable import NeuralNetwork

/// The matrix's numbers as arrays of rows.
private func rows(_ matrix: Matrix) -> [[Float]] {
    (0..<matrix.rows).map { row in (0..<matrix.columns).map { matrix.base[row * matrix.stride + $0] } }
}

/// A factor and what it should count as, row by row.
private struct DrawnFactor {
    let matrix: Matrix
    let isTransposed: Bool
    let buffer: FloatBuffer
    let rows: [[Float]]

    init(_ draw: inout Draw, rows count: Int, columns: Int) {
        isTransposed = Bool.random(using: &draw)
        (matrix, buffer) =
            isTransposed ? draw.matrix(rows: columns, columns: count) : draw.matrix(rows: count, columns: columns)
        let stored = NeuralNetworkTests.rows(matrix)
        let turned = isTransposed
        rows = (0..<count).map { row in (0..<columns).map { turned ? stored[$0][row] : stored[row][$0] } }
    }
}

private func apply(_ a: DrawnFactor, _ b: DrawnFactor, _ c: Matrix, adding: Bool) {
    func finish(_ a: some Factor, _ b: some Factor) {
        if adding { multiply(a, b, addingTo: c) } else { multiply(a, b, into: c) }
    }
    switch (a.isTransposed, b.isTransposed) {
    case (false, false): finish(a.matrix, b.matrix)
    case (false, true): finish(a.matrix, b.matrix.transposed)
    case (true, false): finish(a.matrix.transposed, b.matrix)
    case (true, true): finish(a.matrix.transposed, b.matrix.transposed)
    }
}

@Test func productsAgreeWithSumsOfProductsWhateverTheShapeAndStride() {
    for seed in 1...600 as ClosedRange<UInt64> {
        var draw = Draw(seed: seed)
        let (n, inner, m) = (draw.size(1...40), draw.size(1...40), draw.size(1...40))
        let a = DrawnFactor(&draw, rows: n, columns: inner)
        let b = DrawnFactor(&draw, rows: inner, columns: m)
        let (c, buffer) = draw.matrix(rows: n, columns: m)
        let adding = Bool.random(using: &draw)
        let before = rows(c)
        apply(a, b, c, adding: adding)
        let after = rows(c)
        var worst = 0.0
        for row in 0..<n {
            for column in 0..<m {
                let start = adding ? Double(before[row][column]) : 0
                let expected = (0..<inner).reduce(start) { $0 + Double(a.rows[row][$1]) * Double(b.rows[$1][column]) }
                worst = max(worst, abs(Double(after[row][column]) - expected))
            }
        }
        #expect(worst < 1e-5, "seed \(seed)")
        withExtendedLifetime((a.buffer, b.buffer, buffer)) {}
    }
}

@Test func productsLeaveAloneWhatLiesAroundTheirResult() {
    for seed in 1...300 as ClosedRange<UInt64> {
        var draw = Draw(seed: seed)
        let (n, inner, m) = (draw.size(1...20), draw.size(1...20), draw.size(1...20))
        let a = DrawnFactor(&draw, rows: n, columns: inner)
        let b = DrawnFactor(&draw, rows: inner, columns: m)
        let (c, buffer) = draw.matrix(rows: n, columns: m)
        var expected = buffer.array
        apply(a, b, c, adding: Bool.random(using: &draw))
        let start = c.base - buffer.base
        for row in 0..<n {
            for column in 0..<m { expected[start + row * c.stride + column] = c.base[row * c.stride + column] }
        }
        #expect(buffer.array == expected, "seed \(seed)")
        withExtendedLifetime((a.buffer, b.buffer)) {}
    }
}

@Test func blocksOfRowsFollowEachOther() {
    for seed in 1...100 as ClosedRange<UInt64> {
        var draw = Draw(seed: seed)
        let (count, size, columns) = (draw.size(1...6), draw.size(1...6), draw.size(1...6))
        let (matrix, buffer) = draw.matrix(rows: count * size, columns: columns)
        let blocks = (0..<count).flatMap { rows(matrix.block($0, rows: size)) }
        #expect(blocks == rows(matrix), "seed \(seed)")
        withExtendedLifetime(buffer) {}
    }
}

@Test func aMatrixThatDoesNotFitStopsTheProgramBeforeMemoryIsTouched() async {
    await #expect(processExitsWith: .failure) { _ = FloatBuffer(count: 11).matrix(rows: 3, columns: 4) }
    await #expect(processExitsWith: .failure) { _ = FloatBuffer(count: 12).matrix(rows: 3, columns: 4).rows(2..<4) }
    await #expect(processExitsWith: .failure) { _ = FloatBuffer(count: 12).matrix(rows: 3, columns: 4).columns(2..<5) }
    await #expect(processExitsWith: .failure) {
        let buffers = (0..<3).map { _ in FloatBuffer(count: 12).matrix(rows: 3, columns: 4) }
        multiply(buffers[0], buffers[1], into: buffers[2])
    }
}
