import TerminalUI

/// Changes `state` as `event` demands and returns the work that follows. Pure: no file, clock or terminal.
public func update(_ state: inout DashboardState, _ event: DashboardEvent) -> [Request] {
    switch event {
    case .input(let input): return updateInput(&state, input)
    case .idle:
        guard let desk = state.signedIn?.desk else { break }
        return state.ask(desk, for: state.changeSignedIn { signedIn, _ in signedIn.lockScreen() } ?? [])
    case .loggedIn(let desk, let themeName): return begin(&state, desk, themeName: themeName)
    case .answer(let desk, let answer): return receive(&state, answer, from: desk)
    case .failed(let text): state.frame.complain(text)
    case .loginFailed, .codeWanted, .codeRefused, .registrationFailed:
        guard case .signedOut(var signedOut) = state.stage else { break }
        _ = signedOut.tell(event, &state.frame)
        state.stage = .signedOut(signedOut)
    }
    return []
}

/// Shows the library to whoever has a desk now; nobody else sits there any more.
private func begin(_ state: inout DashboardState, _ desk: Desk, themeName: String?) -> [Request] {
    state.signedIn?.stopWork()
    var signedIn = SignedIn(desk, files: state.showsSet ? [] : state.files)
    state.frame.welcome(signedIn.account, themeName: themeName)
    let opening =
        state.showsSet
        ? signedIn.showSet(state.files)
        : state.files.first.map { signedIn.library.startOpening($0, follows: state.followsFile) } ?? []
    state.stage = .signedIn(signedIn)
    return state.ask(desk, for: [.listLibrary] + opening)
}

/// Takes what a desk answers, unless nobody sits there any more.
private func receive(_ state: inout DashboardState, _ answer: Answer, from desk: Desk) -> [Request] {
    guard let signedIn = state.signedIn, signedIn.desk === desk else { return [] }
    if case .sessionEnded(let ending) = answer {
        signedIn.stopWork()
        state.stage = .signedOut(SignedOut())
        switch ending {
        case .ofAccount: state.frame.complain("The session has ended: the account was disabled or has a new password.")
        case .elsewhere: state.frame.complain("The session has ended: this login was ended elsewhere. Log in again.")
        }
        return []
    }
    return state.ask(desk, for: state.changeSignedIn { $0.receive(answer, &$1) } ?? [])
}

extension DashboardState {
    /// Asks a desk for what is wanted there, and notes in the log of the session what that does.
    mutating func ask(_ desk: Desk, for effects: [Effect]) -> [Request] {
        if !effects.isEmpty { changeSignedIn { signedIn, _ in for effect in effects { signedIn.note(effect) } } }
        return effects.map { $0.asked(of: desk) }
    }
}

/// Whether the end can wait for an answer: something could not be stored, and the question can be seen and was not asked yet.
private func mayAsk(_ state: DashboardState) -> Bool {
    guard let signedIn = state.signedIn, let workspace = signedIn.workspace else { return false }
    return !workspace.unstored.isEmpty && state.frame.isLargeEnough && !signedIn.isLocked
        && signedIn.layer(ConfirmCard.self) == nil
}

private func quit(_ state: inout DashboardState) -> [Request] {
    guard let desk = state.signedIn?.desk else { return [] }
    return state.ask(desk, for: state.changeSignedIn { $0.quit(&$1) } ?? [])
}

/// Ends the program at once; what could not be stored is tried once more.
private func end(_ state: inout DashboardState) -> [Request] {
    state.signedIn?.stopWork()
    state.frame.hasEnded = true
    guard let desk = state.signedIn?.desk else { return [] }
    return state.ask(desk, for: state.changeSignedIn { signedIn, _ in signedIn.atWorkspace { $0.storing([]) } } ?? [])
}

private func updateInput(_ state: inout DashboardState, _ input: InputEvent) -> [Request] {
    switch input {
    case .resize(let width, let height):
        (state.frame.width, state.frame.height) = (width, height)
        if !state.frame.isLargeEnough { state.changeSignedIn { signedIn, _ in signedIn.workspace?.letGo() } }
        return []
    case .terminate: return end(&state)
    case .key(state.frame.keyMap.key(for: NamedKey.quit)): return mayAsk(state) ? quit(&state) : end(&state)
    default: break
    }
    // Nobody sees what keys and the mouse would do.
    guard state.frame.isLargeEnough else { return [] }
    if case .key = input, state.signedIn?.isLocked != true { state.frame.message = nil }
    switch state.stage {
    case .signedOut(var signedOut):
        let requests = signedOut.update(input, &state.frame)
        state.stage = .signedOut(signedOut)
        return requests
    case .signedIn(let signedIn):
        let desk = signedIn.desk
        let effects = state.changeSignedIn { $0.update(input, &$1) } ?? []
        let requests = state.ask(desk, for: effects)
        if state.signedIn?.hasSignedOut == true { state.stage = .signedOut(SignedOut()) }
        return requests
    }
}
