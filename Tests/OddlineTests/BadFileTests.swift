import Foundation
import Testing

@Suite struct BadFileTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-bad-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Scores a file that cannot be and expects one sentence that names it.
    private func expectRefusal(of path: String, named name: String, _ says: [String]) throws {
        let outcome = try oddline(["score", path])
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        let sentence = try #require(outcome.errors.split(separator: "\n").last)
        #expect(sentence.hasPrefix("oddline: \(name)") && sentence.hasSuffix("."))
        for part in says { #expect(sentence.contains(part)) }
        #expect(!sentence.unicodeScalars.contains { $0.properties.generalCategory == .control })
    }

    @Test(arguments: BadFile.all) func aBadFileGetsOneSentence(_ file: BadFile) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("bad.csv").path
        try file.content.write(to: URL(fileURLWithPath: path))
        try expectRefusal(of: path, named: "bad.csv", file.says)
    }

    @Test func thereAreAHundredOfThem() {
        #expect(BadFile.all.count >= 100 && Set(BadFile.all.map(\.name)).count == BadFile.all.count)
    }

    @Test func whatIsNoOrdinaryFileIsRefusedAtOnce() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let pipe = folder.appendingPathComponent("pipe.csv").path
        #expect(mkfifo(pipe, 0o600) == 0)
        try expectRefusal(of: pipe, named: "pipe.csv", ["is a pipe or a device"])
        for device in ["zero", "urandom", "null", "full"] {
            try expectRefusal(of: "/dev/\(device)", named: device, ["is a pipe or a device"])
        }
        try expectRefusal(of: folder.path, named: folder.lastPathComponent, ["it is a folder"])
        let link = folder.appendingPathComponent("link.csv").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: link)
        try expectRefusal(of: link, named: "link.csv", ["cannot be read"])
        try expectRefusal(of: folder.path + "/" + String(repeating: "n", count: 300), named: "nnn", ["cannot be read"])
    }

    @Test func gzipThatGrowsAThousandfoldIsRefused() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("bomb.csv.gz").path
        let packing = Process()
        packing.executableURL = URL(fileURLWithPath: "/bin/sh")
        packing.arguments = ["-c", "yes 1 | head -c 200000000 | gzip -9 > '\(path)'"]
        try packing.run()
        packing.waitUntilExit()
        try expectRefusal(of: path, named: "bomb.csv.gz", ["grows more than 100 times"])
    }

    @Test func anEndlessInputThatIsNoTextIsRefusedAtItsBeginning() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "'\(program)' score - < /dev/zero"]
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 1 && text == "oddline: standard input: is binary data; name a file of text.\n")
    }
}
