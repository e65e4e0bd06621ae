import AnomalyDetection

/// What an analyst decided about an event. The raw values are stored and spoken by the HTTP API.
public enum Verdict: String, Sendable, Codable, CaseIterable {
    case anomaly, normal
    /// To be decided later.
    case postponed
    /// Known from before, and not worth another look; whether it is odd is not said.
    case seenBefore = "seen_before"

    /// As people read it.
    public var title: String { self == .seenBefore ? "seen before" : rawValue }

    /// Whether it says that rows are odd; `nil` where it teaches nothing.
    var isAnomaly: Bool? {
        switch self {
        case .anomaly: true
        case .normal: false
        case .postponed, .seenBefore: nil
        }
    }
}

/// A verdict on rows of a series, in order of time.
public struct Judgement: Sendable, Equatable {
    /// The rows, counted from 0.
    public let rows: Range<Int>
    /// What was decided about them.
    public let verdict: Verdict

    /// A verdict on rows.
    public init(rows: Range<Int>, verdict: Verdict) {
        self.rows = rows
        self.verdict = verdict
    }
}

/// The verdicts on a series, and the one rule for what they mean: no two of them overlap, since the later one replaces
/// those that it overlaps; and a verdict is about an event when it overlaps it, the one with the most rows in common where
/// there are several.
public struct Judgements: Sendable, Equatable, RandomAccessCollection {
    private var sorted: [Judgement] = []

    /// None.
    public init() {}

    /// Takes verdicts in the order in which they were given.
    public init(_ judgements: some Sequence<Judgement>) {
        for judgement in judgements { judge(judgement.rows, as: judgement.verdict) }
    }

    public var startIndex: Int { sorted.startIndex }
    public var endIndex: Int { sorted.endIndex }
    /// The verdicts in order of their rows.
    public subscript(index: Int) -> Judgement { sorted[index] }

    /// Decides about rows in place of all verdicts that they overlap; `nil` takes those back. No rows change nothing.
    public mutating func judge(_ rows: Range<Int>, as verdict: Verdict?) {
        guard !rows.isEmpty else { return }
        sorted.removeAll { $0.rows.overlaps(rows) }
        guard let verdict else { return }
        let place = sorted.firstIndex { $0.rows.lowerBound > rows.lowerBound } ?? sorted.endIndex
        sorted.insert(Judgement(rows: rows, verdict: verdict), at: place)
    }

    /// What was decided about an event: the verdict with the most rows in common, of equals the earliest.
    public func verdict(on rows: Range<Int>) -> Verdict? {
        var best: (verdict: Verdict, common: Int)?
        for judgement in sorted where judgement.rows.overlaps(rows) {
            let common = judgement.rows.clamped(to: rows).count
            if common > best?.common ?? 0 { best = (judgement.verdict, common) }
        }
        return best?.verdict
    }

    /// What the verdicts teach, in order of their rows.
    public var lessons: [Lesson] {
        sorted.compactMap { judgement in
            judgement.verdict.isAnomaly.map { Lesson(rows: judgement.rows, isAnomaly: $0) }
        }
    }
}
