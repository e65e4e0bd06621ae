import AnomalyDetection
import TimeSeries

/// Whether models still fit rows that have come: how much of these lies outside of what was known before.
public struct ModelFit: Sendable, Equatable {
    /// The share of the rows in which a channel is above or below all that it was before, 0 to 1.
    public let unknownValues: Double
    /// The share of the rows that a model expects worse than any row before, 0 to 1, a model each.
    public let unknownErrors: PerModel<Double>

    /// The share from which models are said not to fit: one row in twenty. Were the new rows like those before, each would exceed all
    /// of these once in as many rows as there are.
    private static let tooMany = 0.05

    /// Compares new rows with those before.
    /// - Parameter first: the first row that is new.
    /// - Returns: `nil` without rows on both sides.
    public init?(_ analysis: Analysis, from first: Int) {
        let series = analysis.series
        guard first > 0, first < series.rowCount else { return nil }
        var isUnknown = [Bool](repeating: false, count: series.rowCount - first)
        for channel in series.channels {
            let known = channel.values[..<first].lazy.filter { !$0.isNaN }
            guard let low = known.min(), let high = known.max() else { continue }
            for (row, value) in channel.values[first...].enumerated() where value < low || value > high {
                isUnknown[row] = true
            }
        }
        unknownValues = Double(isUnknown.count { $0 }) / Double(isUnknown.count)
        var errors = PerModel<Double>()
        for (kind, model) in analysis.scored {
            let all = model.errors.errors
            guard all.count == series.rowCount, let highest = all[..<first].lazy.filter({ !$0.isNaN }).max() else { continue }
            errors[kind] = Double(all[first...].count { $0 > highest }) / Double(all.count - first)
        }
        unknownErrors = errors
    }

    /// Whether too much is unknown for the models to be believed.
    public var isOutgrown: Bool { unknownValues >= Self.tooMany || unknownErrors.values.contains { $0 >= Self.tooMany } }

    /// What is unknown, in a sentence; `nil` where that is little.
    /// - Parameter title: what a model is called.
    public func sentence(_ title: (ModelKind) -> String) -> String? {
        guard isOutgrown else { return nil }
        func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }
        var parts = unknownValues >= Self.tooMany ? ["values beyond all known in \(percent(unknownValues)) of the new rows"] : []
        for (kind, share) in unknownErrors where share >= Self.tooMany {
            parts.append("\(title(kind)) errors beyond all known in \(percent(share))")
        }
        return "The models no longer fit: " + parts.joined(separator: ", ") + "."
    }
}
