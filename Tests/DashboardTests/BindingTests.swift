import Foundation
import Persistence
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
    let help = HelpCard.lines(KeyMap())
    for binding in Binding.all {
        let line = HelpCard.Line(keys: binding.keys.map(\.name).joined(separator: " "), text: binding.help)
        #expect(help.count { $0 == line } == 1, "\(binding.help)")
    }
}

/// The rows of the table of keys under a heading of a page, a row the keys that it names.
private func keys(under heading: String, of page: String) throws -> [[String]] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../\(page)")
    let text = try String(contentsOf: file.standardizedFileURL, encoding: .utf8)
    let section = try #require(text.components(separatedBy: "\n## \(heading)\n").dropFirst().first)
        .components(separatedBy: "\n## ")[0]
    return section.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
        let cell = line.dropFirst(2).components(separatedBy: " | ")[0]
        return cell.split(separator: "`").enumerated().filter { $0.offset.isMultiple(of: 2) }.flatMap {
            $0.element.split(separator: " ").map(String.init)
        }
    }
}

/// Each row of the table of all keys stands for whole bindings, and together they are all there are.
@Test func theTableOfKeysIsTheBindings() throws {
    let rows = try keys(under: "All keys", of: "Documentation/keys.md")
    #expect(rows.count > 10)
    let bindings = Binding.all.map { Set($0.keys.map(\.name)) }
    for row in rows {
        let own = Set(row)
        let whole = bindings.filter { $0.isSubset(of: own) }
        #expect(whole.reduce(into: Set()) { $0.formUnion($1) } == own, "the row of \(row) is not made of whole bindings")
    }
    #expect(Set(rows.joined()) == bindings.reduce(into: Set()) { $0.formUnion($1) })
}

@Test func theReadmeNamesNoKeyThatIsNone() throws {
    let named = try keys(under: "The keys most used", of: "README.md").joined()
    #expect(named.count > 15)
    let known = Set(Binding.all.flatMap(\.keys).map(\.name))
    for key in named { #expect(known.contains(key), "\(key)") }
}

/// The key map of a configuration file with this text.
private func keyMap(_ text: String) throws -> KeyMap {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString).toml")
    defer { try? FileManager.default.removeItem(at: file) }
    try text.write(to: file, atomically: true, encoding: .utf8)
    return try KeyMap(ConfigurationFile(readingFrom: file), at: file)
}

@Test func keysOfTheConfigurationTakeThePlaceOfTheProgramsOwn() throws {
    var state = try workspace()
    state.frame.keyMap = try keyMap("[keys]\nt = \"y\"\n\"?\" = \"F1\"\nm = \"p\"\np = \"m\"")
    let training = press(&state, .character("t"))
    #expect(training.isEmpty)
    press(&state, .function(1))
    #expect(state.card is HelpCard && view(state).text.contains("F1"))
    press(&state, .escape)
    guard case .train? = press(&state, .character("y")).first else {
        Issue.record("the new key does not train")
        return
    }
    press(&state, .escape)
    guard case .compare? = press(&state, .character("p")).first else {
        Issue.record("two keys were not exchanged")
        return
    }
}

/// Cards that act as the screen does take the user's keys and name them; lines of text take what is typed.
@Test func keysOfTheConfigurationHoldInTheInspection() throws {
    var state = try workspace()
    state.frame.keyMap = try keyMap("[keys]\na = \"F3\"\nN = \"F4\"")
    press(&state, .character("i"))
    #expect(view(state).text.contains("F3 anomaly   n normal") && view(state).text.contains("F4 note"))
    #expect(press(&state, .character("a")).isEmpty, "the key that was moved means nothing any more")
    guard case .judge(_, _, .anomaly?)? = press(&state, .function(3)).first else {
        Issue.record("the new key does not judge")
        return
    }
    press(&state, .function(4))
    type(&state, "a N")
    #expect(state.card is EntryCard)
    press(&state, .enter)
    #expect(state.workspace?.notes.first?.value == "a N")
    #expect(state.card is InspectionCard, "the inspection goes on after a note")
    press(&state, .function(4), .escape)
    #expect(state.card is InspectionCard)
}

@Test(arguments: [
    ("theme = \"paper\"\n[keys]\nt = \"y\"\nm = \"a\"", "line 4: a has a meaning already"),
    ("[keys]\nt = \"y\"\nm = \"y\"", "line 3: y is put in place of t already"),
    ("[keys]\n\"§\" = \"y\"", "line 2: no key of the program is called \"§\""),
    ("[keys]\n\nt = \"Hyper-t\"", "line 3: \"Hyper-t\" is no key"),
])
func aConflictOfKeysIsNamedWithItsLine(_ text: String, _ sentence: String) {
    do {
        let map = try keyMap(text)
        Issue.record("taken: \(map)")
    } catch {
        #expect("\(error)".contains(sentence) && "\(error)".contains(".toml"), "\(error)")
    }
}

@Test func everyKeyOfTheHelpCanBeNamedInTheConfiguration() {
    for key in Binding.all.flatMap(\.keys) where !["↑", "↓", "←", "→", "Shift-←", "Shift-→"].contains(key.name) {
        #expect(Key(named: key.name) == key)
    }
}
