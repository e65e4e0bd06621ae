import Foundation
import Persistence
import TerminalUI

/// Keys that the user put in place of the program's; they hold on the screens and in the cards that act as those do, not in
/// forms and where text is typed.
public struct KeyMap: Sendable, Equatable {
    /// The program's key by the user's.
    private var meanings: [Key: Key] = [:]
    /// The program's keys that the user moved elsewhere.
    private var moved: [Key: Key] = [:]

    /// The program's own keys.
    public init() {}

    /// Takes the keys of a configuration file, each under the program's name of a key.
    /// - Throws: `StorageError.configuration` naming the line of a key that there is not, or that has two meanings on a screen.
    public init(_ configuration: ConfigurationFile, at file: URL) throws(StorageError) {
        let pairs = configuration.keys.sorted { (configuration.keyLines[$0.key] ?? 0) < (configuration.keyLines[$1.key] ?? 0) }
        func place(_ name: String) -> String { configuration.keyLines[name].map { "line \($0): " } ?? "" }
        for (name, wanted) in pairs {
            guard let old = Key(named: name), Binding.all.contains(where: { $0.keys.contains(old) }) else {
                throw .configuration(path: file.path, reason: "\(place(name))no key of the program is called \"\(name)\"")
            }
            guard let new = Key(named: wanted) else {
                throw .configuration(
                    path: file.path,
                    reason: "\(place(name))\"\(wanted)\" is no key; write a sign, or a name such as Ctrl-t, F5 or Space")
            }
            moved[old] = new
            if let other = meanings[new] {
                throw .configuration(
                    path: file.path, reason: "\(place(name))\(new.name) is put in place of \(other.name) already")
            }
            meanings[new] = old
        }
        for screen in SignedIn.screens {
            let keys = (screen.bindings + Binding.everywhere).flatMap(\.keys)
            for (name, _) in pairs {
                guard let old = Key(named: name), let new = moved[old], keys.contains(old), keys.contains(new), moved[new] == nil
                else { continue }
                throw .configuration(
                    path: file.path,
                    reason:
                        "\(place(name))\(new.name) has a meaning already (\(Self.meaning(of: new, on: screen))); move that too")
            }
        }
    }

    private static func meaning(of key: Key, on screen: any Screen.Type) -> String {
        (screen.bindings + Binding.everywhere).first { $0.keys.contains(key) }?.help.lowercased() ?? ""
    }

    /// What the key that was pressed is in the program's own keys; `nil` where it means nothing any more.
    func meaning(of key: Key) -> Key? { meanings[key] ?? (moved[key] == nil ? key : nil) }

    /// How the user's key in place of this one is called.
    func name(of key: Key) -> String { (moved[key] ?? key).name }
}

extension Key {
    /// Reads a key's name as the help writes it, without regard to case where the name has more than one sign.
    init?(named name: String) {
        if name.count == 1, let character = name.first {
            self = .character(character)
            return
        }
        let word = name.lowercased()
        let named: [Key] = [
            .character(" "), .enter, .tab, .backTab, .escape, .backspace, .delete, .home, .end, .pageUp, .pageDown, .shiftLeft,
            .shiftRight,
        ]
        let controls = "abcdefghijklmnopqrstuvwxyz".map { Key.control($0) }
        guard let key = (named + controls + (1...12).map(Key.function)).first(where: { $0.name.lowercased() == word }) else {
            return nil
        }
        self = key
    }
}
