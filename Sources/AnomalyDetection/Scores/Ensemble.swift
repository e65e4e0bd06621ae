/// The weighted average of calibrated scores. Weights lie between 0 and 1, and one at least is above 0: others cannot be.
public struct Ensemble: Sendable, Equatable {
    /// The models' weights; only their ratios matter.
    public let weights: PerModel<Float>

    /// The weights of the standard models to begin with.
    public static let standard = Models.standard.ensemble

    init(unchecked weights: PerModel<Float>) { self.weights = weights }

    /// Makes an ensemble.
    /// - Throws: `DetectionError.badWeight` outside 0 to 1, `.allWeightsZero`.
    public init(_ weights: PerModel<Float>) throws(DetectionError) {
        for weight in weights.values where !(0...1).contains(weight) { throw .badWeight(weight) }
        guard weights.values.contains(where: { $0 > 0 }) else { throw .allWeightsZero }
        self.weights = weights
    }

    /// The weight of a model, 0 where it has none.
    public func weight(of kind: ModelKind) -> Float { weights[kind] ?? 0 }

    /// The weight of a model when all sum to 1.
    public func share(of kind: ModelKind) -> Float { weight(of: kind) / weights.values.reduce(0, +) }

    /// The ensemble with another weight of one model.
    /// - Throws: `DetectionError.badWeight`, `.allWeightsZero`.
    public func setting(_ weight: Float, of kind: ModelKind) throws(DetectionError) -> Ensemble {
        var weights = weights
        weights[kind] = weight
        return try Ensemble(weights)
    }

    /// The ensemble of the registered models, in their order: a model without a weight gets the one it begins with, and
    /// weights of other models fall away.
    public func among(_ models: Models) -> Ensemble {
        let weights = PerModel(models.all.map { ($0.kind, self.weights[$0.kind] ?? $0.weight) })
        return (try? Ensemble(weights)) ?? models.ensemble
    }

    /// `Σ w · s / Σ w` row by row over the models that have a score (not NaN) there; NaN where none has. All models score
    /// the same rows; the result has one score a row, never outside the scores it is made of.
    public func combine(_ scores: PerModel<[Float]>) -> [Float] {
        guard let rows = scores.values.first?.count else { return [] }
        precondition(scores.values.allSatisfy { $0.count == rows }, "all models score the same rows")
        let (shares, values) = (shares(of: scores.kinds), scores.values)
        return [Float](unsafeUninitializedCapacity: rows) { combined, count in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * blockSize) { bounds in
                for start in stride(from: 0, to: rows, by: blockSize) {
                    let range = start..<min(start + blockSize, rows)
                    let block = UnsafeMutableBufferPointer(rebasing: combined[range])
                    if !average(values, shares, range, into: block, bounds) { averageOfKnown(values, shares, range, into: block) }
                }
            }
            count = rows
        }
    }

    /// Weights that sum to 1; the last is what the others leave.
    private func shares(of kinds: [ModelKind]) -> [Float] {
        let sum = kinds.reduce(Float(0)) { $0 + weight(of: $1) }
        guard sum > 0 else { return kinds.map { _ in 1 / Float(kinds.count) } }
        var shares = kinds.map { weight(of: $0) / sum }
        shares[shares.count - 1] = max(0, shares.dropLast().reduce(1, -))
        return shares
    }
}

/// Rows combined at once, so that what is worked on stays in the nearest cache.
private let blockSize = 512

/// The weighted average of a block of rows, held within the smallest and largest score of each row.
/// - Parameter bounds: room for two numbers a row.
/// - Returns: `false` where a score is missing, so that the block has to be done row by row.
private func average(
    _ scores: [[Float]], _ shares: [Float], _ rows: Range<Int>, into combined: UnsafeMutableBufferPointer<Float>,
    _ bounds: UnsafeMutableBufferPointer<Float>
) -> Bool {
    let (low, high) = (bounds, UnsafeMutableBufferPointer(rebasing: bounds[blockSize...]))
    var missing: UInt32 = 0
    for (model, share) in shares.enumerated() {
        scores[model].withUnsafeBufferPointer { own in
            for index in 0..<rows.count {
                let score = own[rows.lowerBound + index]
                missing += score.isNaN ? 1 : 0
                if model == 0 {
                    (combined[index], low[index], high[index]) = (share * score, score, score)
                } else {
                    combined[index] += share * score
                    low[index] = score < low[index] ? score : low[index]
                    high[index] = score > high[index] ? score : high[index]
                }
            }
        }
    }
    for index in 0..<rows.count {
        let mean = combined[index]
        combined[index] = mean < low[index] ? low[index] : mean > high[index] ? high[index] : mean
    }
    return missing == 0
}

/// As `average`, each row over the models that have a score there; where those weigh nothing, they count alike.
private func averageOfKnown(
    _ scores: [[Float]], _ shares: [Float], _ rows: Range<Int>, into combined: UnsafeMutableBufferPointer<Float>
) {
    for (index, row) in rows.enumerated() {
        let known = shares.indices.filter { !scores[$0][row].isNaN }
        let own = known.map { scores[$0][row] }
        guard let low = own.min(), let high = own.max() else {
            combined[index] = .nan
            continue
        }
        let weight = known.reduce(Float(0)) { $0 + shares[$1] }
        let sum = known.reduce(Float(0)) { $0 + (weight > 0 ? shares[$1] : 1) * scores[$1][row] }
        combined[index] = min(max(sum / (weight > 0 ? weight : Float(known.count)), low), high)
    }
}

/// As JSON, an object of weights by the models' names.
extension Ensemble: Codable {
    public init(from decoder: any Decoder) throws {
        let weights = try decoder.singleValueContainer().decode([String: Float].self)
        try self.init(PerModel(weights.sorted { $0.key < $1.key }.map { (ModelKind(name: $0.key, title: $0.key), $0.value) }))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Dictionary(uniqueKeysWithValues: weights.map { ($0.kind.name, $0.value) }))
    }
}
