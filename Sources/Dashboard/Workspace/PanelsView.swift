import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

extension WorkspaceState {
    // MARK: Panels

    func drawPanels(_ screen: inout CellBuffer, _ layout: WorkspaceLayout, _ frame: Frame) {
        let theme = frame.theme
        let y = layout.tabs.y
        screen.fill(Rect(x: 1, y: y, width: layout.width - 2, height: 1), "─", Style(theme.border))
        screen.write("├", x: 0, y: y, Style(theme.border))
        screen.write("┤", x: layout.width - 1, y: y, Style(theme.border))
        func heading(_ text: String, _ part: Focus, x: Int) -> Int {
            let isOn = focus == part
            return screen.write(" \(text) ", x: x, y: y, Style(isOn ? theme.accent : theme.muted, bold: isOn))
        }
        func drawDivider(_ x: Int) {
            screen.write("┬", x: x, y: y, Style(theme.border))
            for row in (y + 1)..<(layout.height - 2) { screen.write("│", x: x, y: row, Style(theme.border)) }
            screen.write("┴", x: x, y: layout.height - 2, Style(theme.border))
        }
        let weights = "Ensemble · \(analysis.settings.calibration.rawValue)"
        let flagged = eventsHeading
        if let divider = layout.divider {
            _ = heading(weights, .sliders, x: 2)
            _ = heading(flagged, .events, x: divider + 2)
            drawDivider(divider)
        } else {
            let used = heading(weights, .sliders, x: 2)
            _ = heading(flagged, .events, x: 3 + used)
        }
        if let divider = layout.rowsDivider, let area = layout.rows {
            screen.write(" Rows here ", x: divider + 2, y: y, Style(theme.muted))
            drawDivider(divider)
            drawRows(&screen, in: area, firstChannel: channel, theme)
        }
        if layout.showsSliders(focus) { drawSliders(&screen, layout, frame) }
        if layout.showsEvents(focus) { drawEvents(&screen, layout, frame) }
    }
}
