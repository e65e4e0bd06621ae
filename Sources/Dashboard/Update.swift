import AnomalyDetection
import TerminalUI
import Workbench

/// Changes `state` as `event` demands and returns the work that follows. Pure: no file, clock or terminal.
public func update(_ state: inout DashboardState, _ event: DashboardEvent) -> [Effect] {
    switch event {
    case .input(let input): return updateInput(&state, input)
    case .loggedIn(let session, let themeName): return enter(&state, session, themeName)
    case .loginFailed(let problem):
        state.login.isBusy = false
        state.login.problem = problem
        state.login.password.set("")
        state.login.focus = 1
    case .registrationFailed(let problems, let other): showProblems(&state, problems, other)
    case .idle: if state.session != nil, state.lock == nil { state.lock = LockForm() }
    case .unlocked: state.lock = nil
    case .unlockFailed(let problem):
        state.lock = LockForm()
        state.lock?.problem = problem
    case .accountsShown(let session, let content, let message): showAccounts(&state, session, content, message)
    case .accountRefused(let problems, let other): showAccountProblems(&state, problems, other)
    case .libraryListed(let entries):
        state.library.entries = entries
        return movePreview(&state, to: state.library.selection)
    case .previewed(let path, let content):
        if state.library.selected?.path == path { state.library.preview = LibraryState.Preview(path: path, content: content) }
    case .completed(let path, let paths): complete(&state, path, paths)
    case .opened(let opened): show(&state, opened)
    case .openFailed(let problem):
        state.library.isOpening = false
        state.complain(problem)
    case .training(let run, let report):
        if state.workspace?.training?.cancellation === run { updateTraining(&state, report) }
    case .trainingEnded(let run):
        if state.workspace?.training?.cancellation === run { endTraining(&state) }
    case .modelsLoaded(let path, let models):
        guard state.workspace?.path == path else { break }
        state.workspace?.use(models)
        state.say("Loaded \(models.map(\.detector.kind.title).joined(separator: " and ")).")
    case .compared(let settings, let comparison):
        if case .comparison = state.overlay, state.workspace?.analysis.settings == settings {
            state.overlay = .comparison(comparison)
        }
    case .explained(let explained):
        if state.workspace?.analysis.series.fingerprint == explained.fingerprint { state.workspace?.explained = explained }
    case .done(let text): state.say(text)
    case .failed(let text):
        if state.overlay == .comparison(nil) { state.overlay = nil }
        state.complain(text)
    }
    return []
}

private func updateInput(_ state: inout DashboardState, _ input: InputEvent) -> [Effect] {
    switch input {
    case .resize(let width, let height):
        (state.width, state.height) = (width, height)
        return []
    case .terminate:
        state.hasEnded = true
        return []
    case .key(.control("c")):
        state.workspace?.training?.cancellation.cancel()
        state.hasEnded = true
        return []
    default: break
    }
    if let lock = state.lock { return updateLock(&state, lock, input) }
    if case .key(let key) = input {
        state.message = nil
        if let effects = updateOverlay(&state, key) { return effects }
    }
    switch state.screen {
    case .login: return updateLogin(&state, input)
    case .registration: return updateRegistration(&state, input)
    case .library: return updateLibrary(&state, input)
    case .workspace: return updateWorkspace(&state, input)
    }
}

/// Actions that mean the same on every screen behind the login; `nil` when `action` is not one.
func updateEverywhere(_ state: inout DashboardState, _ action: Action) -> [Effect]? {
    switch action {
    case .help: state.overlay = .help(scroll: 0)
    case .palette: state.overlay = .palette(TextField(limit: 256))
    case .nextTheme: return chooseTheme(&state, (state.themeIndex + 1) % state.themes.count)
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .signOut: return signOut(&state)
    case .account: return openAccountPanel(&state)
    case .lock: state.lock = LockForm()
    case .quit:
        state.workspace?.training?.cancellation.cancel()
        state.hasEnded = true
    default: return nil
    }
    return []
}

func chooseTheme(_ state: inout DashboardState, _ index: Int) -> [Effect] {
    state.themeIndex = index
    state.say("Theme \(state.theme.name).")
    return state.session.map { [.storeTheme($0, name: state.theme.name)] } ?? []
}

private func signOut(_ state: inout DashboardState) -> [Effect] {
    state.workspace?.training?.cancellation.cancel()
    state.workspace = nil
    state.session = nil
    state.library = LibraryState()
    state.login = LoginForm()
    state.screen = .login
    state.overlay = nil
    return [.forgetSession]
}

/// Keys for the lock screen.
private func updateLock(_ state: inout DashboardState, _ lock: LockForm, _ input: InputEvent) -> [Effect] {
    guard let session = state.session, !lock.isBusy else { return [] }
    switch input {
    case .key(.enter):
        state.lock?.isBusy = true
        return [.unlock(session, password: lock.password.text)]
    case .key(let key):
        state.lock?.problem = nil
        _ = state.lock?.password.handle(key)
    case .paste(let text): state.lock?.password.insert(text)
    default: break
    }
    return []
}

/// Keys for what lies on top; `nil` when nothing does.
private func updateOverlay(_ state: inout DashboardState, _ key: Key) -> [Effect]? {
    switch state.overlay {
    case nil: return nil
    case .help(let scroll):
        switch key {
        case .down, .character("j"), .pageDown:
            state.overlay = .help(scroll: min(scroll + (key == .pageDown ? 10 : 1), helpLines().count - 1))
        case .up, .character("k"), .pageUp: state.overlay = .help(scroll: max(0, scroll - (key == .pageUp ? 10 : 1)))
        case .escape, .character("?"), .character("q"), .enter: state.overlay = nil
        default: break
        }
        return []
    case .palette(var field):
        switch key {
        case .escape: state.overlay = nil
        case .enter:
            state.overlay = nil
            return runCommand(&state, field.text)
        case .tab:
            if let first = matchingCommands(field.text, in: state).first { field.set(first.word + " ") }
            state.overlay = .palette(field)
        default:
            _ = field.handle(key)
            state.overlay = .palette(field)
        }
        return []
    case .training:
        switch key {
        case .character("x"): state.workspace?.training?.cancellation.cancel()
        case .escape, .enter, .character("q"), .character("p"): state.overlay = nil
        case .character("?"): state.overlay = .help(scroll: 0)
        default: break
        }
        return []
    case .inspection: return updateInspection(&state, key)
    case .comparison(let comparison): return updateProposal(&state, key, comparison?.best.ensemble)
    case .learnedWeights(let learned): return updateProposal(&state, key, learned.best.ensemble)
    case .account(let panel): return updateAccountPanel(&state, panel, key)
    }
}

// MARK: Training

private func updateTraining(_ state: inout DashboardState, _ report: ModelTraining.Report) {
    switch report {
    case .training(let progress): state.workspace?.training?.progress[progress.model] = progress
    case .scoring(let kind, let share): state.workspace?.training?.scoring[kind] = share
    case .finished(let model):
        state.workspace?.training?.finished[model.detector.kind] = model
        state.workspace?.use([model])
        let kind = model.detector.kind
        if state.workspace?.savedModels.contains(kind) == false { state.workspace?.savedModels.append(kind) }
    case .failed(let error):
        guard error != .cancelled else { break }
        state.workspace?.training?.failure = error.description
        state.complain(error.description)
    }
}

private func endTraining(_ state: inout DashboardState) {
    guard let training = state.workspace?.training else { return }
    state.workspace?.training?.hasEnded = true
    if training.finished.count == ModelKind.allCases.count {
        if state.overlay == .training { state.overlay = nil }
        state.say("Both models are trained and saved.")
    } else if training.failure == nil {
        if state.overlay == .training { state.overlay = nil }
        state.say("Training was stopped; models that had not finished are as before.")
    }
}
