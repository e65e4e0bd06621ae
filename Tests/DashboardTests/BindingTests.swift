import Foundation
import TerminalUI
import Testing

@testable import Dashboard

/// A further place does not compile here before its screen is among those that are looked for.
@Test func theListOfScreensIsThatOfThePlaces() throws {
    func screen(of place: SignedIn.Place) -> any Screen.Type {
        switch place {
        case .library: LibraryState.self
        case .workspace: WorkspaceState.self
        }
    }
    let states = try [library(), workspace()].map { try #require($0.signedIn) }
    for state in states { #expect(type(of: state.screen) == screen(of: state.place)) }
    #expect(states.map { ObjectIdentifier(type(of: $0.screen)) } == SignedIn.screens.map { ObjectIdentifier($0) })
}

@Test func everyKeyHasOneMeaningOnAScreen() {
    for screen in SignedIn.screens {
        let keys = (screen.bindings + Binding.everywhere).flatMap(\.keys)
        #expect(Set(keys).count == keys.count, "\(screen.title)")
    }
}

@Test func everyCommandIsOneWordOfItsOwn() throws {
    for state in [try library(), try workspace()] {
        let words = try #require(state.signedIn).commands.map(\.word)
        #expect(Set(words).count == words.count)
        #expect(words.allSatisfy { !$0.isEmpty && !$0.contains(" ") })
    }
}

@Test func theHelpNamesEveryKeyOnce() {
    for binding in Binding.all {
        let keys = binding.keys.map(\.name).joined(separator: " ")
        #expect(HelpCard.lines.count { $0.keys == keys && $0.text == binding.help } == 1, "\(binding.help)")
    }
}

/// Each row of the table of keys in the README stands for whole bindings, and together they are all there are.
@Test func theReadmesTableOfKeysIsTheBindings() throws {
    let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../README.md")
    let text = try String(contentsOf: readme.standardizedFileURL, encoding: .utf8)
    let section = try #require(text.components(separatedBy: "\n## Keys\n").dropFirst().first).components(separatedBy: "\n## ")[0]
    let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
        let cell = line.dropFirst(2).components(separatedBy: " | ")[0]
        return cell.split(separator: "`").enumerated().filter { $0.offset.isMultiple(of: 2) }.flatMap {
            $0.element.split(separator: " ").map(String.init)
        }
    }
    #expect(rows.count > 10)
    let bindings = Binding.all.map { Set($0.keys.map(\.name)) }
    for row in rows {
        let own = Set(row)
        let whole = bindings.filter { $0.isSubset(of: own) }
        #expect(whole.reduce(into: Set()) { $0.formUnion($1) } == own, "the row of \(row) is not made of whole bindings")
    }
    #expect(Set(rows.joined()) == bindings.reduce(into: Set()) { $0.formUnion($1) })
}
