import AnomalyDetection
import TerminalUI
import Workbench

/// Weights that are proposed by the labels: Enter uses them, and they can be taken back.
extension WorkspaceState {
    /// Keys for a card that proposes weights; `nil` while there is no proposal yet.
    mutating func updateProposal(
        _ key: Key, _ proposed: Ensemble?, _ frame: inout Frame
    ) -> CardStep {
        switch key {
        case .enter:
            guard let proposed else { return .stay }
            let effects = change(&frame) { $0.ensemble = proposed }
            if effects.isEmpty {
                frame.say("These are the weights in use.")
            } else {
                frame.say("The weights are changed; U takes it back.")
            }
            return .close(effects)
        case .escape, .character("q"), .character("m"): return .close
        case .character("?"): return .pass
        default: return .stay
        }
    }

}

/// The models' shares in words, with short titles where `width` columns do not hold the long ones.
func weightsText(_ ensemble: Ensemble, within width: Int) -> String {
    joined(ensemble.weights.kinds, within: width) { "\($1) \(fixed(ensemble.share(of: $0)))" }
}
