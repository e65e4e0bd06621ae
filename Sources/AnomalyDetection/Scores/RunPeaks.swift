/// The highest score of each run of rows that reaches the ordinary reach of errors, kept while rows come, so that a level
/// (`GapRule`) follows from the peaks alone.
public struct RunPeaks: Sendable, Equatable {
    private var runs: [Run] = []

    private struct Run: Equatable {
        let rows: Range<Int>
        let peak: Float
    }

    /// Goes through the blocks of scores that hold some.
    public init(of scores: ExtentBlocks<Float>) { replace(from: 0, in: scores) }

    /// Looks anew where scores have changed or come from row `first` on. Cost: the runs from there on.
    public mutating func replace(from first: Int, in scores: ExtentBlocks<Float>) {
        let rule = EventRule()
        var first = first
        while let last = runs.last, last.rows.upperBound + rule.mergeGap >= first {
            first = min(first, last.rows.lowerBound)
            runs.removeLast()
        }
        runs += rule.runs(of: scores, level: GapRule.ordinaryScore, from: first).map { rows in
            Run(rows: rows, peak: scores.values[rows].reduce(0) { Float.maximum($0, $1) })
        }
    }

    /// The peaks, falling.
    var falling: [Float] { runs.map(\.peak).sorted(by: >) }
}
