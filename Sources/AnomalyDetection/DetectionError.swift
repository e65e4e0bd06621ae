import TimeSeries

/// Why a model could not be trained or used.
public enum DetectionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Fewer rows to train on than a model needs.
    case tooFewRows(series: String, rows: Int, needed: Int)
    /// More rows to train on were asked for than the series has.
    case tooManyTrainingRows(series: String, rows: Int, wanted: Int)
    /// The loss was not finite any more; epochs are counted from 1.
    case diverged(model: ModelKind, epoch: Int)
    /// The user, or the end of the program, ended the training.
    case cancelled
    /// The series has another number of channels than the model was trained on.
    case otherChannels(model: ModelKind, expected: Int, found: Int)
    /// The channels are the model's in another order.
    case otherOrder(model: ModelKind, expected: [String])
    /// The values of a channel reach so far that their spread is no number.
    case valuesTooLarge(series: String, channel: String)
    /// No model would count in the ensemble.
    case allWeightsZero
    /// A weight that is not within 0 to 1.
    case badWeight(Float)
    /// Scores were asked for before there was a model that gives some.
    case noScores
    /// A file that can be read and does not hold a model that fits together; the reason is part of a sentence.
    case notAModel(file: String, reason: String)
    /// A folder without models, for all series or for single ones.
    case noModels(folder: String)
    /// A folder holds models for all series and folders of models for single ones.
    case mixedModels(folder: String)
    /// Labels that are all alike, by which nothing can be measured.
    case oneClassOnly
    /// A model that gave no finite error for any row of a series that has values.
    case noFiniteErrors(model: ModelKind, series: String)
    /// A series without labels, where some are needed.
    case noLabels(series: String)

    /// One sentence for the user.
    public var description: String {
        switch self {
        case .tooFewRows(let series, let rows, let needed):
            "\(series): \(rows) row\(rows == 1 ? " is" : "s are") too few for a model, which needs at least \(needed); use a longer series, or train on more of its rows."
        case .tooManyTrainingRows(let series, let rows, let wanted):
            "\(series): has \(rows) row\(rows == 1 ? "" : "s"), fewer than the \(wanted) to train on; "
                + (rows < Training.fewestRows
                    ? "use a longer series, since a model needs at least \(Training.fewestRows)." : "train on at most \(rows).")
        case .diverged(let model, let epoch):
            "The \(model.title) model's loss became infinite in epoch \(epoch); train again with another seed or fewer extreme values."
        case .cancelled: "Training was cancelled; the models are as they were before."
        case .otherChannels(let model, let expected, let found):
            "The \(model.title) model was trained on \(expected) channel\(expected == 1 ? "" : "s") but the series has \(found); train it again or choose the same columns."
        case .allWeightsZero: "All weights are 0; raise the weight of one model above 0."
        case .badWeight(let weight): "The weight \(weight) is not between 0 and 1; choose one in that range."
        case .noScores: "No model has scores yet; train or load the models first."
        case .notAModel(let file, let reason):
            "\(file): is not a model this version can use (\(reason)); train and save it again."
        case .noModels(let folder):
            "\(folder): holds no models, neither for all series nor for one of them; name the folder that `oddline train` wrote, or train some."
        case .otherOrder(let model, let expected):
            "The \(model.title) model was trained on the channels in another order (\(listed(expected))); choose the columns in that order."
        case .valuesTooLarge(let series, let channel):
            "\(series), column \"\(shortened(channel))\": its values reach too far to be scaled; divide them by a large number, or take their logarithm."
        case .mixedModels(let folder):
            "\(folder): models for all series and models for single ones do not go into one folder; name another, or remove those that are there."
        case .noFiniteErrors(let model, let series):
            "\(series): the \(model.title) model gives no number for any row (its weights are damaged, or the values reach too far); train it again."
        case .noLabels(let series):
            "\(series): has no column of labels, so detection cannot be measured; open a file with a column named label."
        case .oneClassOnly: "The labels are all 0 or all 1, so detection cannot be measured; use a series with both."
        }
    }
}
