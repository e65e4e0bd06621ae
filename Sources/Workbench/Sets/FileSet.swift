import Foundation

/// The files of a set: those that are named, and those that lie in folders that are named and in the folders within.
public struct FileSet: Sendable, Equatable {
    /// The paths in the order of the places, those of a folder in that of their names, numbers in them in order.
    public let paths: [String]
    /// Whether there are more files, or more to look through, than a set takes.
    public let isCut: Bool

    /// Files of a set at the most, so that a list of them is gone through within a frame of the screen: sorting 2,000 takes 2 ms.
    public static let mostFiles = 2000
    /// What is looked through in folders at the most, so that a root folder that is named by mistake is answered within seconds.
    static let mostEntries = 100_000

    /// Looks for files; links to folders are not followed, and what is hidden is passed over.
    /// - Parameters:
    ///   - places: absolute paths of files and folders; what is not there is taken for a file, so that its list says so.
    ///   - takes: whether a file of this name in a folder is a series.
    public init(at places: [String], takes: (String) -> Bool) {
        var (paths, seen, entries) = ([String](), Set<String>(), 0)
        var isCut = false
        for place in places {
            guard Self.isFolder(place) else {
                if seen.insert(place).inserted { paths.append(place) }
                continue
            }
            var found: [String] = []
            let walk = FileManager.default.enumerator(
                at: URL(fileURLWithPath: place), includingPropertiesForKeys: nil, options: [.skipsHiddenFiles])
            while let file = walk?.nextObject() as? URL {
                entries += 1
                guard entries <= Self.mostEntries, paths.count + found.count <= Self.mostFiles else {
                    isCut = true
                    break
                }
                if takes(file.lastPathComponent), !Self.isFolder(file.path) { found.append(file.path) }
            }
            paths += found.sorted { $0.compare($1, options: .numeric) == .orderedAscending }.filter { seen.insert($0).inserted }
        }
        self.isCut = isCut || paths.count > Self.mostFiles
        self.paths = Array(paths.prefix(Self.mostFiles))
    }

    /// Whether a folder has this path.
    public static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
