import Accounts
import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

extension WorkspaceState {
    /// Opens the inspection of the selected event.
    mutating func inspect(_ frame: inout Frame) -> [Effect] {
        guard let explanation else {
            frame.complain("The cursor stands in no flagged event; ] goes to one.")
            return []
        }
        card = InspectionCard()
        return [explanation]
    }

    /// Asks why the selected event is flagged; `nil` where there is none.
    fileprivate var explanation: Effect? {
        selectedEvent.map { .explain(analysis.series, analysis.scored.values, $0.rows) }
    }
}

/// One event: what was observed, what each model expected, and how the scores came about.
struct InspectionCard: Card {
    mutating func update(
        _ key: Key, over workspace: inout WorkspaceState, _ session: Session, _ frame: inout Frame
    ) -> CardStep {
        let before = workspace.selectedEvent?.rows
        switch key {
        case .escape, .enter, .character("q"), .character("i"): return .close
        case .character("?"): return .pass
        case .right, .down, .character("]"), .character("l"), .character("j"): workspace.select(stepping: 1)
        case .left, .up, .character("["), .character("h"), .character("k"): workspace.select(stepping: -1)
        case .character("a"): return .stay(workspace.judge(.anomaly, session, &frame))
        case .character("n"): return .stay(workspace.judge(.normal, session, &frame))
        case .character("u"): return .stay(workspace.judge(nil, session, &frame))
        default: break
        }
        return .stay(workspace.selectedEvent?.rows == before ? [] : [workspace.explanation].compactMap { $0 })
    }

    /// Asks again when a model has scored anew: what was explained are other scores then.
    mutating func receive(_ event: DashboardEvent, over workspace: WorkspaceState, _ session: Session) -> CardStep {
        switch event {
        case .training(let run, .finished) where workspace.training?.cancellation === run: break
        case .modelsLoaded(let fingerprint, _, _) where fingerprint == workspace.analysis.series.fingerprint: break
        default: return .stay
        }
        return .stay([workspace.explanation].compactMap { $0 })
    }

    func view(over workspace: WorkspaceState, _ session: Session, _ frame: Frame, into screen: inout CellBuffer) {
        guard let event = workspace.selectedEvent else { return }
        let theme = frame.theme
        let series = workspace.analysis.series
        let card = screen.bounds.centered(width: screen.width - 4, height: screen.height - 3)
        let place =
            workspace.selectedPlace.map { "Event \(grouped($0 + 1)) of \(grouped(workspace.list.events.count))" } ?? "Event"
        drawCard(&screen, card, title: place, theme)
        let rank = workspace.list.rank(of: event)
        let (first, last) = (event.rows.lowerBound, event.rows.upperBound - 1)
        var y = card.y + 1
        func line(_ title: String, _ text: String, _ style: Style? = nil) {
            screen.write(title, x: card.x + 2, y: y, Style(theme.muted))
            screen.write(text, x: card.x + 14, y: y, style ?? Style(theme.text), limit: card.width - 16)
            y += 1
        }
        line("When", "\(series.timeText(row: first)) to \(series.timeText(row: last)) (\(event.rows.count) rows)")
        line(
            "Peak",
            "\(fixed(event.peak)) in row \(series.rowNumber(event.peakRow)), rank \(rank) of \(workspace.events.count); mean \(fixed(event.mean))"
        )
        line("Models", contributions(event, workspace.analysis.ensemble, within: card.width - 16))
        let verdict = workspace.judgements.verdict(on: event.rows)
        line(
            "Verdict", verdict?.title ?? "none yet",
            Style(verdict == .anomaly ? theme.error : verdict == .normal ? theme.success : theme.muted, bold: verdict != nil))
        for (title, text) in reasons(workspace, event) { line(title, text) }
        y += 1
        drawReconstructions(
            &screen, workspace, event, Rect(x: card.x + 2, y: y, width: card.width - 4, height: card.maxY - y - 3), theme)
        screen.write(
            "a anomaly   n normal   z later   b seen before   u undo   [ ] other events   Esc closes", x: card.x + 2,
            y: card.maxY - 2, Style(theme.muted),
            limit: card.width - 4)
    }
}

/// Why the event is flagged, as far as it has been found out.
private func reasons(_ workspace: WorkspaceState, _ event: Event) -> [(title: String, text: String)] {
    guard let explained = workspace.explained, explained.rows == event.rows else { return [("Attention", "…")] }
    let series = workspace.analysis.series
    var lines: [(String, String)] = []
    if series.channels.count > 1 {
        let shares = explained.byModel.map { kind, explanation in
            let ranked = zip(series.channels.map(\.name), explanation.channelShares).sorted { $0.1 > $1.1 }
            return "\(kind.title) " + ranked.prefix(3).map { "\($0.0) \(percent($0.1))" }.joined(separator: ", ")
        }
        lines.append(("Channels", shares.joined(separator: "; ")))
    }
    if let attended = explained.attended {
        let places = attended.places.map { "\(distance(from: event.rows, to: $0.rows)) (\(percent($0.share)))" }
        lines.append(("Attention", "most to rows " + places.joined(separator: ", ")))
    }
    return lines
}

/// How far other rows are from an event, in words.
private func distance(from event: Range<Int>, to rows: Range<Int>) -> String {
    rows.lowerBound < event.lowerBound
        ? "\(event.lowerBound - rows.lowerBound) before" : "\(rows.upperBound - event.upperBound) after"
}

/// The models' peaks and what they contribute to the combined score.
private func contributions(_ event: Event, _ ensemble: Ensemble, within width: Int) -> String {
    let peaks = event.modelPeaks
    let parts = PerModel(peaks.map { ($0.kind, $0.value.isNaN ? 0 : ensemble.weight(of: $0.kind) * $0.value) })
    let sum = parts.values.reduce(0, +)
    return joined(peaks.kinds, within: width) { kind, title in
        let share = percent(sum > 0 ? (parts[kind] ?? 0) / sum : 0) + (kind == peaks.kinds.first ? " of the score" : "")
        return "\(title) \(fixed(peaks[kind] ?? .nan)) (\(share))"
    }
}

/// The observed values around an event with the reconstructions over them.
private func drawReconstructions(
    _ screen: inout CellBuffer, _ workspace: WorkspaceState, _ event: Event, _ area: Rect, _ theme: Theme
) {
    let series = workspace.analysis.series
    guard area.height >= 4 else { return }
    let margin = max(40, event.rows.count * 2)
    let rows = max(0, event.rows.lowerBound - margin)..<min(series.rowCount, event.rows.upperBound + margin)
    let plot = Rect(x: area.x + 10, y: area.y + 1, width: area.width - 10, height: area.height - 2)
    let observed = series.channels[workspace.channel].values
    var lines: [(name: String, values: [Double], color: Color)] = []
    for kind in workspace.models {
        guard let model = workspace.analysis.scored[kind] else { continue }
        let count = series.channels.count
        let values = rows.map {
            model.detector.scaling.unscaled(
                model.errors.reconstruction[$0 * count + workspace.channel], channel: workspace.channel)
        }
        lines.append((kind.title, values, theme.color(of: kind.name)))
    }
    lines.append(("observed", Array(observed[rows]), theme.series))
    let all = lines.flatMap(\.values).filter { !$0.isNaN }
    let (low, high) = (all.min() ?? 0, all.max() ?? 1)
    let first = plot.x + (event.rows.lowerBound - rows.lowerBound) * plot.width / rows.count
    let last = plot.x + (event.rows.upperBound - 1 - rows.lowerBound) * plot.width / rows.count
    screen.tint(Rect(x: first, y: plot.y, width: max(1, last - first + 1), height: plot.height), theme.flag)
    var x = area.x
    for (name, values, color) in lines {
        var canvas = BrailleCanvas(columns: plot.width, rows: plot.height)
        let columns = extents(of: values, rows: 0..<values.count, count: canvas.width)
        canvas.line(columns.map { ($0.low, $0.high) }, low: low, high: high)
        screen.draw(canvas, x: plot.x, y: plot.y, Style(color))
        x += screen.write("── \(name)   ", x: x, y: area.y, Style(color, bold: true))
    }
    if let explained = workspace.explained, explained.rows == event.rows, let attended = explained.attended {
        let color = theme.color(of: attended.kind.name)
        for place in attended.places where rows.contains(place.rows.lowerBound) {
            let column = plot.x + (place.rows.lowerBound - rows.lowerBound) * plot.width / rows.count
            screen.write("▼", x: column, y: plot.y, Style(color, bold: true))
        }
        screen.write("▼ looked at", x: x, y: area.y, Style(color))
    }
    screen.write(axisText(high), x: area.x, y: plot.y, Style(theme.muted), limit: 9)
    screen.write(axisText(low), x: area.x, y: plot.maxY - 1, Style(theme.muted), limit: 9)
    screen.write(series.timeText(row: rows.lowerBound), x: plot.x, y: plot.maxY, Style(theme.muted), limit: plot.width / 2)
    let end = series.timeText(row: rows.upperBound - 1)
    screen.write(end, x: plot.maxX - displayWidth(end), y: plot.maxY, Style(theme.muted))
}
