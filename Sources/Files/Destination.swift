import Foundation

/// Where a result is written, for all that writes results. A file gets all of it or keeps what it had; one that is replaced keeps its
/// permissions and, where that is allowed, its owner, and nobody else can read the new content before. Links are followed, also to
/// what is not there yet; what is no file, such as a pipe, a device or one of the program's own streams, is written into.
public struct Destination: Sendable {
    private let path: String

    /// What has this path, or will have it. `/dev/stdout` is standard output.
    public init(_ path: String) { self.path = path }

    /// That it could be written now and is none of the files that are read, so that nobody waits for what cannot be kept; changes
    /// nothing.
    /// - Parameter sources: paths of what is read; `-` is standard input.
    /// - Throws: `FileError`.
    public func check(reading sources: [String] = []) throws(FileError) {
        if let own = Status(of: path), sources.contains(where: { Status(of: $0)?.isSameFile(as: own) == true }) { throw .source }
        switch try target() {
        case .stream: break
        case .other(let path): guard access(path, W_OK) == 0 else { throw FileError(errno) }
        case .file(let url, let status):
            if status != nil, access(url.path, W_OK) != 0 { throw FileError(errno) }
            _ = try Draft(of: url, Data(), mode: 0o600)
        }
    }

    /// Writes all of `data`.
    /// - Throws: `FileError`.
    public func write(_ data: Data) throws(FileError) {
        switch try target() {
        case .stream(let descriptor): try Files.write(data, to: descriptor)
        case .other(let path):
            let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
            guard descriptor >= 0 else { throw FileError(errno) }
            defer { close(descriptor) }
            try Files.write(data, to: descriptor)
        case .file(let url, nil): try Draft(of: url, data, mode: 0o666).replace()
        case .file(let url, let status?):
            guard access(url.path, W_OK) == 0 else { throw FileError(errno) }
            let draft = try Draft(of: url, data, mode: 0o600)
            try draft.take(status)
            try draft.replace()
        }
    }

    // MARK: What has the path

    private enum Target {
        /// One of the descriptors of this process.
        case stream(Int32)
        /// A plain file, with what is known of it where it is there.
        case file(URL, stat?)
        /// What has a name and is no plain file.
        case other(String)
    }

    /// As many links as Linux follows in a path.
    private static let mostLinks = 40

    private func target() throws(FileError) -> Target {
        var place = path
        for _ in 0...Self.mostLinks {
            if let descriptor = Self.stream(place) { return .stream(descriptor) }
            var status = stat()
            guard lstat(place, &status) == 0 else {
                guard errno == ENOENT else { throw FileError(errno) }
                return .file(URL(fileURLWithPath: place), nil)
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG: return .file(URL(fileURLWithPath: place), status)
            case S_IFDIR: throw FileError(EISDIR)
            case S_IFLNK:
                guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: place) else {
                    throw FileError(EACCES)
                }
                place = next.hasPrefix("/") ? next : URL(fileURLWithPath: place).deletingLastPathComponent().path + "/" + next
            default: return .other(place)
            }
        }
        throw FileError(ELOOP)
    }

    /// The descriptor that a path names, which would be opened anew otherwise and lose what was written to it before.
    private static func stream(_ path: String) -> Int32? {
        if path == "/dev/stdout" { return STDOUT_FILENO }
        if path == "/dev/stderr" { return STDERR_FILENO }
        for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) { return Int32(path.dropFirst(folder.count)) }
        return nil
    }

    /// Which file a path leads to.
    private struct Status {
        private let status: stat

        init?(of path: String) {
            var status = stat()
            guard (path == "-" ? fstat(STDIN_FILENO, &status) : stat(path, &status)) == 0 else { return nil }
            self.status = status
        }

        /// Terminals and other devices may be read and written at once.
        func isSameFile(as other: Status) -> Bool {
            status.st_mode & S_IFMT == S_IFREG && status.st_dev == other.status.st_dev && status.st_ino == other.status.st_ino
        }
    }
}

/// That files could be made in a folder now, which may not be there yet; changes nothing.
/// - Throws: `FileError`.
public func checkFolder(_ url: URL) throws(FileError) {
    var (folder, status) = (url, stat())
    while stat(folder.path, &status) != 0 {
        guard errno == ENOENT, folder.path != "/" else { throw FileError(errno) }
        folder = folder.deletingLastPathComponent()
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw FileError(ENOTDIR) }
    _ = try Draft(of: folder.appendingPathComponent("draft"), Data(), mode: 0o600)
}
