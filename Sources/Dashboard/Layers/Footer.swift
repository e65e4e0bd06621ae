import TerminalUI

/// The last row: what keys do where one is. Each entry can be clicked.
struct Footer<Owner: LayerOwner> {
    /// A piece of text, and what a click on it does.
    struct Piece {
        let x: Int
        let text: String
        let kind: Kind
        let binding: Binding<Owner>?
    }

    enum Kind { case key, name, mark }

    /// From left to right.
    private(set) var pieces: [Piece] = []
    private let owner: Owner
    private let y: Int

    /// Entries of one name, which stand together.
    private struct Entry {
        let name: String
        var keys: [(text: String, binding: Binding<Owner>)]
        let isLast: Bool
        var width: Int { keys.reduce(0) { $0 + displayWidth($1.text) + 1 } + displayWidth(name) + 2 }
    }

    /// The footer of the layer on top, with as many entries as there is room for.
    init(_ owner: Owner, _ frame: Frame) {
        self.owner = owner
        y = frame.height - 1
        guard let top = owner.layers.last else { return }
        let all = Self.entries(over: top, owner, frame.keyMap)
        var (kept, last) = (all.filter { !$0.isLast }, all.filter(\.isLast))
        var mark = 0
        while kept.reduce(mark, { $0 + $1.width }) + last.reduce(0, { $0 + $1.width }) > frame.width - 1 {
            mark = 3
            if kept.popLast() == nil { if last.popLast() == nil { break } }
        }
        var x = 1
        for entry in kept { add(entry, &x) }
        if mark > 0 {
            pieces.append(Piece(x: x, text: "…", kind: .mark, binding: nil))
            x += mark
        }
        for entry in last { add(entry, &x) }
    }

    private static func entries(over top: any Layer<Owner>, _ owner: Owner, _ keyMap: KeyMap) -> [Entry] {
        var entries: [Entry] = []
        for binding in Owner.bindings(over: top) where !binding.availability(owner).isAbsent {
            guard let name = binding.name else { continue }
            let keyMap = top.isTyping && binding.reach == .layer ? KeyMap() : keyMap
            let isLast = binding.stays.map { $0 >= Owner.reach(over: top) } ?? false
            let key = (text: keyMap.key(for: binding.keys[0]).name, binding: binding)
            if entries.last?.name == name {
                entries[entries.count - 1].keys.append(key)
            } else {
                entries.append(Entry(name: name, keys: [key], isLast: isLast))
            }
        }
        return entries
    }

    private mutating func add(_ entry: Entry, _ x: inout Int) {
        func add(_ text: String, _ kind: Kind, _ binding: Binding<Owner>) {
            pieces.append(Piece(x: x, text: text, kind: kind, binding: binding))
            x += displayWidth(text) + 1
        }
        for key in entry.keys { add(key.text, .key, key.binding) }
        add(entry.name, .name, entry.keys[0].binding)
        x += 1
    }

    /// What a click does.
    func binding(at mouse: Mouse) -> Binding<Owner>? {
        guard mouse.y == y else { return nil }
        return pieces.first { ($0.x..<($0.x + displayWidth($0.text))).contains(mouse.x) }?.binding
    }

    /// Draws it; what cannot be done now is pale.
    func draw(_ screen: inout CellBuffer, _ theme: Theme) {
        for piece in pieces {
            let isReady = piece.binding.map { $0.availability(owner).reason == nil } ?? true
            let color = !isReady ? theme.border : piece.kind == .key ? theme.accent : theme.muted
            screen.write(piece.text, x: piece.x, y: y, Style(color, bold: isReady && piece.kind == .key))
        }
    }
}
