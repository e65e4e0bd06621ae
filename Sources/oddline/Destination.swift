import Foundation
import Invocation
import SeriesReading
import TimeSeries

/// Where a command writes its result: a file, which gets all of it or keeps what it had, something else that has a name, such
/// as a device or a pipe, or standard output.
struct Destination {
    private let path: String

    /// Names a file or another thing that can be written to; `-` is standard output.
    init(_ path: String) { self.path = path }

    /// That it is not `input`, which it would overwrite.
    /// - Throws: `SeriesError.unwritable`.
    func refuse(_ input: String?) throws(SeriesError) {
        var (own, other) = (stat(), stat())
        if let input, input != "-", path != "-", stat(path, &own) == 0, stat(input, &other) == 0, own.st_dev == other.st_dev,
            own.st_ino == other.st_ino
        {
            throw .unwritable(file: printable(path), reason: "it is the file that is read")
        }
    }

    /// Writes `text`. A file that is replaced keeps its permissions and, where that is allowed, its owner.
    /// - Throws: `SeriesError.unwritable`.
    func write(_ text: String) throws(SeriesError) {
        guard path != "-" else { return try printResult(text) }
        let data = Data(text.utf8)
        var status = stat()
        do {
            if stat(path, &status) != 0 {
                try data.write(to: URL(fileURLWithPath: path), options: .atomic)
            } else if status.st_mode & S_IFMT == S_IFREG {
                try replace(URL(fileURLWithPath: path).resolvingSymlinksInPath(), by: data, like: status)
            } else {
                let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
                defer { try? handle.close() }
                try handle.write(contentsOf: data)
            }
        } catch {
            throw .unwritable(path, because: error)
        }
    }

    /// Nobody but the owner can read what takes the file's place before it has its permissions.
    private func replace(_ url: URL, by data: Data, like status: stat) throws {
        let draft = url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).\(UUID().uuidString)")
        defer { unlink(draft.path) }
        guard FileManager.default.createFile(atPath: draft.path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw CocoaError(.fileWriteNoPermission)
        }
        try data.write(to: draft)
        // The owner first: the system takes special bits away with it.
        _ = chown(draft.path, status.st_uid, status.st_gid)
        guard chmod(draft.path, status.st_mode & 0o7777) == 0, rename(draft.path, url.path) == 0 else {
            throw CocoaError(.fileWriteUnknown)
        }
    }
}
