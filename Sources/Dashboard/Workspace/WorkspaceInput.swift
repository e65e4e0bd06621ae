import AnomalyDetection
import TerminalUI
import TimeSeries
import Work
import Workbench

extension WorkspaceState: Screen {
    static let title = "Workspace"

    // MARK: Keys

    /// Takes the mouse, and keys where a card lies on top.
    mutating func update(_ input: InputEvent, _ frame: inout Frame) -> [Effect]? {
        if let effects = updateCard(input, &frame) { return effects }
        switch input {
        case .mouse(let mouse): return updateMouse(mouse, &frame)
        case .key(.character(let digit)) where focus == .sliders && (digit == "." || ("0"..."9").contains(digit)):
            enterValue(String(digit))
            return []
        default: return nil
        }
    }

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

    /// Trains the models; another seed gives other models.
    mutating func train(seed: UInt64 = 1) -> [Effect] {
        card = TrainingCard()
        if let training, !training.hasEnded { return [] }
        let run = TrainingState(models, cancellation: Cancellation())
        training = run
        return carryOver() + [.train(analysis.series, run.cancellation, seed)]
    }

    mutating func showTraining(_ frame: inout Frame) -> [Effect] {
        if training == nil {
            frame.complain("Nothing has been trained yet; press t.")
        } else {
            card = TrainingCard()
        }
        return []
    }

    func loadModels(_ frame: inout Frame) -> [Effect] {
        guard !savedModels.isEmpty else {
            frame.complain("No models are saved for this series; press t to train them.")
            return []
        }
        return [.loadModels(known, savedModels)]
    }

    /// Judges the selected event; `nil` takes the verdict back.
    mutating func judge(_ verdict: Verdict?, _ frame: inout Frame) -> [Effect] {
        guard let event = selectedEvent else {
            frame.complain("The cursor stands in no flagged event; ] goes to one.")
            return []
        }
        guard list.filter.isEmpty || selectedPlace != nil else {
            frame.complain("The event under the cursor does not hold \"\(list.filter)\" and is not listed; Esc lists all.")
            return []
        }
        let before = moment
        analysis.judgements.judge(event.rows, as: verdict)
        follow(keepsOrder: true)
        let done = eventText(analysis.series, event.rows) + ": " + (verdict?.title ?? "verdict taken back")
        history.record(maker: nil, from: before, to: moment) { _ in done }
        frame.say(done)
        return [.judge(known, event.rows, verdict)]
    }

    /// Goes to the event whose verdict is wanted most.
    mutating func selectNextToJudge(_ frame: inout Frame) {
        guard let next = analysis.nextToJudge else {
            frame.complain(events.isEmpty ? "There is no flagged event to judge." : "Every flagged event has a verdict.")
            return
        }
        select(events[next])
    }

    /// Sets a setting, as it was typed.
    mutating func set(_ setting: Setting, to text: String, _ frame: inout Frame) -> [Effect] {
        change(&frame) { try setting.enter(text, in: &$0) }
    }

    /// Sets the setting of a name, as it was typed.
    mutating func set(_ name: String, to text: String, _ frame: inout Frame) -> [Effect] {
        let models = analysis.models
        return change(&frame) { try Setting.set([name: text], in: &$0, models: models) }
    }

    // MARK: Answers

    mutating func receive(_ answer: Answer, _ frame: inout Frame) -> [Effect] {
        switch answer {
        case .training(let run, let report) where training?.cancellation === run:
            training?.receive(report)
            if case .failed = report, let failure = training?.failure { frame.complain(failure) }
            if case .finished(let model) = report { return take([model]) + receiveInCard(answer) }
        case .saved(let run, let outcome) where training?.cancellation === run:
            training?.receive(outcome)
            switch outcome {
            case .success(let kind): if !savedModels.contains(kind) { savedModels.append(kind) }
            case .failure(let error): frame.complain(error.message)
            }
        case .trainingEnded(let run) where training?.cancellation === run:
            guard let news = training?.end() else { break }
            if card is TrainingCard { card = nil }
            frame.say(news)
        case .modelsLoaded(let identity, let models) where identity == known.identity:
            frame.say("Loaded \(models.map(\.detector.kind.title).joined(separator: " and ")).")
            return take(models) + receiveInCard(answer)
        case .explained(let explained) where explained.identity == analysis.series.identity: self.explained = explained
        case .appended(let run, let news) where run === growth.reading:
            return receive(news, &frame)
        case .followingEnded(let run, let problem) where run === growth.reading:
            growth.reading = nil
            frame.complain(problem)
        case .grown(let run, let series, let models) where run === growth.scoring:
            return receive(series, models, &frame) + receiveInCard(answer)
        default: break
        }
        return receiveInCard(answer)
    }
}
