import TerminalUI

/// The library on the stack: the lowest layer behind the login.
struct LibraryScreen: Layer {
    static let title = "Library"
    static let level = LayerLevel.screen

    static let bindings: [Binding<SignedIn>] =
        [
            Binding(
                [.enter], name: "open", "Open the highlighted series", command: "open-selected",
                opens: [WorkspaceScreen.self, ConfirmCard.self, SeriesCard.self],
                when: { Availability(unless: $0.library.selected == nil ? "There is no series to open." : nil) }
            ) { signedIn, frame in
                signedIn.library.selected.map { signedIn.open($0.path, &frame) } ?? []
            },
            Binding(
                [.character("/")], name: "filter", "Show only names and folders that contain what you type", command: "filter",
                opens: [LibraryFilter.self]
            ) { signedIn, _ in
                signedIn.push(LibraryFilter())
                return []
            },
            Binding(
                [NamedKey.openPath], name: "open path",
                "Type the path of a file or folder; \(NamedKey.complete.name) completes it", command: "open", arguments: "PATH",
                opens: [PathEntry.self, FileSetScreen.self],
                withValue: { signedIn, path, frame in signedIn.open(path, &frame) }
            ) { signedIn, _ in
                signedIn.push(PathEntry())
                return []
            },
            Binding(
                [.character("S")], name: "set", "Show the set of files again", command: "set", opens: [FileSetScreen.self],
                when: { $0.fileSet == nil ? .absent : .ready }
            ) { signedIn, _ in
                signedIn.showSetAgain()
                return []
            },
            Binding([.character("r")], "Read the list again", command: "refresh") { _, _ in [.listLibrary] },
        ]
        + moves { _, move, signedIn, _ in signedIn.library.move(move) }

    static let gestures = [
        Gesture("click", "Highlight a series"), Gesture("double click", "Open it"), Gesture("wheel", "Up and down"),
    ]

    mutating func paste(_ text: String, over signedIn: inout SignedIn) -> [Effect] {
        signedIn.push(PathEntry(text))
        return []
    }

    mutating func update(_ mouse: Mouse, over signedIn: inout SignedIn, _ frame: inout Frame) -> LayerStep<SignedIn> {
        .stay(signedIn.mouseInLibrary(mouse, &frame))
    }

    func view(over signedIn: SignedIn, _ frame: Frame, into screen: inout CellBuffer) {
        signedIn.library.view(isFiltering: signedIn.layer(LibraryFilter.self) != nil, frame, into: &screen)
    }

    func sentences(over signedIn: SignedIn, _ frame: Frame) -> [String] { signedIn.library.sentences(frame) }
}

extension SignedIn {
    fileprivate mutating func mouseInLibrary(_ mouse: Mouse, _ frame: inout Frame) -> [Effect] {
        switch mouse.action {
        case .wheelUp: return library.move(.up)
        case .wheelDown: return library.move(.down)
        case .press:
            guard let index = library.entry(at: mouse, frame) else { return [] }
            guard mouse.isDouble, index == library.selection else { return library.select(index) }
            return library.selected.map { open($0.path, &frame) } ?? []
        default: return []
        }
    }
}

/// The line in which letters are typed that names must contain.
struct LibraryFilter: Layer {
    static let title = "Filter of the library"
    static let takesText = true

    static let bindings: [Binding<SignedIn>] =
        [
            on([.enter], name: "keep", "Show what is left; \(NamedKey.back.name) shows all again") { _, _, _ in .close },
            on([NamedKey.back], name: "show all", "Show all again", isLast: true) { _, signedIn, _ in
                .close(signedIn.library.clearFilter())
            },
        ]
        + moves(name: "choose") { _, move, signedIn, _ in signedIn.library.move(move) }

    mutating func take(_ key: Key, over signedIn: inout SignedIn) -> [Effect] {
        signedIn.library.changeFilter { _ = $0.handle(key) }
    }

    mutating func paste(_ text: String, over signedIn: inout SignedIn) -> [Effect] {
        signedIn.library.changeFilter { $0.insert(text.trimmingWhitespace) }
    }

    mutating func update(_ mouse: Mouse, over signedIn: inout SignedIn, _ frame: inout Frame) -> LayerStep<SignedIn> {
        .stay(signedIn.mouseInLibrary(mouse, &frame))
    }

    /// The library draws the line in its border.
    func view(over signedIn: SignedIn, _ frame: Frame, into screen: inout CellBuffer) {}

    func sentences(over signedIn: SignedIn, _ frame: Frame) -> [String] {
        ["Looking for: \(signedIn.library.filter.text)"] + signedIn.library.sentences(frame).suffix(1)
    }
}

/// The line in which the path of a file is typed.
struct PathEntry: Card {
    static let title = "Open a file"
    static let takesText = true
    private var field: TextField
    /// Paths that complete it.
    private var completions: [String] = []

    /// Begins with a text; Linux lets no path be longer.
    init(_ text: String = "") { field = TextField(limit: .bytes(4095), text: text.trimmingWhitespace) }

    static let bindings: [Binding<SignedIn>] = [
        on(
            [.enter], name: "open", "Open the file", opens: [WorkspaceScreen.self, ConfirmCard.self],
            unless: { card, signedIn in
                card.field.text.isEmpty ? "Type a path first." : signedIn.library.isOpening ? "A file is being opened." : nil
            }
        ) { card, signedIn, frame in .stay(signedIn.open(card.field.text, &frame)) },
        on([NamedKey.complete], name: "complete", "Complete the path, or list what it may become") { card, _, _ in
            .stay([.complete(path: card.field.text)])
        },
        closing(.escape),
    ]

    mutating func take(_ key: Key, over signedIn: inout SignedIn) -> [Effect] {
        _ = field.handle(key)
        completions = []
        return []
    }

    mutating func paste(_ text: String, over signedIn: inout SignedIn) -> [Effect] {
        field.insert(text.trimmingWhitespace)
        completions = []
        return []
    }

    mutating func receive(_ answer: Answer, over signedIn: inout SignedIn, _ frame: inout Frame) -> LayerStep<SignedIn> {
        guard case .completed(field.text, let paths) = answer else { return .stay }
        completions = paths.count > 1 ? paths : []
        guard let first = paths.first else {
            frame.complain("No file begins with \(field.text).")
            return .stay
        }
        let common = paths.dropFirst().reduce(first) { String(zip($0, $1).prefix { $0.0 == $0.1 }.map(\.0)) }
        if common.count > field.text.count { field.set(common) }
        return .stay
    }

    // MARK: Drawing

    private static let mostCompletions = 8

    func title(over signedIn: SignedIn) -> String { Self.title }

    func size(over signedIn: SignedIn, _ frame: Frame) -> (width: Int, height: Int) {
        (90, 3 + (completions.isEmpty ? 0 : min(completions.count, Self.mostCompletions)))
    }

    func draw(_ screen: inout CellBuffer, in card: Rect, over signedIn: SignedIn, _ frame: Frame) {
        let theme = frame.theme
        screen.field(
            field, x: card.x + 2, y: card.y + 1, width: card.width - 4, style: Style(theme.text, on: theme.selection),
            isFocused: true)
        for (row, path) in completions.prefix(Self.mostCompletions).enumerated() {
            screen.write(path, x: card.x + 2, y: card.y + 2 + row, Style(theme.muted), limit: card.width - 4)
        }
    }
}

extension String {
    fileprivate var trimmingWhitespace: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
