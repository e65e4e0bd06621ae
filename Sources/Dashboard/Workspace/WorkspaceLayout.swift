import AnomalyDetection
import TerminalUI

/// Where the parts of the workspace stand; the view draws here and the mouse is looked up here.
struct WorkspaceLayout {
    let width: Int
    let height: Int
    static let gutter = 13
    static let readout = 8

    /// Score plots that there is room for, the combined one always among them.
    let scoreCount: Int
    /// All sliders; those that there is no room for are scrolled to.
    let sliderCount: Int
    private let scoreHeight: Int
    /// Whether a part of the series is on screen, so that there is a row with the whole of it.
    let isZoomed: Bool
    /// The fewest rows of the series' plot.
    private static let smallestPlot = 4

    /// Makes room for `scores` plots and `sliders` sliders.
    init(_ frame: Frame, scores: Int, sliders: Int, isZoomed: Bool) {
        (width, height, sliderCount, self.isZoomed) = (frame.width, frame.height, sliders, isZoomed)
        let room = Self.panelTop(frame.height) - 2 - Self.smallestPlot
        scoreHeight = max(1, min(max(2, (height + 6) / 12), room / scores))
        scoreCount = max(1, min(scores, room / scoreHeight))
    }

    /// Panels below the plots: rows with their top border.
    private static func panelHeight(_ height: Int) -> Int { max(6, height / 4) }
    private static func panelTop(_ height: Int) -> Int { height - 2 - panelHeight(height) }
    private var panelHeight: Int { Self.panelHeight(height) }
    private var panelTop: Int { Self.panelTop(height) }
    var isWide: Bool { width >= 104 }

    /// The series' plot without its axis.
    var plot: Rect {
        let strip = overviewHeight
        return Rect(
            x: Self.gutter, y: 1 + strip, width: width - Self.gutter - Self.readout - 1,
            height: panelTop - 2 - strip - scoreCount * scoreHeight)
    }
    private var overviewHeight: Int { isZoomed && panelTop - 2 - scoreCount * scoreHeight > Self.smallestPlot ? 1 : 0 }
    /// The whole series in one row, while a part of it is on screen.
    var overview: Rect? {
        overviewHeight == 0 ? nil : Rect(x: plot.x, y: plot.y - 1, width: plot.width, height: 1)
    }
    /// The columns of the overview in which the visible rows stand, counted from its left; at least one.
    func overviewPart(_ visible: Range<Int>, of rowCount: Int) -> Range<Int> {
        let first = min(plot.width - 1, visible.lowerBound * plot.width / max(1, rowCount))
        return first..<max(first + 1, visible.upperBound * plot.width / max(1, rowCount))
    }
    /// The row of times below the series.
    var axisY: Int { plot.maxY }
    /// One of the score plots, from 0; the last is the combined one.
    func score(_ index: Int) -> Rect {
        Rect(x: plot.x, y: axisY + 1 + index * scoreHeight, width: plot.width, height: scoreHeight)
    }
    /// All plots.
    var plots: Rect { Rect(x: plot.x, y: plot.y, width: plot.width, height: panelTop - plot.y) }
    /// The border above the panels.
    var tabs: Rect { Rect(x: 0, y: panelTop, width: width, height: 1) }
    private var slidersWidth: Int { isWide ? min(48, max(40, width / 3)) : width - 2 }
    /// The rows of the sliders.
    var sliders: Rect { Rect(x: 1, y: panelTop + 1, width: slidersWidth - 1, height: min(sliderCount, panelHeight - 1)) }
    /// The track of the slider in a row of `sliders`, between its title and its value.
    func track(row: Int) -> Rect { Rect(x: 14, y: sliders.y + row, width: slidersWidth - 28, height: 1) }
    /// The first slider shown, so that the selected one is in view.
    func sliderScroll(_ selected: Int) -> Int {
        max(0, min(selected - sliders.height / 2, sliderCount - sliders.height))
    }
    /// The panel of events.
    var events: Rect {
        let x = isWide ? slidersWidth + 1 : 1
        return Rect(x: x, y: panelTop + 1, width: (rowsDivider ?? width - 1) - x, height: panelHeight - 1)
    }
    /// The panel of the rows around the cursor, where a wide terminal has room for it beside the list of events.
    var rows: Rect? {
        rowsDivider.map { Rect(x: $0 + 2, y: panelTop + 1, width: width - $0 - 3, height: panelHeight - 1) }
    }
    /// The column of the border before the rows.
    var rowsDivider: Int? { width >= Self.roomy ? slidersWidth + Self.eventsWidth : nil }
    /// Columns of a terminal from which the rows are shown, and of the list of events then.
    private static let roomy = 180, eventsWidth = 80
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
        let width = max(1, plot.width)
        // The first row whose column this is; where rows are wider than columns, the row that reaches into it.
        func start(_ column: Int) -> Int { (column * visible.count + (visible.count < width ? 0 : width - 1)) / width }
        let first = visible.lowerBound + start(column)
        return first..<max(first + 1, visible.lowerBound + start(column + 1))
    }
}

extension WorkspaceState {
    /// Where the parts stand for these models and sliders.
    func layout(_ frame: Frame) -> WorkspaceLayout {
        WorkspaceLayout(
            frame, scores: models.count + 1, sliders: sliders.count, isZoomed: visible.count < analysis.series.rowCount)
    }
}

extension ModelKind {
    /// The title, or the short one where `width` columns do not hold it.
    func title(within width: Int) -> String { displayWidth(title) <= width ? title : shortTitle }
}
