import Foundation
import Testing

@testable import Workbench

/// Which files a set holds.
@Suite struct FileSetTests {
    @Test func aSetHoldsWhatLiesInFoldersInTheOrderOfNumbersAndEachOnce() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["b/p10.csv", "b/p9.csv", "a/x.csv", "a/.hidden.csv", "a/notes.txt", "top.csv"] {
            let file = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: file)
        }
        let like = folder.appendingPathComponent("folder.csv")
        try FileManager.default.createDirectory(at: like, withIntermediateDirectories: true)
        let named = folder.path + "/b/p9.csv"
        let set = FileSet(at: [named, folder.path, "/not/there.csv"]) { $0.hasSuffix(".csv") }
        let names = set.paths.map { $0.replacingOccurrences(of: folder.path + "/", with: "") }
        #expect(names == ["b/p9.csv", "a/x.csv", "b/p10.csv", "top.csv", "/not/there.csv"])
        #expect(!set.isCut)
    }
}
