import TimeSeries
import Work

/// What one model says about the rows of a series.
public struct RowErrors: Sendable, Equatable {
    /// How odd each row is, 0 or more, in the model's own unit, which `referenceErrors` tells calibration; NaN where nothing
    /// was measured.
    public var errors: [Float]
    /// The model's own picture of the series in scaled units, `[rowCount, channels]`.
    public var reconstruction: [Float]

    /// Errors of `n` rows and `n · channels` reconstructed values.
    public init(errors: [Float], reconstruction: [Float]) {
        self.errors = errors
        self.reconstruction = reconstruction
    }
}

/// What a model says of rows after some have come.
public struct ScoredRows: Sendable, Equatable {
    /// The rows whose errors are new or have changed, up to the last row, counted from the first row of the series.
    public let rows: Range<Int>
    /// What the model says of them.
    public let errors: RowErrors

    /// Pairs rows with what is said of them.
    public init(rows: Range<Int>, errors: RowErrors) {
        self.rows = rows
        self.errors = errors
    }
}

/// How a kind of model scores a series whose rows come one after the other; what a `ScoringSession` is made of.
public protocol RowScoring: Sendable {
    /// Rows so far.
    var rowCount: Int { get }
    /// The rows that are kept at the most, but no fewer than the model needs; `nil`, as it begins, keeps what is needed.
    var horizon: Int? { get set }

    /// Scores rows that come behind the others.
    /// - Throws: `DetectionError.otherChannels`, `.otherOrder` and `.tooFewRows` where all rows together are fewer than a
    ///   window: then nothing was taken; `.cancelled`: then no more can be appended.
    mutating func append(
        _ rows: Series, cancellation: Cancellation, progress: (Double) -> Void
    ) throws(DetectionError) -> ScoredRows
}

/// The scoring of one series by one model, which goes on as rows come: opening and following a series and the end of training use
/// it. The keys of a stream do not: each has all its rows when it is scored, and they are many and short, so that the network is
/// asked about those of several keys together (`Detector.makeScorer`), which costs less.
///
/// ```swift
/// var session = ScoringSession(detector)
/// var errors = try session.append(series).errors
/// let more = try session.append(newRows)
/// errors.replace(from: more.rows.lowerBound, with: more.errors)
/// ```
///
/// Rows that are appended in portions get the errors that they get when all are scored together: of a model with windows the
/// same numbers but for how a few windows that are asked about by themselves are rounded. What it costs to append is in proportion to the new rows and a window's reach, but for rows at the end where a
/// channel has a gap: they are scored again when the gap ends. A session keeps what the rows to come depend on, which are some
/// windows' rows, and all from where a gap at the end begins; a horizon bounds that. Then a gap longer than the horizon leaves the
/// rows before it as they were scored when they came. Known levels are kept whatever the horizon; they are few.
public struct ScoringSession: Sendable {
    /// The model.
    public let detector: any Detector
    private var scoring: any RowScoring

    /// Begins with no rows.
    public init(_ detector: any Detector) { self.init(detector, detector.beginScoring()) }

    /// Goes on with a scoring that has begun.
    init(_ detector: any Detector, _ scoring: any RowScoring) {
        self.detector = detector
        self.scoring = scoring
    }

    /// Rows so far.
    public var rowCount: Int { scoring.rowCount }

    /// The rows that are kept at the most, but no fewer than a few windows need; `nil`, as it begins, keeps what is needed.
    public var horizon: Int? {
        get { scoring.horizon }
        set { scoring.horizon = newValue }
    }

    /// Scores rows that come behind the others.
    /// - Parameter progress: called with the share done, 0 to 1.
    /// - Returns: the errors of the new rows and of those before them that have changed.
    /// - Throws: `DetectionError.otherChannels`, `.otherOrder` and `.tooFewRows` where all rows together are fewer than a
    ///   window: then nothing was taken; `.cancelled`: then no more can be appended.
    public mutating func append(
        _ rows: Series, cancellation: Cancellation = Cancellation(), progress: (Double) -> Void = { _ in }
    ) throws(DetectionError) -> ScoredRows {
        try scoring.append(rows, cancellation: cancellation, progress: progress)
    }
}

extension RowErrors {
    /// Puts errors in place of those from row `first` on.
    public mutating func replace(from first: Int, with new: RowErrors) {
        let channels = errors.isEmpty ? 0 : reconstruction.count / errors.count
        errors.removeLast(errors.count - first)
        reconstruction.removeLast(reconstruction.count - first * channels)
        errors += new.errors
        reconstruction += new.reconstruction
    }

    /// Forgets the first `count` rows.
    public mutating func dropFirst(_ count: Int) {
        guard count > 0 else { return }
        let channels = reconstruction.count / errors.count
        errors = Array(errors[count...])
        reconstruction = Array(reconstruction[(count * channels)...])
    }
}

/// A model and what it says about the rows of a series, which may go on.
public struct ScoredModel: Sendable {
    /// The model.
    public let detector: any Detector
    /// Its errors and reconstruction for the `rows`.
    public private(set) var errors: RowErrors
    /// The first row whose errors are kept. Rows are counted from the first that came, as `Series.keptRows` counts them.
    private var firstRow = 0
    /// The row with which the session began: rows before it were forgotten by then.
    private var sessionStart = 0
    /// What goes on when rows come; `nil` where only the errors are known.
    private var session: ScoringSession?

    /// Pairs a model with the errors it gave for a series of which nothing was forgotten; it cannot go on.
    public init(detector: any Detector, errors: RowErrors) {
        self.detector = detector
        self.errors = errors
    }

    /// Pairs a model with the errors that it gave in a session, and goes on with it.
    /// - Parameter series: the series with whose first row the session began.
    public init(_ session: ScoringSession, errors: RowErrors, of series: Series) {
        detector = session.detector
        self.errors = errors
        self.session = session
        (firstRow, sessionStart) = (series.forgottenRows, series.forgottenRows)
    }

    /// Scores `series` with `detector`.
    /// - Throws: `DetectionError`.
    public init(
        scoring series: Series, with detector: any Detector, cancellation: Cancellation = Cancellation(),
        progress: (Double) -> Void = { _ in }
    ) throws(DetectionError) {
        var session = ScoringSession(detector)
        let scored = try session.append(series, cancellation: cancellation, progress: progress)
        self.init(session, errors: scored.errors, of: series)
    }

    /// The rows that are scored and kept, counted from the first that came.
    public var rows: Range<Int> { firstRow..<(firstRow + errors.errors.count) }

    /// The rows that its scoring keeps at the most when rows come, as `ScoringSession.horizon`; its errors are kept until they are
    /// dropped.
    public var horizon: Int? {
        get { session?.horizon }
        set { session?.horizon = newValue }
    }

    /// Whether rows can be appended.
    public var canGoOn: Bool { session != nil }

    /// Scores rows that come behind the others.
    /// - Returns: the rows whose errors are new or have changed, up to the last row, counted as `rows` are.
    /// - Throws: as `ScoringSession.append`; `DetectionError.noScores` where only errors are known.
    @discardableResult
    public mutating func append(
        _ rows: Series, cancellation: Cancellation = Cancellation(), progress: (Double) -> Void = { _ in }
    ) throws(DetectionError) -> Range<Int> {
        guard session != nil, let scored = try session?.append(rows, cancellation: cancellation, progress: progress) else {
            throw .noScores
        }
        let changed = (sessionStart + scored.rows.lowerBound)..<(sessionStart + scored.rows.upperBound)
        let first = max(firstRow, changed.lowerBound)
        var new = scored.errors
        new.dropFirst(first - changed.lowerBound)
        errors.replace(from: first - firstRow, with: new)
        return first..<changed.upperBound
    }

    /// The model with what it says of all rows that are kept of a series that goes on from the one that it has scored. Rows that
    /// came and were forgotten since are missing in between: then all that are kept are scored.
    /// - Throws: `DetectionError`.
    public func grown(
        to series: Series, cancellation: Cancellation = Cancellation(), progress: (Double) -> Void = { _ in }
    ) throws(DetectionError) -> ScoredModel {
        let scored = rows
        guard canGoOn, scored.lowerBound <= series.keptRows.lowerBound, scored.upperBound >= series.keptRows.lowerBound,
            scored.upperBound <= series.keptRows.upperBound
        else {
            return try ScoredModel(scoring: series, with: detector, cancellation: cancellation, progress: progress)
        }
        var grown = self
        grown.drop(before: series.forgottenRows)
        let rest = (scored.upperBound - series.forgottenRows)..<series.rowCount
        if !rest.isEmpty { try grown.append(series.rows(rest), cancellation: cancellation, progress: progress) }
        return grown
    }

    /// Forgets the errors of rows before `row`, counted as `rows` are.
    public mutating func drop(before row: Int) {
        errors.dropFirst(row - firstRow)
        firstRow = max(firstRow, row)
    }
}

extension Series {
    /// The rows that are kept, counted from the first that came.
    public var keptRows: Range<Int> { forgottenRows..<(forgottenRows + rowCount) }
}
