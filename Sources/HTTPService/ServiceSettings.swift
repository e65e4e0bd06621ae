import Accounts
import Foundation
import HummingbirdTLS
import NIOCore
import Persistence

/// How a service is run: who may register, which names it has, and how much it gives at once.
public struct ServiceSettings: Sendable {
    /// Who may register.
    public var registration = RegistrationMode.open
    /// With this token the first account, an administrator, can be made over the network; once.
    public var setUpToken: SetUpToken?
    /// Names by which the service may be asked, beside addresses and `localhost`. A page in a browser that had its own name
    /// point here (DNS rebinding) asks by another.
    public var hosts: Set<String> = []
    /// Where the proxies are whose `X-Forwarded-For` tells where a request comes from.
    public var trustedProxies: [NetworkPrefix] = []
    /// How much time a client has.
    public var deadlines = Deadlines()
    /// How much is given at once.
    public var limits = ServiceLimits()
    /// Certificates and key; plain HTTP without.
    public var tls: TLSFiles?

    /// As `oddline serve` has them without options.
    public init() {}
}

/// How much time a client has before its connection is closed.
public struct Deadlines: Sendable {
    /// From the beginning of a connection, or the answer before, to the end of a request's headers.
    public var head = Duration.seconds(30)
    /// For a body to arrive.
    public var body = Duration.seconds(20)
    /// For an answer to be taken.
    public var answer = Duration.seconds(30)
    /// For a refused client to stop sending.
    public var farewell = Duration.seconds(2)

    /// The usual ones.
    public init() {}
}

/// How much a service gives at once.
public struct ServiceLimits: Sendable {
    /// Connections in all; fewer where the process may not open as many files.
    public var connections = 512
    /// Connections from one place (`NetworkAddress.place`) that is not a trusted proxy.
    public var connectionsPerAddress = 64
    /// Bytes of long bodies that are being read and worked on.
    public var bodyBytes = 100_000_000
    /// Those of one user; a longest body at least.
    public var bodyBytesPerUser = 40_000_000
    /// Bytes of long answers that are not taken yet.
    public var answerBytes = 100_000_000
    /// Those of one user.
    public var answerBytesPerUser = 20_000_000
    /// Pieces of work that wait for their turn: reading, scoring, writing long answers.
    public var waitingWork = 256
    /// Those of one user.
    public var waitingWorkPerUser = 8
    /// Series in all.
    public var series = 64
    /// Series of one user.
    public var seriesPerUser = 8
    /// Values (rows times columns) in all.
    public var values = 20_000_000
    /// Values of one user.
    public var valuesPerUser = 8_000_000
    /// Training runs in all; each has a thread a model.
    public var trainings = 2
    /// Bytes of memory that training runs may be expected to take together.
    public var trainingBytes = 800_000_000
    /// Series of one user whose models are kept; those that were trained first make room.
    public var modelsPerUser = 32
    /// Logins, and registrations, from one place that wait for their turn to be hashed; eight times as many in all.
    public var pendingHashes = 32

    /// The usual ones.
    public init() {}
}

/// The files of a certificate chain and its key (PEM).
public struct TLSFiles: Sendable {
    private let certificates: [NIOSSLCertificate]
    private let key: NIOSSLPrivateKey

    /// Reads the files.
    /// - Throws: `StorageError` naming the file that cannot be used; the key must be its owner's alone.
    public init(certificate: String, key: String) throws {
        for path in [certificate, key] where !FileManager.default.fileExists(atPath: path) {
            throw TLSFileError(path: path, wanted: nil)
        }
        do {
            certificates = try NIOSSLCertificate.fromPEMFile(certificate)
        } catch { throw TLSFileError(path: certificate, wanted: "a certificate chain") }
        guard let data = try PrivateFile(URL(fileURLWithPath: key)).read() else { throw StorageError.cannotRead(path: key) }
        do {
            self.key = try NIOSSLPrivateKey(bytes: Array(data), format: .pem)
        } catch { throw TLSFileError(path: key, wanted: "a private key") }
    }

    /// TLS 1.2 and 1.3; of 1.2 the suites alone that are recommended (RFC 9325, 4.2), which keep what was said from whoever has
    /// the key later. BoringSSL chooses those of 1.3 itself.
    var configuration: TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuiteValues = [
            .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        ]
        return configuration
    }
}

/// A file that is not what TLS needs.
struct TLSFileError: Error, CustomStringConvertible {
    let path: String
    /// What it does not hold; `nil` where it is not there.
    let wanted: String?
    var description: String {
        wanted.map { "\(path): does not hold \($0) in PEM form; name another file." }
            ?? "\(path): is not there; name another file."
    }
}
