import Foundation
import Testing

@testable import Persistence

/// What killed processes leave behind.
@Suite struct DraftTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    private var data: URL { folder.appendingPathComponent("data") }

    /// Makes files in the data folder that changed last some hours ago.
    private func make(_ names: [String], hoursAgo: Double) throws {
        for name in names {
            let url = data.appendingPathComponent(name)
            try makePrivateFolder(url.deletingLastPathComponent())
            try Data("secret".utf8).write(to: url)
            try age(url, hoursAgo)
        }
    }

    private func age(_ url: URL, _ hours: Double) throws {
        let then = Date().addingTimeInterval(-hours * 3600)
        try FileManager.default.setAttributes([.modificationDate: then], ofItemAtPath: url.path)
    }

    private func files() -> Set<String> {
        let found = FileManager.default.enumerator(atPath: data.path)?.compactMap { $0 as? String } ?? []
        return Set(found).subtracting(["models", "models/1", "oddline.db", "oddline.db-wal", "oddline.db-shm"])
    }

    private static let id = "3F2504E0-4F89-41D3-9A0C-0305E82C3301"
    private static let drafts = [
        ".signing-keys.json.\(id)", ".audit-key.\(id)", "models/1/.f-lstm.safetensors.\(id)", "models/.x.\(id)",
    ]
    private static let others = [
        "signing-keys.json", "mine.\(id)", "models/1/f-lstm.safetensors", ".hidden", "models/1/.hidden.safetensors", "\(id)",
    ]

    @Test func draftsOfYesterdayAreRemovedWhenTheDatabaseIsOpenedAndNothingElseIs() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try make(Self.drafts + Self.others, hoursAgo: 25)
        _ = try OddlineDatabase(at: data.appendingPathComponent("oddline.db"))
        #expect(files() == Set(Self.others))
    }

    @Test func draftsThatMayBeWorkedOnStay() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try make(Self.drafts, hoursAgo: 23)
        try make([".session-token.\(Self.id)"], hoursAgo: -50)
        _ = try OddlineDatabase(at: data.appendingPathComponent("oddline.db"))
        #expect(files() == Set(Self.drafts + [".session-token.\(Self.id)"]), "also one of the future, after the clock went back")
    }

    @Test func foldersAndWhatLinksPointToStay() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try make([".audit-key.\(Self.id)/inside", "elsewhere/.x.\(Self.id)"], hoursAgo: 25)
        try age(data.appendingPathComponent(".audit-key.\(Self.id)"), 25)
        let link = data.appendingPathComponent("models")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: data.appendingPathComponent("elsewhere"))
        Drafts.removeAbandoned(inData: data)
        #expect(files().isSuperset(of: [".audit-key.\(Self.id)/inside", "elsewhere/.x.\(Self.id)"]))
    }

    @Test func aBackupRemovesWhatAnEarlierOneOfThatNameLeft() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let locations = Locations(dataDirectory: data.path, environment: [:])
        _ = try OddlineDatabase(at: locations.database)
        func draft(_ name: String, hoursAgo: Double) throws {
            let url = folder.appendingPathComponent(name)
            try makePrivateFolder(url.appendingPathComponent("models"))
            try age(url, hoursAgo)
        }
        try draft(".copy.\(Self.id)", hoursAgo: 25)
        try draft(".copy.3F2504E0-4F89-41D3-9A0C-0305E82C3302", hoursAgo: 1)
        try draft(".other.\(Self.id)", hoursAgo: 25)
        try draft(".copy.notes", hoursAgo: 25)
        try draft(".data.\(Self.id)", hoursAgo: 25)
        let backup = Backup(at: folder.appendingPathComponent("copy"))
        try backup.make(from: locations)
        func names() throws -> Set<String> { Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)) }
        let left: Set = ["data", "copy", ".copy.3F2504E0-4F89-41D3-9A0C-0305E82C3302", ".other.\(Self.id)", ".copy.notes"]
        #expect(try names() == left.union([".data.\(Self.id)"]))
        let kept = try #require(try backup.restore(to: locations))
        #expect(try names() == left.union([kept.lastPathComponent]))
    }

    @Test func readingLeavesNoFilesThatWereNotThereAndTakesNoneAway() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = data.appendingPathComponent("oddline.db")
        func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: data.path).sorted() }
        do {
            let database = try OddlineDatabase(at: url)
            try database.write { try $0.execute(sql: "INSERT INTO audit_log (at, action, detail) VALUES (0, 'a', 'b')") }
        }
        try #require(try names() == ["oddline.db"])
        for _ in 0..<2 {
            #expect(try OddlineDatabase(readingFrom: url).check().isEmpty)
            #expect(try names() == ["oddline.db"])
        }
        let service = try OddlineDatabase(at: url)
        #expect(try OddlineDatabase(readingFrom: url).check().isEmpty)
        #expect(try names() == ["oddline.db", "oddline.db-shm", "oddline.db-wal"], "they belong to the service")
        try service.write { try $0.execute(sql: "INSERT INTO audit_log (at, action, detail) VALUES (0, 'a', 'b')") }
    }
}
