import Foundation
import Testing

private let password = "a few unrelated words"

private func temporary(_ name: String) -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString)-\(name)").path
}

@Suite struct ServiceTests {
    /// 400 forged tokens and 250 raw requests of a seed that is drawn each time and told when one gets through.
    @Test(.enabled(if: has("python3"), "the generator is written in Python")) func noForgedTokenAndNoRawRequestGetsThrough()
        throws
    {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Benchmarks/attack.py").standardizedFileURL.path
        let report = try run(["python3", script, "--program", program])
        #expect(report.contains("400 tokens, 250 raw requests, 0 failures, alive True"), "\(report)")
    }

    @Test(.enabled(if: has("openssl"), "makes the certificate")) func httpsIsServedWithACertificateAndAPrivateKey() throws {
        let data = temporary("tls")
        defer { try? FileManager.default.removeItem(atPath: data) }
        let (certificate, key) = (data + "/certificate.pem", data + "/key.pem")
        try FileManager.default.createDirectory(
            atPath: data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try run([
            "sh", "-c",
            "umask 077; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
                + "-addext subjectAltName=IP:127.0.0.1 -keyout \(key) -out \(certificate) 2>/dev/null",
        ])
        let options = ["--tls-certificate", certificate, "--tls-key", key]
        let service = try Service(data + "/data", options)
        #expect(service.base.hasPrefix("https://127.0.0.1:"))
        #expect(try service.curl("/health", "--cacert", certificate) == "{\"status\":\"ok\"}")
        #expect(try service.curl("/health").isEmpty, "a stranger's certificate is not believed")
        let plain = try run(["curl", "-s", service.base.replacing("https", with: "http") + "/health"])
        #expect(!plain.contains("ok"), "no plain HTTP at the same port")
        service.process.terminate()
        service.process.waitUntilExit()
        chmod(key, 0o644)
        let refused = try oddline(["serve", "--port", "0", "--data-dir", data + "/data"] + options)
        #expect(refused.status == 1 && refused.errors.contains("key.pem") && refused.errors.contains("others may read it"))
        let swapped = ["--tls-certificate", key, "--tls-key", certificate]
        chmod(key, 0o600)
        let wrong = try oddline(["serve", "--port", "0", "--data-dir", data + "/data"] + swapped)
        #expect(wrong.status == 1 && wrong.errors.contains("PEM"), "\(wrong.errors)")
    }

    /// Asked by a client that would take anything, with a key for which there are suites of all kinds.
    @Test(.enabled(if: has("openssl"), "asks")) func oldVersionsOfTLSAndSuitesWithoutForwardSecrecyAreRefused() throws {
        let data = temporary("tls-old")
        defer { try? FileManager.default.removeItem(atPath: data) }
        let (certificate, key) = (data + "/certificate.pem", data + "/key.pem")
        try FileManager.default.createDirectory(
            atPath: data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try run([
            "sh", "-c",
            "umask 077; openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout \(key) -out \(certificate) "
                + "2>/dev/null",
        ])
        let service = try Service(data + "/data", ["--tls-certificate", certificate, "--tls-key", key])
        func isTaken(_ options: String) throws -> Bool {
            let said = try run([
                "sh", "-c", "openssl s_client -connect 127.0.0.1:\(service.port) \(options) </dev/null 2>&1",
            ])
            #expect(said.contains("Cipher is"), "\(options): \(said)")
            return !said.contains("Cipher is (NONE)")
        }
        for options in ["-tls1", "-tls1_1"] { #expect(try !isTaken("\(options) -cipher ALL:@SECLEVEL=0"), "\(options)") }
        for suite in ["AES128-SHA", "AES256-SHA", "AES128-GCM-SHA256", "AES256-GCM-SHA384", "ECDHE-RSA-AES128-SHA"] {
            #expect(try !isTaken("-tls1_2 -cipher \(suite):@SECLEVEL=0"), "\(suite)")
        }
        for options in ["-tls1_3", "-tls1_2", "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256"] {
            #expect(try isTaken(options), "\(options)")
        }
    }

    @Test(arguments: [12, 16, 20, 63]) func whereTooFewFilesMayBeOpenedASentenceSaysSo(_ count: Int) throws {
        let said = try run([
            "sh", "-c", "ulimit -n \(count); '\(program)' serve --port 0 --data-dir '\(temporary("few"))' 2>&1; echo status $?",
        ])
        #expect(said.contains("may open \(count) files and needs 64") && said.contains("status 1"), "\(said)")
    }

    @Test func plainHTTPForOthersIsRefusedUnlessItIsWanted() throws {
        let data = temporary("plain")
        defer { try? FileManager.default.removeItem(atPath: data) }
        for host in ["0.0.0.0", "::", "192.0.2.1", "example.org"] {
            let refused = try oddline(["serve", "--port", "0", "--host", host, "--data-dir", data])
            #expect(refused.status == 64 && refused.errors.contains("--insecure"), "\(host): \(refused.errors)")
        }
        let half = try oddline(["serve", "--port", "0", "--tls-key", "key.pem", "--data-dir", data])
        #expect(half.status == 64 && half.errors.contains("belong together"))
        let service = try Service(data, ["--host", "0.0.0.0", "--insecure"])
        #expect(try run(["curl", "-s", "http://127.0.0.1:\(service.port)/health"]) == "{\"status\":\"ok\"}")
    }

    @Test func anUnexpectedErrorIsFoundInTheLogByTheIdThatTheClientIsTold() throws {
        let data = temporary("unexpected")
        defer { try? FileManager.default.removeItem(atPath: data) }
        #expect(
            try oddline(["accounts", "add", "ann", "ann@example.org", "--data-dir", data], input: password + "\n").status == 0)
        let service = try Service(data)
        try run(["sqlite3", data + "/oddline.db", "ALTER TABLE login_attempts RENAME TO gone"])
        let answer = try service.curl(
            "/api/auth/login", "-i", "-H", "content-type: application/json", "-d",
            "{\"identifier\":\"ann\",\"password\":\"\(password)\"}")
        let id = try #require(answer.firstMatch(of: /(?i)x-request-id: ([0-9a-f]{16})/), "\(answer)").1
        #expect(answer.contains("\"status\":500") && answer.contains("the service's log tells more under \(id)."))
        #expect(!answer.contains(data) && !answer.contains("SQL") && !answer.contains("no such table"), "\(answer)")
        let log = try String(contentsOfFile: data + "/oddline.log", encoding: .utf8)
        let line = try #require(log.split(separator: "\n").first { $0.contains("request=\(id)") }, "\(log)")
        #expect(line.contains("no such table: login_attempts") && !log.contains(password))
        let errors = service.log.split(separator: "\n").filter { $0.contains(" error ") }
        #expect(errors.contains { $0.contains(id) && $0.contains(data + "/oddline.log") }, "\(service.log)")
    }

    @Test func theAuditLogOfAServiceSaysWhoFromWhereAndShowsEachAlteration() throws {
        let data = temporary("audit")
        defer { try? FileManager.default.removeItem(atPath: data) }
        let service = try Service(data, ["--trusted-proxy", "127.0.0.1"])
        let setUp = try #require(service.setUp)
        _ = try service.post(
            "/api/users/register",
            "{\"username\":\"ann\",\"email\":\"ann@example.org\",\"password\":\"\(password)\",\"set_up_token\":\"\(setUp)\"}")
        func logIn(_ name: String, _ password: String) throws -> String {
            try service.curl(
                "/api/auth/login", "-H", "content-type: application/json", "-H", "x-forwarded-for: 203.0.113.7", "-d",
                "{\"identifier\":\"\(name)\",\"password\":\"\(password)\"}")
        }
        // On a busy machine the first delays pass while the guess is checked; they double.
        for _ in 0..<12 { _ = try logIn("ann@example.org", "wrong wrong wrong") }
        _ = try logIn("my secret passphrase", "x")
        #expect(try oddline(["accounts", "rotate-key", "--data-dir", data]).status == 0)
        let log = try oddline(["accounts", "audit", "--data-dir", data])
        for line in ["login refused, now throttled\tann", "signing key rotated", "unknown name ", "\t203.0.113.7"] {
            #expect(log.output.contains(line), "\(line) in \(log.output)")
        }
        let files = ["oddline.db", "oddline.db-wal"].compactMap { FileManager.default.contents(atPath: data + "/" + $0) }
        #expect(!files.contains { $0.range(of: Data("secret passphrase".utf8)) != nil } && !service.log.contains("passphrase"))
        #expect(service.log.contains("client=203.0.113.7"))
        func verified() throws -> Outcome { try oddline(["accounts", "audit", "--verify", "--data-dir", data]) }
        #expect(try verified().output.contains("The audit log is whole"))
        for (change, found) in [
            ("UPDATE audit_log SET origin = 'elsewhere' WHERE id = 3", "altered at entry 3"),
            ("DELETE FROM audit_log WHERE id = (SELECT MAX(id) FROM audit_log)", "in place of"),
        ] {
            let copy = data + "-copy"
            defer { try? FileManager.default.removeItem(atPath: copy) }
            try FileManager.default.copyItem(atPath: data, toPath: copy)
            try run(["sqlite3", copy + "/oddline.db", change])
            let outcome = try oddline(["accounts", "audit", "--verify", "--data-dir", copy])
            #expect(outcome.status == 1 && outcome.errors.contains(found), "\(change): \(outcome.errors)")
        }
    }
}

/// The service is a program of its own, which `oddline serve` becomes.
@Suite struct ServiceProgramTests {
    @Test(arguments: [SIGTERM, SIGINT]) func theServiceTakesThePlaceOfTheProgramAndEndsInOrderWhenAsked(_ signal: Int32) throws {
        let data = temporary("signal")
        defer { try? FileManager.default.removeItem(atPath: data) }
        let service = try Service(data)
        let running = try FileManager.default.destinationOfSymbolicLink(
            atPath: "/proc/\(service.process.processIdentifier)/exe")
        #expect(running == URL(fileURLWithPath: program).resolvingSymlinksInPath().path + "-serve")
        #expect(try service.curl("/health") == "{\"status\":\"ok\"}")
        kill(service.process.processIdentifier, signal)
        service.process.waitUntilExit()
        #expect(service.process.terminationReason == .exit && service.process.terminationStatus == 0)
    }

    @Test func whereItIsMissingASentenceSaysHowToGetIt() throws {
        let folder = temporary("alone")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let copy = folder + "/oddline"
        try FileManager.default.copyItem(atPath: program, toPath: copy)
        func serve() throws -> Outcome { try oddline(["serve", "--port", "0", "--data-dir", folder + "/data"], at: copy) }
        let missing = try serve()
        #expect(missing.status == 1 && missing.output.isEmpty && missing.errors.split(separator: "\n").count == 1)
        #expect(missing.errors.hasPrefix("oddline: ") && missing.errors.contains(copy + "-serve"))
        #expect(missing.errors.contains("make serve"))
        try Data("no program".utf8).write(to: URL(fileURLWithPath: copy + "-serve"))
        #expect(try serve().errors == "oddline: \(copy)-serve: cannot be started (Permission denied).\n")
        #expect(try oddline(["serve", "--help"], at: copy).output.contains("--tls-certificate"), "help needs no service")
    }

    @Test func bothProgramsSpeakOfTheServiceAlike() throws {
        #expect(try oddline(["--help"]).output.contains("serve                   Serves accounts and analysis over HTTP."))
        let own = try oddline(["serve", "--help"]).output
        #expect(own.contains("USAGE: oddline serve [--host <host>]") && own.contains("--data-dir"))
        #expect(try oddline(["serve", "--port", "70000"]).errors.contains("Usage: oddline serve [--host <host>]"))
        #expect(try oddline(["serve", "--no-such-option"]).status == 64)
        #expect(try oddline(["--generate-completion-script", "fish"]).output.contains("trusted-proxy"))
    }
}

@Suite struct StorageTests {
    /// A data folder with an account.
    private static func made() throws -> String {
        let data = temporary("storage")
        let arguments = ["accounts", "add", "ann", "ann@example.org", "--data-dir", data]
        #expect(try oddline(arguments, input: password + "\n").status == 0)
        return data
    }

    private static func list(_ data: String, _ more: String...) throws -> Outcome {
        try oddline(["accounts", "list", "--data-dir", data] + more)
    }

    @Test func aDatabaseOfANewerVersionIsOnlyRead() throws {
        let data = try Self.made()
        defer { try? FileManager.default.removeItem(atPath: data) }
        try run(["sqlite3", data + "/oddline.db", "INSERT INTO grdb_migrations VALUES ('from the future')"])
        let refused = try Self.list(data)
        #expect(refused.status == 1 && refused.errors.contains("newer version") && refused.output.isEmpty)
        #expect(try oddline(["serve", "--port", "0", "--data-dir", data]).errors.contains("newer version"))
        #expect(try Self.list(data, "--read-only").output == "ann\tann@example.org\tadministrator\tenabled\n")
        #expect(try oddline(["accounts", "audit", "--read-only", "--data-dir", data]).output.contains("register\tann"))
    }

    @Test func aDamagedDatabaseIsRefused() throws {
        let data = try Self.made()
        defer { try? FileManager.default.removeItem(atPath: data) }
        let file = data + "/oddline.db"
        try run(["sqlite3", file, "PRAGMA wal_checkpoint(TRUNCATE)"])
        var bytes = try #require(FileManager.default.contents(atPath: file))
        for page in 2..<bytes.count / 4096 {
            bytes.replaceSubrange(page * 4096..<page * 4096 + 64, with: Data(repeating: 0x5A, count: 64))
        }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        try handle.write(contentsOf: bytes)
        try handle.close()
        let refused = try Self.list(data)
        #expect(refused.status == 1 && refused.errors.contains("cannot be used"), "\(refused.errors)")
    }

    @Test func filesThatOthersReachAreRefused() throws {
        let data = try Self.made()
        let link = temporary("link")
        defer { for path in [data, link, data + "/second"] { try? FileManager.default.removeItem(atPath: path) } }
        let file = data + "/oddline.db"
        chmod(file, 0o644)
        #expect(try Self.list(data).errors.contains("others may read it"))
        chmod(file, 0o600)
        #expect(Foundation.link(file, data + "/second") == 0)
        #expect(try Self.list(data).errors.contains("hard link"))
        unlink(data + "/second")
        #expect(symlink(data, link) == 0)
        for path in [link, link + "/.", link + "/", link + "/inner"] {
            let refused = try Self.list(path)
            #expect(refused.status == 1 && refused.errors.contains("symbolic link"), "\(path): \(refused.errors)")
        }
        #expect(try Self.list(data).status == 0)
        for key in ["signing-keys.json", "audit-key"] {
            let path = data + "/" + key
            try? FileManager.default.removeItem(atPath: path)
            #expect(mkfifo(path, 0o600) == 0)
            let refused = try oddline(["accounts", "rotate-key", "--data-dir", data])
            #expect(refused.status == 1 && refused.errors.contains("not a plain file"), "\(key): \(refused.errors)")
            unlink(path)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a file away")) func whatBelongsToAnotherUserIsRefused() throws {
        let data = try Self.made()
        defer { try? FileManager.default.removeItem(atPath: data) }
        for path in ["/oddline.db", "/audit-key", ""] {
            chown(data + path, 65_534, 65_534)
            let refused = try Self.list(data)
            #expect(refused.status == 1 && refused.errors.contains("another user"), "\(path): \(refused.errors)")
            chown(data + path, 0, 0)
        }
        #expect(try Self.list(data).status == 0)
    }
}
