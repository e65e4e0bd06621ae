import TerminalUI

/// The keys of the layer where one is, from its bindings: typing leaves those that hold what was typed, and Enter does what is
/// chosen.
struct HelpCard: Card {
    static let title = "Keys"
    static let level = LayerLevel.anywhere
    static let takesText = true
    private let keyMap: KeyMap
    private var field = TextField(limit: .columns(64))
    /// The chosen one of the bindings shown.
    private var chosen = 0

    init(_ keyMap: KeyMap) { self.keyMap = keyMap }

    /// A line of the help.
    enum Line {
        case heading(String)
        case binding(Binding<SignedIn>)
        case gesture(Gesture)
    }

    static let bindings: [Binding<SignedIn>] =
        [
            on(
                [.enter], name: "do it", "Do what is chosen", unless: { $0.binding(over: $1) == nil ? "No key is chosen." : nil }
            ) { card, signedIn, _ in
                guard let binding = card.binding(over: signedIn) else { return .stay }
                return .closeAndRun { $0.run(binding, &$1) }
            }, closing(.escape),
        ]
        + moves(name: "choose") { card, move, signedIn, _ in
            card.chosen = move.place(from: card.chosen, of: card.shown(over: signedIn).count)
            return []
        }

    /// All lines of a layer: its own keys, those that hold over others too, the mouse.
    private func lines(over signedIn: SignedIn) -> [Line] {
        guard let layer = signedIn.beneath(Self.self) else { return [] }
        let typed = field.text.lowercased()
        func holds(_ texts: String...) -> Bool { typed.isEmpty || texts.contains { $0.lowercased().contains(typed) } }
        func section(_ title: String, _ bindings: [Binding<SignedIn>]) -> [Line] {
            let lines = bindings.filter {
                !$0.availability(signedIn).isAbsent && holds($0.help, $0.keyNames(keyMap).joined(separator: " "), $0.name ?? "")
            }
            return lines.isEmpty ? [] : [.heading(title)] + lines.map { .binding($0) }
        }
        let all = SignedIn.bindings(over: layer)
        let gestures = type(of: layer).gestures.filter { holds($0.name, $0.help) }
        return section(type(of: layer).title, all.filter { $0.reach == .layer })
            + section("Everywhere", all.filter { $0.reach != .layer })
            + (gestures.isEmpty ? [] : [.heading("Mouse")] + gestures.map { .gesture($0) })
    }

    private func shown(over signedIn: SignedIn) -> [Binding<SignedIn>] {
        lines(over: signedIn).compactMap { if case .binding(let binding) = $0 { binding } else { nil } }
    }

    private func binding(over signedIn: SignedIn) -> Binding<SignedIn>? {
        let shown = shown(over: signedIn)
        return shown.indices.contains(chosen) ? shown[chosen] : nil
    }

    mutating func take(_ key: Key, over signedIn: inout SignedIn) -> [Effect] {
        let before = field.text
        _ = field.handle(key)
        if field.text != before { chosen = 0 }
        return []
    }

    mutating func paste(_ text: String, over signedIn: inout SignedIn) -> [Effect] {
        field.insert(text)
        chosen = 0
        return []
    }

    // MARK: Drawing

    func title(over signedIn: SignedIn) -> String { Self.title }

    func size(over signedIn: SignedIn, _ frame: Frame) -> (width: Int, height: Int) {
        (104, lines(over: signedIn).count + 3)
    }

    func draw(_ screen: inout CellBuffer, in card: Rect, over signedIn: SignedIn, _ frame: Frame) {
        let theme = frame.theme
        let lines = lines(over: signedIn)
        screen.field(
            field, x: card.x + 2, y: card.y + 1, width: card.width - 4, style: Style(theme.text, on: theme.selection),
            isFocused: true)
        let bindings = lines.indices.filter { if case .binding = lines[$0] { true } else { false } }
        let place = bindings.indices.contains(chosen) ? bindings[chosen] : 0
        let room = card.height - 3
        // The last one shows what stands below it too, which nobody can choose.
        let first = max(0, min(chosen + 1 == bindings.count ? lines.count : place - room / 2, lines.count - room))
        for (row, line) in lines.dropFirst(first).prefix(room).enumerated() {
            let y = card.y + 2 + row
            switch line {
            case .heading(let title): screen.write(title, x: card.x + 2, y: y, Style(theme.accent, bold: true))
            case .gesture(let gesture): write(&screen, gesture.name, gesture.help, y, card, isReady: true, theme)
            case .binding(let binding):
                if first + row == place {
                    screen.fill(
                        Rect(x: card.x + 1, y: y, width: card.width - 2, height: 1), " ", Style(theme.text, on: theme.selection))
                }
                let reason = binding.availability(signedIn).reason
                let keys = binding.keyNames(keyMap).joined(separator: " ")
                write(&screen, keys, binding.help + (reason.map { " · \($0)" } ?? ""), y, card, isReady: reason == nil, theme)
            }
        }
        if lines.isEmpty { screen.write("No key does this.", x: card.x + 2, y: card.y + 2, Style(theme.muted)) }
        screen.scrollBar(
            first: first, total: lines.count, in: Rect(x: card.maxX - 1, y: card.y + 2, width: 1, height: max(0, room)),
            thumb: Style(theme.accent), track: Style(theme.border))
    }

    private func write(
        _ screen: inout CellBuffer, _ keys: String, _ text: String, _ y: Int, _ card: Rect, isReady: Bool, _ theme: Theme
    ) {
        let color = isReady ? theme.text : theme.muted
        screen.write(keys, x: card.x + 2, y: y, Style(color, bold: isReady), limit: 16)
        screen.write(text, x: card.x + 19, y: y, Style(color), limit: card.width - 21)
    }
}
