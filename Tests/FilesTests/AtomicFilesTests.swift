import Foundation
import Testing

@testable import Files

@Suite struct AtomicFilesTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    private var file: URL { folder.appendingPathComponent("file") }

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func remove() { try? FileManager.default.removeItem(at: folder) }
    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
    private func mode(_ url: URL) -> Int {
        var status = stat()
        return lstat(url.path, &status) == 0 ? Int(status.st_mode & 0o7777) : -1
    }

    @Test func aPrivateFileIsReplacedWholeAndStaysItsOwnersAlone() throws {
        defer { remove() }
        let large = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        for content in [Data(), Data([1, 2]), large, Data([3])] {
            try replacePrivateFile(at: file, with: content)
            #expect(try Data(contentsOf: file) == content && mode(file) == 0o600)
        }
        chmod(file.path, 0o644)
        try replacePrivateFile(at: file, with: Data([4]))
        #expect(mode(file) == 0o600, "whatever it was")
        #expect(try names() == ["file"])
    }

    @Test func aLinkInThePlaceOfAPrivateFileIsNotFollowed() throws {
        defer { remove() }
        let other = folder.appendingPathComponent("other")
        try Data("theirs".utf8).write(to: other)
        try FileManager.default.createSymbolicLink(at: file, withDestinationURL: other)
        #expect(try !makePrivateFile(at: file, with: Data([1])))
        try replacePrivateFile(at: file, with: Data([1]))
        #expect(try Data(contentsOf: other) == Data("theirs".utf8) && Data(contentsOf: file) == Data([1]))
    }

    @Test func whoComesSecondMakesNoPrivateFile() throws {
        defer { remove() }
        #expect(try makePrivateFile(at: file, with: Data([1])))
        #expect(try !makePrivateFile(at: file, with: Data([2])))
        #expect(try Data(contentsOf: file) == Data([1]) && mode(file) == 0o600)
        #expect(try names() == ["file"])
    }

    @Test func aFailureSaysWhyAndLeavesWhatWasThere() throws {
        defer { remove() }
        let nowhere = folder.appendingPathComponent("none/file")
        for write in [replacePrivateFile, writeAsResult, { url, data in _ = try makePrivateFile(at: url, with: data) }] {
            let error = #expect(throws: FileError.self) { try write(nowhere, Data([1])) }
            #expect(error?.description == "there is no such folder")
        }
        let inside = file.appendingPathComponent("inside")
        try FileManager.default.createDirectory(at: inside, withIntermediateDirectories: true)
        for write in [replacePrivateFile, writeAsResult] {
            let error = #expect(throws: FileError.self) { try write(file, Data([1])) }
            #expect(error?.description == "a folder has its name" && error?.remedy == "rename or remove that folder")
        }
        #expect(try names() == ["file"], "no draft stays")
    }

    private func writeAsResult(_ url: URL, _ data: Data) throws { try Destination(url.path).write(data) }

    @Test func aResultTakesThePermissionsOfWhatItReplacesAndFollowsLinks() throws {
        defer { remove() }
        try Destination(file.path).write(Data([1]))
        let usual = folder.appendingPathComponent("usual")
        close(creat(usual.path, 0o666))
        #expect(mode(file) == mode(usual), "a new one has what the user gives new files")
        unlink(usual.path)
        chmod(file.path, 0o640)
        let link = folder.appendingPathComponent("link")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
        try Destination(link.path).write(Data([2, 3]))
        #expect(try Data(contentsOf: file) == Data([2, 3]) && mode(file) == 0o640)
        #expect(try names() == ["file", "link"])
        try Destination("/dev/null").write(Data([4]))
        #expect(try FileHandle(forReadingFrom: URL(fileURLWithPath: "/dev/null")).readToEnd()?.isEmpty ?? true)
    }

    @Test func aDestinationIsLookedAtBeforeAnythingIsWritten() throws {
        defer { remove() }
        let place = Destination(file.path)
        try place.check(reading: [file.path])
        #expect(try names().isEmpty, "looking makes nothing")
        try place.write(Data([1]))
        let (link, hard) = (folder.appendingPathComponent("link"), folder.appendingPathComponent("hard"))
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
        try FileManager.default.linkItem(at: file, to: hard)
        for path in [file.path, link.path, hard.path, folder.path + "/./file"] {
            #expect(throws: FileError.source, "\(path)") { try Destination(path).check(reading: [file.path]) }
        }
        try Destination("/dev/null").check(reading: ["/dev/null"])
        #expect(throws: FileError.system(EISDIR)) { try Destination(folder.path).check() }
        #expect(throws: FileError.system(ENOENT)) { try Destination(folder.path + "/none/file").check() }
        try checkFolder(folder.appendingPathComponent("a/b/c"))
        #expect(throws: FileError.system(ENOTDIR)) { try checkFolder(file.appendingPathComponent("models")) }
        #expect(try names() == ["file", "hard", "link"])
    }

    @Test func aLinkThatLeadsNowhereYetIsWrittenThrough() throws {
        defer { remove() }
        let link = folder.appendingPathComponent("link")
        try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "file")
        try Destination(link.path).write(Data([1, 2]))
        #expect(try Data(contentsOf: file) == Data([1, 2]))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == "file")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/round", withDestinationPath: "round")
        #expect(throws: FileError.system(ELOOP)) { try Destination(folder.path + "/round").write(Data([1])) }
    }

    @Test(arguments: ["f", "a name of some length.csv", String(repeating: "ä", count: 127), "a.b"])
    func aDraftIsKnownByItsNameAndToWhomItBelongs(name: String) throws {
        defer { remove() }
        let place = folder.appendingPathComponent(name)
        try replacePrivateFile(at: place, with: Data([1]))
        let draft = newDraft(of: place).lastPathComponent
        #expect(draft.hasPrefix(".") && draft.utf8.count <= 255)
        #expect(isDraft(draft) && isDraft(draft, of: name) && !isDraft(draft, of: "x"))
        #expect(!isDraft(name) && !isDraft(".\(name)") && !isDraft(draft + "1") && !isDraft("x" + draft))
        #expect(draft != Files.newDraft(of: place).lastPathComponent)
    }

    @Test func aDraftOfAnotherFileWithTheSameBeginningIsNotTakenForOnesOwn() {
        let other = newDraft(of: URL(fileURLWithPath: "/x/copy.old")).lastPathComponent
        #expect(isDraft(other, of: "copy.old") && !isDraft(other, of: "copy"))
        #expect(!isDraft(UUID().uuidString) && !isDraft(".\(UUID().uuidString)"))
    }
}
