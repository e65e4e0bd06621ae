import AnomalyDetection
import TerminalUI
import TimeSeries
import Work
import Workbench

/// The way through the open events of all files, and the places that it came by.
struct Round: Sendable {
    /// An event of a file.
    struct Place: Sendable, Equatable {
        let path: String
        /// As what is stored counts them.
        let rows: Range<Int>
    }

    /// What is waited for.
    enum Aim: Sendable, Equatable {
        /// Scores and flags that follow from verdicts in the open file: they may flag more.
        case settling
        /// The models of a file that is being opened; the event that is gone to, or its first open one.
        case arriving(path: String, rows: Range<Int>?)
    }

    /// The places that it came by, the latest last.
    private(set) var trail: [Place] = []
    var aim: Aim?
    /// Whether the inspection shows the event that is arrived at.
    var inspects = false

    /// Places that are kept.
    private static let limit = 1000

    mutating func leave(_ place: Place) {
        guard trail.last != place else { return }
        trail.append(place)
        if trail.count > Self.limit { trail.removeFirst() }
    }

    mutating func back() -> Place? { trail.popLast() }
}

extension Binding where Owner == SignedIn {
    /// Bindings that go through the open events of all files.
    static var goingOn: [Binding] {
        [
            Binding(
                [NamedKey.nextOpen], name: "next open",
                "Go to the next flagged event without a verdict, in whichever file of the set", command: "next-open"
            ) { signedIn, frame in signedIn.goOn(&frame) },
            Binding(
                [NamedKey.previousOpen], "Back to the event from which \(NamedKey.nextOpen.name) went on",
                command: "previous-open"
            ) { signedIn, frame in signedIn.goBackOnRound(&frame) },
        ]
    }
}

extension WorkspaceState {
    /// Listed events that are flagged and have no verdict.
    private var openEvents: [Event] { list.events.filter { !isExpected($0) && analysis.isOpen($0) } }

    /// The next open event of the list behind the selected one.
    fileprivate var nextOpenEvent: Event? {
        let next = (selectedPlace ?? -1) + 1
        return list.events[min(next, list.events.count)...].first { !isExpected($0) && analysis.isOpen($0) }
    }

    fileprivate var firstOpenEvent: Event? { openEvents.first }

    /// Where one is, and how many events are open here.
    fileprivate func place(openElsewhere: Int) -> String {
        let here = openEvents.count
        let name = "\(printable(analysis.series.name)): \(selectedEvent.map { eventText(analysis.series, $0.rows) } ?? "")"
        return "\(name), \(grouped(here)) open here" + (openElsewhere > 0 ? ", \(grouped(openElsewhere)) in other files." : ".")
    }
}

extension SignedIn {
    /// Whether the open series is what shows.
    private var isAtWorkspace: Bool { workspace != nil && layers.contains { $0 is WorkspaceScreen } }

    /// Judges the selected or marked events, and goes on where the user wants that.
    mutating func judge(_ verdict: Verdict?, _ frame: inout Frame) -> [Effect] {
        let isOfRows = workspace?.markedFrom != nil
        let effects = atWorkspace { $0.judge(verdict, &frame) }
        return verdict == nil || isOfRows ? effects : effects + goOnAfterVerdict(&frame)
    }

    /// Goes on where a verdict was given and the user wants that; says both.
    mutating func goOnAfterVerdict(_ frame: inout Frame) -> [Effect] {
        guard frame.verdictsGoOn, let verdict = frame.message else { return [] }
        let effects = goOn(&frame)
        if let next = frame.message, next != verdict, !next.isError { frame.say("\(verdict.text) · \(next.text)") }
        return effects
    }

    /// Goes to the next open event: of the list behind the selected one, then of the next file with one, round and round.
    mutating func goOn(_ frame: inout Frame) -> [Effect] {
        guard !library.isOpening, round.aim == nil else { return [] }
        if isAtWorkspace, let event = workspace?.nextOpenEvent { return go(to: event, &frame) }
        if isAtWorkspace, workspace?.settling.isUnderWay == true {
            round.aim = .settling
            workspace?.isLeft = true
            return []
        }
        noteOpenFile()
        if let next = fileSet?.nextOpen(after: isAtWorkspace ? workspace?.path : nil) {
            return travel(to: next.path, rows: nil, &frame)
        }
        if isAtWorkspace, let event = workspace?.firstOpenEvent { return go(to: event, &frame) }
        let unknown = fileSet?.unknown ?? 0
        frame.say(
            unknown > 0
                ? "No event is open in the files that were looked at; \(counted(unknown, "file")) not yet."
                : workspace?.analysis.result == nil && fileSet == nil
                    ? DetectionError.noScores.description : "No event is open: all are judged.")
        return []
    }

    /// Goes back to where one went on from.
    mutating func goBackOnRound(_ frame: inout Frame) -> [Effect] {
        guard !library.isOpening, round.aim == nil else { return [] }
        guard let place = round.back() else {
            frame.say("There is no event from which \(frame.name(of: NamedKey.nextOpen)) went on.")
            return []
        }
        if isAtWorkspace, workspace?.path == place.path { return arrive(at: place.rows, &frame) }
        noteOpenFile()
        return travel(to: place.path, rows: place.rows, isBack: true, &frame)
    }

    /// Tells the list of files what is known of the open one.
    mutating func noteOpenFile() {
        guard let workspace, workspace.analysis.result != nil else { return }
        fileSet?.take(SeriesOverview(workspace.analysis, news: workspace.list.news), of: workspace.path)
    }

    // MARK: Going

    /// Waits for nothing any more.
    private mutating func stay() {
        round.aim = nil
        workspace?.isLeft = false
    }

    private mutating func leavePlace() {
        guard isAtWorkspace, let workspace, let event = workspace.selectedEvent else { return }
        round.leave(Round.Place(path: workspace.path, rows: workspace.stored(event.rows)))
    }

    private mutating func go(to event: Event, _ frame: inout Frame) -> [Effect] {
        leavePlace()
        workspace?.select(event)
        return show(&frame)
    }

    private mutating func travel(
        to path: String, rows: Range<Int>?, isBack: Bool = false, _ frame: inout Frame
    ) -> [Effect] {
        if !isBack { leavePlace() }
        round.inspects = layer(InspectionCard.self) != nil
        round.aim = .arriving(path: path, rows: rows)
        fileSet?.select(path: path)
        let effects = open(path, &frame)
        if library.isOpening { workspace?.isLeft = true } else { round.aim = nil }
        return effects
    }

    /// Shows the event that is selected now, and says where it is.
    private mutating func show(_ frame: inout Frame) -> [Effect] {
        guard let workspace else { return [] }
        let elsewhere = fileSet.map { set in
            set.open - (set.index(of: workspace.path).flatMap { set.files[$0].overview?.open } ?? 0)
        }
        frame.say(workspace.place(openElsewhere: elsewhere ?? 0))
        guard layer(InspectionCard.self) != nil || round.inspects else { return [] }
        round.inspects = false
        return inspect()
    }

    /// Selects the event on some rows, as what is stored counts them, or else the first open one.
    private mutating func arrive(at rows: Range<Int>?, _ frame: inout Frame) -> [Effect] {
        guard let workspace else { return [] }
        if let rows {
            let event = workspace.present(rows).flatMap { here in workspace.list.events.first { $0.rows.overlaps(here) } }
            if let event { self.workspace?.select(event) }
            return show(&frame)
        }
        guard let event = workspace.firstOpenEvent else { return goOn(&frame) }
        self.workspace?.select(event)
        return show(&frame)
    }

    /// Whether a file is open, and its models have scored all its rows.
    private func isScored(_ path: String) -> Bool {
        guard let workspace, !library.isOpening else { return false }
        return workspace.path == path && workspace.analysis.result != nil && !workspace.growth.isScoring
    }

    /// Goes on when what was waited for has come, or stays where it cannot.
    mutating func receiveOnRound(_ answer: Answer, _ frame: inout Frame) -> [Effect] {
        switch (answer, round.aim) {
        case (.modelsLoaded, .arriving(let path, let rows)?) where isScored(path),
            (.grown, .arriving(let path, let rows)?) where isScored(path):
            round.aim = nil
            return arrive(at: rows, &frame)
        case (.settled, .settling?) where workspace?.settling.isUnderWay != true:
            stay()
            return goOn(&frame)
        case (.settlingFailed, .settling?), (.severalSeries, .arriving?), (.growthFailed, .arriving?): stay()
        case (.openFailed(let problem), .arriving(let path, _)?):
            stay()
            fileSet?.take(problem: problem, of: path)
        case (.opened(let opened), .arriving(let path, _)?) where opened.path != path || opened.savedModels.isEmpty:
            round.aim = nil
        case (.failed, .arriving?) where !library.isOpening: round.aim = nil
        default: break
        }
        return []
    }
}
