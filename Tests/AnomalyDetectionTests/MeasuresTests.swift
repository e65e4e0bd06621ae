import Foundation
import Testing

@testable import AnomalyDetection

private struct MetricCase: Decodable {
    let name: String
    let window: Int
    let score: [Double]
    let label: [Int]
    let expected: [String: Double]
}

/// The shared reference values lie beside the project; without them this test has nothing to compare.
private let reference = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../shared/data/metric_cases.json").standardizedFileURL

@Test(.enabled(if: FileManager.default.fileExists(atPath: reference.path), "the shared reference values are absent"))
func measuresAgreeWithTheReferenceValues() throws {
    let cases = try JSONDecoder().decode([MetricCase].self, from: Data(contentsOf: reference))
    #expect(cases.count == 6)
    for example in cases {
        let measures = try Measures(scores: example.score, labels: example.label.map { $0 == 1 }, buffer: example.window)
        let own = [
            "VUS-PR": measures.vusPR, "VUS-ROC": measures.vusROC, "AUC-PR": measures.aucPR, "AUC-ROC": measures.aucROC,
            "Standard-F1": measures.standardF1,
        ]
        for (name, value) in example.expected {
            #expect(abs((own[name] ?? .nan) - value) < 1e-6, "\(example.name), \(name): \(own[name] ?? .nan) and \(value)")
        }
    }
}

@Test func perfectScoresMeasureOneAndReversedOnesLittle() throws {
    let labels = (0..<500).map { (200..<220).contains($0) }
    let perfect = try Measures(scores: labels.map { $0 ? Float(1) : 0 }, labels: labels, buffer: 0)
    #expect(perfect.aucPR == 1 && perfect.aucROC == 1 && perfect.standardF1 > 0.9999)
    let reversed = try Measures(scores: labels.map { $0 ? Float(0) : 1 }, labels: labels, buffer: 10)
    #expect(reversed.aucROC == 0 && reversed.aucPR < 0.1)
}

@Test func measuresNeedBothClasses() {
    for label in [true, false] {
        #expect(throws: DetectionError.oneClassOnly) {
            try Measures(scores: [Float](repeating: 0.5, count: 10), labels: [Bool](repeating: label, count: 10), buffer: 3)
        }
    }
}

@Test func aMonotoneChangeOfScoresChangesNothing() throws {
    let labels = (0..<800).map { $0 % 97 < 6 }
    let scores = (0..<800).map { Double(($0 * 7919) % 801) / 801 + (labels[$0] ? 0.2 : 0) }
    #expect(
        try Measures(scores: scores, labels: labels, buffer: 12)
            == Measures(scores: scores.map { exp(3 * $0) }, labels: labels, buffer: 12))
}
