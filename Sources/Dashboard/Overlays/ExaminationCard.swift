import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

/// What would be found: a bar for each size of each kind of anomaly, and the false events to expect. The sliders stand below, so that
/// they are moved by what they cost.
struct ExaminationCard: WorkspaceCard {
    static let title = "What would be found"
    /// The kind that is told about, an index of the findings.
    private var selected = 0
    /// The slider that the mouse holds.
    private var held: Int?

    static let gestures = [
        Gesture("click beside it", "Close it"), Gesture("click", "Tell about a kind of anomaly"),
        Gesture("drag", "Move a slider"), Gesture("wheel", "Up and down"),
    ]

    static let bindings: [Binding<SignedIn>] =
        [
            at([.left, .character("h")], name: "move", "Move the slider down") { $1.moveSlider(by: -1, &$2) },
            at([.right, .character("l")], name: "move", "Move the slider up") { $1.moveSlider(by: 1, &$2) },
            at([.shiftLeft, .character("H")], "Move it far down") { $1.moveSlider(by: -10, &$2) },
            at([.shiftRight], "Move it far up") { $1.moveSlider(by: 10, &$2) },
            at([.tab], name: "slider", "The next slider") { _, workspace, _ in
                workspace.slider = (workspace.slider + 1) % workspace.sliders.count
                return .stay
            },
            at([.backTab], "The slider before") { _, workspace, _ in
                workspace.slider = (workspace.slider + workspace.sliders.count - 1) % workspace.sliders.count
                return .stay
            },
            at([.character("f")], name: "flags", "Flag rows by the next rule") { _, workspace, frame in
                .stay(workspace.change(&frame) { $0.flags = Setting.flags.next(after: $0) })
            },
            at(
                [.character("x")], "Stop the examination",
                unless: { $1.examining == nil ? "No examination goes on." : nil }
            ) { _, workspace, _ in
                workspace.forgetExamination()
                return .close
            },
        ]
        + moves(name: "kinds") { card, move, signedIn, _ in
            card.selected = move.place(from: card.selected, of: signedIn.workspace?.sensitivity?.findings.count ?? 0)
            return []
        }
        + [closing(.escape, .enter, .character("q"), NamedKey.examine)]

    /// Where models are new, they are examined too.
    mutating func receive(_ answer: Answer, over signedIn: inout SignedIn, _ frame: inout Frame) -> LayerStep<SignedIn> {
        switch answer {
        case .reread: .close
        case .grown: .stay(signedIn.atWorkspace { $0.examine() })
        default: .stay
        }
    }

    func title(over workspace: WorkspaceState) -> String { Self.title }

    func size(over workspace: WorkspaceState, _ frame: Frame) -> (width: Int, height: Int) {
        guard let kinds = workspace.sensitivity?.findings.count else { return (76, 9) }
        return (106, kinds + 6 + (workspace.sliders.count + 1) / 2 + (frame.height > 26 ? 2 : 0))
    }

    func draw(_ screen: inout CellBuffer, in card: Rect, over workspace: WorkspaceState, _ frame: Frame) {
        let theme = frame.theme
        let x = card.x + 2
        guard let sensitivity = workspace.sensitivity else {
            return drawProgress(&screen, workspace.examining, in: card, theme)
        }
        drawCosts(&screen, sensitivity, workspace, x: x, y: card.y + 1, width: card.width - 4, theme)
        let sliders = SliderGrid(workspace, in: card)
        let columns = FindingColumns(width: card.width - 4)
        let list = list(in: card, sliders, frame)
        drawHead(&screen, columns, x: x, y: list.y - 1, theme)
        let help = sliders.border - 1
        let findings = sensitivity.findings
        let place = min(selected, findings.count - 1)
        let first = firstShown(list, of: findings.count)
        for (row, finding) in findings.dropFirst(first).prefix(list.height).enumerated() {
            drawFinding(
                finding, &screen, sensitivity, workspace, columns, x: x, y: list.y + row, isOn: first + row == place, theme)
        }
        screen.scrollBar(
            first: first, total: findings.count, in: Rect(x: card.maxX - 1, y: list.y, width: 1, height: list.height),
            thumb: Style(theme.accent), track: Style(theme.border))
        if findings.indices.contains(place) {
            let finding = findings[place]
            let range = sensitivity.triedText(finding)
            screen.write("\(finding.kind.help) \(range)", x: x, y: help, Style(theme.muted), limit: card.width - 4)
        }
        sliders.draw(&screen, workspace, theme)
    }

    /// Where the kinds stand.
    private func list(in card: Rect, _ sliders: SliderGrid, _ frame: Frame) -> Rect {
        let head = card.y + (card.height > 20 && frame.height > 26 ? 3 : 2)
        return Rect(x: card.x + 2, y: head + 1, width: card.width - 4, height: sliders.border - head - 2)
    }

    private func firstShown(_ list: Rect, of count: Int) -> Int {
        max(0, min(min(selected, count - 1) - list.height / 2, count - list.height))
    }

    /// Takes the mouse: a slider is dragged, a kind clicked.
    mutating func update(_ mouse: Mouse, over signedIn: inout SignedIn, _ frame: inout Frame) -> LayerStep<SignedIn> {
        guard let workspace = signedIn.workspace, let sensitivity = workspace.sensitivity else {
            return mouseStep(mouse, over: signedIn, frame)
        }
        let card = area(over: signedIn, frame)
        let sliders = SliderGrid(workspace, in: card)
        switch mouse.action {
        case .press:
            held = sliders.tracks.first { $0.track.y == mouse.y && (-1...$0.track.width).contains(mouse.x - $0.track.x) }?.index
            let list = list(in: card, sliders, frame)
            let place = mouse.y - list.y + firstShown(list, of: sensitivity.findings.count)
            if list.contains(x: mouse.x, y: mouse.y), sensitivity.findings.indices.contains(place) { selected = place }
        case .drag, .release: break
        default: return mouseStep(mouse, over: signedIn, frame)
        }
        guard let index = held, let track = sliders.tracks.first(where: { $0.index == index })?.track else {
            return mouseStep(mouse, over: signedIn, frame)
        }
        if mouse.action == .release { held = nil }
        return .stay(
            signedIn.atWorkspace {
                $0.slider = index
                return $0.moveSlider(index, to: sliderShare(column: mouse.x - track.x, width: track.width), &frame)
            })
    }
}

extension WorkspaceState {
    /// Moves the slider with the focus by presses of a key.
    fileprivate mutating func moveSlider(by steps: Int, _ frame: inout Frame) -> LayerStep<SignedIn> {
        let focused = focus
        focus = .sliders
        defer { focus = focused }
        return .stay(moveSideways(steps, &frame))
    }
}

// MARK: Drawing

/// Where the parts of a finding's line stand, counted from its first column.
private struct FindingColumns {
    let name = 2
    let bars: Int
    /// Columns of a bar, with the one behind it.
    let bar: Int
    let found: Int
    let own: Int?

    init(width: Int) {
        bars = 20
        let texts = width >= 66 ? 30 : 14
        bar = max(2, min(6, (width - bars - texts) / 6))
        found = bars + 6 * bar + 2
        own = texts == 30 ? found + 14 : nil
    }
}

/// Sliders side by side in two columns, or the one with the focus where there is no room for that.
private struct SliderGrid {
    let card: Rect
    /// The row of the line above them.
    let border: Int
    /// The sliders that are shown, and their tracks.
    let tracks: [(index: Int, track: Rect)]

    init(_ workspace: WorkspaceState, in card: Rect) {
        self.card = card
        let isWide = card.width >= 72
        let shown = isWide ? Array(workspace.sliders.indices) : [workspace.slider]
        let rows = isWide ? (shown.count + 1) / 2 : 1
        let border = card.maxY - 2 - rows
        let width = (card.width - 2) / (isWide ? 2 : 1)
        self.border = border
        tracks = shown.enumerated().map { place, index in
            (index, Rect(x: card.x + 14 + place / rows * width, y: border + 1 + place % rows, width: width - 28, height: 1))
        }
    }

    func draw(_ screen: inout CellBuffer, _ workspace: WorkspaceState, _ theme: Theme) {
        let line = "├" + String(repeating: "─", count: card.width - 2) + "┤"
        screen.write(line, x: card.x, y: border, Style(theme.border, on: theme.panel))
        for (index, track) in tracks {
            workspace.draw(workspace.sliders[index], &screen, track: track, isOn: index == workspace.slider, theme)
        }
    }
}

private func drawProgress(_ screen: inout CellBuffer, _ examining: Examining?, in card: Rect, _ theme: Theme) {
    let text = examining == nil ? "The models were not examined." : "Anomalies are put into rows that were held out, and scored…"
    screen.write(text, x: card.x + 2, y: card.y + 2, Style(theme.text), limit: card.width - 4)
    guard let examining else { return }
    let width = card.width - 10
    let filled = Int(examining.share * Double(width))
    screen.write(String(repeating: "━", count: filled), x: card.x + 2, y: card.y + 4, Style(theme.accent))
    screen.write(String(repeating: "─", count: width - filled), x: card.x + 2 + filled, y: card.y + 4, Style(theme.border))
    screen.write("\(Int(examining.share * 100))%", x: card.x + 3 + width, y: card.y + 4, Style(theme.text, bold: true))
    screen.write("x stops it", x: card.x + 2, y: card.y + 6, Style(theme.muted))
}

/// What it costs: the false events, and the score from which one more event would be flagged.
private func drawCosts(
    _ screen: inout CellBuffer, _ sensitivity: Sensitivity, _ workspace: WorkspaceState, x: Int, y: Int, width: Int,
    _ theme: Theme
) {
    let used = screen.write("False events ", x: x, y: y, Style(theme.muted))
    let color = sensitivity.falseEvents.count == 0 ? theme.success : theme.threshold
    let text = sensitivity.falseEventsText
    let flags = workspace.analysis.settings.flags.rawValue
    let level = significant(sensitivity.level)
    let texts =
        sensitivity.level.isFinite
        ? ["flagged by \(flags), from \(level)", "\(flags) \(level)", ""] : ["nothing is flagged", ""]
    let room = width - used - displayWidth(text) - 2
    let told = texts.first { displayWidth($0) <= room } ?? ""
    screen.write(text, x: x + used, y: y, Style(color, bold: true), limit: width - used)
    screen.write(told, x: x + width - displayWidth(told), y: y, Style(theme.muted))
}

private func drawHead(_ screen: inout CellBuffer, _ columns: FindingColumns, x: Int, y: Int, _ theme: Theme) {
    let style = Style(theme.muted, bold: true)
    screen.write("put in", x: x + columns.name, y: y, style)
    screen.write("small", x: x + columns.bars, y: y, style)
    screen.write("large", x: x + columns.found - 8, y: y, style)
    screen.write("found from", x: x + columns.found, y: y, style)
}

private func drawFinding(
    _ finding: Sensitivity.Finding, _ screen: inout CellBuffer, _ sensitivity: Sensitivity, _ workspace: WorkspaceState,
    _ columns: FindingColumns, x: Int, y: Int, isOn: Bool, _ theme: Theme
) {
    if isOn { screen.write("▸", x: x, y: y, Style(theme.accent, bold: true)) }
    screen.write(finding.kind.title, x: x + columns.name, y: y, Style(isOn ? theme.accent : theme.text, bold: isOn))
    for (place, share) in finding.shares.enumerated() {
        let sign = Array("▁▂▃▄▅▆▇")[Int((share * 6).rounded())]
        screen.write(
            String(repeating: sign, count: columns.bar - 1), x: x + columns.bars + place * columns.bar, y: y,
            Style(color(of: share, theme)))
    }
    guard let smallest = finding.smallest else {
        screen.write("not found", x: x + columns.found, y: y, Style(theme.muted))
        return
    }
    screen.write(sensitivity.text(smallest, of: finding.kind), x: x + columns.found, y: y, Style(theme.success, bold: true))
    guard let own = columns.own, let text = sensitivity.ownText(smallest, of: finding.kind, workspace.analysis.series) else {
        return
    }
    screen.write(text, x: x + own, y: y, Style(theme.muted), limit: 16)
}

/// From what is missed to what is found nine times in ten.
private func color(of share: Double, _ theme: Theme) -> Color {
    if share >= Examination.wanted { return theme.success }
    if share == 0 { return theme.border }
    return theme.error.mixed(with: theme.threshold, share: min(1, share / 0.7))
}

extension Sensitivity {
    /// The sizes that were tried.
    fileprivate func triedText(_ finding: Finding) -> String {
        guard let first = finding.sizes.first, let last = finding.sizes.last else { return "" }
        return "Tried: \(text(first, of: finding.kind)) to \(text(last, of: finding.kind))."
    }

    /// A size in the unit of the only channel, or as a length of time; `nil` where it has neither.
    fileprivate func ownText(_ size: Double, of kind: InjectedKind, _ series: Series) -> String? {
        switch kind.unit {
        case .spreads: examination.spreads.count == 1 ? "±" + significant(Float(size * examination.spreads[0])) : nil
        case .periods:
            series.profile.step.map { step in
                let text = durationText(Double(step) / 1e6 * Double(rows(size)))
                return text.first?.isNumber == true ? text : "1 " + text
            }
        case .times, .cycles: nil
        }
    }
}
