import CKernels

/// A pass over windows that hides the same patches in all of them and wants some answered.
public struct MaskedPass: Sendable {
    /// `[tokens]` of 0 or 1.
    var hidden: [UInt8]
    /// In rising order.
    var wanted: [Int]

    /// Hides patches, `[tokens]`, and wants the answers for others or the same, given in rising order.
    public init(hidden: [Bool], wanted: [Int]) {
        self.hidden = hidden.map { $0 ? 1 : 0 }
        self.wanted = wanted
    }
}

/// Rows that belong to the tokens of windows, as a layer reads them: each window has its own, `[batch, tokens, columns]`, but where
/// a token is hidden from all windows they share one.
struct TokenRows {
    /// `[batch · tokens, columns]`.
    let own: Matrix
    let tokens: Int
    /// `[tokens, columns]`, and which of them stand for the windows' own, `[tokens]` of 0 or 1.
    var masked: (rows: Matrix, hidden: [UInt8])?
    /// The tokens whose answer is wanted, in rising order, or `nil` for all.
    var wanted: [Int]?

    /// Wanted rows of all windows.
    var rows: Int { own.rows / tokens * (wanted?.count ?? tokens) }
    var columns: Int { own.columns }

    /// `x + bias` for the wanted tokens, into `y` of `[batch · wanted, columns]`.
    func add(bias: Matrix, into y: Matrix) {
        precondition(bias.isDense(1, columns) && y.isDense(rows, columns), "a row for each wanted token")
        withRows { ok_add_bias(&$0, bias.base, y.base) }
    }

    /// Hands over the rows as the kernels take them.
    func withRows(_ body: (inout token_rows) -> Void) {
        precondition(own.isDense(own.rows, columns) && own.rows % tokens == 0, "rows lie together, a window's after another's")
        precondition(wanted?.allSatisfy((0..<tokens).contains) ?? true, "a wanted token is one of the window's")
        var rows = token_rows()
        (rows.batch, rows.tokens, rows.columns) = (own.rows / tokens, tokens, columns)
        rows.own = UnsafePointer(own.base)
        rows.wanted_count = wanted?.count ?? tokens
        withPointer(to: wanted) { wanted in
            rows.wanted = wanted
            withPointer(to: masked?.hidden) { hidden in
                if let masked {
                    precondition(
                        masked.rows.isDense(tokens, columns) && masked.hidden.count == tokens, "one row for each hidden token")
                    rows.masked = UnsafePointer(masked.rows.base)
                    rows.hidden = hidden
                }
                body(&rows)
            }
        }
    }
}

/// An array's numbers while `body` runs, or `nil` without one.
private func withPointer<Number>(to numbers: [Number]?, _ body: (UnsafePointer<Number>?) -> Void) {
    guard let numbers else { return body(nil) }
    numbers.withUnsafeBufferPointer { body($0.baseAddress) }
}
