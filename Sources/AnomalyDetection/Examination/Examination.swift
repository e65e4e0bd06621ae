import Foundation
import TimeSeries
import Work

/// What models say of anomalies that were put into rows which they had not learnt: the raw errors, from which follows for any weights,
/// calibration and level what would be found (`ExaminationScores`).
///
/// The rows are the last 15 % of those that were learnt, by which training decides when to stop (`DetectorPlan.validationShare`), and
/// six periods at least. Each kind of anomaly (`InjectedKind`) is put into ten places of them, in every size. Scored are, by each
/// model, windows enough that the rows around an anomaly have the averages that they would have in the series; beyond the windows,
/// levels count as known that the training rows took.
public struct Examination: Sendable {
    /// An anomaly that was put into rows.
    struct Trial: Sendable {
        let kind: InjectedKind
        /// Which of the kind's sizes.
        let size: Int
        /// The rows of `errors` that are about it, and those among them by which it is found.
        let rows: Range<Int>, found: Range<Int>
    }

    /// Rows in a cycle.
    public let period: Int
    /// The rows into which anomalies were put, counted from the first that came (`Series.keptRows`).
    public let heldOut: Range<Int>
    /// The channels' spreads, each in its channel's unit.
    public let spreads: [Double]
    /// Kinds that were tried: all that the series can have.
    public let kinds: [InjectedKind]
    /// Where the random numbers began.
    public let seed: UInt64
    private let onlySizes: [Double]?
    /// The anomalies, each kind's one behind the other.
    let trials: [Trial]
    /// The errors around all anomalies, one behind the other.
    let errors: PerModel<[Float]>
    let referenceErrors: PerModel<[Float]>

    /// How many places each kind is put into.
    public static let places = 10
    /// The share of a kind's places in which a size has to be found.
    public static let wanted = 0.9

    /// Puts anomalies into rows of `series` and has them scored, on all cores.
    /// - Parameters:
    ///   - detectors: the models that are examined, one at least; each is trained on the channels of the series.
    ///   - odd: rows into which nothing is put, since they are or may be odd already.
    ///   - places: how many places each kind is put into.
    ///   - sizes: the sizes of each kind, those of `InjectedKind` where `nil`.
    ///   - progress: called with the share done, 0 to 1, on the caller's thread.
    /// - Throws: `DetectionError.cancelled` soon after `cancellation` is raised; what scoring throws.
    public init(
        _ series: Series, _ detectors: [any Detector], except odd: [Range<Int>] = [], places: Int = Examination.places,
        seed: UInt64 = 1, sizes: [Double]? = nil,
        cancellation: Cancellation = Cancellation(), progress: (Double) -> Void = { _ in }
    ) throws(DetectionError) {
        guard !detectors.isEmpty else { throw .noScores }
        let hosts = ExaminedRows(series, detectors, except: odd)
        period = hosts.period
        heldOut = (hosts.heldOut.lowerBound + series.forgottenRows)..<(hosts.heldOut.upperBound + series.forgottenRows)
        spreads = hosts.injector.spreads
        kinds = InjectedKind.allCases.filter { $0 != .apart || series.channels.count > 1 }
        (self.seed, onlySizes) = (seed, sizes)
        referenceErrors = PerModel(detectors.map { ($0.kind, $0.referenceErrors) })
        var random = SeededGenerator(seed: seed)
        let injections = kinds.flatMap { kind in
            hosts.places(kind, count: places, &random).flatMap { place in
                (sizes ?? kind.sizes).enumerated().map { hosts.injection(place, size: $1, number: $0) }
            }
        }
        var (trials, row) = ([Trial](), 0)
        for injection in injections {
            let rows = row..<(row + injection.kept.count)
            trials.append(
                Trial(
                    kind: injection.place.kind, size: injection.number, rows: rows,
                    found: injection.found.shifted(by: row - injection.kept.lowerBound)))
            row = rows.upperBound
        }
        self.trials = trials
        errors = PerModel(
            try Self.score(injections, by: detectors, hosts, cancellation: cancellation, progress: progress))
    }

    /// The sizes that were tried of a kind, rising.
    public func sizes(of kind: InjectedKind) -> [Double] { onlySizes ?? kind.sizes }

    /// The errors of each model, those of all injections one behind the other. Each core takes every so-manieth batch.
    private static func score(
        _ injections: [ExaminedRows.Injection], by detectors: [any Detector], _ hosts: ExaminedRows,
        cancellation: Cancellation, progress: (Double) -> Void
    ) throws(DetectionError) -> [(ModelKind, [Float])] {
        let batches = Swift.stride(from: 0, to: injections.count, by: batchSize).map {
            $0..<min($0 + batchSize, injections.count)
        }
        let threads = max(1, min(ProcessInfo.processInfo.activeProcessorCount, batches.count))
        let shares = mapInParallel(threads) { thread -> [Result<[Float], DetectionError>] in
            let scorers = detectors.map { $0.makeScorer() }
            var outcomes: [Result<[Float], DetectionError>] = []
            for batch in Swift.stride(from: thread, to: batches.count, by: threads) {
                for (detector, scorer) in zip(detectors, scorers) {
                    outcomes.append(
                        cancellation.isCancelled
                            ? .failure(.cancelled) : score(injections[batches[batch]], by: detector, scorer, hosts))
                }
                if thread == 0 { progress(Double(batch + 1) / Double(batches.count)) }
            }
            return outcomes
        }
        var errors = detectors.map { _ in [Float]() }
        for batch in batches.indices {
            for model in detectors.indices {
                errors[model] += try shares[batch % threads][batch / threads * detectors.count + model].get()
            }
        }
        return zip(detectors, errors).map { ($0.kind, $1) }
    }

    private static func score(
        _ injections: ArraySlice<ExaminedRows.Injection>, by detector: any Detector,
        _ scorer: ([Series]) -> [Result<RowErrors, DetectionError>], _ hosts: ExaminedRows
    ) -> Result<[Float], DetectionError> {
        Result { () throws(DetectionError) in
            let segments = injections.map { hosts.segment($0, for: detector) }
            var kept: [Float] = []
            for (injection, (segment, outcome)) in zip(injections, zip(segments, scorer(segments.map(\.series)))) {
                let errors = try outcome.get().errors
                kept += injection.kept.map { row in
                    let place = row - segment.first
                    return errors.indices.contains(place) ? errors[place] : .nan
                }
            }
            return kept
        }
    }

    /// Injections that are scored together.
    private static let batchSize = 16
}

extension Range<Int> {
    fileprivate func shifted(by rows: Int) -> Range { (lowerBound + rows)..<(upperBound + rows) }
}
