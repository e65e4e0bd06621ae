import Accounts
import TerminalUI

/// Everything the dashboard shows; changed by `update` alone.
public struct DashboardState: Sendable {
    /// What all screens share.
    public var frame: Frame
    /// Who works here.
    public var stage: Stage
    /// Files that were named when the program was started: the first opens after the login, and the library lists them all.
    let files: [String]
    /// Whether the first of them is followed.
    let followsFile: Bool
    /// Whether they are shown as a set, and none is opened: more than one, or a folder.
    let showsSet: Bool

    /// Nobody yet, or somebody at a desk. Series, scores and accounts exist in the second case alone.
    public enum Stage: Sendable {
        case signedOut(SignedOut)
        case signedIn(SignedIn)
    }

    /// Starts at the login screen, or at registration where nobody has registered yet.
    public init(
        width: Int, height: Int, themes: [Theme], themeName: String? = nil, isFirstUser: Bool = false, files: [String] = [],
        followsFile: Bool = false, showsSet: Bool = false
    ) {
        (self.files, self.followsFile, self.showsSet) = (files, followsFile, showsSet)
        frame = Frame(width: width, height: height, themes: themes, themeName: themeName)
        stage = .signedOut(SignedOut(isFirstUser: isFirstUser))
    }

    /// What somebody with a desk sees; `nil` before the login.
    public var signedIn: SignedIn? {
        if case .signedIn(let signedIn) = stage { signedIn } else { nil }
    }

    /// Changes what somebody with a desk sees, in place: nothing else holds it meanwhile.
    /// - Returns: what `body` returns; `nil` before the login.
    @discardableResult
    mutating func changeSignedIn<Result>(_ body: (inout SignedIn, inout Frame) -> Result) -> Result? {
        guard case .signedIn(var signedIn) = stage else { return nil }
        stage = .signedOut(SignedOut())
        defer { stage = .signedIn(signedIn) }
        return body(&signedIn, &frame)
    }

    /// Whether the screen can be locked: somebody is signed in and it is not locked already.
    public var canLock: Bool { signedIn.map { !$0.isLocked } ?? false }
}

/// What all screens share: the terminal's size, the theme, the message in the last row, and the end.
public struct Frame: Sendable {
    /// Columns of the terminal.
    public var width: Int
    /// Rows of the terminal.
    public var height: Int
    /// Whether the terminal shows colours; where it shows none, what they say is said by form.
    public var showsColor = true
    /// The keys that the user put in place of others.
    public var keyMap = KeyMap()
    /// Whether a verdict goes on to the next event without one.
    public var verdictsGoOn = false
    /// Themes to choose from, never empty.
    public let themes: [Theme]
    /// The theme in use, an index of `themes`.
    public internal(set) var themeIndex: Int
    /// Who is signed in and as what, as the border of a screen names them.
    private(set) var user = ""
    /// The latest message, shown in the last row.
    public internal(set) var message: Message? {
        didSet {
            guard let message else { return }
            messageCount += 1
            if messages.last != message { messages = messages.suffix(Self.mostMessages - 1) + [message] }
        }
    }
    /// The latest messages, the last one last.
    private(set) var messages: [Message] = []
    private static let mostMessages = 200
    /// How many messages there were.
    public private(set) var messageCount = 0
    /// The main loop ends when this is set.
    public internal(set) var hasEnded = false

    /// A line for the user.
    public struct Message: Sendable, Equatable {
        /// What to say.
        public let text: String
        /// Whether something went wrong.
        public let isError: Bool
    }

    init(width: Int, height: Int, themes: [Theme], themeName: String?) {
        (self.width, self.height) = (width, height)
        self.themes = themes.isEmpty ? [.midnight] : themes
        themeIndex = self.themes.firstIndex { $0.name == themeName ?? "midnight" } ?? 0
    }

    /// Whether the terminal has room for the dashboard.
    var isLargeEnough: Bool { width >= smallestSize.width && height >= smallestSize.height }

    /// The theme in use.
    public var theme: Theme { themes[themeIndex] }

    /// Names who is signed in.
    mutating func show(_ account: Account) { user = " \(account.username) · \(account.role.rawValue) " }

    mutating func say(_ text: String) { message = Message(text: text, isError: false) }
    /// Shows what went wrong.
    public mutating func complain(_ text: String) { message = Message(text: text, isError: true) }
}

/// A failure as the sentence that the user reads.
public struct PlainError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The sentence.
    public let message: String
    public var description: String { message }

    init(message: String) { self.message = message }

    /// Takes the sentence of an error.
    public init(_ error: any Error) { message = "\(error)" }
}
