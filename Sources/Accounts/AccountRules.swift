import Foundation

/// What usernames, email addresses and passwords must look like.
public enum AccountRules {
    /// Longest username in characters.
    public static let longestUsername = 32
    /// Longest email address in characters.
    public static let longestEmail = 254

    /// What usernames look like (a regular expression of JSON Schema, ECMA-262).
    public static let usernamePattern = "^[A-Za-z][A-Za-z0-9._-]*$"
    /// What email addresses look like: a name of at most 64 characters, and two or more parts of at most 63 each.
    public static let emailPattern: String = {
        let letters = #"!#-'*+\-/0-9=?A-Z^-~"#
        return #"^[.\#(letters)]{1,64}@[\#(letters)]{1,63}(\.[\#(letters)]{1,63})+$"#
    }()

    /// All problems of a registration, in the order of the form's fields.
    public static func problems(username: String, email: String, password: String) -> [FieldProblem] {
        [usernameProblem(username), emailProblem(email), passwordProblem(password, username: username, email: email)].compactMap {
            $0
        }
    }

    static func usernameProblem(_ username: String) -> FieldProblem? {
        guard (3...longestUsername).contains(username.unicodeScalars.count) else {
            return FieldProblem(.username, "The username needs 3 to \(longestUsername) characters.")
        }
        guard matches(username, usernamePattern) else {
            return FieldProblem(.username, "The username starts with a letter; then letters, digits and . _ - follow.")
        }
        return nil
    }

    static func emailProblem(_ email: String) -> FieldProblem? {
        guard email.unicodeScalars.count <= longestEmail else {
            return FieldProblem(.email, "The email address may have at most \(longestEmail) characters.")
        }
        return matches(email, emailPattern) ? nil : FieldProblem(.email, "The email address needs the form name@domain.tld.")
    }

    /// Whether all of a text is what an expression describes; a line's end at the end of the text counts too.
    public static func matches(_ text: String, _ pattern: String) -> Bool {
        text.range(of: pattern, options: .regularExpression) == text.startIndex..<text.endIndex
    }

    /// The first rule that `password` breaks, if any.
    public static func passwordProblem(_ password: String, username: String, email: String) -> FieldProblem? {
        PasswordRules.problem(password, username: username, email: email).map { FieldProblem(.password, $0) }
    }
}
