import AnomalyDetection
import Foundation
import Persistence
import TerminalUI
import TestSupport
import Testing
import TimeSeries
import Work
import Workbench

@testable import Dashboard

/// What analysts found confusing on screen, and how it is now.
@Suite struct ReportedTests {
    @Test func aDamagedModelLeavesTheSoundOneAndIsNamed() async throws {
        let office = try Office(models: .withRollingMedian)
        let shelf = office.library.shelf(of: series.identity)
        let task = TrainingTask(series: series, trainingRows: series.rowCount, seed: 1)
        for kind in [ModelKind.lstm, .rollingMedian] {
            let model = try #require(Models.withRollingMedian[kind])
            try shelf.save(try model.train(task, Cancellation()) { _ in }.detector)
        }
        let files = FileManager.default.enumerator(at: office.locations.models, includingPropertiesForKeys: nil)
        let damaged = try #require(files?.compactMap { $0 as? URL }.first { $0.lastPathComponent.contains("lstm") })
        try Data([1, 2, 3]).write(to: damaged)
        office.desk.start(.loadModels(series, [.lstm, .rollingMedian], of: series.identity))
        var events = office.reports.makeAsyncIterator()
        guard case .answer(_, .modelsLoaded(_, let models)) = await events.next(),
            case .answer(_, .failed(let problem)) = await events.next()
        else { throw Unexpected("both are answered") }
        #expect(models.map(\.detector.kind) == [.rollingMedian])
        #expect(problem.hasPrefix("LSTM not loaded: ") && problem.contains("cut short") && problem.contains("Press t"))
        #expect(problem.contains("…") && !problem.contains(series.identity.text))
    }

    @Test func theHeadingCountsWhatIsListed() throws {
        var state = try workspace()
        #expect(state.workspace?.eventsHeading.hasPrefix("Flagged 1 of ") == true)
        while state.workspace?.list.total == state.workspace?.analysis.result?.events.count {
            press(&state, .character("n"), .character("]"))
            if state.workspace?.analysis.nextToJudge == nil { break }
        }
        let workspace = try #require(state.workspace)
        let heading = workspace.eventsHeading
        if workspace.list.total > workspace.analysis.result?.events.count ?? 0 {
            #expect(heading.contains("of \(workspace.list.total), ") && heading.contains(" flagged"))
        }
    }

    @Test func anEmptyNoteIsTakenAwayOnlyWhereThereIsOne() throws {
        var state = try workspace()
        press(&state, .character("N"))
        #expect(press(&state, .enter).isEmpty)
        #expect(state.message?.text.contains("no note") == true)
    }

    @Test func nothingIsGoneToWhereNothingIsListed() throws {
        var state = try workspace(isScored: false)
        press(&state, .character("]"))
        #expect(state.message?.isError == true)
    }

    @Test func weightsThatWereSetByHandAreNotSaidToBeTaught() throws {
        var state = try workspace()
        press(&state, .character("a"))
        #expect(view(state).text.contains("1 verdict: LSTM"))
        run(&state, "weights 0.4 0.6")
        #expect(view(state).text.contains("1 verdict; weights as set"))
    }

    @Test func nothingIsWrittenOverTheOpenSeriesOrToAFolder() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (own, link) = (folder.appendingPathComponent("s.csv"), folder.appendingPathComponent("link.csv"))
        try Data("value\n1\n".utf8).write(to: own)
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: own)
        var state = try library()
        let opened = OpenedSeries(
            path: own.path, series: series, settings: AnalysisSettings(models: .standard), models: .standard)
        _ = answer(&state, .opened(opened))
        load(&state, try scored())
        for path in [own.path, link.path, folder.path] {
            guard case .export(let request)? = run(&state, "export \(path)").first else { throw Unexpected("no export") }
            guard case .failed(let problem) = try export(request) else { throw Unexpected("\(path) may be overwritten") }
            #expect(problem.contains(path == folder.path ? "is a folder" : "file of the open series"))
        }
        #expect(try Data(contentsOf: own) == Data("value\n1\n".utf8))
    }

    /// Permissions, links and devices; and a failed report advises the command for reports.
    @Test func whatIsExportedKeepsWhatItReplacesAsItWas() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var state = try workspace()
        load(&state, try scored())
        func written(_ command: String) throws -> Answer {
            guard case .export(var request)? = run(&state, command).first else { throw Unexpected("no export") }
            request.mayOverwrite = true
            return try export(request)
        }
        let (file, link) = (folder.appendingPathComponent("s.csv"), folder.appendingPathComponent("link"))
        try Data("old".utf8).write(to: file)
        chmod(file.path, 0o600)
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
        guard case .done = try written("export \(link.path)") else { throw Unexpected("nothing is written") }
        var status = stat()
        #expect(lstat(file.path, &status) == 0 && status.st_mode & 0o777 == 0o600 && status.st_size > 100)
        #expect(lstat(link.path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        for command in ["export", "export-events", "report"] {
            guard case .failed(let problem) = try written("\(command) /dev/full") else { throw Unexpected("\(command) is lost") }
            #expect(problem.contains("the disk is full") && problem.contains(":\(command) PATH"), "\(problem)")
        }
        #expect(lstat("/dev/full", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test func aClickPutsTheFocusIntoAFieldOfTheAccountCard() throws {
        var state = try workspace()
        press(&state, .character("A"))
        let panel = try #require(state.card as? AccountPanel)
        let signedIn = try #require(state.signedIn)
        let card = panel.area(over: signedIn, state.frame)
        send(&state, .mouse(Mouse(x: card.x + 25, y: card.y + 6, action: .press)))
        #expect((state.card as? AccountPanel)?.focus == 2)
        send(&state, .mouse(Mouse(x: card.x + 13, y: card.y + 1, action: .press)))
        #expect((state.card as? AccountPanel)?.page == .password)
    }

    /// What was typed into a form goes by `Esc` alone.
    @Test func aClickBesideAFormLosesNothingThatWasTyped() throws {
        var state = try workspace()
        press(&state, .character("A"))
        try showAccounts(&state)
        press(&state, .character("n"), .character("e"), .character("v"), .character("e"))
        for (x, y) in [(0, 0), (119, 20), (60, 33), (40, 12)] {
            send(&state, .mouse(Mouse(x: x, y: y, action: .press)))
            let panel = try #require(state.card as? AccountPanel)
            #expect(panel.form == .add && panel.fields[0].text == "eve", "a press at \(x), \(y)")
        }
        press(&state, .escape)
        #expect((state.card as? AccountPanel)?.form == nil)
    }

    @Test(arguments: ["d", "r"]) func nobodysAccountIsChangedWithoutAQuestion(_ key: Character) throws {
        var state = try workspace()
        press(&state, .character("A"))
        try showAccounts(&state)
        #expect(press(&state, .character(key)).isEmpty && state.card is ConfirmCard)
        #expect(press(&state, .character("n")).isEmpty && state.card is AccountPanel)
        press(&state, .character(key))
        guard case .account(let request)? = press(&state, .character("y")).first else { throw Unexpected("nothing is asked for") }
        let account = try #require(state.signedIn).account
        #expect(request == (key == "d" ? .setEnabled(account, false) : .setRole(account, .analyst)))
    }

    /// The page of accounts with the user alone.
    private func showAccounts(_ state: inout DashboardState) throws {
        let account = try #require(state.signedIn).account
        _ = answer(&state, .accountsShown(account, AccountPanel.Content(accounts: [account]), message: nil))
        press(&state, .right, .right, .right, .right, .down)
        #expect((state.card as? AccountPanel)?.page == .accounts)
    }

    @Test func aKeyThatWasMovedFromQuittingQuitsNoLonger() throws {
        let text = "[keys]\n\"Ctrl-C\" = \"F10\"\nt = \"Ctrl-C\"\n"
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ".toml")
        defer { try? FileManager.default.removeItem(at: file) }
        try text.write(to: file, atomically: true, encoding: .utf8)
        var state = try workspace()
        state.frame.keyMap = try KeyMap(ConfigurationFile(readingFrom: file), at: file)
        guard case .train? = press(&state, .control("c")).first else { throw Unexpected("no training") }
        #expect(!state.frame.hasEnded)
        press(&state, .function(10))
        #expect(state.frame.hasEnded || state.card is ConfirmCard)
    }

    @Test func secondsSince1970AreShownAsADate() {
        let time = TimeAxis(
            microseconds: [1_700_000_000_000_000, 1_700_000_060_000_000], format: .unixSeconds(fractionDigits: 0))
        let unix = Series(name: "s", channels: [.init(name: "value", values: [1, 2])], time: time)
        #expect(readableTime(unix, row: 0) == "2023-11-14 22:13:20" && unix.timeText(row: 0) == "1700000000")
        #expect(readableTime(series, row: 0) == series.timeText(row: 0))
    }
}
