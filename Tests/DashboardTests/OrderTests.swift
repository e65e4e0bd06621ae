import Accounts
import AnomalyDetection
import Foundation
import GRDB
import Persistence
import SeriesReading
import Testing
import TimeSeries
import Work
import Workbench

@testable import Dashboard

/// Services over a database of their own, the desk of its only account, and what was reported.
struct Office {
    let database: OddlineDatabase
    let locations: Locations
    let models: Models
    let accounts: Accounts
    let session: Session
    let services: DashboardServices
    let desk: Desk
    let reports: AsyncStream<DashboardEvent>
    let end: @Sendable () -> Void

    init(models: Models = .standard, onEvent: EventCommand.Settings? = nil, readers: ReaderPrograms? = nil) throws {
        self.models = models
        database = try OddlineDatabase()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString)").path
        locations = Locations(dataDirectory: folder)
        accounts = try Accounts(database: database, hasher: PasswordHasher(cost: 4))
        _ = try accounts.register(username: "alice", email: "alice@example.org", password: "correct horse battery")
        session = try accounts.login(identifier: "alice", password: "correct horse battery")
        let (stream, continuation) = AsyncStream.makeStream(of: DashboardEvent.self)
        (reports, end) = (stream, { continuation.finish() })
        services = DashboardServices(
            accounts: accounts, database: database, locations: locations, models: models, onEvent: onEvent, readers: readers
        ) { continuation.yield($0) }
        desk = services.desk(of: session)
    }

    var library: UserLibrary { UserLibrary(session: session, database: database, locations: locations, models: models) }

    /// All that is reported until everything is stored that was asked for.
    func answers() async -> [Answer] {
        await services.finish()
        end()
        var answers: [Answer] = []
        for await event in reports { if case .answer(desk, let answer) = event { answers.append(answer) } }
        return answers
    }
}

extension Desk {
    static func ~= (one: Desk, other: Desk) -> Bool { one === other }
}

@Test func whatIsStoredInABurstStaysInTheOrderInWhichItWasAskedFor() async throws {
    let office = try Office()
    let rows = 10..<20
    for round in 0..<20 {
        var settings = AnalysisSettings(models: .standard)
        for move in 1...50 {
            settings.threshold = Double(move) / 100 + Double(round) / 10_000
            office.desk.start(.store(series.identity, settings))
            office.desk.start(.judge(series.identity, rows, move.isMultiple(of: 2) ? .normal : .anomaly))
            office.desk.start(.storeTheme(name: "theme \(move)"))
        }
        office.desk.start(.judge(series.identity, rows, round.isMultiple(of: 2) ? .anomaly : nil))
        await office.services.finish()
        #expect(try office.library.shelf(of: series.identity).settings() == settings)
        #expect(try office.library.setting("theme", as: String.self) == "theme 50")
        #expect(
            try office.library.shelf(of: series.identity).judgements().verdict(on: rows)
                == (round.isMultiple(of: 2) ? .anomaly : nil))
    }
    office.end()
    for await event in office.reports {
        guard case .answer(_, .stored(.judge, replaced: _)) = event else {
            Issue.record("only of verdicts is told that they are stored, but there was \(event)")
            return
        }
    }
}

@Test func aSeriesThatIsOpenedAgainFindsTheSettingsThatWereJustStored() async throws {
    let office = try Office()
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString).csv")
    defer { try? FileManager.default.removeItem(at: file) }
    try ("value\n" + (0..<200).map { "\($0 % 7)\n" }.joined()).write(to: file, atomically: true, encoding: .utf8)
    let opened = try SeriesReader.read(path: file.path)
    var settings = AnalysisSettings(models: .standard)
    settings.smoothing = 9
    for smoothing in 1...100 {
        settings.smoothing = smoothing
        office.desk.start(.store(opened.identity, settings))
    }
    office.desk.start(.open(path: file.path))
    for await event in office.reports {
        guard case .answer(office.desk, .opened(let answer)) = event else {
            Issue.record("expected the series, got \(event)")
            return
        }
        #expect(answer.settings == settings)
        return
    }
}

/// What is asked for after an account is disabled, in the order in which it was asked.
@Test func refusedOnceADeskStaysRefused() async throws {
    let office = try Office()
    office.desk.start(.judge(series.identity, 0..<10, .anomaly))
    await office.services.finish()
    let bob = try office.accounts.register(username: "bob", email: "bob@example.org", password: "correct horse battery")
    try office.accounts.setRole(bob, to: .administrator)
    try office.accounts.setEnabled(office.session.account, false)
    for rows in [20..<30, 40..<50, 60..<70] { office.desk.start(.judge(series.identity, rows, .anomaly)) }
    office.desk.start(.describe(series))
    await office.services.finish()
    #expect(try office.library.shelf(of: series.identity).judgements().map(\.rows) == [0..<10], "nothing is stored any more")
    // What is enabled again needs another login.
    try office.accounts.setEnabled(office.session.account, true)
    office.desk.start(.judge(series.identity, 80..<90, .anomaly))
    let answers = await office.answers()
    #expect(try office.library.shelf(of: series.identity).judgements().map(\.rows) == [0..<10])
    guard answers.count == 2, case .sessionEnded(.ofAccount) = answers[1] else { throw Unexpected("\(answers)") }
}

/// What follows a file and what tells of its events does so by the same permission.
@Test(arguments: [true, false]) func followingAndTellingOfEventsWantPermission(isPermitted: Bool) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (file, mark) = (folder.appendingPathComponent("grows.csv"), folder.appendingPathComponent("told"))
    try ("value\n" + (0..<200).map { "\($0 % 7)\n" }.joined()).write(to: file, atomically: true, encoding: .utf8)
    let whole = try SeriesReader.read(path: file.path)
    let office = try Office(onEvent: EventCommand.Settings("touch '\(mark.path)'"))
    let account = office.session.account
    let bob = try office.accounts.register(username: "bob", email: "bob@example.org", password: "correct horse battery")
    try office.accounts.setRole(bob, to: .administrator)
    if !isPermitted { try office.accounts.setEnabled(account, false) }
    let run = Following()
    defer { run.cancel() }
    office.desk.start(.follow(path: file.path, whole.rows(0..<150), SeriesReader.Options(), run))
    var reports = office.reports.makeAsyncIterator()
    switch await reports.next() {
    case .answer(office.desk, .appended(_, let growth)): #expect(isPermitted && growth.rows?.rowCount == 50)
    case .answer(office.desk, .sessionEnded(.ofAccount)): #expect(!isPermitted)
    case let other: Issue.record("\(String(describing: other))")
    }
    // What is enabled again needs another login.
    if !isPermitted { try office.accounts.setEnabled(account, true) }
    let event = Event(rows: 3..<4, of: [0, 0, 0, 0.9], scores: PerModel())
    office.desk.start(.tell([EventFacts(event, in: whole, path: file.path)]))
    await office.services.finish()
    #expect(FileManager.default.fileExists(atPath: mark.path) == isPermitted)
}

/// Whoever waits for an answer gets one also where the database cannot be asked whether the session may go on.
@Test func whatCannotBeDoneIsAnsweredToWhoeverWaits() async throws {
    let office = try Office()
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString).csv")
    defer { try? FileManager.default.removeItem(at: file) }
    try ("value\n" + (0..<200).map { "\($0 % 7)\n" }.joined()).write(to: file, atomically: true, encoding: .utf8)
    try await office.database.write { try $0.execute(sql: "DROP TABLE account_status") }
    var analysis = Analysis(series: series, models: .standard)
    let late = try scored()
    analysis.use(late)
    let (growth, settling, rows) = (Cancellation(), Cancellation(), series.rows(790..<800))
    office.desk.start(.scoreGrowth(FollowedAnalysis(analysis), rows, late: late, growth))
    office.desk.start(.settle(analysis, settling))
    office.desk.start(.unlock(password: "correct horse battery"))
    office.desk.start(.open(path: file.path))
    office.desk.start(.account(.endSession("1")))
    let answers = await office.answers()
    #expect(answers.count == 5)
    #expect(
        answers.contains {
            if case .growthFailed(let run, let back?, let models, _) = $0 {
                run === growth && back == rows && models.count == 2
            } else {
                false
            }
        })
    #expect(answers.contains { if case .settlingFailed(let run, _) = $0 { run === settling } else { false } })
    #expect(answers.contains { if case .unlockFailed = $0 { true } else { false } })
    #expect(answers.contains { if case .openFailed = $0 { true } else { false } })
    #expect(answers.contains { if case .accountRefused = $0 { true } else { false } })
}

@Test func aDeskGoesOnAfterItsUserTookAnotherPassword() async throws {
    let office = try Office()
    let change = AccountRequest.changePassword(present: "correct horse battery", new: "seven wet stones")
    office.desk.start(.account(change))
    for move in 0..<50 { office.desk.start(.judge(series.identity, move * 10..<(move * 10 + 5), .normal)) }
    for _ in 0..<20 { office.desk.start(.describe(series)) }
    let answers = await office.answers()
    #expect(try office.library.shelf(of: series.identity).judgements().count == 50)
    #expect(!answers.contains { if case .sessionEnded = $0 { true } else { false } })
}

/// Two desks of one account; the one that was kept on this machine ends when its session is ended elsewhere.
@Test func aSessionThatWasKeptEndsWhereItIsEnded() async throws {
    let office = try Office()
    try makePrivateFolder(office.locations.data)
    office.services.start(.login(identifier: "alice", password: "correct horse battery", stayDays: 1))
    var events = office.reports.makeAsyncIterator()
    guard case .loggedIn(let kept, _) = await events.next() else { throw Unexpected("no login") }
    kept.start(.judge(series.identity, 0..<10, .anomaly))
    await office.services.finish()
    let open = try #require(try office.accounts.openSessions(of: office.session.account).first)
    office.desk.start(.account(.endSession(open.id)))
    for rows in [20..<30, 40..<50] { kept.start(.judge(series.identity, rows, .anomaly)) }
    office.desk.start(.judge(series.identity, 60..<70, .anomaly))
    await office.services.finish()
    #expect(try office.library.shelf(of: series.identity).judgements().map(\.rows) == [0..<10, 60..<70])
    guard case .answer(kept, .stored) = await events.next(),
        case .answer(office.desk, .accountsShown) = await events.next(),
        case .answer(kept, .sessionEnded(.elsewhere)) = await events.next()
    else { throw Unexpected("the kept session goes on") }
}
