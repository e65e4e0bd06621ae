import Foundation
import GRDB
import Testing

@testable import Persistence

@Suite struct ProblemLogTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    private var locations: Locations { Locations(dataDirectory: folder.path) }

    private func lines(_ log: ProblemLog) throws -> [Substring] {
        try String(contentsOf: log.url, encoding: .utf8).split(separator: "\n")
    }

    @Test func whatWasNotForeseenIsWrittenDownAndItsPlaceIsTold() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = ProblemLog(in: locations)
        let foreseen = StorageError.busy(path: "x.db")
        #expect(log.sentence(for: foreseen) == foreseen.description)
        #expect(!FileManager.default.fileExists(atPath: log.url.path), "what was foreseen is not written")
        let sentence = log.sentence(for: DatabaseError(resultCode: .SQLITE_CORRUPT, message: "page 7"))
        #expect(sentence.hasPrefix("Something unexpected went wrong (") && sentence.contains(log.url.path))
        #expect(try lines(log).count == 1 && lines(log)[0].contains("page 7"))
        #expect(log.sentence(for: CocoaError(.fileReadNoSuchFile)).contains(log.url.path))
        struct Nameless: Error {}
        #expect(log.sentence(for: Nameless()).contains("Nameless"))
        var status = stat()
        #expect(lstat(log.url.path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test(arguments: [
        ("ann.b@example.org", "(email)"), ("$2b$12$abcdefghijklmnopqrstuv", "(hash)"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_d", "(token)"),
        ("0123456789abcdef0123456789abcdef", "(key)"), ("password: hunter22", "(hidden)"),
        ("Authorization: Bearer x.y", "(hidden)"), ("\"token\":\"q7\"", "(hidden)"),
    ]) func secretsAreTakenOut(_ secret: String, _ instead: String) {
        let line = ProblemLog.withoutSecrets("it failed\nwith \(secret) here")
        #expect(!line.contains(secret) && line.contains(instead) && !line.contains("\n"))
        #expect(line.hasPrefix("it failed with") && line.hasSuffix("here"))
    }

    @Test func theLogStaysSmallAndPrivateWhoeverWrites() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let (limit, text) = (4000, String(repeating: "x y ", count: 30))
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    let log = ProblemLog(in: locations, limit: limit)
                    for number in 0..<50 { #expect(log.note("\(writer) \(number) \(text)")) }
                }
            }
        }
        for name in ["oddline.log", "oddline.log.1"] {
            let url = folder.appendingPathComponent(name)
            let content = try String(contentsOf: url, encoding: .utf8)
            #expect(content.utf8.count <= limit && content.utf8.count > 100)
            #expect(content.split(separator: "\n").allSatisfy { $0.hasSuffix("x y ") }, "no line is torn")
            var status = stat()
            #expect(lstat(url.path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    }

    @Test func aLinkIsNotFollowedAndTheSentenceSaysWhatIsNotWritten() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try makePrivateFolder(folder)
        let elsewhere = folder.appendingPathComponent("elsewhere")
        try Data().write(to: elsewhere)
        let log = ProblemLog(in: locations)
        try FileManager.default.createSymbolicLink(at: log.url, withDestinationURL: elsewhere)
        #expect(!log.note("text") && FileManager.default.contents(atPath: elsewhere.path)?.isEmpty == true)
        #expect(log.sentence(for: CocoaError(.fileReadNoSuchFile)).hasSuffix("cannot be written."))
    }
}
