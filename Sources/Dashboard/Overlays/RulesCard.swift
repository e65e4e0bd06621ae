import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

/// The rules of the series, with what they hold.
struct RulesCard: WorkspaceCard {
    static let title = "Rules"
    private var place = 0

    static let bindings: [Binding<SignedIn>] =
        moves(name: "choose") { card, move, signedIn, frame in
            let page = max(1, card.area(over: signedIn, frame).height - 4)
            let count = signedIn.workspace?.analysis.rules.count ?? 0
            card.place = move.place(from: card.place, of: max(1, count), page: page)
            return []
        } + [
            on([.character("a")], name: "add", "Add a rule, or those of a file", opens: [EntryCard.self]) { _, _, _ in
                asking(.rule())
            },
            on(
                [.enter, .character("e")], name: "edit", "Change the rule", opens: [EntryCard.self],
                unless: { $0.noRule(over: $1.workspace) ?? $0.noLine(over: $1.workspace) }
            ) { card, signedIn, _ in
                guard let workspace = signedIn.workspace, let rule = card.rule(over: workspace) else { return .stay }
                return asking(.rule(beginning: rule.text, insteadOf: rule))
            },
            at([.character("m")], name: "maintenance", "Maintenance or normal", unless: { $0.noRule(over: $1) }) {
                card, workspace, frame in
                guard let rule = card.rule(over: workspace) else { return .stay }
                let changed = ExpectedRule(rule.kind, rule.purpose == .normal ? .maintenance : .normal, name: rule.name)
                return .stay(
                    workspace.changeRules(
                        removing: [rule], adding: [changed], "\(rule.title) is \(changed.purpose.rawValue) now", &frame))
            },
            at([.character("x")], name: "take away", "Take the rule away", unless: { $0.noRule(over: $1) }) {
                card, workspace, frame in
                guard let rule = card.rule(over: workspace) else { return .stay }
                let effects = workspace.changeRules(removing: [rule], "No longer expected: \(rule.title)", &frame)
                card.place = max(0, min(card.place, workspace.analysis.rules.count - 1))
                return .stay(effects)
            },
            at([.character("w")], name: "write", "Write the rules to a file", unless: { $0.noRule(over: $1) }) {
                _, workspace, _ in
                .stay(workspace.write(.rules, to: nil))
            },
            at([NamedKey.undo], "Take back the last change", unless: { $1.history.nothing(.back) }) { _, workspace, frame in
                .stay(workspace.goThroughHistory(.back, &frame))
            },
            at([.control("r")], "Do again what was taken back", unless: { $1.history.nothing(.forth) }) { _, workspace, frame in
                .stay(workspace.goThroughHistory(.forth, &frame))
            },
            closing(.escape, .character("q"), NamedKey.rules),
        ]

    private static func asking(_ entry: EntryCard) -> LayerStep<SignedIn> {
        .stayAndRun { signedIn, _ in
            signedIn.push(entry)
            return []
        }
    }

    private func rule(over workspace: WorkspaceState?) -> ExpectedRule? {
        guard let rules = workspace?.analysis.rules, rules.indices.contains(place) else { return nil }
        return rules[place]
    }

    private func noRule(over workspace: WorkspaceState?) -> String? {
        rule(over: workspace) == nil ? "There is no rule." : nil
    }

    /// Why a rule cannot be typed.
    private func noLine(over workspace: WorkspaceState?) -> String? {
        guard case .calendar = rule(over: workspace)?.kind else { return nil }
        return "A calendar is changed in its file; take it away and add the file again."
    }

    func title(over workspace: WorkspaceState) -> String {
        "\(counted(workspace.analysis.rules.count, "rule")) of \(workspace.analysis.series.name)"
    }

    func size(over workspace: WorkspaceState, _ frame: Frame) -> (width: Int, height: Int) {
        (100, max(7, workspace.analysis.rules.count + 5))
    }

    func draw(_ screen: inout CellBuffer, in card: Rect, over workspace: WorkspaceState, _ frame: Frame) {
        let theme = frame.theme
        let (x, width) = (card.x + 2, card.width - 4)
        let (rules, expected) = (workspace.analysis.rules, workspace.analysis.expected)
        guard !rules.isEmpty else {
            screen.write(
                "No rows are expected. Type a for a rule, such as Sun 02:00..04:00, or a file.", x: x, y: card.y + 2,
                Style(theme.muted), limit: width)
            return
        }
        func line(_ y: Int, _ cells: [String], _ style: Style) {
            let widths = [12, width - 12 - 4 * 8, 8, 8, 8, 8]
            var left = x + 1
            for (index, text) in cells.enumerated() {
                screen.cell(text, x: left, y: y, width: widths[index] - 1, isNumber: index > 1, style)
                left += widths[index]
            }
        }
        line(card.y + 1, ["purpose", "when", "times", "rows", "events"], Style(theme.muted, bold: true))
        let height = card.height - 4
        let first = max(0, min(place - height / 2, rules.count - height))
        let events = workspace.expectedEvents
        for (index, rule) in rules.enumerated().dropFirst(first).prefix(height) {
            let (y, isChosen) = (card.y + 2 + index - first, index == place)
            if isChosen {
                screen.fill(Rect(x: x, y: y, width: width, height: 1), " ", Style(theme.selectionText, on: theme.selection))
            }
            let rows = expected.rules.firstIndex(of: rule).map { expected.byRule[$0] } ?? rule.rows(in: workspace.analysis.series)
            let name = rule.name.isEmpty ? "" : "  \(rule.name)"
            let under = events.count { event in rows.contains { $0.overlaps(event.rows) } }
            line(
                y,
                [
                    rule.purpose.rawValue, rule.title + name, grouped(rows.count), grouped(rows.reduce(0) { $0 + $1.count }),
                    grouped(under),
                ], isChosen ? Style(theme.selectionText, bold: true) : Style(theme.text))
        }
    }
}
