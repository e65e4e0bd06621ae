import AnomalyDetection
import TerminalUI
import Workbench

extension Binding {
    /// A binding of the workspace.
    private static func inWorkspace(
        _ keys: [Key], hint: String? = nil, hintKeys: String? = nil, _ help: String, command: String? = nil,
        arguments: String? = nil, withValue: ActionWithValue? = nil,
        _ run: @escaping @Sendable (inout WorkspaceState, inout Frame) -> [Effect]
    ) -> Binding {
        Binding(
            keys, hint: hint, hintKeys: hintKeys, help, command: command, arguments: arguments, withValue: withValue
        ) { signedIn, frame in
            signedIn.atWorkspace(&frame, run)
        }
    }

    /// A binding that changes how the series is looked at and asks for nothing.
    private static func look(
        _ keys: [Key], hint: String? = nil, hintKeys: String? = nil, _ help: String, command: String? = nil,
        arguments: String? = nil, withValue: ActionWithValue? = nil,
        _ run: @escaping @Sendable (inout WorkspaceState) -> Void
    ) -> Binding {
        inWorkspace(
            keys, hint: hint, hintKeys: hintKeys, help, command: command, arguments: arguments, withValue: withValue
        ) { workspace, _ in
            run(&workspace)
            return []
        }
    }

    private static func sideways(_ keys: [Key], by steps: Int, _ help: String) -> Binding {
        inWorkspace(keys, help) { $0.moveSideways(steps, &$1) }
    }

    private static func judging(_ key: Character, hint: String? = nil, _ help: String, _ verdict: Verdict?) -> Binding {
        inWorkspace([.character(key)], hint: hint, hintKeys: "a n", help, command: verdict?.rawValue ?? "unjudge") {
            $0.judge(verdict, &$1)
        }
    }

    /// A binding that goes to the next word of a setting, or to the one that follows the command.
    private static func choosing(_ key: Character, _ help: String, _ name: String, _ words: [String]) -> Binding {
        inWorkspace(
            [.character(key)], help, command: name, arguments: words.joined(separator: "|"),
            withValue: { signedIn, value, frame in signedIn.atWorkspace(&frame) { $0.set(name, to: value, &$1) } }
        ) { workspace, frame in
            let setting = Setting.all(workspace.analysis.models).first { $0.name == name }
            let index = words.firstIndex { $0 == setting?.value(workspace.analysis.settings) } ?? 0
            return workspace.set(name, to: words[(index + 1) % words.count], &frame)
        }
    }

    private static func writing(
        _ key: Character, hint: String? = nil, _ help: String, _ command: String, _ content: ExportRequest.Content
    ) -> Binding {
        inWorkspace(
            [.character(key)], hint: hint, help, command: command, arguments: "PATH",
            withValue: { signedIn, path, frame in signedIn.atWorkspace(&frame) { $0.write(content, to: path, &$1) } }
        ) { workspace, frame in workspace.write(content, to: nil, &frame) }
    }

    fileprivate static let ofWorkspace: [Binding] = [
        inWorkspace(
            [.character("t")], hint: "train", "Train the models on the whole series", command: "train", arguments: "SEED",
            withValue: { signedIn, text, frame in
                signedIn.atWorkspace(&frame) { workspace, frame in
                    if let seed = UInt64(text) { return workspace.train(seed: seed) }
                    frame.complain("train takes a whole number, the seed; other seeds give other models.")
                    return []
                }
            }
        ) { workspace, _ in workspace.train() },
        inWorkspace(
            [.character("L")], hint: "load", "Load the models saved for this series", command: "load"
        ) { workspace, frame in workspace.loadModels(&frame) },
        look([.tab], hint: "panel", "Go to the next part: plot, sliders, events", command: "next-part") {
            $0.focus = $0.focus.moved(by: 1)
        },
        look([.backTab], "Go to the part before", command: "previous-part") { $0.focus = $0.focus.moved(by: -1) },
        sideways([.left, .character("h")], by: -1, "Cursor one column left, or the slider down"),
        sideways([.right, .character("l")], by: 1, "Cursor one column right, or the slider up"),
        sideways([.shiftLeft, .character("H")], by: -10, "Ten steps left"),
        sideways([.shiftRight], by: 10, "Ten steps right"),
        look([.character("+"), .character("=")], hint: "zoom", hintKeys: "+ −", "Zoom in at the cursor", command: "zoom-in") {
            $0.zoom(by: 0.5, at: $0.cursor)
        },
        look([.character("-")], "Zoom out", command: "zoom-out") { $0.zoom(by: 2, at: $0.cursor) },
        look([.character("0")], "Show the whole series", command: "all") { $0.show(0, count: $0.analysis.series.rowCount) },
        inWorkspace([.character(")")], "Zoom in on the values around that under the cursor", command: "values-in") {
            workspace, frame in
            workspace.zoomValues(by: 0.5, from: workspace.valueRange(workspace.layout(frame)))
            return []
        },
        inWorkspace([.character("(")], "Zoom out of the values", command: "values-out") { workspace, frame in
            workspace.zoomValues(by: 2, from: workspace.valueRange(workspace.layout(frame)))
            return []
        },
        look([.character("v")], "Fit the values that are visible into the plot again", command: "fit") { $0.showValues(nil) },
        look([.character("r")], "Draw what the models expected over the series, or not", command: "expected") {
            $0.showsExpected.toggle()
        },
        look([.character("]")], hint: "event", hintKeys: "[ ]", "The next event of the list", command: "next") {
            $0.select(stepping: 1)
        },
        look([.character("[")], "The event of the list before", command: "previous") { $0.select(stepping: -1) },
        inWorkspace(
            [.character("s")], hint: "sort", "List events in the next order: peak, time, length, disagreement, unjudged",
            command: "sort", arguments: EventList.Order.allCases.map(\.rawValue).joined(separator: "|"),
            withValue: { signedIn, value, frame in
                signedIn.atWorkspace(&frame) { workspace, frame in
                    guard let order = EventList.Order(rawValue: value) else {
                        let words = EventList.Order.allCases.map(\.rawValue).joined(separator: ", ")
                        frame.complain("sort takes one of \(words).")
                        return []
                    }
                    workspace.sort(by: order, &frame)
                    return []
                }
            }
        ) { workspace, frame in
            workspace.sortByNextOrder(&frame)
            return []
        },
        look(
            [.character("/")], "List only events that hold what you type", command: "filter", arguments: "TEXT",
            withValue: { signedIn, text, frame in
                signedIn.atWorkspace(&frame) { workspace, frame in
                    workspace.filter(by: text, &frame)
                    return []
                }
            }
        ) { $0.enterFilter() },
        inWorkspace([.enter, .character("i")], hint: "inspect", "Look into the selected event", command: "inspect") {
            workspace, frame in
            workspace.inspect(&frame)
        },
        judging("a", hint: "verdict", "Judge the selected event an anomaly", .anomaly),
        judging("n", "Judge the selected event normal", .normal),
        judging("z", "Postpone the verdict on the selected event", .postponed),
        judging("b", "Judge the selected event seen before", .seenBefore),
        judging("u", "Take the verdict back", nil),
        inWorkspace([.character("d")], "Go to the event on which the models disagree most", command: "judge-next") {
            workspace, frame in
            workspace.selectNextToJudge(&frame)
            return []
        },
        inWorkspace(
            [.character("m")], "Measure the models and their combination against the labels", command: "compare"
        ) { workspace, frame in workspace.compare(&frame) },
        inWorkspace(
            [.character("w")], "Show what the verdicts taught", command: "lessons"
        ) { workspace, frame in workspace.showLessons(&frame) },
        inWorkspace(
            [.character("U")], "Take back the last change of a verdict or setting", command: "undo"
        ) { workspace, frame in workspace.goThroughHistory(.back, &frame) },
        inWorkspace(
            [.control("r")], "Do again what was taken back", command: "redo"
        ) { workspace, frame in workspace.goThroughHistory(.forth, &frame) },
        look([.character("c")], "Plot the next channel", command: "next-channel") {
            $0.channel = ($0.channel + 1) % $0.analysis.series.channels.count
        },
        inWorkspace(
            [.character("B")], "Pick a channel by name and by blame", command: "channel", arguments: "NAME",
            withValue: { signedIn, name, frame in
                signedIn.atWorkspace(&frame) { workspace, frame in
                    workspace.plotChannel(named: name, &frame)
                    return []
                }
            }
        ) { workspace, frame in workspace.pickChannel(&frame) },
        choosing("C", "Turn errors into scores by the next rule", "calibration", Calibration.Method.allCases.map(\.rawValue)),
        choosing("f", "Flag rows by the next rule", "flags", AnalysisSettings.Flags.allCases.map(\.rawValue)),
        inWorkspace([.character("p")], "Show the training panel", command: "training") { workspace, frame in
            workspace.showTraining(&frame)
        },
        inWorkspace([.character("F")], "Follow the file: read and score rows as they are appended, or stop", command: "follow") {
            workspace, frame in
            workspace.toggleFollowing(&frame)
        },
        look([.character("x")], "Stop training", command: "cancel") { $0.training?.cancellation.cancel() },
        writing("e", hint: "export", "Write the scores, verdicts and notes as CSV (or PATH.jsonl)", "export", .scores),
        writing("E", "Write the events with verdicts and notes as CSV (or PATH.jsonl)", "export-events", .events),
        writing("R", hint: "report", "Write a report as one HTML page", "report", .report),
        inWorkspace(
            [.character("N")], "Note something on the selected event", command: "note", arguments: "TEXT",
            withValue: { signedIn, text, frame in
                signedIn.atWorkspace(&frame) { workspace, frame in
                    if let event = workspace.selectedEvent { return workspace.note(text, on: event.rows, &frame) }
                    workspace.enterNote(&frame)
                    return []
                }
            }
        ) { workspace, frame in
            workspace.enterNote(&frame)
            return []
        },
        inWorkspace([.character("S")], "Statistics of the columns", command: "statistics") { workspace, _ in
            workspace.card = StatisticsCard()
            return [.describe(workspace.analysis.series)]
        },
        look([.character("V")], "The rows themselves around the cursor, with their scores", command: "rows") {
            $0.card = RowsCard()
        },
        inWorkspace([.character("K")], "Keep the present run, to compare another with it", command: "keep") {
            workspace, frame in
            workspace.keepRun(&frame)
            return []
        },
        inWorkspace([.character("D")], "Compare the kept run with the present one", command: "difference") {
            workspace, frame in
            workspace.compareRuns(&frame)
            return []
        },
    ]
}

extension WorkspaceState {
    static let bindings = Binding.ofWorkspace

    /// A command that sets each setting, one for all weights, and one for the cursor.
    var commands: [Command] {
        let words = Set(Self.bindings.compactMap(\.command))
        let all = Setting.all(analysis.models) + sliders.filter { $0.name == "balance" }
        let settings = all.filter { !words.contains($0.name) }.map { setting in
            Command.inWorkspace(setting.name, setting.kind.text, "\(setting.help); now \(setting.value(analysis.settings))") {
                $1.count == 1 ? $0.set(setting, to: $1[0], &$2) : nil
            }
        }
        let example = models.indices.map { fixed(Float($0 + 1) / Float(models.count + 1)) }.joined(separator: " ")
        return settings + [
            .inWorkspace("weights", example, "the weights of \(models.map(\.title).joined(separator: ", "))") {
                $0.setWeights($1, &$2)
            },
            .inWorkspace("range", "10 20", "plot these values; `range auto` plots what is visible") { workspace, values, _ in
                if values == ["auto"] {
                    workspace.showValues(nil)
                    return []
                }
                let ends = values.compactMap(Double.init).filter(\.isFinite)
                guard values.count == 2, ends.count == 2, ends[0] < ends[1] else { return nil }
                workspace.showValues(ends[0]...ends[1])
                return []
            },
            .inWorkspace("goto", "ROW or TIME", "put the cursor on a row, or on the first one at a time such as 2014-11-01 20:30")
            {
                $0.go(to: $1.joined(separator: " "), &$2)
            },
        ]
    }

    /// Puts the cursor on a row, given by its number or its time.
    private mutating func go(to text: String, _ frame: inout Frame) -> [Effect] {
        let series = analysis.series
        if let number = Int(text), (1...series.rowCount).contains(number) {
            moveCursor(to: number - 1)
        } else if let row = series.time.row(at: text) {
            moveCursor(to: row)
        } else {
            let ends =
                series.time.microseconds == nil ? [] : [series.timeText(row: 0), series.timeText(row: series.rowCount - 1)]
            let times = ends.isEmpty ? "" : ", or a time from \(ends.joined(separator: " to "))"
            frame.complain("goto takes a row from 1 to \(series.rowCount)\(times).")
        }
        return []
    }

    /// Sets a weight for each model; `nil` where there is not one for each.
    private mutating func setWeights(_ values: [String], _ frame: inout Frame) -> [Effect]? {
        let weights = values.compactMap(Float.init)
        guard weights.count == values.count, weights.count == models.count else { return nil }
        let models = models
        return change(&frame) { $0.ensemble = try Ensemble(PerModel(zip(models, weights))) }
    }
}

extension Command {
    /// A command of the workspace; `run` returns `nil` when the values make no sense, and the user is told how to write it.
    fileprivate static func inWorkspace(
        _ word: String, _ arguments: String, _ help: String,
        _ run: @escaping @Sendable (inout WorkspaceState, [String], inout Frame) -> [Effect]?
    ) -> Command {
        Command(word: word, arguments: arguments, needsArguments: true, help: help) { signedIn, values, frame in
            signedIn.atWorkspace(&frame) { workspace, frame in
                if let effects = run(&workspace, values, &frame) { return effects }
                frame.complain("Write it like this: \(word) \(arguments) (\(help)).")
                return []
            }
        }
    }
}

extension Setting.Kind {
    /// What values it takes, in a few words.
    fileprivate var text: String {
        switch self {
        case .number(let range, _, _): "\(axisText(range.lowerBound)) to \(axisText(range.upperBound))"
        case .choice(let words): words.joined(separator: "|")
        }
    }
}

extension SignedIn {
    /// Works on the open series; does nothing on other screens.
    fileprivate mutating func atWorkspace(
        _ frame: inout Frame, _ body: (inout WorkspaceState, inout Frame) -> [Effect]
    ) -> [Effect] {
        guard case .workspace(var workspace) = place else { return [] }
        defer { place = .workspace(workspace) }
        return body(&workspace, &frame)
    }
}
