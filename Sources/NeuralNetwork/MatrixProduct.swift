import COneDNN

/// Whether a factor of a product is used as it lies in memory or transposed.
enum Transposition { case none, transposed }

/// `c = alpha · op(a) · op(b) + beta · c` for row-major matrices, with `op(a)` of `[rows, inner]` and
/// `op(b)` of `[inner, columns]`; strides are the floats between two rows in memory.
///
/// The one place that calls the matrix back end (oneDNN), so that another can stand in.
@inline(__always)
func multiply(
    _ opA: Transposition, _ opB: Transposition, rows: Int, columns: Int, inner: Int, alpha: Float = 1,
    _ a: UnsafePointer<Float>, stride strideA: Int, _ b: UnsafePointer<Float>, stride strideB: Int,
    beta: Float, _ c: Floats, stride strideC: Int
) {
    let status = dnnl_sgemm(
        opA == .none ? 0x4E : 0x54, opB == .none ? 0x4E : 0x54, dnnl_dim_t(rows), dnnl_dim_t(columns),
        dnnl_dim_t(inner), alpha, a, dnnl_dim_t(strideA), b, dnnl_dim_t(strideB), beta, c, dnnl_dim_t(strideC))
    precondition(status == dnnl_success, "the matrix product was called with impossible sizes")
}

/// Floating-point operations per second of square matrix products of `size`, on `threads` threads at once:
/// what the matrix back end reaches on this machine, to hold training speeds against.
public func measuredPeak(size: Int = 768, threads: Int) -> Double {
    let factors = (0..<threads).map { _ in (0..<3).map { _ in FloatBuffer(count: size * size) } }
    func seconds(repeats: Int) -> Double {
        let elapsed = ContinuousClock().measure {
            forEachThread(threads) { thread in
                let (a, b, c) = (factors[thread][0].base, factors[thread][1].base, factors[thread][2].base)
                for _ in 0..<repeats {
                    multiply(
                        .none, .none, rows: size, columns: size, inner: size, a, stride: size, b, stride: size, beta: 0, c,
                        stride: size)
                }
            }
        }
        return elapsed / .seconds(1)
    }
    _ = seconds(repeats: 2)
    let best = (0..<5).map { _ in seconds(repeats: 10) }.min() ?? .infinity
    return 20 * Double(size * size * size * threads) / best
}
