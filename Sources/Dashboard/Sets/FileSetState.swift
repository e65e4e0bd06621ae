import Foundation
import TerminalUI
import TimeSeries
import Work
import Workbench

/// A set of files: what is known of each, which are marked, and the queue that trains them.
public struct FileSetState: Sendable {
    /// A file of the set.
    public struct File: Sendable, Equatable {
        /// Where it is.
        public let path: String
        /// What to call it.
        let name: String
        /// The folder that it is in, from the one that all are in.
        let folder: String
        /// What the user has of it, known before it was looked at.
        var holdings: Holdings?
        /// What it holds and what was found in it, once it was looked at.
        public internal(set) var overview: SeriesOverview?
        /// Why it could not be looked at or trained on.
        var problem: String?
        /// What the queue does with it.
        var stage: Stage?

        /// Whether it has been looked at, or cannot be.
        var isKnown: Bool { overview != nil || problem != nil }
        /// Whether models are saved for it.
        var isTrained: Bool { overview.map { !$0.models.isEmpty } ?? holdings.map { !$0.models.isEmpty } ?? false }
    }

    /// Where a file is in the queue.
    enum Stage: Sendable, Equatable {
        case waiting
        /// How much is done, 0 to 1.
        case training(Double)
    }

    /// The order in which files are listed.
    enum Order: String, Sendable, CaseIterable {
        case path, open, events, peak, new, rows

        /// As the heading of its column marks it.
        var title: String { rawValue }
    }

    /// What was named: files and folders.
    let places: [String]
    /// The files in the order of their places.
    public private(set) var files: [File] = []
    /// The files that are shown, indices of `files` in their order.
    private(set) var shown: [Int] = []
    /// The highlighted one among those shown.
    private(set) var selection = 0
    /// Paths of those that are marked.
    private(set) var marked: Set<String> = []
    /// Letters that paths must contain.
    private(set) var filter = TextField(limit: .columns(64))
    /// The order in force.
    private(set) var order = Order.path
    /// The queue that trains, or the last one.
    public internal(set) var queue: TrainingQueue?
    /// Files that are being looked at.
    private var looking: Set<String> = []
    /// Whether files have been looked for.
    private(set) var isListed = false

    /// Files that are looked at at the same time: the next one is asked for while the answer on the one before is under way.
    private static let mostLooks = 2

    /// Begins without files.
    init(_ places: [String]) { self.places = places }

    /// What the set is called: its one folder or file, or how many places it has.
    var title: String {
        places.count == 1 ? printable(places[0].split(separator: "/").last.map(String.init) ?? "/") : counted(files.count, "file")
    }

    // MARK: Looking

    /// Takes the files that there are; those that were known keep what is known of them.
    mutating func list(_ paths: [String], _ holdings: [String: Holdings]) -> [Effect] {
        isListed = true
        let known = Dictionary(files.map { ($0.path, $0) }) { first, _ in first }
        let shared = Self.sharedFolder(of: paths)
        files = paths.map { path in
            let parts = path.split(separator: "/").map { printable(String($0)) }
            var file = File(
                path: path, name: parts.last ?? path, folder: parts.dropLast().dropFirst(shared).joined(separator: "/"))
            (file.overview, file.stage) = (known[path]?.overview, known[path]?.stage)
            file.holdings = holdings[path]
            return file
        }
        marked.formIntersection(paths)
        arrange()
        return look()
    }

    /// How many folders all paths have in common, but for one where that is all there are.
    private static func sharedFolder(of paths: [String]) -> Int {
        let folders = paths.map { $0.split(separator: "/").dropLast() }
        guard let first = folders.first else { return 0 }
        let shared = folders.dropFirst().reduce(Array(first)) { shared, folder in
            zip(shared, folder).prefix { $0.0 == $0.1 }.map(\.0)
        }
        return shared.count
    }

    /// Asks for what is not known yet, a few files at a time.
    private mutating func look() -> [Effect] {
        var asked: [Effect] = []
        for file in files where looking.count < Self.mostLooks && !file.isKnown && file.stage == nil {
            if looking.insert(file.path).inserted { asked.append(.look(path: file.path)) }
        }
        return asked
    }

    /// Has everything looked at again.
    mutating func lookAgain() -> [Effect] {
        for index in files.indices { (files[index].overview, files[index].problem) = (nil, nil) }
        return [.listSet(places)]
    }

    /// Files that have not been looked at yet.
    var unknown: Int { files.count { !$0.isKnown } }

    /// Takes what is known of a file.
    mutating func take(_ overview: SeriesOverview, of path: String) {
        guard let index = index(of: path) else { return }
        (files[index].overview, files[index].problem) = (overview, nil)
    }

    /// Notes why a file cannot be looked at or opened.
    mutating func take(problem: String, of path: String) {
        guard let index = index(of: path) else { return }
        files[index].problem = problem
    }

    func index(of path: String) -> Int? { files.firstIndex { $0.path == path } }

    // MARK: The list

    /// Lists the files that the filter lets through, in the order in force; the highlighted one stays highlighted.
    mutating func arrange() {
        let highlighted = selected?.path
        let typed = filter.text.lowercased()
        let found = files.indices.filter { typed.isEmpty || files[$0].path.lowercased().contains(typed) }
        func value(_ index: Int) -> Float {
            let overview = files[index].overview
            let number: Float? =
                switch order {
                case .path: 0
                case .open: overview.map { Float($0.open) }
                case .events: overview.map { Float($0.flagged) }
                case .peak: overview.flatMap(\.peak)
                case .new: overview.map { Float($0.new) }
                case .rows: (overview?.rowCount ?? files[index].holdings?.rowCount).map(Float.init)
                }
            return number ?? -1
        }
        let values = Dictionary(found.map { ($0, value($0)) }) { first, _ in first }
        shown = found.sorted { one, other in
            let (left, right) = (values[one] ?? -1, values[other] ?? -1)
            return left == right ? one < other : left > right
        }
        selection = shown.firstIndex { files[$0].path == highlighted } ?? min(selection, max(0, shown.count - 1))
    }

    /// The highlighted file.
    var selected: File? { shown.indices.contains(selection) ? files[shown[selection]] : nil }

    mutating func select(_ index: Int) { selection = max(0, min(index, shown.count - 1)) }

    /// Highlights a file, where it is listed.
    mutating func select(path: String) {
        if let place = shown.firstIndex(where: { files[$0].path == path }) { selection = place }
    }

    mutating func sort(by order: Order) {
        self.order = order
        arrange()
    }

    /// Changes the letters that paths must contain.
    mutating func changeFilter(_ change: (inout TextField) -> Void) {
        change(&filter)
        arrange()
    }

    // MARK: Marks

    /// Marks the highlighted file or takes its mark away, and goes to the next.
    mutating func toggleMark() {
        guard let path = selected?.path else { return }
        if marked.remove(path) == nil { marked.insert(path) }
        select(selection + 1)
    }

    /// Marks all that are shown; takes their marks away where all have one.
    mutating func toggleAllMarks() {
        let paths = shown.map { files[$0].path }
        if marked.isSuperset(of: paths) { marked.subtract(paths) } else { marked.formUnion(paths) }
    }

    /// The files that a command works on: the marked ones in the order of the list, or all that are shown.
    var chosen: [File] {
        let all = shown.map { files[$0] }
        let those = all.filter { marked.contains($0.path) }
        return those.isEmpty ? all : those
    }

    // MARK: Open events

    /// Flagged events without a verdict, in all files that were looked at.
    public var open: Int { files.reduce(0) { $0 + ($1.overview?.open ?? 0) } }

    /// The next file with an open event behind one in the list, round and round; from the highlighted one on without one.
    func nextOpen(after path: String?) -> File? {
        let place = path.flatMap { path in shown.firstIndex { files[$0].path == path } }
        let start = place.map { $0 + 1 } ?? selection
        return shown.indices.lazy.map { files[shown[(start + $0) % shown.count]] }
            .first { ($0.overview?.open ?? 0) > 0 && $0.path != path }
    }

    // MARK: Answers

    /// Takes the answer to an effect; answers to others are passed over.
    mutating func receive(_ answer: Answer, _ frame: inout Frame) -> [Effect] {
        switch answer {
        case .setListed(let listing) where listing.places == places:
            if listing.isCut { frame.complain("There are more files; the set holds the first \(grouped(listing.paths.count)).") }
            return list(listing.paths, listing.holdings)
        case .looked(let path, let outcome):
            looking.remove(path)
            switch outcome {
            case .success(let overview): take(overview, of: path)
            case .failure(let error): take(problem: error.message, of: path)
            }
            if unknown == 0, order != .path { arrange() }
            return look()
        case .fileTraining(let run, let path, let share) where run === queue?.run:
            if let index = index(of: path), files[index].stage != nil { files[index].stage = .training(share) }
        case .fileTrained(let run, let path, let outcome) where run === queue?.run:
            return receive(outcome, of: path, &frame)
        default: break
        }
        return []
    }

    /// Changes what the queue does with a file.
    mutating func set(_ stage: Stage?, of path: String) {
        if let index = index(of: path) { files[index].stage = stage }
    }

    /// Has what is not known yet looked at.
    mutating func goOnLooking() -> [Effect] { look() }
}
