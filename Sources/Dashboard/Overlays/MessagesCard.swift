import TerminalUI

/// What was said: what was noticed of the open series, then the messages, the latest first.
struct MessagesCard: Card {
    static let title = "Messages"
    static let level = LayerLevel.anywhere
    private let messages: [Frame.Message]
    private let notices: [String]
    /// The first line shown.
    private var first = 0

    init(_ messages: [Frame.Message], notices: [String]) { (self.messages, self.notices) = (messages, notices) }

    static let bindings: [Binding<SignedIn>] =
        moves { card, move, signedIn, frame in
            let area = card.area(over: signedIn, frame)
            let count = card.lines(area.width - 4).count
            card.first = min(
                move.place(from: card.first, of: max(1, count), page: area.height - 3), max(0, count - area.height + 2))
            return []
        } + [closing(.escape, .enter, .character("q"))]

    private func lines(_ width: Int) -> [(text: String, isError: Bool, isNotice: Bool)] {
        func lines(_ text: String, isError: Bool = false, isNotice: Bool = false) -> [(String, Bool, Bool)] {
            wrapped(text, width: width - 2).enumerated().map { (($0.offset == 0 ? "" : "  ") + $0.element, isError, isNotice) }
        }
        return notices.flatMap { lines($0, isNotice: true) } + messages.reversed().flatMap { lines($0.text, isError: $0.isError) }
    }

    func title(over signedIn: SignedIn) -> String { Self.title }

    func size(over signedIn: SignedIn, _ frame: Frame) -> (width: Int, height: Int) {
        (100, max(3, min(26, lines(min(100, frame.width - 4) - 4).count + 2)))
    }

    func draw(_ screen: inout CellBuffer, in card: Rect, over signedIn: SignedIn, _ frame: Frame) {
        let theme = frame.theme
        let (lines, height) = (lines(card.width - 4), card.height - 2)
        for (row, line) in lines.dropFirst(first).prefix(height).enumerated() {
            let color = line.isError ? theme.error : line.isNotice ? theme.accent : theme.text
            screen.write(line.text, x: card.x + 2, y: card.y + 1 + row, Style(color), limit: card.width - 4)
        }
        screen.scrollBar(
            first: first, total: lines.count, in: Rect(x: card.maxX - 1, y: card.y + 1, width: 1, height: height),
            thumb: Style(theme.accent), track: Style(theme.border))
    }
}
