import Accounts
import ArgumentParser
import Commands
import Dashboard
import Foundation
import Invocation
import NcursesTerminal
import Persistence
import SeriesReading
import Synchronization
import TerminalUI
import TimeSeries
import Workbench

struct DashboardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboard", abstract: "Opens the dashboard (the default).",
        discussion:
            "Register or log in, open a series, press t to train the models, Tab and arrows to move the sliders, ? for help.")

    @Argument(
        help: "A file to open after the login; several files, or folders, are a set: a list to train, judge and report on.",
        completion: .file())
    var files: [String] = []

    @OptionGroup var data: DataOptions
    @OptionGroup var following: FollowingOptions

    @Flag(help: "Draw with ASCII characters alone.")
    var ascii = false

    @Flag(help: "Say what there is in sentences, a line each, for screen readers; the keys are the same.")
    var spoken = false

    @Option(help: "The theme to start with.")
    var theme: String?

    @Flag(help: "Look around with an account and data that are gone when you quit.")
    var demo = false

    func validate() throws {
        if following.onEventKinds != nil || following.alertState != nil {
            throw ValidationError("--on-event-kinds and --alert-state are for `oddline score --follow`.")
        }
        if following.follow, files.isEmpty { throw ValidationError("--follow needs a file: oddline --follow FILE.") }
    }

    func run() async throws {
        var status: Int32 = 0
        try await reportingErrors(in: data.locations) {
            let locations = demo ? Locations(dataDirectory: try temporaryFolder()) : data.locations
            defer { if demo { try? FileManager.default.removeItem(at: locations.data) } }
            let source = try SettingsSource(Program.models, readingFrom: locations.configurationFile)
            let configuration = source.configuration
            let keyMap = try KeyMap(configuration, at: locations.configurationFile)
            let database = try OddlineDatabase(at: locations.database)
            let accounts = try Accounts(database: database)
            let (themes, problems) = Theme.all(in: [locations.themes, locations.userThemes])
            let places = files.map { URL(fileURLWithPath: $0).path }
            let terminal: any DashboardTerminal =
                spoken || configuration.spoken == true
                ? try SpokenTerminal() : try NcursesTerminal(isASCII: ascii || configuration.ascii == true)
            var state = DashboardState(
                width: terminal.size.width, height: terminal.size.height, themes: themes, themeName: theme ?? configuration.theme,
                isFirstUser: try accounts.isEmpty(),
                files: places, followsFile: following.follow,
                showsSet: !following.follow && (places.count > 1 || places.contains(where: FileSet.isFolder)))
            state.frame.showsColor = terminal.usesColor
            state.frame.verdictsGoOn = configuration.verdictsGoOn ?? false
            state.frame.keyMap = keyMap
            if let problem = problems.first { state.frame.complain(problem.description) }
            let minutes = configuration.lockMinutes ?? 15
            let loop = DashboardLoop(
                terminal: terminal, accounts: accounts, database: database, locations: locations, settings: source.settings,
                onEvent: following.command(configuration), horizon: following.horizon ?? configuration.horizon,
                readers: source.readers,
                lockAfter: minutes > 0 && !demo ? .seconds(minutes * 60) : nil)
            do {
                try loop.resume()
            } catch { state.frame.complain("\(error)") }
            if demo {
                try loop.enterDemonstration(
                    sample: files.isEmpty ? locations.sampleData.appendingPathComponent(SampleKind.contextual.fileName) : nil)
            }
            loop.run(&state)
            let notice = Task {
                try await Task.sleep(for: .seconds(2))
                printError("oddline: what was asked for is being finished; Ctrl-C ends it at once.")
            }
            defer { notice.cancel() }
            if let undelivered = await loop.finish() { printError("oddline: \(undelivered)") }
            // As a shell reports a program that a signal has ended.
            if let signal = terminal.endingSignal { status = 128 + signal }
        }
        // All is stored, but a run that was stopped may still compute: an ordinary exit would take down what the libraries
        // keep under its hands.
        fflush(nil)
        _exit(status)
    }

    private func temporaryFolder() throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-demo-\(UUID().uuidString)").path
        try makePrivateFolder(URL(fileURLWithPath: path))
        return path
    }
}

/// Joins the terminal, the state and the services; runs on one thread, which sleeps when nothing happens.
final class DashboardLoop {
    private let terminal: any DashboardTerminal
    private let accounts: Accounts
    private let services: DashboardServices
    private let queue: EventQueue

    /// How long nobody may touch the keys before the password is wanted again.
    private let lockAfter: Duration?

    init(
        terminal: any DashboardTerminal, accounts: Accounts, database: OddlineDatabase, locations: Locations,
        settings: AnalysisSettings, onEvent: EventCommand.Settings?, horizon: Int?, readers: ReaderPrograms,
        lockAfter: Duration?
    ) {
        self.lockAfter = lockAfter
        self.terminal = terminal
        self.accounts = accounts
        let queue = EventQueue(wake: terminal.wake)
        self.queue = queue
        services = DashboardServices(
            accounts: accounts, database: database, locations: locations, models: Program.models, settings: settings,
            onEvent: onEvent, horizon: horizon, readers: readers,
            folder: URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)
        ) { queue.append($0) }
    }

    /// Logs in with an account made for this run and opens a sample.
    func enterDemonstration(sample: URL?) throws {
        let password = UUID().uuidString
        _ = try accounts.register(username: "guest", email: "guest@example.org", password: password)
        let desk = services.desk(of: try accounts.login(identifier: "guest", password: password))
        queue.append(.loggedIn(desk, themeName: nil))
        if let sample { desk.start(.open(path: sample.path)) }
    }

    /// Goes on with the session kept on this machine, if there is one.
    func resume() throws {
        for event in try services.remembered() { queue.append(event) }
    }

    /// Returns when all is stored that was asked for, with a sentence on events that the command could not be told of.
    func finish() async -> String? { await services.finish() }

    func run(_ state: inout DashboardState) {
        defer { terminal.close() }
        terminal.show(state)
        var presence = Presence(longestAbsence: lockAfter, now: .now)
        while !state.frame.hasEnded {
            let wait = state.canLock ? presence.rest(at: .now) : nil
            let inputs = terminal.events(timeout: wait.map { Int32(max(0, min($0 / .milliseconds(1) + 1, 1e9))) })
            // Time passes while the program or the machine is stopped, and whoever comes back then is not yet known.
            let isAbsent = state.canLock && presence.rest(at: .now).map { $0 <= .zero } ?? false
            let taken = isAbsent ? inputs.filter { !$0.showsPresence } : inputs
            if inputs.contains(where: \.showsPresence) { presence.note(at: .now) }
            let events = (isAbsent ? [.idle] : []) + taken.map(DashboardEvent.input) + queue.take()
            for event in events { handle(event, &state) }
            if state.canLock, let rest = presence.rest(at: .now), rest <= .zero { handle(.idle, &state) }
            if !events.isEmpty, !state.frame.hasEnded { terminal.show(state) }
        }
    }

    private func handle(_ event: DashboardEvent, _ state: inout DashboardState) {
        for request in update(&state, event) { carryOut(request) }
    }

    private func carryOut(_ request: Request) {
        switch request {
        case .suspend: terminal.suspend()
        case .redraw: terminal.forget()
        case .copy(let text): terminal.copy(text)
        default: services.start(request)
        }
    }
}

/// When somebody was last at the keys or the mouse.
private struct Presence {
    /// How long nobody may be there; `nil` is for ever.
    let longestAbsence: Duration?
    /// Of a clock that goes on while the program or the machine is stopped.
    private var last: ContinuousClock.Instant

    init(longestAbsence: Duration?, now: ContinuousClock.Instant) { (self.longestAbsence, last) = (longestAbsence, now) }

    mutating func note(at now: ContinuousClock.Instant) { last = now }

    /// What is left of the longest absence.
    func rest(at now: ContinuousClock.Instant) -> Duration? { longestAbsence.map { $0 - (now - last) } }
}

extension InputEvent {
    /// Whether somebody is there; windows change their size and programs are continued by themselves.
    fileprivate var showsPresence: Bool {
        switch self {
        case .key, .mouse, .paste: true
        case .resize, .terminate: false
        }
    }
}

/// Events from other threads that wait for the loop.
final class EventQueue: Sendable {
    private let events = Mutex<[DashboardEvent]>([])
    private let wake: @Sendable () -> Void

    init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

    func append(_ event: DashboardEvent) {
        events.withLock { $0.append(event) }
        wake()
    }

    func take() -> [DashboardEvent] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }
}
