import Foundation
import TimeSeries

/// Turns errors into scores in [0, 1] that rise with the error, so that models speak one language. NaN stays NaN ("no score").
public struct Calibration: Sendable, Equatable {
    /// The rule of a calibration.
    public enum Method: String, CaseIterable, Sendable, Codable {
        /// `x³ / (x³ + 512)` up to one half and `x / (x + 8)` from there, where the excess `x` is how far the error lies above
        /// the median reference error, in units of the distance from there to the 85 % quantile: nearly all reference errors
        /// stay below 1, even where one in seven of the training rows was odd itself. To the unit belong differences that say
        /// nothing, a tenth of the median, so that a model that reconstructs nothing well does not drown the others, and the
        /// noise of training. The score is 0 up to the typical error and one half at an excess of eight; the third power keeps
        /// what is ordinary for one model from hiding what is odd for another, and the first keeps even errors a million times
        /// the ordinary apart from each other.
        case excess
        /// Share of reference errors below (mid-rank); beyond the largest, `1 - rest · largest / error`.
        case rank
    }

    /// The rule in force.
    public let method: Method
    private let reference: [Float]
    private let median: Float
    private let reach: Float

    /// Fits a rule to errors in rising order; they must not be empty.
    public init(_ method: Method, referenceErrors: [Float]) {
        precondition(!referenceErrors.isEmpty, "calibration needs reference errors")
        self.method = method
        reference = referenceErrors
        median = quantile(ofSorted: referenceErrors, 0.5)
        reach = quantile(ofSorted: referenceErrors, Self.ordinary) - median + Self.doubt * median + Self.noise
    }

    /// At most 2,048 quantiles of `errors`, rising, which stand for them all.
    static func reference(from errors: [Float]) -> [Float] {
        let sorted = errors.filter { !$0.isNaN }.sorted()
        guard !sorted.isEmpty else { return [0] }
        let count = min(2048, sorted.count)
        return (0..<count).map { quantile(ofSorted: sorted, count == 1 ? 0.5 : Double($0) / Double(count - 1)) }
    }

    /// The score of one error.
    public func callAsFunction(_ error: Float) -> Float {
        if error.isNaN { return .nan }
        return switch method {
        case .excess: Self.score(ofExcess: max(0, error - median) / reach)
        case .rank: rank(error)
        }
    }

    /// The scores of many errors.
    public func callAsFunction(_ errors: [Float]) -> [Float] { errors.map { self($0) } }

    // MARK: Excess

    /// The share of reference errors whose excess is below 1, doubt and noise left out.
    private static let ordinary = 0.85
    /// Differences of errors below this say nothing: the noise that training adds to inputs, a twentieth of the unit.
    private static let noise: Float = 0.05
    /// The share of the typical error below which differences say nothing.
    private static let doubt: Float = 0.1
    /// The excess that scores one half.
    private static let half: Float = 8

    /// The score of an excess of 0 or more; NaN of NaN.
    static func score(ofExcess excess: Float) -> Float {
        let share = excess / half
        let odds = share > 1 ? share : share * share * share
        return odds == .infinity ? 1 : odds / (odds + 1)
    }

    /// The excess that has a score, as far as numbers reach: the inverse of `score(ofExcess:)`.
    static func excess(ofScore score: Float) -> Float {
        let odds = score / max(1 - score, .ulpOfOne)
        return half * (odds > 1 ? odds : cbrt(odds))
    }

    // MARK: Rank

    private func rank(_ error: Float) -> Float {
        let count = Float(reference.count)
        let (smallest, largest) = (reference.first ?? 0, reference.last ?? 0)
        guard largest > smallest else { return error > largest ? 1 - largest / error : 0 }
        if error > largest { return 1 - 0.5 / count * largest / error }
        let below = reference.partitioningIndex { $0 >= error }
        let reached = reference[below...].partitioningIndex { $0 > error }
        if reached > below { return (Float(below) + Float(reached - below) / 2) / count }
        guard below > 0 else { return 0 }
        let (left, right) = (reference[below - 1], reference[below])
        return (Float(below) - 0.5 + (error - left) / (right - left)) / count
    }
}
