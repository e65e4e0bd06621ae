import Foundation
import Testing
import TimeSeries

@testable import StrictJSON

@Suite struct JSONTests {
    private func read(_ text: String) throws -> JSON { try JSON(Array(text.utf8)) }

    @Test func numbersFlagsAndTextKeepTheirTypes() throws {
        let value = try read(" [0, 1, -1, 1.0, 1e2, true, false, null, \"1\", 9223372036854775807, 9223372036854775808, -0] ")
        #expect(
            value
                == [
                    0, 1, -1, .number(1), .number(100), true, false, .null, "1", .integer(.max),
                    .number(9_223_372_036_854_775_808),
                    0,
                ])
    }

    @Test(arguments: [
        "", " ", "{", "}", "[", "[1", "[1,", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "{'a':1}",
        "1 2", "01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "1e999", "NaN", "Infinity", "nul", "nulll", "True", "\"",
        "\"\\\"",
        "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"a\nb\"", "\"\u{1}\"",
        "\u{FEFF}1", "// no\n1", "[1]]",
    ])
    func whatIsNoJSONIsRefused(_ text: String) {
        #expect(throws: JSONError.malformed) { try read(text) }
    }

    @Test(arguments: [
        ("u0041", "A"), ("u00e9!", "é"), ("uD83D\\uDE00.", "😀"), ("n", "\n"), ("/", "/"), ("\"", "\""),
    ]) func anEscapeEndsWhereItsCharacterDoes(_ text: String, _ meant: String) throws {
        var (place, content) = (0, [UInt8]())
        try JSONEscape.read(Array(text.utf8), at: &place, into: &content)
        #expect(String(decoding: content, as: UTF8.self) == meant)
        #expect(place == text.utf8.count - (text.hasSuffix("!") || text.hasSuffix(".") ? 1 : 0))
    }

    @Test(arguments: [
        ("", JSONEscape.Flaw.unknown), ("x", .unknown), ("u", .unknown), ("u+123", .unknown), ("u12", .unknown),
        ("uD800", .halfAPair), ("uD800n", .halfAPair), ("uD800\\u0041", .halfAPair), ("uDC00", .halfAPair),
        ("uD800\\u00", .unknown),
    ]) func whatIsNoEscapeIsRefused(_ text: String, _ flaw: JSONEscape.Flaw) {
        var (place, content) = (0, [UInt8]())
        #expect(throws: flaw) { try JSONEscape.read(Array(text.utf8), at: &place, into: &content) }
    }

    @Test(arguments: ["", "plain", "a \"quote\" and \\", "\u{1}\n\t\u{7F}", "é😀 = \u{301}\"\u{301}"])
    func aQuotedTextReadsAsItself(_ text: String) throws { #expect(try read(JSONText.quoted(text)) == .text(text)) }

    @Test func bytesThatAreNoUTF8AreRefused() {
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC3]] {
            #expect(throws: JSONError.malformed) { try JSON([0x22] + bytes + [0x22]) }
        }
    }

    @Test func membersStandOnceHoweverTheyAreSpelt() {
        #expect(throws: JSONError.repeatedMember) { try read("{\"a\":1,\"b\":2,\"a\":3}") }
        #expect(throws: JSONError.repeatedMember) { try read("{\"a\":1,\"\\u0061\":3}") }
        #expect(throws: Never.self) { try read("{\"a\":{\"a\":1},\"A\":[{\"a\":1},{\"a\":1}]}") }
    }

    @Test func nestingIsBounded() {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(throws: Never.self) { try read(nested(8)) }
        #expect(throws: JSONError.tooDeep) { try read(nested(9)) }
        #expect(throws: JSONError.tooDeep) { try read(String(repeating: "{\"a\":", count: 100_000)) }
    }

    @Test func documentsDrawnAtRandomAreReadAsTheyWereWritten() throws {
        for _ in 0..<200 {
            let seed = UInt64.random(in: .min ... .max)
            var random = SeededGenerator(seed: seed)
            let value = drawn(depth: 4, &random)
            let spelt = spelt(value, &random)
            #expect(try read(spelt) == value, "seed \(seed): \(spelt)")
            var text = JSONText()
            text.add(value)
            #expect(try JSON(text.bytes) == value, "seed \(seed)")
        }
    }

    /// Foundation's reader, which is laxer, takes whatever this one takes, and sees the same in it.
    @Test func whatIsTakenAfterRandomDamageIsJSONForOthersToo() throws {
        var taken = 0
        for _ in 0..<3000 {
            let seed = UInt64.random(in: .min ... .max)
            var random = SeededGenerator(seed: seed)
            var bytes = Array(spelt(drawn(depth: 3, &random), &random).utf8)
            for _ in 0..<Int.random(in: 0...2, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: place)
                default: bytes[place] = UInt8.random(in: 0...255, using: &random)
                }
            }
            guard let value = try? JSON(bytes) else { continue }
            taken += 1
            let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(theirs.map { isSame(value, $0) } == true, "seed \(seed): \(text)")
        }
        #expect(taken > 500)
    }

    private func isSame(_ value: JSON, _ theirs: Any) -> Bool {
        switch value {
        case .null: theirs is NSNull
        case .flag(let flag): theirs as? Bool == flag
        case .integer(let integer): (theirs as? NSNumber)?.int64Value == Int64(integer)
        case .number(let number): (theirs as? NSNumber).map { abs($0.doubleValue - number) <= 1e-12 * abs(number) } ?? false
        case .text(let text): theirs as? String == text
        case .list(let items):
            (theirs as? [Any]).map { $0.count == items.count && zip(items, $0).allSatisfy(isSame) } ?? false
        case .object(let members):
            (theirs as? [String: Any]).map { theirs in
                theirs.count == members.count
                    && members.allSatisfy { member in theirs[member.name].map { isSame(member.value, $0) } ?? false }
            } ?? false
        }
    }

    private func drawn(depth: Int, _ random: inout SeededGenerator) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
        case 0: return .null
        case 1: return .flag(Bool.random(using: &random))
        case 2: return .integer(Int(truncatingIfNeeded: random.next()) >> Int.random(in: 0..<63, using: &random))
        case 3: return .number(random.normal() * pow(10, Double(Int.random(in: -20...20, using: &random))) + 0.1)
        case 4, 5: return .text(text(&random))
        case 6, 7: return .list((0..<Int.random(in: 0..<4, using: &random)).map { _ in drawn(depth: depth - 1, &random) })
        default:
            let names = Set((0..<Int.random(in: 0..<4, using: &random)).map { _ in text(&random) }).sorted()
            return .object(names.map { .init(name: $0, value: drawn(depth: depth - 1, &random)) })
        }
    }

    private func text(_ random: inout SeededGenerator) -> String {
        let alphabet = Array("abcxyz019 \"\\/\n\t\r\u{8}\u{C}\u{0}\u{1F}\u{7F}é漢😀\u{10FFFF}".unicodeScalars)
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<8, using: &random) {
            text.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
        }
        return String(text)
    }

    /// One of the many ways to write a value.
    private func spelt(_ value: JSON, _ random: inout SeededGenerator) -> String {
        func space() -> String {
            String(
                (0..<Int.random(in: 0..<2, using: &random)).map { _ in
                    [" ", "\n", "\t", "\r"].randomElement(using: &random) ?? " "
                })
        }
        func quoted(_ text: String) -> String {
            "\""
                + text.unicodeScalars.map { scalar in
                    if scalar.value < 0x20 || scalar == "\"" || scalar == "\\" || random.uniform() < 0.2 {
                        return String(scalar).utf16.map {
                            String(format: Bool.random(using: &random) ? "\\u%04x" : "\\u%04X", $0)
                        }.joined()
                    }
                    return String(scalar)
                }.joined() + "\""
        }
        let text =
            switch value {
            case .null: "null"
            case .flag(let flag): flag ? "true" : "false"
            case .integer(let integer): String(integer)
            case .number(let number): number.description
            case .text(let text): quoted(text)
            case .list(let items): "[" + items.map { spelt($0, &random) }.joined(separator: ",") + space() + "]"
            case .object(let members):
                "{" + members.map { space() + quoted($0.name) + space() + ":" + spelt($0.value, &random) }.joined(separator: ",")
                    + space()
                    + "}"
            }
        return space() + text + space()
    }
}
