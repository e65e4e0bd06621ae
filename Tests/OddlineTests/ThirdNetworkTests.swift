import AnomalyDetection
import Commands
import Foundation
import TestSupport
import Testing
import TimeSeries

@testable import oddline

/// A network that the program does not hold works in every command by being registered.
@Suite struct ThirdNetworkTests {
    /// Runs a command in a process of its own, with the third network registered.
    private func run(_ arguments: [String]) async throws -> (output: String, errors: String) {
        let result = await #expect(
            processExitsWith: .success, observing: [\.standardOutputContent, \.standardErrorContent]
        ) { [arguments = arguments as [String]] in
            Program.register(.withConvolutional)
            await Oddline.main(arguments)
        }
        let ended = try #require(result)
        return (
            String(decoding: ended.standardOutputContent, as: UTF8.self),
            String(decoding: ended.standardErrorContent, as: UTF8.self)
        )
    }

    @Test func itIsTrainedScoredEvaluatedAndExported() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("third-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
        func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }
        let csv = SampleKind.contextual.series(rows: 600, seed: 2).csv()
        try csv.write(toFile: path("wave.csv"), atomically: true, encoding: .utf8)
        let rows = csv.split(separator: "\n").dropFirst().map { $0.split(separator: ",").prefix(2).joined(separator: ",") }
        try ("timestamp,value,host\n" + ["a", "b"].map { key in rows.map { "\($0),\(key)\n" }.joined() }.joined())
            .write(toFile: path("keys.csv"), atomically: true, encoding: .utf8)

        let trained = try await run(["train", path("wave.csv"), "-o", path("models")])
        #expect(trained.output.contains("Convolutional: window"))
        _ = try await run(["score", path("wave.csv"), "--model", path("models"), "-o", path("scores.csv"), "--conv-weight", "1"])
        let scores = try text("scores.csv")
        #expect(scores.hasPrefix("row,timestamp,value,lstm_score,transformer_score,conv_score,combined_score,is_flagged\n"))
        #expect(scores.split(separator: "\n").count == 601)
        let keyed = try await run(["score", path("keys.csv"), "--key", "host", "--model", path("models")])
        #expect(keyed.output.contains("conv_score") && keyed.output.split(separator: "\n").count == 1201)
        let measured = try await run(["evaluate", path("wave.csv")])
        #expect(measured.output.contains("conv"))
        let exported = try await run(["export", path("models"), "-o", path("onnx")])
        #expect(exported.output.contains("Convolutional"))
        #expect(FileManager.default.fileExists(atPath: path("onnx/conv/model.onnx")))
        #expect(FileManager.default.fileExists(atPath: path("onnx/conv/test_data_set_0/output_0.pb")))

        // A folder loads what is there, and says what is missing.
        try FileManager.default.removeItem(atPath: path("models/conv.safetensors"))
        let fewer = try await run(["score", path("wave.csv"), "--model", path("models"), "-o", path("fewer.csv")])
        #expect(fewer.errors.contains("holds no Convolutional model"))
        #expect(try text("fewer.csv").split(separator: "\n").count == 601)
    }
}
