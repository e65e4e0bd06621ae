import AnomalyDetection
import TerminalUI
import Workbench

/// The training panel: a bar, figures and both losses for each model. The run goes on while it is hidden.
struct TrainingCard: WorkspaceCard {
    static let title = "Training"

    static let bindings: [Binding<SignedIn>] = [
        at([.character("x")], name: "stop", "Stop training", unless: { $1.noTraining }) { _, workspace, _ in
            workspace.training?.cancellation.cancel()
            return .stay
        },
        closing(
            .escape, .enter, .character("q"), NamedKey.training,
            help: "Close it; training goes on, and \(NamedKey.training.name) shows it again"),
    ]

    /// Closes when all is well; what failed is read first.
    mutating func receive(_ answer: Answer, over workspace: WorkspaceState) -> LayerStep<SignedIn> {
        guard case .trainingEnded(let run) = answer, let training = workspace.training, training.cancellation === run else {
            return .stay
        }
        return training.failure == nil ? .close : .stay
    }

    func title(over workspace: WorkspaceState) -> String { Self.title }

    func size(over workspace: WorkspaceState, _ frame: Frame) -> (width: Int, height: Int) { (92, 24) }

    func draw(_ screen: inout CellBuffer, in card: Rect, over workspace: WorkspaceState, _ frame: Frame) {
        guard let training = workspace.training else { return }
        let theme = frame.theme
        let part = (card.height - 4) / training.kinds.count
        for (index, kind) in training.kinds.enumerated() {
            let area = Rect(x: card.x + 2, y: card.y + 1 + index * part, width: card.width - 4, height: part)
            drawRun(&screen, kind, training, area, theme.color(of: kind.name), theme)
        }
        if let failure = training.failure {
            screen.write(failure, x: card.x + 2, y: card.maxY - 2, Style(theme.error), limit: card.width - 4)
        } else if training.hasEnded {
            screen.write("Done.", x: card.x + 2, y: card.maxY - 2, Style(theme.muted))
        }
    }
}

extension WorkspaceState {
    /// Why there is no training to stop.
    var noTraining: String? {
        training.map(\.hasEnded) ?? true ? "No training goes on; \(NamedKey.train.name) begins one." : nil
    }
}

private func drawRun(
    _ screen: inout CellBuffer, _ kind: ModelKind, _ training: TrainingState, _ area: Rect, _ color: Color, _ theme: Theme
) {
    let progress = training.progress[kind]
    let isDone = training.finished.contains(kind)
    let share = isDone ? 1 : progress?.share ?? 0
    screen.write(kind.title(within: 12), x: area.x, y: area.y, Style(color, bold: true))
    let bar = Rect(x: area.x + 13, y: area.y, width: area.width - 13 - 14, height: 1)
    let filled = Int(share * Double(bar.width))
    screen.write(String(repeating: "━", count: filled), x: bar.x, y: bar.y, Style(color))
    screen.write(String(repeating: "─", count: bar.width - filled), x: bar.x + filled, y: bar.y, Style(theme.border))
    let status =
        isDone ? "done" : training.scoring.contains(kind) ? "scoring" : training.hasEnded ? "stopped" : "\(Int(share * 100))%"
    screen.write(status, x: bar.maxX + 2, y: area.y, Style(isDone ? theme.success : theme.text, bold: true))
    guard let progress else {
        screen.write("preparing…", x: area.x, y: area.y + 1, Style(theme.muted))
        return
    }
    var facts = "epoch \(progress.epoch)/\(progress.epochs)   \(grouped(Int(progress.windowsPerSecond))) windows/s"
    if !isDone, !training.scoring.contains(kind), !training.hasEnded {
        facts += "   at most \(max(1, Int(progress.secondsLeft.rounded(.up)))) s left"
    }
    screen.write(facts, x: area.x, y: area.y + 1, Style(theme.muted), limit: area.width)
    let losses = "loss \(progress.losses.last.map { axisText(Double($0)) } ?? "–")"
    let held = "validation \(progress.validationLosses.last.map { axisText(Double($0)) } ?? "–")"
    let used = screen.write(losses, x: area.x, y: area.y + 2, Style(color))
    screen.write(held, x: area.x + max(15, used + 2), y: area.y + 2, Style(theme.text))
    let plot = Rect(x: area.x, y: area.y + 3, width: area.width, height: area.height - 4)
    guard plot.height >= 2, progress.losses.count > 1 else { return }
    let all = (progress.losses + progress.validationLosses).map(Double.init)
    for (values, style) in [(progress.validationLosses, Style(theme.text)), (progress.losses, Style(color))] {
        var canvas = BrailleCanvas(columns: plot.width, rows: plot.height)
        let columns = (0..<canvas.width).map { column -> (low: Double, high: Double) in
            let place = Double(column) / Double(canvas.width - 1) * Double(progress.epochs - 1)
            guard Int(place) < values.count else { return (.nan, .nan) }
            let next = min(Int(place) + 1, values.count - 1)
            let value = Double(values[Int(place)]) + (place - Double(Int(place))) * Double(values[next] - values[Int(place)])
            return (value, value)
        }
        canvas.line(columns, low: all.min() ?? 0, high: all.max() ?? 1)
        screen.draw(canvas, x: plot.x, y: plot.y, style)
    }
}
