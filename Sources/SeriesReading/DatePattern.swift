/// How a header spells the times below it: `dd.MM.yyyy`, `DATE (MM/DD/YYYY)`.
enum DatePattern {
    /// What letters of a pattern mean; `mm` behind hours is minutes.
    private static let directives: [String: String] = [
        "yyyy": "%Y", "yy": "%y", "mm": "%m", "m": "%m", "mmm": "%b", "dd": "%d", "d": "%d", "hh": "%H", "h": "%H", "ss": "%S",
        "jjjj": "%Y", "tt": "%d", "aaaa": "%Y", "jj": "%d",
    ]

    /// The directives that a pattern of a date stands for, `nil` where a text is none: a day, a month and a year, and maybe a clock.
    static func directives(_ text: String) -> String? {
        var (spelled, word): (String, String) = ("", "")
        var known: Set<String> = []
        func end() -> Bool {
            guard !word.isEmpty else { return true }
            guard var directive = directives[word] else { return false }
            if directive == "%m", known.contains("%H") { directive = "%M" }
            spelled += directive
            word = ""
            return known.insert(directive).inserted
        }
        for character in text.lowercased() {
            if character.isLetter {
                if let last = word.last, last != character, !end() { return nil }
                word.append(character)
            } else {
                guard end(), "./-: _T".contains(character) else { return nil }
                spelled.append(character)
            }
        }
        guard end() else { return nil }
        let hasMonth = known.contains("%m") || known.contains("%b")
        return known.contains("%d") && hasMonth && (known.contains("%Y") || known.contains("%y")) ? spelled : nil
    }

    /// The directives that a name of a column spells, as a whole or in brackets.
    static func named(_ name: String) -> String? {
        if let whole = directives(name) { return whole }
        let parts = name.split { "()[]{}".contains($0) }
        return parts.count > 1 ? parts.lazy.compactMap { directives(String($0)) }.first : nil
    }
}
