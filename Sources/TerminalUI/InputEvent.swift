/// What the user did.
public enum InputEvent: Sendable, Equatable {
    case key(Key)
    case mouse(Mouse)
    /// Text pasted as a whole.
    case paste(String)
    case resize(width: Int, height: Int)
    /// The terminal went away or the system asks the program to end.
    case terminate
}

/// A key, with what was held down.
public enum Key: Sendable, Equatable, Hashable {
    case character(Character)
    case control(Character)
    case enter, tab, backTab, escape, backspace, delete
    case up, down, left, right
    case shiftLeft, shiftRight
    case home, end, pageUp, pageDown
    case function(Int)

    /// How the key is written in help texts.
    public var name: String {
        switch self {
        case .character(" "): "Space"
        case .character(let character): String(character)
        case .control(let character): "Ctrl-" + character.uppercased()
        case .enter: "Enter"
        case .tab: "Tab"
        case .backTab: "Shift-Tab"
        case .escape: "Esc"
        case .backspace: "Backspace"
        case .delete: "Del"
        case .up: "↑"
        case .down: "↓"
        case .left: "←"
        case .right: "→"
        case .shiftLeft: "Shift-←"
        case .shiftRight: "Shift-→"
        case .home: "Home"
        case .end: "End"
        case .pageUp: "PgUp"
        case .pageDown: "PgDn"
        case .function(let number): "F\(number)"
        }
    }
}

/// The mouse at a cell.
public struct Mouse: Sendable, Equatable {
    /// Column from 0.
    public var x: Int
    /// Row from 0.
    public var y: Int
    /// What happened there.
    public var action: Action
    /// Whether it is the second press at this place in quick succession.
    public var isDouble: Bool

    /// What the mouse did.
    public enum Action: Sendable, Equatable {
        case press, drag, release, wheelUp, wheelDown
    }

    /// Makes an event.
    public init(x: Int, y: Int, action: Action, isDouble: Bool = false) {
        self.x = x
        self.y = y
        self.action = action
        self.isDouble = isDouble
    }
}

/// Tells double clicks from single ones, since terminals do not: the second press on one cell within half a
/// second, with no key between them.
public struct DoubleClicks: Sendable {
    /// The longest time between the two presses.
    public static let interval = Duration.milliseconds(500)
    private var last: (x: Int, y: Int, time: ContinuousClock.Instant)?

    /// No press yet.
    public init() {}

    /// The event, marked where its press is the second of two.
    public mutating func marked(_ event: InputEvent, at time: ContinuousClock.Instant) -> InputEvent {
        guard case .mouse(var mouse) = event else {
            last = nil
            return event
        }
        guard mouse.action == .press else { return event }
        if let last, last.x == mouse.x, last.y == mouse.y, time - last.time <= Self.interval {
            mouse.isDouble = true
            self.last = nil
        } else {
            last = (mouse.x, mouse.y, time)
        }
        return .mouse(mouse)
    }
}
