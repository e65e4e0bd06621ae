import Accounts
import AnomalyDetection
import Foundation
import Persistence
import TestSupport
import Testing
import TimeSeries
import Work

@testable import Workbench

private func event(_ rows: Range<Int>, peak: Float = 0.5) -> Event {
    Event(rows: rows, of: [Float](repeating: peak, count: rows.upperBound), scores: PerModel<[Float]>())
}

@Test func anEventIsNewOnceThoughItGrowsAndShifts() {
    var watch = EventWatch(behind: 100, known: [event(95..<99)])
    #expect(watch.new(among: [event(20..<30), event(95..<99)]).isEmpty, "rows there were to begin with are not news")
    #expect(watch.new(among: [event(95..<103)]).isEmpty, "a known event that grows longer is not new")
    #expect(watch.new(among: [event(95..<103), event(110..<112)]) == [event(110..<112)])
    #expect(watch.new(among: [event(110..<120)]).isEmpty)
    #expect(watch.new(among: [event(121..<125)]).isEmpty, "rows so near are one event")
    #expect(watch.new(among: [event(140..<141), event(150..<151)]).count == 2)
}

/// What is told is what a walk through all that was told before finds.
@Test func eventsAreToldAsAWalkThroughAllFindsThem() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<200 {
        var watch = EventWatch(behind: 50, known: [event(10..<14), event(40..<60)])
        var told = [10..<14, 40..<60]
        for end in stride(from: 100, through: 400, by: 50) {
            var (events, row) = ([Event](), 0)
            while true {
                row += 2 + Int(random.uniform() * 30)
                let last = row + 1 + Int(random.uniform() * 6)
                if last > end { break }
                events.append(event(row..<last))
                row = last
            }
            var expected: [Event] = []
            for event in events where event.rows.upperBound > 50 {
                let near = (event.rows.lowerBound - 3)..<(event.rows.upperBound + 3)
                let known = told.filter { $0.overlaps(near) }
                if known.isEmpty { expected.append(event) }
                let rows = known.reduce(event.rows) { min($0.lowerBound, $1.lowerBound)..<max($0.upperBound, $1.upperBound) }
                told = told.filter { !$0.overlaps(near) } + [rows]
            }
            #expect(watch.new(among: events) == expected)
        }
    }
}

/// A file that has grown keeps models, verdicts, notes and settings; one that holds something else does not get them.
@Test func whatBelongsToAFileBelongsToItWhenItHasGrown() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let locations = Locations(dataDirectory: folder.path, environment: [:])
    let database = try OddlineDatabase(at: locations.database)
    let accounts = try Accounts(database: database, hasher: PasswordHasher(cost: 4))
    _ = try accounts.register(username: "ann", email: "ann@example.org", password: "correct horse battery")
    let library = UserLibrary(
        session: try accounts.login(identifier: "ann", password: "correct horse battery"), database: database,
        locations: locations, models: .standard)
    let whole = SampleKind.contextual.series(rows: 900, seed: 2)
    let part = whole.prefix(800)
    let model = try #require(Models.standard[.lstm])
    let shelf = try library.open(part, at: "/data/load.csv")
    try shelf.save(try model.train(TrainingTask(series: part, trainingRows: 800, seed: 1), Cancellation()) { _ in }.detector)
    try shelf.judge(10..<20, as: .anomaly)
    try shelf.write("a storm", on: 10..<20)
    var settings = AnalysisSettings(models: .standard)
    settings.smoothing = 7
    try shelf.store(settings)

    var values = whole.channels[0].values
    values[5] += 1
    let other = try library.open(
        whole.with([.init(name: whole.channels[0].name, values: values)]), at: "/data/load.csv")
    #expect(try other.savedModels().isEmpty && other.judgements().isEmpty)
    _ = try library.open(part, at: "/data/load.csv")
    let grown = try library.open(whole, at: "/data/load.csv")
    #expect(grown.identity == whole.identity)
    #expect(try grown.savedModels() == [.lstm] && shelf.savedModels().isEmpty)
    #expect(try grown.load(.lstm).fingerprint == part.identity.text)
    #expect(try grown.judgements().map(\.rows) == [10..<20])
    #expect(try grown.notes().text(on: 10..<20) == "a storm")
    #expect(try grown.settings()?.smoothing == 7)
}

/// Models of kinds that are not registered move too, and a model whose file cannot stays with its row.
@Test func noModelIsLostWhenAFileHasGrown() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let locations = Locations(dataDirectory: folder.path, environment: [:])
    let database = try OddlineDatabase(at: locations.database)
    let accounts = try Accounts(database: database, hasher: PasswordHasher(cost: 4))
    _ = try accounts.register(username: "ann", email: "ann@example.org", password: "correct horse battery")
    let session = try accounts.login(identifier: "ann", password: "correct horse battery")
    let all = UserLibrary(session: session, database: database, locations: locations, models: .withRollingMedian)
    let standard = UserLibrary(session: session, database: database, locations: locations, models: .standard)
    let whole = SampleKind.contextual.series(rows: 900, seed: 2)
    let part = whole.prefix(800)
    let shelf = try all.open(part, at: "/data/load.csv")
    for kind in [ModelKind.lstm, .rollingMedian] {
        let model = try #require(Models.withRollingMedian[kind])
        try shelf.save(
            try model.train(TrainingTask(series: part, trainingRows: 800, seed: 1), Cancellation()) { _ in }.detector)
    }
    let file = all.folder.appendingPathComponent("\(part.identity)-\(ModelKind.lstm.fileName)")
    let aside = folder.appendingPathComponent("aside")
    try FileManager.default.moveItem(at: file, to: aside)
    let grown = try standard.open(whole, at: "/data/load.csv")
    try FileManager.default.moveItem(at: aside, to: file)
    #expect(try grown.savedModels().isEmpty && shelf.savedModels() == [.lstm])
    #expect(try shelf.load(.lstm).fingerprint == part.identity.text)
    let known = all.shelf(of: whole.identity)
    #expect(try known.savedModels() == [.rollingMedian])
    #expect(try known.load(.rollingMedian).fingerprint == part.identity.text)
}
