import Foundation
import Testing

@testable import TerminalUI

private func keys(_ bytes: String) -> [InputEvent] {
    var parser = InputParser()
    return parser.parse(Array(bytes.utf8))
}

@Test func keysAreUnderstood() {
    #expect(keys("aZé漢") == "aZé漢".map { .key(.character($0)) })
    #expect(keys("\r\t\u{7F}\u{3}") == [.key(.enter), .key(.tab), .key(.backspace), .key(.control("c"))])
    #expect(keys("\u{1B}[A\u{1B}OB\u{1B}[1;2C\u{1B}[Z") == [.key(.up), .key(.down), .key(.shiftRight), .key(.backTab)])
    #expect(
        keys("\u{1B}[5~\u{1B}[6~\u{1B}[3~\u{1B}[H\u{1B}[4~") == [
            .key(.pageUp), .key(.pageDown), .key(.delete), .key(.home), .key(.end),
        ])
}

@Test func keysThatTheTerminalDescribesComeBeforeThoseThatMostSend() {
    // The Linux console's, and one whose bytes mean another key elsewhere.
    let described: [[UInt8]: Key] = [
        Array("\u{1B}[[A".utf8): .function(1), Array("\u{1B}[[B".utf8): .function(2), Array("\u{1B}[P".utf8): .delete,
        Array("\u{1B}\t".utf8): .backTab,
    ]
    var parser = InputParser(keys: described)
    let events = parser.parse(Array("\u{1B}[[A\u{1B}[[B\u{1B}[P\u{1B}\t\u{1B}[A\u{1B}[24~a".utf8))
    #expect(
        events == [
            .key(.function(1)), .key(.function(2)), .key(.delete), .key(.backTab), .key(.up), .key(.function(12)),
            .key(.character("a")),
        ])
    let pieces = Array("\u{1B}[[A".utf8).map { parser.parse([$0]) }
    #expect(pieces == [[], [], [], [.key(.function(1))]])
    let begun = parser.parse(Array("\u{1B}[[".utf8))
    #expect(begun == [] && parser.isWaiting)
    _ = parser.flush()
    #expect(!parser.isWaiting)
}

@Test func functionKeysAndTheBlockOfDigitsAreUnderstoodWithoutADescription() {
    let codes = ["\u{1B}OP", "\u{1B}OQ", "\u{1B}OR", "\u{1B}OS"] + [15, 17, 18, 19, 20, 21, 23, 24].map { "\u{1B}[\($0)~" }
    #expect(codes.flatMap(keys) == (1...12).map { .key(.function($0)) })
    #expect(
        keys("\u{1B}Op\u{1B}Oy\u{1B}Ok\u{1B}OM") == [
            .key(.character("0")), .key(.character("9")), .key(.character("+")), .key(.enter),
        ])
}

@Test func aLoneEscapeWaitsUntilItIsClearThatNothingFollows() {
    var parser = InputParser()
    let first = parser.parse([0x1B])
    #expect(first == [])
    #expect(parser.isWaiting)
    let flushed = parser.flush()
    #expect(flushed == [.key(.escape)])
    #expect(!parser.isWaiting)
    let whole = parser.parse([0x1B]) + parser.parse(Array("[A".utf8))
    #expect(whole == [.key(.up)])
}

/// Whatever numbers come, cells stay within what can be reckoned with.
@Test func mouseEventsBeyondAnyTerminalStayWithinBounds() {
    #expect(keys("\u{1B}[<0;-9223372036854775808;1M").isEmpty)
    #expect(keys("\u{1B}[<0;1;-9223372036854775808M").isEmpty)
    #expect(keys("\u{1B}[<-9223372036854775808;5;7M") == [.mouse(Mouse(x: 4, y: 6, action: .press))])
    #expect(
        keys("\u{1B}[<32;9223372036854775807;9223372036854775807M") == [.mouse(Mouse(x: 9998, y: 9998, action: .drag))])
    #expect(keys("\u{1B}[<0;99999999999999999999;1M").isEmpty)
}

@Test func mouseEventsOfBothCodingsAreUnderstood() {
    #expect(
        keys("\u{1B}[<0;5;7M\u{1B}[<32;6;7M\u{1B}[<0;6;7m") == [
            .mouse(Mouse(x: 4, y: 6, action: .press)), .mouse(Mouse(x: 5, y: 6, action: .drag)),
            .mouse(Mouse(x: 5, y: 6, action: .release)),
        ])
    #expect(
        keys("\u{1B}[<64;1;1M\u{1B}[<65;1;1M") == [
            .mouse(Mouse(x: 0, y: 0, action: .wheelUp)), .mouse(Mouse(x: 0, y: 0, action: .wheelDown)),
        ])
    #expect(keys("\u{1B}[M !!") == [.mouse(Mouse(x: 0, y: 0, action: .press))])
}

@Test func pastedTextArrivesWhole() {
    #expect(keys("\u{1B}[200~a\rb\u{1B}[201~c") == [.paste("a\rb"), .key(.character("c"))])
}

@Test func aPasteWhoseEndNeverComesIsTakenAndKeysAreKeysAgain() {
    var parser = InputParser()
    let begun = parser.parse(Array("\u{1B}[200~ab".utf8))
    #expect(begun == [])
    #expect(parser.isWaiting)
    let rest = parser.parse(Array("c\u{1B}[20".utf8))
    #expect(rest == [])
    let flushed = parser.flush()
    #expect(flushed == [.paste("abc\u{1B}[20")])
    #expect(!parser.isWaiting)
    let key = parser.parse(Array("q".utf8))
    #expect(key == [.key(.character("q"))])
    _ = parser.parse(Array("\u{1B}[200~abc".utf8))
    let interrupted = parser.parse([0x03])
    #expect(interrupted == [.paste("abc"), .key(.control("c"))], "Ctrl-C alone is a key")
}

@Test(arguments: (0..<20).map { _ in UInt64.random(in: 1..<1_000_000) })
func afterArbitraryBytesTheNextKeyIsUnderstood(seed: UInt64) {
    let described: [[UInt8]: Key] = [Array("\u{1B}[[A".utf8): .function(1), Array("\u{1B}OA".utf8): .up]
    var parser = InputParser(keys: seed.isMultiple(of: 2) ? described : [:])
    var state = seed
    for _ in 0..<5_000 {
        state = state &* 6_364_136_223_846_793_005 &+ 1
        let byte = UInt8(truncatingIfNeeded: state >> 40)
        _ = parser.parse([byte % 5 == 0 ? 0x1B : byte % 3 == 0 ? 0x5B : byte])
        if byte == 9 { _ = parser.flush() }
    }
    _ = parser.parse(Array("\u{1B}[201~".utf8))
    _ = parser.flush()
    #expect(parser.parse(Array("x".utf8)) == [.key(.character("x"))], "seed \(seed)")
    #expect(!parser.isWaiting, "seed \(seed)")
}

@Test func textIsCutWithAnEllipsisAndNeverLeavesItsPlace() {
    var screen = CellBuffer(width: 10, height: 2)
    let used = screen.write("abcdefghij", x: 2, y: 0, Style(), limit: 5)
    #expect(used == 5)
    screen.write("x", x: -1, y: 0, Style())
    screen.write("x", x: 3, y: 9, Style())
    screen.write("漢字x", x: 0, y: 1, Style())
    #expect(screen.text == "  abcd…   \n漢字x     ")
}

@Test func controlCharactersNeverReachACell() {
    var screen = CellBuffer(width: 20, height: 1)
    screen.write("a\u{1B}[31m\u{7}\u{9B}b\u{202E}", x: 0, y: 0, Style())
    #expect(
        !screen.text.unicodeScalars.contains {
            $0.properties.generalCategory == .control || $0.properties.generalCategory == .format
        })
}

@Test func borderAndTitleStandWhereTheyShould() {
    var screen = CellBuffer(width: 12, height: 3)
    screen.border(screen.bounds, title: "Hi", Style())
    #expect(screen.text == "╭─ Hi ─────╮\n│          │\n╰──────────╯")
    #expect(screen.inASCII.text == "+- Hi -----+\n|          |\n+----------+")
}

@Test func brailleLinesJoinAndKeepSpikes() {
    var canvas = BrailleCanvas(columns: 4, rows: 2)
    canvas.line([(0, 0), (0, 0), (7, 7), (0, 0), (.nan, .nan), (0, 0), (0, 0), (0, 0)], low: 0, high: 7)
    var screen = CellBuffer(width: 4, height: 2)
    screen.draw(canvas, x: 0, y: 0, Style())
    #expect(screen.text == " ⣷  \n⣀⢿⢀⣀")
}

@Test(arguments: [0, 0.1, 0.5, 0.99, 1]) func barsAreAsHighAsTheirValues(_ height: Double) {
    var screen = CellBuffer(width: 1, height: 4)
    screen.bars([height], in: screen.bounds) { _ in Style() }
    let blocks = " ▁▂▃▄▅▆▇█"
    let eighths = (0..<4).reduce(0) { sum, y in
        sum + blocks.distance(from: blocks.startIndex, to: blocks.firstIndex(of: screen[0, y].character) ?? blocks.startIndex)
    }
    #expect(eighths == max(1, Int((height * 32).rounded())))
}

@Test func slidersTurnColumnsIntoSharesAndBack() {
    for width in 2...40 {
        for column in 0..<width { #expect(sliderKnob(share: sliderShare(column: column, width: width), width: width) == column) }
        #expect(sliderShare(column: -5, width: width) == 0 && sliderShare(column: 99, width: width) == 1)
    }
}

@Test func fieldsEditLimitAndHide() {
    var field = TextField(limit: .columns(5), isSecret: true)
    for character in "abcdefgh" { _ = field.handle(.character(character)) }
    #expect(field.text == "abcde")
    _ = field.handle(.home)
    _ = field.handle(.delete)
    _ = field.handle(.right)
    _ = field.handle(.backspace)
    field.insert("é\u{1B}\nß漢")
    #expect(field.text == "éßcde")
    var screen = CellBuffer(width: 8, height: 1)
    screen.field(field, x: 0, y: 0, width: 8, style: Style(), isFocused: true)
    #expect(!screen.text.contains("c"))
    let isEdit = field.handle(.up)
    #expect(!isEdit)
}

@Test func colorsKeepTheirHueOn256ColorTerminals() throws {
    #expect(try #require(Color(hex: "#ff0000")).nearest256 == 196)
    #expect(try #require(Color(hex: "#808080")).nearest256 == 244)
    #expect(try #require(Color(hex: "#5a2630")).nearest256 < 232)
    #expect(Color(hex: "#12345") == nil && Color(hex: "red") == nil)
    #expect(try #require(Color(hex: "#ff2020")).nearest8 == 1)
}

@Test func shippedThemesAreCompleteAndReadable() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Themes")
        .standardizedFileURL
    let (themes, problems) = Theme.all(in: [folder])
    #expect(problems.isEmpty)
    #expect(
        themes.map(\.name) == ["contrast", "ember", "fjord", "linen", "midnight", "okabe-ito", "paper", "violet"])
    #expect(themes.first { $0.name == "midnight" } == .midnight)
    for theme in themes {
        // Everything that text is written in, where it is written.
        let inks = [
            theme.text, theme.muted, theme.accent, theme.series, theme.combined, theme.threshold, theme.cursor, theme.error,
            theme.success, theme.color(of: "lstm"), theme.color(of: "transformer"),
        ]
        for paper in [theme.background, theme.panel] {
            for ink in inks { #expect(contrast(ink, paper) >= 4.5, "\(theme.name): \(ink) on \(paper)") }
        }
        #expect(contrast(theme.selectionText, theme.selection) >= 4.5, "\(theme.name)")
        for ink in [theme.text, theme.series] { #expect(contrast(ink, theme.flag) >= 4.5, "\(theme.name)") }
        for model in ["a", "b", "c", "d"] {
            #expect(contrast(theme.color(of: model), theme.background) >= 3, "\(theme.name), \(model)")
        }
    }
}

@Test func anErrorInAThemeIsNamedWithItsLine() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).toml")
    defer { try? FileManager.default.removeItem(at: file) }
    try "# mine\nname = \"mine\"\n\nmuted = \"grey\"\n".write(to: file, atomically: true, encoding: .utf8)
    #expect(throws: ThemeError.badColor(file: file.lastPathComponent, line: 4, key: "muted")) { try Theme(readingFrom: file) }
    try "# mine\nname = \"mine\"\ntext = #ffffff\n".write(to: file, atomically: true, encoding: .utf8)
    #expect(throws: ThemeError.notTOML(file: file.lastPathComponent, line: 3)) { try Theme(readingFrom: file) }
    try "name = \"mine\"\n[@models]\n".write(to: file, atomically: true, encoding: .utf8)
    #expect(throws: ThemeError.notTOML(file: file.lastPathComponent, line: 2)) { try Theme(readingFrom: file) }
}

/// The contrast ratio of the Web Content Accessibility Guidelines.
private func contrast(_ a: Color, _ b: Color) -> Double {
    func luminance(_ color: Color) -> Double {
        let parts = [color.red, color.green, color.blue].map { part -> Double in
            let share = Double(part) / 255
            return share <= 0.03928 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }
    let (light, dark) = (max(luminance(a), luminance(b)), min(luminance(a), luminance(b)))
    return (light + 0.05) / (dark + 0.05)
}

@Test func aThemeColoursModelsByNameAndHasASpareColourForOthers() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).toml")
    defer { try? FileManager.default.removeItem(at: file) }
    let text = "author = \"somebody\"\nlstm = \"#010203\"\ntreshold = \"#070809\"\n[models]\nmedian = \"#040506\"\n"
    try text.write(to: file, atomically: true, encoding: .utf8)
    let theme = try Theme(readingFrom: file)
    #expect(theme.color(of: "lstm") == Color(red: 1, green: 2, blue: 3))
    #expect(theme.color(of: "median") == Color(red: 4, green: 5, blue: 6))
    #expect(theme.color(of: "transformer") == Theme.midnight.color(of: "transformer"))
    #expect(contrast(theme.color(of: "another"), theme.background) >= 3)
    #expect(Set(theme.models.keys) == ["lstm", "transformer", "median"], "no other key is a model's")
    try "[models]\nmedian = 3\n".write(to: file, atomically: true, encoding: .utf8)
    #expect(throws: ThemeError.badColor(file: file.lastPathComponent, line: 2, key: "models.median")) {
        try Theme(readingFrom: file)
    }
}

@Test func aBrokenThemeIsNamedAndTheOthersStay() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try "text = \"blue\"".write(to: folder.appendingPathComponent("bad.toml"), atomically: true, encoding: .utf8)
    try "text = \"#ffffff\"".write(to: folder.appendingPathComponent("good.toml"), atomically: true, encoding: .utf8)
    let (themes, problems) = Theme.all(in: [folder])
    #expect(problems == [.badColor(file: "bad.toml", line: 1, key: "text")])
    #expect(themes.map(\.name) == ["good"])
    #expect(Theme.all(in: []).themes == [.midnight])
}

@Test func axisTextsAreShort() {
    #expect(
        [0, 12, 39_197, 1_500_000, 0.25, -3.14159, 1e-5].map { axisText($0) } == [
            "0", "12", "39.2k", "1.5M", "0.25", "-3.142", "1.0e-05",
        ])
}

// MARK: Round numbers on an axis

@Test(arguments: [
    (0.0, 1.0, 4), (-3, 7, 5), (8, 39_000, 6), (1e-9, 2.5e-9, 3), (35.68, 61.03, 3), (-0.02, 0.013, 8), (1e9, 1.2e9, 4),
])
func ticksAreRoundNumbersWithinTheAxisAndNoTwoReadAlike(_ low: Double, _ high: Double, _ count: Int) {
    let ticks = ValueTicks(from: low, to: high, atMost: count).ticks
    #expect((1...count).contains(ticks.count))
    #expect(ticks.allSatisfy { $0.value >= low - (high - low) * 1e-9 && $0.value <= high + (high - low) * 1e-9 })
    #expect(Set(ticks.map(\.text)).count == ticks.count)
    #expect(ticks.allSatisfy { displayWidth($0.text) <= 10 })
}

@Test func ticksAreWrittenToTheSameDigit() {
    #expect(ValueTicks(from: 8, to: 39_000, atMost: 5).ticks.map(\.text) == ["10k", "20k", "30k"])
    #expect(ValueTicks(from: 35.68, to: 61.03, atMost: 3).ticks.map(\.text) == ["40", "50", "60"])
    #expect(ValueTicks(from: -0.2, to: 0.31, atMost: 6).ticks.map(\.text) == ["-0.2", "-0.1", "0", "0.1", "0.2", "0.3"])
    #expect(ValueTicks(from: 5, to: 5, atMost: 6).ticks.map(\.text) == ["5"])
}

// MARK: Without colour and beyond ASCII

@Test func linesOfDifferentPatternsDifferWithoutColour() {
    let drawn = BrailleCanvas.Pattern.allCases.map { pattern in
        var canvas = BrailleCanvas(columns: 12, rows: 2)
        canvas.line((0..<24).map { ((Double($0) / 3).rounded(), (Double($0) / 3).rounded()) }, low: 0, high: 8, pattern: pattern)
        var screen = CellBuffer(width: 12, height: 2)
        screen.draw(canvas, x: 0, y: 0, Style())
        return screen.text
    }
    #expect(Set(drawn).count == drawn.count)
}

@Test func whatColoursBehindCellsSayIsSaidByForm() {
    let (plain, selection, flag) = (
        Color(red: 1, green: 1, blue: 1), Color(red: 2, green: 2, blue: 2), Color(red: 3, green: 3, blue: 3)
    )
    var screen = CellBuffer(width: 3, height: 1, style: Style(on: plain))
    screen.tint(Rect(x: 1, y: 0, width: 1, height: 1), selection)
    screen.tint(Rect(x: 2, y: 0, width: 1, height: 1), flag)
    screen.showBackgroundsByForm(reversed: [selection], plain: [plain])
    #expect((0..<3).map { screen[$0, 0].style.isReversed } == [false, true, false])
    #expect((0..<3).map { screen[$0, 0].style.isUnderlined } == [false, false, true])
}

@Test func lettersLoseTheirAccentsAndNothingBecomesAQuestionMark() {
    var screen = CellBuffer(width: 25, height: 1)
    screen.write("Zürich São café 温度 ✓ ▲?", x: 0, y: 0, Style())
    #expect(screen.inASCII.text == "Zurich Sao cafe _ _  + ^?")
}

@Test func aDoubleClickIsTwoQuickPressesOfOneCellWithNothingBetween() {
    let press = InputEvent.mouse(Mouse(x: 3, y: 4, action: .press))
    let double = InputEvent.mouse(Mouse(x: 3, y: 4, action: .press, isDouble: true))
    let start = ContinuousClock.now
    var clicks = DoubleClicks()
    #expect(clicks.marked(press, at: start) == press)
    #expect(clicks.marked(.mouse(Mouse(x: 3, y: 4, action: .release)), at: start) != press)
    #expect(clicks.marked(press, at: start + DoubleClicks.interval) == double)
    #expect(clicks.marked(press, at: start + DoubleClicks.interval) == press, "a third press begins anew")
    #expect(clicks.marked(.key(.enter), at: start + DoubleClicks.interval) == .key(.enter))
    #expect(clicks.marked(press, at: start + DoubleClicks.interval) == press, "a key lies between")
    #expect(clicks.marked(press, at: start + DoubleClicks.interval * 3) == press, "too late")
}
