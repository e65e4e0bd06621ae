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

    /// Shows the open series in place of what lies over the library.
    mutating func showWorkspace() {
        leaveScreen()
        layers.insert(WorkspaceScreen(), at: 1)
    }

    /// Goes back: closes the card on top; from a filtered list to the whole, from a series to the library.
    mutating func goBack() -> [Effect] {
        guard let top = layers.last(where: { type(of: $0).level != .lock }) else { return [] }
        guard type(of: top).level == .screen else {
            layers.removeAll { ObjectIdentifier(type(of: $0)) == ObjectIdentifier(type(of: top)) }
            return []
        }
        guard top is WorkspaceScreen, let path = workspace?.path else { return library.clearFilter() }
        if workspace?.listAll() == true { return [] }
        workspace?.letGo()
        leaveScreen()
        return atWorkspace { $0.storing([]) } + library.show(path) + [.listLibrary]
    }

    /// Takes away what lies over the library but what may lie over any screen.
    private mutating func leaveScreen() {
        layers.removeAll { !($0 is LibraryScreen) && (type(of: $0).level == .screen || type(of: $0).level == .card) }
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
        leaveSeries("Quitting", &frame) { signedIn, frame in
            signedIn.stopWork()
            frame.hasEnded = true
            return []
        }
    }

    /// Raises the flags that stop a training run and what follows a file, if there are any.
    func stopWork() {
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
        case .wouldOverwrite(let request): confirmOverwriting(request)
        case .severalSeries(let choice): ask(choice, &frame)
        default: break
        }
        effects += library.receive(answer, &frame)
        effects += atWorkspace { $0.receive(answer, &frame) }
        return effects + tell(answer, &frame)
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
        stopWork()
        var new = WorkspaceState(opened)
        frame.say(opened.greeting(frame))
        var effects = opened.isToBeFollowed ? new.startFollowing(&frame) : []
        workspace = new
        showWorkspace()
        if !opened.savedModels.isEmpty {
            effects.append(.loadModels(opened.series, opened.savedModels, of: opened.series.identity))
        }
        return effects
    }
}
