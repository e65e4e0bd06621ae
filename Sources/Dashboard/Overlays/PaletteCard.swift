import Accounts
import TerminalUI

/// A word of the palette and what it does with the words after it.
struct Command: Sendable {
    let word: String
    /// What it does, or how it is written.
    let help: String
    let run: @Sendable (inout SignedIn, [String], inout Frame) -> [Effect]

    init(word: String, help: String, _ run: @escaping @Sendable (inout SignedIn, [String], inout Frame) -> [Effect]) {
        self.word = word
        self.help = help
        self.run = run
    }

    /// The command of a binding, if it has one.
    init?(_ binding: Binding) {
        guard let word = binding.command else { return nil }
        self.init(word: word, help: binding.help) { signedIn, values, frame in
            if let value = values.first, let run = binding.runWithValue { return run(&signedIn, value, &frame) }
            return binding.run(&signedIn, &frame)
        }
    }
}

extension SignedIn {
    /// The commands of the screen that shows.
    var commands: [Command] { bindings.compactMap(Command.init) + screen.commands }

    /// Commands whose word begins with what was typed.
    func commands(matching line: String) -> [Command] {
        let word = line.split(separator: " ").first?.lowercased() ?? ""
        return commands.filter { $0.word.hasPrefix(word) }
    }

    /// Does what a line of the palette says; the first command whose word begins with what was typed counts, unless
    /// one has exactly that word.
    mutating func run(_ line: String, _ frame: inout Frame) -> [Effect] {
        let words = line.split(separator: " ").map(String.init)
        guard let word = words.first?.lowercased() else { return [] }
        let matching = commands(matching: word)
        guard let command = matching.first(where: { $0.word == word }) ?? matching.first else {
            frame.complain("There is no command \"\(word)\" here; type : and Tab to see them.")
            return []
        }
        return command.run(&self, Array(words.dropFirst()), &frame)
    }
}

/// The line in which a command is typed, with those that begin like it.
struct PaletteCard: Card {
    private var field = TextField(limit: 256)

    mutating func update(
        _ key: Key, over signedIn: inout SignedIn, _ session: Session, _ frame: inout Frame
    ) -> CardStep {
        switch key {
        case .escape: return .close
        case .enter: return .close(signedIn.run(field.text, &frame))
        case .tab: if let first = signedIn.commands(matching: field.text).first { field.set(first.word + " ") }
        default: _ = field.handle(key)
        }
        return .stay
    }

    func view(over signedIn: SignedIn, _ session: Session, _ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let commands = signedIn.commands(matching: field.text)
        let height = min(commands.count, 10) + 3
        let card = Rect(
            x: max(1, screen.width / 2 - 35), y: max(1, screen.height - height - 3), width: min(70, screen.width - 2),
            height: height)
        drawCard(&screen, card, title: "Command", theme)
        screen.write(":", x: card.x + 2, y: card.y + 1, Style(theme.accent, bold: true))
        screen.field(
            field, x: card.x + 4, y: card.y + 1, width: card.width - 6, style: Style(theme.text, on: theme.panel),
            isFocused: true)
        let shown = commands.prefix(10)
        let words = max(12, shown.map { displayWidth($0.word) }.max() ?? 0)
        for (row, command) in shown.enumerated() {
            let y = card.y + 2 + row
            screen.write(command.word, x: card.x + 4, y: y, Style(theme.text, bold: true), limit: words)
            screen.write(command.help, x: card.x + words + 6, y: y, Style(theme.muted), limit: card.width - words - 8)
        }
    }
}
