import Foundation
import Testing
import TimeSeries

@testable import SeriesReading

/// A folder with files and with programs of the test's own, which goes with the test.
final class ProgramBench {
    let folder: URL
    /// Where well-known programs are looked for; empty at first.
    let programs: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        programs = folder.appendingPathComponent("programs")
        try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func file(_ name: String, _ content: Data = Data("x".utf8)) throws -> String {
        let file = folder.appendingPathComponent(name)
        try content.write(to: file)
        return file.path
    }

    /// A script for the shell, which gets the path as `$1`, as the program for an ending.
    func readers(
        _ script: String, for ending: String = ".x", seconds: Double = 60, mostBytes: Int = 1 << 20
    ) throws -> ReaderPrograms {
        let path = try file(UUID().uuidString + ".sh", Data(script.utf8))
        return ReaderPrograms(
            [ending: ["/bin/sh", path]], within: .init(seconds: seconds, mostBytes: mostBytes), path: programs.path)
    }

    /// A well-known program that does what another one does.
    func install(_ name: String, as other: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: programs.appendingPathComponent(name).path, withDestinationPath: other)
    }

    var installed: ReaderPrograms { ReaderPrograms([:], within: .init(seconds: 60, mostBytes: 1 << 20), path: programs.path) }
}

/// What a program made of a file, as text.
private func text(_ table: ReaderPrograms.Table?) -> String? { table.map { String(decoding: $0.csv, as: UTF8.self) } }

// MARK: Programs of the user's

@Test func whatAProgramWritesIsTheTable() throws {
    let bench = try ProgramBench()
    let path = try bench.file("Numbers.X", Data("1\n2\n".utf8))
    // What it complains of is its own affair where it succeeds, and it has nothing to read.
    let table = try bench.readers("cat; echo v; cat \"$1\"; echo notice: hm >&2").csv(of: path, name: "n")
    #expect(text(table) == "v\n1\n2\n")
    #expect(table?.format == "x" && table?.program == "/bin/sh" && table?.notices == ["It is read by /bin/sh."])
}

@Test func theLongestEndingWins() throws {
    let bench = try ProgramBench()
    let readers = ReaderPrograms([".zst": ["/bin/echo", "short"], ".CSV.zst": ["/bin/echo", "long"], "": [], "q": [""]])
    #expect(text(try readers.csv(of: bench.file("a.csv.zst"), name: "a"))?.hasPrefix("long /") == true)
    #expect(text(try readers.csv(of: bench.file("csv.zst"), name: "a"))?.hasPrefix("short /") == true)
    #expect(try readers.csv(of: bench.file("a.zst.csv"), name: "a") == nil)
    #expect(readers.takes(name: "B.ZST") && readers.takes(name: "b.h5") && !readers.takes(name: "b.csv"))
}

@Test(arguments: [
    ("echo 'Reading' >&2; echo 'Error: no such table: t' >&2; echo '  LINE 1' >&2; exit 3", "Error: no such table: t"),
    ("echo first >&2; printf 'last \\033[1m' >&2; exit 1", "last \u{FFFD}[1m"),
    ("exit 4", "it ended with status 4 and said nothing"), ("kill -9 $$", "it was ended by signal 9"),
    ("echo nothing to see >&2", "nothing to see"), ("true", "it wrote nothing"),
    ("seq 1 100000 >&2; exit 1", "100000"),
]) func aProgramThatFailsIsOneSentenceWithWhatItSaid(_ script: String, _ reason: String) throws {
    let bench = try ProgramBench()
    let error = try #require(throws: SeriesError.self) {
        try bench.readers(script).csv(of: bench.file("a.x"), name: "a.x")
    }
    #expect(error == .readerFailed(file: "a.x", program: "/bin/sh", reason: reason))
    #expect(error.description.hasPrefix("a.x: /bin/sh could not read it (\(reason)); "))
}

@Test func aProgramThatIsNotThereIsNamed() throws {
    let bench = try ProgramBench()
    let readers = ReaderPrograms([".x": ["no-such-program", "{}"]])
    #expect(throws: SeriesError.readerMissing(file: "a.x", program: "no-such-program")) {
        try readers.csv(of: bench.file("a.x"), name: "a.x")
    }
}

/// Whether a process has ended.
private func isGone(_ process: Int32) -> Bool {
    // One that nobody has waited for yet is listed as a zombie.
    let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    return kill(process, 0) != 0 || status?.contains(") Z ") == true
}

/// Waits a second at most for the process whose number a file holds to end.
func expectGone(notedIn note: String) throws {
    let process = try #require(Int32(String(contentsOfFile: note, encoding: .utf8).trimmingCharacters(in: .newlines)))
    for _ in 0..<100 where !isGone(process) { usleep(10_000) }
    #expect(isGone(process))
}

@Test func aProgramThatHangsIsStoppedWithAllThatItStarted() throws {
    let bench = try ProgramBench()
    let note = bench.folder.appendingPathComponent("started").path
    let readers = try bench.readers(
        "sleep 1000 & echo $! > \(note).new; mv \(note).new \(note); echo v; sleep 1000", seconds: 0.3)
    let start = ContinuousClock.now
    #expect(throws: SeriesError.readerFailed(file: "a", program: "/bin/sh", reason: "it had not ended after 1 s and was stopped"))
    {
        try readers.csv(of: bench.file("a.x"), name: "a")
    }
    #expect(ContinuousClock.now - start < .seconds(20))
    try expectGone(notedIn: note)
}

/// It holds the pipe, so that there is no end of what is read.
@Test func whatAProgramLeavesBehindKeepsNobodyWaiting() throws {
    let bench = try ProgramBench()
    let start = ContinuousClock.now
    #expect(text(try bench.readers("echo v; sleep 1000 & exit 0").csv(of: bench.file("a.x"), name: "a")) == "v\n")
    #expect(text(try bench.readers("echo v; yes & exit 0").csv(of: bench.file("a.x"), name: "a"))?.hasPrefix("v\n") == true)
    #expect(ContinuousClock.now - start < .seconds(20))
}

@Test func endlessOutputIsEnded() throws {
    let bench = try ProgramBench()
    #expect(throws: SeriesError.tooLarge(file: "a", mostBytes: 1 << 20)) {
        try bench.readers("yes 1").csv(of: bench.file("a.x"), name: "a")
    }
    // Complaints without an end are not kept.
    let loud = try bench.readers("yes error >&2", seconds: 0.2)
    #expect(throws: SeriesError.self) { try loud.csv(of: bench.file("a.x"), name: "a") }
}

@Test func allOfALargeTableComes() throws {
    let bench = try ProgramBench()
    let table = try bench.readers("seq 1 100000").csv(of: bench.file("a.x"), name: "a")
    #expect(text(table) == (1...100_000).map { "\($0)\n" }.joined())
}

// MARK: Paths

/// A file's name of signs that mean something to shells, queries and patterns.
private func oddName(_ generator: inout SeededGenerator) -> String {
    let signs = Array("a '\"$`\\;&|<>(){}*?[]!#~\n\t-=%ü漢🙂")
    return String(
        (0..<Int.random(in: 1...12, using: &generator)).map { _ in signs[Int.random(in: 0..<signs.count, using: &generator)] })
}

@Test(arguments: 0..<12) func theProgramGetsThePathAsItIs(_ seed: UInt64) throws {
    let bench = try ProgramBench()
    var generator = SeededGenerator(seed: seed)
    let path = try bench.file(oddName(&generator) + ".x", Data("content \(seed)".utf8))
    #expect(text(try bench.readers("printf %s \"$1\"").csv(of: path, name: "a")) == path)
    // Within a word of its own it is a link, in whose name nothing means anything.
    let words = ["/bin/sh", "-c", "cat {}; printf '|%s' '{}' \"{}\""]
    let parts = try #require(text(try ReaderPrograms([".x": words]).csv(of: path, name: "a"))).split(separator: "|")
    #expect(parts.count == 3 && parts[0] == "content \(seed)" && parts[1] == parts[2], "\(parts)")
    #expect(parts[1].hasSuffix("/table.x") && !FileManager.default.fileExists(atPath: String(parts[1])), "\(parts)")
}

@Test func aPathThatLooksLikeAnOptionIsNone() throws {
    let whole = try #require(ReaderCommand(ofUser: ["cat", "-n"]))
    #expect(whole.arguments(path: "-rf", folder: nil) == ["-n", "./-rf"])
    #expect(whole.arguments(path: "/a/-rf", folder: nil) == ["-n", "/a/-rf"])
    let within = try #require(ReaderCommand(ofUser: ["duckdb", "-c", "SELECT * FROM '{}'"]))
    #expect(within.arguments(path: "-a.x", folder: nil) == ["-c", "SELECT * FROM './-a.x'"])
    #expect(!within.needsFolder(for: "/data/a-1.x") && within.needsFolder(for: "/data/a'.x") && !whole.needsFolder(for: "a'"))
    #expect(ReaderCommand(ofUser: []) == nil && ReaderCommand(ofUser: ["", "a"]) == nil)
}

@Test func whatIsNoFileStartsNoProgram() throws {
    let bench = try ProgramBench()
    let readers = try bench.readers("echo v")
    let folder = bench.folder.appendingPathComponent("folder.x")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let pipe = bench.folder.appendingPathComponent("pipe.x").path
    #expect(mkfifo(pipe, 0o600) == 0)
    for path in [folder.path, pipe, bench.folder.path + "/none.x", "-", ""] {
        #expect(try readers.csv(of: path, name: "a") == nil, "\(path)")
    }
}

// MARK: What a file is

@Test(
    arguments: [
        ("PAR1\u{0}", "a", .parquet), ("ARROW1\u{0}", "a.x", .arrow), ("FEA1\u{0}", "a", .arrow), ("CDF\u{1}\u{0}", "a", .netcdf),
        ("MATLAB 5.0 MAT-file, Platform: GLNXA64", "a.dat", .matlab), ("MATLAB 7.3 MAT-file", "a", .matlab),
        ("\u{1}\u{0}\u{0}\u{0}", "a.mat", .matlab), ("\u{1}\u{0}\u{0}\u{0}", "b.a.parquet", .parquet),
        ("PK\u{3}\u{4} mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "a.zip", .ods),
        ("PK\u{3}\u{4} xl/workbook.xml", "a", .xlsx), ("PK\u{3}\u{4} data.csv", "a.zip", nil), ("PK\u{3}\u{4}", "a.xlsx", .xlsx),
        ("time,value\n1,2\n", "a.xls", nil), ("", "a.h5", nil), ("{\"a\": 1}", "a.mat", nil), ("\u{1}\u{0}", "a.bin", nil),
        ("version https://git-lfs.github.com/spec/v1\n", "a.parquet", nil),
    ] as [(String, String, ForeignTable?)])
func aTableIsToldByItsContentAndThenByItsName(_ content: String, _ name: String, _ kind: ForeignTable?) {
    let data = Data(content.utf8)
    #expect(ForeignTable(head: data, tail: data, name: name) == kind)
}

@Test func theNameTellsWhatIsKeptInHDF5() {
    let hdf5 = Data([0x89]) + Data("HDF\r\n\u{1A}\n".utf8)
    let behindBlock = Data(count: 512) + hdf5
    for (name, kind) in [("a.h5", .hdf5), ("a", .hdf5), ("a.nc", .netcdf), ("a.mat", .matlab), ("a.parquet", .hdf5)]
        as [(String, ForeignTable)]
    {
        #expect(ForeignTable(head: hdf5, tail: hdf5, name: name) == kind)
        #expect(ForeignTable(head: behindBlock, tail: behindBlock, name: name) == kind)
    }
    let wide = Data([0xFF, 0xFE]) + Data("t\u{0},\u{0}".utf8)
    #expect(ForeignTable(head: wide, tail: wide, name: "a.xls") == nil, "text is often named so")
}

@Test func contentThatCameThroughAPipeIsToBeSaved() {
    #expect(
        ForeignContent.refusal(ofPiped: Data("PAR1\u{0}".utf8), file: "standard input")?.description
            == "standard input: is a Parquet file, which is read from an uncompressed file alone; save it as one and open that.")
    #expect(
        ForeignContent.refusal(ofPiped: Data("BZh9".utf8), file: "f")
            == .foreign(file: "f", kind: "compressed with bzip2", remedy: "decompress it, or compress it with gzip"))
    #expect(
        ForeignContent.refusal(ofPiped: Data("SQLite format 3\0".utf8), file: "f")
            == .fileNeeded(file: "f", kind: "an SQLite database"))
    #expect(ForeignContent.refusal(ofPiped: Data("a,b\n1,2\n".utf8), file: "f") == nil)
    #expect(ForeignContent.refusal(ofPiped: Data([0xFF, 0xFE]) + Data("t\0,\0v\0\n\0".utf8), file: "f") == nil, "it is read")
}

@Test(arguments: ForeignTable.allCases) func whereNothingIsInstalledThePackageIsNamed(_ kind: ForeignTable) throws {
    let bench = try ProgramBench()
    let name = "a" + kind.endings[0]
    let path = try bench.file(name, Data([1, 0, 2]))
    let error = try #require(throws: SeriesError.self) { try bench.installed.csv(of: path, name: name) }
    #expect(error == .readerNeeded(file: name, kind: kind.name, install: ReaderCommand.installing(kind)))
    #expect(error.description.contains("\(name): is \(kind.name)") && error.description.contains(" install "))
}

/// A folder of data must not bring its own programs.
@Test func programsAreLookedForInAbsoluteFoldersAlone() throws {
    let bench = try ProgramBench()
    let path = try bench.file("a.parquet", Data("PAR1\u{0}".utf8))
    try bench.install("duckdb", as: "/bin/echo")
    let relative = ReaderPrograms([:], within: .init(), path: ".::programs:../../../../../../../../..\(bench.programs.path)")
    #expect(throws: SeriesError.self) { try relative.csv(of: path, name: "a") }
    let said = try #require(text(try bench.installed.csv(of: path, name: "a")))
    #expect(said.hasSuffix(" -c SELECT * FROM read_parquet('\(path)')\n"))
}

// MARK: Well-known programs

@Test func sheetsAreCounted() throws {
    func entry(_ name: String) -> Data {
        var entry = Data("PK\u{1}\u{2}".utf8) + Data(count: 42)
        entry[28] = UInt8(name.utf8.count)
        return entry + Data(name.utf8)
    }
    let names = [
        "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels", "xl/worksheets/sheet2.xml",
    ]
    let tail = Data(count: 7) + names.map(entry).reduce(Data(), +)
    #expect(ForeignTable.sheetCount(tail: tail) == 2)
    #expect((0..<tail.count).allSatisfy { ForeignTable.sheetCount(tail: tail.prefix($0)) <= 2 })
    let bench = try ProgramBench()
    try bench.install("xlsx2csv", as: "/bin/echo")
    let path = try bench.file("a.xlsx", Data("PK\u{3}\u{4}".utf8) + tail)
    let table = try #require(try bench.installed.csv(of: path, name: "a"))
    #expect(
        text(table) == "--ignore-formats percentage -s 1 --floatformat %.15g -f %Y-%m-%d %H:%M:%S -t %H:%M:%S \(path)\n"
            && table.format == "Excel")
    #expect(table.notices == ["It is read by xlsx2csv.", "It has 2 sheets, of which the first is read."])
}

@Test func whereOneProgramFailsTheNextIsAsked() throws {
    let bench = try ProgramBench()
    let path = try bench.file("a.parquet", Data("PAR1\u{0}".utf8))
    try bench.install("python3", as: "/bin/false")
    #expect(throws: SeriesError.readerFailed(file: "a", program: "python3", reason: "it ended with status 1 and said nothing")) {
        try bench.installed.csv(of: path, name: "a")
    }
    try bench.install("duckdb", as: "/bin/echo")
    #expect(try bench.installed.csv(of: path, name: "a")?.program == "duckdb")
}

@Test func aProgramThatWritesFilesGetsAFolderForThem() throws {
    let bench = try ProgramBench()
    try bench.install("soffice", as: "/bin/false")
    let path = try bench.file("it's a.ods", Data([1, 0]))
    #expect(throws: SeriesError.readerFailed(file: "a", program: "soffice", reason: "it ended with status 1 and said nothing")) {
        try bench.installed.csv(of: path, name: "a")
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
    #expect(left.sorted() == ["it's a.ods", "programs"])
}
