import Files
import Foundation

/// Drafts of files and folders that a process which was killed left behind.
///
/// A draft that changed last more than a day ago is taken for such a one and removed, without a lock. Where its writer is alive
/// after all (it was stopped, or the clock jumped), `rename` finds no draft and fails, which the caller is told as it is told
/// of a full disk: nothing is acknowledged that is not stored. Only plain files and folders of the same owner are removed, never
/// what a link points to.
enum Drafts {
    /// The seconds after which nobody works on a draft any more; writing one takes less than a minute.
    private static let age: TimeInterval = 86_400

    /// Removes abandoned drafts of private files and of saved models from a data folder.
    static func removeAbandoned(inData data: URL, now: Date = Date()) {
        let models = data.appendingPathComponent("models")
        for folder in [data, models] + names(in: models).map({ models.appendingPathComponent($0) }) {
            for name in names(in: folder) where isDraft(name) {
                let url = folder.appendingPathComponent(name)
                if isAbandoned(url, S_IFREG, now) { unlink(url.path) }
            }
        }
    }

    /// Removes abandoned drafts of a folder, which lie beside it.
    static func removeAbandoned(of url: URL, now: Date = Date()) {
        let parent = url.deletingLastPathComponent()
        for name in names(in: parent) where isDraft(name, of: url.lastPathComponent) {
            let draft = parent.appendingPathComponent(name)
            if isAbandoned(draft, S_IFDIR, now) { try? FileManager.default.removeItem(at: draft) }
        }
    }

    private static func names(in folder: URL) -> [String] {
        var status = stat()
        guard lstat(folder.path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return [] }
        return (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    }

    private static func isAbandoned(_ url: URL, _ kind: mode_t, _ now: Date) -> Bool {
        var status = stat()
        guard lstat(url.path, &status) == 0, status.st_mode & S_IFMT == kind, status.st_uid == geteuid() else { return false }
        return now.timeIntervalSince1970 - Double(status.st_mtim.tv_sec) > age
    }
}
