import AnomalyDetection
import TimeSeries

extension Analysis {
    /// How many times a model's typical error, the median of its reference errors, its error in a row is; `nil` where it has
    /// no error there or its typical error is 0.
    public func timesTypical(_ model: ModelKind, at row: Int) -> Float? {
        guard let scored = scored[model] else { return nil }
        let typical = quantile(ofSorted: scored.detector.referenceErrors, 0.5)
        let times = scored.errors.errors[row] / typical
        return typical > 0 && times.isFinite ? times : nil
    }

    /// The same for the ensemble: the average over the models that have it, by their weights.
    public func timesTypical(at row: Int) -> Float? {
        let known = models.kinds.compactMap { kind in
            timesTypical(kind, at: row).map { (times: $0, weight: ensemble.weight(of: kind)) }
        }
        let weight = known.reduce(0) { $0 + $1.weight }
        return weight > 0 ? known.reduce(0) { $0 + $1.times * $1.weight } / weight : nil
    }
}
