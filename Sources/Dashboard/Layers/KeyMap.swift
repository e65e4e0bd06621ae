import Foundation
import Persistence
import TerminalUI

/// Keys that the user put in place of the program's; they hold on all layers but where text is typed.
public struct KeyMap: Sendable, Equatable {
    /// The program's keys that the user moved elsewhere.
    private var moved: [Key: Key] = [:]

    /// The program's own keys.
    public init() {}

    /// Takes the keys of a configuration file, each under the program's name of a key.
    /// - Throws: `StorageError.configuration` naming the line of a key that there is not, or that has two meanings on a layer.
    public init(_ configuration: ConfigurationFile, at file: URL) throws(StorageError) {
        let pairs = configuration.keys.sorted { (configuration.keyLines[$0.key] ?? 0) < (configuration.keyLines[$1.key] ?? 0) }
        func problem(_ name: String, _ reason: String) -> StorageError {
            let place = configuration.keyLines[name].map { "line \($0): " } ?? ""
            return .configuration(path: file.path, reason: place + reason)
        }
        let layers = SignedIn.all.filter { !$0.takesText }.map { layer in
            layer.bindings + SignedIn.general.filter { $0.reach >= (layer.level == .screen ? .screens : .cards) }
        }
        for (name, wanted) in pairs {
            guard let old = Key(named: name), layers.joined().contains(where: { $0.keys.contains(old) }) else {
                throw problem(name, "no key of the program is called \"\(name)\"")
            }
            guard let new = Key(named: wanted) else {
                throw problem(name, "\"\(wanted)\" is no key; write a sign, or a name such as Ctrl-t, F5 or Space")
            }
            if let other = moved.first(where: { $0.value == new })?.key {
                throw problem(name, "\(new.name) is put in place of \(other.name) already")
            }
            moved[old] = new
        }
        for bindings in layers {
            for (name, _) in pairs {
                guard let old = Key(named: name), let new = moved[old], moved[new] == nil,
                    bindings.contains(where: { $0.keys.contains(old) }),
                    let other = bindings.first(where: { $0.keys.contains(new) }), !other.keys.contains(old)
                else { continue }
                throw problem(name, "\(new.name) has a meaning already (\(other.help.lowercased())); move that too")
            }
        }
    }

    /// The user's key in place of one of the program's.
    func key(for key: Key) -> Key { moved[key] ?? key }
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
