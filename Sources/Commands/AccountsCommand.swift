import Accounts
import ArgumentParser
import CTerminalGuard
import Foundation
import Invocation
import Persistence
import TimeSeries

struct AccountsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accounts", abstract: "Manages the accounts on this machine.",
        discussion:
            "Whoever can read the data folder can use these commands; passwords are read from the terminal or standard input.",
        subcommands: [
            List.self, Add.self, Invite.self, Enable.self, Disable.self, ResetPassword.self, RemoveSecondFactor.self,
            ForgetFailures.self, SetRole.self, Sessions.self,
            Audit.self, RotateKey.self, Check.self,
        ],
        defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists all accounts.")
        @Flag(help: "Change nothing, so that a database of a newer version can be read.") var readOnly = false
        @OptionGroup var data: DataOptions

        func run() async throws {
            try await reportingErrors(in: data.locations) {
                for account in try data.accounts(readOnly: readOnly).list() {
                    try printTable([
                        account.username, account.email, account.role.rawValue, account.isEnabled ? "enabled" : "disabled",
                    ])
                }
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Adds an account; the first becomes administrator.")
        @Argument var username: String
        @Argument var email: String
        @OptionGroup var data: DataOptions

        func run() async throws {
            try await reportingErrors(in: data.locations) {
                let account = try data.accounts().register(username: username, email: email, password: try readPassword())
                try printWords("Added \(account.username) (\(account.role.rawValue)).")
            }
        }
    }

    struct Invite: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints a code with which one account can be registered over HTTP.")
        @Option(help: "The days until it expires.") var days = 7
        @OptionGroup var data: DataOptions

        func validate() throws {
            guard (1...365).contains(days) else { throw ValidationError("--days must be between 1 and 365.") }
        }

        func run() async throws {
            try await reportingErrors(in: data.locations) {
                try printWords(data.accounts().invite(validFor: Double(days) * 86_400))
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks the whole database and the chain of the audit log.")
        @OptionGroup var data: DataOptions

        func run() async throws {
            try await reportingErrors(in: data.locations) {
                let database = try OddlineDatabase(at: data.locations.database)
                let problems = try database.check() + database.foreignParts()
                guard problems.isEmpty else {
                    throw StorageError.database(
                        path: data.locations.database.path, reason: problems.joined(separator: "; "))
                }
                try printWords("The database is sound.")
                try report(try Accounts(database: database).verifyAudit())
            }
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lets an account log in again.")
        @Argument var username: String
        @OptionGroup var data: DataOptions
        func run() async throws { try await change(username, data, "Enabled") { try $0.setEnabled($1, true) } }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Keeps an account from logging in.")
        @Argument var username: String
        @OptionGroup var data: DataOptions
        func run() async throws { try await change(username, data, "Disabled") { try $0.setEnabled($1, false) } }
    }

    struct ResetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Gives an account a new password.")
        @Argument var username: String
        @OptionGroup var data: DataOptions
        func run() async throws {
            try await change(username, data, "Password changed for") { try $0.setPassword(of: $1, to: try readPassword()) }
        }
    }

    struct RemoveSecondFactor: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets an account log in without codes, where device and recovery codes are lost.",
            discussion: "Ask whoever wants it for a proof that a stranger does not have; it is written to the audit log.")
        @Argument var username: String
        @OptionGroup var data: DataOptions
        func run() async throws {
            try await change(username, data, "Second factor removed for") { try $0.removeSecondFactor(of: $1) }
        }
    }

    struct ForgetFailures: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forgets failed logins, so that nobody waits: of one account, or of all.")
        @Argument(help: "The account; all of them without.") var username: String?
        @OptionGroup var data: DataOptions

        func run() async throws {
            try await reportingErrors(in: data.locations) {
                let accounts = try data.accounts()
                try accounts.forgetFailures(of: try username.map(accounts.find))
                try printWords("Forgot the failed logins of \(username.map(printable) ?? "all accounts").")
            }
        }
    }

    struct Sessions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists an account's open sessions, or ends them.")
        @Argument var username: String
        @Flag(help: "End all of them.") var end = false
        @OptionGroup var data: DataOptions

        func run() async throws {
            try await reportingErrors(in: data.locations) {
                let accounts = try data.accounts()
                let account = try accounts.find(username)
                let sessions = try accounts.openSessions(of: account)
                // All have ended before any is told, also where nobody can be told.
                if end { for session in sessions { try accounts.endSession(session.id, of: account) } }
                for session in sessions {
                    try printTable([
                        session.origin, session.createdAt.formatted(.iso8601), session.expiresAt.formatted(.iso8601),
                    ])
                }
            }
        }
    }

    struct Audit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the audit log of logins and account changes, the newest first.")
        @Option(help: "The most lines to print.") var limit = 200
        @Flag(help: "Check that no entry was changed or taken away, in place of printing them.") var verify = false
        @Flag(help: "Change nothing, so that a database of a newer version can be read.") var readOnly = false
        @OptionGroup var data: DataOptions

        func run() async throws {
            try await reportingErrors(in: data.locations) {
                let accounts = try data.accounts(readOnly: readOnly)
                if verify { return try report(try accounts.verifyAudit()) }
                for entry in try accounts.auditLog(limit: limit) {
                    let columns = [
                        entry.at.formatted(.iso8601), entry.action, entry.detail, entry.change ?? "", entry.actor ?? "",
                        entry.origin ?? "",
                    ]
                    try printTable(columns)
                }
            }
        }
    }

    struct RotateKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a new key sign tokens; those signed by the one before stay valid until they expire.",
            discussion: "A service that runs takes the new key at once.")
        @OptionGroup var data: DataOptions

        func run() async throws {
            try await reportingErrors(in: data.locations) {
                try makePrivateFolder(data.locations.data)
                var keys = try SigningKeys(at: data.locations.signingKeys)
                try keys.rotate(overlap: SigningKeys.longestOverlap)
                try data.accounts().noteKeyRotation()
                try printWords("A new key signs tokens from now on.")
            }
        }
    }

    struct SetRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes an account administrator or analyst.")
        @Argument var username: String
        @Argument(help: "administrator or analyst.") var role: Role
        @OptionGroup var data: DataOptions
        func run() async throws { try await change(username, data, "Changed") { try $0.setRole($1, to: role) } }
    }
}

extension Role: ExpressibleByArgument {}

/// A line of a table: columns, in none of which is a tab or a line end.
private func printTable(_ columns: [String]) throws { try printWords(columns.map(printable).joined(separator: "\t")) }

/// Why the audit log cannot be believed.
private struct AuditLogError: Error, CustomStringConvertible {
    let description: String
}

/// Prints what the chain of the audit log says.
/// - Throws: `AuditLogError` when it does not hold.
private func report(_ verdict: AuditVerdict) throws {
    switch verdict {
    case .intact(let entries, let head): try printWords("The audit log is whole: \(entries) entries, chain \(head).")
    case .altered(let entry):
        throw AuditLogError(description: "The audit log was altered at entry \(entry), or an entry before it is missing.")
    case .cut(let expected, let found):
        throw AuditLogError(description: "The audit log has \(found) entries in place of \(expected).")
    }
}

private func change(_ username: String, _ data: DataOptions, _ done: String, _ body: (Accounts, Account) throws -> Void)
    async throws
{
    try await reportingErrors(in: data.locations) {
        let accounts = try data.accounts()
        try body(accounts, try accounts.find(username))
        try printWords("\(done) \(username).")
    }
}

/// A password typed without echo on a terminal, or one line of standard input.
func readPassword() throws -> String { readSilently("Password: ") }

/// Logs in with a password, and a code where the account has a second factor, each typed or a line of standard input.
func logIn(_ accounts: Accounts, as user: String) throws -> Session {
    do { return try accounts.login(identifier: user, password: try readPassword()) } catch AccountError.secondFactorWanted(
        let ticket)
    {
        return try accounts.login(ticket: ticket, code: readSilently("Code: "))
    }
}

private func readSilently(_ question: String) -> String {
    guard isatty(STDIN_FILENO) == 1 else { return readLine(strippingNewline: true) ?? "" }
    var settings = termios()
    tcgetattr(STDIN_FILENO, &settings)
    // Whoever gives up with Ctrl-C gets the echo back.
    ok_guard_modes()
    var silent = settings
    silent.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
    defer {
        ok_release_terminal()
        printError("")
    }
    printQuestion(question)
    return readLine(strippingNewline: true) ?? ""
}
