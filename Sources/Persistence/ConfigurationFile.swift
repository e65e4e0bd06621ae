import Foundation
import TOMLKit

/// What the user set in `config.toml`; every key may be missing.
public struct ConfigurationFile: Sendable, Equatable, Codable {
    /// Name of the theme to start with.
    public var theme: String?
    /// Draw with ASCII characters alone.
    public var ascii: Bool?
    /// Minutes without a key after which the password is wanted again; 0 never locks, 15 where it is missing.
    public var lockMinutes: Double?

    private enum CodingKeys: String, CodingKey {
        case theme, ascii
        case lockMinutes = "lock_minutes"
    }

    /// Nothing set.
    public init() {}

    /// Reads the file; a missing file sets nothing.
    /// - Throws: `StorageError.configuration` naming the file, and the line where its form is wrong.
    public init(readingFrom url: URL) throws(StorageError) {
        guard FileManager.default.fileExists(atPath: url.path) else {
            self.init()
            return
        }
        guard let text = try? String(contentsOf: url, encoding: .utf8) else {
            throw .configuration(path: url.path, reason: "it cannot be read as UTF-8 text")
        }
        do {
            self = try TOMLDecoder().decode(ConfigurationFile.self, from: text)
        } catch let error as TOMLParseError {
            throw .configuration(path: url.path, reason: "line \(error.source.begin.line): \(error.description)")
        } catch {
            throw .configuration(path: url.path, reason: "a key has a value of the wrong type")
        }
    }
}
