import AnomalyDetection
import Foundation
import SeriesReading
import TerminalUI
import TestSupport
import Testing
import TimeSeries
import Work
import Workbench

@testable import Accounts
@testable import Dashboard

/// A screen or card in a state of interest, at any size.
struct Scene: Sendable, CustomTestStringConvertible {
    let name: String
    let make: @Sendable (_ width: Int, _ height: Int) throws -> DashboardState

    var testDescription: String { name }

    init(_ name: String, _ make: @escaping @Sendable (_ width: Int, _ height: Int) throws -> DashboardState) {
        self.name = name
        self.make = make
    }

    /// A scene that follows from the library.
    private static func library(
        _ name: String, _ change: @escaping @Sendable (inout DashboardState) throws -> Void
    ) -> Scene {
        Scene(name) { width, height in
            var state = try DashboardTests.library(width: width, height: height)
            let entries = ["amplitude.csv", "collective.csv", "contextual.csv"].map {
                LibraryState.Entry(path: "/samples/\($0)", name: $0, section: "Sample data")
            }
            let path = "/home/alice/taxi.csv"
            let holdings = Holdings(path: path, rowCount: 10_320, models: ["lstm", "transformer"], verdictCount: 5)
            let recent = LibraryState.Entry(path: path, name: "taxi.csv", section: "Recent files", holdings: holdings)
            _ = answer(&state, .libraryListed(entries + [recent]))
            try change(&state)
            return state
        }
    }

    /// A scene that follows from the open series.
    static func workspace(
        _ name: String, isScored: Bool = true, models: Models = .standard,
        _ change: @escaping @Sendable (inout DashboardState) throws -> Void
    ) -> Scene {
        Scene(name) { width, height in
            var state = try DashboardTests.workspace(width: width, height: height, isScored: isScored, models: models)
            press(&state, .control("l"))
            try change(&state)
            return state
        }
    }

    /// A scene that follows from an unscored series.
    private static func opened(
        _ name: String, _ series: Series, _ change: @escaping @Sendable (inout DashboardState) throws -> Void
    ) -> Scene {
        library(name) { state in
            let opened = OpenedSeries(
                path: "/s.csv", series: series, settings: AnalysisSettings(models: .standard), models: .standard)
            _ = answer(&state, .opened(opened))
            press(&state, .control("l"))
            try change(&state)
        }
    }

    private static func logIn(_ state: inout DashboardState) {
        type(&state, "alice")
        press(&state, .tab)
        type(&state, "correct horse battery")
        press(&state, .enter)
    }

    static let signedOut: [Scene] = [
        Scene("login") { DashboardState(width: $0, height: $1, themes: [.midnight]) },
        Scene("login-refused") {
            var state = DashboardState(width: $0, height: $1, themes: [.midnight])
            type(&state, "alice")
            press(&state, .tab, .tab, .right)
            _ = update(&state, .loginFailed("Username or password is wrong."))
            return state
        },
        Scene("login-code") {
            var state = DashboardState(width: $0, height: $1, themes: [.midnight])
            logIn(&state)
            _ = update(&state, .codeWanted(ticket: "ticket"))
            return state
        },
        Scene("login-code-refused") {
            var state = DashboardState(width: $0, height: $1, themes: [.midnight])
            logIn(&state)
            _ = update(&state, .codeWanted(ticket: "ticket"))
            type(&state, "123456")
            _ = update(&state, .codeRefused(AccountError.wrongCode.description))
            return state
        },
        Scene("registration") { DashboardState(width: $0, height: $1, themes: [.midnight], isFirstUser: true) },
        Scene("registration-problems") {
            var state = DashboardState(width: $0, height: $1, themes: [.midnight])
            press(&state, .control("r"))
            type(&state, "al")
            press(&state, .tab)
            type(&state, "nobody")
            press(&state, .tab)
            type(&state, "lamps on ice none guess")
            return state
        },
    ]

    static let ofLibrary: [Scene] = [
        library("library") {
            _ = answer(&$0, .previewed(path: "/samples/amplitude.csv", .success(LibraryState.Preview.Content(series))))
        },
        library("library-unreadable") { state in
            press(&state, .down)
            let error = PlainError(SeriesError.empty(file: "collective.csv"))
            _ = answer(&state, .previewed(path: "/samples/collective.csv", .failure(error)))
        },
        library("library-filter") { state in
            press(&state, .character("/"))
            type(&state, "con")
        },
        library("library-path") { state in
            press(&state, .character("o"))
            type(&state, "/home/a")
            _ = answer(&state, .completed(path: "/home/a", ["/home/alice/", "/home/anna/"]))
        },
        library("help") { press(&$0, .character("?")) },
        library("help-scrolled") { press(&$0, .character("?"), .pageDown, .pageDown, .down) },
        library("theme") { press(&$0, .character("T")) },
        library("library-kept") { press(&$0, .end) },
        library("palette-chosen") { press(&$0, .character(":"), .down, .down, .down) },
        library("palette") { press(&$0, .character(":")) },
        library("lock") { state in
            _ = update(&state, .idle)
            _ = answer(&state, .unlockFailed("The password is wrong."))
        },
    ]

    static let account: [Scene] = AccountPanel.Page.allCases.map(accountPage) + [accountForm] + secondFactor

    private static let secondFactor: [Scene] = [
        library("second-factor") { _ = answer(&$0, .secondFactorMade(enrolment)) },
        library("second-factor-refused") { state in
            _ = answer(&state, .secondFactorMade(enrolment))
            type(&state, "123456")
            _ = answer(&state, .accountRefused([FieldProblem(.code, AccountError.wrongCode.description)], other: nil))
        },
        library("second-factor-on") { state in
            press(&state, .character("A"), .right, .right)
            let account = try #require(state.signedIn).account
            var content = content
            content.secondFactor = SecondFactor(isOn: true, recoveryCodes: 9)
            _ = answer(&state, .accountsShown(account, content, message: nil))
        },
        library("recovery-codes") { state in
            let codes = (0..<10).map { "AB\($0)D-EFGH-IJKL-MNOP-QRST-UVWX" }
            _ = answer(&state, .secondFactorOn(recoveryCodes: codes))
        },
    ]

    private static let enrolment = SecondFactorEnrolment(secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", username: "alice")

    private static func accountPage(_ page: AccountPanel.Page) -> Scene {
        library("account-\(page)") { state in
            press(&state, .character("A"))
            for _ in 0..<page.rawValue { press(&state, .right) }
            let account = try #require(state.signedIn).account
            _ = answer(&state, .accountsShown(account, content, message: nil))
        }
    }

    private static let accountForm = library("account-add") { state in
        press(&state, .character("A"), .right, .right, .right, .right, .character("n"))
        type(&state, "bo")
        _ = answer(&state, .accountRefused([FieldProblem(.username, "Use 3 to 32 characters.")], other: nil))
    }

    static let ofWorkspace: [Scene] = [
        workspace("workspace-unscored", isScored: false) { _ in },
        workspace("workspace") { _ in },
        workspace("workspace-gap") { run(&$0, "flags gap") },
        workspace("workspace-sliders") { press(&$0, .tab, .down, .left, .down) },
        workspace("workspace-events") { press(&$0, .tab, .tab, .down, .character("a"), .down, .character("n")) },
        workspace("workspace-filtered") { state in
            press(&state, .tab, .tab, .character("a"), .character("s"), .character("/"))
            type(&state, "2024-01-02")
            press(&state, .enter, .character("]"))
        },
        workspace("workspace-many-events") { state in
            run(&state, "flags level")
            run(&state, "threshold 0.001")
            press(&state, .tab, .tab, .pageDown, .pageDown)
        },
        workspace("slider-value") { press(&$0, .tab, .down, .character("0"), .character("."), .character("9")) },
        workspace("workspace-zoomed") { press(&$0, .character("+"), .character("+"), .character("+"), .shiftLeft) },
        workspace("workspace-values") { press(&$0, .character(")"), .character(")")) },
        workspace("workspace-expected") { press(&$0, .character("+"), .character("+"), .character("r")) },
        opened("workspace-level", taxiLike) { _ in },
        opened("workspace-level-zoomed", taxiLike) {
            press(&$0, .character("+"), .character("+"), .character("+"), .character("+"))
        },
        workspace("workspace-message") { run(&$0, "smoothing 1000") },
        workspace("palette-settings") { state in
            press(&state, .character(":"))
            type(&state, "t")
        },
        workspace("training", isScored: false) { try train(&$0) },
        workspace("training-failed", isScored: false) { state in
            let run = try train(&state)
            _ = answer(&state, .training(run: run, .failed(.diverged(model: .lstm, epoch: 3))))
            _ = answer(&state, .trainingEnded(run: run))
        },
        workspace("inspection") { try inspect(&$0) },
        workspace("help-inspection") { state in
            try inspect(&state)
            press(&state, .character("?"))
        },
        workspace("help-searched", isScored: false) { state in
            press(&state, .character("?"))
            type(&state, "event")
        },
        Scene("inspection-channels") {
            var state = try plant(width: $0, height: $1)
            try asking(&state, .character("i"))
            return state
        },
        Scene("inspection-four-channels") {
            var state = try plant(width: $0, height: $1)
            try asking(&state, .character("i"))
            press(&state, .character("s"))
            return state
        },
        Scene("channels") {
            var state = try plant(width: $0, height: $1)
            try asking(&state, .character("B"))
            return state
        },
        workspace("comparison-pending") { press(&$0, .character("m")) },
        workspace("comparison") { try compare(&$0) },
        workspace("lessons") { try learn(&$0) },
        workspace("examination-pending") { state in
            guard case .examine(_, let run) = press(&state, .character("I")).first else { throw Unexpected("no examination") }
            _ = answer(&state, .examining(run: run, share: 0.4))
        },
        workspace("examination") { state in
            try examine(&state)
            press(&state, .tab, .down, .down)
        },
        workspace("rule") { state in press(&state, .character("]"), .character("M")) },
        workspace("rules") { state in
            for rule in ["Sun 02:00..04:00", "maintenance 10..20 # move"] { run(&state, "expect \(rule)") }
            press(&state, .character("P"))
        },
        workspace("note") { state in
            press(&state, .character("a"), .character("N"))
            type(&state, "a sensor was replaced")
        },
        workspace("note-listed") { state in
            press(&state, .character("a"))
            run(&state, "note a sensor was replaced")
        },
        workspace("statistics") { state in
            press(&state, .character("S"))
            let columns = series.channels.indices.map { ColumnStatistics(series, channel: $0) }
            _ = answer(&state, .described(identity: series.identity, columns))
        },
        workspace("rows") { press(&$0, .character("]"), .character("V"), .down) },
        workspace("two-runs") { state in
            press(&state, .character("K"))
            run(&state, "transformer_share 0.9")
            run(&state, "threshold 0.95")
            press(&state, .character("D"))
        },
        workspace("overwrite") { state in
            guard case .export(let request) = press(&state, .character("e")).first else { throw Unexpected("no export") }
            _ = answer(&state, .wouldOverwrite(request))
        },
        workspace("quit-while-training", isScored: false) { state in
            try train(&state)
            press(&state, .escape, .character("q"))
        },
    ]

    /// The same with a third model, which is registered in `Models.withRollingMedian` and nowhere else.
    static let withThirdModel: [Scene] = [
        workspace("three-models", models: .withRollingMedian) { press(&$0, .tab, .down, .down) },
        workspace("three-models-events", models: .withRollingMedian) { press(&$0, .tab, .tab) },
        workspace("three-models-training", isScored: false, models: .withRollingMedian) { try train(&$0) },
        workspace("three-models-inspection", models: .withRollingMedian) { try inspect(&$0) },
        workspace("three-models-comparison", models: .withRollingMedian) { try compare(&$0) },
        workspace("three-models-lessons", models: .withRollingMedian) { try learn(&$0) },
    ]

    static let ofColumns: [Scene] = [
        Scene("columns") { try columns(width: $0, height: $1) },
        Scene("columns-changed") {
            var state = try columns(width: $0, height: $1)
            press(&state, .down, .down, .down)
            try reread(&state, press(&state, .character(" ")))
            return state
        },
        Scene("columns-format") {
            var state = try columns(width: $0, height: $1)
            press(&state, .character("f"))
            return state
        },
        Scene("several-series") { try severalSeries(width: $0, height: $1) },
    ]

    /// A set of files in two folders, half of which were looked at.
    private static func set(
        _ name: String, _ change: @escaping @Sendable (inout DashboardState) throws -> Void
    ) -> Scene {
        Scene(name) { width, height in
            var state = try DashboardTests.set(width: width, height: height)
            try change(&state)
            return state
        }
    }

    static let ofSets: [Scene] = [
        set("set") { press(&$0, .down) },
        set("set-training") { state in
            press(&state, .character(" "), .character(" "), .end, .character(" "))
            let effects = press(&state, .character("t"))
            guard case .trainFile(let path, let run)? = effects.first else { throw Unexpected("no training") }
            _ = answer(&state, .fileTraining(run: run, path: path, share: 0.4))
        },
        set("set-filter") { state in
            press(&state, .character("/"))
            type(&state, "west")
        },
        set("set-failed") { state in
            let effects = press(&state, .end, .character(" "), .character("t"))
            guard case .trainFile(let path, let run)? = effects.first else { throw Unexpected("no training") }
            _ = answer(&state, .fileTrained(run: run, path: path, .failed("pump-6.csv has 12 rows; training takes 64.")))
        },
        workspace("workspace-ticked") { press(&$0, .tab, .tab, .character(" "), .character(" "), .down) },
    ]

    static let all = ofSets + signedOut + ofLibrary + account + ofWorkspace + withThirdModel + ofColumns + kept
}

/// Begins a run in which the LSTM is half way and the Transformer scores.
@discardableResult
private func train(_ state: inout DashboardState) throws -> Cancellation {
    guard case .train(_, _, _, let run, _) = press(&state, .character("t")).first else { throw Unexpected("no training") }
    for (kind, share) in [(ModelKind.lstm, 0.5), (.transformer, 1)] {
        let losses = (1...10).map { 1 / Float($0) }
        let progress = TrainingProgress(
            model: kind, epoch: 10, epochs: 20, share: share, losses: losses, validationLosses: losses.map { $0 + 0.1 },
            windowsPerSecond: 1234, secondsLeft: 3)
        _ = answer(&state, .training(run: run, .training(progress)))
    }
    _ = answer(&state, .training(run: run, .scoring(.transformer, share: 0.25)))
    return run
}

private func inspect(_ state: inout DashboardState) throws {
    guard case .explain(let series, let models, let rows) = press(&state, .character("i")).first else {
        throw Unexpected("no question why")
    }
    _ = answer(&state, .explained(try explain(rows, of: series, models)))
}

private func compare(_ state: inout DashboardState) throws {
    guard case .compare(let series, let result, let settings, let run) = press(&state, .character("m")).first else {
        throw Unexpected("no comparison")
    }
    _ = answer(&state, .compared(run: run, try Comparison(series: series, result: result, settings: settings)))
}

private func learn(_ state: inout DashboardState) throws {
    press(&state, .tab, .tab, .home, .character("a"), .end, .character("n"), .character("w"))
    if !(state.card is LessonsCard) { throw Unexpected("nothing taught") }
}

/// Opens the card of what would be found and has its question answered.
func examine(_ state: inout DashboardState) throws {
    guard case .examine(let analysis, let run) = press(&state, .character("I")).first else { throw Unexpected("no examination") }
    _ = answer(&state, .examined(run: run, try Sensitivity(of: analysis)))
}

/// Why a scene could not be set.
struct Unexpected: Error {
    let text: String
    init(_ text: String) { self.text = text }
}

/// What the account panel shows, with times that stay the same.
private let content: AccountPanel.Content = {
    let day = Date(timeIntervalSince1970: 1_704_067_200)
    func account(_ id: Int64, _ name: String, _ role: Role, isEnabled: Bool = true) -> Account {
        Account(
            id: id, username: name, email: "\(name)@example.org", createdAt: day, updatedAt: day, role: role,
            isEnabled: isEnabled)
    }
    return AccountPanel.Content(
        sessions: [
            OpenSession(id: "1", origin: "this machine", createdAt: day, expiresAt: day + 86_400),
            OpenSession(id: "2", origin: "192.0.2.7", createdAt: day + 60, expiresAt: day + 3_660),
        ],
        accounts: [account(1, "alice", .administrator), account(2, "bobby", .analyst, isEnabled: false)],
        audit: [
            AuditEntry(at: day, action: "registered", detail: "alice"),
            AuditEntry(at: day + 5, action: "login failed", detail: "mallory"),
        ])
}()
