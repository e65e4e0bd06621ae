import Foundation
import Persistence
import TerminalUI
import Testing

@testable import Dashboard

/// The keys that hold over a layer, its own and others, as help and footer have them.
private func bindings(over layer: any Layer<SignedIn>.Type) -> [Binding<SignedIn>] {
    layer.bindings
        + SignedIn.general.filter { $0.reach >= (layer.takesText ? .everything : layer.level == .screen ? .screens : .cards) }
}

/// All keys of the program.
func allKeys() -> [Key] { SignedIn.all.flatMap { bindings(over: $0) }.flatMap(\.keys) }

/// A layer that no binding says it opens is in no help, and not on the page of keys.
@Test func everyLayerThatShowsIsAmongThoseThatBindingsOpen() throws {
    let all = Set(SignedIn.all.map { ObjectIdentifier($0) }), before = Set(SignedOut.all.map { ObjectIdentifier($0) })
    var shown: Set<ObjectIdentifier> = []
    for scene in Scene.all {
        let state = try scene.make(120, 36)
        let here = (state.signedIn?.layers ?? []).map { ObjectIdentifier(type(of: $0)) }
        #expect(here.allSatisfy(all.contains), "\(scene.name)")
        #expect((state.signedOut?.layers ?? []).allSatisfy { before.contains(ObjectIdentifier(type(of: $0))) }, "\(scene.name)")
        shown.formUnion(here)
    }
    #expect(shown == all, "every layer has a scene")
}

@Test func everyKeyHasOneMeaningOnALayer() throws {
    for scene in Scene.all {
        let state = try scene.make(120, 36)
        guard let signedIn = state.signedIn, let top = signedIn.layers.last else { continue }
        let keys = SignedIn.bindings(over: top).filter { !$0.availability(signedIn).isAbsent }.flatMap(\.keys)
        #expect(Set(keys).count == keys.count, "\(scene.name): \(keys.filter { key in keys.count { $0 == key } > 1 })")
    }
}

@Test func everyCommandIsOneWordOfItsOwn() throws {
    for state in [try library(), try workspace()] {
        let words = try #require(state.signedIn).commands.map(\.word)
        #expect(Set(words).count == words.count)
        #expect(words.allSatisfy { !$0.isEmpty && !$0.contains(" ") })
    }
}

/// Helps, footers and the page of keys are made of sentences and words that a line holds.
@Test func everyBindingSaysInALineWhatItDoes() {
    for binding in SignedIn.all.flatMap({ bindings(over: $0) }) {
        #expect(!binding.keys.isEmpty && !binding.help.isEmpty && binding.help.count <= 84, "\(binding.help)")
        #expect(!binding.help.hasSuffix(".") && binding.help.first?.isUppercase == true, "\(binding.help)")
        #expect(binding.name.map { $0.count <= 21 && $0.first?.isLowercase == true } ?? true, "\(binding.help)")
    }
}

// MARK: The page of keys

/// The tables of the page, a layer each.
private func tables() -> String {
    func table<Owner: LayerOwner>(_ title: String, _ bindings: [Binding<Owner>], _ gestures: [Gesture]) -> String {
        let keys = bindings.map { binding in
            let keys = binding.keys.map(\.name).joined(separator: " ").replacing("|", with: "\\|")
            return "| `\(keys)` | \(binding.help)\(binding.command.map { " (`:\($0)`)" } ?? "") |"
        }
        let mouse = gestures.map { "| \($0.name) | \($0.help) |" }
        return (["### \(title)", "| key | what it does |", "|---|---|"] + keys + mouse).joined(separator: "\n") + "\n"
    }
    func layer<Owner: LayerOwner>(_ layer: any Layer<Owner>.Type) -> String { table(layer.title, layer.bindings, layer.gestures) }
    let everywhere = table("On every screen", SignedIn.general, [])
    return ([everywhere] + SignedIn.all.map { layer($0) } + SignedOut.all.map { layer($0) }).joined(separator: "\n")
}

/// The page says what the bindings say; `ODDLINE_REWRITE_GOLDENS=1` writes it anew.
@Test func thePageOfKeysIsTheBindings() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Documentation/keys.md").standardizedFileURL
    let page = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(page.range(of: "\n## All keys\n")).upperBound
    let end = try #require(page.range(of: "\n## Keys of your own\n")).lowerBound
    guard page[start..<end] != tables() else { return }
    if ProcessInfo.processInfo.environment["ODDLINE_REWRITE_GOLDENS"] != nil {
        try page.replacingCharacters(in: start..<end, with: tables()).write(to: file, atomically: true, encoding: .utf8)
    }
    Issue.record("Documentation/keys.md is not what the bindings say; ODDLINE_REWRITE_GOLDENS=1 writes it anew")
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

@Test func theReadmeNamesNoKeyThatIsNone() throws {
    let named = try keys(under: "The keys most used", of: "README.md").joined()
    #expect(named.count > 15)
    let known = Set(allKeys().map(\.name))
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
    state.frame.keyMap = try keyMap("[keys]\nt = \"F7\"\n\"?\" = \"F1\"\nm = \"p\"\np = \"m\"")
    let training = press(&state, .character("t"))
    #expect(training.isEmpty)
    press(&state, .function(1))
    type(&state, "show the keys")
    #expect(state.card is HelpCard && view(state).text.contains("F1"))
    press(&state, .escape)
    guard case .train? = press(&state, .function(7)).first else {
        Issue.record("the new key does not train")
        return
    }
    press(&state, .escape)
    guard case .compare? = press(&state, .character("p")).first else {
        Issue.record("two keys were not exchanged")
        return
    }
}

@Test func sentencesNameTheUsersKeys() throws {
    var state = try workspace()
    state.frame.keyMap = try keyMap("[keys]\nD = \"F5\"\nF = \"F6\"")
    press(&state, .character("K"))
    #expect(state.frame.message?.text.contains("F5 compares the two") == true)
    press(&state, .function(6))
    #expect(state.frame.message?.text.contains("F6 ends it") == true)
}

/// Cards that act as the screen does take the user's keys and name them; lines of text take what is typed.
@Test func keysOfTheConfigurationHoldInTheInspection() throws {
    var state = try workspace()
    state.frame.keyMap = try keyMap("[keys]\na = \"F3\"\nN = \"F4\"")
    press(&state, .character("i"))
    #expect(view(state).text.contains("F3 anomaly  n normal") && view(state).text.contains("F4 note"))
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
    ("theme = \"paper\"\n[keys]\nt = \"F7\"\nm = \"a\"", "line 4: a has a meaning already"),
    ("[keys]\nt = \"F7\"\nm = \"F7\"", "line 3: F7 is put in place of t already"),
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
    for key in allKeys() where !["↑", "↓", "←", "→", "Shift-←", "Shift-→"].contains(key.name) {
        #expect(Key(named: key.name) == key)
    }
}
