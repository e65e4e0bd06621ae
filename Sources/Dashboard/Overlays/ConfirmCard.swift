import SeriesReading
import TerminalUI
import Workbench

/// A question before something is lost: a training run, what could not be stored, or a file that would be overwritten.
struct ConfirmCard: Card {
    static let title = "Are you sure?"
    static let level = LayerLevel.anywhere
    let question: String
    /// Does what was asked about.
    let run: @Sendable (inout SignedIn, inout Frame) -> [Effect]

    static let bindings: [Binding<SignedIn>] = [
        on([.character("y"), .character("Y")], name: "yes", "Do it") { card, _, _ in .closeAndRun(card.run) },
        on([.escape, .character("n"), .character("N"), .character("q")], name: "no", "Leave all as it is", isLast: true) {
            _, _, _ in .close
        },
    ]

    func sentences(over signedIn: SignedIn, _ frame: Frame) -> [String] { [question, "y does it, n leaves all as it is."] }

    private func lines(_ frame: Frame) -> [String] { wrapped(question, width: min(72, frame.width - 4) - 4) }

    func title(over signedIn: SignedIn) -> String { Self.title }

    func size(over signedIn: SignedIn, _ frame: Frame) -> (width: Int, height: Int) { (72, lines(frame).count + 2) }

    func draw(_ screen: inout CellBuffer, in card: Rect, over signedIn: SignedIn, _ frame: Frame) {
        for (row, line) in lines(frame).enumerated() {
            screen.write(line, x: card.x + 2, y: card.y + 1 + row, Style(frame.theme.text), limit: card.width - 4)
        }
    }
}

extension SignedIn {
    /// Whether a training run of the open series goes on.
    var isTraining: Bool { workspace?.training.map { !$0.hasEnded } ?? false }

    /// What leaving the open series loses, a sentence or two; `nil` where it loses nothing.
    private func loss(by leaving: String, endsQueue: Bool) -> String? {
        var sentences: [String] = []
        if endsQueue, let queue = fileSet?.queue, queue.isUnderWay {
            let left = counted(queue.waiting.count + queue.running.count, "file")
            sentences.append("The queue has \(left) left to train on. \(leaving) ends that; models that are done are kept.")
        }
        guard let workspace else { return sentences.first }
        let name = workspace.analysis.series.name
        if isTraining {
            sentences.append(
                "The models of \(name) are being trained. \(leaving) ends that; models that are not done are as before.")
        }
        if !workspace.unstored.isEmpty {
            let marks = "What you judged or noted on \(name) is not stored (\(counted(workspace.unstored.count, "mark")))"
            sentences.append("\(marks); it is being tried again. \(leaving) may lose it.")
        }
        return sentences.isEmpty ? nil : sentences.joined(separator: " ")
    }

    /// Does what leaves the open series: at once where that loses nothing, else after a question. What could not be stored is tried
    /// once more before.
    mutating func leaveSeries(
        _ leaving: String, endsQueue: Bool = false, _ frame: inout Frame,
        _ run: @escaping @Sendable (inout SignedIn, inout Frame) -> [Effect]
    ) -> [Effect] {
        guard let loss = loss(by: leaving, endsQueue: endsQueue) else { return run(&self, &frame) }
        push(ConfirmCard(question: loss, run: run))
        return atWorkspace { $0.storing([]) }
    }

    /// Opens a file: the series that is open already shows again, and another one ends its training run only after a question.
    /// - Parameter options: how it is read; as was decided before where `nil`.
    mutating func open(_ path: String, as options: SeriesReader.Options? = nil, _ frame: inout Frame) -> [Effect] {
        guard !library.isOpening else { return [] }
        if isTraining || workspace?.unstored.isEmpty == false, workspace?.path == path, options == nil {
            showWorkspace()
            return []
        }
        return leaveSeries("Opening another series", &frame) { signedIn, _ in
            signedIn.stopSeries()
            return signedIn.library.startOpening(path, as: options)
        }
    }

    /// Asks before a file is overwritten, and then does what overwrites it.
    mutating func confirmOverwriting(_ path: String, _ write: Effect) {
        push(
            ConfirmCard(question: "\(path) is there already. Overwriting it loses what it holds.") { _, _ in [write] })
    }
}
