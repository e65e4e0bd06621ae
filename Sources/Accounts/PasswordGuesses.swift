import Foundation

/// How many guesses a password takes when guessed as zxcvbn would (Wheeler, 2016): it is cut into common words, also
/// reversed or spelt with digits for letters, runs along the alphabet or keyboard, repetitions, years, and other
/// characters, in the way that takes the fewest.
struct PasswordGuesses {
    /// Passwords that take fewer are refused.
    static let fewest = 1e8

    private let characters: [Character]
    private let memory: [String: Int]

    /// - Parameter words: common passwords and words with their ranks, in lower case.
    init(_ password: String, words: [String: Int] = commonWords) {
        characters = Array(password.lowercased())
        memory = words
    }

    /// The fewest guesses.
    var count: Double { Self.count(characters, memory) }

    /// Shortest path over the places between characters: the product of what the pieces take, and the factorial of their
    /// number for their order.
    private static func count(_ characters: [Character], _ words: [String: Int]) -> Double {
        guard !characters.isEmpty else { return 1 }
        let end = characters.count
        // best[place][pieces]: the fewest guesses for the characters before `place` in so many pieces.
        var best = Array(repeating: [Double](repeating: .infinity, count: end + 1), count: end + 1)
        best[0][0] = 1
        for from in 0..<end {
            for to in from + 1...end {
                let guesses = guesses(Array(characters[from..<to]), words)
                for pieces in 0..<end where best[from][pieces] < .infinity {
                    best[to][pieces + 1] = min(best[to][pieces + 1], best[from][pieces] * guesses)
                }
            }
        }
        var (fewest, factorial) = (Double.infinity, 1.0)
        for pieces in 1...end {
            factorial *= Double(pieces)
            fewest = min(fewest, factorial * best[end][pieces])
        }
        return fewest
    }

    /// What one piece takes: as a word, a run, a year or a repetition, or else ten guesses a character.
    private static func guesses(_ piece: [Character], _ words: [String: Int]) -> Double {
        var fewest = pow(10, Double(piece.count))
        let text = String(piece)
        if (3...30).contains(piece.count) {
            if let rank = words[text] { fewest = min(fewest, Double(rank)) }
            if let rank = words[String(piece.reversed())] { fewest = min(fewest, 2 * Double(rank)) }
            let spelt = String(piece.map { letters[$0] ?? $0 })
            if spelt != text, let rank = words[spelt] { fewest = min(fewest, 4 * Double(rank)) }
            if spelt != text, let rank = words[String(spelt.reversed())] { fewest = min(fewest, 8 * Double(rank)) }
            if rows.contains(where: { $0.contains(text) || $0.contains(String(piece.reversed())) }) {
                fewest = min(fewest, 40 * Double(piece.count))
            }
        }
        if piece.count == 4, let year = Int(text), (1900...2050).contains(year) { fewest = min(fewest, 150) }
        if piece.count >= 2 {
            for period in 1...max(1, piece.count / 2) where piece.count % period == 0 && period < piece.count {
                guard piece.indices.allSatisfy({ piece[$0] == piece[$0 % period] }) else { continue }
                fewest = min(fewest, count(Array(piece.prefix(period)), words) * Double(piece.count / period))
                break
            }
        }
        return fewest
    }

    private static let letters: [Character: Character] = [
        "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i", "8": "b", "9": "g", "+": "t",
    ]

    private static let rows = [
        "abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertz", "azerty",
        "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "azertyuiopqsdfghjklmwxcvbn", "zxcvbnmasdfghjklqwertyuiop",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujmikolp", "!@#$%^&*()",
    ]
}
