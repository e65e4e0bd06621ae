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
            "The OpenAPI document is at /openapi.json. Ctrl-C ends it after the requests under way. Where there is no account yet, it prints a token with which the first administrator can be made."
    )

    @Option(help: "The address to listen at; others than this machine reach it only at another one.")
    var host = "127.0.0.1"

    @Option(help: "The port; 0 takes any free one.")
    var port = 8080

    @Option(help: "Who may register: off, invitation (see accounts invite), or open.")
    var registration = RegistrationMode.open

    @Option(help: "A name by which the service may be asked; repeat for several. Addresses and localhost always may.")
    var allowedHost: [String] = []

    @Option(help: "The address of a proxy whose X-Forwarded-For is believed; repeat for several.")
    var trustedProxy: [String] = []

    @Option(help: "A file with the certificate chain (PEM) to serve HTTPS with.")
    var tlsCertificate: String?

    @Option(help: "The file with its private key (PEM), mode 0600.")
    var tlsKey: String?

    @Flag(help: "Serve plain HTTP at an address that others can reach.")
    var insecure = false

    @OptionGroup var data: DataOptions

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be between 0 and 65535.") }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key belong together.")
        }
        let isLoopback = host == "localhost" || host == "::1" || host.wholeMatch(of: /127(\.[0-9]{1,3}){3}/) != nil
        guard isLoopback || tlsKey != nil || insecure else {
            throw ValidationError(
                "\(host) can be reached by others: give --tls-certificate and --tls-key, or say --insecure behind a proxy with TLS."
            )
        }
        guard trustedProxy.allSatisfy(isNetworkAddress) else {
            throw ValidationError("--trusted-proxy takes addresses such as 10.0.0.2.")
        }
    }

    func run() async throws {
        try await reportingErrors(in: data.locations) {
            let locations = data.locations
            let database = try OddlineDatabase(at: locations.database)
            LoggingSystem.bootstrap { label in
                MultiplexLogHandler([StreamLogHandler.standardError(label: label), ProblemLogHandler(in: locations)])
            }
            let accounts = try Accounts(database: database)
            var settings = ServiceSettings()
            settings.registration = registration
            settings.hosts = Set(allowedHost + [host])
            settings.trustedProxies = Set(trustedProxy)
            if let tlsCertificate, let tlsKey { settings.tls = try TLSFiles(certificate: tlsCertificate, key: tlsKey) }
            if try accounts.isEmpty() { settings.setUpToken = SetUpToken() }
            let service = try HTTPService(
                accounts: accounts, database: database, locations: locations, logger: Logger(label: "oddline"), settings: settings
            )
            let (host, scheme, token) = (host, tlsKey == nil ? "http" : "https", settings.setUpToken?.text)
            try await service.run(host: host, port: port) { port in
                var text = "Listening at \(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)\n"
                if let token { text += "To make the first administrator, register with \"set_up_token\": \"\(token)\"\n" }
                try? printResult(text)
            }
        }
    }
}

extension RegistrationMode: ExpressibleByArgument {}

/// Keeps what a service logs as an error in the log of the data folder too.
private struct ProblemLogHandler: LogHandler {
    private let log: ProblemLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.error

    init(in locations: Locations) { log = ProblemLog(in: locations) }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let facts = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        log.note(([event.message.description] + facts.map { "\($0.key)=\($0.value)" }).joined(separator: " "))
    }
}
