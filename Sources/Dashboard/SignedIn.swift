import Accounts
import AnomalyDetection
import TerminalUI

/// What somebody with a desk sees: a stack of layers, and what they work on.
public struct SignedIn: LayerOwner {
    typealias Asked = Effect
    typealias News = Answer

    /// Where the user sits: what is asked for is asked of it.
    let desk: Desk
    /// Who sits there.
    public private(set) var account: Account
    /// The models that there can be.
    let models: [ModelKind]
    /// The series library; it keeps its selection while a series is open.
    public internal(set) var library: LibraryState
    /// The open series, also where it was left behind the library, and its training goes on.
    public internal(set) var workspace: WorkspaceState?
    /// The set of files, if there is one; it keeps its selection while a series is open.
    public internal(set) var fileSet: FileSetState?
    /// What was done, as commands.
    var log = SessionLog()
    /// The way through the open events of all files.
    var round = Round()
    /// The screens and what lies over them.
    var layers: [any Layer<SignedIn>] = [LibraryScreen()]
    /// Set when the user leaves; the login screen follows.
    private(set) var hasSignedOut = false

    static let bottom: any Layer<SignedIn>.Type = LibraryScreen.self

    /// Begins in the library.
    init(_ desk: Desk, files: [String] = []) {
        (self.desk, account, models) = (desk, desk.account, desk.services.models.kinds)
        library = LibraryState(named: files)
    }

    /// Whether the password is wanted before anything else.
    var isLocked: Bool { layer(LockForm.self) != nil }

    /// Works on the open series, in place; does nothing where there is none.
    mutating func atWorkspace(_ body: (inout WorkspaceState) -> [Effect]) -> [Effect] {
        guard var open = workspace else { return [] }
        workspace = nil
        defer { workspace = open }
        return body(&open)
    }

    // MARK: Ways

    /// Shows the open series in place of what lies over the library or over the set of files.
    mutating func showWorkspace() {
        leaveScreen(keepsSet: true)
        layers.insert(WorkspaceScreen(), at: (layers.lastIndex { $0 is FileSetScreen } ?? 0) + 1)
    }

    /// Goes back: closes the card on top; from a filtered list to the whole, from a series to the set of files or the library.
    mutating func goBack() -> [Effect] {
        guard let top = layers.last(where: { type(of: $0).level != .lock }) else { return [] }
        guard type(of: top).level == .screen else {
            layers.removeAll { ObjectIdentifier(type(of: $0)) == ObjectIdentifier(type(of: top)) }
            return []
        }
        if top is FileSetScreen { return leaveSet() }
        guard top is WorkspaceScreen, let path = workspace?.path else { return library.clearFilter() }
        if workspace?.listAll() == true { return [] }
        workspace?.letGo()
        leaveScreen(keepsSet: true)
        if layers.contains(where: { $0 is FileSetScreen }) {
            noteOpenFile()
            fileSet?.select(path: path)
            return atWorkspace { $0.storing([]) }
        }
        return atWorkspace { $0.storing([]) } + library.show(path) + [.listLibrary]
    }

    /// Goes back from a filtered set to the whole, from there to the library; the queue goes on.
    private mutating func leaveSet() -> [Effect] {
        guard fileSet?.filter.text.isEmpty != false else {
            return atSet {
                $0.changeFilter { $0.set("") }
                return []
            }
        }
        leaveScreen(keepsSet: false)
        return [.listLibrary]
    }

    /// Takes away what lies over the library, perhaps but the set of files, and what may lie over any screen.
    mutating func leaveScreen(keepsSet: Bool) {
        layers.removeAll { layer in
            !(layer is LibraryScreen) && !(keepsSet && layer is FileSetScreen)
                && (type(of: layer).level == .screen || type(of: layer).level == .card)
        }
    }

    /// Wants the password again before anything else, also where the program ends meanwhile and is started again.
    mutating func lockScreen() -> [Effect] {
        guard !isLocked else { return [] }
        layers.append(LockForm(username: account.username))
        return [.lock]
    }

    /// Leaves the stage to the login screen.
    mutating func signOut() -> [Effect] {
        stopWork()
        hasSignedOut = true
        return [.signOut]
    }

    /// Ends the program, after a question where something would be lost.
    mutating func quit(_ frame: inout Frame) -> [Effect] {
        leaveSeries("Quitting", endsQueue: true, &frame) { signedIn, frame in
            signedIn.stopWork()
            frame.hasEnded = true
            return []
        }
    }

    /// Raises the flags that stop all work that goes on.
    func stopWork() {
        stopSeries()
        fileSet?.queue?.run.cancel()
    }

    /// Raises the flags that stop what is done on the open series: a training run, following its file, what is computed.
    func stopSeries() {
        workspace?.training?.cancellation.cancel()
        workspace?.growth.stop()
        workspace?.settling.run.cancel()
        workspace?.examining?.run.cancel()
        workspace?.reading.underWay?.run.cancel()
    }

    // MARK: Answers

    /// Takes the answer to an effect.
    mutating func receive(_ answer: Answer, _ frame: inout Frame) -> [Effect] {
        var effects: [Effect] = []
        switch answer {
        case .done(let text): frame.say(text)
        case .failed(let text): frame.complain(text)
        case .accountsShown(let account, _, let message):
            self.account = account
            frame.show(account)
            if let message { frame.say(message) }
        case .accountRefused(_, let other?): frame.complain(other)
        case .secondFactorMade(let enrolment): push(SecondFactorCard(enrolment))
        case .secondFactorOn(let codes): push(SecondFactorCard(recoveryCodes: codes))
        case .opened(let opened): effects += show(opened, &frame)
        case .wouldOverwrite(var request):
            request.mayOverwrite = true
            confirmOverwriting(request.path, .export(request))
        case .severalSeries(let choice): ask(choice, &frame)
        case .isFolder(let path): effects += showSet([path])
        case .wouldOverwriteSet(var request):
            request.mayOverwrite = true
            confirmOverwriting(request.path, .exportSet(request))
        case .wouldOverwriteText(var text):
            text.mayOverwrite = true
            confirmOverwriting(text.path, .writeText(text))
        case .reread(_, let opened): log.settings = opened.settings
        default: break
        }
        effects += library.receive(answer, &frame)
        effects += atSet { $0.receive(answer, &frame) }
        effects += atWorkspace { $0.receive(answer, &frame) }
        effects += receiveOnRound(answer, &frame)
        effects += receiveOfSet(answer)
        return effects + tell(answer, &frame)
    }

    /// Has the open series take the models that the queue trained on its file, and the list what was found in the open series.
    private mutating func receiveOfSet(_ answer: Answer) -> [Effect] {
        switch answer {
        case .fileTrained(let run, let path, .trained) where run === fileSet?.queue?.run && path == workspace?.path:
            return atWorkspace { workspace in
                workspace.savedModels = workspace.models
                workspace.labels = PerModel()
                return [.loadModels(workspace.analysis.series, workspace.savedModels, of: workspace.known)]
            }
        case .settled where layers.last(where: { type(of: $0).level == .screen }) is FileSetScreen: noteOpenFile()
        default: break
        }
        return []
    }

    /// Asks which of several series is wanted, unless what asked is no longer there.
    private mutating func ask(_ choice: SeriesChoice, _ frame: inout Frame) {
        if choice.isOpen {
            guard var open = workspace, open.path == choice.path else { return }
            if let run = choice.run {
                guard open.reading.underWay?.run === run else { return }
                open.receive(rereadingBy: run, failed: nil, &frame)
                workspace = open
            }
        }
        push(SeriesCard(choice))
    }

    private mutating func show(_ opened: OpenedSeries, _ frame: inout Frame) -> [Effect] {
        stopSeries()
        noteOpenFile()
        // What follows from the last verdicts on it was not waited for.
        let left = workspace.flatMap { $0.analysis.isSettled || fileSet?.index(of: $0.path) == nil ? nil : $0.path }
        var new = WorkspaceState(opened)
        log.note(opened)
        frame.say(opened.greeting(frame))
        var effects = opened.isToBeFollowed ? new.startFollowing(&frame) : []
        workspace = new
        showWorkspace()
        if let left, left != opened.path { effects.append(.look(path: left)) }
        if !opened.savedModels.isEmpty {
            effects.append(.loadModels(opened.series, opened.savedModels, of: opened.series.identity))
        }
        return effects
    }
}
