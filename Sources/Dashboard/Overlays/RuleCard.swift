import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

/// What the selected event, or the marked rows, can be a rule of.
struct RuleCard: WorkspaceCard {
    static let title = "Make a rule"

    private struct Proposal {
        let kind: ExpectedRule.Kind
        /// How often it is, and how many rows and events it holds.
        let times: Int, rows: Int, events: Int
    }

    private let proposals: [Proposal]
    private let heading: String
    private var place = 0
    private var purpose = ExpectedRule.Purpose.normal

    /// Proposes rules; `nil` where nothing is selected.
    init?(_ workspace: WorkspaceState) {
        guard let rows = workspace.selectedEvent?.rows ?? workspace.marked else { return nil }
        let (series, events) = (workspace.analysis.series, workspace.events + workspace.expectedEvents)
        heading = eventText(series, rows)
        proposals = ExpectedRule.proposals(for: rows, in: series).map { kind in
            let held = ExpectedRows([ExpectedRule(kind)], in: series)
            return Proposal(
                kind: kind, times: held.rows.count, rows: held.rows.reduce(0) { $0 + $1.count },
                events: events.count { held.covers($0.rows) })
        }
    }

    static let bindings: [Binding<SignedIn>] =
        moves(name: "choose") { card, move, _, _ in
            card.place = move.place(from: card.place, of: card.proposals.count)
            return []
        } + [
            at([.enter], name: "make it", "Make it a rule", unless: { card, _ in card.nothing }) { card, workspace, frame in
                .close(workspace.add([card.rule], &frame))
            },
            at([.character("m")], name: "maintenance", "Maintenance, which is not learnt either, or normal") { card, _, _ in
                card.purpose = card.purpose == .normal ? .maintenance : .normal
                return .stay
            },
            on([.character("e")], name: "edit", "Type it otherwise", opens: [EntryCard.self], unless: { card, _ in card.nothing })
            {
                card, signedIn, _ in
                let entry = EntryCard.rule(beginning: card.rule.text)
                return .closeAndRun { signedIn, _ in
                    signedIn.push(entry)
                    return []
                }
            },
            closing(.escape, .character("q"), NamedKey.makeRule),
        ]

    private var nothing: String? { proposals.isEmpty ? "Nothing can be made a rule of these rows." : nil }
    private var rule: ExpectedRule { ExpectedRule(proposals[place].kind, purpose) }

    func title(over workspace: WorkspaceState) -> String { "Expect what is like \(heading)" }

    func size(over workspace: WorkspaceState, _ frame: Frame) -> (width: Int, height: Int) { (88, proposals.count + 6) }

    func draw(_ screen: inout CellBuffer, in card: Rect, over workspace: WorkspaceState, _ frame: Frame) {
        let theme = frame.theme
        let (x, width) = (card.x + 2, card.width - 4)
        for (index, proposal) in proposals.prefix(card.height - 5).enumerated() {
            let (y, isChosen) = (card.y + 1 + index, index == place)
            let held =
                "\(counted(proposal.times, "time")), \(counted(proposal.rows, "row")), \(counted(proposal.events, "event"))"
            if isChosen {
                screen.fill(Rect(x: x, y: y, width: width, height: 1), " ", Style(theme.selectionText, on: theme.selection))
            }
            let style = isChosen ? Style(theme.selectionText, bold: true) : Style(theme.text)
            let room = width - displayWidth(held) - 2
            screen.write(proposal.kind.said, x: x + 1, y: y, style, limit: room - 1)
            screen.write(
                held, x: x + width - displayWidth(held) - 1, y: y, isChosen ? style : Style(theme.muted),
                limit: displayWidth(held))
        }
        let what =
            purpose == .normal
            ? "Normal: such rows are learnt and never flagged." : "Maintenance: such rows are neither learnt nor flagged."
        screen.write(what, x: x, y: card.maxY - 3, Style(purpose == .normal ? theme.success : theme.accent), limit: width)
        screen.write(
            "It acts on rows that came long ago too, and \(frame.name(of: NamedKey.undo)) takes it back.", x: x, y: card.maxY - 2,
            Style(theme.muted), limit: width)
    }
}

extension ExpectedRule.Kind {
    /// A proposal in words, with what it is as a rule.
    fileprivate var said: String {
        let rule = ExpectedRule(self).title
        switch self {
        case .weekly: return "every \(rule)"
        case .span: return "these rows: \(rule)"
        case .yearly: return "every year: \(rule.replacing("yearly ", with: ""))"
        case .holidays, .calendar: return rule
        }
    }
}

extension EntryCard {
    /// Asks for a rule, which begins with `text`, perhaps in place of another.
    static func rule(beginning text: String = "", insteadOf old: ExpectedRule? = nil) -> EntryCard {
        EntryCard(
            heading: old == nil ? "A rule" : "Change a rule",
            expected: "Sun 02:00..04:00, daily, yearly 12-24..12-26, holidays DE, FROM..TO or a FILE",
            field: TextField(limit: .columns(ExpectedRule.longest), text: text)
        ) { workspace, text, frame in
            old.map { workspace.change($0, to: text, &frame) } ?? workspace.expect(text, &frame)
        }
    }
}
