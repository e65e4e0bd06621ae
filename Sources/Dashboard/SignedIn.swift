import Accounts
import TerminalUI

/// What somebody with a desk sees: a screen, and what lies over it.
public struct SignedIn: Sendable, CardHolder {
    /// Where the user sits: what is asked for is asked of it.
    let desk: Desk
    /// Who sits there.
    public private(set) var account: Account
    /// The screen that shows.
    public internal(set) var place = Place.library(left: nil)
    /// The series library; it keeps its selection while a series is open.
    public internal(set) var library = LibraryState()
    /// A card over any screen: help, command, account.
    var card: (any Card<SignedIn>)?
    /// Set while the password is wanted again; everything else goes on behind it.
    var lock: LockForm?
    /// Set when the user leaves; the login screen follows.
    private(set) var hasSignedOut = false

    /// The one list of screens behind the login.
    public enum Place: Sendable {
        /// The library, and the series that was left open behind it, whose training goes on.
        case library(left: WorkspaceState?)
        case workspace(WorkspaceState)
    }

    /// The screens in the order of the help.
    static let screens: [any Screen.Type] = [LibraryState.self, WorkspaceState.self]

    /// The screen that shows.
    var screen: any Screen {
        switch place {
        case .library: library
        case .workspace(let workspace): workspace
        }
    }

    /// Begins in the library.
    init(_ desk: Desk, files: [String] = []) {
        (self.desk, account) = (desk, desk.account)
        library = LibraryState(named: files)
    }

    /// The open series, also where it was left behind the library; it can be changed but not closed.
    public internal(set) var workspace: WorkspaceState? {
        get {
            switch place {
            case .library(let left): left
            case .workspace(let open): open
            }
        }
        set {
            guard let open = newValue else { return }
            switch place {
            case .library: place = .library(left: open)
            case .workspace: place = .workspace(open)
            }
        }
    }

    // MARK: Input

    /// Takes input: what holds over everything first, then the lock, the card on top, then the screen, then the bindings.
    mutating func update(_ input: InputEvent, _ frame: inout Frame) -> [Effect] {
        if case .key(let pressed) = input, let key = frame.keyMap.meaning(of: pressed), Binding.overEverything.contains(key) {
            return run(key, &frame)
        }
        if let effects = lock?.update(input) { return effects }
        if let effects = updateCard(input, &frame) { return effects }
        if let effects = updateScreen(input, &frame) { return opening(effects, &frame) }
        guard case .key(let pressed) = input, let key = frame.keyMap.meaning(of: pressed) else { return [] }
        return run(key, &frame)
    }

    private mutating func run(_ key: Key, _ frame: inout Frame) -> [Effect] {
        bindings.first { $0.keys.contains(key) }?.run(&self, &frame) ?? []
    }

    /// Puts a question before a file that is opened where that would end a training run.
    private mutating func opening(_ effects: [Effect], _ frame: inout Frame) -> [Effect] {
        guard isTraining, case .open(let path)? = effects.first else { return effects }
        return open(path, &frame)
    }

    private mutating func updateScreen(_ input: InputEvent, _ frame: inout Frame) -> [Effect]? {
        return switch place {
        case .library: library.update(input, &frame)
        case .workspace: workspace?.update(input, &frame) ?? nil
        }
    }

    /// Moves what the screen has to move.
    mutating func move(_ move: Move, _ frame: inout Frame) -> [Effect] {
        return switch place {
        case .library: library.move(move, &frame)
        case .workspace: workspace?.move(move, &frame) ?? []
        }
    }

    /// Goes back: from a filtered list to the whole, from a series to the library.
    mutating func goBack() -> [Effect] {
        switch place {
        case .library: return library.clearFilter()
        case .workspace(var open):
            if open.listAll() {
                place = .workspace(open)
                return []
            }
            open.letGo()
            place = .library(left: open)
            return library.show(open.path) + [.listLibrary]
        }
    }

    /// Leaves the stage to the login screen.
    mutating func signOut() -> [Effect] {
        stopWork()
        hasSignedOut = true
        return [.signOut]
    }

    /// Raises the flags that stop a training run and what follows a file, if there are any.
    func stopWork() {
        workspace?.training?.cancellation.cancel()
        workspace?.growth.stop()
    }

    // MARK: Answers

    /// Wants the password again before anything else.
    mutating func lockScreen() { lock = lock ?? LockForm(username: account.username) }

    /// Takes the answer to an effect.
    mutating func receive(_ answer: Answer, _ frame: inout Frame) -> [Effect] {
        var loading: [Effect] = []
        switch answer {
        case .done(let text): frame.say(text)
        case .failed(let text): frame.complain(text)
        case .unlocked: lock = nil
        case .unlockFailed(let problem): lock = LockForm(username: account.username, problem: problem)
        case .accountsShown(let account, _, let message):
            self.account = account
            frame.show(account)
            if let message { frame.say(message) }
        case .accountRefused(_, let other?): frame.complain(other)
        case .opened(let opened):
            stopWork()
            var workspace = WorkspaceState(opened)
            frame.say(opened.greeting)
            if opened.isToBeFollowed { loading = workspace.startFollowing(&frame) }
            place = .workspace(workspace)
            if !opened.savedModels.isEmpty { loading.append(.loadModels(opened.series, opened.savedModels)) }
        case .wouldOverwrite(let request):
            card = ConfirmCard(
                question: "\(request.path) is there already. Overwriting it loses what it holds.", yes: "overwrites it"
            ) {
                _, _ in
                var request = request
                request.mayOverwrite = true
                return [.export(request)]
            }
        default: break
        }
        let effects = receiveInCard(answer) + library.receive(answer, &frame)
        return effects + (workspace?.receive(answer, &frame) ?? []) + loading
    }

    // MARK: Drawing

    /// Draws the screen and what lies over it.
    func view(_ frame: Frame, into buffer: inout CellBuffer) {
        if let lock { return lock.view(frame, into: &buffer) }
        screen.view(frame, into: &buffer)
        card?.view(over: self, frame, into: &buffer)
    }
}
