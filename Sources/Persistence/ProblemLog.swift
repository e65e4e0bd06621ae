import Foundation
import GRDB

/// What went wrong and was not foreseen, a line each, in a private file of bounded size. No line holds a password, token,
/// key or email address.
public struct ProblemLog: Sendable {
    /// The file that is written now; what was in it before lies beside it under the same name with `.1`.
    public let url: URL
    /// The most bytes of either file.
    private let limit: Int

    /// The log of a data folder.
    public init(in locations: Locations, limit: Int = 512 << 10) {
        url = locations.log
        self.limit = limit
    }

    /// One sentence for the user on any error. One that was not foreseen is written to the log, whose path is then named.
    public func sentence(for error: any Error) -> String {
        guard Self.isUnforeseen(error) else { return "\(error)" }
        let whole = Self.withoutSecrets("\(type(of: error)): \(error)")
        let short = whole.prefix(200)
        guard note(whole) else { return "Something unexpected went wrong (\(short)), and \(url.path) cannot be written." }
        return "Something unexpected went wrong (\(short)); \(url.path) tells more."
    }

    /// Whether an error comes from a library, whose words are not meant for users: all others are enums of our own.
    static func isUnforeseen(_ error: any Error) -> Bool {
        error is DatabaseError || error is CocoaError || error is POSIXError || error is URLError || error is DecodingError
            || error is EncodingError || type(of: error) is AnyClass || !(type(of: error) is any CustomStringConvertible.Type)
    }

    /// Adds a line with the time and the process; secrets are taken out.
    /// - Returns: whether it was written.
    @discardableResult
    public func note(_ text: String) -> Bool {
        do { try makePrivateFolder(url.deletingLastPathComponent()) } catch { return false }
        let stamp = Date().formatted(.iso8601)
        let line = Data("\(stamp) [\(getpid())] \(Self.withoutSecrets(text).prefix(4000))\n".utf8)
        // Another process may have moved the file away between opening and locking it.
        for _ in 0..<10 {
            let descriptor = open(url.path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o600)
            guard descriptor >= 0 else { return false }
            defer { close(descriptor) }
            var (own, named) = (stat(), stat())
            guard flock(descriptor, LOCK_EX) == 0, fstat(descriptor, &own) == 0 else { return false }
            do { try refuseUnsafe(own, url.path) } catch { return false }
            guard lstat(url.path, &named) == 0, named.st_ino == own.st_ino else { continue }
            if Int(own.st_size) + line.count > limit, own.st_size > 0 {
                guard rename(url.path, url.path + ".1") == 0 else { return false }
                continue
            }
            return line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } == line.count
        }
        return false
    }

    /// The text on one line, with what may be secret or personal replaced: email addresses, tokens, hashes of passwords, keys,
    /// and what follows a word for one of them.
    static func withoutSecrets(_ text: String) -> String {
        let line = String(text.map { $0.isNewline || $0.unicodeScalars.allSatisfy { $0.value < 32 } ? " " : $0 })
        return
            line
            .replacing(#/[^\s"'<>(),;:=@]+@[^\s"'<>(),;:=@]+/#, with: "(email)")
            .replacing(#/\$[0-9a-z]{1,4}\$[0-9]{1,3}\$[./A-Za-z0-9$]+/#, with: "(hash)")
            .replacing(#/eyJ[A-Za-z0-9_\-]+(\.[A-Za-z0-9_\-]+)*/#, with: "(token)")
            .replacing(#/[A-Za-z0-9_\-+=]{32,}/#, with: "(key)")
            .replacing(#/(?i)(pass(?:word|phrase)|token|secret|authorization|bearer)["']?\s*[:= ]\s*(?!\()["']?[^\s"',;]+["']?/#)
        {
            "\($0.output.1) (hidden)"
        }
    }
}
