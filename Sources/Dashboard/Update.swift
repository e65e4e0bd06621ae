import TerminalUI

/// Changes `state` as `event` demands and returns the work that follows. Pure: no file, clock or terminal.
public func update(_ state: inout DashboardState, _ event: DashboardEvent) -> [Effect] {
    switch event {
    case .input(let input): return updateInput(&state, input)
    case .loggedIn(let session, let themeName):
        state.frame.welcome(session, themeName: themeName)
        var signedIn = SignedIn(session: session, files: state.files)
        let opening = state.files.first.map { signedIn.library.startOpening($0, session, follows: state.followsFile) } ?? []
        state.stage = .signedIn(signedIn)
        return [.listLibrary(session)] + opening
    case .sessionEnded:
        state.signedIn?.stopWork()
        state.stage = .signedOut(SignedOut())
        state.frame.complain("The session has ended: the account was disabled or has a new password.")
        return []
    case .done(let text): state.frame.say(text)
    case .failed(let text): state.frame.complain(text)
    default: break
    }
    switch state.stage {
    case .signedOut(var signedOut):
        signedOut.receive(event, &state.frame)
        state.stage = .signedOut(signedOut)
        return []
    case .signedIn(var signedIn):
        let effects = signedIn.receive(event, &state.frame)
        state.stage = .signedIn(signedIn)
        return effects
    }
}

private func updateInput(_ state: inout DashboardState, _ input: InputEvent) -> [Effect] {
    switch input {
    case .resize(let width, let height):
        (state.frame.width, state.frame.height) = (width, height)
        return []
    case .terminate:
        state.frame.hasEnded = true
        return []
    case .key(.control("c")):
        state.signedIn?.stopWork()
        state.frame.hasEnded = true
        return []
    default: break
    }
    if case .key = input, state.signedIn?.lock == nil { state.frame.message = nil }
    switch state.stage {
    case .signedOut where input == .key(.control("z")): return [.suspend]
    case .signedOut where input == .key(.control("l")): return [.redraw]
    case .signedOut(var signedOut):
        let effects = signedOut.update(input, &state.frame)
        state.stage = .signedOut(signedOut)
        return effects
    case .signedIn(var signedIn):
        let effects = signedIn.update(input, &state.frame)
        state.stage = signedIn.hasSignedOut ? .signedOut(SignedOut()) : .signedIn(signedIn)
        return effects
    }
}
