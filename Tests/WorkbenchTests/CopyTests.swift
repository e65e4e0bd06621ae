import Accounts
import AnomalyDetection
import Foundation
import Persistence
import TestSupport
import Testing
import TimeSeries
import Work

@testable import Workbench

/// What belongs to a series whose file was copied before one of the two grew.
@Suite struct CopyTests {
    private let library: UserLibrary
    private let whole = SampleKind.contextual.series(rows: 900, seed: 2)
    private var part: Series { whole.prefix(800) }

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        let locations = Locations(dataDirectory: folder.path, environment: [:])
        let database = try OddlineDatabase(at: locations.database)
        let accounts = try Accounts(database: database, hasher: PasswordHasher(cost: 4))
        _ = try accounts.register(username: "ann", email: "ann@example.org", password: "correct horse battery")
        library = UserLibrary(
            session: try accounts.login(identifier: "ann", password: "correct horse battery"), database: database,
            locations: locations, models: .withRollingMedian)
    }

    @Test(arguments: [false, true])
    func aCopyThatHasGrownLeavesTheOriginalWhatBelongsToIt(_ isFollowed: Bool) throws {
        let shelf = try library.open(part, at: "/data/point.csv")
        let model = try #require(Models.withRollingMedian[.rollingMedian])
        let task = TrainingTask(series: part, trainingRows: 800, seed: 1)
        try shelf.save(try model.train(task, Cancellation()) { _ in }.detector)
        try shelf.judge(10..<20, as: .anomaly)
        try shelf.judge(40..<45, as: .normal)
        try shelf.write("a storm", on: 10..<20)
        var settings = AnalysisSettings(models: .withRollingMedian)
        settings.smoothing = 7
        try shelf.store(settings)
        _ = try library.open(part, at: "/data/live.csv")

        let grown = try library.open(whole, at: "/data/live.csv", continuing: isFollowed ? part.identity : nil)
        #expect(isFollowed || grown.before?.rowCount == part.rowCount, "what is new is known")
        #expect(try library.open(whole, at: "/data/live.csv").before == nil)
        for shelf in [grown, try library.open(part, at: "/data/point.csv")] {
            #expect(try shelf.savedModels() == [.rollingMedian])
            #expect(try shelf.load(.rollingMedian).fingerprint == part.identity.text)
            #expect(try shelf.judgements().map(\.rows) == [10..<20, 40..<45])
            #expect(try shelf.notes().text(on: 10..<20) == "a storm")
            #expect(try shelf.settings()?.smoothing == 7)
        }
        try grown.judge(10..<20, as: nil)
        #expect(try shelf.judgements().count == 2, "each has its own from then on")

        // The last file with those rows takes along what is left of them, but what is there already.
        let last = try library.open(whole, at: "/data/point.csv")
        #expect(try last.judgements().map(\.rows) == [10..<20, 40..<45])
        #expect(try last.savedModels() == [.rollingMedian] && shelf.judgements().allSatisfy { $0.rows == 40..<45 })
    }

    @Test func aVerdictTellsWhatItReplaces() throws {
        let shelf = try library.open(part, at: "/data/point.csv")
        #expect(try shelf.judge(10..<20, as: .anomaly).isEmpty)
        #expect(try shelf.judge(30..<40, as: .normal).isEmpty)
        let replaced = try shelf.judge(15..<31, as: .postponed)
        #expect(replaced == [RowMark(rows: 10..<20, value: .anomaly), RowMark(rows: 30..<40, value: .normal)])
        #expect(try shelf.judge(15..<31, as: nil) == [RowMark(rows: 15..<31, value: .postponed)])
        #expect(try shelf.judgements().isEmpty)
    }
}
