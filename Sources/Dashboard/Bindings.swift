import TerminalUI

/// What a key can do.
public enum Action: Sendable, Equatable {
    case train, loadModels, showTraining, cancelTraining, inspect, judgeAnomaly, judgeNormal, clearVerdict
    case export, compare, learnWeights, undoWeights, help, palette, nextTheme, nextChannel, nextCalibration, back, quit, suspend,
        redraw
    case left, right, farLeft, farRight, up, down, pageUp, pageDown, first, last
    case zoomIn, zoomOut, zoomAll, nextFocus, previousFocus, nextEvent, previousEvent
    case open, filter, enterPath, refresh, signOut, account, lock
}

/// Where a binding holds.
public enum Place: Sendable, Equatable, CaseIterable {
    case library, workspace

    var title: String {
        switch self {
        case .library: "Library"
        case .workspace: "Workspace"
        }
    }
}

/// Keys, what they do, and how help speaks of it: the one table behind dispatch, help, footer and palette.
public struct Binding: Sendable {
    /// Keys that do it.
    public let keys: [Key]
    /// What they do.
    public let action: Action
    /// A word or two for the footer; empty keeps it out.
    public let label: String
    /// A sentence for the help screen.
    public let help: String
    /// The word that does the same in the palette.
    public let command: String?
    /// Where it holds.
    public let places: [Place]

    init(
        _ keys: [Key], _ action: Action, _ label: String = "", _ help: String, command: String? = nil,
        _ places: [Place] = Place.allCases
    ) {
        self.keys = keys
        self.action = action
        self.label = label
        self.help = help
        self.command = command
        self.places = places
    }

    /// All bindings in the order of the help screen.
    public static let all: [Binding] = [
        Binding([.enter], .open, "open", "Open the highlighted series", [.library]),
        Binding([.character("/")], .filter, "filter", "Show only names that contain what you type", [.library]),
        Binding(
            [.character("o")], .enterPath, "open path", "Type the path of a file; Tab completes it", command: "open", [.library]),
        Binding([.character("r")], .refresh, "", "Read the list again", [.library]),
        Binding([.character("t")], .train, "train", "Train both models on the whole series", command: "train", [.workspace]),
        Binding([.character("L")], .loadModels, "load", "Load the models saved for this series", command: "load", [.workspace]),
        Binding([.tab], .nextFocus, "panel", "Go to the next part: plot, sliders, events", [.workspace]),
        Binding([.backTab], .previousFocus, "", "Go to the part before", [.workspace]),
        Binding([.left, .character("h")], .left, "", "Cursor one column left, or the slider down", [.workspace]),
        Binding([.right, .character("l")], .right, "", "Cursor one column right, or the slider up", [.workspace]),
        Binding([.shiftLeft, .character("H")], .farLeft, "", "Ten steps left", [.workspace]),
        Binding([.shiftRight], .farRight, "", "Ten steps right", [.workspace]),
        Binding([.up, .character("k")], .up, "", "The line above"),
        Binding([.down, .character("j")], .down, "", "The line below"),
        Binding([.pageUp], .pageUp, "", "A page back"),
        Binding([.pageDown], .pageDown, "", "A page on"),
        Binding([.home, .character("g")], .first, "", "The first row, series or event"),
        Binding([.end, .character("G")], .last, "", "The last row, series or event"),
        Binding([.character("+"), .character("=")], .zoomIn, "zoom", "Zoom in at the cursor", [.workspace]),
        Binding([.character("-")], .zoomOut, "", "Zoom out", [.workspace]),
        Binding([.character("0")], .zoomAll, "", "Show the whole series", command: "all", [.workspace]),
        Binding([.character("]")], .nextEvent, "next", "The next flagged event", [.workspace]),
        Binding([.character("[")], .previousEvent, "", "The flagged event before", [.workspace]),
        Binding([.enter, .character("i")], .inspect, "inspect", "Look into the selected event", [.workspace]),
        Binding([.character("a")], .judgeAnomaly, "verdict", "Judge the selected event an anomaly", [.workspace]),
        Binding([.character("n")], .judgeNormal, "", "Judge the selected event normal", [.workspace]),
        Binding([.character("u")], .clearVerdict, "", "Take the verdict back", [.workspace]),
        Binding(
            [.character("m")], .compare, "", "Measure both models and their combination against the labels", command: "compare",
            [.workspace]),
        Binding(
            [.character("w")], .learnWeights, "", "Learn the weights from your verdicts", command: "learn", [.workspace]),
        Binding(
            [.character("U")], .undoWeights, "", "Take back weights that were learnt or taken from a comparison",
            command: "undo", [.workspace]),
        Binding([.character("c")], .nextChannel, "", "Plot the next channel", command: "channel", [.workspace]),
        Binding(
            [.character("C")], .nextCalibration, "", "Turn errors into scores by the next rule",
            command: "calibration", [.workspace]),
        Binding([.character("p")], .showTraining, "", "Show the training panel", [.workspace]),
        Binding([.character("x")], .cancelTraining, "", "Stop training", command: "cancel", [.workspace]),
        Binding(
            [.character("e")], .export, "export", "Write the scores as CSV into the working folder", command: "export",
            [.workspace]),
        Binding([.character("T")], .nextTheme, "", "Switch to the next theme", command: "theme"),
        Binding(
            [.character("A")], .account, "", "Your account: profile, password, sessions; for administrators, everybody's",
            command: "account"),
        Binding([.control("x")], .lock, "", "Lock the screen until the password is entered again", command: "lock"),
        Binding([.character("O")], .signOut, "", "Sign out", command: "signout"),
        Binding([.character(":")], .palette, "command", "Type a command"),
        Binding([.character("?")], .help, "help", "Show or leave this help"),
        Binding([.escape], .back, "", "Back: close what lies on top, or return to the library"),
        Binding([.control("l")], .redraw, "", "Draw the screen again"),
        Binding([.control("z")], .suspend, "", "Suspend the program; fg goes on"),
        Binding([.character("q"), .control("c")], .quit, "quit", "Quit", command: "quit"),
    ]

    /// What `key` does in a place.
    static func action(for key: Key, in place: Place) -> Action? {
        all.first { $0.places.contains(place) && $0.keys.contains(key) }?.action
    }
}
