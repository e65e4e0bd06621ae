import TerminalUI
import Workbench

func updateLibrary(_ state: inout DashboardState, _ input: InputEvent) -> [Effect] {
    if state.library.pathEntry != nil { return updatePathEntry(&state, input) }
    switch input {
    case .key(let key) where state.library.isFiltering: return updateFilter(&state, key)
    case .key(let key):
        guard let action = Binding.action(for: key, in: .library) else { return [] }
        return perform(&state, inLibrary: action)
    case .paste(let text):
        state.library.pathEntry = TextField(limit: 1024, text: text.trimmingWhitespace)
    case .mouse(let mouse): return libraryMouse(&state, mouse)
    default: break
    }
    return []
}

func perform(_ state: inout DashboardState, inLibrary action: Action) -> [Effect] {
    let count = state.library.shown.count
    switch action {
    case .up: return movePreview(&state, to: state.library.selection - 1)
    case .down: return movePreview(&state, to: state.library.selection + 1)
    case .pageUp: return movePreview(&state, to: state.library.selection - 10)
    case .pageDown: return movePreview(&state, to: state.library.selection + 10)
    case .first: return movePreview(&state, to: 0)
    case .last: return movePreview(&state, to: count - 1)
    case .filter: state.library.isFiltering = true
    case .enterPath: state.library.pathEntry = TextField(limit: 1024)
    case .refresh: return state.session.map { [.listLibrary($0)] } ?? []
    case .open: return open(&state, state.library.selected?.path)
    case .back:
        guard !state.library.filter.text.isEmpty else { return [] }
        state.library.filter.set("")
        return movePreview(&state, to: 0)
    default: return updateEverywhere(&state, action) ?? []
    }
    return []
}

/// Highlights an entry and asks for its preview.
func movePreview(_ state: inout DashboardState, to index: Int) -> [Effect] {
    let shown = state.library.shown
    state.library.selection = max(0, min(index, shown.count - 1))
    guard let entry = state.library.selected else {
        state.library.preview = nil
        return []
    }
    return state.library.preview?.path == entry.path ? [] : [.preview(path: entry.path)]
}

func open(_ state: inout DashboardState, _ path: String?) -> [Effect] {
    guard let path, let session = state.session, !state.library.isOpening else { return [] }
    state.library.isOpening = true
    return [.open(session, path: path)]
}

private func updateFilter(_ state: inout DashboardState, _ key: Key) -> [Effect] {
    switch key {
    case .enter: state.library.isFiltering = false
    case .escape:
        state.library.isFiltering = false
        state.library.filter.set("")
    case .up, .down: return movePreview(&state, to: state.library.selection + (key == .up ? -1 : 1))
    default: _ = state.library.filter.handle(key)
    }
    return movePreview(&state, to: 0)
}

private func updatePathEntry(_ state: inout DashboardState, _ input: InputEvent) -> [Effect] {
    switch input {
    case .key(.escape):
        state.library.pathEntry = nil
        state.library.completions = []
    case .key(.enter):
        let path = state.library.pathEntry?.text ?? ""
        guard !path.isEmpty else { return [] }
        return open(&state, path)
    case .key(.tab): return [.complete(path: state.library.pathEntry?.text ?? "")]
    case .key(let key):
        _ = state.library.pathEntry?.handle(key)
        state.library.completions = []
    case .paste(let text): state.library.pathEntry?.insert(text.trimmingWhitespace)
    default: break
    }
    return []
}

/// Takes over what the completions have in common.
func complete(_ state: inout DashboardState, _ path: String, _ paths: [String]) {
    guard state.library.pathEntry?.text == path else { return }
    state.library.completions = paths.count > 1 ? paths : []
    guard let first = paths.first else { return state.complain("No file begins with \(path).") }
    let common = paths.dropFirst().reduce(first) { String(zip($0, $1).prefix { $0.0 == $0.1 }.map(\.0)) }
    if common.count > path.count { state.library.pathEntry?.set(common) }
}

func show(_ state: inout DashboardState, _ opened: OpenedSeries) {
    state.workspace?.training?.cancellation.cancel()
    state.library.isOpening = false
    state.library.pathEntry = nil
    state.library.completions = []
    var workspace = WorkspaceState(analysis: Analysis(series: opened.series, settings: opened.settings), path: opened.path)
    workspace.savedModels = opened.savedModels
    workspace.verdicts = opened.verdicts
    state.workspace = workspace
    state.screen = .workspace
    if let notice = opened.series.notices.first {
        let more = opened.series.notices.count > 1 ? " (+\(opened.series.notices.count - 1) more)" : ""
        state.say(notice + more)
    } else {
        state.say(
            opened.savedModels.isEmpty ? "Press t to train both models." : "Press L to load the saved models, or t to train anew."
        )
    }
}

private func libraryMouse(_ state: inout DashboardState, _ mouse: Mouse) -> [Effect] {
    let layout = LibraryLayout(width: state.width, height: state.height)
    switch mouse.action {
    case .wheelUp: return movePreview(&state, to: state.library.selection - 1)
    case .wheelDown: return movePreview(&state, to: state.library.selection + 1)
    case .press:
        guard layout.list.contains(x: mouse.x, y: mouse.y) else { return [] }
        let lines = libraryLines(state.library)
        let line = mouse.y - layout.list.y + libraryScroll(state.library, height: layout.list.height)
        guard lines.indices.contains(line), case .entry(let index) = lines[line] else { return [] }
        if index == state.library.selection { return open(&state, state.library.selected?.path) }
        return movePreview(&state, to: index)
    default: return []
    }
}

extension String {
    var trimmingWhitespace: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
