import AnomalyDetection
import Workbench

/// The flagged events as the list shows them: in an order, without those that are filtered out.
public struct EventList: Sendable {
    /// What comes first.
    public enum Order: String, Sendable, CaseIterable {
        case peak, time, length, disagreement, unjudged, new

        /// What the heading of the list says.
        var title: String {
            switch self {
            case .peak: "peak first"
            case .time: "by time"
            case .length: "longest first"
            case .disagreement: "disagreement first"
            case .unjudged: "unjudged first"
            case .new: "new rows first"
            }
        }
    }

    /// The order in force.
    public internal(set) var order = Order.peak
    /// What events must hold to be listed: part of their time, verdict or note, or `unjudged`; empty lists all.
    public internal(set) var filter = ""
    /// The events listed, in order.
    public private(set) var events: [Event] = []
    /// Whether they stand in the order in force: not where they were left in their places.
    public private(set) var isOrdered = true
    /// All events, listed or not.
    public private(set) var total = 0
    /// The first line shown; the view moves on from it where the selected event would not be in sight.
    var top = 0
    private var ranks: [Int: Int] = [:]
    /// Rows of events that are marked to be judged together.
    var ticked: [Range<Int>] = []
    /// Rows that have come since the file was opened before.
    var news: Range<Int>?

    /// The place of an event among all by its peak, from 1; 0 of one that rules expect.
    func rank(of event: Event) -> Int { ranks[event.rows.lowerBound] ?? 0 }

    /// The place of an event in the list.
    func place(of event: Event?) -> Int? {
        event.flatMap { event in events.firstIndex { $0.rows == event.rows } }
    }

    /// Takes events in time order and lists them anew, those that rules expect behind all others.
    /// - Parameter keepsOrder: leaves those that are listed where they stand, and lists others behind them: who judges down the
    ///   list does not lose the place when verdicts move scores.
    mutating func arrange(
        _ all: [Event], expected: [Event], _ judgements: Judgements, keepsOrder: Bool, text: (Event) -> String
    ) {
        let places = keepsOrder ? places(of: all) : [:]
        let wanted = filter.lowercased()
        func isListed(_ event: Event) -> Bool {
            wanted.isEmpty || (judgements.verdict(on: event.rows) == nil && wanted == "unjudged")
                || text(event).lowercased().contains(wanted)
        }
        total = all.count
        let byPeak = all.sorted { $0.peak > $1.peak }
        ranks = Dictionary(zip(byPeak.map(\.rows.lowerBound), 1...)) { first, _ in first }
        events = sorted(all, byPeak, judgements).filter(isListed)
        let inOrder = events.map(\.rows)
        if keepsOrder { keep(places) }
        isOrdered = events.map(\.rows) == inOrder
        // What is expected wants no verdict.
        if wanted != "unjudged" { events += expected.filter(isListed) }
    }

    /// Where events, in time order, stand in the list by the rows that they share with it; by their first rows.
    private func places(of all: [Event]) -> [Int: Int] {
        let listed = events.enumerated().sorted { $0.element.rows.lowerBound < $1.element.rows.lowerBound }
        var (places, next) = ([Int: Int](), 0)
        for event in all {
            while next < listed.count, listed[next].element.rows.upperBound <= event.rows.lowerBound { next += 1 }
            guard next < listed.count, listed[next].element.rows.overlaps(event.rows) else { continue }
            places[event.rows.lowerBound] = listed[next].offset
        }
        return places
    }

    private mutating func keep(_ places: [Int: Int]) {
        let ordered = events.enumerated().sorted { one, other in
            let (left, right) = (places[one.element.rows.lowerBound], places[other.element.rows.lowerBound])
            return left == right ? one.offset < other.offset : left ?? .max < right ?? .max
        }
        events = ordered.map(\.element)
    }

    private func sorted(_ all: [Event], _ byPeak: [Event], _ judgements: Judgements) -> [Event] {
        switch order {
        case .peak: byPeak
        case .time: all
        case .length: byPeak.sorted { $0.rows.count > $1.rows.count }
        case .disagreement: byPeak.sorted { $0.disagreement > $1.disagreement }
        case .unjudged:
            byPeak.filter { judgements.verdict(on: $0.rows) == nil } + byPeak.filter { judgements.verdict(on: $0.rows) != nil }
        case .new: byPeak.filter(isNew) + byPeak.filter { !isNew($0) }
        }
    }

    /// Whether an event reaches into rows that are new.
    func isNew(_ event: Event) -> Bool { news?.overlaps(event.rows) == true }

    /// The first line shown of `height`, so that the one at `selected` is in sight and otherwise nothing moves.
    func scroll(height: Int, selected: Int?) -> Int {
        let lowest = max(0, events.count - height)
        guard let selected else { return max(0, min(top, lowest)) }
        return max(0, min(max(min(top, selected), selected - height + 1), lowest))
    }
}

extension WorkspaceState {
    /// Lists the events in the next order.
    mutating func sortByNextOrder(_ frame: inout Frame) {
        let orders = EventList.Order.allCases
        sort(by: orders[((orders.firstIndex(of: list.order) ?? 0) + 1) % orders.count], &frame)
    }

    /// Lists the events in an order.
    mutating func sort(by order: EventList.Order, _ frame: inout Frame) {
        list.order = order
        list.top = 0
        follow()
        frame.say("Events: \(order.title).")
    }

    /// Lists all events where some are filtered out.
    /// - Returns: whether some were.
    mutating func listAll() -> Bool {
        guard !list.filter.isEmpty else { return false }
        list(holding: "")
        return true
    }

    private mutating func list(holding text: String) {
        list.filter = text
        list.top = 0
        follow()
    }

    /// Lists only events that hold `text`; an empty one lists all, and tells what is listed.
    mutating func filter(by text: String, _ frame: inout Frame) {
        list(holding: text)
        if text.isEmpty {
            frame.say("All events are listed, \(grouped(list.total)).")
        } else {
            if selectedPlace == nil, let first = list.events.first { select(first) }
            let found = "\(grouped(list.events.count)) of \(grouped(list.total)) events hold \"\(text)\""
            frame.say("\(found); \(frame.name(of: NamedKey.back)) lists all again.")
        }
    }
}
