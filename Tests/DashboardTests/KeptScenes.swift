import AnomalyDetection
import Foundation
import TerminalUI

@testable import Dashboard
@testable import Workbench

extension Scene {
    /// What is kept of models, of what was done and of what was said.
    static let kept: [Scene] = [
        workspace("models-pending") { state in press(&state, NamedKey.models) },
        workspace("models") { state in
            press(&state, NamedKey.models)
            guard let identity = state.workspace?.known else { return }
            func run(_ name: String, of series: String, isPresent: Bool, day: Double, channels: [String] = ["value"]) -> ModelRun
            {
                ModelRun(
                    series: series,
                    label: RunLabel(
                        id: name, name: name, trainedOn: "/data/\(series == identity.text ? "s" : series).csv", how: "--seed 1"),
                    isPresent: isPresent, kinds: ["lstm", "transformer"],
                    savedAt: Date(timeIntervalSince1970: 1_704_067_200 + day * 86_400), path: nil,
                    content: ModelRun.Content(channels: channels, trainingRows: 800))
            }
            _ = answer(
                &state,
                .modelsListed(
                    identity: identity,
                    [
                        run("", of: identity.text, isPresent: true, day: 3),
                        run("before the repair", of: identity.text, isPresent: false, day: 2),
                        run("", of: "mill", isPresent: true, day: 4, channels: ["flow", "level"]),
                        run("healthy", of: "healthy", isPresent: true, day: 1),
                    ]))
            press(&state, .down, .down)
        },
        workspace("log") { state in
            press(&state, .character("]"), NamedKey.anomaly)
            run(&state, "lstm_weight 0.3")
            press(&state, NamedKey.log)
        },
        workspace("messages") { state in
            run(&state, "goto nowhere")
            press(&state, .character("Q"))
        },
        workspace("command-line") { state in
            guard let identity = state.workspace?.known else { return }
            let label = RunLabel(id: "one", trainedOn: "/s.csv", how: "--seed 3")
            let kept = ModelRun(
                series: identity.text, label: label, isPresent: true, kinds: ["lstm", "transformer"],
                savedAt: Date(timeIntervalSince1970: 0), path: nil, content: nil)
            _ = answer(&state, .modelsListed(identity: identity, [kept]))
            press(&state, NamedKey.commandLine)
        },
    ]
}
