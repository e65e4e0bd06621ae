import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

extension Binding where Owner == SignedIn {
    typealias Reason = @Sendable (WorkspaceState) -> String?
    typealias OnSeries = @Sendable (inout WorkspaceState, inout Frame) -> [Effect]

    /// A binding that works on the open series.
    private static func on(
        _ keys: [Key], name: String? = nil, _ help: String, command: String? = nil, arguments: String? = nil,
        unless reason: @escaping Reason = { _ in nil },
        withValue: (@Sendable (inout WorkspaceState, String, inout Frame) -> [Effect])? = nil, _ run: @escaping OnSeries
    ) -> Binding {
        var valued: ActionWithValue?
        if let withValue {
            valued = { signedIn, value, frame in signedIn.atWorkspace { withValue(&$0, value, &frame) } }
        }
        return Binding(
            keys, name: name, help, command: command, arguments: arguments,
            when: { Availability(unless: $0.workspace.flatMap(reason)) }, withValue: valued
        ) { signedIn, frame in signedIn.atWorkspace { run(&$0, &frame) } }
    }

    /// A binding that changes how the series is looked at and asks for nothing.
    private static func look(
        _ keys: [Key], name: String? = nil, _ help: String, command: String? = nil,
        _ run: @escaping @Sendable (inout WorkspaceState) -> Void
    ) -> Binding {
        Binding(keys, name: name, help, command: command) { signedIn, _ in
            signedIn.atWorkspace {
                run(&$0)
                return []
            }
        }
    }

    /// A binding that lays a card over the series.
    private static func opening(
        _ card: any Layer<SignedIn>.Type, _ keys: [Key], name: String? = nil, _ help: String, command: String,
        arguments: String? = nil, unless reason: @escaping Reason = { _ in nil }, withValue: ActionWithValue? = nil,
        _ run: @escaping @Sendable (inout SignedIn) -> [Effect]
    ) -> Binding {
        Binding(
            keys, name: name, help, command: command, arguments: arguments, opens: [card],
            when: { Availability(unless: $0.workspace.flatMap(reason)) }, withValue: withValue
        ) { signedIn, _ in run(&signedIn) }
    }

    private static func sideways(_ keys: Key..., by steps: Int, _ help: String) -> Binding {
        Binding(keys, help) { signedIn, frame in signedIn.atWorkspace { $0.moveSideways(steps, &frame) } }
    }

    private static func judging(_ key: Key, name: String? = nil, _ help: String, _ verdict: Verdict?) -> Binding {
        Binding(
            [key], name: name, help, command: verdict?.rawValue ?? "unjudge",
            when: { Availability(unless: $0.workspace.flatMap { $0.noVerdict(verdict) }) }
        ) { $0.judge(verdict, &$1) }
    }

    /// A binding that goes to the next word of a setting, or to the one that follows the command.
    private static func choosing<Value: CaseIterable & RawRepresentable>(
        _ key: Character, _ help: String, _ setting: Setting<Value>
    ) -> Binding where Value.RawValue == String {
        on(
            [.character(key)], help, command: setting.name, arguments: setting.kind.text,
            withValue: { $0.set(setting, to: $1, &$2) }
        ) { workspace, frame in
            workspace.change(&frame) { $0[keyPath: setting.path] = setting.next(after: $0) }
        }
    }

    private static func writing(
        _ key: Character, name: String? = nil, _ help: String, _ content: ExportRequest.Content
    ) -> Binding {
        on(
            [.character(key)], name: name, help, command: content.command, arguments: "PATH", unless: { $0.noScores },
            withValue: { workspace, path, _ in workspace.write(content, to: path) }
        ) { workspace, _ in workspace.write(content, to: nil) }
    }

    /// A binding that trains on rows that are chosen.
    private static func choosingRows(
        _ key: Key, _ help: String, _ command: String, _ chosen: @escaping @Sendable ([RowSpan]) -> ChosenRows
    ) -> Binding {
        Binding(
            [key], help, command: command, arguments: "FROM..TO", opens: [TrainingCard.self],
            withValue: { signedIn, text, frame in
                guard let span = RowSpan(text) else {
                    frame.complain("\(command) takes FROM..TO, as in 2024-01-01..2024-03-31, or the marked rows.")
                    return []
                }
                return signedIn.train(on: chosen([span]), &frame)
            }
        ) { signedIn, frame in
            guard let rows = signedIn.workspace?.marked else {
                frame.complain("No rows are marked; \(frame.name(of: NamedKey.mark)) marks them, or name them as FROM..TO.")
                return []
            }
            return signedIn.train(on: chosen([RowSpan(rows: rows)]), &frame)
        }
    }

    static let ofWorkspace: [Binding] =
        models + looks + moves + events + verdicts + goingOn + ticking + rules + settings + files + cards

    private static let models: [Binding] = [
        opening(
            TrainingCard.self, [NamedKey.train], name: "train", "Train the models on the whole series", command: "train",
            arguments: "SEED",
            withValue: { signedIn, text, frame in
                if let (chosen, seed) = ChosenRows.typed(text) { return signedIn.train(on: chosen, seed: seed, &frame) }
                frame.complain(
                    "train takes a whole number, the seed; other seeds give other models. Or --train and --exclude with FROM..TO."
                )
                return []
            }
        ) { signedIn in
            signedIn.push(TrainingCard())
            return signedIn.atWorkspace { $0.train() }
        },
        choosingRows(NamedKey.trainOn, "Train the models on the marked rows alone, or on those that are named", "train-on") {
            ChosenRows(learnt: $0)
        },
        choosingRows(
            NamedKey.trainWithout, "Train the models without the marked rows, or without those that are named", "train-without"
        ) {
            ChosenRows(excluded: $0)
        },
        opening(
            ModelsCard.self, [NamedKey.models],
            "The models that are kept, of this series and of others, to use another", command: "load", arguments: "PATH",
            withValue: { signedIn, path, frame in
                guard !signedIn.isTraining else {
                    frame.complain("The models are being trained.")
                    return []
                }
                return signedIn.atWorkspace { $0.use(.path(path), &frame) }
            }
        ) { signedIn in
            signedIn.push(ModelsCard())
            return signedIn.atWorkspace { $0.carryOver() + [.listModels(of: $0.known)] }
        },
        opening(
            TrainingCard.self, [NamedKey.training], "Show the training panel", command: "training",
            unless: { $0.noTrainingYet }
        ) { signedIn in
            signedIn.push(TrainingCard())
            return []
        },
        on([.character("x")], "Stop training", command: "cancel", unless: { $0.noTraining }) { workspace, _ in
            workspace.training?.cancellation.cancel()
            return []
        },
    ]

    private static let looks: [Binding] = [
        look([NamedKey.nextPart], name: "panel", "Go to the next part: plot, sliders, events", command: "next-part") {
            $0.focus = $0.focus.moved(by: 1)
        },
        look([.backTab], "Go to the part before", command: "previous-part") { $0.focus = $0.focus.moved(by: -1) },
        sideways(.left, .character("h"), by: -1, "Cursor one column left, or the slider down"),
        sideways(.right, .character("l"), by: 1, "Cursor one column right, or the slider up"),
        sideways(.shiftLeft, .character("H"), by: -10, "Ten steps left"),
        sideways(.shiftRight, by: 10, "Ten steps right"),
        look([.character("+"), .character("=")], name: "zoom", "Zoom in at the cursor", command: "zoom-in") {
            $0.zoom(by: 0.5, at: $0.cursor)
        },
        look([.character("-")], name: "zoom", "Zoom out", command: "zoom-out") { $0.zoom(by: 2, at: $0.cursor) },
        Binding(
            [.character("0")], "Show the whole series; on a slider, enter a value that begins so", command: "all",
            opens: [EntryCard.self]
        ) { signedIn, _ in
            if signedIn.enterValue("0") { return [] }
            return signedIn.atWorkspace {
                $0.show(0, count: $0.analysis.series.rowCount)
                return []
            }
        },
        on([.character(")")], "Zoom in on the values around that under the cursor", command: "values-in") {
            workspace, frame in
            workspace.zoomValues(by: 0.5, from: workspace.valueRange(workspace.layout(frame)))
            return []
        },
        on([.character("(")], "Zoom out of the values", command: "values-out") { workspace, frame in
            workspace.zoomValues(by: 2, from: workspace.valueRange(workspace.layout(frame)))
            return []
        },
        look([.character("Z")], "Fit the values that are visible into the plot again", command: "fit") { $0.showValues(nil) },
        look([.character("r")], "Draw what the models expected over the series, or not", command: "expected") {
            $0.showsExpected.toggle()
        },
        look([.character("c")], "Plot the next channel", command: "next-channel") {
            $0.channel = ($0.channel + 1) % $0.analysis.series.channels.count
        },
        opening(
            ChannelPicker.self, [.character("B")], "Pick a channel by name and by blame", command: "channel", arguments: "NAME",
            unless: { $0.oneChannel },
            withValue: { signedIn, name, frame in
                signedIn.atWorkspace {
                    $0.plotChannel(named: name, &frame)
                    return []
                }
            }
        ) { signedIn in
            signedIn.push(ChannelPicker())
            guard let workspace = signedIn.workspace, workspace.blame == nil else { return [] }
            return [workspace.explanation].compactMap { $0 }
        },
    ]

    private static let moves: [Binding] =
        WorkspaceScreen.moves { _, move, signedIn, frame in signedIn.atWorkspace { $0.move(move, &frame) } }
        + [
            Binding(
                ".123456789".map { .character($0) }, "On a slider, enter a value that begins so", opens: [EntryCard.self],
                when: {
                    $0.workspace?.focus == .sliders
                        ? .ready : .disabled("Digits set a slider; \(NamedKey.nextPart.name) goes to the sliders.")
                },
                withValue: { signedIn, digit, _ in
                    _ = signedIn.enterValue(digit)
                    return []
                }
            ) { signedIn, _ in
                _ = signedIn.enterValue("")
                return []
            }
        ]

    private static let events: [Binding] = [
        on(
            [.character("[")], name: "event", "The event of the list before", command: "previous", unless: { $0.nothingListed }
        ) { workspace, _ in
            workspace.select(stepping: -1)
            return []
        },
        on([NamedKey.nextEvent], name: "event", "The next event of the list", command: "next", unless: { $0.nothingListed }) {
            workspace, _ in
            workspace.select(stepping: 1)
            return []
        },
        on(
            [.character("s")], name: "sort", "List events in the next order: peak, time, length, disagreement, unjudged, new",
            command: "sort", arguments: EventList.Order.allCases.map(\.rawValue).joined(separator: "|"),
            withValue: { workspace, value, frame in
                guard let order: EventList.Order = frame.order(named: value) else { return [] }
                workspace.sort(by: order, &frame)
                return []
            }
        ) { workspace, frame in
            workspace.sortByNextOrder(&frame)
            return []
        },
        opening(
            EntryCard.self, [.character("/")], "List only events that hold what you type", command: "filter", arguments: "TEXT",
            withValue: { signedIn, text, frame in
                signedIn.atWorkspace {
                    $0.filter(by: text, &frame)
                    return []
                }
            }
        ) { signedIn in
            signedIn.push(EntryCard.filter())
            return []
        },
        opening(
            InspectionCard.self, [.enter, .character("i")], name: "inspect", "Look into the selected event", command: "inspect",
            unless: { $0.noEvent }
        ) { $0.inspect() },
    ]

    private static let verdicts: [Binding] = [
        on([NamedKey.mark], "Mark rows from the cursor on, flagged or not, to judge them; again ends it", command: "mark") {
            workspace, frame in
            workspace.toggleMarking(&frame)
            return []
        },
        judging(NamedKey.anomaly, name: "verdict", "Judge the selected event an anomaly", .anomaly),
        judging(NamedKey.normal, name: "verdict", "Judge the selected event normal", .normal),
        judging(.character("z"), "Postpone the verdict on the selected event", .postponed),
        judging(.character("b"), "Judge the selected event seen before", .seenBefore),
        judging(.character("u"), "Take the verdict back", nil),
        on(
            [.character("d")], "Go to the event on which the models disagree most", command: "judge-next",
            unless: { $0.nothingToJudge }
        ) { workspace, _ in
            workspace.selectNextToJudge()
            return []
        },
        opening(
            EntryCard.self, [.character("N")], "Note something on the selected event", command: "note", arguments: "TEXT",
            unless: { $0.noEvent },
            withValue: { signedIn, text, frame in
                signedIn.atWorkspace { workspace in
                    workspace.selectedEvent.map { workspace.note(text, on: $0.rows, &frame) } ?? []
                }
            }
        ) { signedIn in
            if let entry = signedIn.workspace.flatMap(EntryCard.note) { signedIn.push(entry) }
            return []
        },
        opening(
            LessonsCard.self, [.character("w")], "Show what the verdicts taught", command: "lessons", unless: { $0.noLessons }
        ) { signedIn in
            signedIn.push(LessonsCard())
            return []
        },
        opening(
            ComparisonCard.self, [.character("m")], "Measure the models and their combination against the labels",
            command: "compare", unless: { $0.noComparison }
        ) { $0.compare() },
        opening(
            ExaminationCard.self, [NamedKey.examine], "What would be found: the smallest anomaly of each kind, and what it costs",
            command: "examine", unless: { $0.noScores }
        ) { signedIn in
            signedIn.push(ExaminationCard())
            return signedIn.atWorkspace { $0.examine() }
        },
    ]

    private static let settings: [Binding] = [
        on(
            [NamedKey.undo], "Take back the last change of a verdict, a rule, a setting or a column", command: "undo",
            unless: { $0.history.nothing(.back) }
        ) { $0.goThroughHistory(.back, &$1) },
        on(
            [.control("r")], "Do again what was taken back", command: "redo", unless: { $0.history.nothing(.forth) }
        ) { $0.goThroughHistory(.forth, &$1) },
        choosing("C", "Turn errors into scores by the next rule", .calibration),
        choosing("f", "Flag rows by the next rule", .flags),
    ]

    private static let files: [Binding] = [
        writing("e", name: "export", "Write the scores, verdicts and notes as CSV (or PATH.jsonl)", .scores),
        writing("E", "Write the events with verdicts and notes as CSV (or PATH.jsonl)", .events),
        writing("R", name: "report", "Write a report as one HTML page", .report),
        opening(
            CommandLineCard.self, [NamedKey.commandLine], "The command line that gives what is on screen, to be copied",
            command: "command-line", unless: { $0.noScores }
        ) { signedIn in
            if let workspace = signedIn.workspace { signedIn.push(CommandLineCard(workspace)) }
            return []
        },
        on([NamedKey.follow], "Follow the file: read and score rows as they are appended, or stop", command: "follow") {
            $0.toggleFollowing(&$1)
        },
    ]

    private static let cards: [Binding] = [
        opening(
            ColumnsCard.self, [NamedKey.columns], name: "columns",
            "How the file was read, column by column, and to read it otherwise",
            command: "columns",
            unless: { $0.reading.understanding.columns.isEmpty ? "It is not known how this series was read." : nil }
        ) { signedIn in
            signedIn.push(ColumnsCard())
            return []
        },
        opening(
            SeriesCard.self, [.character("W")], "List the series of the file, to open another one", command: "series",
            unless: { $0.oneSeries }
        ) { $0.atWorkspace { $0.listSeries() } },
        opening(StatisticsCard.self, [.character("S")], "Statistics of the columns", command: "statistics") { signedIn in
            guard let series = signedIn.workspace?.analysis.series else { return [] }
            signedIn.push(StatisticsCard())
            return [.describe(series)]
        },
        opening(
            RowsCard.self, [.character("V")], "The rows themselves around the cursor, with their scores", command: "rows"
        ) { signedIn in
            signedIn.push(RowsCard())
            return []
        },
        on(
            [NamedKey.keepRun], "Keep the present run, to compare another with it", command: "keep", unless: { $0.noScores }
        ) { workspace, frame in
            workspace.keepRun(&frame)
            return []
        },
        opening(
            RunsCard.self, [NamedKey.compareRuns], "Compare the kept run with the present one", command: "difference",
            unless: { $0.noRuns }
        ) { signedIn in
            guard let workspace = signedIn.workspace, let kept = workspace.kept, let present = KeptRun(workspace.analysis)
            else { return [] }
            signedIn.push(RunsCard(kept: kept, present: present))
            return []
        },
    ]
}

extension SignedIn {
    /// Asks for the value of the slider with the focus, which begins with `text`.
    /// - Returns: whether a slider has it.
    fileprivate mutating func enterValue(_ text: String) -> Bool {
        guard let workspace, workspace.focus == .sliders else { return false }
        push(EntryCard.value(of: workspace.sliders[workspace.slider], beginning: text))
        return true
    }
}
