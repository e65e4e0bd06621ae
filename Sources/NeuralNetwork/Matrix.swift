/// A row-major matrix `[rows, columns]` inside a buffer.
///
/// It is checked against the buffer where it is made, and every part of it against the whole, so that who
/// holds one need not ask again what lies in memory. It is valid as long as the buffer.
public struct Matrix {
    /// The first number.
    public let base: Floats
    /// Number of rows.
    public let rows: Int
    /// Number of columns.
    public let columns: Int
    /// Floats from the beginning of one row in memory to the next.
    public let stride: Int

    /// The same numbers with rows and columns exchanged, as a factor of a product.
    public var transposed: Transposed { Transposed(matrix: self) }

    /// Whether this is `[rows, columns]` without gaps between the rows, as the element-wise kernels want it.
    public func isDense(_ rows: Int, _ columns: Int) -> Bool {
        self.rows == rows && self.columns == columns && (stride == columns || rows == 1)
    }

    /// Some of the columns.
    public func columns(_ range: Range<Int>) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= columns, "a part of a matrix lies within it")
        return Matrix(base: base + range.lowerBound, rows: rows, columns: range.count, stride: stride)
    }

    /// Some of the rows.
    public func rows(_ range: Range<Int>) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "a part of a matrix lies within it")
        return Matrix(base: base + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
    }

    /// One of the blocks of `count` rows that follow each other from the first row on: where the rows are those
    /// of `[time, batch, size]`, block `step` of `batch` rows is `[batch, size]`.
    public func block(_ index: Int, rows count: Int) -> Matrix { rows((index * count)..<((index + 1) * count)) }
}

extension FloatBuffer {
    /// The buffer's first `rows · columns` numbers as a matrix.
    public func matrix(rows: Int, columns: Int) -> Matrix {
        precondition(rows >= 0 && columns >= 0 && rows * columns <= count, "a matrix lies within its buffer")
        return Matrix(base: base, rows: rows, columns: columns, stride: columns)
    }

    /// One parameter, or its gradient, in a block that follows a layout; a vector is a matrix of one row.
    public subscript(parameter: Parameter) -> Matrix {
        precondition(parameter.offset + parameter.rows * parameter.columns <= count, "a parameter lies within its block")
        return Matrix(
            base: base + parameter.offset, rows: parameter.rows, columns: parameter.columns, stride: parameter.columns)
    }
}
