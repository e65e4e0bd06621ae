import TerminalUI
import Workbench

/// A layer in a frame of its own over a screen, which shows behind it.
protocol Card: Layer {
    /// What stands in its border.
    func title(over owner: Owner) -> String
    /// Columns and rows with the border; what is too much is cut to what there is room for.
    func size(over owner: Owner, _ frame: Frame) -> (width: Int, height: Int)
    /// Where it stands.
    func area(over owner: Owner, _ frame: Frame) -> Rect
    /// Draws what is in the frame.
    func draw(_ screen: inout CellBuffer, in card: Rect, over owner: Owner, _ frame: Frame)
    /// Whether something was typed that goes when it closes: then a press beside it does not.
    var wouldLoseText: Bool { get }
}

extension Card {
    var wouldLoseText: Bool { false }

    static var gestures: [Gesture] { [Gesture("click beside it", "Close it"), Gesture("wheel", "Up and down")] }

    func area(over owner: Owner, _ frame: Frame) -> Rect {
        let size = size(over: owner, frame)
        return Rect(x: 0, y: 0, width: frame.width, height: frame.height)
            .centered(width: min(size.width, frame.width - 4), height: min(size.height, frame.height - 3))
    }

    func view(over owner: Owner, _ frame: Frame, into screen: inout CellBuffer) {
        let card = area(over: owner, frame)
        drawCard(&screen, card, title: title(over: owner), frame.theme)
        draw(&screen, in: card, over: owner, frame)
    }

    mutating func update(_ mouse: Mouse, over owner: inout Owner, _ frame: inout Frame) -> LayerStep<Owner> {
        mouseStep(mouse, over: owner, frame)
    }

    /// What the mouse does on every card: the wheel moves as the arrows do, and a press beside the card is `Esc` unless
    /// that loses what was typed.
    func mouseStep(_ mouse: Mouse, over owner: Owner, _ frame: Frame) -> LayerStep<Owner> {
        switch mouse.action {
        case .wheelUp: .stayAndRun { $0.press(.up, &$1) }
        case .wheelDown: .stayAndRun { $0.press(.down, &$1) }
        case .press where !wouldLoseText && !area(over: owner, frame).contains(x: mouse.x, y: mouse.y):
            .stayAndRun { $0.press(.escape, &$1) }
        default: .stay
        }
    }
}

/// A card that works on the open series.
protocol WorkspaceCard: Card where Owner == SignedIn {
    func title(over workspace: WorkspaceState) -> String
    func size(over workspace: WorkspaceState, _ frame: Frame) -> (width: Int, height: Int)
    func draw(_ screen: inout CellBuffer, in card: Rect, over workspace: WorkspaceState, _ frame: Frame)
    /// Takes the answer to an effect; answers to others are passed over.
    mutating func receive(_ answer: Answer, over workspace: WorkspaceState) -> LayerStep<SignedIn>
    /// Whether it stays where the file was read otherwise: what others show is of the series as it was.
    var outlivesReading: Bool { get }
}

extension WorkspaceCard {
    func title(over signedIn: SignedIn) -> String { signedIn.workspace.map { title(over: $0) } ?? "" }

    func size(over signedIn: SignedIn, _ frame: Frame) -> (width: Int, height: Int) {
        signedIn.workspace.map { size(over: $0, frame) } ?? (0, 0)
    }

    func draw(_ screen: inout CellBuffer, in card: Rect, over signedIn: SignedIn, _ frame: Frame) {
        if let workspace = signedIn.workspace { draw(&screen, in: card, over: workspace, frame) }
    }

    mutating func receive(_ answer: Answer, over signedIn: inout SignedIn, _ frame: inout Frame) -> LayerStep<SignedIn> {
        if case .reread = answer, !outlivesReading { return .close }
        return signedIn.workspace.map { receive(answer, over: $0) } ?? .stay
    }

    var outlivesReading: Bool { false }

    mutating func receive(_ answer: Answer, over workspace: WorkspaceState) -> LayerStep<SignedIn> { .stay }

    /// A binding that works on the open series.
    static func at(
        _ keys: [Key], name: String? = nil, _ help: String, opens: [any Layer<SignedIn>.Type] = [],
        unless reason: @escaping @Sendable (Self, WorkspaceState) -> String? = { _, _ in nil },
        _ run: @escaping @Sendable (inout Self, inout WorkspaceState, inout Frame) -> LayerStep<SignedIn>
    ) -> Binding<SignedIn> {
        Binding(
            keys, name: name, help, opens: opens,
            when: { signedIn in
                guard let card = signedIn.layer(Self.self), let workspace = signedIn.workspace else { return .absent }
                return Availability(unless: reason(card, workspace))
            }
        ) { signedIn, frame in
            signedIn.change(Self.self, &frame) { card, signedIn, frame in
                guard var workspace = signedIn.workspace else { return .stay }
                signedIn.workspace = nil
                defer { signedIn.workspace = workspace }
                return run(&card, &workspace, &frame)
            }
        }
    }
}
