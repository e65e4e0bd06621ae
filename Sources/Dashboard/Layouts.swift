import TerminalUI

/// The smallest terminal the dashboard can use.
public let smallestSize = (width: 60, height: 20)

/// Where the parts of the login and registration cards stand.
struct FormLayout {
    let card: Rect
    let fieldCount: Int

    init(width: Int, height: Int, fieldCount: Int) {
        self.fieldCount = fieldCount
        card = Rect(x: 0, y: 0, width: width, height: height - 1).centered(width: 58, height: fieldCount * 3 + 8)
    }

    var fieldX: Int { card.x + 17 }
    var fieldWidth: Int { card.width - 20 }
    func fieldY(_ index: Int) -> Int { card.y + 2 + index * 3 }
    var button: Rect { Rect(x: fieldX, y: fieldY(fieldCount), width: fieldWidth, height: 1) }
    var link: Rect { Rect(x: card.x + 2, y: button.y + 2, width: card.width - 4, height: 1) }

    func field(at mouse: Mouse) -> Int? {
        (0..<fieldCount).first { mouse.y == fieldY($0) && mouse.x >= card.x && mouse.x < card.maxX }
    }
    func isButton(_ mouse: Mouse) -> Bool { button.contains(x: mouse.x, y: mouse.y) }
    func isLink(_ mouse: Mouse) -> Bool { link.contains(x: mouse.x, y: mouse.y) }
}

/// Where the parts of the library stand.
struct LibraryLayout {
    let frame: Rect
    let list: Rect
    let preview: Rect

    init(width: Int, height: Int) {
        frame = Rect(x: 0, y: 0, width: width, height: height - 2)
        let listWidth = min(38, max(24, width * 2 / 5))
        list = Rect(x: 2, y: 1, width: listWidth - 3, height: height - 4)
        preview = Rect(x: listWidth + 1, y: 1, width: width - listWidth - 3, height: height - 4)
    }
}

/// Where the parts of the workspace stand; the view draws here and the mouse is looked up here.
struct WorkspaceLayout {
    let width: Int
    let height: Int
    static let gutter = 13
    static let readout = 7

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// Panels below the plots: rows with their top border.
    private var panelHeight: Int { height >= 32 ? 9 : 6 }
    private var scoreHeight: Int { height >= 44 ? 4 : height >= 30 ? 3 : 2 }
    private var panelTop: Int { height - 2 - panelHeight }
    var isWide: Bool { width >= 104 }

    /// The series' plot without its axis.
    var plot: Rect {
        Rect(x: Self.gutter, y: 1, width: width - Self.gutter - Self.readout - 1, height: panelTop - 2 - 3 * scoreHeight)
    }
    /// The row of times below the series.
    var axisY: Int { plot.maxY }
    /// One of the three score plots, 0 to 2.
    func score(_ index: Int) -> Rect {
        Rect(x: plot.x, y: axisY + 1 + index * scoreHeight, width: plot.width, height: scoreHeight)
    }
    /// All plots.
    var plots: Rect { Rect(x: plot.x, y: plot.y, width: plot.width, height: panelTop - plot.y) }
    /// The border above the panels.
    var tabs: Rect { Rect(x: 0, y: panelTop, width: width, height: 1) }
    private var slidersWidth: Int { isWide ? 40 : width - 2 }
    /// The rows of the sliders.
    var sliders: Rect { Rect(x: 1, y: panelTop + 1, width: slidersWidth - 1, height: min(4, panelHeight - 1)) }
    /// The track of a slider.
    func track(_ slider: Slider) -> Rect { Rect(x: 15, y: sliders.y + slider.rawValue, width: slidersWidth - 24, height: 1) }
    /// The panel of events.
    var events: Rect {
        let x = isWide ? slidersWidth + 1 : 1
        return Rect(x: x, y: panelTop + 1, width: width - x - 1, height: panelHeight - 1)
    }
    /// The list's rows below its heading.
    var eventRows: Rect { Rect(x: events.x, y: events.y + 1, width: events.width, height: events.height - 1) }
    /// The column of the border between the panels.
    var divider: Int? { isWide ? slidersWidth : nil }

    func showsSliders(_ focus: WorkspaceState.Focus) -> Bool { isWide || focus != .events }
    func showsEvents(_ focus: WorkspaceState.Focus) -> Bool { isWide || focus == .events }

    /// The row that a column of the plots stands for.
    func row(atColumn x: Int, visible: Range<Int>) -> Int {
        let column = max(0, min(x - plot.x, plot.width - 1))
        return min(visible.upperBound - 1, visible.lowerBound + (2 * column + 1) * visible.count / max(1, 2 * plot.width))
    }

    /// The column in which a row stands, if it is visible.
    func column(of row: Int, visible: Range<Int>) -> Int? {
        guard visible.contains(row) else { return nil }
        return plot.x + min(plot.width - 1, (row - visible.lowerBound) * plot.width / max(1, visible.count))
    }

    /// The rows behind a column.
    func rows(atColumn column: Int, visible: Range<Int>) -> Range<Int> {
        let start = visible.lowerBound + column * visible.count / max(1, plot.width)
        let end = visible.lowerBound + (column + 1) * visible.count / max(1, plot.width)
        return start..<max(start + 1, end)
    }
}

/// The first event shown, so that the selected one is in view.
func eventScroll(_ workspace: WorkspaceState, height: Int) -> Int {
    max(0, min(workspace.eventIndex - height / 2, workspace.events.count - height))
}

/// A line of the library's list.
enum LibraryLine {
    case heading(String)
    case entry(Int)
}

/// The list's lines: entries under the headings of their sections.
func libraryLines(_ library: LibraryState) -> [LibraryLine] {
    var lines: [LibraryLine] = []
    var section: String?
    for (index, entry) in library.shown.enumerated() {
        if entry.section != section {
            section = entry.section
            lines.append(.heading(entry.section))
        }
        lines.append(.entry(index))
    }
    return lines
}

/// The first line shown, so that the highlighted entry is in view.
func libraryScroll(_ library: LibraryState, height: Int) -> Int {
    let lines = libraryLines(library)
    let place = lines.firstIndex { if case .entry(library.selection) = $0 { true } else { false } } ?? 0
    return max(0, min(place - height / 2, lines.count - height))
}
