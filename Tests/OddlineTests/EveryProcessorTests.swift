import Foundation
import Testing

/// The whole program on each set of instructions and number of cores.
@Suite struct EveryProcessorTests {
    /// How far two paths may put the scores of the same models apart.
    private static let tolerance = 1e-4

    private func scores(_ text: String) -> [Double] {
        text.split(separator: "\n").dropFirst().flatMap { line in
            line.split(separator: ",", omittingEmptySubsequences: false).suffix(4).prefix(3).map { Double($0) ?? -1 }
        }
    }

    /// A short series, so that the slowest path trains on it in seconds.
    private func series(in folder: String) throws -> String {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let lines = (0..<Self.rows).map { "\(Double($0 * 37 % 24) / 8 + ($0 == 70 ? 9 : 0))" }
        let file = folder + "/s.csv"
        try Data(("value\n" + lines.joined(separator: "\n")).utf8).write(to: URL(fileURLWithPath: file))
        return file
    }

    private static let rows = 120

    @Test func theSameModelsGiveTheSameScoresOnEveryPathAndNumberOfCores() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (file, models) = (try series(in: folder), folder + "/models")
        #expect(try oddline(["train", file, "-o", models]).status == 0)
        let usual = try oddline(["score", file, "--model", models])
        #expect(usual.status == 0 && usual.lines.count == Self.rows + 1)
        for path in ["plain", "avx2", "avx512"] {
            let environment = ["ODDLINE_KERNELS": path]
            let own = try oddline(["score", file, "--model", models], environment: environment)
            #expect(own.status == 0 && own.lines.count == Self.rows + 1, "\(path)")
            let apart = zip(scores(own.output), scores(usual.output)).map { abs($0 - $1) }.max() ?? 1
            #expect(apart < Self.tolerance, "\(path): \(apart)")
        }
        if has("taskset") {
            let one = try run(["taskset", "-c", "0", program, "score", file, "--model", models])
            #expect(one == usual.output, "one core gives what all cores give")
        }
    }

    @Test(arguments: ["plain", "avx2", "avx512"]) func trainingIsRepeatedBitForBitOnEveryPath(_ path: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = try series(in: folder)
        let runs = try (0..<2).map { _ in try oddline(["score", file], environment: ["ODDLINE_KERNELS": path]) }
        #expect(runs[0].status == 0 && runs[0].lines.count == Self.rows + 1)
        #expect(runs[0].output == runs[1].output)
    }
}
