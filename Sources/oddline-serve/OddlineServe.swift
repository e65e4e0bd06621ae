import Accounts
import AnomalyDetection
import ArgumentParser
import Foundation
import HTTPService
import Invocation
import Logging
import Persistence
import Workbench

/// The service: what `oddline serve` becomes, and calls itself so where it speaks of its usage.
@main
struct OddlineServe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "oddline serve", abstract: ServiceOptions.abstract, discussion: ServiceOptions.discussion,
        version: programVersion)

    @OptionGroup var options: ServiceOptions

    static func main() async {
        openStandardStreams()
        await runAsProgram()
    }

    func validate() throws {
        guard (0...65_535).contains(options.port) else { throw ValidationError("--port must be between 0 and 65535.") }
        guard (options.tlsCertificate == nil) == (options.tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key belong together.")
        }
        let host = options.host
        let isLoopback = host == "localhost" || host == "::1" || host.wholeMatch(of: /127(\.[0-9]{1,3}){3}/) != nil
        guard isLoopback || options.tlsKey != nil || options.insecure else {
            throw ValidationError(
                "\(host) can be reached by others: give --tls-certificate and --tls-key, or say --insecure behind a proxy with TLS."
            )
        }
        guard options.trustedProxy.allSatisfy({ NetworkPrefix($0) != nil }) else {
            throw ValidationError("--trusted-proxy takes addresses such as 10.0.0.2 and prefixes such as 10.0.0.0/8.")
        }
    }

    func run() async throws {
        let locations = options.data.locations
        let models = Models.standard
        try await reportingErrors(in: locations) {
            try openEnoughFiles()
            let source = try SettingsSource(models, readingFrom: locations.configurationFile)
            if let notice = source.notice { printError("oddline: \(notice)") }
            let database = try OddlineDatabase(at: locations.database)
            LoggingSystem.bootstrap { label in
                MultiplexLogHandler([StreamLogHandler.standardError(label: label), ProblemLogHandler(in: locations)])
            }
            let accounts = try Accounts(database: database)
            let settings = try options.settings(setUp: accounts.isEmpty())
            let service = try HTTPService(
                accounts: accounts, database: database, locations: locations, models: models,
                logger: Logger(label: "oddline"), source: source, settings: settings)
            let (host, scheme, token) = (options.host, settings.tls == nil ? "http" : "https", settings.setUpToken?.text)
            try await service.run(host: host, port: options.port) { port in
                var text = "Listening at \(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
                if let token { text += "\nTo make the first administrator, register with \"set_up_token\": \"\(token)\"" }
                try? printWords(text)
            }
        }
    }
}

extension ServiceOptions {
    /// The settings of the service that was asked for.
    /// - Parameter setUp: whether the first administrator is to be made over the network.
    /// - Throws: where certificate or key cannot be used.
    fileprivate func settings(setUp: Bool) throws -> ServiceSettings {
        var settings = ServiceSettings()
        settings.registration = registration
        settings.hosts = Set(allowedHost + [host])
        settings.trustedProxies = trustedProxy.compactMap(NetworkPrefix.init)
        if let tlsCertificate, let tlsKey { settings.tls = try TLSFiles(certificate: tlsCertificate, key: tlsKey) }
        if setUp { settings.setUpToken = SetUpToken() }
        return settings
    }
}

/// Lets the process open as many files as it needs, as far as it may.
/// - Throws: `FewFilesError` where that is too few to answer anybody.
private func openEnoughFiles() throws {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(resource, &limit) == 0 else { return }
    let wanted = min(rlim_t(1024), limit.rlim_max)
    if limit.rlim_cur < wanted {
        limit.rlim_cur = wanted
        guard setrlimit(resource, &limit) == 0, getrlimit(resource, &limit) == 0 else { return }
    }
    if limit.rlim_cur < FewFilesError.fewest { throw FewFilesError(count: Int(limit.rlim_cur)) }
}

/// The process may not open enough files.
private struct FewFilesError: Error, CustomStringConvertible {
    /// Files of the program, its database and its threads, and a few connections.
    static let fewest: rlim_t = 64
    let count: Int
    var description: String {
        "The service may open \(count) files and needs \(Self.fewest); raise the limit (ulimit -n, or LimitNOFILE= of systemd)."
    }
}

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
