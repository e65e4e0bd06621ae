import CExchange
import Files
import Foundation
import GRDB

/// A copy of a data folder, in a folder of its own: the database, the saved models, the keys of the audit log and of second factors,
/// and where they lie in the data folder the configuration and themes. Keys that sign tokens are left out, so that no session comes back to
/// life with it.
public struct Backup: Sendable {
    /// The folder.
    public let url: URL

    /// The backup at `url`, whether it is there or not.
    public init(at url: URL) { self.url = url }

    /// Of the private files the keys that the database needs are copied: it is written anew itself, logs are about one machine,
    /// sessions end.
    private static func isCopied(_ name: String) -> Bool {
        let file = DataFile.allCases.first { $0.names.contains(name) }
        return !name.hasPrefix(".") && (file == nil || file == .auditKey || file == .secondFactorKey)
    }

    /// Copies a data folder, also while others write to it: the database as it is at one moment, models and settings as they are when
    /// it is done. The backup is there as a whole or not at all.
    /// - Throws: `StorageError` where the folder is there already, nothing can be written there, or the database cannot be
    ///   used.
    public func make(from locations: Locations) throws {
        guard !Self.isThere(url) else { throw StorageError.isThere(path: url.path) }
        Drafts.removeAbandoned(of: url)
        let draft = newDraft(of: url)
        try makePrivateFolder(draft)
        do {
            // The database first: a model that it knows has its file by then.
            let copy = draft.appendingPathComponent(DataFile.database.rawValue)
            try OddlineDatabase(readingFrom: locations.database).copy(to: copy)
            try Self.copyFiles(from: locations.data, to: draft)
            try Self.check(draft)
            try Self.sync(draft)
            guard rename(draft.path, url.path) == 0 else { throw StorageError.cannotWrite(path: url.path, .system(errno)) }
            do { try Self.sync(url.deletingLastPathComponent()) } catch {
                try? FileManager.default.removeItem(at: url)
                throw error
            }
        } catch {
            try? FileManager.default.removeItem(at: draft)
            throw error
        }
    }

    /// Puts the backup in the place of a data folder. What was there is kept beside it.
    /// - Returns: where it is kept; `nil` where there was nothing.
    /// - Parameter withCommands: whether a configuration may come back that has the program run commands.
    /// - Throws: `StorageError` where the backup is damaged, of a newer version, or holds what this program has not put there, where it
    ///   would run commands that were not asked for, and where somebody works with the data; then nothing has changed.
    public func restore(to locations: Locations, withCommands: Bool = false, now: Date = Date()) throws -> URL? {
        try Self.check(url)
        try Self.checkOrigin(of: url)
        if !withCommands { try Self.refuseCommands(in: url) }
        let data = locations.data
        try refuseLinks(in: data.path)
        Drafts.removeAbandoned(of: data)
        let draft = newDraft(of: data)
        try makePrivateFolder(draft)
        do {
            let database = draft.appendingPathComponent(DataFile.database.rawValue)
            try OddlineDatabase(readingFrom: url.appendingPathComponent(DataFile.database.rawValue)).copy(to: database)
            try Self.copyFiles(from: url, to: draft)
            try Self.sync(draft)
            return try Self.exchange(data, for: draft, keptAs: Self.keptName(data, now))
        } catch {
            try? FileManager.default.removeItem(at: draft)
            throw error
        }
    }

    private static func keptName(_ data: URL, _ now: Date) -> URL {
        let stamp = now.formatted(.iso8601).replacing(":", with: "")
        let names = ["", "-2", "-3", "-4", "-5"].map { "\(data.lastPathComponent).before-restore-\(stamp)\($0)" }
        let places = names.map { data.deletingLastPathComponent().appendingPathComponent($0) }
        return places.first { !isThere($0) } ?? places[0]
    }

    /// Puts the draft in the place of the data folder, while nobody can begin to work with either.
    private static func exchange(_ data: URL, for draft: URL, keptAs kept: URL) throws -> URL? {
        let parent = data.deletingLastPathComponent()
        guard isThere(data) else {
            guard rename(draft.path, data.path) == 0 else { throw StorageError.cannotWrite(path: data.path, .system(errno)) }
            do { try sync(parent) } catch {
                rename(data.path, draft.path)
                throw error
            }
            return nil
        }
        let locks = try [data, draft].flatMap { try locked($0.appendingPathComponent(DataFile.database.rawValue)) }
        defer { for descriptor in locks { close(descriptor) } }
        // The draft first takes the name of what is kept, so that there is a data folder at every moment and one step changes
        // which; what is kept never has the name of a draft.
        guard rename(draft.path, kept.path) == 0 else { throw StorageError.cannotWrite(path: data.path, .system(errno)) }
        do { try changePlaces(data, kept) } catch {
            try? FileManager.default.removeItem(at: kept)
            throw error
        }
        do { try sync(parent) } catch {
            guard (try? changePlaces(data, kept)) != nil else {
                throw StorageError.folder(path: data.path, reason: "the disk fails; what was there before is in \(kept.path)")
            }
            try? FileManager.default.removeItem(at: kept)
            throw error
        }
        return kept
    }

    /// Lets two folders change places: at once, or where the file system cannot, one after the other.
    private static func changePlaces(_ data: URL, _ other: URL) throws(StorageError) {
        if ok_exchange(data.path, other.path) == 0 { return }
        guard errno == EINVAL || errno == ENOSYS else { throw .cannotWrite(path: data.path, .system(errno)) }
        let between = other.appendingPathExtension("moving")
        guard rename(data.path, between.path) == 0 else { throw .cannotWrite(path: data.path, .system(errno)) }
        guard rename(other.path, data.path) == 0 else {
            guard rename(between.path, data.path) == 0 else {
                throw .folder(path: data.path, reason: "it is in \(between.path) now and cannot be moved back")
            }
            throw .cannotWrite(path: data.path)
        }
        guard rename(between.path, other.path) == 0 else {
            throw .folder(path: data.path, reason: "what was there is in \(between.path) now")
        }
    }

    /// Holds the locks of SQLite that every process which has the database open shares.
    /// - Throws: `StorageError.inUse` where one has.
    private static func locked(_ database: URL) throws -> [Int32] {
        var descriptors: [Int32] = []
        for path in [database.path, database.path + "-shm"] where isThere(URL(fileURLWithPath: path)) {
            let descriptor = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { throw StorageError.cannotRead(path: path) }
            descriptors.append(descriptor)
            var lock = flock()
            (lock.l_type, lock.l_whence) = (Int16(F_WRLCK), Int16(SEEK_SET))
            guard fcntl(descriptor, F_SETLK, &lock) == 0 else {
                for descriptor in descriptors { close(descriptor) }
                throw StorageError.inUse(path: database.path)
            }
        }
        return descriptors
    }

    /// - Throws: `StorageError` where the database of a backup is missing or damaged.
    private static func check(_ folder: URL) throws {
        let url = folder.appendingPathComponent(DataFile.database.rawValue)
        guard isThere(url) else { throw StorageError.database(path: url.path, reason: "there is none") }
        let problems = try OddlineDatabase(readingFrom: url).check()
        if let problem = problems.first { throw StorageError.database(path: url.path, reason: "it is damaged: \(problem)") }
    }

    /// That a backup, which may be anybody's, holds what this version of the program writes and no more that acts by itself.
    private static func checkOrigin(of folder: URL) throws {
        let url = folder.appendingPathComponent(DataFile.database.rawValue)
        let database = try OddlineDatabase(readingFrom: url)
        if let part = try database.foreignParts().first { throw StorageError.database(path: url.path, reason: part) }
        try checkKey(.auditKey, of: folder, "nobody can check the audit log") { try database.hasAudit() }
        try checkKey(.secondFactorKey, of: folder, "no code of a second factor is right") { try database.hasSecondFactors() }
    }

    /// - Parameter loss: what nobody can do without the key.
    private static func checkKey(
        _ key: DataFile, of folder: URL, _ loss: String, _ isNeeded: () throws -> Bool
    ) throws {
        let file = folder.appendingPathComponent(key.rawValue)
        guard let key = try PrivateFile(file).read() else {
            guard try isNeeded() else { return }
            throw StorageError.configuration(path: file.path, reason: "it is missing, and without it \(loss)")
        }
        guard key.count == OddlineDatabase.secretLength else {
            throw StorageError.configuration(path: file.path, reason: "it does not hold \(OddlineDatabase.secretLength) bytes")
        }
    }

    private static func refuseCommands(in folder: URL) throws {
        let file = folder.appendingPathComponent("config.toml")
        // What cannot be read sets nothing, here as after the restoring.
        guard let configuration = try? ConfigurationFile(readingFrom: file) else { return }
        let found: [(String, Bool)] = [("on_event", configuration.onEvent != nil), ("readers", !configuration.readers.isEmpty)]
        let names = found.filter(\.1).map(\.0)
        guard names.isEmpty else { throw StorageError.commands(path: file.path, names: names) }
    }

    private static func copyFiles(from folder: URL, to target: URL) throws {
        let files = FileManager.default
        for name in try files.contentsOfDirectory(atPath: folder.path) where isCopied(name) {
            try copy(folder.appendingPathComponent(name), to: target.appendingPathComponent(name))
        }
    }

    /// Copies a file or a folder with all that is in it, private to its owner; links, pipes and files of drafts are left out.
    private static func copy(_ source: URL, to target: URL) throws {
        var status = stat()
        guard lstat(source.path, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR {
            try makePrivateFolder(target)
            let names = try FileManager.default.contentsOfDirectory(atPath: source.path)
            for name in names where !name.hasPrefix(".") {
                try copy(source.appendingPathComponent(name), to: target.appendingPathComponent(name))
            }
        } else if status.st_mode & S_IFMT == S_IFREG {
            guard let content = try? Data(contentsOf: source) else { throw StorageError.cannotRead(path: source.path) }
            try PrivateFile(target).write(content)
        }
    }

    private static func sync(_ folder: URL) throws(StorageError) {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotWrite(path: folder.path, .system(errno)) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .cannotWrite(path: folder.path, .system(errno)) }
    }

    private static func isThere(_ url: URL) -> Bool {
        var status = stat()
        return lstat(url.path, &status) == 0
    }
}

extension OddlineDatabase {
    /// Writes all of the database as it is at one moment into a new file (mode 0600).
    /// - Throws: `StorageError` where it cannot be written.
    func copy(to target: URL) throws {
        do {
            try connection.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [target.path]) }
        } catch let error as DatabaseError where Self.speaksOfTarget(error) {
            throw StorageError.notStored(path: target.path, reason: error.message ?? "the disk is full")
        } catch { throw told(error) }
        guard chmod(target.path, 0o600) == 0 else { throw StorageError.cannotWrite(path: target.path, .system(errno)) }
        let descriptor = open(target.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError.cannotRead(path: target.path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StorageError.cannotWrite(path: target.path, .system(errno)) }
    }

    /// Whether what went wrong with a copy has to do with what is written and not with what is read.
    private static func speaksOfTarget(_ error: DatabaseError) -> Bool {
        [.SQLITE_FULL, .SQLITE_CANTOPEN].contains(error.resultCode)
            || [.SQLITE_IOERR_WRITE, .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_TRUNCATE, .SQLITE_IOERR_DIR_FSYNC]
                .contains(error.extendedResultCode)
    }

    /// What the schema has that the program has not made and that acts by itself: triggers, views, and tables and indexes of the
    /// program that are defined otherwise. Empty where there is none.
    /// - Throws: `StorageError.newerSchema`; `DatabaseError` where it cannot be looked at.
    public func foreignParts() throws -> [String] {
        let (applied, parts) = try connection.read { database in
            (try Self.migrator.appliedIdentifiers(database), try Self.parts(database))
        }
        let known = Self.migrator.migrations
        guard applied.isSubset(of: known) else { throw StorageError.newerSchema(path: url?.path ?? "the database in memory") }
        guard let last = known.last(where: applied.contains) else { return ["it is none of this program"] }
        let own = try DatabaseQueue()
        try Self.migrator.migrate(own, upTo: last)
        let made = try own.read(Self.parts)
        return parts.filter { part, definition in
            made[part] != definition && (made[part] != nil || part.actsByItself)
        }.keys.map { "its \($0.kind) \"\($0.name)\" is not as this program makes it" }.sorted()
            + made.keys.filter { parts[$0] == nil }.map { "the \($0.kind) \"\($0.name)\" is missing in it" }.sorted()
    }

    /// Something that a schema defines; a trigger may have the name of a table.
    private struct SchemaPart: Hashable {
        let kind: String, name: String
        var actsByItself: Bool { kind == "trigger" || kind == "view" }
    }

    /// What a schema defines, and how, whatever the spelling; without tables and indexes that SQLite and GRDB make for themselves.
    private static func parts(_ database: Database) throws -> [SchemaPart: String] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT type, name, ifnull(sql, '') AS sql FROM sqlite_master
                WHERE type NOT IN ('table', 'index') OR name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name != 'grdb_migrations'
                """)
        let definitions = rows.map { row in
            let sql: String = row["sql"]
            return (SchemaPart(kind: row["type"], name: row["name"]), sql.lowercased().filter { !$0.isWhitespace && $0 != "\"" })
        }
        return Dictionary(definitions) { $0 + $1 }
    }

    /// Whether the audit log has entries.
    func hasAudit() throws -> Bool {
        try connection.read { try Int.fetchOne($0, sql: "SELECT 1 FROM audit_log WHERE hash IS NOT NULL LIMIT 1") } != nil
    }

    /// Whether an account has a second factor; none has in a database from before there were any.
    func hasSecondFactors() throws -> Bool {
        try connection.read { database in
            guard try database.tableExists("second_factors") else { return false }
            return try Int.fetchOne(database, sql: "SELECT 1 FROM second_factors WHERE is_on LIMIT 1") != nil
        }
    }

    /// The version of SQLite.
    public static var engine: String {
        let version = try? DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") }
        return version.flatMap { $0 } ?? "unknown"
    }
}
