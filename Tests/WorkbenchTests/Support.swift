import Workbench

extension AnalysisResult {
    /// The LSTM's scores, none where it has not scored.
    var lstmScores: [Float] { scores[.lstm] ?? [] }
    /// The Transformer's scores.
    var transformerScores: [Float] { scores[.transformer] ?? [] }
}
