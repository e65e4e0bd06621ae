import TerminalUI
import TimeSeries
import Workbench

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
        /// What the user has of it: models, verdicts, rows.
        public var holdings: Holdings?

        /// A line about what a sample holds.
        var description: String? { sampleDescription(fileName: name) }

        /// What there is of it in a few words, and in fewer; none where nothing is known.
        var facts: [String] {
            guard let holdings, holdings.isKept else { return [] }
            let judged = holdings.verdictCount == 0 ? nil : "\(holdings.verdictCount) judged"
            let words = [holdings.models.isEmpty ? nil : "models", judged].compactMap { $0 }
            return [words.joined(separator: ", ")] + words
        }
    }

    /// Files that were named when the program was started.
    let named: [String]
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
    public struct Preview: Sendable {
        /// Whose preview it is.
        let path: String
        /// The series or a sentence.
        let content: Result<Content, PlainError>

        /// A series and how often it repeats.
        public struct Content: Sendable {
            let series: Series
            /// The dominant period of the first channel in rows.
            let period: Int?

            /// Looks for the period.
            public init(_ series: Series) {
                self.series = series
                period = series.channels.isEmpty ? nil : series.profile.period(ofChannel: 0)
            }
        }
    }

    /// Begins without entries but those that were named.
    init(named: [String] = []) {
        self.named = named
        entries = named.map {
            Entry(path: $0, name: $0.split(separator: "/").last.map(String.init) ?? $0, section: "Named at the start")
        }
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

    mutating func open(_ path: String?) -> [Effect] {
        guard let path, !isOpening else { return [] }
        return startOpening(path)
    }

    mutating func startOpening(_ path: String, follows: Bool = false) -> [Effect] {
        isOpening = true
        return [follows ? .openToFollow(path: path) : .open(path: path)]
    }

    /// Goes on without what was to be opened.
    mutating func stopOpening() {
        isOpening = false
        closePathEntry()
    }

    /// Shows all entries and highlights one.
    mutating func show(_ path: String) -> [Effect] {
        filter.set("")
        return select(entries.firstIndex { $0.path == path } ?? selection)
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
        _ keys: [Key], hint: String? = nil, _ help: String, command: String? = nil, arguments: String? = nil,
        withValue: ActionWithValue? = nil,
        _ run: @escaping @Sendable (inout LibraryState) -> [Effect]
    ) -> Binding {
        Binding(keys, hint: hint, help, command: command, arguments: arguments, withValue: withValue) { signedIn, _ in
            run(&signedIn.library)
        }
    }
}

extension LibraryState: Screen {
    static let title = "Library"

    static let bindings: [Binding] = [
        Binding([.enter], hint: "open", "Open the highlighted series", command: "open-selected") { signedIn, frame in
            guard let path = signedIn.library.selected?.path, !signedIn.library.isOpening else { return [] }
            return signedIn.open(path, &frame)
        },
        .inLibrary([.character("/")], hint: "filter", "Show only names that contain what you type", command: "filter") {
            library in
            library.isFiltering = true
            return []
        },
        .inLibrary(
            [.character("o")], hint: "open path", "Type the path of a file; Tab completes it", command: "open",
            arguments: "PATH", withValue: { signedIn, path, frame in signedIn.open(path, &frame) }
        ) { library in
            library.pathEntry = TextField(limit: 1024)
            return []
        },
        .inLibrary([.character("r")], "Read the list again", command: "refresh") { _ in [.listLibrary] },
    ]

    // MARK: Input

    mutating func update(_ input: InputEvent, _ frame: inout Frame) -> [Effect]? {
        if pathEntry != nil { return updatePathEntry(input) }
        switch input {
        case .key(let key): return isFiltering ? updateFilter(key) : nil
        case .paste(let text):
            pathEntry = TextField(limit: 1024, text: text.trimmingWhitespace)
            return []
        case .mouse(let mouse): return updateMouse(mouse, frame)
        default: return nil
        }
    }

    mutating func move(_ move: Move, _ frame: inout Frame) -> [Effect] {
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

    private mutating func updatePathEntry(_ input: InputEvent) -> [Effect] {
        switch input {
        case .key(.escape): closePathEntry()
        case .key(.enter):
            let path = pathEntry?.text ?? ""
            return path.isEmpty ? [] : open(path)
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

    private mutating func updateMouse(_ mouse: Mouse, _ frame: Frame) -> [Effect] {
        let layout = LibraryLayout(frame)
        switch mouse.action {
        case .wheelUp: return select(selection - 1)
        case .wheelDown: return select(selection + 1)
        case .press:
            guard layout.list.contains(x: mouse.x, y: mouse.y) else { return [] }
            let lines = lines
            let line = mouse.y - layout.list.y + scroll(height: layout.list.height)
            guard lines.indices.contains(line), case .entry(let index) = lines[line] else { return [] }
            return mouse.isDouble && index == selection ? open(selected?.path) : select(index)
        default: return []
        }
    }

    // MARK: Answers

    mutating func receive(_ answer: Answer, _ frame: inout Frame) -> [Effect] {
        switch answer {
        case .libraryListed(let entries):
            let highlighted = selected?.path
            let paths = Set(entries.map(\.path))
            let others = Self(named: named).entries.filter { !paths.contains($0.path) }
            self.entries = others + entries
            return select(shown.firstIndex { $0.path == highlighted } ?? selection)
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
