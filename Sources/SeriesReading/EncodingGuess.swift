import Foundation

/// What a text is written in that is neither UTF-8 nor UTF-16, by how its bytes from 0x80 on follow each other.
struct EncodingGuess {
    /// The most bytes that are looked at.
    private static let lookedAt = 1 << 16

    /// Runs of bytes from 0x80 on by their lengths, and those bytes by their values.
    private var (odd, even, long): (Int, Int, Int) = (0, 0, 0)
    private var counts = Array(repeating: 0, count: 256)
    private let bytes: [UInt8]

    init(_ data: Data) {
        bytes = [UInt8](data.prefix(Self.lookedAt))
        var run = 0
        for byte in bytes + [0] {
            if byte >= 0x80 {
                run += 1
                counts[Int(byte)] += 1
            } else if run > 0 {
                if run % 2 == 0 { even += 1 } else { odd += 1 }
                if run > 2 { long += 1 }
                run = 0
            }
        }
    }

    private func count(_ range: ClosedRange<Int>) -> Int { counts[range].reduce(0, +) }

    /// The encoding. Letters of Western Europe stand alone or in twos between those of ASCII; where most stand in longer runs or in
    /// pairs of two bytes, the text is in another script.
    var encoding: TextEncoding {
        if isNearlyUTF8 { return .windows1252 }
        if let encoding = japanese { return encoding }
        guard long * 2 > odd + even else { return .windows1252 }
        if count(0xC0...0xFF) * 10 >= count(0x80...0xFF) * 9 {
            // Of Cyrillic letters the small are more than the capitals.
            return count(0xC0...0xDF) > count(0xE0...0xFF) ? .koi8r : .windows1251
        }
        if odd * 20 <= even, count(0x80...0xA0) == 0 { return inPairs }
        return arePairs ? .gb18030 : .windows1252
    }

    /// Whether nine in ten bytes from 0x80 on are of characters of UTF-8, of which some bytes were damaged or cut off.
    private var isNearlyUTF8: Bool {
        var (place, fitting) = (0, 0)
        while place < bytes.count {
            let length =
                switch bytes[place] {
                case 0xC2...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0...0xF4: 4
                default: 1
                }
            let rest = bytes[(place + 1)..<min(place + length, bytes.count)]
            if length > 1, rest.count == length - 1, rest.allSatisfy({ 0x80...0xBF ~= $0 }) {
                fitting += length
                place += length
            } else {
                place += 1
            }
        }
        return fitting * 10 >= count(0x80...0xFF) * 9
    }

    /// Shift-JIS where all bytes are of its characters and most of those of two bytes begin as kana and common signs do, next to others.
    private var japanese: TextEncoding? {
        var (place, pairs, neighbours, common, last) = (0, 0, 0, 0, -2)
        while place < bytes.count {
            let lead = bytes[place]
            if lead < 0x80 || 0xA1...0xDF ~= lead {
                place += 1
                continue
            }
            guard 0x81...0x9F ~= lead || 0xE0...0xFC ~= lead else { return nil }
            guard place + 1 < bytes.count else { break }
            guard 0x40...0xFC ~= bytes[place + 1], bytes[place + 1] != 0x7F else { return nil }
            pairs += 1
            if last == place { neighbours += 1 }
            if lead <= 0x9F { common += 1 }
            place += 2
            last = place
        }
        return pairs > 1 && neighbours * 2 >= pairs && common * 3 >= pairs * 2 ? .shiftJIS : nil
    }

    /// The encoding of two bytes from 0xA1 on for a character: of Japanese where kana are many, of Korean where no character lies
    /// behind its syllables, else of Chinese.
    private var inPairs: TextEncoding {
        var (kana, syllables, pairs, place) = (0, 0, 0, 0)
        while place + 1 < bytes.count {
            guard bytes[place] >= 0x80 else {
                place += 1
                continue
            }
            pairs += 1
            if bytes[place] == 0xA4 || bytes[place] == 0xA5 { kana += 1 }
            if 0xA1...0xAC ~= bytes[place] || 0xB0...0xC8 ~= bytes[place] { syllables += 1 }
            place += 2
        }
        return kana * 10 > pairs * 3 ? .eucJP : syllables == pairs ? .eucKR : .gb18030
    }

    /// Whether all bytes from 0x80 on begin characters of two bytes as Chinese has them, or end one.
    private var arePairs: Bool {
        var place = 0
        while place + 1 < bytes.count {
            guard bytes[place] >= 0x80 else {
                place += 1
                continue
            }
            guard 0x81...0xFE ~= bytes[place], 0x40...0xFE ~= bytes[place + 1] else { return false }
            place += 2
        }
        return true
    }
}
