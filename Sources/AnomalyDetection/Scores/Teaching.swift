import Foundation

/// What an analyst said of an event, as far as it teaches.
public struct Lesson: Sendable, Equatable {
    /// The rows, counted from 0.
    public let rows: Range<Int>
    /// Whether they are odd; if not, they are normal.
    public let isAnomaly: Bool

    /// Something said of rows.
    public init(rows: Range<Int>, isAnomaly: Bool) {
        self.rows = rows
        self.isAnomaly = isAnomaly
    }
}

/// Moves scores by verdicts, at once and without training: what looks like an anomaly rises, what looks like something normal
/// falls.
///
/// The excess that a score stands for (`Calibration`) is multiplied by `exp(strength · (a - n))`, where `a` is how alike the row
/// is to the most alike of the anomalies, and `n` to the most alike of what is normal (`Deviations`). An anomaly is known by
/// the window around its farthest row, and the rows that rise are the middles of windows like that; its own rows stay as
/// they are, since a verdict does not say which of them are odd. What is normal is so as a whole: all its rows, and all
/// rows of windows like it.
public struct Teaching: Sendable {
    private let deviations: Deviations
    /// What was taught.
    public private(set) var lessons: [Lesson] = []
    /// The largest likeness of each row to an anomaly and to something normal.
    private var anomalous: [Float], normal: [Float]

    /// By how much the excess changes where the likeness is 1: by a factor of `exp(1/3)`, 1.4. Chosen with the length of windows
    /// by `oddline-bench teaching`.
    private static let strength: Float = 1.0 / 3

    /// Nothing taught yet.
    public init(_ deviations: Deviations) {
        self.deviations = deviations
        anomalous = [Float](repeating: 0, count: deviations.rowCount)
        normal = anomalous
    }

    /// Puts `lessons` in place of those before; what was known of earlier ones is kept where all of them remain.
    public mutating func learn(_ lessons: [Lesson]) {
        if !self.lessons.allSatisfy(lessons.contains) { self = Teaching(deviations) }
        for lesson in lessons where !self.lessons.contains(lesson) { add(lesson) }
        self.lessons = lessons
    }

    private mutating func add(_ lesson: Lesson) {
        let rows = lesson.rows.clamped(to: 0..<deviations.rowCount)
        guard !rows.isEmpty else { return }
        let likeness = deviations.likeness(to: deviations.farthest(in: rows))
        if lesson.isAnomaly {
            for row in likeness.indices { anomalous[row] = max(anomalous[row], likeness[row]) }
        } else {
            spread(likeness, over: deviations.length, into: &normal)
            for row in rows { normal[row] = 1 }
        }
    }

    /// Raises each of `target` to the largest of the `width` values around it. Each is taken once, so this costs a pass or two.
    private func spread(_ values: [Float], over width: Int, into target: inout [Float]) {
        var kept: [Int] = []
        var (first, next) = (0, 0)
        for row in values.indices {
            while next < min(values.count, row + width - width / 2) {
                while kept.count > first, let last = kept.last, values[last] <= values[next] { kept.removeLast() }
                kept.append(next)
                next += 1
            }
            while kept[first] < row - width / 2 { first += 1 }
            target[row] = max(target[row], values[kept[first]])
        }
    }

    /// The scores as the lessons move them, within 0 and 1; a score of 0 stays, as does NaN.
    public func callAsFunction(_ scores: [Float]) -> [Float] {
        precondition(scores.count == deviations.rowCount, "one score a row")
        guard !lessons.isEmpty else { return scores }
        var taught = scores
        for row in scores.indices where anomalous[row] != normal[row] {
            let factor = exp(Self.strength * (anomalous[row] - normal[row]))
            taught[row] = Calibration.score(ofExcess: factor * Calibration.excess(ofScore: scores[row]))
        }
        for lesson in lessons where lesson.isAnomaly {
            for row in lesson.rows.clamped(to: scores.indices) { taught[row] = scores[row] }
        }
        return taught
    }
}
