import Accounts
import AnomalyDetection
import Foundation
import Persistence
import SeriesReading
import TestSupport
import Testing
import TimeSeries
import Work

@testable import Workbench

/// Models that are kept: earlier ones, those of other series, and what they are called.
@Suite struct ModelRunTests {
    private let library: UserLibrary
    private let folder: URL
    private let series = SampleKind.contextual.series(rows: 900, seed: 2)

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        let locations = Locations(dataDirectory: folder.path, environment: [:])
        let database = try OddlineDatabase(at: locations.database)
        let accounts = try Accounts(database: database, hasher: PasswordHasher(cost: 4))
        _ = try accounts.register(username: "ann", email: "ann@example.org", password: "correct horse battery")
        library = UserLibrary(
            session: try accounts.login(identifier: "ann", password: "correct horse battery"), database: database,
            locations: locations, models: .withRollingMedian)
    }

    /// A model that learnt the first rows of a series: how many tells models apart.
    private func median(_ rows: Int, of series: Series) throws -> any Detector {
        let model = try #require(Models.withRollingMedian[.rollingMedian])
        return try model.train(TrainingTask(series: series, trainingRows: rows, seed: 1), Cancellation()) { _ in }.detector
    }

    private var modelFiles: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: library.folder.path).filter { !$0.hasPrefix(".") }
        }
    }

    @Test func trainingAgainKeepsWhatWasThereAndOneGoesBackToIt() throws {
        let shelf = try library.open(series, at: "/data/a.csv")
        let (old, new) = (try median(600, of: series), try median(900, of: series))
        try shelf.save(old, as: RunLabel(id: "one", name: "first", trainedOn: "/data/a.csv", how: "--seed 1"))
        try shelf.save(new, as: RunLabel(id: "two", trainedOn: "/data/a.csv", how: "--seed 2"))
        #expect(try shelf.load(.rollingMedian).referenceErrors == new.referenceErrors)
        #expect(try shelf.labels()[.rollingMedian]?.id == "two")

        let runs = try library.modelRuns(first: series.identity.text)
        #expect(runs.map(\.label.id) == ["two", "one"] && runs.map(\.isPresent) == [true, false])
        #expect(runs[1].label.name == "first" && runs[1].path == "/data/a.csv" && runs[1].kinds == ["median"])
        #expect(runs[1].content?.channels == series.channels.map(\.name))

        try shelf.use(runs[1], for: series.channels.map(\.name))
        #expect(try shelf.load(.rollingMedian).referenceErrors == old.referenceErrors)
        let after = try library.modelRuns(first: series.identity.text)
        #expect(after.map(\.label.id) == ["one", "two"] && after.map(\.isPresent) == [true, false])
        #expect(try modelFiles.count == 2, "each stands once")

        try library.name(after[1], "second")
        #expect(try library.modelRuns(first: series.identity.text)[1].label.name == "second")
        try library.remove(after[1])
        #expect(try library.modelRuns(first: series.identity.text).map(\.label.id) == ["one"])
        #expect(try modelFiles.count == 1)
        #expect(try library.removeModels(ofSeries: series.identity.text))
        #expect(try modelFiles.isEmpty && shelf.savedModels().isEmpty)
    }

    @Test func modelsOfAnotherSeriesAreTakenWhereTheyFit() throws {
        let healthy = try library.open(series, at: "/data/healthy.csv")
        let model = try median(900, of: series)
        try healthy.save(model, as: RunLabel(id: "one", trainedOn: "/data/healthy.csv", how: "--seed 1"))
        let other = series.changing { $0[3] += 1 }
        let shelf = try library.open(other, at: "/data/other.csv")
        let run = try #require(try library.modelRuns(first: other.identity.text).first)
        let channels = other.channels.map(\.name)
        #expect(run.series == series.identity.text && run.fit(channels) == .exact)
        try shelf.use(run, for: channels)
        #expect(try shelf.load(.rollingMedian).referenceErrors == model.referenceErrors)
        #expect(try shelf.labels()[.rollingMedian]?.trainedOn == "/data/healthy.csv")
        #expect(try healthy.savedModels() == [.rollingMedian], "who lends them keeps them")

        #expect(run.fit(["another"]) == .byPlace)
        guard case .none(let more) = run.fit(channels + ["level"]) else { throw Unfit() }
        #expect(more.contains("level"))
        guard case .none = run.fit(["one", "two"]) else { throw Unfit() }
        #expect(throws: ModelUseError.self) { try shelf.use(run, for: ["one", "two"]) }
        #expect(try shelf.load(.rollingMedian).referenceErrors == model.referenceErrors, "nothing is changed then")
    }

    private struct Unfit: Error {}

    @Test func modelsAreTakenFromAFolderAndFromAFile() throws {
        let there = try library.open(series, at: "/data/there.csv")
        let model = try median(700, of: series)
        try there.save(model, as: RunLabel(trainedOn: "/data/there.csv"))
        let other = series.changing { $0[3] += 1 }
        let shelf = try library.open(other, at: "/data/here.csv")
        let channels = other.channels.map(\.name)
        try shelf.use(modelsAt: "/data/there.csv", for: channels)
        #expect(try shelf.load(.rollingMedian).referenceErrors == model.referenceErrors)

        let models = folder.appendingPathComponent("kept")
        try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
        let another = try median(650, of: series)
        try library.models.save(another, to: library.models.file(.rollingMedian, in: models))
        try shelf.use(modelsAt: models.path, for: channels)
        #expect(try shelf.load(.rollingMedian).referenceErrors == another.referenceErrors)
        #expect(throws: ModelUseError.notThere(path: "/data/none.csv")) {
            try shelf.use(modelsAt: "/data/none.csv", for: channels)
        }
    }

    @Test func earlierModelsGoWithASeriesThatGrows() throws {
        let part = series.prefix(800)
        let shelf = try library.open(part, at: "/data/grows.csv")
        for rows in [600, 800] { try shelf.save(try median(rows, of: part)) }
        let grown = try library.open(series, at: "/data/grows.csv")
        #expect(try library.modelRuns(first: grown.identity.text).map(\.series) == [grown.identity.text, grown.identity.text])
        #expect(try grown.savedModels() == [.rollingMedian])
    }
}

/// Words of a shell and back.
@Test func wordsOfAShellAreTakenApartAsTheyWerePutTogether() {
    let words = ["oddline", "score", "my data/it's.csv", "--only", "sensor=a b", "", "--missing=-999", "\"", "ä"]
    #expect(ShellCommand.words(of: ShellCommand.text(words)) == words)
    #expect(ShellCommand.text(["plain", "a b"]) == "plain 'a b'")
    #expect(ShellCommand.words(of: "  one   \"two three\" fo\\ ur ") == ["one", "two three", "fo ur"])
}

@Test func howAFileIsReadIsSaidInOptionsOfTheCommandLine() {
    var options = SeriesReader.Options(columns: ["flow"])
    (options.timeColumns, options.zone, options.missing) = (["day", "hour"], "Europe/Berlin", ["-999"])
    (options.delimiter, options.decimal, options.headerLine) = (0x09, UInt8(ascii: ","), 3)
    #expect(
        options.words(channels: ["flow"]) == [
            "--time", "day", "--time", "hour", "--column", "flow", "--missing=-999", "--zone", "Europe/Berlin", "--decimal", ",",
            "--delimiter", "tab", "--header-line", "3",
        ])
    options.taken = ["id"]
    options.renamed = ["a": "level"]
    #expect(options.words(channels: ["level", "id"]).contains(["--column", "a"]))
}

@Test(arguments: [1, 2, 3] as [UInt64])
func settingsAreSaidInOptionsThatGiveThemAgain(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let models = Models.standard
    for _ in 0..<50 {
        var settings = AnalysisSettings(models: models)
        for setting in AnalysisSettings.table(models) where Bool.random(using: &random) {
            try? setting.move(to: Double.random(in: 0...1, using: &random), in: &settings)
        }
        let defaults = AnalysisSettings(models: models)
        let words = settings.words(unlike: defaults, models: models)
        func every(_ first: Int) -> [String] { words.enumerated().filter { $0.offset % 2 == first }.map(\.element) }
        let names = every(0).map { String($0.dropFirst(2)).replacingOccurrences(of: "-", with: "_") }
        let values = Dictionary(uniqueKeysWithValues: zip(names, every(1)))
        let given = try SettingsSource(models).settings(with: values)
        let differing = AnalysisSettings.table(models).filter { $0.value(given) != $0.value(settings) }.map(\.name)
        #expect(differing.isEmpty, "\(words) \(values)")
        #expect(settings != defaults || words.isEmpty)
    }
}
