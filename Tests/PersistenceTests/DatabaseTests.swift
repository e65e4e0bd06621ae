import CheckedTOML
import Foundation
import GRDB
import Testing

@testable import Persistence

private func folder() -> URL { FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString) }

private func mode(_ url: URL) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int
}

@Test func theUsersTableHasExactlyTheColumnsAskedFor() throws {
    let database = try OddlineDatabase()
    try database.read { database in
        #expect(
            try database.columns(in: "users").map(\.name)
                == ["id", "username", "email", "hashed_password", "created_at", "updated_at"])
        #expect(try database.primaryKey("users").columns == ["id"])
        let unique = try database.indexes(on: "users").filter(\.isUnique).map(\.columns)
        #expect(Set(unique) == [["username"], ["email"]])
    }
}

@Test func whatBelongsToAUserGoesWithTheUserAndNothingElseDoes() throws {
    let database = try OddlineDatabase()
    try database.write { database in
        let tables = try tables(database)
        for table in tables { _ = try fill(table, database) }
        try database.execute(sql: "DELETE FROM users")
        let left = try tables.filter { try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM \($0)") ?? 0 > 0 }
        #expect(Set(left) == ["audit_log", "audit_head", "login_attempts", "invitations"])
    }
}

@Test func usernameAndEmailAreUniqueWithoutRegardToCase() throws {
    let database = try OddlineDatabase()
    func insert(_ name: String, _ email: String) throws {
        try database.write {
            try $0.execute(
                sql: "INSERT INTO users (username, email, hashed_password, created_at, updated_at) VALUES (?, ?, 'x', 0, 0)",
                arguments: [name, email])
        }
    }
    try insert("ann", "a@x.org")
    #expect(throws: DatabaseError.self) { try insert("ANN", "b@x.org") }
    #expect(throws: DatabaseError.self) { try insert("bob", "A@X.org") }
    try insert("bob", "b@x.org")
}

@Test func theDatabaseIsPrivateAndKeepsItsContent() throws {
    let folder = folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("data/oddline.db")
    for _ in 0..<2 {
        let database = try OddlineDatabase(at: url)
        try database.write { try $0.execute(sql: "INSERT INTO audit_log (at, action, detail) VALUES (0, 'a', 'b')") }
    }
    #expect(try mode(url) == 0o600)
    #expect(try mode(url.deletingLastPathComponent()) == 0o700)
    // 2 is FULL: what is committed is on the disk.
    #expect(try OddlineDatabase(at: url).write { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
    let count = try OddlineDatabase(at: url).read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM audit_log") }
    #expect(count == 2)
}

@Test func linksAndDamageAreRefusedWithASentence() throws {
    let folder = folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let link = folder.appendingPathComponent("link")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: folder)
    #expect(throws: StorageError.symbolicLink(path: link.path)) { try makePrivateFolder(link) }
    let file = folder.appendingPathComponent("oddline.db")
    try FileManager.default.createSymbolicLink(at: file, withDestinationURL: folder.appendingPathComponent("elsewhere.db"))
    #expect(throws: StorageError.symbolicLink(path: file.path)) { try OddlineDatabase(at: file) }
    let damaged = folder.appendingPathComponent("bad.db")
    try Data(repeating: 65, count: 5000).write(to: damaged)
    chmod(damaged.path, 0o600)
    #expect(throws: StorageError.self) { try OddlineDatabase(at: damaged) }
}

@Test func placesFollowArgumentsThenVariablesThenXDG() {
    let home = Locations(environment: ["HOME": "/h"])
    #expect(home.database.path == "/h/.local/share/oddline/oddline.db")
    #expect(home.configurationFile.path == "/h/.config/oddline/config.toml")
    let xdg = Locations(environment: ["HOME": "/h", "XDG_DATA_HOME": "/d", "XDG_CONFIG_HOME": "/c"])
    #expect(xdg.data.path == "/d/oddline")
    #expect(xdg.configuration.path == "/c/oddline")
    #expect(Locations(environment: ["HOME": "/h", "ODDLINE_DATA_DIR": "/v"]).data.path == "/v")
    #expect(Locations(dataDirectory: "/a", environment: ["ODDLINE_DATA_DIR": "/v"]).data.path == "/a")
}

@Test func configurationIsReadAndItsFaultsNamed() throws {
    let url = folder().appendingPathExtension("toml")
    defer { try? FileManager.default.removeItem(at: url) }
    #expect(try ConfigurationFile(readingFrom: url) == ConfigurationFile())
    try "theme = \"paper\"\nascii = true\n".write(to: url, atomically: true, encoding: .utf8)
    #expect(try ConfigurationFile(readingFrom: url).theme == "paper")
    for text in ["theme = ", "ascii = \"yes\"", "theme = \"\u{FF}"] {
        try text.write(to: url, atomically: true, encoding: text.hasSuffix("\u{FF}") ? .isoLatin1 : .utf8)
        #expect(throws: StorageError.self, "\(text)") { try ConfigurationFile(readingFrom: url) }
    }
}

@Test func programsThatReadFilesAreConfiguredByEnding() throws {
    let url = folder().appendingPathExtension("toml")
    defer { try? FileManager.default.removeItem(at: url) }
    let text = """
        theme = "paper"
        [readers]
        ".parquet" = ["duckdb", "-csv", "-c", "SELECT * FROM '{}'"]
        '.log.zst' = ["zstdcat"]
        """
    try text.write(to: url, atomically: true, encoding: .utf8)
    let readers = try ConfigurationFile(readingFrom: url).readers
    #expect(readers == [".parquet": ["duckdb", "-csv", "-c", "SELECT * FROM '{}'"], ".log.zst": ["zstdcat"]])
}

/// Expects that a configuration of this text is refused, with a reason that begins so.
private func expectRefused(_ text: String, _ reason: String) throws {
    let url = folder().appendingPathExtension("toml")
    defer { try? FileManager.default.removeItem(at: url) }
    try text.write(to: url, atomically: true, encoding: .utf8)
    let error = try #require(throws: StorageError.self) { try ConfigurationFile(readingFrom: url) }
    guard case .configuration(url.path, let told) = error else { throw error }
    #expect(told.hasPrefix(reason), "\(told)")
}

@Test(arguments: [
    ("ascii = \"yes\"", "line 1: \"ascii\" has a value of the wrong type"),
    ("\n[keys]\nt = 5", "line 3: \"keys.t\" has a value of the wrong type"),
    ("# readers\n[readers]\n\".parquet\" = \"duckdb\"", "line 3: \"readers.'.parquet'\" takes a program and its arguments"),
    ("[ readers ]\n'.h5' = []", "line 2: \"readers.'.h5'\" takes a program"),
    ("[readers]\n'.h5' = [\"a\", 5]", "line 2: \"readers.'.h5'\" takes a program"),
    ("[readers]\n'.h5' = [\"\"]", "line 2: \"readers.'.h5'\" takes a program"),
    ("[readers]\n\".h5\" = [\"a\"]\n'*.parquet' = [\"a\"]", "line 3: \"readers.'*.parquet'\" takes how names of files end"),
    ("[readers]\n'/data/a.x' = [\"a\"]", "line 2: \"readers.'/data/a.x'\" takes how names of files end"),
    ("[reader]\n'.h5' = [\"a\"]", "line 1: there is no \"reader\"; the nearest is \"readers\""),
    ("readers = 5", "line 1: \"readers\" has a value of the wrong type"),
]) func aValueOfTheWrongTypeIsToldWithItsKeyAndLine(_ text: String, _ reason: String) throws {
    try expectRefused(text, reason)
}

/// A name that was misspelt would otherwise be passed over in silence.
@Test(arguments: [
    ("lock_minuts = 5", "line 1: there is no \"lock_minuts\"; the nearest is \"lock_minutes\""),
    ("theme = \"paper\"\r\nAscii=true\r\n", "line 2: there is no \"Ascii\"; the nearest is \"ascii\""),
    ("# setings\n\n [ setings ]\nsmoothing = 5", "line 3: there is no \"setings\"; the nearest is \"settings\""),
    ("keys.t = 'y'\nkey.t = 'y'", "line 2: there is no \"key\"; the nearest is \"keys\""),
    ("x = 1\non_evnt = 'true'", "line 1: there is no \"x\"; there are theme, "),
]) func aNameThatMeansNothingAtTheTopOfTheConfigurationIsToldWithTheNearest(_ text: String, _ reason: String) throws {
    try expectRefused(text, reason)
}

@Test(arguments: [
    ("[@settings]", 1), ("theme = \"paper\"\n[#a = 1", 2), ("\u{FEFF} [[ %a ]]", 1), ("a = [\n[1],\n]\n[ $x]", 4),
    ("a = 'b'\n[é]", 2), ("[ \n]", 1),
    ("[[\r\na]]", 1),
    ("a = \"\"\"\n[ $x ]\\\"\"\"\" # \"\n\t[=]", 3),
]) func aHeadingThatBeginsNoNameIsRefusedBeforeTheParserEndsTheProgram(_ text: String, _ line: Int) throws {
    let url = folder().appendingPathExtension("toml")
    defer { try? FileManager.default.removeItem(at: url) }
    try text.write(to: url, atomically: true, encoding: .utf8)
    let reason = "line \(line): a heading begins with what begins no name"
    #expect(throws: StorageError.configuration(path: url.path, reason: reason)) { try ConfigurationFile(readingFrom: url) }
}

@Test(arguments: [
    "", "[settings]", "[[a]]", "[ \"@\" ]", "['%']", "[-_]", "[]", "[", "a = [\n  [ 1 ], # [@\n  ['@'] ]\n[b]", "# [@settings]",
    "a = \"\"\"\n[ $x ]\n\"\"\"\n[b]", "a = '''\n[ $x ]'''", "a = \"\\\"\"\n[b]", "on_event = \"[@\"",
]) func whatIsNoHeadingMayHoldAnything(_ text: String) { #expect(lineOfBrokenTableHeader(in: text) == nil) }

@Test func aTransactionIsStoredWholeOrNotAtAll() async throws {
    struct Refusal: Error {}
    let database = try OddlineDatabase()
    let insert = "INSERT INTO audit_log (at, action, detail) VALUES (0, 'a', 'b')"
    func count() throws -> Int? { try database.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM audit_log") } }
    #expect(throws: Refusal.self) {
        try database.write {
            try $0.execute(sql: insert)
            throw Refusal()
        }
    }
    await #expect(throws: Refusal.self) {
        try await database.write {
            try $0.execute(sql: insert)
            throw Refusal()
        }
    }
    #expect(try count() == 0)
    try await database.write { try $0.execute(sql: insert) }
    #expect(try count() == 1)
    #expect(throws: DatabaseError.self, "what reads cannot write") { try database.read { try $0.execute(sql: insert) } }
    await #expect(throws: DatabaseError.self) { try await database.read { try $0.execute(sql: insert) } }
}

@Test func privateFilesSayWhyTheyCannotBeUsed() throws {
    let folder = folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("secret")
    #expect(throws: StorageError.self) { try PrivateFile(url).write(Data([1])) }
    #expect(try PrivateFile(url).read() == nil && PrivateFile(url).stamp == nil)
    try makePrivateFolder(folder)
    try PrivateFile(url).write(Data([1, 2]))
    let stamp = try #require(PrivateFile(url).stamp)
    #expect(try PrivateFile(url).read() == Data([1, 2]) && mode(url) == 0o600)
    try PrivateFile(url).write(Data([3]))
    #expect(try PrivateFile(url).read() == Data([3]) && PrivateFile(url).stamp != stamp)
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: url.path)
    #expect(throws: StorageError.self) { try PrivateFile(url).read() }
    PrivateFile(url).remove()
    #expect(try PrivateFile(url).read() == nil)
    #expect(throws: StorageError.unsafeFile(path: folder.path, reason: "it is not a plain file")) {
        try PrivateFile(folder).read()
    }
}

@Test func noSentenceNamesWhatOnlyOneFrontEndHas() {
    let errors: [StorageError] = [
        .folder(path: "/p", reason: "r"), .symbolicLink(path: "/p"), .unsafeFile(path: "/p", reason: "r"),
        .cannotRead(path: "/p"),
        .cannotWrite(path: "/p"), .database(path: "/p", reason: "r"), .configuration(path: "/p", reason: "r"),
        .newerSchema(path: "/p"), .commands(path: "/p", names: ["on_event"]), .busy(path: "/p"),
        .notStored(path: "/p", reason: "r"),
    ]
    for error in errors {
        #expect(error.description.hasPrefix("/p: ") && error.description.hasSuffix("."))
        #expect(!error.description.contains("--"))
    }
}

/// The tables of the program, the users first, to whom rows of others belong.
private func tables(_ database: Database) throws -> [String] {
    try String.fetchAll(
        database,
        sql: """
            SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name != 'grdb_migrations'
            ORDER BY name = 'users' DESC
            """)
}

/// A row of a table with something in every column.
private func fill(_ table: String, _ database: Database) throws -> Row? {
    let columns = try database.columns(in: table)
    let values = columns.map { column -> (any DatabaseValueConvertible)? in
        switch column.type {
        case "INTEGER", "BOOLEAN": 1
        case "BLOB": Data([1, 2])
        case "DATETIME": "2024-01-02 03:04:05.678"
        default: "\(table).\(column.name)"
        }
    }
    let names = columns.map(\.name).joined(separator: ", ")
    let places = columns.map { _ in "?" }.joined(separator: ", ")
    try database.execute(
        sql: "INSERT INTO \(table) (\(names)) VALUES (\(places))", arguments: StatementArguments(values))
    return try Row.fetchOne(database, sql: "SELECT * FROM \(table)")
}

@Test(arguments: OddlineDatabase.migrator.migrations) func everyEarlierSchemaIsBroughtUpToDateWithItsData(_ step: String) throws {
    let folder = folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try makePrivateFolder(folder)
    let url = folder.appendingPathComponent("oddline.db")
    let old = try DatabaseQueue(path: url.path)
    try OddlineDatabase.migrator.migrate(old, upTo: step)
    let before = try old.write { database in
        try tables(database).map { ($0, try fill($0, database)) }
    }
    try old.close()
    chmod(url.path, 0o600)
    let database = try OddlineDatabase(at: url)
    #expect(try database.check().isEmpty)
    for (table, row) in before {
        let row = try #require(row)
        let after = try database.read { try Row.fetchOne($0, sql: "SELECT * FROM \(table)") }
        let kept = try #require(after, "\(table) is empty")
        for (name, value) in row { #expect(kept[name] as DatabaseValue == value, "\(table).\(name)") }
    }
}
