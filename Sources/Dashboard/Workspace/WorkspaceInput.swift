import AnomalyDetection
import TerminalUI
import TimeSeries
import Work
import Workbench

extension WorkspaceState {
    // MARK: Keys

    /// Moves the sliders, the cursor or through the events, whichever part takes the keys.
    mutating func move(_ move: Move, _ frame: inout Frame) -> [Effect] {
        switch (move, focus) {
        case (.up, .sliders): slider = max(0, slider - 1)
        case (.down, .sliders): slider = min(sliders.count - 1, slider + 1)
        case (.first, .sliders): return moveSlider(slider, to: 0, &frame)
        case (.last, .sliders): return moveSlider(slider, to: 1, &frame)
        case (.up, _): select(stepping: -1)
        case (.down, _): select(stepping: 1)
        case (.pageUp, .events): select(stepping: -layout(frame).eventRows.height)
        case (.pageDown, .events): select(stepping: layout(frame).eventRows.height)
        case (.first, .events): select(at: 0)
        case (.last, .events): select(at: list.events.count - 1)
        case (.pageUp, _): moveCursor(to: cursor - visible.count / 2)
        case (.pageDown, _): moveCursor(to: cursor + visible.count / 2)
        case (.first, _): moveCursor(to: 0)
        case (.last, _): moveCursor(to: analysis.series.rowCount - 1)
        }
        return []
    }

    /// Moves the slider with the focus, or the cursor by columns of the plot.
    mutating func moveSideways(_ steps: Int, _ frame: inout Frame) -> [Effect] {
        guard focus == .sliders else {
            moveCursor(byColumns: steps, layout(frame))
            return []
        }
        let setting = sliders[slider]
        let presses = abs(steps) == 1 ? steps : steps.signum() * 4
        return moveSlider(slider, to: setting.share(in: analysis.settings) + Double(presses) * setting.step, &frame)
    }

    /// Moves a slider's knob to a share of its track.
    mutating func moveSlider(_ index: Int, to share: Double, _ frame: inout Frame) -> [Effect] {
        let setting = sliders[index]
        return change(&frame, maker: setting.name) { try setting.move(to: share, in: &$0) }
    }

    // MARK: Actions

    /// Trains the models unless that goes on already; another seed gives other models, and so do other rows.
    mutating func train(on chosen: ChosenRows = ChosenRows(), seed: UInt64 = 1) -> [Effect] {
        if let training, !training.hasEnded { return [] }
        var chosen = chosen
        chosen.rules = analysis.rules
        let label = RunLabel(trainedOn: path, how: chosen.command(analysis.series, reading.options, seed: seed))
        let run = TrainingState(models, label, replacesSaved: !savedModels.isEmpty, cancellation: Cancellation())
        training = run
        return carryOver() + [.train(analysis.series, chosen, label, run.cancellation, seed)]
    }

    /// Why there is no training to show.
    var noTrainingYet: String? {
        training == nil ? "Nothing has been trained yet; press \(NamedKey.train.name)." : nil
    }

    /// Why the selected event cannot be given a verdict; why none can be taken back where that is `nil`.
    func noVerdict(_ verdict: Verdict?) -> String? {
        if isLeft { return "The next event is being looked for." }
        if markedFrom == nil, !list.tickedEvents.isEmpty { return nil }
        guard let event = selectedEvent else { return noEvent }
        guard list.filter.isEmpty || selectedPlace != nil else {
            let key = NamedKey.back.name
            return "The event under the cursor does not hold \"\(list.filter)\" and is not listed; \(key) lists all."
        }
        return verdict == nil && judgements.verdict(on: event.rows) == nil ? "The event has no verdict to take back." : nil
    }

    /// Judges the marked events or the selected one; `nil` takes verdicts back. Several are one step to take back; each is stored by
    /// itself, so that one that cannot be stored leaves the others stored, and is tried again.
    mutating func judge(_ verdict: Verdict?, _ frame: inout Frame) -> [Effect] {
        let rows = judgedRows
        list.ticked = []
        return judge(rows, verdict, &frame)
    }

    /// Judges rows, of an event each.
    mutating func judge(_ rows: [Range<Int>], _ verdict: Verdict?, _ frame: inout Frame) -> [Effect] {
        guard let first = rows.first else { return [] }
        let before = moment
        markedFrom = nil
        analysis.decide { for rows in rows { $0.judgements.judge(rows, as: verdict) } }
        let effects = settle(keepsOrder: true)
        follow(keepsOrder: true)
        let what = rows.count == 1 ? eventText(analysis.series, first) : counted(rows.count, "event")
        let done = what + ": " + (verdict?.title ?? "verdict taken back")
        history.record(maker: nil, from: before, to: moment) { _ in done }
        frame.say(done)
        return storing(rows.map { .judge(known, stored($0), verdict) }) + effects
    }

    /// Why there is no event to go to.
    var nothingListed: String? {
        guard list.events.isEmpty else { return nil }
        if analysis.result == nil { return DetectionError.noScores.description }
        return list.total == 0
            ? "No event is flagged." : "No event holds \"\(list.filter)\"; \(NamedKey.back.name) lists all."
    }

    /// Why there is no event whose verdict is wanted.
    var nothingToJudge: String? {
        analysis.wantsVerdict
            ? nil : events.isEmpty ? "There is no flagged event to judge." : "Every flagged event has a verdict."
    }

    /// Goes to the event whose verdict is wanted most.
    mutating func selectNextToJudge() {
        if let next = analysis.nextToJudge { select(events[next]) }
    }

    /// Sets a setting, as it was typed.
    mutating func set(_ setting: any AnySetting, to text: String, _ frame: inout Frame) -> [Effect] {
        change(&frame) { try setting.enter(text, in: &$0) }
    }

    // MARK: Answers

    /// What the models say of rows that have come since the file was opened before; empty without such rows.
    private func saidOfNews(_ frame: Frame) -> String {
        guard let news = list.news else { return "" }
        if let unfit = ModelFit(analysis, from: news.lowerBound)?.sentence(\.title) {
            return " \(unfit) \(frame.name(of: NamedKey.train)) trains them again."
        }
        return " \(counted(news.count, "row")) \(news.count == 1 ? "is" : "are") new, and the models fit them."
    }

    mutating func receive(_ answer: Answer, _ frame: inout Frame) -> [Effect] {
        switch answer {
        case .training(let run, let report) where training?.cancellation === run:
            training?.receive(report)
            if case .failed = report, let failure = training?.failure { frame.complain(failure) }
            if case .finished(let model) = report { return take([model]) }
        case .saved(let run, let outcome) where training?.cancellation === run:
            training?.receive(outcome)
            switch outcome {
            case .success(let kind):
                labels[kind] = training?.label
                if !savedModels.contains(kind) { savedModels.append(kind) }
            case .failure(let error): frame.complain(error.message)
            }
        case .trainingEnded(let run) where training?.cancellation === run:
            if let news = training?.end(earlier: frame.name(of: NamedKey.models)) { frame.say(news) }
        case .modelsListed(let identity, let runs) where identity == known: receive(listed: runs)
        case .modelsLoaded(let identity, let models) where identity == known:
            let effects = take(models)
            frame.say("Loaded \(models.map(\.detector.kind.title).joined(separator: " and ")).\(saidOfNews(frame))")
            return effects
        case .examining(let run, let share) where run === examining?.run: examining?.share = share
        case .examined(let run, let sensitivity) where run === examining?.run: receive(sensitivity)
        case .examinationFailed(let run, let problem) where run === examining?.run:
            examining = nil
            frame.complain(problem)
        case .rulesRead(let identity, let rules) where identity == known: return add(rules, &frame)
        case .explained(let explained) where explained.identity == analysis.series.identity: self.explained = explained
        case .settled(let run, let analysis) where run === settling.run:
            return receive(settled: analysis)
        case .settlingFailed(let run, let problem) where run === settling.run:
            return receive(unsettled: problem, &frame)
        case .appended(let run, let news) where run === growth.reading:
            return receive(news, &frame)
        case .followingEnded(let run, let problem) where run === growth.reading:
            growth.reading = nil
            frame.complain(problem)
        case .reread(let run, let opened): return receive(rereadBy: run, opened, &frame)
        case .rereadFailed(let run, let problem): receive(rereadingBy: run, failed: problem, &frame)
        case .grown(let run, let followed, let news) where run === growth.scoring:
            return receive(followed, news, &frame)
        case .growthFailed(let run, let rows, let late, let problem) where run === growth.scoring:
            return receive(unscored: rows, late: late, problem, &frame)
        case .stored(let effect, let replaced): return receive(stored: effect, replaced: replaced)
        case .notStored(let effect, let problem): receive(notStored: effect, problem, &frame)
        default: break
        }
        return []
    }
}
