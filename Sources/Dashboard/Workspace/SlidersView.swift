import AnomalyDetection
import TerminalUI
import Workbench

extension WorkspaceState {
    func drawSliders(_ screen: inout CellBuffer, _ layout: WorkspaceLayout, _ frame: Frame) {
        let theme = frame.theme
        let scroll = layout.sliderScroll(slider)
        for (row, setting) in sliders.dropFirst(scroll).prefix(layout.sliders.height).enumerated() {
            let isOn = focus == .sliders && slider == scroll + row
            draw(setting, &screen, track: layout.track(row: row), isOn: isOn, theme)
        }
        let y = layout.sliders.maxY + 1
        guard y < layout.events.maxY else { return }
        if let training = training, !training.hasEnded {
            let key = frame.name(of: NamedKey.training)
            screen.write("Training… \(Int(training.share * 100))%   \(key) shows it", x: 3, y: y, Style(theme.accent))
        } else if analysis.result == nil {
            let (train, load) = (frame.name(of: NamedKey.train), frame.name(of: NamedKey.models))
            let hint = savedModels.isEmpty ? "\(train) trains the models" : "\(load) loads saved models, \(train) trains anew"
            screen.write(hint, x: 3, y: y, Style(theme.muted))
        } else {
            let events = analysis.result?.events ?? []
            let flagged = events.reduce(0) { $0 + $1.rows.count }
            screen.write("\(counted(flagged, "row")) in \(counted(events.count, "event"))", x: 3, y: y, Style(theme.muted))
            guard !judgements.lessons.isEmpty, y + 1 < layout.events.maxY else { return }
            let verdicts = counted(judgements.lessons.count, "verdict")
            let taught =
                analysis.learned == nil
                ? "\(verdicts); weights as set" : "\(verdicts): " + weightsText(analysis.ensemble, within: 24)
            screen.write(taught, x: 3, y: y + 1, Style(theme.accent), limit: layout.sliders.width - 4)
        }
    }

    /// Draws a slider with its mark from 13 columns before its track to as many behind it.
    func draw(_ setting: any AnySetting, _ screen: inout CellBuffer, track: Rect, isOn: Bool, _ theme: Theme) {
        if isOn { screen.write("▸", x: track.x - 13, y: track.y, Style(theme.accent, bold: true)) }
        if case .share(let model, let others) = setting.subject {
            drawShare(&screen, setting, of: model, beside: others, track, isOn, theme)
        } else {
            drawSlider(&screen, setting, track, isOn, theme)
        }
    }

    private func drawSlider(
        _ screen: inout CellBuffer, _ setting: any AnySetting, _ track: Rect, _ isOn: Bool, _ theme: Theme
    ) {
        let color = setting.subject == .flags ? theme.threshold : theme.accent
        screen.write(setting.title, x: track.x - 11, y: track.y, Style(isOn ? theme.accent : theme.text, bold: isOn), limit: 10)
        screen.slider(
            share: setting.share(in: analysis.settings), x: track.x, y: track.y, width: track.width,
            filled: Style(color, bold: isOn), track: Style(theme.border))
        let text = setting.text(analysis.settings)
        screen.write(text, x: track.maxX + 13 - displayWidth(text), y: track.y, Style(theme.text, bold: isOn))
    }

    /// What a model has and what is left for others at the ends of one slider; of those, the first is named.
    private func drawShare(
        _ screen: inout CellBuffer, _ setting: any AnySetting, of model: ModelKind, beside others: [ModelKind], _ track: Rect,
        _ isOn: Bool, _ theme: Theme
    ) {
        let ensemble = analysis.settings.ensemble
        let styles = [others.first ?? model, model].map { Style(theme.color(of: $0.name), bold: isOn) }
        let name = (others.first?.title(within: 5) ?? "") + (others.count > 1 ? "…" : "")
        let rest = "\(name) \(fixed(others.reduce(0) { $0 + ensemble.share(of: $1) }))"
        screen.write(rest, x: track.x - 11, y: track.y, styles[0], limit: 10)
        let wide = "\(fixed(ensemble.share(of: model))) \(model.title)"
        let own =
            track.maxX + 1 + displayWidth(wide) < track.maxX + 13
            ? wide : "\(fixed(ensemble.share(of: model))) \(model.shortTitle)"
        screen.write(own, x: track.maxX + 13 - min(12, displayWidth(own)), y: track.y, styles[1], limit: 12)
        screen.balance(
            share: setting.share(in: analysis.settings), x: track.x, y: track.y, width: track.width, left: styles[0],
            right: styles[1], knob: Style(theme.text, bold: true))
    }
}
