import Foundation
import SeriesReading
import Testing
import TimeSeries
import Work
import Workbench

@testable import Dashboard

/// Files that programs read.
@Suite struct ReadersTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString)")
    /// A program that writes each line of a file behind its number.
    private let readers = ReaderPrograms([".x": ["/bin/sh", "-c", "echo 'n,v'; sed 's/^/0,/' {}"]])

    private func answer(
        _ office: Office, _ events: inout AsyncStream<DashboardEvent>.AsyncIterator, _ effect: Effect
    ) async throws -> Answer? {
        office.desk.start(effect)
        guard case .answer(_, let answer)? = await events.next() else { return nil }
        return answer
    }

    private func file(_ name: String) throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent(name)
        try Data((1...90).map { "\($0 * $0 % 11)\n" }.joined().utf8).write(to: file)
        return file.path
    }

    @Test func aFileIsOpenedAndReadAgainByItsProgram() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = try file("a.x")
        let office = try Office(readers: readers)
        var events = office.reports.makeAsyncIterator()
        guard case .opened(let opened)? = try await answer(office, &events, .open(path: path)) else {
            Issue.record("not opened")
            return
        }
        #expect(opened.understanding.format == "x, by /bin/sh" && opened.series.rowCount == 90)
        #expect(opened.options.readers == nil, "what is kept names no programs")
        var options = opened.options
        options.renamed = ["v": "flow"]
        guard case .reread(_, let again)? = try await answer(office, &events, .readAgain(path: path, options, Cancellation()))
        else {
            Issue.record("not read again")
            return
        }
        #expect(again.series.channels.map(\.name).contains("flow"))
        #expect(try office.library.reading(of: path) == options)
    }

    @Test func aFileThatAProgramReadsIsNeitherFollowedNorPreviewed() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = try file("a.x")
        let office = try Office(readers: readers)
        var events = office.reports.makeAsyncIterator()
        guard case .openFailed(let sentence)? = try await answer(office, &events, .openToFollow(path: path)) else {
            Issue.record("followed")
            return
        }
        #expect(sentence.hasPrefix("a.x: cannot be followed"))
        guard case .previewed(_, .failure(let error))? = try await answer(office, &events, .preview(path: path)) else {
            Issue.record("previewed")
            return
        }
        #expect(error.message == "It is a file for /bin/sh, which another program reads; open it to see it.")
    }

    @Test func filesThatProgramsReadAreListed() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["a.x", "b.PARQUET", "c.csv", "d.bin"] { _ = try file(name) }
        let office = try Office()
        let samples = folder.appendingPathComponent("none")
        func names(_ readers: ReaderPrograms?) throws -> [String] {
            try office.library.entries(samples: samples, folder: folder, readers: readers).map(\.name)
        }
        #expect(try names(readers) == ["a.x", "b.PARQUET", "c.csv"])
        #expect(try names(nil) == ["c.csv"])
    }
}
