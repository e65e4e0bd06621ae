import Foundation
import Testing

/// The built program serving on a free port, asked with curl as a stranger would.
final class Service {
    let process = Process()
    /// `http://127.0.0.1:PORT`
    let base: String
    /// The token for the first administrator, where one was printed.
    let setUp: String?
    private let logFile = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-log-" + UUID().uuidString)

    /// Returns when it listens.
    init(_ data: String, _ arguments: [String] = []) throws {
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["serve", "--port", "0", "--data-dir", data] + arguments
        let output = Pipe()
        try Data().write(to: logFile)
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: logFile)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        base = String(try #require(text.firstMatch(of: /Listening at (https?:\/\/\S+)/), "\(text)").1)
        setUp = text.firstMatch(of: /"set_up_token": "([0-9a-f]{32})"/).map { String($0.1) }
    }

    deinit {
        if process.isRunning { process.terminate() }
        try? FileManager.default.removeItem(at: logFile)
    }

    var port: String { String(base.split(separator: ":").last ?? "") }

    var log: String { (try? String(contentsOf: logFile, encoding: .utf8)) ?? "" }

    /// What curl prints of an answer.
    func curl(_ path: String, _ arguments: String...) throws -> String { try run(["curl", "-s", base + path] + arguments) }

    /// Sends a JSON body.
    func post(_ path: String, _ body: String) throws -> String {
        try curl(path, "-H", "content-type: application/json", "-d", body)
    }
}

/// Runs a command and gives what it prints.
@discardableResult
func run(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    let answer = Pipe()
    process.standardOutput = answer
    try process.run()
    let text = String(decoding: answer.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text
}

/// Whether a command is there.
func has(_ command: String) -> Bool { (try? run(["sh", "-c", "command -v \(command)"]).isEmpty) == false }
