import Accounts
import AnomalyDetection
import Foundation
import Persistence
import SeriesReading
import Testing
import TimeSeries
import Workbench

@testable import Dashboard

/// Services over a database of their own, and what they reported.
struct Desk {
    let database: OddlineDatabase
    let locations: Locations
    let models: Models
    let session: Session
    let services: DashboardServices
    let reports: AsyncStream<DashboardEvent>
    let end: @Sendable () -> Void

    init(models: Models = .standard) throws {
        self.models = models
        database = try OddlineDatabase()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString)").path
        locations = Locations(dataDirectory: folder)
        let accounts = try Accounts(database: database, hasher: PasswordHasher(cost: 4))
        _ = try accounts.register(username: "alice", email: "alice@example.org", password: "correct horse battery")
        session = try accounts.login(identifier: "alice", password: "correct horse battery")
        let (stream, continuation) = AsyncStream.makeStream(of: DashboardEvent.self)
        (reports, end) = (stream, { continuation.finish() })
        services = DashboardServices(accounts: accounts, database: database, locations: locations, models: models) {
            continuation.yield($0)
        }
    }

    var library: UserLibrary { UserLibrary(session: session, database: database, locations: locations, models: models) }
}

@Test func whatIsStoredInABurstStaysInTheOrderInWhichItWasAskedFor() async throws {
    let desk = try Desk()
    let rows = 10..<20
    for round in 0..<20 {
        var settings = AnalysisSettings()
        for move in 1...50 {
            settings.threshold = Double(move) / 100 + Double(round) / 10_000
            desk.services.start(.store(desk.session, series, settings))
            desk.services.start(.judge(desk.session, series, rows, move.isMultiple(of: 2) ? .normal : .anomaly))
            desk.services.start(.storeTheme(desk.session, name: "theme \(move)"))
        }
        desk.services.start(.judge(desk.session, series, rows, round.isMultiple(of: 2) ? .anomaly : nil))
        await desk.services.finish()
        let shelf = desk.library.shelf(of: series.identity)
        #expect(try shelf.settings() == settings)
        #expect(try desk.library.setting("theme", as: String.self) == "theme 50")
        #expect(try shelf.judgements().verdict(on: rows) == (round.isMultiple(of: 2) ? .anomaly : nil))
    }
    desk.end()
    for await event in desk.reports { Issue.record("what is stored reports nothing, but there was \(event)") }
}

@Test func aSeriesThatIsOpenedAgainFindsTheSettingsThatWereJustStored() async throws {
    let desk = try Desk()
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString).csv")
    defer { try? FileManager.default.removeItem(at: file) }
    try ("value\n" + (0..<200).map { "\($0 % 7)\n" }.joined()).write(to: file, atomically: true, encoding: .utf8)
    let opened = try SeriesReader.read(path: file.path)
    var settings = AnalysisSettings()
    settings.smoothing = 9
    for smoothing in 1...100 {
        settings.smoothing = smoothing
        desk.services.start(.store(desk.session, opened, settings))
    }
    desk.services.start(.open(desk.session, path: file.path))
    for await event in desk.reports {
        guard case .opened(let answer, desk.session.account.id) = event else {
            Issue.record("expected the series, got \(event)")
            return
        }
        #expect(answer.settings == settings)
        return
    }
}
