/// Why an account operation did not happen.
public enum AccountError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Fields of a form that do not do, each with its sentence.
    case invalid([FieldProblem])
    /// Username and password do not belong together, or the account is disabled: one wording for all.
    case wrongCredentials
    /// The password is right, and a code of the second factor is wanted, for which the ticket stands in place of the password.
    case secondFactorWanted(ticket: String)
    /// A code is none of the second factor, or was used already.
    case wrongCode
    /// A ticket has expired, was used, or is none any more since the account has changed.
    case loginExpired
    case secondFactorIsOn
    case noSecondFactor
    /// Too many attempts failed.
    case throttled(seconds: Int)
    /// The token does not prove a login, for whatever reason.
    case badToken
    case noSuchAccount(String)
    case lastAdministrator
    case notAdministrator
    /// The first administrator has to be made before anybody registers over the network.
    case needsSetUp
    /// Nobody may register over the network, or not with this invitation.
    case registrationClosed
    case hashing
    case storage(String)

    /// One sentence for the user.
    public var description: String {
        switch self {
        case .invalid(let problems): problems.map(\.message).joined(separator: " ")
        case .wrongCredentials: "Username or password is wrong."
        case .secondFactorWanted: "The password is right; a code of the second factor is wanted too."
        case .wrongCode: "The code is wrong, or was used already; enter the next one that your device shows."
        case .loginExpired: "The login has taken too long; enter your password again."
        case .secondFactorIsOn: "The account has a second factor already; remove it first."
        case .noSecondFactor: "The account has no second factor."
        case .throttled(let seconds):
            "Too many attempts failed; wait \(seconds) second\(seconds == 1 ? "" : "s") and try again."
        case .badToken: "The token is not valid or has ended; log in again."
        case .noSuchAccount(let name): "There is no account \"\(name)\"; give the username or email address of one that there is."
        case .lastAdministrator: "This is the last enabled administrator; make another one first."
        case .notAdministrator: "Only administrators may do this."
        case .needsSetUp:
            "There is no administrator yet: register at the terminal, or send the set_up_token that the service printed."
        case .registrationClosed: "Registration is closed here; ask an administrator for an invitation."
        case .hashing: "The password could not be hashed; use at most 72 bytes without NUL characters."
        case .storage(let reason): "The account database refused (\(reason)); try again."
        }
    }
}

/// What is wrong with one field of a form.
public struct FieldProblem: Equatable, Sendable, Codable {
    /// The field: `username`, `email`, `password` or `code`.
    public var field: Field
    /// A sentence that says what to do.
    public var message: String
    /// Whether somebody else has the name already.
    public var isTaken: Bool

    /// A field of a form.
    public enum Field: String, Sendable, Codable { case username, email, password, code }

    /// Makes a problem.
    public init(_ field: Field, _ message: String, isTaken: Bool = false) {
        self.field = field
        self.message = message
        self.isTaken = isTaken
    }
}
