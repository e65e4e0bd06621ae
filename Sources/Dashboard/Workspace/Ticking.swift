import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

extension EventList {
    /// Whether an event is marked to be judged with others.
    func isTicked(_ event: Event) -> Bool { ticked.contains { $0.overlaps(event.rows) } }

    /// The listed events that are marked.
    var tickedEvents: [Event] { ticked.isEmpty ? [] : events.filter(isTicked) }

    /// Marks an event, or takes its mark away.
    mutating func toggle(_ event: Event) {
        if isTicked(event) { ticked.removeAll { $0.overlaps(event.rows) } } else { ticked.append(event.rows) }
    }

    /// Marks all that are listed; takes the marks away where all have one.
    mutating func toggleAll() { ticked = tickedEvents.count == events.count ? [] : events.map(\.rows) }
}

extension WorkspaceState {
    /// The rows that a verdict is about: marked rows, the marked events of the list, or the selected event.
    var judgedRows: [Range<Int>] {
        let ticked = list.tickedEvents
        return markedFrom != nil || ticked.isEmpty ? selectedEvent.map { [$0.rows] } ?? [] : ticked.map(\.rows)
    }
}

extension Binding where Owner == SignedIn {
    /// Bindings that mark events of the list, to judge them together.
    static var ticking: [Binding] {
        [
            Binding(
                [NamedKey.tick], "Mark the selected event of the list, to judge all marked ones at once", command: "mark-event",
                when: { Availability(unless: $0.workspace?.noListedEvent) }
            ) { signedIn, _ in
                signedIn.atWorkspace { workspace in
                    guard let event = workspace.selectedEvent else { return [] }
                    workspace.list.toggle(event)
                    workspace.select(stepping: 1)
                    return []
                }
            },
            Binding(
                [.character("*")], "Mark all events that are listed, or none", command: "mark-events",
                when: { Availability(unless: $0.workspace?.nothingListed) }
            ) { signedIn, frame in
                signedIn.atWorkspace { workspace in
                    workspace.list.toggleAll()
                    let count = workspace.list.tickedEvents.count
                    let marked = "\(counted(count, "event")) marked; a verdict judges them all."
                    frame.say(count == 0 ? "No event is marked." : marked)
                    return []
                }
            },
        ]
    }
}

extension WorkspaceState {
    /// Why no event can be marked.
    fileprivate var noListedEvent: String? {
        guard selectedPlace == nil else { return nil }
        return nothingListed ?? "The cursor stands in no listed event; \(NamedKey.nextEvent.name) goes to one."
    }
}
