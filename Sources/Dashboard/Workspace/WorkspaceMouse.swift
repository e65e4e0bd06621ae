import TerminalUI

extension WorkspaceState {
    /// Takes the mouse; an event that is double clicked is selected and then inspected.
    mutating func updateMouse(_ mouse: Mouse, _ frame: inout Frame) -> [Effect] {
        let layout = layout(frame)
        let row = layout.row(atColumn: mouse.x, visible: visible)
        switch mouse.action {
        case .wheelUp where layout.plots.contains(x: mouse.x, y: mouse.y): zoom(by: 0.8, at: row)
        case .wheelDown where layout.plots.contains(x: mouse.x, y: mouse.y): zoom(by: 1.25, at: row)
        case .wheelUp: select(stepping: -1)
        case .wheelDown: select(stepping: 1)
        case .press: return press(mouse, layout, &frame)
        case .drag:
            if let heldSlider { return drag(heldSlider, to: mouse, layout, &frame) }
            guard let grabbed else { break }
            let shift = (grabbed.column - mouse.x) * grabbed.visible.count / max(1, layout.plot.width)
            show(grabbed.visible.lowerBound + shift, count: grabbed.visible.count)
        case .release:
            let held = heldSlider
            letGo()
            if let held { return drag(held, to: mouse, layout, &frame) }
        }
        return []
    }

    private mutating func drag(
        _ held: Int, to mouse: Mouse, _ layout: WorkspaceLayout, _ frame: inout Frame
    ) -> [Effect] {
        let track = layout.track(row: 0)
        return moveSlider(held, to: sliderShare(column: mouse.x - track.x, width: track.width), &frame)
    }

    private mutating func press(
        _ mouse: Mouse, _ layout: WorkspaceLayout, _ frame: inout Frame
    ) -> [Effect] {
        if let strip = layout.overview, strip.contains(x: mouse.x, y: mouse.y) {
            let row = (mouse.x - strip.x) * analysis.series.rowCount / max(1, strip.width)
            show(row - visible.count / 2, count: visible.count)
        } else if layout.plots.contains(x: mouse.x, y: mouse.y) {
            focus = .plot
            grabbed = (mouse.x, visible)
            moveCursor(toColumn: mouse.x, layout)
        } else if layout.showsSliders(focus), layout.sliders.contains(x: mouse.x, y: mouse.y) {
            focus = .sliders
            let (row, track) = (mouse.y - layout.sliders.y, layout.track(row: 0))
            slider = row + layout.sliderScroll(slider)
            if mouse.isDouble {
                let setting = sliders[slider]
                return change(&frame) { [defaults] in try setting.reset(to: defaults, in: &$0) }
            }
            guard mouse.x >= track.x - 1, mouse.x <= track.maxX else { return [] }
            heldSlider = slider
            return drag(slider, to: mouse, layout, &frame)
        } else if layout.showsEvents(focus), layout.events.contains(x: mouse.x, y: mouse.y) {
            focus = .events
            list.top = list.scroll(height: layout.eventRows.height, selected: selectedPlace)
            let place = mouse.y - layout.eventRows.y + list.top
            if mouse.y == layout.events.y, let order = eventOrder(atColumn: mouse.x, layout) { sort(by: order, &frame) }
            guard mouse.y >= layout.eventRows.y, list.events.indices.contains(place) else { return [] }
            select(at: place)
        } else if layout.tabs.contains(x: mouse.x, y: mouse.y) {
            focus = focus == .events ? .sliders : .events
        }
        return []
    }

    /// Whether an event is under the mouse, in the plots or in the list.
    func isOnEvent(_ mouse: Mouse, _ frame: Frame) -> Bool {
        let layout = layout(frame)
        if layout.plots.contains(x: mouse.x, y: mouse.y) { return selectedEvent != nil }
        guard layout.showsEvents(focus), layout.eventRows.contains(x: mouse.x, y: mouse.y) else { return false }
        let top = list.scroll(height: layout.eventRows.height, selected: selectedPlace)
        return list.events.indices.contains(mouse.y - layout.eventRows.y + top)
    }
}
