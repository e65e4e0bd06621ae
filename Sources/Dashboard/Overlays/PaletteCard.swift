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
    /// A key that does the same.
    let key: Key?
    /// Whether it can be used now.
    let availability: @Sendable (SignedIn) -> Availability
    let run: @Sendable (inout SignedIn, [String], inout Frame) -> [Effect]

    /// A command that no key stands for.
    init(
        word: String, arguments: String, help: String,
        _ run: @escaping @Sendable (inout SignedIn, [String], inout Frame) -> [Effect]
    ) {
        self.word = word
        self.arguments = arguments
        self.help = help
        self.run = run
        (needsArguments, key, availability) = (true, nil, { _ in .ready })
    }

    /// The command of a binding, if it has one.
    init?(_ binding: Binding<SignedIn>) {
        guard let word = binding.command else { return nil }
        self.word = word
        arguments = binding.arguments ?? ""
        needsArguments = false
        help = binding.help
        key = binding.keys[0]
        availability = binding.availability
        run = { signedIn, values, frame in
            signedIn.run(binding, value: values.isEmpty ? nil : values.joined(separator: " "), &frame)
        }
    }
}

extension Command {
    /// Commands of no key, which hold wherever one is.
    static let everywhere: [Command] = [
        Command(word: "open", arguments: "PATH", help: "open a file or folder") { signedIn, words, frame in
            signedIn.open(words.joined(separator: " "), &frame)
        },
        Command(word: "open-as", arguments: "PATH OPTIONS", help: "open a file as a log says") { signedIn, words, frame in
            let line = words.joined(separator: " ")
            guard let sign = line.range(of: " {"), let options = SessionLog.options(String(line[sign.lowerBound...])) else {
                frame.complain("Write it like this: open-as PATH {\"columns\": [...]}, as the log of a session has it.")
                return []
            }
            return signedIn.open(String(line[..<sign.lowerBound]), as: options, &frame)
        },
    ]
}

/// A layer that has commands beside those of its bindings.
protocol Commanding {
    /// What can be typed after `:` here.
    func commands(over signedIn: SignedIn) -> [Command]
}

extension SignedIn {
    /// The commands of the screen that shows and of what lies over it, and those that hold everywhere.
    var commands: [Command] {
        let lowest = layers.lastIndex { type(of: $0).level.coversAll } ?? 0
        let own = layers[lowest...].reversed().flatMap { layer in
            type(of: layer).bindings.compactMap(Command.init) + ((layer as? any Commanding)?.commands(over: self) ?? [])
        }
        let usable = (own + Self.general.compactMap(Command.init)).filter { !$0.availability(self).isAbsent }
        return usable + Command.everywhere.filter { command in !usable.contains { $0.word == command.word } }
    }

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
    static let title = "Command"
    static let level = LayerLevel.anywhere
    static let takesText = true
    private var field = TextField(limit: .columns(256))
    /// The chosen one of the commands shown; `nil` leaves what was typed.
    private var chosen: Int?
    private static let mostLines = 12

    static let bindings: [Binding<SignedIn>] =
        [
            on([.enter], name: "do it", "Do what is typed or chosen") { card, signedIn, _ in
                guard let command = card.command(signedIn) else {
                    let line = card.field.text
                    return .closeAndRun { $0.run(line, &$1) }
                }
                guard command.needsArguments else { return .closeAndRun { command.run(&$0, [], &$1) } }
                card.complete(command)
                return .stay
            },
            on([.tab], name: "complete", "Write the word of the chosen command") { card, signedIn, _ in
                if let command = card.command(signedIn) ?? signedIn.commands(matching: card.field.text).first {
                    card.complete(command)
                }
                return .stay
            },
            closing(.escape),
        ]
        + moves(name: "choose") { card, move, signedIn, _ in
            let count = signedIn.commands(matching: card.field.text).count
            card.chosen = move.place(from: card.chosen ?? -1, of: count, page: mostLines)
            return []
        }

    private func command(_ signedIn: SignedIn) -> Command? {
        let commands = signedIn.commands(matching: field.text)
        return chosen.flatMap { commands.indices.contains($0) ? commands[$0] : nil }
    }

    private mutating func complete(_ command: Command) {
        field.set(command.word + " ")
        chosen = nil
    }

    mutating func take(_ key: Key, over signedIn: inout SignedIn) -> [Effect] {
        let before = field.text
        _ = field.handle(key)
        if field.text != before { chosen = nil }
        return []
    }

    mutating func paste(_ text: String, over signedIn: inout SignedIn) -> [Effect] {
        field.insert(text)
        chosen = nil
        return []
    }

    mutating func update(_ mouse: Mouse, over signedIn: inout SignedIn, _ frame: inout Frame) -> LayerStep<SignedIn> {
        let card = area(over: signedIn, frame)
        let commands = signedIn.commands(matching: field.text)
        let place = mouse.y - card.y - 2 + first(of: commands.count, card)
        guard mouse.action == .press, card.contains(x: mouse.x, y: mouse.y), mouse.y >= card.y + 2, mouse.y < card.maxY - 1,
            commands.indices.contains(place)
        else { return mouseStep(mouse, over: signedIn, frame) }
        chosen = place
        return mouse.isDouble ? .stayAndRun { $0.press(.enter, &$1) } : .stay
    }

    // MARK: Drawing

    private func first(of count: Int, _ card: Rect) -> Int {
        max(0, min((chosen ?? 0) - (card.height - 3) / 2, count - card.height + 3))
    }

    func title(over signedIn: SignedIn) -> String {
        let count = signedIn.commands(matching: field.text).count
        return count == 0 ? Self.title : "\(Self.title), \((chosen ?? 0) + 1) of \(count)"
    }

    func size(over signedIn: SignedIn, _ frame: Frame) -> (width: Int, height: Int) {
        let count = signedIn.commands(matching: field.text).count
        return (100, min(count, Self.mostLines, frame.height - 8) + 3)
    }

    /// Above the footer.
    func area(over signedIn: SignedIn, _ frame: Frame) -> Rect {
        let size = size(over: signedIn, frame)
        let width = min(size.width, frame.width - 2)
        return Rect(
            x: (frame.width - width) / 2, y: max(1, frame.height - size.height - 3), width: width, height: size.height)
    }

    func draw(_ screen: inout CellBuffer, in card: Rect, over signedIn: SignedIn, _ frame: Frame) {
        let theme = frame.theme
        let commands = signedIn.commands(matching: field.text)
        let lines = card.height - 3
        screen.write(":", x: card.x + 2, y: card.y + 1, Style(theme.accent, bold: true))
        screen.field(
            field, x: card.x + 4, y: card.y + 1, width: card.width - 6, style: Style(theme.text, on: theme.panel),
            isFocused: true)
        let first = first(of: commands.count, card)
        let shown = commands.dropFirst(first).prefix(lines)
        let words = min(36, shown.map { displayWidth($0.word) + displayWidth($0.arguments) + 1 }.max() ?? 0)
        for (row, command) in shown.enumerated() {
            let y = card.y + 2 + row
            if first + row == chosen {
                screen.fill(
                    Rect(x: card.x + 1, y: y, width: card.width - 2, height: 1), " ", Style(theme.text, on: theme.selection))
            }
            let reason = command.availability(signedIn).reason
            let style = Style(reason == nil ? theme.text : theme.muted, bold: reason == nil)
            let used = screen.write(command.word, x: card.x + 4, y: y, style, limit: words)
            screen.write(command.arguments, x: card.x + 5 + used, y: y, Style(theme.accent), limit: words - used - 1)
            let key = command.key.map { frame.keyMap.key(for: $0).name } ?? ""
            screen.write(key, x: card.maxX - 2 - displayWidth(key), y: y, Style(theme.accent, bold: true))
            screen.write(
                reason ?? command.help, x: card.x + words + 6, y: y, Style(theme.muted),
                limit: card.width - words - 9 - displayWidth(key))
        }
        screen.scrollBar(
            first: first, total: commands.count, in: Rect(x: card.maxX - 1, y: card.y + 2, width: 1, height: lines),
            thumb: Style(theme.accent), track: Style(theme.border))
    }
}
