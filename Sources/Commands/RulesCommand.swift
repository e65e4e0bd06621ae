import Accounts
import ArgumentParser
import Foundation
import Invocation
import Persistence
import SeriesReading
import TimeSeries
import Workbench

struct RulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "Lists and changes the rules of a series: when its rows are expected to differ.",
        discussion: """
            Rules belong to an account and are those that the dashboard shows. Whoever stays signed in on this machine needs no \
            password; otherwise it is read from the terminal or standard input. What `list` prints is a file that `add`, and \
            `score --expected`, read.
            """,
        subcommands: [List.self, Add.self, Remove.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Prints a rule a line.")
        @OptionGroup var owned: OwnedSeriesOptions

        func run() async throws {
            try await owned.onShelf { shelf, _ in for rule in try shelf.rules() { try printWords(rule.text) } }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Adds rules, or those of files.")
        @OptionGroup var owned: OwnedSeriesOptions
        @Argument(help: "Rules, or files of them: \"Sun 02:00..04:00\", holidays.ics.") var rules: [String]

        func run() async throws {
            try await owned.onShelf { shelf, series in
                let added = try rules.flatMap { try RuleSource.rules(named: $0) }
                for rule in added { try rule.check(series) }
                try shelf.change(adding: added)
                try printWords("\(series.name): \(counted(try shelf.rules().count)).")
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Takes rules away.")
        @OptionGroup var owned: OwnedSeriesOptions
        @Argument(help: "Rules as `list` prints them, or their numbers there, from 1.") var rules: [String] = []
        @Flag(help: "Take all away.") var all = false

        func validate() throws {
            if rules.isEmpty != all { throw ValidationError("Name the rules to take away, or --all.") }
        }

        func run() async throws {
            try await owned.onShelf { shelf, series in
                let known = try shelf.rules()
                let removed = all ? known : try rules.map { try rule($0, among: known, series) }
                try shelf.change(removing: removed)
                try printWords("\(series.name): \(counted(try shelf.rules().count)).")
            }
        }

        private func rule(_ text: String, among known: [ExpectedRule], _ series: Series) throws -> ExpectedRule {
            if let number = Int(text), known.indices.contains(number - 1) { return known[number - 1] }
            guard let rule = known.first(where: { $0.text == text || (try? ExpectedRule(text)) == $0 }) else {
                throw ValidationError(
                    "\(series.name) has no rule \"\(printable(text))\"; `oddline rules list` prints those it has.")
            }
            return rule
        }
    }
}

/// A series of somebody's, and where what is theirs is.
struct OwnedSeriesOptions: ParsableArguments {
    @Argument(help: "The file of the series.", completion: .file())
    var file: String

    @Option(help: "Whose rules: a username or an email address; whoever stays signed in here otherwise.")
    var user: String?

    @OptionGroup var seriesOptions: SeriesOptions
    @OptionGroup var data: DataOptions

    /// Does something with what is stored about the series, read as it was decided in the dashboard.
    func onShelf(_ body: (Shelf, Series) throws -> Void) async throws {
        try await reportingErrors(in: data.locations) {
            let database = try OddlineDatabase(at: data.locations.database)
            let session = try session(Accounts(database: database))
            let library = UserLibrary(session: session, database: database, locations: data.locations, models: Program.models)
            let path = URL(fileURLWithPath: file).path
            let readers = ReaderPrograms(try ConfigurationFile(readingFrom: data.locations.configurationFile).readers)
            let series = try seriesOptions.read(path, by: readers, decided: library.reading(of: path))
            try body(library.shelf(of: series, at: path), series)
        }
    }

    private func session(_ accounts: Accounts) throws -> Session {
        if user == nil, let kept = try PrivateFile(data.locations.rememberedToken).read() {
            let tokens = try Tokens(accounts: accounts, keyFile: data.locations.signingKeys)
            if let session = try? tokens.authenticate(String(decoding: kept, as: UTF8.self)).session { return session }
        }
        guard let user else {
            throw ValidationError("Nobody stays signed in on this machine; name an account with --user.")
        }
        return try logIn(accounts, as: user)
    }
}

private func counted(_ rules: Int) -> String { rules == 1 ? "1 rule" : "\(rules) rules" }
