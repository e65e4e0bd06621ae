import SeriesReading
import TerminalUI
import TimeSeries
import Work

/// A file whose rows are of several series, of which one is to be opened.
public struct SeriesChoice: Sendable {
    let path: String
    /// The columns that tell them apart.
    let columns: [String]
    let series: [Understanding.Key.One]
    /// How the file is read besides.
    let options: SeriesReader.Options
    /// Whether it is followed then.
    var follows = false
    /// Whether it is the file of the open series, of which another one is chosen.
    var isOpen = false
    /// The reading of the open series that came upon it.
    var run: Cancellation?

    /// The options that read one of them.
    func options(for one: Understanding.Key.One) -> SeriesReader.Options {
        var chosen = options
        chosen.keyColumn = nil
        chosen.only = zip(columns, one.values).map { SeriesReader.Options.Only(column: $0, value: $1) }
        return chosen
    }
}

extension SeriesReader.Options {
    /// The one of several series that is read, as people read it.
    var onlyText: String { only.map { printable("\($0.column)=\($0.value)") }.joined(separator: " ") }
}

/// The series of a file that holds several; typing leaves those that contain what was typed.
struct SeriesCard: Card {
    let choice: SeriesChoice
    private var field = TextField(limit: .columns(64))
    private var selection = 0
    /// Indices of those that contain what was typed.
    private var matching: [Int]

    init(_ choice: SeriesChoice) {
        self.choice = choice
        matching = Array(choice.series.indices)
    }

    static let title = "Several series"
    static let takesText = true

    static let bindings: [Binding<SignedIn>] =
        [
            on(
                [.enter], name: "open", "Open the series", opens: [WorkspaceScreen.self],
                unless: { card, signedIn in
                    if card.chosen == nil { return "No series contains this." }
                    if card.choice.isOpen { return signedIn.workspace?.noRereading }
                    return signedIn.library.isOpening ? "A file is being opened." : nil
                }
            ) { card, signedIn, _ in
                guard let series = card.chosen else { return .stay }
                let choice = card.choice
                guard choice.isOpen else { return .close(signedIn.library.startOpening(choice, series)) }
                let options = choice.options(for: series)
                return .close(signedIn.atWorkspace { $0.read("\(options.onlyText) is shown") { $0 = options } })
            },
            closing(.escape),
        ]
        + moves(name: "choose") { card, move, _, _ in
            card.selection = move.place(from: card.selection, of: card.matching.count)
            return []
        }

    private var chosen: Understanding.Key.One? {
        matching.indices.contains(selection) ? choice.series[matching[selection]] : nil
    }

    mutating func take(_ key: Key, over signedIn: inout SignedIn) -> [Effect] {
        if field.handle(key) { filter() }
        return []
    }

    mutating func paste(_ text: String, over signedIn: inout SignedIn) -> [Effect] {
        field.insert(text)
        filter()
        return []
    }

    private mutating func filter() {
        let typed = field.text.lowercased()
        selection = 0
        matching = choice.series.indices.filter { typed.isEmpty || choice.series[$0].name.lowercased().contains(typed) }
    }

    mutating func update(_ mouse: Mouse, over signedIn: inout SignedIn, _ frame: inout Frame) -> LayerStep<SignedIn> {
        let list = list(in: area(over: signedIn, frame))
        guard mouse.action == .press, list.contains(x: mouse.x, y: mouse.y) else {
            return mouseStep(mouse, over: signedIn, frame)
        }
        let row = mouse.y - list.y + first(in: list.height)
        guard matching.indices.contains(row) else { return .stay }
        let isAgain = row == selection
        selection = row
        return mouse.isDouble && isAgain ? .stayAndRun { $0.press(.enter, &$1) } : .stay
    }

    // MARK: Drawing

    private func list(in card: Rect) -> Rect {
        Rect(x: card.x + 2, y: card.y + 3, width: card.width - 4, height: max(0, card.height - 4))
    }

    private func first(in height: Int) -> Int { max(0, min(selection - height / 2, matching.count - height)) }

    func title(over signedIn: SignedIn) -> String {
        let columns = choice.columns.map(printable).joined(separator: " + ")
        return "\(columns) tell\(choice.columns.count == 1 ? "s" : "") \(grouped(choice.series.count)) series apart"
    }

    func size(over signedIn: SignedIn, _ frame: Frame) -> (width: Int, height: Int) { (72, max(1, matching.count) + 4) }

    func draw(_ screen: inout CellBuffer, in card: Rect, over signedIn: SignedIn, _ frame: Frame) {
        let theme = frame.theme
        let list = list(in: card)
        let name = choice.path.split(separator: "/").last.map(String.init) ?? choice.path
        screen.write(
            "Which series of \(printable(name))? They are not mixed.", x: list.x, y: card.y + 1, Style(theme.muted),
            limit: list.width)
        screen.field(
            field, x: list.x, y: card.y + 2, width: list.width, style: Style(theme.text, on: theme.selection), isFocused: true)
        if matching.isEmpty {
            screen.write("No series contains this.", x: list.x, y: list.y, Style(theme.muted), limit: list.width)
        }
        let first = first(in: list.height)
        for (row, index) in matching.dropFirst(first).prefix(list.height).enumerated() {
            let y = list.y + row
            let isOn = first + row == selection
            if isOn { screen.fill(Rect(x: list.x, y: y, width: list.width, height: 1), " ", Style(on: theme.selection)) }
            let style = isOn ? Style(theme.selectionText, bold: true) : Style(theme.text)
            let one = choice.series[index]
            let rows = counted(one.rowCount, "row")
            screen.write(
                one.name.isEmpty ? "(nothing)" : printable(one.name), x: list.x, y: y, style,
                limit: list.width - displayWidth(rows) - 1)
            screen.write(rows, x: list.maxX - displayWidth(rows), y: y, style)
        }
        screen.scrollBar(
            first: first, total: matching.count, in: Rect(x: card.maxX - 1, y: list.y, width: 1, height: list.height),
            thumb: Style(theme.accent), track: Style(theme.border))
    }
}
