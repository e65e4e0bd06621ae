import AnomalyDetection
import SeriesReading
import TimeSeries
import Workbench

/// What was changed in a series, to be taken back and done again: settings, verdicts, notes, rules and how its file is read alike.
struct History: Sendable {
    /// What a step changes.
    struct Moment: Sendable, Equatable {
        var settings: AnalysisSettings
        var judgements: Judgements
        var notes: Notes
        var rules: [ExpectedRule] = []
        /// How the file is read.
        var options = SeriesReader.Options()
    }

    /// One step.
    struct Step: Sendable {
        /// What it did, in words.
        var what: String
        /// What made it; steps of one maker that follow each other, such as the moves of a slider, are one.
        let maker: String?
        var before: Moment
        var after: Moment
    }

    private var done: [Step] = []
    private var undone: [Step] = []
    /// Steps that are kept.
    private static let limit = 1000

    /// Notes a step. `what` tells what became of the state before it.
    mutating func record(maker: String?, from before: Moment, to after: Moment, what: (Moment) -> String) {
        guard before != after else { return }
        undone = []
        if let maker, let last = done.last, last.maker == maker, last.after == before {
            done[done.count - 1].after = after
            done[done.count - 1].what = what(last.before)
            return
        }
        done.append(Step(what: what(before), maker: maker, before: before, after: after))
        if done.count > Self.limit { done.removeFirst() }
    }

    /// Has the taking back of a verdict restore those whose place it took in what is stored: another program of the same user may
    /// have given them. Steps before it knew nothing of those rows, back to one that changed them.
    mutating func amend(verdict: Verdict?, on rows: Range<Int>, replaced: [RowMark<Verdict>]) {
        func marks(_ moment: Moment) -> [RowMark<Verdict>] { moment.judgements.filter { $0.rows.overlaps(rows) } }
        let given = verdict.map { [RowMark(rows: rows, value: $0)] } ?? []
        guard undone.isEmpty, let last = done.lastIndex(where: { marks($0.after) == given && marks($0.before) != given }),
            marks(done[last].before) != replaced
        else { return }
        func amend(_ moment: inout Moment) {
            moment.judgements.judge(rows, as: nil)
            for mark in replaced { moment.judgements.judge(mark.rows, as: mark.value) }
        }
        amend(&done[last].before)
        for step in done.indices[..<last].reversed() {
            let leftThem = marks(done[step].before) == marks(done[step].after)
            amend(&done[step].after)
            guard leftThem else { break }
            amend(&done[step].before)
        }
    }

    /// Which way to go.
    enum Direction: Sendable {
        case back, forth

        var telling: String { self == .back ? "Taken back" : "Done again" }
    }

    /// Why there is no step that way.
    func nothing(_ direction: Direction) -> String? {
        switch direction {
        case .back: done.isEmpty ? "There is nothing to take back." : nil
        case .forth: undone.isEmpty ? "There is nothing to do again." : nil
        }
    }

    /// What the next step that way does, and what it leads to.
    func next(_ direction: Direction) -> (what: String, moment: Moment)? {
        (direction == .back ? done : undone).last.map { ($0.what, direction == .back ? $0.before : $0.after) }
    }

    /// Takes the last step back, or does again what was taken back last; `nil` where there is none.
    /// - Returns: what the step did, and what it leads to.
    mutating func move(_ direction: Direction) -> (what: String, moment: Moment)? {
        guard let step = direction == .back ? done.popLast() : undone.popLast() else { return nil }
        if direction == .back { undone.append(step) } else { done.append(step) }
        return (step.what, direction == .back ? step.before : step.after)
    }
}

extension WorkspaceState {
    /// What can be taken back to.
    var moment: History.Moment {
        History.Moment(
            settings: analysis.settings, judgements: judgements, notes: notes, rules: analysis.rules, options: reading.options)
    }

    /// Takes the last change of settings, verdicts, notes, rules or the reading of the file back, or does again what was taken back last.
    /// Where the file is read again, the step is done when that is.
    mutating func goThroughHistory(_ direction: History.Direction, _ frame: inout Frame) -> [Effect] {
        if let next = history.next(direction), next.moment.options != reading.options {
            if let reason = noRereading ?? (reading.underWay == nil ? nil : "The file is being read.") {
                frame.complain(reason)
                return []
            }
            return read(ReadingState.Step(options: next.moment.options, what: next.what, way: direction))
        }
        guard let step = history.move(direction) else { return [] }
        frame.say("\(direction.telling): \(step.what)")
        return restore(step.moment)
    }

    private mutating func restore(_ moment: History.Moment) -> [Effect] {
        let (series, before) = (known, self.moment)
        var effects: [Effect] = []
        for old in before.judgements where !moment.judgements.contains(old) {
            effects.append(.judge(series, stored(old.rows), nil))
        }
        for new in moment.judgements where !before.judgements.contains(new) {
            effects.append(.judge(series, stored(new.rows), new.value))
        }
        for old in before.notes where !moment.notes.contains(old) { effects.append(.write(series, stored(old.rows), "")) }
        for new in moment.notes where !before.notes.contains(new) { effects.append(.write(series, stored(new.rows), new.value)) }
        if moment.rules != before.rules {
            effects.append(
                .changeRules(
                    series, removing: before.rules.filter { !moment.rules.contains($0) },
                    adding: moment.rules.filter { !before.rules.contains($0) }))
        }
        analysis.decide { $0 = Decisions(settings: moment.settings, judgements: moment.judgements, rules: moment.rules) }
        notes = moment.notes
        if moment.settings != before.settings { effects.append(.store(series, moment.settings)) }
        effects = storing(effects) + settle(keepsOrder: false)
        follow()
        return effects
    }
}

/// What has changed between two settings: "Threshold 99% → 99.5%".
func difference(from old: AnalysisSettings, to new: AnalysisSettings, _ models: Models) -> String {
    AnalysisSettings.table(models).compactMap { setting in
        let (before, after) = (setting.text(old), setting.text(new))
        return before == after ? nil : "\(setting.title) \(before) → \(after)"
    }.joined(separator: ", ")
}
