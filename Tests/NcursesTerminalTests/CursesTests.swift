import CNcursesw
import Foundation
import TerminalUI
import TestSupport
import Testing
import TimeSeries

@testable import NcursesTerminal

/// Curses as the program starts it, for terminals whose output nobody reads. It knows one terminal at a time.
@Suite(.serialized) struct CursesTests {
    private func open(_ type: String, width: Int = 80, height: Int = 24) throws {
        setlocale(LC_CTYPE, Glyph.locale)
        try #require(oddline_open_nowhere(type))
        try #require(start_color() == OK)
        use_default_colors()
        resizeterm(Int32(height), Int32(width))
    }

    @Test func everyScalarIsAsWideForCursesAsItWasMeasured() throws {
        try open("xterm-256color")
        var differing: [UInt32] = []
        for scalar in (0...0x10FFFF as ClosedRange<UInt32>).lazy.compactMap(Unicode.Scalar.init) {
            // A letter behind it must stand where the width says.
            var screen = CellBuffer(width: 4, height: 1)
            let columns = screen.write(String(Character(scalar)), x: 0, y: 0, Style())
            if columns != Glyph(Character(scalar)).columns || columns != cursesColumns(of: screen, columns) {
                differing.append(scalar.value)
            }
        }
        endwin()
        #expect(differing.isEmpty, "\(differing.count), such as \(differing.prefix(5).map { String($0, radix: 16) })")
    }

    /// Where the cursor of curses stands when the cells of a screen have been put one behind the other.
    private func cursesColumns(of screen: CellBuffer, _ columns: Int) -> Int {
        wmove(oddline_screen(), 0, 0)
        for x in 0..<columns where !screen[x, 0].isCovered {
            let text = screen[x, 0].character.unicodeScalars.map { wchar_t(bitPattern: $0.value) } + [0]
            guard oddline_put(0, getcurx(oddline_screen()), text, 0, 0) == OK else { return -1 }
        }
        return Int(getcurx(oddline_screen()))
    }

    @Test(
        arguments: [("xterm-256color", 1), ("linux", 2), ("xterm", 3)]
            + (0..<6).map { _ in ("xterm-256color", UInt64.random(in: 4..<1_000_000)) })
    func drawingWhatChangedShowsWhatDrawingAllShows(_ type: String, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let (width, height) = (Int.random(in: 1...60, using: &random), Int.random(in: 1...12, using: &random))
        try open(type, width: width, height: height)
        defer { endwin() }
        var painter = CellPainter(usesColor: true)
        var screen = CellBuffer(width: width, height: height)
        for step in 0..<40 {
            change(&screen, &random)
            painter.draw(screen)
            let incremental = shown(width, height)
            painter.forget()
            clearok(oddline_screen(), true)
            painter.draw(screen)
            let whole = shown(width, height)
            #expect(incremental == whole, "\(type), seed \(seed), step \(step), \(width)x\(height)")
            #expect(whole.map(\.text) == expected(screen), "\(type), seed \(seed), step \(step), \(width)x\(height)")
        }
    }

    /// Writes random text in random colours at random places, over the edges too.
    private func change(_ screen: inout CellBuffer, _ random: inout SeededGenerator) {
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            func color() -> Color? {
                Int.random(in: 0..<4, using: &random) == 0
                    ? nil
                    : Color(
                        red: .random(in: 0...255, using: &random), green: .random(in: 0...255, using: &random),
                        blue: .random(in: 0...255, using: &random))
            }
            let style = Style(color(), on: color(), bold: Bool.random(using: &random), reversed: Bool.random(using: &random))
            let (x, y) = (Int.random(in: -3..<screen.width, using: &random), Int.random(in: 0..<screen.height, using: &random))
            screen.write(
                randomText(Int.random(in: 1..<16, using: &random), using: &random), x: x, y: y, style,
                limit: Int.random(in: 1..<30, using: &random))
            if Bool.random(using: &random) { screen.fill(Rect(x: x, y: y, width: 3, height: 2), "─", style) }
        }
    }

    private struct ShownCell: Equatable {
        let text: String
        let attributes: attr_t
        let foreground: Int32
        let background: Int32
    }

    /// What curses takes the terminal to show.
    private func shown(_ width: Int, _ height: Int) -> [ShownCell] {
        var cells: [ShownCell] = []
        for y in 0..<height {
            for x in 0..<width {
                var text = [wchar_t](repeating: 0, count: Int(CCHARW_MAX) + 1)
                var (attributes, pair, foreground, background) = (attr_t(), Int32(), Int32(), Int32())
                _ = oddline_shown(Int32(y), Int32(x), &text, &attributes, &pair)
                extended_pair_content(pair, &foreground, &background)
                let scalars = text.prefix { $0 != 0 }.compactMap { Unicode.Scalar(UInt32(bitPattern: $0)) }
                // The colours count, not the number of their pair.
                let look = attributes & (oddline_bold() | oddline_underline() | oddline_reverse())
                cells.append(
                    ShownCell(
                        text: String(String.UnicodeScalarView(scalars)), attributes: look, foreground: foreground,
                        background: background))
            }
        }
        return cells
    }

    /// What a screen says stands in each cell; curses says the wide character for its second half too.
    private func expected(_ screen: CellBuffer) -> [String] {
        (0..<screen.height).flatMap { y in
            (0..<screen.width).map { x in String(screen[screen[x, y].isCovered ? x - 1 : x, y].character) }
        }
    }

    @Test func aTerminalOfFewPairsShowsEveryColorForAsLongAsOneScreenDoesNotNeedThemAll() throws {
        try open("linux", width: 8, height: 1)
        defer { endwin() }
        var painter = CellPainter(usesColor: true)
        let tones = [UInt8(0), 255].flatMap { red in
            [UInt8(0), 255].flatMap { green in [UInt8(0), 255].map { Color(red: red, green: green, blue: $0) } }
        }
        #expect(tones.count * tones.count >= oddline_pair_count())
        for background in tones + [nil] {
            var screen = CellBuffer(width: 8, height: 1)
            for (x, tone) in tones.enumerated() { screen.write("x", x: x, y: 0, Style(tone, on: background)) }
            painter.draw(screen)
            for (cell, tone) in zip(shown(8, 1), tones) {
                #expect(cell.foreground == Int32(tone.nearest8))
                #expect(cell.background == background.map { Int32($0.nearest8) } ?? -1)
            }
        }
    }

    // MARK: Keys

    @Test(arguments: ["linux", "xterm-256color", "tmux-256color", "rxvt-unicode-256color", "screen", "st-256color"])
    func theKeysOfATerminalsDescriptionAreKnown(_ type: String) throws {
        var problem: Int32 = 0
        guard setupterm(type, 1, &problem) == OK else { return }
        let keys = describedKeys()
        for number in 1...12 { #expect(keys.values.contains(.function(number)), "\(type), F\(number)") }
        for key in [Key.up, .down, .left, .right, .delete, .pageUp, .pageDown] {
            #expect(keys.values.contains(key), "\(type), \(key)")
        }
        #expect(keys.keys.allSatisfy { $0.count > 1 && $0[0] == 0x1B })
        if type == "linux" { #expect(keys[Array("\u{1B}[[A".utf8)] == .function(1)) }
    }
}
