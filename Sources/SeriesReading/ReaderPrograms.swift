import Foundation
import TimeSeries
import Work

/// Programs that read what is no text and write it as CSV: those that a user names, and well-known ones where they are installed.
///
/// A program is run without a shell, with nothing to read, in a group of processes of its own, for two minutes at most; it gets the
/// path as one argument. Who reads files that others send hands no `ReaderPrograms` on, so that nobody else starts a program.
/// What it writes is held in memory, 4 GB at most, and of what it complains the last two thousand bytes.
///
/// ```swift
/// let readers = ReaderPrograms([".parquet": ["duckdb", "-csv", "-c", "SELECT * FROM '{}'"]])
/// let table = try readers.csv(of: "data.parquet", name: "data.parquet")
/// ```
public struct ReaderPrograms: Sendable, Equatable {
    /// What a program made of a file.
    public struct Table: Sendable, Equatable {
        /// Delimited text, UTF-8 where the program is one of the well-known ones.
        public let csv: Data
        /// What the file is: `Parquet`, `Arrow`, `Excel`, `OpenDocument`, `old Excel`, `NetCDF`, `HDF5` or `MATLAB`; where the user
        /// named the program, the ending that it is for, without the point.
        public let format: String
        /// The program, as it is called.
        public let program: String
        /// Sentences for the user: by what the file was read, and what is left out of it.
        public let notices: [String]
    }

    /// The user's programs by the ending of a file's name, in lower case with the point.
    private let commands: [String: ReaderCommand]
    private let bounds: ReaderRun.Bounds
    /// Where programs are looked for.
    private let folders: [String]
    /// Flags of which each stops the program that runs.
    private var stops: [Cancellation] = []

    /// The status by which one of our texts says that it has no library.
    private static let nothingThere: ReaderRun.Ending = .ended(PythonReaders.nothingThere)

    /// The user's programs, and where those do not apply well-known ones.
    /// - Parameter commands: program and arguments by the ending of a file's name, `.parquet`. In the arguments `{}` stands for the
    ///   path; where none does, the path comes last. A command without a program is left out.
    public init(_ commands: [String: [String]] = [:]) {
        self.init(commands, within: ReaderRun.Bounds(), path: ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
    }

    /// - Parameter path: folders where programs are, with colons between them. Those that depend on where one is are passed over:
    ///   a folder of data must not bring its own programs.
    init(_ commands: [String: [String]], within bounds: ReaderRun.Bounds, path: String) {
        let pairs = commands.compactMap { ending, words in
            ReaderCommand(ofUser: words).map { ((ending.hasPrefix(".") ? ending : "." + ending).lowercased(), $0) }
        }
        self.commands = Dictionary(pairs) { first, _ in first }
        self.bounds = bounds
        folders = path.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
    }

    /// The same programs, which are stopped, with all that they started, soon after the flag is raised.
    public func stopping(with flag: Cancellation) -> ReaderPrograms {
        var readers = self
        readers.stops.append(flag)
        return readers
    }

    public static func == (one: ReaderPrograms, other: ReaderPrograms) -> Bool {
        one.commands == other.commands && one.bounds == other.bounds && one.folders == other.folders
    }

    /// Whether files of this name are read by programs, whether those are there or not.
    public func takes(name: String) -> Bool {
        let name = name.lowercased()
        return commands.keys.contains { name.hasSuffix($0) }
            || ForeignTable.allCases.contains { $0.endings.contains { name.hasSuffix($0) } }
    }

    /// What a program makes of the file at `path`: one that the user named for its ending, or else a well-known one for its content.
    /// - Parameter name: what to call the file in messages, free of control characters.
    /// - Returns: `nil` for text, for what no program is known for, and for what is no file that can be read.
    /// - Throws: `SeriesError.readerNeeded`, `.readerMissing`, `.readerFailed`, `.tooLarge`.
    public func csv(of path: String, name: String) throws(SeriesError) -> Table? {
        guard let (head, tail) = Self.ends(of: path) else { return nil }
        let lower = Self.lowerName(path)
        if let (ending, command) = own(lower) {
            guard let program = found(command.program) else { throw .readerMissing(file: name, program: command.program) }
            let outcome = try run(command, program, path, name)
            return try table(outcome, command, format: String(ending.dropFirst()), name)
        }
        guard let kind = ForeignTable(head: head, tail: tail, name: lower) else { return nil }
        var failure: SeriesError?
        for command in ReaderCommand.builtIn(kind) {
            guard let program = found(command.program) else { continue }
            var outcome = try run(command, program, path, name)
            if outcome.run.ending == Self.nothingThere { continue }
            if kind == .xlsx, outcome.notices.isEmpty, case let count = ForeignTable.sheetCount(tail: tail), count > 1 {
                outcome.notices.append("It has \(count) sheets, of which the first is read.")
            }
            do throws(SeriesError) {
                return try table(outcome, command, format: kind.title, name)
            } catch {
                guard case .readerFailed = error, ![.outOfTime, .stopped].contains(outcome.run.ending) else { throw error }
                // Another may be content with it; if none is, what the best one said is told.
                failure = failure ?? error
            }
        }
        throw failure ?? .readerNeeded(file: name, kind: kind.name, install: ReaderCommand.installing(kind))
    }

    /// What the file at `path` is, as part of a sentence, where a program would read it, whether that is there or not; `nil` for text,
    /// for what no program is known for, and for what is no file that can be read. Cost: its first and last 64 kB.
    public func kind(of path: String) -> String? {
        guard let (head, tail) = Self.ends(of: path) else { return nil }
        let lower = Self.lowerName(path)
        if let (_, command) = own(lower) { return "a file for \(printable(shortened(command.program)))" }
        return ForeignTable(head: head, tail: tail, name: lower)?.name
    }

    /// The user's program for a name, with the longest ending that fits.
    private func own(_ lowerName: String) -> (ending: String, command: ReaderCommand)? {
        commands.filter { lowerName.hasSuffix($0.key) }.max { $0.key.count < $1.key.count }.map { ($0.key, $0.value) }
    }

    private static func lowerName(_ path: String) -> String { (path as NSString).lastPathComponent.lowercased() }

    /// The first and the last bytes of an ordinary file.
    private static func ends(of path: String) -> (head: Data, tail: Data)? {
        var status = stat()
        guard path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            let file = FileHandle(forReadingAtPath: path)
        else { return nil }
        defer { try? file.close() }
        let most = ForeignTable.lookedAt
        guard let head = try? file.read(upToCount: most) else { return nil }
        guard (try? file.seek(toOffset: UInt64(max(0, Int(status.st_size) - most)))) != nil,
            let tail = try? file.read(upToCount: most)
        else { return (head, Data()) }
        return (head, tail)
    }

    /// The path of a program that is there and may be run.
    private func found(_ program: String) -> String? {
        guard !program.contains("/") else { return Self.canRun(program) ? program : nil }
        return folders.lazy.map { $0 + "/" + program }.first(where: Self.canRun)
    }

    private static func canRun(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }
}

// MARK: Runs

extension ReaderPrograms {
    /// A run, with what it wrote where that is not on standard output.
    private struct Outcome {
        let run: ReaderRun
        var csv: Data
        var notices: [String]
    }

    private func run(
        _ command: ReaderCommand, _ program: String, _ path: String, _ name: String
    ) throws(SeriesError) -> Outcome {
        var environment = ProcessInfo.processInfo.environment
        // Numbers with points, and text in UTF-8.
        if command.isOurs { environment["LC_ALL"] = "C.UTF-8" }
        func failure(_ reason: String) -> SeriesError { .readerFailed(file: name, program: command.program, reason: reason) }
        var (path, folder): (String, URL?) = (path, nil)
        if command.needsFolder(for: path) {
            let made = try temporaryFolder()
            folder = made
            path = try link(to: path, in: made)
        }
        defer { if let folder { try? FileManager.default.removeItem(at: folder) } }
        if command.writesIntoFolder, let folder { try settings(in: folder) }
        guard !command.needsFolder(for: path) || command.writesIntoFolder else {
            throw failure("neither its name nor that of the folder for temporary files is plain")
        }
        let run: ReaderRun
        do {
            run = try ReaderRun(
                [program] + command.arguments(path: path, folder: folder), environment: environment, within: bounds
            ) { stops.contains(where: \.isCancelled) }
        } catch { throw failure("it cannot be started: \(error.reason)") }
        let notices = Complaint(run.errors, command).notices
        guard command.writesIntoFolder, let folder else { return Outcome(run: run, csv: run.output, notices: notices) }
        let sheets = try sheets(in: folder, name)
        let sheet = sheets.first { Self.hasNumbers($0.csv) } ?? sheets.first
        let others = sheets.filter { $0.name != sheet?.name }.map(\.name)
        let notice =
            others.isEmpty ? [] : ["It has \(sheets.count) sheets: \(sheet?.name ?? "") is read, and not \(listed(others))."]
        return Outcome(run: run, csv: sheet?.csv ?? Data(), notices: notices + notice)
    }

    /// What a run made, if it ended as it should.
    private func table(_ outcome: Outcome, _ command: ReaderCommand, format: String, _ name: String) throws(SeriesError) -> Table
    {
        func failure(_ reason: String) -> SeriesError { .readerFailed(file: name, program: command.program, reason: reason) }
        let said = Complaint(outcome.run.errors, command).reason
        switch outcome.run.ending {
        case .ended(0): break
        case .ended(let status): throw failure(said ?? "it ended with status \(status) and said nothing")
        case .signalled(let signal): throw failure(said ?? "it was ended by signal \(signal)")
        case .outOfTime: throw failure("it had not ended after \(Int(bounds.seconds.rounded(.up))) s and was stopped")
        case .stopped: throw failure("it was stopped")
        case .tooMuch: throw .tooLarge(file: name, mostBytes: bounds.mostBytes)
        }
        guard !outcome.csv.isEmpty else { throw failure(said ?? "it wrote nothing") }
        return Table(
            csv: outcome.csv, format: format, program: command.program,
            notices: ["It is read by \(printable(command.program))."] + outcome.notices)
    }

    /// What LibreOffice wrote, in the order of the sheets, which is that of writing.
    private func sheets(in folder: URL, _ name: String) throws(SeriesError) -> [(name: String, csv: Data)] {
        let key = URLResourceKey.contentModificationDateKey
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: [key])) ?? []
        let written = files.filter { $0.pathExtension == "csv" }.map { file in
            (file: file, time: (try? file.resourceValues(forKeys: [key]))?.contentModificationDate ?? .distantPast)
        }.sorted { ($0.time, $0.file.path) < ($1.time, $1.file.path) }
        let sheets = written.compactMap { written in
            (try? Data(contentsOf: written.file, options: .mappedIfSafe)).map { csv in
                let title = written.file.deletingPathExtension().lastPathComponent.dropFirst(Self.linkName.count + 1)
                return (name: shortened(printable(String(title)), to: 40), csv: csv)
            }
        }
        guard sheets.allSatisfy({ $0.csv.count <= bounds.mostBytes }) else {
            throw .tooLarge(file: name, mostBytes: bounds.mostBytes)
        }
        return sheets
    }

    /// Whether two rows near the beginning hold digits.
    private static func hasNumbers(_ csv: Data) -> Bool {
        csv.prefix(ForeignTable.lookedAt).split(separator: 0x0A).lazy.filter { row in
            row.contains { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        }.prefix(2).count == 2
    }

    private func settings(in folder: URL) throws(SeriesError) {
        let file = folder.appendingPathComponent(ReaderCommand.officeSettings.path)
        do {
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(ReaderCommand.officeSettings.text.utf8).write(to: file)
        } catch { throw .unwritable(file.path, because: error) }
    }

    private static let linkName = "table"

    /// A link of a plain name to the file, with its ending.
    private func link(to path: String, in folder: URL) throws(SeriesError) -> String {
        let ending = (path as NSString).pathExtension
        let hasPlainEnding = !ending.isEmpty && ReaderCommand.isPlain(ending)
        let link = folder.appendingPathComponent(Self.linkName + (hasPlainEnding ? "." + ending : ""))
        do {
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: URL(fileURLWithPath: path))
        } catch { throw .unwritable(link.path, because: error) }
        return link.path
    }

    private func temporaryFolder() throws(SeriesError) -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        } catch { throw .unwritable(folder.path, because: error) }
        return folder
    }
}

/// What a program said on standard error.
private struct Complaint {
    /// What our own texts tell the user.
    let notices: [String]
    /// The line that tells most of why it failed.
    let reason: String?

    private static let mark = "notice: "

    init(_ bytes: [UInt8], _ command: ReaderCommand) {
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        let told = command.isOurs ? lines.filter { $0.hasPrefix(Self.mark) } : []
        notices = told.map { shortened(printable(String($0.dropFirst(Self.mark.count))), to: 300) }
        let others = lines.filter { !told.contains($0) }
        let telling = others.last { line in
            let line = line.lowercased()
            return ["error", "exception", "cannot", "could not", "failed", "invalid"].contains { line.contains($0) }
        }
        reason = (telling ?? others.last).map { shortened(printable($0), to: 200) }
    }
}
