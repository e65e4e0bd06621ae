import AnomalyDetection
import Foundation
import SeriesReading
import TerminalUI
import Testing
import TimeSeries
import Work
import Workbench

@testable import Dashboard

/// An hour each, with a counter, a code for gaps and a column of text.
private let plantRows = (0..<300).map { row in
    let (day, hour) = (row / 24 + 1, row % 24)
    let flow = row % 50 == 7 ? "-200" : String(format: "%.1f", 20 + 5 * sin(Double(row) / 4)).replacing(".", with: ",")
    let time = "\(day < 10 ? "0" : "")\(day)/03/2024;\(hour < 10 ? "0" : "")\(hour).00.00"
    return "\(row + 1);\(time);\(flow);\(row % 9),5;\(row % 3 == 0 ? "on" : "off")"
}
let plantText = "id;Date;Time;flow;pressure;state\n" + plantRows.joined(separator: "\n") + "\n"

/// One channel, by the minute.
private let waveText =
    "time,value\n"
    + (0..<240).map { row in
        let (hour, minute) = (row / 60, row % 60)
        return "2024-01-01T0\(hour):\(minute < 10 ? "0" : "")\(minute):00,\(String(format: "%.3f", sin(Double(row) / 5)))"
    }.joined(separator: "\n") + "\n"

/// Two sensors by turns.
let sensorText =
    "time,sensor,value\n"
    + (0..<120).map { row in
        "2024-01-01T\(row / 10 < 10 ? "0" : "")\(row / 10):0\(row / 2 % 5):00,\(row % 2 == 0 ? "a" : "b"),\(row % 7)"
    }.joined(separator: "\n") + "\n"

/// What the services would answer to a file with this text.
func opened(_ text: String, _ options: SeriesReader.Options = .init(), name: String = "plant.csv") throws -> OpenedSeries {
    let reading = try SeriesReader.open(data: Data(text.utf8), name: name, options: options)
    var opened = OpenedSeries(
        path: "/\(name)", series: reading.series, settings: AnalysisSettings(models: .standard), models: .standard)
    (opened.understanding, opened.columns, opened.options) = (reading.understanding, ColumnGlance.all(of: reading), options)
    return opened
}

/// The panel over a plant's file.
func columns(width: Int = 120, height: Int = 36) throws -> DashboardState {
    var state = try library(width: width, height: height)
    _ = answer(&state, .opened(try opened(plantText)))
    press(&state, .character("o"))
    return state
}

/// Reads the file again as effects ask for it, until they do no more.
/// - Returns: how it was asked to be read.
@discardableResult
func reread(_ state: inout DashboardState, _ effects: [Effect], _ text: String = plantText) throws -> [SeriesReader.Options] {
    var (waiting, asked): ([Effect], [SeriesReader.Options]) = (effects, [])
    while !waiting.isEmpty {
        guard case .readAgain(_, let options, let run) = waiting.removeFirst() else { continue }
        asked.append(options)
        do {
            waiting += answer(&state, .reread(run: run, try opened(text, options)))
        } catch {
            waiting += answer(&state, .rereadFailed(run: run, "\(error)"))
        }
    }
    return asked
}

extension DashboardState {
    fileprivate var channels: [String] { workspace?.analysis.series.channels.map(\.name) ?? [] }
}

/// Goes to a column of the plant's file: `id, Date, Time, flow, pressure, state`.
private func choose(_ state: inout DashboardState, _ column: Int) {
    press(&state, .home)
    for _ in 0..<column { press(&state, .down) }
}

@Suite struct ColumnsTests {
    @Test(arguments: [(80, 24), (120, 36)]) func thePanelShowsWhatWasUnderstood(_ size: (Int, Int)) throws {
        let text = view(try columns(width: size.0, height: size.1)).text
        for part in [
            "fields divided by semicolons", "Date + Time", "a row every PT1H", "flow", "pressure", "left out", "channel",
        ] {
            #expect(text.contains(part), "\(part) in\n\(text)")
        }
        #expect(text.contains("it counts rows"), "why the highlighted column is left out")
    }

    @Test func aGuessIsOfferedToBeLookedAt() throws {
        var state = try library()
        _ = answer(&state, .opened(try opened(plantText)))
        let said = try #require(state.message?.text)
        #expect(said.hasPrefix("o shows how it was read.") && said.contains("--"), "\(said)")
    }

    @Test func spaceLeavesAColumnOutAndTheSeriesHasTheOthers() throws {
        var state = try columns()
        #expect(state.channels == ["flow", "pressure"])
        choose(&state, 3)
        try reread(&state, press(&state, .character(" ")))
        #expect(state.channels == ["pressure"] && state.card is ColumnsCard)
        #expect(state.message?.text.contains("untrained") == true, "another series has no models")
        try reread(&state, press(&state, .character(" ")))
        #expect(state.channels == ["flow", "pressure"])
        choose(&state, 0)
        try reread(&state, press(&state, .character(" ")))
        #expect(state.channels == ["id", "flow", "pressure"], "a counter that is asked for is a channel")
    }

    @Test func undoBringsAColumnBackAndRedoTakesItAgain() throws {
        var state = try columns()
        let before = try #require(state.workspace).analysis.series.identity
        choose(&state, 3)
        try reread(&state, press(&state, .character(" ")))
        try reread(&state, press(&state, .character("U")))
        #expect(state.channels == ["flow", "pressure"] && state.workspace?.analysis.series.identity == before)
        #expect(state.workspace?.reading.options == SeriesReader.Options())
        #expect(state.message?.text.hasPrefix("Taken back: flow is left out") == true)
        try reread(&state, press(&state, .control("r")))
        #expect(state.channels == ["pressure"])
        press(&state, .escape)
        try reread(&state, press(&state, .character("U")))
        #expect(state.channels == ["flow", "pressure"], "the workspace takes it back too")
    }

    @Test func whatChangesNoValueKeepsTheModels() throws {
        var state = try library()
        _ = answer(&state, .opened(try opened(waveText)))
        press(&state, .character("o"))
        let series = try #require(state.workspace).analysis.series
        let models = try [ModelKind.lstm, .transformer].map {
            try ScoredModel(scoring: series, with: Neighbours($0, reach: 3, of: series))
        }
        load(&state, models, of: series)
        #expect(state.workspace?.analysis.result != nil)
        choose(&state, 1)
        let asked = press(&state, .character("u"))
        #expect(asked.isEmpty && state.card is EntryCard)
        type(&state, "bar")
        try reread(&state, press(&state, .enter), waveText)
        #expect(state.workspace?.analysis.isComplete == true && state.workspace?.analysis.series.identity == series.identity)
        #expect(view(state).text.contains("value (bar)"))
        press(&state, .character("r"), .control("u"))
        type(&state, "Druck")
        try reread(&state, press(&state, .enter), waveText)
        #expect(state.channels == ["Druck"])
        #expect(state.workspace?.analysis.result == nil && state.message?.text.contains("another series") == true)
    }

    @Test func aWrongFormatOfTimesSaysWhyAndTheSeriesStays() throws {
        var state = try columns()
        let before = try #require(state.workspace).analysis.series
        press(&state, .character("f"), .control("u"))
        type(&state, "%d/%m/%Q")
        let asked = try reread(&state, press(&state, .enter))
        #expect(asked.first?.timeFormat == "%d/%m/%Q")
        #expect(state.message?.isError == true && state.message?.text.contains("%d/%m/%Q") == true)
        #expect(state.workspace?.analysis.series == before && state.workspace?.reading.options == SeriesReader.Options())
        #expect(state.workspace?.reading.underWay == nil)
        press(&state, .character("f"))
        #expect(view(state).text.contains("%d/%m/%Q"), "what was typed is there again")
    }

    @Test func marksOfGapsAreCounted() throws {
        var state = try columns()
        press(&state, .character("m"))
        type(&state, "-200")
        try reread(&state, press(&state, .enter))
        #expect(state.workspace?.analysis.series.channels[0].values.count { $0.isNaN } == 6)
        #expect(state.workspace?.reading.columns[3].gaps == 6)
    }

    @Test func timeAndLabelsAreOtherColumns() throws {
        var state = try columns()
        choose(&state, 2)
        try reread(&state, press(&state, .character("+")))
        #expect(state.workspace?.reading.understanding.time?.columns == ["Date"])
        try reread(&state, press(&state, .character("+")))
        #expect(state.workspace?.reading.understanding.time?.columns == ["Date", "Time"])
        choose(&state, 0)
        try reread(&state, press(&state, .character("t")))
        #expect(state.workspace?.reading.understanding.time?.columns == ["id"])
        try reread(&state, press(&state, .character("X")))
        #expect(state.workspace?.reading.options == SeriesReader.Options())
        #expect(state.workspace?.reading.understanding.time?.columns == ["Date", "Time"])
    }

    @Test func whatACardSaysOfTheSeriesGoesWithIt() throws {
        var state = try columns()
        choose(&state, 3)
        let reading = press(&state, .character(" "))
        press(&state, .escape, .character("S"))
        #expect(state.card is StatisticsCard)
        try reread(&state, reading)
        #expect(!(state.card is StatisticsCard), "it is of the series as it was")
    }

    @Test func changesThatComeWhileTheFileIsReadAreReadNext() throws {
        var state = try columns()
        choose(&state, 3)
        let first = press(&state, .character(" "))
        choose(&state, 0)
        let second = press(&state, .character(" "))
        #expect(first.count == 1 && second.isEmpty)
        let asked = try reread(&state, first)
        #expect(asked.count == 2 && state.channels == ["id", "pressure"])
        try reread(&state, press(&state, .character("U")))
        try reread(&state, press(&state, .character("U")))
        #expect(state.channels == ["flow", "pressure"])
    }

    @Test func answersOfASeriesThatIsNoLongerOpenArePassedOver() throws {
        var state = try columns()
        choose(&state, 3)
        guard case .readAgain(_, let options, let run) = press(&state, .character(" ")).first else {
            throw Unexpected("not read")
        }
        _ = answer(&state, .opened(try opened(plantText)))
        #expect(run.isCancelled)
        _ = answer(&state, .reread(run: run, try opened(plantText, options)))
        #expect(state.channels == ["flow", "pressure"])
    }

    @Test func theMouseChoosesAndTakesColumns() throws {
        var state = try columns()
        let lines = view(state).text.split(separator: "\n", omittingEmptySubsequences: false)
        let y = try #require(lines.firstIndex { $0.contains("pressure") && $0.contains("channel") })
        send(&state, .mouse(Mouse(x: 20, y: y, action: .press)))
        let asked = send(&state, .mouse(Mouse(x: 20, y: y, action: .press, isDouble: true)))
        try reread(&state, asked)
        #expect(state.channels == ["flow"])
    }
}

// MARK: Several series

private let choice = SeriesChoice(
    path: "/plant.csv", columns: ["sensor"],
    series: ["a", "b", "boiler"].map { Understanding.Key.One(values: [$0], rowCount: 60) }, options: .init())

/// The list of series over the library.
func severalSeries(width: Int = 120, height: Int = 36) throws -> DashboardState {
    var state = try library(width: width, height: height)
    _ = answer(&state, .severalSeries(choice))
    return state
}

@Test func theSeriesOfAFileAreListedAndOneIsOpened() throws {
    var state = try severalSeries()
    #expect(view(state).text.contains("sensor tells 3 series apart") && view(state).text.contains("60 rows"))
    type(&state, "oil")
    #expect(view(state).text.components(separatedBy: "60 rows").count == 2, "the others are not listed")
    guard case .openAs("/plant.csv", let options, false) = press(&state, .enter).first else { throw Unexpected("not opened") }
    #expect(options.only == [.init(column: "sensor", value: "boiler")])
    var other = options
    other.only[0].value = "a"
    _ = answer(&state, .opened(try opened(sensorText, other)))
    #expect(view(state).text.contains("plant.csv · sensor=a"))
}

@Test func theRowsOfEachSeriesAreCounted() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString).csv")
    defer { try? FileManager.default.removeItem(at: file) }
    try sensorText.write(to: file, atomically: true, encoding: .utf8)
    let listed = try SeriesReader.seriesList(path: file.path, toldApartBy: ["sensor"])
    #expect(listed == ["a", "b"].map { Understanding.Key.One(values: [$0], rowCount: 60) })
    let pairs = try SeriesReader.seriesList(path: file.path, toldApartBy: ["sensor", "value"])
    #expect(pairs.count == 14 && pairs[0].name == "a · 0" && pairs.map(\.rowCount).reduce(0, +) == 120)
}

// MARK: Kept

@Suite struct KeptReadingTests {
    private let file: URL

    init() throws {
        file = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString).csv")
    }

    /// What a desk answers next to what is asked.
    private func ask(_ office: Office, _ events: inout AsyncStream<DashboardEvent>.AsyncIterator, _ effect: Effect) async throws
        -> Answer
    {
        office.desk.start(effect)
        guard case .answer(_, let answer)? = await events.next() else { throw Unexpected("no answer") }
        return answer
    }

    @Test func aFileIsReadAsWasDecidedWhenItIsOpenedAgain() async throws {
        defer { try? FileManager.default.removeItem(at: file) }
        try plantText.write(to: file, atomically: true, encoding: .utf8)
        let office = try Office()
        var events = office.reports.makeAsyncIterator()
        guard case .opened(let first) = try await ask(office, &events, .open(path: file.path)) else {
            throw Unexpected("not opened")
        }
        #expect(first.series.channels.map(\.name) == ["flow", "pressure"] && first.columns.count == 6)
        var options = first.options
        options.ignored = ["flow"]
        let run = Cancellation()
        guard case .reread(_, let second) = try await ask(office, &events, .readAgain(path: first.path, options, run)) else {
            throw Unexpected("not read")
        }
        #expect(second.series.channels.map(\.name) == ["pressure"])
        (options.timeColumns, options.timeFormat) = (["Date", "Time"], "%Q")
        guard case .rereadFailed = try await ask(office, &events, .readAgain(path: first.path, options, run)) else {
            throw Unexpected("read")
        }
        guard case .opened(let again) = try await ask(office, &events, .open(path: file.path)) else {
            throw Unexpected("not opened")
        }
        #expect(again.series.channels.map(\.name) == ["pressure"] && again.options == second.options)
        guard case .reread = try await ask(office, &events, .readAgain(path: first.path, .init(), run)) else {
            throw Unexpected("not read")
        }
        #expect(try office.library.reading(of: first.path) == nil, "what was forgotten is gone")
    }

    @Test func theSeriesThatWasChosenIsOpenedAgain() async throws {
        defer { try? FileManager.default.removeItem(at: file) }
        try sensorText.write(to: file, atomically: true, encoding: .utf8)
        let office = try Office()
        var events = office.reports.makeAsyncIterator()
        guard case .severalSeries(let choice) = try await ask(office, &events, .open(path: file.path)) else {
            throw Unexpected("mixed")
        }
        #expect(choice.columns == ["sensor"] && choice.series.map(\.name) == ["a", "b"])
        var options = choice.options
        options.only = [.init(column: "sensor", value: "b")]
        _ = try await ask(office, &events, .openAs(path: file.path, options, follows: false))
        guard case .opened(let opened) = try await ask(office, &events, .open(path: file.path)) else {
            throw Unexpected("not opened")
        }
        #expect(opened.series.fileRowCount == 60 && opened.options.only.first?.value == "b")
        try "time,value\n1,2\n2,3\n".write(to: file, atomically: true, encoding: .utf8)
        guard case .opened(let other) = try await ask(office, &events, .open(path: file.path)) else {
            throw Unexpected("refused")
        }
        #expect(other.refusal?.contains("sensor") == true && other.options == SeriesReader.Options())
    }
}

@Test func everyOptionIsKept() throws {
    var options = SeriesReader.Options()
    (options.timeColumns, options.timeFormat, options.zone) = (["a", "b"], "%d", "Europe/Berlin")
    (options.taken, options.ignored, options.labels, options.keyColumn) = (["c"], ["d"], "e", "f")
    (options.missing, options.decimal, options.delimiter, options.headerLine) = (["-9"], 0x2C, 0x3B, 0)
    (options.renamed, options.units, options.only) = (["c": "x"], ["c": "bar"], [.init(column: "g", value: "h=1")])
    let data = try JSONEncoder().encode(options)
    #expect(try JSONDecoder().decode(SeriesReader.Options.self, from: data) == options)
    #expect(try JSONEncoder().encode(SeriesReader.Options()) == Data("{}".utf8))
}

// MARK: The library

@Test func filesOfOneNameStandWithTheirFolders() throws {
    var state = try library()
    let paths = ["/data/art/1.csv", "/data/real/1.csv", "/data/real/2.csv", "/x/real/2.csv"]
    _ = answer(
        &state,
        .libraryListed(paths.map { LibraryState.Entry(path: $0, name: String($0.suffix(5)), section: "Recent files") }))
    let library = try #require(state.signedIn).library
    #expect(library.shown.map(\.name) == ["art/1.csv", "real/1.csv", "data/real/2.csv", "x/real/2.csv"])
    press(&state, .character("/"))
    type(&state, "art")
    #expect(state.signedIn?.library.shown.map(\.path) == ["/data/art/1.csv"])
}

@Test func theFilterTakesNamesOfFolders() throws {
    var state = try library()
    _ = answer(
        &state,
        .libraryListed(
            ["/data/art/a.csv", "/data/real/b.csv"].map {
                LibraryState.Entry(path: $0, name: String($0.suffix(5)), section: "Recent files")
            }))
    press(&state, .character("/"))
    type(&state, "real")
    #expect(state.signedIn?.library.shown.map(\.name) == ["b.csv"])
}

@Test func theFilesOfTheFolderOneIsInAreListed() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let samples = folder.appendingPathComponent("samples")
    try FileManager.default.createDirectory(at: samples, withIntermediateDirectories: true)
    for path in ["10.csv", "9.csv", "notes.md", ".hidden.csv", "samples/one.csv"] {
        try Data("v\n1\n".utf8).write(to: folder.appendingPathComponent(path))
    }
    let office = try Office()
    let entries = try office.library.entries(samples: samples, folder: folder)
    #expect(entries.map(\.name) == ["one.csv", "9.csv", "10.csv"])
    #expect(entries.map(\.section) == ["Sample data"] + Array(repeating: "In \(folder.lastPathComponent)", count: 2))
    #expect(try office.library.entries(samples: samples, folder: samples).count == 1, "no file twice")
    #expect(try office.library.entries(samples: samples, folder: nil).count == 1)
}
