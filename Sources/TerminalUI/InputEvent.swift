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

    /// What the mouse did.
    public enum Action: Sendable, Equatable {
        case press, drag, release, wheelUp, wheelDown
    }

    /// Makes an event.
    public init(x: Int, y: Int, action: Action) {
        self.x = x
        self.y = y
        self.action = action
    }
}
