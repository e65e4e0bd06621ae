import Accounts
import AnomalyDetection
import TerminalUI
import Workbench

/// Asks why the selected event is flagged; `nil` where there is none.
func explain(_ workspace: WorkspaceState) -> Effect? {
    guard let event = workspace.selectedEvent else { return nil }
    let analysis = workspace.analysis
    return .explain(analysis.series, [analysis.lstm, analysis.transformer].compactMap { $0 }, event.rows)
}

/// Opens the comparison with the labels.
func compare(_ state: inout DashboardState, _ workspace: WorkspaceState) -> [Effect] {
    let analysis = workspace.analysis
    guard analysis.series.labels != nil else {
        state.complain(DetectionError.noLabels(series: analysis.series.name).description)
        return []
    }
    guard let result = analysis.result, analysis.lstm != nil, analysis.transformer != nil else {
        state.complain(DetectionError.noScores.description)
        return []
    }
    state.overlay = .comparison(nil)
    return [.compare(analysis.series, result, analysis.settings)]
}

/// Shows the weights that rank the verdicts best.
func learnWeights(_ state: inout DashboardState, _ workspace: WorkspaceState) {
    let analysis = workspace.analysis
    guard let result = analysis.result, analysis.lstm != nil, analysis.transformer != nil,
        let present = try? Ensemble(
            lstmWeight: analysis.settings.lstmWeight, transformerWeight: analysis.settings.transformerWeight)
    else {
        state.complain(DetectionError.noScores.description)
        return
    }
    func judged(_ verdict: Verdict) -> [Range<Int>] { workspace.verdicts.filter { $0.value == verdict }.map(\.key) }
    guard
        let learned = LearnedWeights(
            lstm: result.lstm, transformer: result.transformer, confirmed: judged(.anomaly), rejected: judged(.normal),
            present: present)
    else {
        state.complain("Judge at least one event an anomaly (a) and one normal (n) first.")
        return
    }
    state.overlay = .learnedWeights(learned)
}

/// Takes weights back that were learnt or taken from a comparison.
func undoWeights(_ state: inout DashboardState, _ workspace: inout WorkspaceState, _ session: Session) -> [Effect] {
    guard let before = workspace.settingsBefore else {
        state.complain("There are no learnt weights to take back.")
        return []
    }
    workspace.settingsBefore = nil
    state.say("The weights are as they were.")
    return change(&state, &workspace, session) {
        ($0.lstmWeight, $0.transformerWeight) = (before.lstmWeight, before.transformerWeight)
    }
}

/// Keys for weights that are proposed: Enter uses them, and they can be taken back.
func updateProposal(_ state: inout DashboardState, _ key: Key, _ proposed: Ensemble?) -> [Effect] {
    switch key {
    case .enter:
        guard let proposed, var workspace = state.workspace, let session = state.session else { return [] }
        state.overlay = nil
        let before = workspace.analysis.settings
        let effects = change(&state, &workspace, session) {
            ($0.lstmWeight, $0.transformerWeight) = (proposed.lstmWeight, proposed.transformerWeight)
        }
        if effects.isEmpty {
            state.say("These are the weights in use.")
        } else {
            workspace.settingsBefore = before
            state.say("The weights are changed; U takes it back.")
        }
        state.workspace = workspace
        return effects
    case .escape, .character("q"), .character("m"), .character("w"): state.overlay = nil
    case .character("?"): state.overlay = .help(scroll: 0)
    default: break
    }
    return []
}
