import TerminalUI

/// A screen behind the login: its state, its keys, what input and answers do to it, and how it is drawn. All of a
/// screen stands in its folder; the one list of screens is `SignedIn.Place`.
protocol Screen: Sendable {
    /// Its heading in the help.
    static var title: String { get }
    /// The keys that hold on this screen alone, in the order of the help.
    static var bindings: [Binding] { get }
    /// What can be typed after `:` here, beside the commands of the bindings.
    var commands: [Command] { get }
    /// Takes input before any binding does: text being typed, the mouse, what is pasted. `nil` leaves it to the bindings.
    mutating func update(_ input: InputEvent, _ frame: inout Frame) -> [Effect]?
    /// Moves the selection or the cursor, as arrows and page keys ask for on every screen.
    mutating func move(_ move: Move, _ frame: inout Frame) -> [Effect]
    /// Takes the answer to an effect, whether the screen shows or not; answers to others are passed over.
    mutating func receive(_ answer: Answer, _ frame: inout Frame) -> [Effect]
    /// Draws all but the last row.
    func view(_ frame: Frame, into screen: inout CellBuffer)
}

extension Screen {
    var commands: [Command] { [] }
}

/// The moves that every screen knows.
enum Move: Sendable {
    case up, down, pageUp, pageDown, first, last
}

/// A card that lies over its owner and takes its keys until it closes.
protocol Card<Owner>: Sendable {
    /// What the card lies over.
    associatedtype Owner
    /// Whether the keys that the user put in place of others hold here: the card acts as the screen does, and takes no text.
    static var takesKeysOfScreen: Bool { get }
    /// Takes a key.
    mutating func update(_ key: Key, over owner: inout Owner, _ frame: inout Frame) -> CardStep
    /// Takes text that is pasted.
    mutating func paste(_ text: String)
    /// Takes the answer to an effect; answers to others are passed over.
    mutating func receive(_ answer: Answer, over owner: Owner) -> CardStep
    /// Draws the card.
    func view(over owner: Owner, _ frame: Frame, into screen: inout CellBuffer)
}

extension Card {
    static var takesKeysOfScreen: Bool { false }
    mutating func paste(_ text: String) {}
    mutating func receive(_ answer: Answer, over owner: Owner) -> CardStep { .stay([]) }
}

/// What becomes of a card after a key or an answer.
enum CardStep {
    case stay([Effect])
    case close([Effect])
    /// The card closes and the key goes to what lies below it.
    case pass
    /// The owner has put another card in its place.
    case replaced([Effect])

    static let stay = CardStep.stay([])
    static let close = CardStep.close([])
    static let replaced = CardStep.replaced([])
}

/// Something that a card can lie over.
protocol CardHolder {
    /// The card on top, if any.
    var card: (any Card<Self>)? { get set }
}

extension CardHolder {
    /// Hands input to the card: keys to the card itself, and a press of the mouse closes it.
    /// - Returns: `nil` when there is no card or it passed the key on.
    mutating func updateCard(_ input: InputEvent, _ frame: inout Frame) -> [Effect]? {
        guard var top = card else { return nil }
        switch input {
        case .key(let pressed):
            let meaning = type(of: top).takesKeysOfScreen ? frame.keyMap.meaning(of: pressed) : pressed
            guard let key = meaning else { return [] }
            card = nil
            let step = top.update(key, over: &self, &frame)
            return settle(step, top)
        case .mouse(let mouse) where mouse.action == .press: card = nil
        case .paste(let text):
            top.paste(text)
            card = top
        default: break
        }
        return []
    }

    /// Hands an answer to the card.
    mutating func receiveInCard(_ answer: Answer) -> [Effect] {
        guard var top = card else { return [] }
        let step = top.receive(answer, over: self)
        card = nil
        return settle(step, top) ?? []
    }

    private mutating func settle(_ step: CardStep, _ top: any Card<Self>) -> [Effect]? {
        switch step {
        case .stay(let effects):
            card = top
            return effects
        case .close(let effects): return effects
        case .replaced(let effects): return effects
        case .pass: return nil
        }
    }
}
