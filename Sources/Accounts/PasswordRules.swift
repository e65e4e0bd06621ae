import Foundation

/// What passwords must be like, after NIST SP 800-63B-4: long, not common, not derived from the account's own
/// names; no rules about kinds of characters.
public enum PasswordRules {
    /// Fewest characters.
    public static let shortest = 12
    /// Fewest characters recommended for administrators.
    public static let recommendedForAdministrators = 15

    /// How hard a password is to guess, as far as its look tells.
    public enum Strength: String, Sendable, CaseIterable {
        case refused, fair, good, strong
    }

    /// The form that is hashed: the same text typed on different keyboards gives the same bytes (NFKC).
    public static func normalized(_ password: String) -> String { password.precomposedStringWithCompatibilityMapping }

    /// What is wrong with a password that has more bytes than bcrypt uses; it is never cut.
    public static func tooLong(_ password: String) -> String? {
        let (bytes, most) = (normalized(password).utf8.count, PasswordHasher.longestPassword)
        return bytes > most ? "The password has \(bytes) bytes; it may have at most \(most)." : nil
    }

    /// The first rule that `password` breaks, if any.
    public static func problem(_ password: String, username: String, email: String) -> String? {
        let password = normalized(password)
        if password.count < shortest { return "The password needs at least \(shortest) characters." }
        if let problem = tooLong(password) { return problem }
        if password.unicodeScalars.contains(where: isUnprintable) { return "The password may not hold control characters." }
        let lower = password.lowercased()
        if username.count >= 3, lower.contains(username.lowercased()) { return "The password may not contain the username." }
        if email.count >= 3, lower.contains(email.lowercased()) { return "The password may not contain the email address." }
        if Set(lower).count < 4 || PasswordGuesses(lower).count < PasswordGuesses.fewest {
            return "This password is too common; choose another, such as a few unrelated words."
        }
        return nil
    }

    /// A guess from what the password is made of.
    public static func strength(_ password: String, username: String, email: String) -> Strength {
        guard problem(password, username: username, email: email) == nil else { return .refused }
        let guesses = PasswordGuesses(normalized(password)).count
        return guesses < 1e10 ? .fair : guesses < 1e14 ? .good : .strong
    }

    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
