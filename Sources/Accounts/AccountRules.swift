import Foundation

/// What usernames, email addresses and passwords must look like.
public enum AccountRules {
    /// Longest username in characters.
    public static let longestUsername = 32
    /// Longest email address in characters.
    public static let longestEmail = 254

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
        let allowed = username.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "._-".unicodeScalars.contains($0))
        }
        guard allowed, username.first?.isLetter == true else {
            return FieldProblem(.username, "The username starts with a letter and holds a-z, 0-9, dot, dash and underscore.")
        }
        return nil
    }

    static func emailProblem(_ email: String) -> FieldProblem? {
        let parts = email.split(separator: "@", omittingEmptySubsequences: false)
        let valid =
            email.count <= longestEmail && parts.count == 2 && !parts[0].isEmpty && parts[0].count <= 64
            && parts[1].split(separator: ".", omittingEmptySubsequences: false).count >= 2
            && parts[1].split(separator: ".", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty && $0.count <= 63 }
            && email.unicodeScalars.allSatisfy {
                $0.value > 0x20 && $0.value < 0x7F && !"()<>[]:;,\\\"".unicodeScalars.contains($0)
            }
        return valid ? nil : FieldProblem(.email, "The email address needs the form name@domain.tld.")
    }

    /// The first rule that `password` breaks, if any.
    public static func passwordProblem(_ password: String, username: String, email: String) -> FieldProblem? {
        PasswordRules.problem(password, username: username, email: email).map { FieldProblem(.password, $0) }
    }
}
