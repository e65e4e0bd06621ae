import TerminalUI
import TimeSeries
import Workbench

/// Verdicts and notes that could not be stored: they show as such, and are stored before whatever is stored next.
struct Unstored: Sendable {
    /// What was to be stored on rows.
    private enum Mark: Sendable, Equatable {
        case verdict(Verdict?)
        case note(String)

        func isLike(_ other: Mark) -> Bool {
            switch (self, other) {
            case (.verdict, .verdict), (.note, .note): true
            default: false
            }
        }
    }

    private struct Entry: Sendable {
        /// As what is stored counts them.
        let rows: Range<Int>
        let mark: Mark
        /// Whether it was asked for again and no answer has come.
        var isUnderWay = false
    }

    private var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }

    /// Whether a verdict on some of the rows, as what is stored counts them, is not stored.
    func hasVerdict(on rows: Range<Int>) -> Bool {
        entries.contains { if case .verdict = $0.mark { $0.rows.overlaps(rows) } else { false } }
    }

    private static func entry(_ effect: Effect) -> Entry? {
        switch effect {
        case .judge(_, let rows, let verdict): Entry(rows: rows, mark: .verdict(verdict))
        case .write(_, let rows, let text): Entry(rows: rows, mark: .note(text))
        default: nil
        }
    }

    /// Keeps what could not be stored.
    mutating func keep(_ effect: Effect) {
        guard let new = Self.entry(effect) else { return }
        if let index = entries.firstIndex(where: { $0.isUnderWay && $0.rows == new.rows && $0.mark == new.mark }) {
            entries[index].isUnderWay = false
        } else {
            entries.append(new)
        }
    }

    /// Takes away what is stored by now, and earlier marks in whose place it stands.
    mutating func forget(_ effect: Effect) {
        guard let new = Self.entry(effect) else { return }
        entries.removeAll { $0.mark.isLike(new.mark) && $0.rows.overlaps(new.rows) }
    }

    /// Asks again for all that is not under way, in the order in which it was asked for.
    mutating func again(_ series: SeriesIdentity) -> [Effect] {
        var effects: [Effect] = []
        for index in entries.indices where !entries[index].isUnderWay {
            entries[index].isUnderWay = true
            switch entries[index].mark {
            case .verdict(let verdict): effects.append(.judge(series, entries[index].rows, verdict))
            case .note(let text): effects.append(.write(series, entries[index].rows, text))
            }
        }
        return effects
    }
}

extension WorkspaceState {
    /// Stores something, and before it what could not be stored so far.
    mutating func storing(_ effects: [Effect]) -> [Effect] { unstored.again(known) + effects }

    /// Takes what is stored; where a verdict took the place of others than were known here, taking it back restores those.
    mutating func receive(stored effect: Effect, replaced: [RowMark<Verdict>]) -> [Effect] {
        unstored.forget(effect)
        if case .judge(_, let rows, let verdict) = effect, let here = present(rows) {
            let marks = replaced.compactMap { mark in present(mark.rows).map { RowMark(rows: $0, value: mark.value) } }
            history.amend(
                verdict: verdict, on: here, replaced: marks.sorted { $0.rows.lowerBound < $1.rows.lowerBound })
        }
        return unstored.again(known)
    }

    /// Keeps what could not be stored, and says of which event.
    mutating func receive(notStored effect: Effect, _ problem: String, _ frame: inout Frame) {
        unstored.keep(effect)
        let (rows, what): (Range<Int>, String)
        switch effect {
        case .judge(_, let stored, let verdict): (rows, what) = (stored, verdict?.title ?? "verdict taken back")
        case .write(_, let stored, _): (rows, what) = (stored, "note")
        default: return frame.complain(problem)
        }
        let event = present(rows).map { eventText(analysis.series, $0) } ?? "rows that were forgotten"
        frame.complain("\(event): \(what) is not stored; it is tried again with the next change. \(problem)")
    }
}
