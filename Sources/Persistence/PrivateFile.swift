import Files
import Foundation

/// A small file for secrets: mode 0600, owned by the user, never a link.
public struct PrivateFile: Sendable {
    private let url: URL

    /// The file at `url`, whether it is there or not.
    public init(_ url: URL) { self.url = url }

    /// Which file lies here and when it last changed; `nil` where there is none.
    public struct Stamp: Sendable, Equatable {
        private let node: UInt64, mode: UInt32, owner: UInt32, seconds: Int, nanoseconds: Int

        init(_ status: stat) {
            (node, mode, owner) = (UInt64(status.st_ino), UInt32(status.st_mode), UInt32(status.st_uid))
            (seconds, nanoseconds) = (status.st_ctim.tv_sec, status.st_ctim.tv_nsec)
        }
    }

    /// The file's present stamp; another one means that it should be read again.
    public var stamp: Stamp? {
        var status = stat()
        return lstat(url.path, &status) == 0 ? Stamp(status) : nil
    }

    /// Looks whether the file is its owner's alone, and reads nothing; one that is missing is fine.
    /// - Throws: `StorageError.symbolicLink`, `.unsafeFile`.
    public func refuseShared() throws(StorageError) { try refuseUnsafeFile(url.path) }

    /// The file's bytes, or `nil` where there is none.
    /// - Throws: `StorageError.unsafeFile` when it is a link, no plain file, somebody else's, open to others, or has
    ///   a second name (hard link);
    ///   `.cannotRead`.
    public func read() throws(StorageError) -> Data? {
        let descriptor = open(url.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw errno == ELOOP ? .unsafeFile(path: url.path, reason: "it is a symbolic link") : .cannotRead(path: url.path)
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .cannotRead(path: url.path) }
        try refuseUnsafe(status, url.path)
        do { return try handle.readToEnd() ?? Data() } catch { throw .cannotRead(path: url.path) }
    }

    /// Replaces the file at once.
    /// - Throws: `StorageError.cannotWrite`.
    public func write(_ data: Data) throws(StorageError) {
        do { try replacePrivateFile(at: url, with: data) } catch { throw .cannotWrite(path: url.path, error) }
    }

    /// The file's bytes; where there is none it is made with `data`. Of several processes that do so at once, all get the
    /// same bytes.
    /// - Throws: as `read` and `write`.
    public func read(orMake data: Data) throws(StorageError) -> Data {
        if let known = try read() { return known }
        do { _ = try makePrivateFile(at: url, with: data) } catch { throw .cannotWrite(path: url.path, error) }
        guard let made = try read() else { throw .cannotWrite(path: url.path) }
        return made
    }

    /// Runs `body` while no other process, and no other thread, does so for a file of the same folder: what is read in it and then
    /// written has lost nothing that another wrote in between.
    /// - Throws: `StorageError.cannotWrite` where the folder cannot be locked, and what `body` throws.
    public func alone<Value>(_ body: () throws(StorageError) -> Value) throws(StorageError) -> Value {
        let folder = open(url.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw .cannotWrite(path: url.path) }
        // The lock goes with the descriptor.
        defer { close(folder) }
        while flock(folder, LOCK_EX) != 0 { guard errno == EINTR else { throw .cannotWrite(path: url.path) } }
        return try body()
    }

    /// Removes the file if it is there.
    public func remove() { unlink(url.path) }
}
