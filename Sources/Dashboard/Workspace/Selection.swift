import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

/// One notion of the selected event: the one that shares most rows with those that were chosen, by the list, the keys or
/// the cursor. The chosen rows stay as they are while scores, weights and flags change, so that an event that is no longer
/// flagged is selected again when it is flagged again; the cursor stands in the selected event.
extension WorkspaceState {
    /// Chooses an event and puts the cursor on its peak.
    mutating func select(_ event: Event) {
        markedFrom = nil
        chosen = event.rows
        selectedEvent = event
        place(cursorAt: event.peakRow)
    }

    /// Chooses the event at a place of the list, or the nearest end.
    mutating func select(at place: Int) {
        guard !list.events.isEmpty else { return }
        select(list.events[max(0, min(place, list.events.count - 1))])
    }

    /// Chooses the event `steps` on in the list; from outside the list, its first one, or in order of time the next one.
    mutating func select(stepping steps: Int) {
        if let place = selectedPlace { return select(at: place + steps) }
        guard list.order == .time, selectedEvent == nil else { return select(at: 0) }
        let next = list.events.firstIndex { $0.rows.lowerBound > cursor } ?? list.events.count
        select(at: steps > 0 ? next + steps - 1 : next + steps)
    }

    /// Where the selected event stands in the list.
    public var selectedPlace: Int? { list.place(of: selectedEvent) }

    /// Puts the cursor on a row and chooses what is there.
    mutating func moveCursor(to row: Int) {
        place(cursorAt: row)
        chosen = marked ?? cursor..<(cursor + 1)
        bind()
        if let selectedEvent { chosen = selectedEvent.rows }
    }

    // MARK: Marking

    /// The rows from where marking began to the cursor, both included.
    var marked: Range<Int>? { markedFrom.map { min($0, cursor)..<(max($0, cursor) + 1) } }

    /// Begins to mark rows at the cursor, or ends it.
    mutating func toggleMarking(_ frame: inout Frame) {
        markedFrom = markedFrom == nil ? cursor : nil
        moveCursor(to: cursor)
        let keys = frame
        func name(_ key: Key) -> String { keys.name(of: key) }
        frame.say(
            markedFrom == nil
                ? "No rows are marked."
                : "Rows are marked from here to the cursor: \(name(NamedKey.anomaly)) and \(name(NamedKey.normal)) judge them, "
                    + "\(name(NamedKey.trainOn)) and \(name(NamedKey.trainWithout)) train on them or without them, "
                    + "\(name(NamedKey.mark)) ends it."
        )
    }

    /// Puts the cursor into a column of the plots: into the highest event there, or on the row in its middle.
    mutating func moveCursor(toColumn x: Int, _ layout: WorkspaceLayout) {
        let rows = layout.rows(atColumn: max(0, min(x - layout.plot.x, layout.plot.width - 1)), visible: visible)
        let row = layout.row(atColumn: x, visible: visible)
        let here = analysis.result?.events(overlapping: rows) ?? []
        guard let event = here.max(by: { $0.peak < $1.peak }) else { return moveCursor(to: row) }
        let shared = event.rows.clamped(to: rows)
        moveCursor(to: shared.contains(event.peakRow) ? event.peakRow : max(shared.lowerBound, min(row, shared.upperBound - 1)))
    }

    /// Moves the cursor by columns of the plots, or by rows where they are wider than a column.
    mutating func moveCursor(byColumns steps: Int, _ layout: WorkspaceLayout) {
        guard visible.count > layout.plot.width, let column = layout.column(of: cursor, visible: visible) else {
            return moveCursor(to: cursor + steps)
        }
        let target = column + steps
        if target < layout.plot.x || target >= layout.plot.maxX {
            let rows = max(1, visible.count / max(1, layout.plot.width))
            return moveCursor(to: cursor + steps * rows)
        }
        moveCursor(toColumn: target, layout)
    }

    /// Lists the events anew and finds the selected one among them, after scores, flags or verdicts have changed.
    /// - Parameter keepsOrder: what the list shows stays where it stands.
    mutating func follow(keepsOrder: Bool = false) {
        let (series, judgements, notes) = (analysis.series, judgements, notes)
        let analysis = analysis
        list.arrange(events, expected: expectedEvents, judgements, keepsOrder: keepsOrder) { event in
            let verdict = judgements.verdict(on: event.rows)?.title ?? analysis.occasion(of: event)
            return timeLabel(series, row: event.rows.lowerBound) + " " + verdict + " " + notes.text(on: event.rows)
        }
        bind()
        if let selectedEvent, !selectedEvent.rows.contains(cursor) { place(cursorAt: selectedEvent.peakRow) }
    }

    private mutating func bind() {
        if let marked {
            return selectedEvent = analysis.result.map { Event(rows: marked, of: $0.combined, scores: $0.scores) }
        }
        let here = (events + expectedEvents).filter { $0.rows.overlaps(chosen) }
        selectedEvent = here.max { one, other in
            let (left, right) = (one.rows.clamped(to: chosen).count, other.rows.clamped(to: chosen).count)
            return left == right ? one.peak < other.peak : left < right
        }
    }
}
