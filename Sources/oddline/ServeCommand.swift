import Accounts
import ArgumentParser
import Foundation
import HTTPService
import Logging
import Persistence

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serves accounts and analysis over HTTP.",
        discussion:
            "The OpenAPI document is at /openapi.json. Ctrl-C ends it after the requests under way. Put a TLS proxy in front where others can reach it."
    )

    @Option(help: "The address to listen at; others than this machine reach it only at another one.")
    var host = "127.0.0.1"

    @Option(help: "The port; 0 takes any free one.")
    var port = 8080

    @OptionGroup var data: DataOptions

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be between 0 and 65535.") }
    }

    func run() async throws {
        try await reportingErrors {
            let locations = data.locations
            let database = try OddlineDatabase(at: locations.database)
            LoggingSystem.bootstrap(StreamLogHandler.standardError)
            let service = try HTTPService(
                accounts: Accounts(database: database), database: database, locations: locations, logger: Logger(label: "oddline")
            )
            let host = host
            try await service.run(host: host, port: port) { port in
                FileHandle.standardOutput.write(
                    Data("Listening at http://\(host.contains(":") ? "[\(host)]" : host):\(port)\n".utf8))
            }
        }
    }
}
