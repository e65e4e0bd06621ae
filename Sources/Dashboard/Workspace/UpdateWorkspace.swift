import Accounts
import AnomalyDetection
import TerminalUI
import Workbench

extension WorkspaceState {
    /// Takes new scores; the first ones select the highest event.
    mutating func use(_ models: [ScoredModel]) {
        let first = analysis.result == nil
        analysis.use(models)
        if first, let highest = events.indices.max(by: { events[$0].peak < events[$1].peak }) { select(highest) }
        eventIndex = min(eventIndex, max(0, events.count - 1))
    }

    mutating func select(_ index: Int) {
        guard !events.isEmpty else { return }
        eventIndex = max(0, min(index, events.count - 1))
        moveCursor(to: events[eventIndex].peakRow)
    }

    /// Puts the cursor on a row and scrolls so that it shows.
    mutating func moveCursor(to row: Int) {
        cursor = max(0, min(row, analysis.series.rowCount - 1))
        if !visible.contains(cursor) { show(cursor - visible.count / 2, count: visible.count) }
    }

    mutating func show(_ start: Int, count: Int) {
        let total = analysis.series.rowCount
        let count = max(min(16, total), min(count, total))
        let start = max(0, min(start, total - count))
        visible = start..<(start + count)
    }

    /// Zooms so that `row` stays where it is on screen.
    mutating func zoom(by factor: Double, at row: Int) {
        let count = Int((Double(visible.count) * factor).rounded())
        let share = Double(row - visible.lowerBound) / Double(max(1, visible.count))
        show(row - Int(share * Double(max(16, count))), count: count)
    }
}

func updateWorkspace(_ state: inout DashboardState, _ input: InputEvent) -> [Effect] {
    switch input {
    case .key(let key):
        guard let action = Binding.action(for: key, in: .workspace) else { return [] }
        return perform(&state, inWorkspace: action)
    case .mouse(let mouse): return workspaceMouse(&state, mouse)
    default: return []
    }
}

func perform(_ state: inout DashboardState, inWorkspace action: Action) -> [Effect] {
    if let effects = updateEverywhere(&state, action) { return effects }
    guard var workspace = state.workspace, let session = state.session else { return [] }
    defer { if state.workspace != nil { state.workspace = workspace } }
    switch action {
    case .train: return startTraining(&state, &workspace, session)
    case .loadModels:
        guard !workspace.savedModels.isEmpty else {
            state.complain("No models are saved for this series; press t to train them.")
            return []
        }
        return [.loadModels(session, workspace.analysis.series, path: workspace.path, workspace.savedModels)]
    case .showTraining:
        if workspace.training == nil {
            state.complain("Nothing has been trained yet; press t.")
        } else {
            state.overlay = .training
        }
    case .cancelTraining: workspace.training?.cancellation.cancel()
    case .inspect:
        guard let explanation = explain(workspace) else {
            state.complain("There is no flagged event to inspect.")
            return []
        }
        state.overlay = .inspection
        return [explanation]
    case .compare: return compare(&state, workspace)
    case .learnWeights: learnWeights(&state, workspace)
    case .undoWeights: return undoWeights(&state, &workspace, session)
    case .judgeAnomaly, .judgeNormal, .clearVerdict: return judge(&state, &workspace, session, action)
    case .export:
        guard let result = workspace.analysis.result else {
            state.complain(DetectionError.noScores.description)
            return []
        }
        return [.export(workspace.analysis.series, result, path: exportName(workspace.analysis.series.name))]
    case .nextChannel: workspace.channel = (workspace.channel + 1) % workspace.analysis.series.channels.count
    case .nextCalibration:
        let methods = Calibration.Method.allCases
        let index = methods.firstIndex(of: workspace.analysis.settings.calibration) ?? 0
        return change(&state, &workspace, session) { $0.calibration = methods[(index + 1) % methods.count] }
    case .back:
        state.screen = .library
        workspace.heldSlider = nil
        return [.listLibrary(session)]
    case .left, .right, .farLeft, .farRight: return moveSideways(&state, &workspace, session, action)
    default: move(&workspace, action, width: state.width, height: state.height)
    }
    return []
}

func exportName(_ series: String) -> String {
    let stem = series.split(separator: ".").first.map(String.init) ?? "series"
    return stem + "-scores.csv"
}

private func startTraining(_ state: inout DashboardState, _ workspace: inout WorkspaceState, _ session: Session) -> [Effect] {
    if let training = workspace.training, !training.hasEnded {
        state.overlay = .training
        return []
    }
    let cancellation = Cancellation()
    workspace.training = TrainingState(cancellation: cancellation)
    state.overlay = .training
    return [.train(session, workspace.analysis.series, cancellation)]
}

func judge(
    _ state: inout DashboardState, _ workspace: inout WorkspaceState, _ session: Session, _ action: Action
) -> [Effect] {
    guard let event = workspace.selectedEvent else {
        state.complain("There is no flagged event to judge.")
        return []
    }
    let verdict: Verdict? = action == .judgeAnomaly ? .anomaly : action == .judgeNormal ? .normal : nil
    var effects: [Effect] = []
    for rows in workspace.verdicts.keys.filter({ $0.overlaps(event.rows) && $0 != event.rows }) {
        workspace.verdicts[rows] = nil
        effects.append(.judge(session, workspace.analysis.series, rows, nil))
    }
    workspace.verdicts[event.rows] = verdict
    return effects + [.judge(session, workspace.analysis.series, event.rows, verdict)]
}

/// Changes the settings and stores them; weights that are both 0 are refused.
func change(
    _ state: inout DashboardState, _ workspace: inout WorkspaceState, _ session: Session, _ body: (inout AnalysisSettings) -> Void
) -> [Effect] {
    let before = workspace.analysis.settings
    var settings = before
    body(&settings)
    guard settings != before else { return [] }
    workspace.analysis.settings = settings
    if let problem = workspace.analysis.weightProblem {
        workspace.analysis.settings = before
        state.complain(problem.description)
        return []
    }
    workspace.eventIndex = max(0, min(workspace.eventIndex, workspace.events.count - 1))
    return [.store(session, workspace.analysis.series, settings)]
}

private func moveSideways(
    _ state: inout DashboardState, _ workspace: inout WorkspaceState, _ session: Session, _ action: Action
) -> [Effect] {
    let forward = action == .right || action == .farRight
    let far = action == .farLeft || action == .farRight
    if workspace.focus == .sliders {
        let slider = workspace.slider
        let share = slider.share(in: workspace.analysis.settings) + (forward ? 1 : -1) * slider.step * (far ? 4 : 1)
        return change(&state, &workspace, session) { slider.set(share, in: &$0) }
    }
    let layout = WorkspaceLayout(width: state.width, height: state.height)
    let step = max(1, workspace.visible.count / max(1, layout.plot.width)) * (far ? 10 : 1)
    workspace.moveCursor(to: workspace.cursor + (forward ? step : -step))
    return []
}

private func move(_ workspace: inout WorkspaceState, _ action: Action, width: Int, height: Int) {
    let rows = workspace.analysis.series.rowCount
    let inEvents = workspace.focus == .events
    switch action {
    case .up where workspace.focus == .sliders:
        workspace.slider = Slider(rawValue: workspace.slider.rawValue - 1) ?? workspace.slider
    case .down where workspace.focus == .sliders:
        workspace.slider = Slider(rawValue: workspace.slider.rawValue + 1) ?? workspace.slider
    case .up, .previousEvent: workspace.select(workspace.eventIndex - 1)
    case .down, .nextEvent: workspace.select(workspace.eventIndex + 1)
    case .pageUp where inEvents: workspace.select(workspace.eventIndex - 5)
    case .pageDown where inEvents: workspace.select(workspace.eventIndex + 5)
    case .first where inEvents: workspace.select(0)
    case .last where inEvents: workspace.select(workspace.events.count - 1)
    case .pageUp: workspace.moveCursor(to: workspace.cursor - workspace.visible.count / 2)
    case .pageDown: workspace.moveCursor(to: workspace.cursor + workspace.visible.count / 2)
    case .first: workspace.moveCursor(to: 0)
    case .last: workspace.moveCursor(to: rows - 1)
    case .zoomIn: workspace.zoom(by: 0.5, at: workspace.cursor)
    case .zoomOut: workspace.zoom(by: 2, at: workspace.cursor)
    case .zoomAll: workspace.show(0, count: rows)
    case .nextFocus: workspace.focus = WorkspaceState.Focus(rawValue: (workspace.focus.rawValue + 1) % 3) ?? .plot
    case .previousFocus: workspace.focus = WorkspaceState.Focus(rawValue: (workspace.focus.rawValue + 2) % 3) ?? .plot
    default: break
    }
}

func updateInspection(_ state: inout DashboardState, _ key: Key) -> [Effect] {
    guard var workspace = state.workspace, let session = state.session else { return [] }
    defer { state.workspace = workspace }
    let before = workspace.eventIndex
    switch key {
    case .escape, .enter, .character("q"), .character("i"): state.overlay = nil
    case .character("?"): state.overlay = .help(scroll: 0)
    case .right, .down, .character("]"), .character("l"), .character("j"): workspace.select(workspace.eventIndex + 1)
    case .left, .up, .character("["), .character("h"), .character("k"): workspace.select(workspace.eventIndex - 1)
    case .character("a"): return judge(&state, &workspace, session, .judgeAnomaly)
    case .character("n"): return judge(&state, &workspace, session, .judgeNormal)
    case .character("u"): return judge(&state, &workspace, session, .clearVerdict)
    default: break
    }
    return workspace.eventIndex == before ? [] : [explain(workspace)].compactMap { $0 }
}

// MARK: Mouse

private func workspaceMouse(_ state: inout DashboardState, _ mouse: Mouse) -> [Effect] {
    guard state.overlay == nil else {
        if mouse.action == .press { state.overlay = nil }
        return []
    }
    guard var workspace = state.workspace, let session = state.session else { return [] }
    defer { state.workspace = workspace }
    let layout = WorkspaceLayout(width: state.width, height: state.height)
    let row = layout.row(atColumn: mouse.x, visible: workspace.visible)
    switch mouse.action {
    case .wheelUp where layout.plots.contains(x: mouse.x, y: mouse.y): workspace.zoom(by: 0.8, at: row)
    case .wheelDown where layout.plots.contains(x: mouse.x, y: mouse.y): workspace.zoom(by: 1.25, at: row)
    case .wheelUp: workspace.select(workspace.eventIndex - 1)
    case .wheelDown: workspace.select(workspace.eventIndex + 1)
    case .press: return press(&state, &workspace, session, mouse, layout)
    case .drag:
        if let slider = workspace.heldSlider {
            return drag(&state, &workspace, session, slider, mouse, layout)
        }
        guard let grabbed = workspace.grabbed else { break }
        let shift = (grabbed.column - mouse.x) * grabbed.visible.count / max(1, layout.plot.width)
        workspace.show(grabbed.visible.lowerBound + shift, count: grabbed.visible.count)
    case .release:
        let held = workspace.heldSlider
        workspace.heldSlider = nil
        workspace.grabbed = nil
        if let held { return drag(&state, &workspace, session, held, mouse, layout) }
    }
    return []
}

private func drag(
    _ state: inout DashboardState, _ workspace: inout WorkspaceState, _ session: Session, _ slider: Slider, _ mouse: Mouse,
    _ layout: WorkspaceLayout
) -> [Effect] {
    let track = layout.track(slider)
    return change(&state, &workspace, session) { slider.set(sliderShare(column: mouse.x - track.x, width: track.width), in: &$0) }
}

private func press(
    _ state: inout DashboardState, _ workspace: inout WorkspaceState, _ session: Session, _ mouse: Mouse,
    _ layout: WorkspaceLayout
) -> [Effect] {
    if layout.plots.contains(x: mouse.x, y: mouse.y) {
        workspace.focus = .plot
        workspace.grabbed = (mouse.x, workspace.visible)
        workspace.moveCursor(to: layout.row(atColumn: mouse.x, visible: workspace.visible))
        return []
    }
    if layout.showsSliders(workspace.focus), layout.sliders.contains(x: mouse.x, y: mouse.y) {
        workspace.focus = .sliders
        guard let slider = Slider(rawValue: mouse.y - layout.sliders.y) else { return [] }
        workspace.slider = slider
        if mouse.x >= layout.track(slider).x - 1, mouse.x <= layout.track(slider).maxX {
            workspace.heldSlider = slider
            return drag(&state, &workspace, session, slider, mouse, layout)
        }
        return []
    }
    if layout.showsEvents(workspace.focus), layout.events.contains(x: mouse.x, y: mouse.y) {
        workspace.focus = .events
        let index = mouse.y - layout.eventRows.y + eventScroll(workspace, height: layout.eventRows.height)
        guard mouse.y >= layout.eventRows.y, workspace.events.indices.contains(index) else { return [] }
        let isSecond = index == workspace.eventIndex
        workspace.select(index)
        return isSecond ? perform(&state, inWorkspace: .inspect) : []
    }
    if layout.tabs.contains(x: mouse.x, y: mouse.y) {
        workspace.focus = workspace.focus == .events ? .sliders : .events
    }
    return []
}
