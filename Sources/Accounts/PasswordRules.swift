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

    /// The first rule that `password` breaks, if any.
    public static func problem(_ password: String, username: String, email: String) -> String? {
        let password = normalized(password)
        if password.count < shortest { return "The password needs at least \(shortest) characters." }
        if password.utf8.count > PasswordHasher.longestPassword { return "The password may have at most 72 bytes." }
        if password.unicodeScalars.contains(where: isUnprintable) { return "The password may not hold control characters." }
        let lower = password.lowercased()
        if username.count >= 3, lower.contains(username.lowercased()) { return "The password may not contain the username." }
        if email.count >= 3, lower.contains(email.lowercased()) { return "The password may not contain the email address." }
        if isCommon(lower) { return "This password is too common; choose another, such as a few unrelated words." }
        return nil
    }

    /// A guess from length and variety.
    public static func strength(_ password: String, username: String, email: String) -> Strength {
        guard problem(password, username: username, email: email) == nil else { return .refused }
        let distinct = Double(Set(password).count)
        let bits = Double(password.count) * log2(max(2, distinct)) * 0.6
        return bits < 32 ? .fair : bits < 48 ? .good : .strong
    }

    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// Whether a password in lower case is a common one, or one that is padded, repeated or spelt with
    /// digits for letters, or a run along the alphabet or the keyboard.
    static func isCommon(_ password: String) -> Bool {
        if commonPasswords.contains(password) { return true }
        if Set(password).count < 4 { return true }
        let characters = Array(password)
        for period in 1...max(1, characters.count / 3)
        where characters.indices.allSatisfy({ characters[$0] == characters[$0 % period] }) {
            return true
        }
        if isMadeOfRuns(password) { return true }
        func stem(_ text: String) -> String { text.trimmingCharacters(in: CharacterSet.letters.inverted) }
        func spelt(_ text: String) -> String { String(text.map { digitLetters[$0] ?? $0 }) }
        for stem in [stem(password), stem(spelt(password)), spelt(stem(password))] {
            if stem.isEmpty || commonPasswords.contains(stem) || isMadeOfRuns(stem) { return true }
            let words = stem.split { !$0.isLetter }.map(String.init)
            if words.allSatisfy({ commonPasswords.contains($0) }), words.count < 3 { return true }
        }
        return false
    }

    private static let digitLetters: [Character: Character] = [
        "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i",
    ]

    private static let rows = [
        "abcdefghijklmnopqrstuvwxyz", "01234567890", "12345678901234567890", "qwertyuiopasdfghjklzxcvbnm",
        "qwertzuiopasdfghjklyxcvbnm",
        "azertyuiopqsdfghjklmwxcvbn", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujmikolp",
    ]

    /// Whether a text is nothing but runs of at least four characters.
    private static func isMadeOfRuns(_ text: String) -> Bool {
        var rest = Substring(text)
        while !rest.isEmpty {
            let longest = (4...max(4, rest.count)).last { length in
                length <= rest.count
                    && rows.contains { $0.contains(rest.prefix(length)) || $0.contains(String(rest.prefix(length).reversed())) }
            }
            guard let longest else { return false }
            rest = rest.dropFirst(longest)
        }
        return true
    }

    /// Words and phrases that lists of leaked passwords have most often, in lower case.
    private static let commonPasswords: Set<String> = Set(
        """
        password passwort motdepasse contrasena wachtwoord parola senha letmein welcome admin administrator root toor user login
        guest master changeme default secret qwerty azerty qwertz asdf asdfgh zxcvbn abc iloveyou loveyou lovely sunshine princess
        monkey dragon football baseball basketball soccer hockey superman batman spiderman starwars pokemon pikachu naruto
        michael jennifer jordan jessica ashley daniel andrew joshua thomas charlie robert nicole hannah george summer winter spring
        autumn monday friday january february march april june july august september october november december flower hello
        freedom whatever trustno shadow killer hunter ranger buster tigger ginger pepper cookie cheese chocolate butterfly purple
        orange yellow silver golden diamond phoenix mustang ferrari porsche mercedes corvette harley yamaha computer internet
        google facebook youtube linkedin twitter microsoft apple samsung android windows linux ubuntu debian server database
        oddline test tester testing demo example sample temp temporary company london paris berlin madrid moscow newyork america
        canada germany england france spain mexico liverpool arsenal chelsea barcelona juventus family forever friends angel angels
        babygirl babyboy sweetheart darling honey money million lucky happy smile jesus christ godisgood blessed matrix zaq
        passwordpassword adminadmin welcomewelcome letmeinplease iloveyouforever iloveyousomuch mypassword thisismypassword
        password1234 passw0rd1234 correcthorsebatterystaple correct-horse-battery-staple qwertyuiop123 qwerty123456 q1w2e3r4t5y6
        1qaz2wsx3edc zaq12wsxcde3 123qweasdzxc qweasdzxc123 asdfghjkl123 zxcvbnm12345 abcdefghijkl abc123abc123 abcd1234abcd
        changeme1234 changemenow1 administrator1 administrator123 rootrootroot letmein12345 welcome12345 trustno1trustno1
        monkey123456 dragon123456 football1234 baseball1234 sunshine1234 princess1234 superman1234 iloveyou1234 unknown
        """.split(whereSeparator: \.isWhitespace).map(String.init))
}
