import Digest

/// The one-time token with which the first administrator is made over the network; whoever starts the service reads it.
public struct SetUpToken: Sendable {
    /// What is printed.
    public let text: String

    /// A new one.
    public init() { text = randomCode() }

    /// Whether `sent` is the token; takes the same time however much of it is right.
    public func matches(_ sent: String) -> Bool {
        isSame(SHA256.hash(text.utf8), SHA256.hash(sent.utf8))
    }
}
