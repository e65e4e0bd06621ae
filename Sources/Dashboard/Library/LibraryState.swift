import Accounts
import TerminalUI
import TimeSeries

/// The library: a list of series that can be opened, and a preview of the highlighted one.
public struct LibraryState: Sendable {
    /// A series that can be opened.
    public struct Entry: Sendable, Equatable {
        /// Where the file is.
        public let path: String
        /// What to call it.
        public let name: String
        /// The heading it stands under.
        public let section: String
    }

    /// All series.
    public private(set) var entries: [Entry] = []
    /// The highlighted one among those shown.
    public private(set) var selection = 0
    /// Letters that names must contain; edited while `isFiltering`.
    private(set) var filter = TextField(limit: 64)
    /// Whether keys go to the filter.
    private(set) var isFiltering = false
    /// A path being typed.
    private(set) var pathEntry: TextField?
    /// Paths that complete it.
    private(set) var completions: [String] = []
    /// The highlighted series or why it cannot be read.
    private(set) var preview: Preview?
    /// Whether a series is being opened.
    private(set) var isOpening = false

    /// What the preview's plot was reduced to.
    let memo = PlotMemo()

    /// What is known of the highlighted series.
    struct Preview: Sendable {
        /// Whose preview it is.
        let path: String
        /// The series or a sentence.
        let content: Result<Series, PlainError>
    }

    /// Entries whose names match the filter.
    public var shown: [Entry] {
        filter.text.isEmpty ? entries : entries.filter { $0.name.lowercased().contains(filter.text.lowercased()) }
    }

    /// The highlighted entry.
    public var selected: Entry? { shown.indices.contains(selection) ? shown[selection] : nil }

    /// Highlights an entry and asks for its preview.
    mutating func select(_ index: Int) -> [Effect] {
        selection = max(0, min(index, shown.count - 1))
        guard let entry = selected else {
            preview = nil
            return []
        }
        return preview?.path == entry.path ? [] : [.preview(path: entry.path)]
    }

    mutating func open(_ path: String?, _ session: Session) -> [Effect] {
        guard let path, !isOpening else { return [] }
        isOpening = true
        return [.open(session, path: path)]
    }

    /// Shows all entries again.
    mutating func clearFilter() -> [Effect] {
        guard !filter.text.isEmpty else { return [] }
        filter.set("")
        return select(0)
    }
}

extension Binding {
    /// A binding of the library.
    fileprivate static func inLibrary(
        _ keys: [Key], hint: String? = nil, _ help: String, command: String? = nil, withValue: ActionWithValue? = nil,
        _ run: @escaping @Sendable (inout LibraryState, Session) -> [Effect]
    ) -> Binding {
        Binding(keys, hint: hint, help, command: command, withValue: withValue) { signedIn, _ in
            run(&signedIn.library, signedIn.session)
        }
    }
}

extension LibraryState: Screen {
    static let title = "Library"

    static let bindings: [Binding] = [
        .inLibrary([.enter], hint: "open", "Open the highlighted series") { library, session in
            library.open(library.selected?.path, session)
        },
        .inLibrary([.character("/")], hint: "filter", "Show only names that contain what you type") { library, _ in
            library.isFiltering = true
            return []
        },
        .inLibrary(
            [.character("o")], hint: "open path", "Type the path of a file; Tab completes it", command: "open",
            withValue: { signedIn, path, _ in signedIn.library.open(path, signedIn.session) }
        ) { library, _ in
            library.pathEntry = TextField(limit: 1024)
            return []
        },
        .inLibrary([.character("r")], "Read the list again") { _, session in [.listLibrary(session)] },
    ]

    // MARK: Input

    mutating func update(_ input: InputEvent, _ session: Session, _ frame: inout Frame) -> [Effect]? {
        if pathEntry != nil { return updatePathEntry(input, session) }
        switch input {
        case .key(let key): return isFiltering ? updateFilter(key) : nil
        case .paste(let text):
            pathEntry = TextField(limit: 1024, text: text.trimmingWhitespace)
            return []
        case .mouse(let mouse): return updateMouse(mouse, session, frame)
        default: return nil
        }
    }

    mutating func move(_ move: Move, _ session: Session, _ frame: inout Frame) -> [Effect] {
        switch move {
        case .up: select(selection - 1)
        case .down: select(selection + 1)
        case .pageUp: select(selection - 10)
        case .pageDown: select(selection + 10)
        case .first: select(0)
        case .last: select(shown.count - 1)
        }
    }

    private mutating func updateFilter(_ key: Key) -> [Effect] {
        switch key {
        case .enter:
            isFiltering = false
            return []
        case .escape:
            isFiltering = false
            filter.set("")
        case .up, .down: return select(selection + (key == .up ? -1 : 1))
        default: _ = filter.handle(key)
        }
        return select(0)
    }

    private mutating func updatePathEntry(_ input: InputEvent, _ session: Session) -> [Effect] {
        switch input {
        case .key(.escape): closePathEntry()
        case .key(.enter):
            let path = pathEntry?.text ?? ""
            return path.isEmpty ? [] : open(path, session)
        case .key(.tab): return [.complete(path: pathEntry?.text ?? "")]
        case .key(let key):
            _ = pathEntry?.handle(key)
            completions = []
        case .paste(let text): pathEntry?.insert(text.trimmingWhitespace)
        default: break
        }
        return []
    }

    private mutating func closePathEntry() {
        pathEntry = nil
        completions = []
    }

    private mutating func updateMouse(_ mouse: Mouse, _ session: Session, _ frame: Frame) -> [Effect] {
        let layout = LibraryLayout(frame)
        switch mouse.action {
        case .wheelUp: return select(selection - 1)
        case .wheelDown: return select(selection + 1)
        case .press:
            guard layout.list.contains(x: mouse.x, y: mouse.y) else { return [] }
            let lines = lines
            let line = mouse.y - layout.list.y + scroll(height: layout.list.height)
            guard lines.indices.contains(line), case .entry(let index) = lines[line] else { return [] }
            return index == selection ? open(selected?.path, session) : select(index)
        default: return []
        }
    }

    // MARK: Answers

    mutating func receive(_ event: DashboardEvent, _ session: Session, _ frame: inout Frame) -> [Effect] {
        switch event {
        case .libraryListed(let entries, _):
            self.entries = entries
            return select(selection)
        case .previewed(let path, let content):
            if selected?.path == path { preview = Preview(path: path, content: content) }
        case .completed(let path, let paths): complete(path, paths, &frame)
        case .opened:
            isOpening = false
            closePathEntry()
        case .openFailed(let problem):
            isOpening = false
            frame.complain(problem)
        default: break
        }
        return []
    }

    /// Takes over what the completions have in common.
    private mutating func complete(_ path: String, _ paths: [String], _ frame: inout Frame) {
        guard pathEntry?.text == path else { return }
        completions = paths.count > 1 ? paths : []
        guard let first = paths.first else { return frame.complain("No file begins with \(path).") }
        let common = paths.dropFirst().reduce(first) { String(zip($0, $1).prefix { $0.0 == $0.1 }.map(\.0)) }
        if common.count > path.count { pathEntry?.set(common) }
    }
}

extension String {
    fileprivate var trimmingWhitespace: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
