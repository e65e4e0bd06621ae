import Accounts
import ArgumentParser
import Commands
import Dashboard
import Foundation
import Invocation
import Persistence
import SeriesReading
import TerminalUI
import TimeSeries
import Work
import Workbench

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Does again what the log of a session says.",
        discussion: """
            The dashboard writes such a log (J, then w, or :log PATH): a command a line. It is run without a terminal, with an account \
            and data that are gone at the end; files that it writes stay. It ends at the first line that cannot be done, with status 1.
            """)

    @Argument(help: "The log.", completion: .file())
    var file: String

    @Flag(help: "Overwrite files that are there already.")
    var overwrite = false

    /// The most bytes of a log.
    private static let mostBytes = 10_000_000

    func run() async throws {
        try await reportingErrors {
            let lines = try read()
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-replay-\(UUID().uuidString)")
            try makePrivateFolder(folder)
            defer { try? FileManager.default.removeItem(at: folder) }
            let player = try ReplayPlayer(in: Locations(dataDirectory: folder.path), log: file, overwrites: overwrite)
            for (index, line) in lines.enumerated() where !line.isEmpty && !line.hasPrefix("#") {
                do { try await player.play(line) } catch let error as ReplayPlayer.Failure {
                    throw ReplayError(file: file, line: index + 1, reason: error.reason)
                }
            }
            await player.finish()
        }
    }

    private func read() throws -> [String] {
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
            defer { try? handle.close() }
            data = try handle.read(upToCount: Self.mostBytes + 1) ?? Data()
        } catch { throw ReplayError(file: file, line: 0, reason: "cannot be read; check the path and its permissions") }
        guard data.count <= Self.mostBytes else { throw ReplayError(file: file, line: 0, reason: "has more than 10 MB") }
        guard !data.contains(0) else { throw ReplayError(file: file, line: 0, reason: "is binary data, no log") }
        let text = String(decoding: data, as: UTF8.self)
        return (text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text)
            .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    }
}

/// Why a log cannot be replayed.
struct ReplayError: Error, CustomStringConvertible {
    let file: String
    /// From 1; 0 of the file as a whole.
    let line: Int
    let reason: String

    var description: String { printable(file) + (line > 0 ? ", line \(line): " : ": ") + reason }
}

/// A dashboard without a terminal, which takes one line after the other.
final class ReplayPlayer {
    /// A line could not be done.
    struct Failure: Error { let reason: String }

    private var state: DashboardState
    private let services: DashboardServices
    private let queue: EventQueue
    private let overwrites: Bool
    /// The path of the log, which is not written over.
    private let log: String
    /// Messages that were told.
    private var told = 0

    init(in locations: Locations, log: String, overwrites: Bool) throws {
        let source = try SettingsSource(Program.models, readingFrom: Locations().configurationFile)
        let database = try OddlineDatabase(at: locations.database)
        let accounts = try Accounts(database: database)
        let queue = EventQueue {}
        services = DashboardServices(
            accounts: accounts, database: database, locations: locations, models: Program.models, settings: source.settings,
            readers: source.readers
        ) { queue.append($0) }
        (self.queue, self.overwrites, self.log) = (queue, overwrites, URL(fileURLWithPath: log).resolvingSymlinksInPath().path)
        let password = UUID().uuidString
        _ = try accounts.register(username: "replay", email: "replay@example.org", password: password)
        state = DashboardState(width: 120, height: 40, themes: Theme.all(in: [locations.themes]).themes)
        let desk = services.desk(of: try accounts.login(identifier: "replay", password: password))
        carryOut(update(&state, .loggedIn(desk, themeName: nil)))
        told = state.frame.messageCount
    }

    /// Does what a line says, and waits until it is done.
    /// - Throws: `Failure` where it cannot be done; `SeriesError.unwritable` where nobody reads what is told.
    func play(_ line: String) async throws {
        if let word = line.split(separator: " ").first, Self.ofTheTerminal.contains(String(word)) {
            throw Failure(reason: "\(word) is for the terminal and not for a log; take the line away.")
        }
        carryOut(state.enter(line))
        var isQuiet = false
        while !isQuiet {
            try tell(line)
            await services.settle()
            let events = queue.take()
            for event in events {
                carryOut(update(&state, event))
                try tell(line)
            }
            isQuiet = events.isEmpty && !state.isBusy
            if events.isEmpty, state.isBusy { try await Task.sleep(for: .milliseconds(10)) }
        }
        try tell(line)
        guard let question = state.question else { return }
        let place = question.range(of: " is there already").map { String(question[..<$0.lowerBound]) }
        guard place.map({ URL(fileURLWithPath: $0).resolvingSymlinksInPath().path != log }) ?? true else {
            throw Failure(reason: "The log that is replayed is not written over; choose another place.")
        }
        guard overwrites, question.contains("Overwriting") else {
            throw Failure(reason: question + (question.contains("Overwriting") ? " --overwrite does." : ""))
        }
        carryOut(update(&state, .input(.key(.character("y")))))
        try await play("")
    }

    func finish() async { await services.finish() }

    /// Commands that leave, or lock, or need somebody at the keys.
    private static let ofTheTerminal: Set<String> = ["quit", "signout", "lock", "suspend", "account", "follow"]

    private func tell(_ line: String) throws {
        guard state.frame.messageCount != told, let message = state.frame.message else { return }
        told = state.frame.messageCount
        if message.isError {
            throw Failure(
                reason: "\(line.prefix(80)): \(message.text.count > 400 ? message.text.prefix(400) + "…" : message.text[...])")
        }
        try printWords(message.text)
    }

    private func carryOut(_ requests: [Request]) { for request in requests { services.start(request) } }
}
