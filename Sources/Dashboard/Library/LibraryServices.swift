import AnomalyDetection
import Foundation
import Persistence
import SeriesReading
import Synchronization
import TimeSeries
import Work
import Workbench

/// The path with the home folder in place of a tilde: `HOME` where it is set, as in a shell, else what the system says.
func expanded(_ path: String, environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
    guard path == "~" || path.hasPrefix("~/"), let home = environment["HOME"], !home.isEmpty else {
        return (path as NSString).expandingTildeInPath
    }
    return home + path.dropFirst()
}

/// Paths that begin with `path`; folders end in a slash.
func completions(of path: String) -> [String] {
    let folder = path.isEmpty || path.hasSuffix("/") ? path : (path as NSString).deletingLastPathComponent
    let prefix = path.hasSuffix("/") ? "" : (path as NSString).lastPathComponent
    let base = folder.isEmpty ? "." : expanded(folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []
    return names.filter { $0.hasPrefix(prefix) && (!$0.hasPrefix(".") || prefix.hasPrefix(".")) }.sorted().map { name in
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: base + "/" + name, isDirectory: &isFolder)
        let start = folder.isEmpty ? "" : folder.hasSuffix("/") ? folder : folder + "/"
        return start + name + (isFolder.boolValue ? "/" : "")
    }
}

extension UserLibrary {
    /// What the library lists: the sample series, the series in the folder one is in, and files opened before that still exist.
    /// - Parameter readers: programs that read what is no text, whose files are listed too.
    func entries(samples: URL, folder: URL?, readers: ReaderPrograms? = nil) throws -> [LibraryState.Entry] {
        let recent = try recentFiles()
        let holdings = Dictionary(recent.map { ($0.path, $0) }) { first, _ in first }
        func entry(_ path: String, _ section: String) -> LibraryState.Entry {
            LibraryState.Entry(
                path: path, name: printable(URL(fileURLWithPath: path).lastPathComponent), section: section,
                holdings: holdings[path])
        }
        let samples = Self.series(in: samples, nil)
        var listed = Set(samples)
        let here = (folder.map { Self.series(in: $0, readers) } ?? []).filter { listed.insert($0).inserted }
        let others = recent.map(\.path).filter { !listed.contains($0) && FileManager.default.fileExists(atPath: $0) }
        let name = folder.map { printable($0.lastPathComponent) } ?? ""
        return samples.map { entry($0, "Sample data") } + here.map { entry($0, "In \(name)") }
            + others.map { entry($0, "Recent files") }
    }

    /// Files of a folder that are listed.
    private static let mostFiles = 1000

    /// The paths of the files in a folder that are offered as series, numbers in their names in order.
    private static func series(in folder: URL, _ readers: ReaderPrograms?) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let readable = names.filter { name in
            (SeriesReader.isReadable(name: name) || readers?.takes(name: name) == true) && !name.hasPrefix(".")
        }
        .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
        return readable.prefix(mostFiles).map { folder.appendingPathComponent($0).path }
    }

    /// Notes that a series was opened, and gathers what the user left about it.
    /// - Parameter settings: those of a series that is opened for the first time.
    func open(_ series: Series, at path: String, settings: AnalysisSettings, models: Models) throws -> OpenedSeries {
        let absolute = URL(fileURLWithPath: path).path
        let shelf = try self.open(series, at: absolute)
        var opened = OpenedSeries(
            path: absolute, series: series, settings: try shelf.settings() ?? settings,
            savedModels: try shelf.savedModels(), judgements: try shelf.judgements(), notes: try shelf.notes(),
            models: models, defaults: settings)
        opened.labels = try shelf.labels()
        opened.before = shelf.before
        opened.rules = try shelf.rules()
        return opened
    }
}

/// Reads previews one after the other and passes over those that somebody has scrolled past.
final class PreviewReader: Sendable {
    private let reader = Workers(count: 1)
    private let wanted = Mutex("")

    /// Has `path` read unless another is wanted before its turn comes.
    func read(_ path: String, _ body: @escaping @Sendable () -> Void) {
        wanted.withLock { $0 = path }
        reader.submit { [self] in
            if wanted.withLock({ $0 == path }) { body() }
        }
    }
}
