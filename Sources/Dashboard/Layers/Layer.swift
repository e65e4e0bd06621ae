import TerminalUI

/// Something on the stack: a screen, a card, the lock, a line of text, a form. The one on top takes keys and mouse; its list
/// of bindings is also what the footer, the help, the palette and the page of keys say.
protocol Layer<Owner>: Sendable {
    /// What it works on: what is seen at a desk, or before the login.
    associatedtype Owner: LayerOwner
    /// Its heading in the help.
    static var title: String { get }
    /// Its keys in the order of the help.
    static var bindings: [Binding<Owner>] { get }
    /// What the mouse does here, for the help.
    static var gestures: [Gesture] { get }
    /// Where it lies on the stack.
    static var level: LayerLevel { get }
    /// Whether what is typed goes into a line of text; keys are those of the program then, whatever the user put in their place.
    static var takesText: Bool { get }
    /// Whether that holds now.
    var isTyping: Bool { get }
    /// Takes a key that no binding has.
    mutating func take(_ key: Key, over owner: inout Owner) -> [Owner.Asked]
    /// Takes text that is pasted.
    mutating func paste(_ text: String, over owner: inout Owner) -> [Owner.Asked]
    /// Takes the mouse.
    mutating func update(_ mouse: Mouse, over owner: inout Owner, _ frame: inout Frame) -> LayerStep<Owner>
    /// Takes news, whether it is on top or not; those for others are passed over.
    mutating func receive(_ news: Owner.News, over owner: inout Owner, _ frame: inout Frame) -> LayerStep<Owner>
    /// Draws it.
    func view(over owner: Owner, _ frame: Frame, into screen: inout CellBuffer)
    /// What it says to who hears it, in reading order; what is drawn, line by line, where it says nothing of its own.
    func sentences(over owner: Owner, _ frame: Frame) -> [String]
}

extension Layer {
    static var gestures: [Gesture] { [] }
    static var level: LayerLevel { .card }
    static var takesText: Bool { false }
    var isTyping: Bool { Self.takesText }
    mutating func take(_ key: Key, over owner: inout Owner) -> [Owner.Asked] { [] }
    mutating func paste(_ text: String, over owner: inout Owner) -> [Owner.Asked] { [] }
    mutating func update(_ mouse: Mouse, over owner: inout Owner, _ frame: inout Frame) -> LayerStep<Owner> { .stay }
    mutating func receive(_ news: Owner.News, over owner: inout Owner, _ frame: inout Frame) -> LayerStep<Owner> { .stay }
    func sentences(over owner: Owner, _ frame: Frame) -> [String] { drawnSentences(over: owner, frame) }
}

/// A layer with fields, one of which takes what is typed and pasted.
protocol FieldLayer: Layer {
    /// Changes the field that has the focus, if one may be changed.
    mutating func edit(_ change: (inout TextField) -> Void)
}

extension FieldLayer {
    mutating func take(_ key: Key, over owner: inout Owner) -> [Owner.Asked] {
        edit { _ = $0.handle(key) }
        return []
    }

    mutating func paste(_ text: String, over owner: inout Owner) -> [Owner.Asked] {
        edit { $0.insert(text) }
        return []
    }
}

/// Where a layer lies.
enum LayerLevel: Sendable {
    /// Covers the terminal; all general keys hold.
    case screen
    /// Lies over a screen and goes with it.
    case card
    /// May lie over any screen.
    case anywhere
    /// Covers the terminal and stays on top of everything.
    case lock

    var coversAll: Bool { self == .screen || self == .lock }
}

/// What is done with the mouse, and what follows.
struct Gesture: Sendable {
    let name: String
    let help: String

    init(_ name: String, _ help: String) { (self.name, self.help) = (name, help) }
}

/// What becomes of a layer after a key, the mouse or news.
enum LayerStep<Owner: LayerOwner> {
    case stay([Owner.Asked])
    case close([Owner.Asked])
    /// It stays, and then something is done with it on top.
    case stayAndRun((inout Owner, inout Frame) -> [Owner.Asked])
    /// It closes, and then something is done where it lay.
    case closeAndRun((inout Owner, inout Frame) -> [Owner.Asked])

    static var stay: LayerStep { .stay([]) }
    static var close: LayerStep { .close([]) }
}

/// What has a stack of layers.
protocol LayerOwner: Sendable {
    /// What its layers ask for.
    associatedtype Asked: Sendable
    /// What its layers are told.
    associatedtype News: Sendable
    /// The layers, the lowest first; no two are of one type.
    var layers: [any Layer<Self>] { get set }
    /// The layer that is always there.
    static var bottom: any Layer<Self>.Type { get }
    /// Keys that hold over more than one layer.
    static var general: [Binding<Self>] { get }
}

extension LayerOwner {
    // MARK: The stack

    /// The layer of a type, if it is there.
    func layer<L: Layer>(_ type: L.Type) -> L? { layers.lazy.compactMap { $0 as? L }.first }

    /// The layer that the one of a type lies on, or would.
    func beneath<L: Layer>(_ type: L.Type) -> (any Layer<Self>)? { layers.prefix { !($0 is L) }.last }

    /// Lays a layer on top, in place of another of its type.
    mutating func push(_ layer: any Layer<Self>) {
        let kind = ObjectIdentifier(type(of: layer))
        layers.removeAll { ObjectIdentifier(type(of: $0)) == kind }
        let isLocked = layers.last.map { type(of: $0).level == .lock } ?? false
        layers.insert(layer, at: layers.count - (isLocked ? 1 : 0))
    }

    /// Has the layer of a type change.
    mutating func change<L: Layer>(
        _ type: L.Type, _ frame: inout Frame, _ body: (inout L, inout Self, inout Frame) -> LayerStep<Self>
    ) -> [Asked] where L.Owner == Self {
        guard var layer = layer(type) else { return [] }
        let step = body(&layer, &self, &frame)
        return settle(layer, step, &frame)
    }

    /// Has the layer on top change.
    private mutating func changeTop(
        _ frame: inout Frame, _ body: (inout any Layer<Self>, inout Self, inout Frame) -> LayerStep<Self>
    ) -> [Asked] {
        guard var layer = layers.last else { return [] }
        let step = body(&layer, &self, &frame)
        return settle(layer, step, &frame)
    }

    /// Puts a layer that has changed where it was, unless it is gone meanwhile.
    private mutating func settle(_ layer: any Layer<Self>, _ step: LayerStep<Self>, _ frame: inout Frame) -> [Asked] {
        let kind = ObjectIdentifier(type(of: layer))
        let index = layers.firstIndex { ObjectIdentifier(type(of: $0)) == kind }
        switch step {
        case .stay(let asked):
            if let index { layers[index] = layer }
            return asked
        case .close(let asked):
            if let index { layers.remove(at: index) }
            return asked
        case .stayAndRun(let run):
            if let index { layers[index] = layer }
            return run(&self, &frame)
        case .closeAndRun(let run):
            if let index { layers.remove(at: index) }
            return run(&self, &frame)
        }
    }

    // MARK: Input

    /// How far a binding must reach to hold over a layer.
    static func reach(over layer: any Layer<Self>) -> Reach {
        layer.isTyping ? .everything : type(of: layer).level == .screen ? .screens : .cards
    }

    /// The bindings that hold where a layer is on top.
    static func bindings(over layer: any Layer<Self>) -> [Binding<Self>] {
        type(of: layer).bindings + general.filter { $0.reach >= reach(over: layer) }
    }

    /// Takes input: the footer first, then the layer on top.
    mutating func update(_ input: InputEvent, _ frame: inout Frame) -> [Asked] {
        guard let top = layers.last else { return [] }
        switch input {
        case .key(let key):
            if let (binding, key, availability) = binding(for: key, over: top, frame.keyMap) {
                // A binding of many signs is told which one.
                if binding.command == nil, case .character(let sign) = key {
                    return run(binding, availability, value: String(sign), &frame)
                }
                return run(binding, availability, &frame)
            }
            return changeTop(&frame) { layer, owner, _ in .stay(layer.take(key, over: &owner)) }
        case .mouse(let mouse):
            if mouse.action == .press, let binding = Footer(self, frame).binding(at: mouse) { return run(binding, &frame) }
            return changeTop(&frame) { $0.update(mouse, over: &$1, &$2) }
        case .paste(let text): return changeTop(&frame) { layer, owner, _ in .stay(layer.paste(text, over: &owner)) }
        case .resize, .terminate: return []
        }
    }

    /// The first binding at a key that was pressed, which of its keys that stands for, and whether it can be done now.
    private func binding(
        for pressed: Key, over top: any Layer<Self>, _ keyMap: KeyMap
    ) -> (Binding<Self>, Key, Availability)? {
        for binding in Self.bindings(over: top) {
            let keyMap = top.isTyping && binding.reach == .layer ? KeyMap() : keyMap
            guard let key = binding.keys.first(where: { keyMap.key(for: $0) == pressed }) else { continue }
            let availability = binding.availability(self)
            if !availability.isAbsent { return (binding, key, availability) }
        }
        return nil
    }

    /// Does what a binding does, or says why that cannot be done now.
    mutating func run(_ binding: Binding<Self>, value: String? = nil, _ frame: inout Frame) -> [Asked] {
        run(binding, binding.availability(self), value: value, &frame)
    }

    private mutating func run(
        _ binding: Binding<Self>, _ availability: Availability, value: String? = nil, _ frame: inout Frame
    ) -> [Asked] {
        switch availability {
        case .ready:
            if let value, let run = binding.runWithValue { return run(&self, value, &frame) }
            return binding.run(&self, &frame)
        case .disabled(let reason):
            frame.complain(reason)
            return []
        case .absent: return []
        }
    }

    /// Does what the layer on top does at a key of the program.
    mutating func press(_ key: Key, _ frame: inout Frame) -> [Asked] {
        guard let top = layers.last, let (binding, _, availability) = binding(for: key, over: top, KeyMap()) else { return [] }
        return run(binding, availability, &frame)
    }

    /// Tells all layers something, the lowest first.
    mutating func tell(_ news: News, _ frame: inout Frame) -> [Asked] {
        var asked: [Asked] = []
        for var layer in layers {
            let step = layer.receive(news, over: &self, &frame)
            asked += settle(layer, step, &frame)
        }
        return asked
    }

    // MARK: Drawing

    /// Draws the layers that can be seen.
    func draw(_ frame: Frame, into screen: inout CellBuffer) {
        let lowest = layers.lastIndex { type(of: $0).level.coversAll } ?? 0
        for layer in layers[lowest...] { layer.view(over: self, frame, into: &screen) }
    }

    // MARK: All layers

    /// All layers that there are: the lowest, and those that bindings open, wherever they are opened from.
    static var all: [any Layer<Self>.Type] {
        var found: [any Layer<Self>.Type] = []
        for beginning in [[bottom], general.flatMap(\.opens)] {
            var waiting = beginning
            while !waiting.isEmpty {
                let layer = waiting.removeFirst()
                guard !found.contains(where: { ObjectIdentifier($0) == ObjectIdentifier(layer) }) else { continue }
                found.append(layer)
                waiting += layer.bindings.flatMap(\.opens)
            }
        }
        return found
    }
}
