import Accounts
import ArgumentParser

/// How the service is run. `oddline serve` shows these options and hands them on; `oddline-serve` takes them.
public struct ServiceOptions: ParsableArguments {
    /// What the command does, in a line.
    public static let abstract = "Serves accounts and analysis over HTTP."
    /// What else is to be known of it.
    public static let discussion = """
        The OpenAPI document is at /openapi.json. Ctrl-C ends it after the requests under way. Where there is no account yet, \
        it prints a token with which the first administrator can be made.
        """

    @Option(help: "The address to listen at; others than this machine reach it only at another one.")
    public var host = "127.0.0.1"

    @Option(help: "The port; 0 takes any free one.")
    public var port = 8080

    @Option(help: "Who may register: off, invitation (see accounts invite), or open.")
    public var registration = RegistrationMode.open

    @Option(help: "A name by which the service may be asked; repeat for several. Addresses and localhost always may.")
    public var allowedHost: [String] = []

    @Option(help: "The address, or prefix such as 10.0.0.0/8, of proxies whose X-Forwarded-For is believed; repeat for several.")
    public var trustedProxy: [String] = []

    @Option(help: "A file with the certificate chain (PEM) to serve HTTPS with.")
    public var tlsCertificate: String?

    @Option(help: "The file with its private key (PEM), mode 0600.")
    public var tlsKey: String?

    @Flag(help: "Serve plain HTTP at an address that others can reach.")
    public var insecure = false

    @OptionGroup public var data: DataOptions

    public init() {}
}

extension RegistrationMode: ExpressibleByArgument {}
