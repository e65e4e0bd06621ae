import TerminalUI

/// Keys, what they do, whether that can be done now, and how the program speaks of it: the one value behind dispatch,
/// footer, help, palette and the page of keys.
struct Binding<Owner: LayerOwner>: Sendable {
    /// Keys that do it.
    let keys: [Key]
    /// What the footer says; neighbours of one name stand there together. `nil` keeps it out.
    let name: String?
    /// A sentence for the help.
    let help: String
    /// The word that does the same in the palette.
    let command: String?
    /// What may follow the word, in words; `nil` where nothing does.
    let arguments: String?
    /// The layers that it may lay on top.
    let opens: [any Layer<Owner>.Type]
    /// Over which layers it stays at the end of the footer, however short that is; `nil` over none.
    let stays: Reach?
    /// Over which layers it holds.
    let reach: Reach
    /// Whether it can be used now.
    let availability: @Sendable (Owner) -> Availability
    /// Does it.
    let run: Action
    /// Does it with the value that follows the command; where it is `nil` the command takes none.
    let runWithValue: ActionWithValue?

    typealias Action = @Sendable (inout Owner, inout Frame) -> [Owner.Asked]
    typealias ActionWithValue = @Sendable (inout Owner, String, inout Frame) -> [Owner.Asked]

    init(
        _ keys: [Key], name: String? = nil, _ help: String, command: String? = nil, arguments: String? = nil,
        opens: [any Layer<Owner>.Type] = [], stays: Reach? = nil, reach: Reach = .layer,
        when availability: @escaping @Sendable (Owner) -> Availability = { _ in .ready },
        withValue: ActionWithValue? = nil, _ run: @escaping Action
    ) {
        self.keys = keys
        self.name = name
        self.help = help
        self.command = command
        self.arguments = arguments
        self.opens = opens
        self.stays = stays
        self.reach = reach
        self.availability = availability
        self.run = run
        runWithValue = withValue
    }

    /// How the user's keys are called, the first alone or all.
    func keyNames(_ keyMap: KeyMap) -> [String] { keys.map { keyMap.key(for: $0).name } }
}

/// Whether a binding can be used now.
enum Availability: Sendable {
    case ready
    /// With the reason why not, a sentence.
    case disabled(String)
    /// It has no meaning here, and nothing says that it is there.
    case absent

    /// Ready unless there is a reason why not.
    init(unless reason: String?) { self = reason.map { .disabled($0) } ?? .ready }

    /// The reason why it cannot be used.
    var reason: String? { if case .disabled(let reason) = self { reason } else { nil } }
    var isAbsent: Bool { if case .absent = self { true } else { false } }
}

/// Over which layers a binding holds.
enum Reach: Int, Sendable, Comparable {
    /// Over its own alone.
    case layer
    /// Over all screens.
    case screens
    /// Over cards too.
    case cards
    /// Where text is typed too.
    case everything

    static func < (one: Reach, other: Reach) -> Bool { one.rawValue < other.rawValue }
}

extension Layer {
    /// A binding of this layer, which gets the layer itself too.
    /// - Parameters:
    ///   - reason: why it cannot be used now.
    ///   - applies: whether it has a meaning now.
    static func on(
        _ keys: [Key], name: String? = nil, _ help: String, opens: [any Layer<Owner>.Type] = [], isLast: Bool = false,
        unless reason: @escaping @Sendable (Self, Owner) -> String? = { _, _ in nil },
        while applies: @escaping @Sendable (Self) -> Bool = { _ in true },
        _ run: @escaping @Sendable (inout Self, inout Owner, inout Frame) -> LayerStep<Owner>
    ) -> Binding<Owner> {
        Binding(
            keys, name: name, help, opens: opens, stays: isLast ? .everything : nil,
            when: { owner in
                guard let layer = owner.layer(Self.self), applies(layer) else { return .absent }
                return Availability(unless: reason(layer, owner))
            }
        ) { owner, frame in owner.change(Self.self, &frame, run) }
    }

    /// The binding that closes it.
    static func closing(_ keys: Key..., help: String = "Close it") -> Binding<Owner> {
        Binding(keys, name: "close", help, stays: .everything) { owner, frame in
            owner.change(Self.self, &frame) { _, _, _ in .close }
        }
    }

    /// Bindings that move through a list; where text is typed only keys that type nothing do so.
    /// - Parameter name: what the footer says of the first two.
    static func moves(
        name: String? = nil, _ moves: [Move] = Move.allCases,
        _ run: @escaping @Sendable (inout Self, Move, inout Owner, inout Frame) -> [Owner.Asked]
    ) -> [Binding<Owner>] {
        moves.filter { !takesText || !$0.isOfLine }.map { move in
            Binding(
                takesText ? [move.keys[0]] : move.keys, name: move == .up || move == .down ? name : nil, move.help,
                when: { $0.layer(Self.self) == nil ? .absent : .ready }
            ) { owner, frame in owner.change(Self.self, &frame) { .stay(run(&$0, move, &$1, &$2)) } }
        }
    }
}

/// The moves that every list knows.
enum Move: Sendable, CaseIterable {
    case up, down, pageUp, pageDown, first, last

    var keys: [Key] {
        switch self {
        case .up: [.up, .character("k")]
        case .down: [.down, .character("j")]
        case .pageUp: [.pageUp]
        case .pageDown: [.pageDown]
        case .first: [.home, .character("g")]
        case .last: [.end, .character("G")]
        }
    }

    var help: String {
        switch self {
        case .up: "The line above"
        case .down: "The line below"
        case .pageUp: "A page back"
        case .pageDown: "A page on"
        case .first: "The first one"
        case .last: "The last one"
        }
    }

    /// Whether a line of text has another use for its keys.
    var isOfLine: Bool { self == .first || self == .last }

    /// The place it leads to from another, among `count` shown `page` at a time.
    func place(from place: Int, of count: Int, page: Int = 10) -> Int {
        let target =
            switch self {
            case .up: place - 1
            case .down: place + 1
            case .pageUp: place - page
            case .pageDown: place + page
            case .first: 0
            case .last: count - 1
            }
        return max(0, min(target, count - 1))
    }
}

extension Frame {
    /// The order that a word of the command `sort` means; complains of any other word.
    mutating func order<Order: RawRepresentable<String> & CaseIterable>(named word: String) -> Order? {
        if let order = Order(rawValue: word) { return order }
        complain("sort takes one of \(Order.allCases.map(\.rawValue).joined(separator: ", ")).")
        return nil
    }
}
