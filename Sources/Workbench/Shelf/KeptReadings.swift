import Foundation
import GRDB
import Persistence
import SeriesReading

extension UserLibrary {
    // MARK: How files are read

    /// How the user has the file at an absolute path read; `nil` where the program decides.
    public func reading(of path: String) throws -> SeriesReader.Options? {
        let kept = try database.read { database in
            try KeptReading.at(path, of: user).fetchOne(database)?.options
        }
        return kept.flatMap { try? JSONDecoder().decode(SeriesReader.Options.self, from: Data($0.utf8)) }
    }

    /// Keeps how the user has a file read, in place of what was kept before; options that decide nothing leave nothing.
    public func keep(_ options: SeriesReader.Options, of path: String) throws {
        if options == SeriesReader.Options() {
            _ = try database.write { try KeptReading.at(path, of: user).deleteAll($0) }
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(options), as: UTF8.self)
        try database.write {
            try KeptReading(userID: user, path: path, options: text, decidedAt: Date()).upsert($0)
        }
    }
}
