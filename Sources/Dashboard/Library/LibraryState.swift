import SeriesReading
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
        public internal(set) var name: String
        /// The heading it stands under.
        public let section: String
        /// What the user has of it: models, verdicts, rows.
        public var holdings: Holdings?

        /// A line about what a sample holds.
        var description: String? { sampleDescription(fileName: path.split(separator: "/").last.map(String.init) ?? name) }

        /// The folder that it is in, without those above.
        var folder: String { path.split(separator: "/").dropLast().last.map { printable(String($0)) } ?? "" }

        /// Whether its name or its folder's contains a text in lower case.
        func contains(_ text: String) -> Bool {
            name.lowercased().contains(text) || !folder.isEmpty && "\(folder)/\(name)".lowercased().contains(text)
        }

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
    /// Letters that names or folders must contain.
    private(set) var filter = TextField(limit: .columns(64))
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
        let entries = named.map {
            Entry(path: $0, name: $0.split(separator: "/").last.map(String.init) ?? $0, section: "Named at the start")
        }
        self.entries = Self.toldApart(entries)
    }

    /// The entries, with as many of their folders before a name that more than one file has as tell those apart.
    private static func toldApart(_ entries: [Entry]) -> [Entry] {
        func file(_ entry: Entry) -> String { entry.name.split(separator: "/").last.map(String.init) ?? entry.name }
        func name(_ path: String, _ folders: Int) -> String {
            path.split(separator: "/").suffix(folders + 1).map { printable(String($0)) }.joined(separator: "/")
        }
        let paths = Dictionary(grouping: entries, by: file).mapValues { Set($0.map(\.path)) }
        let folders = paths.mapValues { paths in
            paths.count < 2 ? 0 : (1...4).first { folders in Set(paths.map { name($0, folders) }).count == paths.count } ?? 4
        }
        return entries.map { entry in
            guard let count = folders[file(entry)], count > 0 else { return entry }
            var entry = entry
            entry.name = name(entry.path, count)
            return entry
        }
    }

    /// Entries whose names or folders match the filter.
    public var shown: [Entry] {
        let typed = filter.text.lowercased()
        return typed.isEmpty ? entries : entries.filter { $0.contains(typed) }
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

    mutating func startOpening(
        _ path: String, as options: SeriesReader.Options? = nil, follows: Bool = false
    ) -> [Effect] {
        isOpening = true
        if let options { return [.openAs(path: path, options, follows: follows)] }
        return [follows ? .openToFollow(path: path) : .open(path: path)]
    }

    /// Opens one of the series of a file.
    mutating func startOpening(_ choice: SeriesChoice, _ series: Understanding.Key.One) -> [Effect] {
        isOpening = true
        return [.openAs(path: choice.path, choice.options(for: series), follows: choice.follows)]
    }

    /// Shows all entries and highlights one.
    mutating func show(_ path: String) -> [Effect] {
        filter.set("")
        return select(entries.firstIndex { $0.path == path } ?? selection)
    }

    /// Shows all entries again.
    mutating func clearFilter() -> [Effect] {
        guard !filter.text.isEmpty else { return [] }
        return changeFilter { $0.set("") }
    }

    /// Changes the letters that names must contain.
    mutating func changeFilter(_ change: (inout TextField) -> Void) -> [Effect] {
        let before = filter.text
        change(&filter)
        return filter.text == before ? [] : select(0)
    }

    /// Moves through the list.
    mutating func move(_ move: Move) -> [Effect] { select(move.place(from: selection, of: shown.count)) }

    /// The entry under the mouse.
    func entry(at mouse: Mouse, _ frame: Frame) -> Int? {
        let list = LibraryLayout(frame).list
        guard list.contains(x: mouse.x, y: mouse.y) else { return nil }
        let lines = lines
        let line = mouse.y - list.y + scroll(height: list.height)
        guard lines.indices.contains(line), case .entry(let index) = lines[line] else { return nil }
        return index
    }

    /// Takes the answer to an effect; answers to others are passed over.
    mutating func receive(_ answer: Answer, _ frame: inout Frame) -> [Effect] {
        switch answer {
        case .libraryListed(let entries):
            let highlighted = selected?.path
            let paths = Set(entries.map(\.path))
            let others = Self(named: named).entries.filter { !paths.contains($0.path) }
            self.entries = Self.toldApart(others + entries)
            return select(shown.firstIndex { $0.path == highlighted } ?? selection)
        case .previewed(let path, let content):
            if selected?.path == path { preview = Preview(path: path, content: content) }
        case .opened, .isFolder: isOpening = false
        case .severalSeries(let choice): if !choice.isOpen { isOpening = false }
        case .openFailed(let problem):
            isOpening = false
            frame.complain(problem)
        default: break
        }
        return []
    }
}
