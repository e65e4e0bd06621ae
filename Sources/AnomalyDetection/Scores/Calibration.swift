import Algorithms
import Foundation
import TimeSeries

/// Turns reconstruction errors into scores in [0, 1] that rise with the error, so that two models
/// speak one language. NaN stays NaN ("no score").
public struct Calibration: Sendable, Equatable {
    /// The rule of a calibration.
    public enum Method: String, CaseIterable, Sendable, Codable {
        /// `x⁴ / (x⁴ + 1)`, where `x` is how far the error exceeds the model's typical (median reference) error, in units
        /// of three typical errors: up to the typical error the score is 0, at four times it one half. A model
        /// that cannot reconstruct the series at all has large errors everywhere, none of them many times the
        /// typical one, and so does not drown the other.
        case excess
        /// Share of reference errors below (mid-rank); beyond the largest, `1 - rest · largest / error`.
        case rank
        /// The normal distribution function of the logarithm, by median and MAD.
        case robust
        /// Straight from the smallest (0) to the largest (1) reference error.
        case minmax
    }

    /// The rule in force.
    public let method: Method
    private let reference: [Float]
    private let center: Double
    private let spread: Double
    private let typicalError: Float

    /// Fits a rule to errors in rising order; they must not be empty.
    public init(_ method: Method, referenceErrors: [Float]) {
        precondition(!referenceErrors.isEmpty, "calibration needs reference errors")
        self.method = method
        reference = referenceErrors
        let median = quantile(ofSorted: referenceErrors, 0.5)
        typicalError = median > 0 ? median : referenceErrors.last ?? 0
        let logarithms = referenceErrors.map { Self.logarithm($0) }
        center = quantile(ofSorted: logarithms, 0.5)
        let middle = center
        spread = 1.4826 * quantile(ofSorted: logarithms.map { abs($0 - middle) }.sorted(), 0.5)
    }

    private static func logarithm(_ error: Float) -> Double { log(max(Double(error), 1e-12)) }

    /// At most 2,048 quantiles of `errors`, rising, which stand for them all.
    static func reference(from errors: [Float]) -> [Float] {
        let sorted = errors.filter { !$0.isNaN }.sorted()
        guard !sorted.isEmpty else { return [0] }
        let count = min(2048, sorted.count)
        return (0..<count).map { quantile(ofSorted: sorted, count == 1 ? 0.5 : Double($0) / Double(count - 1)) }
    }

    private var smallest: Float { reference.first ?? 0 }
    private var largest: Float { reference.last ?? 0 }

    /// The score of one error.
    public func callAsFunction(_ error: Float) -> Float {
        if error.isNaN { return .nan }
        guard largest > smallest else { return error > largest ? 1 - largest / error : 0 }
        switch method {
        case .excess:
            let excess = max(0, error - typicalError) / (3 * typicalError)
            let power = excess * excess * excess * excess
            return power.isFinite ? power / (power + 1) : 1
        case .rank: return rank(error)
        case .minmax: return min(max((error - smallest) / (largest - smallest), 0), 1)
        case .robust:
            guard spread > 0 else { return rank(error) }
            let z = (Self.logarithm(error) - center) / spread
            return Float(0.5 * erfc(-z / 2.0.squareRoot()))
        }
    }

    /// The scores of many errors.
    public func callAsFunction(_ errors: [Float]) -> [Float] { errors.map { self($0) } }

    private func rank(_ error: Float) -> Float {
        let count = Float(reference.count)
        if error > largest { return 1 - 0.5 / count * largest / error }
        let below = reference.partitioningIndex { $0 >= error }
        let reached = reference[below...].partitioningIndex { $0 > error }
        if reached > below { return (Float(below) + Float(reached - below) / 2) / count }
        guard below > 0 else { return 0 }
        let (left, right) = (reference[below - 1], reference[below])
        return (Float(below) - 0.5 + (error - left) / (right - left)) / count
    }
}
