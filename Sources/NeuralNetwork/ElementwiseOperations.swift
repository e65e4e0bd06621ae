import CKernels

// The element-wise kernels that several layers use, for dense matrices. Lengths are checked here; a layer that has
// a kernel of its own checks them where it calls it.

/// `y = x`.
public func copy(_ x: Matrix, to y: Matrix) {
    precondition(x.isDense(y.rows, y.columns) && y.isDense(x.rows, x.columns), "a copy has the shape of its source")
    y.base.update(from: x.base, count: x.rows * x.columns)
}

/// `y` becomes the given rows of each block of `count` rows of `x`, one block's after the other's.
func gather(_ rows: [Int], ofEach count: Int, of x: Matrix, into y: Matrix) {
    forEach(rows, ofEach: count, of: x, beside: y) { copy($0, to: $1) }
}

/// The reverse of `gather`: the rows of `y` go back to where they came from in `x`, whose other rows stay.
func scatter(_ y: Matrix, to rows: [Int], ofEach count: Int, of x: Matrix) {
    forEach(rows, ofEach: count, of: x, beside: y) { copy($1, to: $0) }
}

/// Hands over each of the given rows of each block of `count` rows of `x`, and the row of `y` that it belongs to.
@inline(__always)
private func forEach(_ rows: [Int], ofEach count: Int, of x: Matrix, beside y: Matrix, _ body: (Matrix, Matrix) -> Void) {
    let blocks = x.rows / count
    precondition(y.rows == blocks * rows.count && y.columns == x.columns, "there is a row for each that is chosen")
    for block in 0..<blocks {
        for (place, row) in rows.enumerated() {
            body(x.block(block * count + row, rows: 1), y.block(block * rows.count + place, rows: 1))
        }
    }
}

/// `y = 0`.
public func clear(_ y: Matrix) {
    precondition(y.isDense(y.rows, y.columns), "a matrix to clear is dense")
    y.base.update(repeating: 0, count: y.rows * y.columns)
}

/// `y += x`.
public func add(_ x: Matrix, to y: Matrix) {
    precondition(x.isDense(y.rows, y.columns) && y.isDense(x.rows, x.columns), "summands have one shape")
    ok_add(y.base, x.base, x.rows * x.columns)
}

/// `y *= x`, element by element.
public func scale(_ y: Matrix, by x: Matrix) {
    precondition(x.isDense(y.rows, y.columns) && y.isDense(x.rows, x.columns), "element-wise factors have one shape")
    ok_multiply(y.base, x.base, x.rows * x.columns)
}

/// Every row of `y`, `[rows, columns]`, becomes `row`, `[1, columns]`.
public func setRows(of y: Matrix, to row: Matrix) {
    precondition(row.isDense(1, y.columns), "a row is as long as the matrix is wide")
    ok_fill_rows(y.base, row.base, y.rows, y.columns, y.stride)
}

/// Adds each column's sum over the rows of `x`, `[rows, columns]`, to `sums`, `[1, columns]`.
public func addColumnSums(of x: Matrix, to sums: Matrix) {
    precondition(sums.isDense(1, x.columns) && x.isDense(x.rows, x.columns), "there is one sum for each column")
    ok_add_column_sums(x.base, sums.base, x.rows, x.columns)
}
