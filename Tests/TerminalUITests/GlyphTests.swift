import TestSupport
import Testing
import TimeSeries

@testable import TerminalUI

/// Characters of which terminals make different things, and what is drawn for each.
@Test(arguments: [
    ("a", "a", 1), ("é", "é", 1), ("e\u{301}", "e\u{301}", 1), ("漢", "漢", 2), ("⚡", "⚡", 2), ("한", "한", 2),
    ("\u{1112}\u{1161}\u{11AB}", "\u{1112}\u{1161}\u{11AB}", 2), ("ที่", "ที่", 1), ("น\u{E33}", "น\u{E33}", 2), ("क्ष", "क्ष", 2),
    ("का", "का", 2),
    ("👩‍👩‍👧", "👩👩👧", 6), ("👍🏽", "👍", 2), ("🇩🇪", "DE", 2), ("🇩", "D", 1), ("⚠️", "⚠", 1), ("1️⃣", "1\u{20E3}", 1), ("ש", "ש", 1),
    ("ﷺ", "ﷺ", 1),
    ("\u{301}", "\u{25CC}\u{301}", 1), ("\u{200D}", "\u{FFFD}", 1), ("\u{202E}", "\u{FFFD}", 1), ("\u{7}", "\u{FFFD}", 1),
    ("\u{E000}", "\u{FFFD}", 1), ("\u{3164}", "\u{FFFD}", 1), ("\u{10FFFF}", "\u{FFFD}", 1), ("\r\n", "\u{FFFD}\u{FFFD}", 2),
])
func aGlyphIsDrawnWithWhatAllTerminalsAgreeAbout(_ text: String, _ drawn: String, _ columns: Int) throws {
    let grapheme = try #require(text.first)
    #expect(text.count == 1)
    #expect(Glyph(grapheme).columns == columns)
    var screen = CellBuffer(width: 12, height: 1)
    #expect(screen.write(text + "|", x: 0, y: 0, Style()) == columns + 1)
    #expect(screen[columns, 0].character == "|")
    #expect(screen.text == drawn + "|" + String(repeating: " ", count: 11 - columns))
}

@Test func everyScalarTakesAColumnAtLeastAndNoneShowsWhatCannotBePrinted() {
    var bad: [UInt32] = []
    for scalar in (0...0x10FFFF as ClosedRange<UInt32>).lazy.compactMap(Unicode.Scalar.init) {
        var (count, sum) = (0, 0)
        Glyph.forEachSign(of: Character(scalar)) { sign, columns in
            count += 1
            sum += columns
            if sign.character.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }) { sum = 99 }
        }
        if count != 1 || !(1...2).contains(sum) || Glyph(Character(scalar)).columns != sum { bad.append(scalar.value) }
    }
    #expect(bad == [])
}

@Test func textThatIsTooWideIsCutByColumns() {
    #expect(fitted("漢字漢字", columns: 8) == "漢字漢字")
    #expect(fitted("漢字漢字", columns: 7) == "漢字漢…")
    #expect(fitted("漢字漢字", columns: 6) == "漢字…")
    #expect(fitted("e\u{301}e\u{301}e\u{301}", columns: 2) == "e\u{301}…")
    #expect(fitted("abc", columns: 0) == "")
}

// MARK: Halves of wide characters

@Test(arguments: [(0, "x 字  "), (1, " x字  "), (2, "漢x   "), (3, "漢 x  "), (4, "漢字x ")])
func writingOverHalfAWideCharacterClearsTheOther(_ x: Int, _ left: String) {
    var screen = CellBuffer(width: 6, height: 1)
    screen.write("漢字", x: 0, y: 0, Style())
    screen.write("x", x: x, y: 0, Style())
    #expect(screen.text == left)
}

@Test func aWideCharacterOverTheHalvesOfTwoClearsTheirOthers() {
    var screen = CellBuffer(width: 6, height: 1)
    screen.write("漢字", x: 0, y: 0, Style())
    screen.write("温", x: 1, y: 0, Style())
    #expect(screen.text == " 温   ")
    screen.fill(Rect(x: 2, y: 0, width: 1, height: 1), "─", Style())
    #expect(screen.text == "  ─   ")
}

@Test func theEdgesCutNoWideCharacterInHalf() {
    var screen = CellBuffer(width: 4, height: 1)
    screen.write("漢字", x: -1, y: 0, Style())
    #expect(screen.text == " 字 ")
    screen.write("漢", x: 3, y: 0, Style())
    #expect(screen.text == " 字…")
}

// MARK: Fields

@Test func aMarkJoinsTheLetterBeforeItAndTheCursorFollows() {
    var field = TextField(limit: .columns(20))
    for character in ["e", "\u{301}", "x"] as [Character] { _ = field.handle(.character(character)) }
    #expect(field.text == "e\u{301}x" && field.cursor == 2)
    _ = field.handle(.left)
    _ = field.handle(.backspace)
    #expect(field.text == "x" && field.cursor == 0)
    for character in ["\u{E01}", "\u{E31}", "\u{E49}"] as [Character] { _ = field.handle(.character(character)) }
    #expect(field.text == "\u{E01}\u{E31}\u{E49}x" && field.cursor == 1)
    _ = field.handle(.home)
    field.insert("\u{308}")
    #expect(field.cursor == 1 && field.glyphs.map(\.columns) == [1, 1, 1])
    _ = field.handle(.home)
    field.insert("o")
    #expect(field.text.hasPrefix("o\u{308}") && field.cursor == 1, "the point stands behind the glyph that holds what was typed")
}

@Test func flagsThatJoinWhenWhatPartedThemGoesKeepTheCursorWithin() {
    var field = TextField(limit: .columns(20), text: "🇩x🇪")
    _ = field.handle(.left)
    _ = field.handle(.backspace)
    #expect(field.text == "🇩🇪" && field.glyphs.count == 1 && field.cursor == 1)
}

@Test func fieldsAreLimitedByColumnsOrByBytes() {
    var wide = TextField(limit: .columns(5))
    wide.insert("漢字漢字")
    #expect(wide.text == "漢字")
    wide.insert("a漢")
    #expect(wide.text == "漢字a")
    wide.insert("\u{301}")
    #expect(wide.text == "漢字a\u{301}", "a mark takes no column")
    wide.insert(String(repeating: "\u{301}", count: 5000))
    #expect(wide.text.utf8.count <= 32 * 5)
    var secret = TextField(limit: .bytes(72), isSecret: true)
    secret.insert(String(repeating: "é", count: 100))
    #expect(secret.text.utf8.count == 72)
    secret.insert("a")
    #expect(secret.text.utf8.count == 72)
    secret.set(String(repeating: "ก", count: 30))
    #expect(secret.text.unicodeScalars.count == 24)
}

@Test(arguments: (0..<20).map { _ in UInt64.random(in: 0..<1_000_000) })
func whateverIsTypedTheCursorStaysWithinAndTheLimitHolds(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let limits: [TextField.Limit] = [.columns(12), .columns(64), .bytes(72), .bytes(9)]
    var field = TextField(limit: limits.randomElement(using: &random) ?? .columns(12), isSecret: Bool.random(using: &random))
    let keys: [Key] = [
        .backspace, .delete, .left, .right, .left, .right, .home, .end, .control("w"), .control("a"), .control("e"),
    ]
    for step in 0..<800 {
        let before = field
        switch Int.random(in: 0..<10, using: &random) {
        case 0: field.insert(randomText(Int.random(in: 0..<30, using: &random), using: &random))
        case 1...6:
            let scalar = everyKindOfScalar.randomElement(using: &random) ?? "a"
            _ = field.handle(.character(Character(scalar)))
        default: _ = field.handle(keys.randomElement(using: &random) ?? .left)
        }
        #expect((0...field.glyphs.count).contains(field.cursor), "seed \(seed), step \(step), after \(before)")
        #expect(field.glyphs.map(\.grapheme) == Array(field.text), "seed \(seed), step \(step), after \(before)")
        #expect(field.limit.holds(field.glyphs), "seed \(seed), step \(step), after \(before)")
        expectDrawnWithin(field, Int.random(in: 1..<30, using: &random), "seed \(seed), step \(step)")
    }
}

/// A drawn field leaves what is beside it alone and shows the insertion point.
private func expectDrawnWithin(_ field: TextField, _ width: Int, _ place: String) {
    var screen = CellBuffer(width: 40, height: 3)
    screen.border(Rect(x: 1, y: 0, width: width + 2, height: 3), Style())
    let before = screen
    screen.field(field, x: 2, y: 1, width: width, style: Style(), isFocused: true)
    for x in 0..<40 where !(2..<2 + width).contains(x) { #expect(screen[x, 1] == before[x, 1], "\(place)") }
    let points = (2..<2 + width).filter { screen[$0, 1].style.isReversed && !screen[$0, 1].isCovered }
    let under = field.cursor < field.glyphs.count && !field.isSecret ? field.glyphs[field.cursor].columns : 1
    #expect(!points.isEmpty || under > width, "no insertion point: \(place)")
    #expect((0..<3).allSatisfy { y in displayWidth(String(screen.text.split(separator: "\n")[y])) == 40 }, "\(place)")
}

@Test(arguments: (0..<20).map { _ in UInt64.random(in: 0..<1_000_000) })
func whateverIsWrittenWhereverNoCellIsHalfACharacterAndNoRowChangesItsWidth(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let (width, height) = (Int.random(in: 1..<40, using: &random), Int.random(in: 1..<6, using: &random))
    var screen = CellBuffer(width: width, height: height)
    for _ in 0..<200 {
        let (x, y) = (Int.random(in: -5..<width + 2, using: &random), Int.random(in: -1...height, using: &random))
        let limit = Int.random(in: 0..<20, using: &random)
        let text = randomText(Int.random(in: 0..<12, using: &random), using: &random)
        let used = screen.write(text, x: x, y: y, Style(), limit: limit)
        #expect(used <= limit, "seed \(seed)")
        if Int.random(in: 0..<4, using: &random) == 0 {
            screen.fill(Rect(x: x, y: y, width: 3, height: 1), "─", Style())
        }
        for y in 0..<height {
            for x in 0..<width {
                let isWide = Glyph(screen[x, y].character).columns == 2
                let covers = x + 1 < width && screen[x + 1, y].isCovered
                #expect(isWide == covers, "seed \(seed)")
            }
            #expect(!screen[0, y].isCovered, "seed \(seed)")
        }
    }
}
