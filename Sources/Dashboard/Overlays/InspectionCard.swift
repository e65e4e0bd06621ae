import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

extension SignedIn {
    /// Opens the inspection of the selected event.
    mutating func inspect() -> [Effect] {
        guard let explanation = workspace?.explanation else { return [] }
        push(InspectionCard())
        return [explanation]
    }
}

extension WorkspaceState {
    /// Why nothing can be done with an event now.
    var noEvent: String? {
        selectedEvent == nil ? "The cursor stands in no flagged event; \(NamedKey.nextEvent.name) goes to one." : nil
    }

    /// Asks why the selected event is flagged; `nil` where there is none.
    var explanation: Effect? {
        selectedEvent.map { .explain(analysis.series, analysis.scored.values, $0.rows) }
    }
}

/// One event: what was observed, what each model expected, and how the scores came about.
struct InspectionCard: WorkspaceCard {
    static let title = "Inspection of an event"
    /// The channel shown, by its place in the order of blame; 0 is the most blamed.
    private var place = 0
    /// Whether the four most blamed channels are shown beside each other.
    private var showsFour = false

    static let bindings: [Binding<SignedIn>] =
        [
            judging("a", "anomaly", "Judge it an anomaly", .anomaly), judging("n", "normal", "Judge it normal", .normal),
            judging("z", "later", "Postpone the verdict", .postponed),
            judging("b", "seen before", "Judge it seen before", .seenBefore),
            judging("u", "none", "Take the verdict back", nil),
            Binding(
                [.character("N")], name: "note", "Note something on it", opens: [EntryCard.self],
                when: { Availability(unless: $0.workspace?.noEvent) }
            ) { signedIn, _ in
                if let entry = signedIn.workspace.flatMap(EntryCard.note) { signedIn.push(entry) }
                return []
            },
            stepping(.character("["), .left, .up, .character("h"), .character("k"), by: -1, "The event of the list before"),
            stepping(.character("]"), .right, .down, .character("l"), .character("j"), by: 1, "The next event of the list"),
            at([.character("c")], name: "channels", "The next channel in the order of blame", unless: { $1.oneChannel }) {
                card, workspace, _ in card.show(channel: 1, of: workspace)
            },
            at([.character("C")], name: "channels", "The channel before", unless: { $1.oneChannel }) { card, workspace, _ in
                card.show(channel: -1, of: workspace)
            },
            at(
                [.character("s")], name: "four", "The four most blamed channels beside each other, or one",
                unless: { $1.oneChannel }
            ) {
                card, _, _ in
                card.showsFour.toggle()
                return .stay
            },
        ] + Binding.goingOn + [closing(.escape, .enter, .character("q"), .character("i"))]

    private static func judging(
        _ key: Character, _ name: String, _ help: String, _ verdict: Verdict?
    ) -> Binding<SignedIn> {
        at([.character(key)], name: name, help, unless: { $1.noVerdict(verdict) }) { card, workspace, frame in
            guard let event = workspace.selectedEvent else { return .stay }
            let effects = card.asked(&workspace) { $0.judge([event.rows], verdict, &frame) }
            return verdict == nil ? .stay(effects) : .stayAndRun { effects + $0.goOnAfterVerdict(&$1) }
        }
    }

    private static func stepping(_ keys: Key..., by steps: Int, _ help: String) -> Binding<SignedIn> {
        Binding(keys, name: "event", help) { signedIn, frame in
            signedIn.change(Self.self, &frame) { card, signedIn, _ in
                .stay(
                    signedIn.atWorkspace { workspace in
                        card.asked(&workspace) { workspace in
                            workspace.select(stepping: steps)
                            return []
                        }
                    })
            }
        }
    }

    /// Asks why another event is flagged, or the same with other rows, since verdicts move the scores.
    private mutating func asked(_ workspace: inout WorkspaceState, _ body: (inout WorkspaceState) -> [Effect]) -> [Effect] {
        let before = workspace.selectedEvent?.rows
        let effects = body(&workspace)
        guard workspace.selectedEvent?.rows != before else { return effects }
        place = 0
        return effects + [workspace.explanation].compactMap { $0 }
    }

    private mutating func show(channel steps: Int, of workspace: WorkspaceState) -> LayerStep<SignedIn> {
        let count = workspace.analysis.series.channels.count
        place = (place + steps + count) % count
        return .stay
    }

    /// Asks again when other scores than those that were explained have come.
    mutating func receive(_ answer: Answer, over workspace: WorkspaceState) -> LayerStep<SignedIn> {
        guard case .grown(let run, _, _) = answer, run === workspace.growth.scoring, workspace.explained == nil else {
            return .stay
        }
        return .stay([workspace.explanation].compactMap { $0 })
    }

    func title(over workspace: WorkspaceState) -> String {
        workspace.selectedPlace.map { "Event \(grouped($0 + 1)) of \(grouped(workspace.list.events.count))" } ?? "Event"
    }

    func size(over workspace: WorkspaceState, _ frame: Frame) -> (width: Int, height: Int) { (frame.width, frame.height) }

    func sentences(over signedIn: SignedIn, _ frame: Frame) -> [String] { signedIn.workspace?.spokenInspection(frame) ?? [] }

    func draw(_ screen: inout CellBuffer, in card: Rect, over workspace: WorkspaceState, _ frame: Frame) {
        guard let event = workspace.selectedEvent else { return }
        let theme = frame.theme
        let series = workspace.analysis.series
        let rank = workspace.list.rank(of: event)
        let (first, last) = (event.rows.lowerBound, event.rows.upperBound - 1)
        var y = card.y + 1
        func line(_ title: String, _ text: String, _ style: Style? = nil) {
            screen.write(title, x: card.x + 2, y: y, Style(theme.muted))
            screen.write(text, x: card.x + 14, y: y, style ?? Style(theme.text), limit: card.width - 16)
            y += 1
        }
        let weekday = series.time.microseconds.flatMap { series.time.weekday(of: $0[first]) }.map { $0 + " " } ?? ""
        line(
            "When",
            "\(weekday)\(readableTime(series, row: first)) to \(readableTime(series, row: last)) (\(event.rows.count) rows)")
        line(
            "Peak",
            "\(significant(event.peak)) in row \(series.rowNumber(event.peakRow)), \(rank > 0 ? "rank \(grouped(rank)) of \(grouped(workspace.events.count))" : "not ranked"); mean \(significant(event.mean))"
        )
        line("Models", contributions(event, workspace.analysis, within: card.width - 16))
        let verdict = workspace.judgements.verdict(on: event.rows)
        line(
            "Verdict", verdict?.title ?? "none yet",
            Style(verdict == .anomaly ? theme.error : verdict == .normal ? theme.success : theme.muted, bold: verdict != nil))
        let occasion = workspace.analysis.occasion(of: event)
        if !occasion.isEmpty { line("Expected", occasion) }
        let note = workspace.notes.text(on: event.rows)
        if !note.isEmpty { line("Note", note) }
        for (title, text) in reasons(workspace, event, width: card.width - 16) { line(title, text) }
        y += 1
        let area = Rect(x: card.x + 2, y: y, width: card.width - 4, height: card.maxY - y - 2)
        let ranked = workspace.channelsByBlame
        if showsFour, ranked.count > 1 {
            for (index, channel) in ranked.prefix(4).enumerated() {
                EventPlot(workspace: workspace, event: event, channel: channel, isOneOfMany: true)
                    .draw(&screen, area.quarter(index), theme)
            }
        } else {
            EventPlot(workspace: workspace, event: event, channel: ranked[min(self.place, ranked.count - 1)], isOneOfMany: false)
                .draw(&screen, area, theme)
        }
    }
}

extension WorkspaceState {
    /// How much each channel is to blame for the selected event, by all models in the weights they have; adds up to 1.
    /// `nil` while that is not known.
    var blame: [Float]? {
        guard let explained, explained.rows == selectedEvent?.rows else { return nil }
        var sums = [Float](repeating: 0, count: analysis.series.channels.count)
        for (kind, explanation) in explained.byModel.map({ ($0, $1) }) where explanation.channelShares.count == sums.count {
            let weight = max(analysis.ensemble.weight(of: kind), 1e-6)
            for (channel, share) in explanation.channelShares.enumerated() where share.isFinite {
                sums[channel] += weight * share
            }
        }
        let total = sums.reduce(0, +)
        return total > 0 ? sums.map { $0 / total } : nil
    }

    /// All channels, the most blamed first; the plotted one first while blame is not known.
    var channelsByBlame: [Int] {
        let all = Array(analysis.series.channels.indices)
        guard let blame else { return [channel] + all.filter { $0 != channel } }
        return all.sorted { blame[$0] == blame[$1] ? $0 < $1 : blame[$0] > blame[$1] }
    }
}

extension Rect {
    /// One of four parts, counted by rows from the top left.
    fileprivate func quarter(_ index: Int) -> Rect {
        let (half, upper) = ((width - 2) / 2, height / 2)
        return Rect(
            x: index.isMultiple(of: 2) ? x : x + width - half, y: index < 2 ? y : y + upper, width: half,
            height: index < 2 ? upper : height - upper)
    }
}

/// Why the event is flagged, as far as it has been found out.
private func reasons(_ workspace: WorkspaceState, _ event: Event, width: Int) -> [(title: String, text: String)] {
    guard let explained = workspace.explained, explained.rows == event.rows else { return [("Attention", "…")] }
    let series = workspace.analysis.series
    var lines: [(String, String)] = []
    if series.channels.count > 1 {
        for (kind, explanation) in explained.byModel.map({ ($0, $1) }) {
            let ranked = zip(series.channels.map(\.name), explanation.channelShares).sorted { $0.1 > $1.1 }
            lines.append((kind.shortTitle, "blames " + sharesText(ranked, width: width - displayWidth("blames "))))
        }
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
private func contributions(_ event: Event, _ analysis: Analysis, within width: Int) -> String {
    let ensemble = analysis.ensemble
    let peaks = event.modelPeaks
    let parts = PerModel(peaks.map { ($0.kind, $0.value.isNaN ? 0 : ensemble.weight(of: $0.kind) * $0.value) })
    let sum = parts.values.reduce(0, +)
    return joined(peaks.kinds, within: width) { kind, title in
        let share = percent(sum > 0 ? (parts[kind] ?? 0) / sum : 0) + (kind == peaks.kinds.first ? " of the score" : "")
        let times = analysis.timesTypical(kind, at: event.peakRow).map { ", \(significant($0)) × typical" } ?? ""
        return "\(title) \(significant(peaks[kind] ?? .nan)) (\(share)\(times))"
    }
}

/// As many channels with their shares as `width` columns hold, long names shortened rather than a share cut, and how many
/// there are beside.
private func sharesText(_ ranked: [(name: String, share: Float)], width: Int) -> String {
    func text(_ count: Int, _ longest: Int) -> String {
        let parts = ranked.prefix(count).map { name, share in
            fitted(name, columns: longest) + " " + percent(share)
        }
        let others = ranked.count - count
        return parts.joined(separator: ", ") + (others > 0 ? ", \(others) more" : "")
    }
    for longest in [24, 16, 10] {
        for count in (1...min(4, max(1, ranked.count))).reversed() where count > 2 || longest == 10 {
            let line = text(min(count, ranked.count), longest)
            if displayWidth(line) <= width { return line }
        }
    }
    return text(min(1, ranked.count), 10)
}
