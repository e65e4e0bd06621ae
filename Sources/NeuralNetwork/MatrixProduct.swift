import COneDNN

/// One side of a product: a matrix as it lies in memory, or transposed.
public protocol Factor {
    /// Number of rows.
    var rows: Int { get }
    /// Number of columns.
    var columns: Int { get }
    /// The numbers as they lie in memory.
    var matrix: Matrix { get }
    /// What the matrix back end calls this: `N` as it lies, `T` transposed.
    static var operation: CChar { get }
}

extension Matrix: Factor {
    public var matrix: Matrix { self }
    public static var operation: CChar { 0x4E }
}

/// A matrix with rows and columns exchanged; nothing is moved in memory.
public struct Transposed: Factor {
    public let matrix: Matrix
    public var rows: Int { matrix.columns }
    public var columns: Int { matrix.rows }
    public static var operation: CChar { 0x54 }
}

/// `c = a · b` with `a` of `[n, inner]`, `b` of `[inner, m]` and `c` of `[n, m]`, which overlaps neither.
public func multiply(_ a: some Factor, _ b: some Factor, into c: Matrix) { product(a, b, beta: 0, c) }

/// `c += a · b`; shapes as in `multiply(_:_:into:)`.
public func multiply(_ a: some Factor, _ b: some Factor, addingTo c: Matrix) { product(a, b, beta: 1, c) }

/// `c = a · b + beta · c`: the one place that calls the matrix back end (oneDNN), so that another can stand in.
@inline(__always)
private func product<A: Factor, B: Factor>(_ a: A, _ b: B, beta: Float, _ c: Matrix) {
    precondition(
        a.columns == b.rows && a.rows == c.rows && b.columns == c.columns, "the shapes of a matrix product fit each other")
    let status = dnnl_sgemm(
        A.operation, B.operation, dnnl_dim_t(c.rows), dnnl_dim_t(c.columns), dnnl_dim_t(a.columns), 1,
        a.matrix.base, dnnl_dim_t(a.matrix.stride), b.matrix.base, dnnl_dim_t(b.matrix.stride), beta, c.base,
        dnnl_dim_t(c.stride))
    precondition(status == dnnl_success, "the matrix back end refused a product")
}

/// Floating-point operations per second of square matrix products of `size`, on `threads` threads at once:
/// what the matrix back end reaches on this machine, to hold training speeds against.
public func measuredPeak(size: Int = 768, threads: Int) -> Double {
    let factors = (0..<threads).map { _ in (0..<3).map { _ in FloatBuffer(count: size * size) } }
    func seconds(repeats: Int) -> Double {
        let elapsed = ContinuousClock().measure {
            forEachThread(threads) { thread in
                let matrices = factors[thread].map { $0.matrix(rows: size, columns: size) }
                for _ in 0..<repeats { multiply(matrices[0], matrices[1], into: matrices[2]) }
            }
        }
        return elapsed / .seconds(1)
    }
    _ = seconds(repeats: 2)
    let best = (0..<5).map { _ in seconds(repeats: 10) }.min() ?? .infinity
    return 20 * Double(size * size * size * threads) / best
}
