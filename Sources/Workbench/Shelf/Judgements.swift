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

/// The verdicts on a series.
public typealias Judgements = RowMarks<Verdict>

extension RowMarks<Verdict> {
    /// Decides about rows in place of all verdicts that they overlap; `nil` takes those back.
    public mutating func judge(_ rows: Range<Int>, as verdict: Verdict?) { mark(rows, verdict) }

    /// What was decided about an event.
    public func verdict(on rows: Range<Int>) -> Verdict? { value(on: rows) }

    /// What the verdicts teach, in order of their rows.
    public var lessons: [Lesson] {
        compactMap { mark in mark.value.isAnomaly.map { Lesson(rows: mark.rows, isAnomaly: $0) } }
    }
}

/// What an analyst wrote about rows of a series; no text is empty.
public typealias Notes = RowMarks<String>

extension RowMarks<String> {
    /// The most characters of a note.
    public static var longest: Int { 500 }

    /// Writes on rows in place of all notes that they overlap; an empty text takes those away.
    public mutating func write(_ text: String, on rows: Range<Int>) {
        mark(rows, text.isEmpty ? nil : String(text.prefix(Self.longest)))
    }

    /// What was written about an event; empty without a note.
    public func text(on rows: Range<Int>) -> String { value(on: rows) ?? "" }
}
