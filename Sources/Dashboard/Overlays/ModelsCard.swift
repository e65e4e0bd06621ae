import AnomalyDetection
import Foundation
import TerminalUI
import TimeSeries
import Workbench

/// The models that are kept: those of the open series, earlier ones of it, and those of other series, to be taken, named and
/// thrown away.
struct ModelsCard: WorkspaceCard {
    static let title = "Models"
    /// `nil` while they are looked for.
    private var runs: [ModelRun]?
    private var place = 0

    static let bindings: [Binding<SignedIn>] =
        moves(name: "choose") { card, move, signedIn, frame in
            let page = max(1, card.area(over: signedIn, frame).height - 5)
            card.place = move.place(from: card.place, of: max(1, card.runs?.count ?? 0), page: page)
            return []
        } + [
            at([.enter], name: "use", "Have the series scored by these; the present ones stay as earlier ones", unless: noUse) {
                card, workspace, frame in
                guard let run = card.chosen else { return .stay }
                return .close(workspace.use(.run(run), &frame))
            },
            on([.character("N")], name: "name", "Call them something", opens: [EntryCard.self], unless: { card, _ in card.noRun })
            {
                card, _, _ in
                guard let run = card.chosen else { return .stay }
                return .stayAndRun { signedIn, _ in
                    signedIn.push(EntryCard.name(of: run))
                    return []
                }
            },
            on(
                [.character("x")], name: "throw away", "Throw them away, after a question", opens: [ConfirmCard.self],
                unless: { card, _ in card.noRun }
            ) { card, signedIn, _ in
                guard let run = card.chosen, let known = signedIn.workspace?.known else { return .stay }
                return .stayAndRun { signedIn, _ in
                    let whose = run.isPresent ? "the present models of \(run.home)" : "earlier models of \(run.home)"
                    signedIn.push(
                        ConfirmCard(question: "This throws away \(whose), trained on \(run.origin).") { _, _ in
                            [.removeModels(run, of: known)]
                        })
                    return []
                }
            },
            closing(.escape, .character("q"), NamedKey.models),
        ]

    private var chosen: ModelRun? { runs.flatMap { $0.indices.contains(place) ? $0[place] : nil } }
    private var noRun: String? { chosen == nil ? "No models are kept yet." : nil }

    private static let noUse: @Sendable (ModelsCard, WorkspaceState) -> String? = { card, workspace in
        guard let run = card.chosen else { return card.noRun }
        if let training = workspace.training, !training.hasEnded { return "The models are being trained." }
        if case .none(let reason) = workspace.fit(run) { return reason }
        return nil
    }

    mutating func receive(_ answer: Answer, over workspace: WorkspaceState) -> LayerStep<SignedIn> {
        switch answer {
        case .modelsListed(let identity, let runs) where identity == workspace.known:
            let own = runs.filter { $0.series == identity.text }
            let others = runs.filter { $0.series != identity.text }
            // Those that fit stand before those that do not; otherwise the newest first, as they came.
            self.runs = own + others.filter { workspace.fits($0) } + others.filter { !workspace.fits($0) }
            place = max(0, min(place, (self.runs?.count ?? 0) - 1))
        case .failed where runs == nil: return .close
        default: break
        }
        return .stay
    }

    func title(over workspace: WorkspaceState) -> String { Self.title }

    func size(over workspace: WorkspaceState, _ frame: Frame) -> (width: Int, height: Int) {
        (108, max(8, min(24, (runs?.count ?? 0) + 6)))
    }

    func draw(_ screen: inout CellBuffer, in card: Rect, over workspace: WorkspaceState, _ frame: Frame) {
        let theme = frame.theme
        let (x, width) = (card.x + 2, card.width - 4)
        guard let runs else {
            screen.write("looking…", x: x, y: card.y + 1, Style(theme.muted))
            return
        }
        guard !runs.isEmpty else {
            screen.write(
                "No models are kept yet; \(frame.name(of: NamedKey.train)) trains them.", x: x, y: card.y + 2, Style(theme.muted),
                limit: width)
            return
        }
        let fixed = [2, 20, 14, 9, 9]
        let rest = width - fixed.reduce(0, +)
        let widths = [fixed[0], fixed[1], rest * 3 / 5, fixed[2], fixed[3], fixed[4], rest - rest * 3 / 5]
        func line(_ y: Int, _ cells: [String], _ style: Style) {
            var left = x
            for (index, text) in cells.enumerated() {
                screen.cell(text, x: left, y: y, width: widths[index] - 1, isNumber: index == 4 || index == 5, style)
                left += widths[index]
            }
        }
        line(card.y + 1, ["", "when", "trained on", "models", "rows", "channels", "name"], Style(theme.muted, bold: true))
        let height = card.height - 5
        let first = max(0, min(place - height / 2, runs.count - height))
        for (index, run) in runs.enumerated().dropFirst(first).prefix(height) {
            let (y, isChosen) = (card.y + 2 + index - first, index == place)
            if isChosen {
                screen.fill(Rect(x: x, y: y, width: width, height: 1), " ", Style(theme.selectionText, on: theme.selection))
            }
            let color = workspace.fits(run) ? theme.text : theme.muted
            line(
                y, run.cells(in: workspace),
                isChosen ? Style(theme.selectionText, bold: true) : Style(color))
        }
        screen.scrollBar(
            first: first, total: runs.count, in: Rect(x: card.maxX - 1, y: card.y + 2, width: 1, height: height),
            thumb: Style(theme.accent), track: Style(theme.border))
        if let chosen {
            let how = chosen.label.how.isEmpty ? "" : " (\(printable(chosen.label.how)))"
            screen.write(workspace.remark(on: chosen) + how, x: x, y: card.maxY - 2, Style(theme.muted), limit: width)
        }
    }
}

extension ModelRun {
    /// The file for whose series they are kept.
    fileprivate var home: String {
        path.map { printable(($0 as NSString).lastPathComponent) } ?? "a series that is not opened any more"
    }

    /// What they were trained on.
    fileprivate var origin: String {
        label.trainedOn.isEmpty ? home : printable((label.trainedOn as NSString).lastPathComponent)
    }

    fileprivate func cells(in workspace: WorkspaceState) -> [String] {
        let titles = kinds.map { name in workspace.models.first { $0.name == name }?.shortTitle ?? name }
        let isInUse = isPresent && series == workspace.known.text
        return [
            isInUse ? "●" : "", clock(savedAt), origin, titles.joined(separator: "+"),
            content.map { grouped($0.trainingRows) } ?? "–", content.map { grouped($0.channels.count) } ?? "–",
            printable(label.name),
        ]
    }
}

extension WorkspaceState {
    /// How models that are kept fit the open series.
    fileprivate func fit(_ run: ModelRun) -> ModelRun.Fit { run.fit(analysis.series.channels.map(\.name)) }

    fileprivate func fits(_ run: ModelRun) -> Bool { if case .none = fit(run) { false } else { true } }

    /// A sentence on models that are kept.
    fileprivate func remark(on run: ModelRun) -> String {
        if run.isPresent, run.series == known.text { return "These score the series." }
        switch fit(run) {
        case .exact:
            return run.series == known.text
                ? "Earlier ones of this series; others took their place." : "They know the channels of this series."
        case .byPlace:
            let channels = run.content?.channels ?? []
            return "They were trained on \(listed(channels)); the channels here are taken in their place."
        case .none(let reason): return reason
        }
    }

    /// Has the series scored by models from elsewhere.
    mutating func use(_ source: ModelSource, _ frame: inout Frame) -> [Effect] {
        frame.say("The models are taken over and score the series…")
        return carryOver() + [.useModels(source, analysis.series, of: known)]
    }

    /// Takes what the shelf holds now.
    mutating func receive(listed runs: [ModelRun]) {
        let present = runs.filter { $0.isPresent && $0.series == known.text }.flatMap(\.kinds)
        savedModels = models.filter { present.contains($0.name) }
        let own = runs.filter { $0.isPresent && $0.series == known.text }
        labels = PerModel(models.compactMap { kind in own.first { $0.kinds.contains(kind.name) }.map { (kind, $0.label) } })
    }
}

extension EntryCard {
    /// Asks how models are to be called.
    static func name(of run: ModelRun) -> EntryCard {
        EntryCard(
            heading: "Name of the models", expected: "An empty one is taken away",
            field: TextField(limit: .columns(RunLabel.longestName), text: run.label.name)
        ) { workspace, text, _ in [.nameModels(run, text, of: workspace.known)] }
    }
}
