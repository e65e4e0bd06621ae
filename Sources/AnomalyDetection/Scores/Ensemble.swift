import CScores

/// The weighted average of calibrated scores. Weights lie between 0 and 1, and one at least is above 0: others cannot be.
public struct Ensemble: Sendable, Equatable {
    /// The models' weights; only their ratios matter.
    public let weights: PerModel<Float>

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
    /// - Parameter spare: an array of as many rows that is wanted no more. Its memory is written anew if nobody else has it: to
    ///   get ten million new rows from the system takes longer than to combine them.
    public func combine(_ scores: PerModel<[Float]>, reusing spare: consuming [Float] = []) -> [Float] {
        guard let rows = scores.values.first?.count, rows > 0 else { return [] }
        precondition(scores.values.allSatisfy { $0.count == rows }, "all models score the same rows")
        let shares = shares(of: scores.kinds)
        var combined = spare
        if combined.count != rows { combined = [Float](unsafeUninitializedCapacity: rows) { $1 = rows } }
        combined.withUnsafeMutableBufferPointer { combined in
            withPointers(to: scores.values) { ok_weighted_average($0, shares, $0.count, rows, combined.baseAddress) }
        }
        return combined
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

/// Lends the numbers of several arrays together.
private func withPointers(to arrays: [[Float]], body: ([UnsafePointer<Float>?]) -> Void) {
    func lend(_ rest: ArraySlice<[Float]>, _ pointers: [UnsafePointer<Float>?]) {
        guard let first = rest.first else { return body(pointers) }
        first.withUnsafeBufferPointer { lent in
            lend(rest.dropFirst(), pointers + [lent.baseAddress])
        }
    }
    lend(arrays[...], [])
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
