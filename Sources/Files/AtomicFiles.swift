import Foundation

/// Why a file could not be written.
public enum FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The system's number for it (`errno`).
    case system(Int32)
    /// It is one of those that are read for what would be written.
    case source

    init(_ code: Int32) { self = .system(code) }

    /// The reason as part of a sentence.
    public var description: String {
        switch self {
        case .source: "it is the file that is read"
        case .system(ENOENT), .system(ENOTDIR): "there is no such folder"
        case .system(EISDIR): "a folder has its name"
        case .system(EACCES), .system(EPERM): "permission denied"
        case .system(ENOSPC), .system(EDQUOT): "the disk is full"
        case .system(EROFS): "the disk is read-only"
        case .system(EMFILE), .system(ENFILE): "too many files are open"
        case .system(let code): String(cString: strerror(code))
        }
    }

    /// What to do about it, as part of a sentence.
    public var remedy: String {
        switch self {
        case .source: "choose another name"
        case .system(ENOSPC), .system(EDQUOT): "free space"
        case .system(EISDIR): "rename or remove that folder"
        case .system(EMFILE), .system(ENFILE): "raise the limit (ulimit -n), or end other programs"
        case .system: "choose another folder"
        }
    }
}

/// Puts a private file (mode 0600) in the place of what `url` names: whoever opens it finds what it held before or all of `data`,
/// which is on the disk by then. A link is replaced, not followed.
/// - Throws: `FileError`; then nothing has changed.
public func replacePrivateFile(at url: URL, with data: Data) throws(FileError) {
    try Draft(of: url, data, mode: 0o600).replace()
}

/// Makes a private file (mode 0600) as `replacePrivateFile` does, unless `url` names something already.
/// - Returns: whether it made one.
/// - Throws: `FileError`; then nothing has changed.
public func makePrivateFile(at url: URL, with data: Data) throws(FileError) -> Bool {
    try Draft(of: url, data, mode: 0o600).make()
}

// MARK: Drafts

/// How the names of drafts of a file or folder begin: hidden, and no longer than a file system allows with what follows.
private func beginningOfDrafts(of name: String) -> String { ".\(name.utf8.count <= 200 ? name : String(name.prefix(50)))." }

/// A place for a draft of a file or folder: what lies beside it before it has its name. A process that is killed in between leaves it
/// behind; the name is drawn at random, so that no draft is taken for another's.
public func newDraft(of url: URL) -> URL {
    url.deletingLastPathComponent()
        .appendingPathComponent(beginningOfDrafts(of: url.lastPathComponent) + UUID().uuidString)
}

/// Whether a file's name is that of a draft: of whatever, or of the file or folder `original`.
public func isDraft(_ name: String, of original: String? = nil) -> Bool {
    let beginning = original.map(beginningOfDrafts) ?? "."
    guard name.hasPrefix(beginning), UUID(uuidString: String(name.suffix(36))) != nil else { return false }
    let between = name.dropFirst(beginning.count).dropLast(36)
    return original == nil ? between.count > 1 && between.last == "." : between.isEmpty
}

/// What is written before it has its name. It has none at all where the file system knows such files (`O_TMPFILE`: ext4, XFS, Btrfs,
/// tmpfs), so that nothing of it stays where the process ends meanwhile, by whatever signal; elsewhere, and for the moment in which
/// it takes the place of another file, it has a hidden one.
final class Draft {
    private let url: URL
    private let descriptor: Int32
    /// Where it lies, if it has a name.
    private var path: String?

    /// `O_TMPFILE` of Linux, which is no plain constant in its headers.
    private static let withoutName = 0o20000000 | O_DIRECTORY

    /// Puts `data` on the disk, to be given the name `url`.
    /// - Parameter mode: its permissions, of which the user's mask takes some away.
    init(of url: URL, _ data: Data, mode: mode_t) throws(FileError) {
        self.url = url
        let canNameLater = access("/proc/self/fd", X_OK) == 0
        var made = canNameLater ? open(url.deletingLastPathComponent().path, O_WRONLY | O_CLOEXEC | Self.withoutName, mode) : -1
        if made < 0, !canNameLater || [EOPNOTSUPP, EISDIR, EINVAL].contains(errno) {
            let place = newDraft(of: url).path
            made = open(place, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
            path = place
        }
        descriptor = made
        guard made >= 0 else {
            path = nil
            throw FileError(errno)
        }
        try write(data, to: made)
        guard fsync(made) == 0 else { throw FileError(errno) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if let path { unlink(path) }
    }

    /// Gives it the owner, where that is allowed, and the permissions of another file.
    func take(_ status: stat) throws(FileError) {
        // The owner first: the system takes special bits away with it.
        _ = fchown(descriptor, status.st_uid, status.st_gid)
        guard fchmod(descriptor, status.st_mode & 0o7777) == 0 else { throw FileError(errno) }
    }

    /// Gives it its name, unless something has that already.
    /// - Returns: whether it has it now.
    func make() throws(FileError) -> Bool {
        guard named(url.path) else {
            guard errno == EEXIST else { throw FileError(errno) }
            return false
        }
        return true
    }

    /// Gives it its name, in the place of what has it.
    func replace() throws(FileError) {
        if path == nil {
            if try make() { return }
            let place = newDraft(of: url).path
            guard named(place) else { throw FileError(errno) }
            path = place
        }
        guard let path, rename(path, url.path) == 0 else { throw FileError(errno) }
        self.path = nil
    }

    private func named(_ name: String) -> Bool {
        if let path { return link(path, name) == 0 }
        return linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0
    }
}

func write(_ data: Data, to descriptor: Int32) throws(FileError) {
    var rest = data[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw FileError(count < 0 ? errno : EIO) }
        rest = rest.dropFirst(count)
    }
}
