import Foundation

/// Why a file could not be written.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The system's number for it (`errno`).
    public let code: Int32

    init(_ code: Int32) { self.code = code }

    /// The reason as part of a sentence.
    public var description: String {
        switch code {
        case ENOENT, ENOTDIR: "there is no such folder"
        case EISDIR: "a folder has its name"
        case EACCES, EPERM: "permission denied"
        case ENOSPC, EDQUOT: "the disk is full"
        case EROFS: "the disk is read-only"
        default: String(cString: strerror(code))
        }
    }

    /// What to do about it, as part of a sentence.
    public var remedy: String {
        switch code {
        case ENOSPC, EDQUOT: "free space"
        case EISDIR: "rename or remove that folder"
        default: "choose another folder"
        }
    }
}

/// Puts a private file (mode 0600) in the place of what `url` names: whoever opens it finds what it held before or all of `data`,
/// which is on the disk by then. A link is replaced, not followed.
/// - Throws: `FileError`; then nothing has changed.
public func replacePrivateFile(at url: URL, with data: Data) throws(FileError) {
    let draft = try writeDraft(of: url, data)
    try giveName(url, to: draft)
}

/// Makes a private file (mode 0600) as `replacePrivateFile` does, unless `url` names something already.
/// - Returns: whether it made one.
/// - Throws: `FileError`; then nothing has changed.
public func makePrivateFile(at url: URL, with data: Data) throws(FileError) -> Bool {
    let draft = try writeDraft(of: url, data)
    let isMade = link(draft.path, url.path) == 0
    let reason = errno
    unlink(draft.path)
    guard isMade || reason == EEXIST else { throw FileError(reason) }
    return isMade
}

/// Writes a result where a user wants it. A file gets all of it or keeps what it had; one that is replaced keeps its permissions
/// and, where that is allowed, its owner, and nobody else can read the new content before. Links are followed; what is no file,
/// such as a pipe or a device, is written into.
/// - Throws: `FileError`.
public func writeResult(_ data: Data, to url: URL) throws(FileError) {
    var status = stat()
    guard stat(url.path, &status) == 0 else {
        let draft = try writeDraft(of: url, data, mode: 0o666)
        return try giveName(url, to: draft)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
        let descriptor = open(url.path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(errno) }
        defer { close(descriptor) }
        return try write(data, to: descriptor)
    }
    let target = url.resolvingSymlinksInPath()
    let draft = try writeDraft(of: target, data)
    // The owner first: the system takes special bits away with it.
    _ = chown(draft.path, status.st_uid, status.st_gid)
    guard chmod(draft.path, status.st_mode & 0o7777) == 0 else {
        let reason = errno
        unlink(draft.path)
        throw FileError(reason)
    }
    try giveName(target, to: draft)
}

// MARK: Drafts

/// How the names of drafts of a file or folder begin: hidden, and no longer than a file system allows with what follows.
private func beginningOfDrafts(of name: String) -> String { ".\(name.utf8.count <= 200 ? name : String(name.prefix(50)))." }

/// A place for a draft of a file or folder: what is written beside it before it has its name. A process that is killed in between
/// leaves it behind; the name is drawn at random, so that no draft is taken for another's.
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

private func writeDraft(of url: URL, _ data: Data, mode: mode_t = 0o600) throws(FileError) -> URL {
    let draft = newDraft(of: url)
    let descriptor = open(draft.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw FileError(errno) }
    defer { close(descriptor) }
    do throws(FileError) {
        try write(data, to: descriptor)
        guard fsync(descriptor) == 0 else { throw FileError(errno) }
    } catch {
        unlink(draft.path)
        throw error
    }
    return draft
}

private func write(_ data: Data, to descriptor: Int32) throws(FileError) {
    var rest = data[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw FileError(count < 0 ? errno : EIO) }
        rest = rest.dropFirst(count)
    }
}

private func giveName(_ url: URL, to draft: URL) throws(FileError) {
    guard rename(draft.path, url.path) != 0 else { return }
    let reason = errno
    unlink(draft.path)
    throw FileError(reason)
}
