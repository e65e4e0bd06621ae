import TerminalUI
import TestSupport
import Testing
import TimeSeries

@testable import Dashboard

/// Every field in which text is typed, with what lies before it.
private let fields: [Scene] = {
    var fields = [
        Scene("login-name") { DashboardState(width: $0, height: $1, themes: [.midnight]) },
        Scene("login-password") { afterTabs(1, DashboardState(width: $0, height: $1, themes: [.midnight])) },
        Scene("lock") { width, height in
            var state = try library(width: width, height: height)
            _ = update(&state, .idle)
            return state
        },
        Scene("path") { try inLibrary($0, $1, .character("o")) },
        Scene("filter") { try inLibrary($0, $1, .character("/")) },
        Scene("palette") { try inLibrary($0, $1, .character(":")) },
        Scene("help") { try inLibrary($0, $1, .character("?")) },
        Scene("channels") { width, height in
            let scene = Scene.all.first { $0.name == "channels" }
            return try #require(scene).make(width, height)
        },
        Scene("new-account") { try inLibrary($0, $1, .character("A"), .right, .right, .right, .right, .character("n")) },
        Scene("slider") { try inWorkspace($0, $1, .tab, .down, .character("0")) },
        Scene("note") { try inWorkspace($0, $1, .character("]"), .character("N")) },
        Scene("event-filter") { try inWorkspace($0, $1, .tab, .tab, .character("/")) },
    ]
    for field in 0..<4 {
        fields.append(
            Scene("registration-\(field)") {
                afterTabs(field, DashboardState(width: $0, height: $1, themes: [.midnight], isFirstUser: true))
            })
    }
    for field in 1...3 {
        fields.append(Scene("profile-\(field)") { afterTabs(field, try inLibrary($0, $1, .character("A"))) })
        fields.append(Scene("password-\(field)") { afterTabs(field, try inLibrary($0, $1, .character("A"), .right)) })
    }
    return fields
}()

private func afterTabs(_ count: Int, _ state: DashboardState) -> DashboardState {
    var state = state
    for _ in 0..<count { press(&state, .tab) }
    return state
}

private func inLibrary(_ width: Int, _ height: Int, _ keys: Key...) throws -> DashboardState {
    var state = try library(width: width, height: height)
    for key in keys { press(&state, key) }
    return state
}

private func inWorkspace(_ width: Int, _ height: Int, _ keys: Key...) throws -> DashboardState {
    var state = try workspace(width: width, height: height)
    for key in keys { press(&state, key) }
    return state
}

@Suite struct FieldTests {
    @Test func aCombiningMarkInAPathJoinsItsLetter() throws {
        var state = try inLibrary(120, 36, .character("o"))
        type(&state, scalars: "e\u{301}x")
        #expect(view(state).text.contains("e\u{301}x "))
    }

    @Test func threeThaiKeystrokesAtRegistrationAreOneCharacter() {
        var state = DashboardState(width: 120, height: 36, themes: [.midnight], isFirstUser: true)
        type(&state, scalars: "\u{E14}\u{E35}\u{E48}")
        #expect(view(state).text.contains("\u{E14}\u{E35}\u{E48} "))
        press(&state, .tab)
        #expect(view(state).text.contains("starts with a letter"))
    }

    @Test(arguments: fields) func whateverIsTypedIntoAFieldNoBorderMoves(_ field: Scene) throws {
        for (number, size) in [(120, 36), (80, 24), (60, 20)].enumerated() {
            var random = SeededGenerator(seed: UInt64.random(in: 0..<1_000_000))
            let place = "\(field.name), \(size), seed \(random)"
            var state = try field.make(size.0, size.1)
            try expectWholeBorder(state, place)
            for step in 0..<60 {
                switch Int.random(in: 0..<12, using: &random) {
                case 0: press(&state, [.left, .right, .home, .end].randomElement(using: &random) ?? .left)
                case 1: press(&state, [.backspace, .delete, .control("w")].randomElement(using: &random) ?? .delete)
                case 2 where number == 0:
                    _ = update(&state, .input(.paste(typed(Int.random(in: 0..<40, using: &random), &random))))
                default: type(&state, scalars: typed(1, &random))
                }
                try expectWholeBorder(state, "\(place), step \(step)")
            }
            press(&state, .control("u"))
            try expectWholeBorder(state, place)
        }
    }

    /// Text without what a border is drawn with and without what leaves the field.
    private func typed(_ length: Int, _ random: inout SeededGenerator) -> String {
        let scalars = randomText(length, using: &random).unicodeScalars.filter {
            !"│─…".unicodeScalars.contains($0) && $0.value >= 0x20
        }
        return String(String.UnicodeScalarView(scalars))
    }

    /// Types as a terminal sends it: each scalar is a key.
    private func type(_ state: inout DashboardState, scalars text: String) {
        for scalar in text.unicodeScalars { _ = update(&state, .input(.key(.character(Character(scalar))))) }
    }

    /// The lines left and right of the insertion point go up and down to corners.
    private func expectWholeBorder(_ state: DashboardState, _ place: String) throws {
        let screen = view(state)
        let lines = screen.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { displayWidth(String($0)) == screen.width }, "\(place)")
        let points = (0..<screen.height).flatMap { y in (0..<screen.width).map { (x: $0, y: y) } }
        let point = try #require(points.first { screen[$0.x, $0.y].style.isReversed }, "no insertion point: \(place)")
        func isLine(_ x: Int, _ y: Int) -> Bool { "│┃".contains(screen[x, y].character) }
        func isCorner(_ x: Int, _ y: Int) -> Bool { "╭╮╰╯├┤┬┴┼".contains(screen[x, y].character) }
        let beside = { (x: Int) in isLine(x, point.y) || isCorner(x, point.y) }
        let left = try #require((0..<point.x).last(where: beside), "\(place)\n\(screen.text)")
        let right = try #require((point.x + 1..<screen.width).first(where: beside), "\(place)\n\(screen.text)")
        for step in [-1, 1] {
            var y = point.y
            while isLine(left, y), isLine(right, y) { y += step }
            #expect(isCorner(left, y) && isCorner(right, y), "row \(y): \(place)\n\(screen.text)")
        }
    }
}
