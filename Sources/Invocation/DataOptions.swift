import Accounts
import ArgumentParser
import Persistence

/// Where the program's files are.
public struct DataOptions: ParsableArguments {
    @Option(help: "The folder for accounts, models and judgements; $XDG_DATA_HOME/oddline otherwise.")
    public var dataDir: String?

    public init() {}

    /// Where the files are.
    public var locations: Locations { Locations(dataDirectory: dataDir) }

    /// The accounts of the database, which is made where there is none.
    public func accounts() throws -> Accounts { try Accounts(database: OddlineDatabase(at: locations.database)) }

    /// The accounts of a database that is only read, which a newer version may have written.
    public func accounts(readOnly: Bool) throws -> Accounts {
        readOnly ? try Accounts(database: OddlineDatabase(readingFrom: locations.database)) : try accounts()
    }
}
