import Foundation

/// Makes `url` a folder that only its owner can enter (mode 0700).
///
/// No part of the path may be a symbolic link, since whoever owns the link decides what it means; links right in the
/// root folder (`/home` on some systems), which only the machine's administrator can make, are followed.
/// - Throws: `StorageError.symbolicLink` when a part is a link, `.folder` when it belongs to somebody else or cannot be made.
public func makePrivateFolder(_ url: URL) throws(StorageError) {
    try refuseLinks(in: url.path)
    do {
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
        throw .folder(path: url.path, reason: (error as NSError).localizedFailureReason ?? "permission denied or not a folder")
    }
    var status = stat()
    guard lstat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw .folder(path: url.path, reason: "it is not a folder")
    }
    guard status.st_uid == geteuid() else { throw .folder(path: url.path, reason: "it belongs to another user") }
    guard status.st_mode & 0o777 == 0o700 || chmod(url.path, 0o700) == 0 else {
        throw .folder(path: url.path, reason: "its mode cannot be made 0700")
    }
}

/// Refuses a path of which a part, also `link/.`, is a symbolic link, or lies in a folder in which everybody may rename what others
/// made, and so put another in its place.
/// - Throws: `StorageError.symbolicLink` naming the link, `.folder` naming the part.
func refuseLinks(in path: String) throws(StorageError) {
    var place = ""
    var isOpenToAll = false
    for (depth, part) in path.split(separator: "/").enumerated() where part != "." {
        place += "/" + part
        var status = stat()
        if isOpenToAll {
            throw .folder(
                path: place, reason: "everybody may rename it, since the folder that it lies in is open to all (chmod +t)")
        }
        defer { isOpenToAll = status.st_mode & S_IFMT == S_IFDIR && status.st_mode & 0o002 != 0 && status.st_mode & S_ISVTX == 0 }
        guard lstat(place, &status) == 0 else { return }
        if depth > 0, status.st_mode & S_IFMT == S_IFLNK { throw .symbolicLink(path: place) }
    }
}

/// Refuses a file for secrets that is not its owner's alone; one that is missing is fine.
/// - Throws: `StorageError.symbolicLink`, or `.unsafeFile` when it is no plain file, has a second name, belongs to somebody
///   else or is open to others.
func refuseUnsafeFile(_ path: String) throws(StorageError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFLNK { throw .symbolicLink(path: path) }
    try refuseUnsafe(status, path)
}

func refuseUnsafe(_ status: stat, _ path: String) throws(StorageError) {
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unsafeFile(path: path, reason: "it is not a plain file") }
    guard status.st_uid == geteuid() else { throw .unsafeFile(path: path, reason: "it belongs to another user") }
    guard status.st_nlink == 1 else {
        throw .unsafeFile(path: path, reason: "it has a second name, a hard link; copy it in its place")
    }
    guard status.st_mode & 0o077 == 0 else {
        throw .unsafeFile(path: path, reason: "others may read it; set its mode to 0600 or remove it")
    }
}
