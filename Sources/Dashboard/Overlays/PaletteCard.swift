import TerminalUI

/// A word of the palette and what it does with the words after it.
struct Command: Sendable {
    let word: String
    /// What may follow the word, such as `PATH` or `0 to 1`; empty where nothing does.
    let arguments: String
    /// Whether something has to follow.
    let needsArguments: Bool
    /// What it does.
    let help: String
    let run: @Sendable (inout SignedIn, [String], inout Frame) -> [Effect]

    init(
        word: String, arguments: String = "", needsArguments: Bool = false, help: String,
        _ run: @escaping @Sendable (inout SignedIn, [String], inout Frame) -> [Effect]
    ) {
        self.word = word
        self.arguments = arguments
        self.needsArguments = needsArguments
        self.help = help
        self.run = run
    }

    /// The command of a binding, if it has one.
    init?(_ binding: Binding) {
        guard let word = binding.command else { return nil }
        self.init(word: word, arguments: binding.arguments ?? "", help: binding.help) { signedIn, values, frame in
            if !values.isEmpty, let run = binding.runWithValue {
                return run(&signedIn, values.joined(separator: " "), &frame)
            }
            return binding.run(&signedIn, &frame)
        }
    }
}

extension SignedIn {
    /// The commands of the screen that shows.
    var commands: [Command] { bindings.compactMap(Command.init) + screen.commands }

    /// Commands whose word begins with what was typed, then those that hold it elsewhere.
    func commands(matching line: String) -> [Command] {
        let word = line.split(separator: " ").first?.lowercased() ?? ""
        let commands = commands
        return commands.filter { $0.word.hasPrefix(word) }
            + commands.filter { !$0.word.hasPrefix(word) && ($0.word.contains(word) || $0.help.lowercased().contains(word)) }
    }

    /// Does what a line of the palette says; the first command whose word begins with what was typed counts, unless
    /// one has exactly that word.
    mutating func run(_ line: String, _ frame: inout Frame) -> [Effect] {
        let words = line.split(separator: " ").map(String.init)
        guard let word = words.first?.lowercased() else { return [] }
        let matching = commands.filter { $0.word.hasPrefix(word) }
        guard let command = matching.first(where: { $0.word == word }) ?? matching.first else {
            frame.complain("There is no command \"\(word)\" here; type : to see them.")
            return []
        }
        return command.run(&self, Array(words.dropFirst()), &frame)
    }
}

/// The line in which a command is typed, with those that match it; the arrows choose one.
struct PaletteCard: Card {
    private var field = TextField(limit: 256)
    /// The chosen one of the commands shown; `nil` leaves what was typed.
    private var chosen: Int?
    private static let mostLines = 12

    mutating func update(
        _ key: Key, over signedIn: inout SignedIn, _ frame: inout Frame
    ) -> CardStep {
        let commands = signedIn.commands(matching: field.text)
        func move(_ steps: Int) { chosen = max(0, min((chosen ?? -1) + steps, commands.count - 1)) }
        switch key {
        case .escape: return .close
        case .down: move(1)
        case .up: move(-1)
        case .pageDown: move(Self.mostLines)
        case .pageUp: move(-Self.mostLines)
        case .enter:
            guard let chosen, commands.indices.contains(chosen) else { return .close(signedIn.run(field.text, &frame)) }
            let command = commands[chosen]
            guard command.needsArguments else { return .close(command.run(&signedIn, [], &frame)) }
            complete(command)
        case .tab: if let command = commands.indices.contains(chosen ?? 0) ? commands[chosen ?? 0] : nil { complete(command) }
        default:
            let before = field.text
            _ = field.handle(key)
            if field.text != before { chosen = nil }
        }
        return .stay
    }

    private mutating func complete(_ command: Command) {
        field.set(command.word + " ")
        chosen = nil
    }

    mutating func paste(_ text: String) { field.insert(text) }

    func view(over signedIn: SignedIn, _ frame: Frame, into screen: inout CellBuffer) {
        let theme = frame.theme
        let commands = signedIn.commands(matching: field.text)
        let lines = min(commands.count, Self.mostLines, screen.height - 8)
        let width = min(100, screen.width - 2)
        let card = Rect(x: (screen.width - width) / 2, y: max(1, screen.height - lines - 6), width: width, height: lines + 3)
        let title = commands.isEmpty ? "Command" : "Command, \((chosen ?? 0) + 1) of \(commands.count)"
        drawCard(&screen, card, title: title, theme)
        screen.write(":", x: card.x + 2, y: card.y + 1, Style(theme.accent, bold: true))
        screen.field(
            field, x: card.x + 4, y: card.y + 1, width: card.width - 6, style: Style(theme.text, on: theme.panel),
            isFocused: true)
        let first = max(0, min((chosen ?? 0) - lines / 2, commands.count - lines))
        let shown = commands.dropFirst(first).prefix(lines)
        let words = min(36, shown.map { displayWidth($0.word) + displayWidth($0.arguments) + 1 }.max() ?? 0)
        for (row, command) in shown.enumerated() {
            let y = card.y + 2 + row
            if first + row == chosen {
                screen.fill(
                    Rect(x: card.x + 1, y: y, width: card.width - 2, height: 1), " ", Style(theme.text, on: theme.selection))
            }
            let used = screen.write(command.word, x: card.x + 4, y: y, Style(theme.text, bold: true), limit: words)
            screen.write(command.arguments, x: card.x + 5 + used, y: y, Style(theme.accent), limit: words - used - 1)
            screen.write(command.help, x: card.x + words + 6, y: y, Style(theme.muted), limit: card.width - words - 8)
        }
        screen.scrollBar(
            first: first, total: commands.count, in: Rect(x: card.maxX - 1, y: card.y + 2, width: 1, height: lines),
            thumb: Style(theme.accent), track: Style(theme.border))
    }
}
