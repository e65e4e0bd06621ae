import Foundation
import Testing

/// Where results and messages of the built program go.
@Suite struct OutputTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("output-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    /// Runs a line of shell in the folder, in which `oddline` is the program.
    private func shell(_ line: String) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "cd '\(folder.path)'; oddline() { '\(program)' \"$@\"; }; \(line)"]
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        let complained = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            output: String(decoding: said, as: UTF8.self), errors: String(decoding: complained, as: UTF8.self),
            status: process.terminationStatus)
    }

    private func remove() { try? FileManager.default.removeItem(at: folder) }

    @Test func aResultGoesThroughLinksAndPipesAndLeavesPermissions() throws {
        defer { remove() }
        let made = try shell("oddline generate contextual --rows 600")
        #expect(made.lines.count == 601)
        let write = "oddline generate contextual --rows 600 -o"
        #expect(try shell("\(write) -; ls").output == made.output)
        #expect(try shell("\(write) /dev/stdout").output == made.output)
        #expect(try shell("mkfifo pipe; timeout 60 cat pipe & \(write) pipe; wait").output == made.output)
        #expect(try shell("touch file; ln -s file link; \(write) link; test -L link && cat file").output == made.output)
        #expect(try shell("\(write) private; chmod 640 private; \(write) private; stat -c %a private").output == "640\n")
        let refused = try shell("\(write) own; oddline score own -o own; wc -l <own; oddline score own -o ./")
        #expect(refused.errors.hasPrefix("oddline: own: cannot be written (it is the file that is read)"))
        #expect(refused.output == "601\n" && refused.status == 1)
    }

    /// A full disk and a closed descriptor, both for messages alone.
    @Test(arguments: ["2>/dev/full", "2>&-"]) func messagesThatNobodyTakesEndNoWork(_ place: String) throws {
        defer { remove() }
        #expect(try shell("oddline score none.csv \(place)").status == 1)
        let table = "key,v\n" + (0..<200).map { "a,\($0 % 7)\n" }.joined() + "b,1\n" + (0..<200).map { "c,\($0 % 5)\n" }.joined()
        try Data(table.utf8).write(to: folder.appendingPathComponent("t.csv"))
        let scored = try shell(
            "oddline train t.csv --key key --shared -o models \(place); oddline score t.csv --key key --model models \(place)")
        #expect(scored.lines.count { $0.hasPrefix("a,") } == 200 && scored.lines.count { $0.hasPrefix("c,") } == 200)
        #expect(scored.status != 0 && scored.status < 64)
    }
}
