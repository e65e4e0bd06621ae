import Foundation
import Testing

/// The short forms of `make kill` and `make faults`.
@Suite struct FaultTests {
    private static let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Benchmarks").standardizedFileURL.path

    /// Runs a script and expects that nothing failed and that something was tried.
    private func expectNothingLost(_ script: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "\(Self.scripts)/\(script)", "--program", program] + arguments
        let (answer, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (answer, errors)
        try process.run()
        let text = String(decoding: answer.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let failures = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(failures)")
        #expect(text.contains("\"failures\": 0"), "\(text) \(failures)")
    }

    @Test(.enabled(if: has("python3"), "the script needs Python"))
    func nothingAcknowledgedIsLostWhereTwoProcessesAreKilled() throws {
        try expectNothingLost("kill.py", ["--rounds", "20", "--seed", "1"])
    }

    @Test(.enabled(if: has("python3") && has("cc"), "the script needs Python and a C compiler"))
    func failingCallsOfTheSystemEndInOneSentenceAndLoseNothing() throws {
        try expectNothingLost("faults.py", ["--short"])
    }
}
