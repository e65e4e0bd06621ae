import Foundation
import Testing

/// What names, paths and files hold reaches the terminal as text alone.
@Suite struct PrintingTests {
    private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        .standardizedFileURL

    /// All but the one place that writes to the standard streams, and texts of programs in other languages.
    @Test func nothingIsPrintedButThroughOnePlace() throws {
        let sources = root.appendingPathComponent("Sources")
        let pattern =
            /(^|[^A-Za-z_.])(print|debugPrint|dump|fputs|puts|fwrite|perror|printf)\(|FileHandle\.standard(Output|Error)|write\(STD(OUT|ERR)/
        let allowed = [
            "Invocation/StandardStreams.swift", "SeriesReading/PythonReaders.swift", "SeriesReading/PythonArrayReaders.swift",
        ]
        var found: [String] = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: sources.path) where path.hasSuffix(".swift") {
            guard !allowed.contains(path) else { continue }
            let text = try String(contentsOf: sources.appendingPathComponent(path), encoding: .utf8)
            for line in text.split(separator: "\n") where !line.contains("///") && line.contains(pattern) {
                found.append("\(path): \(line)")
            }
        }
        #expect(found.isEmpty, "\(found)")
    }

    @Test func nothingThatSteersATerminalComesThrough() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("printing-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder + "/models", withIntermediateDirectories: true)
        let evil = "\u{1B}]0;title\u{7}\u{1B}[31mred\u{9B}2J"
        let data = folder + "/data"
        #expect(
            try oddline(["accounts", "add", "ann", "ann@example.org", "--data-dir", data], input: "correct horse battery\n")
                .status
                == 0)
        let metadata = "{\"__metadata__\":{\"format\":\"\(evil)\",\"format_version\":\"\(evil)\"}}"
        var model = Data()
        withUnsafeBytes(of: UInt64(metadata.utf8.count).littleEndian) { model.append(contentsOf: $0) }
        model.append(contentsOf: metadata.utf8)
        try model.write(to: URL(fileURLWithPath: folder + "/models/lstm.safetensors"))
        let rows = "v\n" + (0..<60).map { "\($0 % 7)\n" }.joined()
        for (index, configuration) in ["[keys]\n\"EVIL\" = \"x\"\n", "[settings]\n\"EVIL\" = 1\n"].enumerated() {
            try FileManager.default.createDirectory(atPath: folder + "/c\(index)", withIntermediateDirectories: true)
            let written = configuration.replacing("EVIL", with: "\\u001B]0;x\\u0007")
            try written.write(toFile: folder + "/c\(index)/config.toml", atomically: true, encoding: .utf8)
        }
        for arguments in [
            ["accounts", "disable", evil, "--data-dir", data], ["accounts", "sessions", evil, "--data-dir", data],
            ["backup", folder + "/none/\(evil)", "--data-dir", data], ["backup", folder + "/\(evil)", "--data-dir", data],
            ["restore", folder + "/\(evil)x", "--data-dir", data], ["doctor", "--data-dir", folder + "/\(evil)y"],
            ["doctor", "--data-dir", folder + "/c0"], ["doctor", "--data-dir", folder + "/c1"],
            ["train", "-", "-o", folder + "/\(evil)z/m"], ["score", "-", "--model", folder + "/models"],
            ["score", folder + "/\(evil).csv"], ["serve", "--host", evil],
            ["serve", "--host", evil, "--insecure", "--port", "0", "--data-dir", data],
            ["--\(evil)"], ["dashboard", "--data-dir", data], ["generate", evil],
        ] {
            let outcome = try oddline(arguments, input: rows, environment: ["TERM": evil])
            let said = outcome.output + outcome.errors
            #expect(
                !said.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" || $0.value == 0x9B }, "\(arguments)")
            #expect(!said.isEmpty, "\(arguments)")
        }
    }
}
