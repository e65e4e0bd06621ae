import AnomalyDetection
import Foundation
import TimeSeries

/// The parts of a plot as SVG, which the page's style colours by their classes.
struct SVGPlot {
    let width: Int
    let height: Int
    /// Room above the plot for its title and below for times.
    private let top = 16
    private let bottom = 16

    /// The whole picture.
    func svg(title: String, _ parts: [String]) -> String {
        """
        <svg class="plot" viewBox="0 0 \(width) \(height)" role="img" aria-label="\(escaped(title))">
        \(parts.joined(separator: "\n"))
        <text x="2" y="11">\(escaped(title))</text>
        </svg>
        """
    }

    private func x(_ row: Double, of rows: Range<Int>) -> String {
        String(format: "%.1f", (row - Double(rows.lowerBound)) / Double(max(1, rows.count)) * Double(width))
    }

    private func y(_ value: Double, _ low: Double, _ high: Double) -> String {
        let share = high > low ? (value - low) / (high - low) : 0.5
        return String(format: "%.1f", Double(height - bottom) - share * Double(height - top - bottom))
    }

    /// A tinted stretch of rows, never narrower than can be seen.
    func span(_ span: Range<Int>, of rows: Range<Int>, class style: String) -> String {
        let length = max(2, Double(span.count) / Double(max(1, rows.count)) * Double(width))
        return "<rect class=\"\(style)\" x=\"\(x(Double(span.lowerBound), of: rows))\" y=\"\(top)\" "
            + "width=\"\(String(format: "%.1f", length))\" height=\"\(height - top - bottom)\"/>"
    }

    /// A line through the smallest and largest value of each column, so that no spike is lost; gaps interrupt it.
    func band(_ values: [Double], rows: Range<Int>, class style: String, from: Double? = nil, to: Double? = nil) -> String {
        let count = min(rows.count, width)
        let columns = extents(of: values, rows: rows, count: count)
        let low = from ?? columns.lazy.map(\.low).filter { !$0.isNaN }.min() ?? 0
        let high = to ?? columns.lazy.map(\.high).filter { !$0.isNaN }.max() ?? 1
        var path = ""
        var isOpen = false
        for (index, extent) in columns.enumerated() {
            guard !extent.low.isNaN else {
                isOpen = false
                continue
            }
            let place = String(format: "%.1f", (Double(index) + 0.5) * Double(width) / Double(max(1, count)))
            path += (isOpen ? "L" : "M") + place + " " + y(extent.high, low, high)
            if extent.low != extent.high { path += "V" + y(extent.low, low, high) }
            isOpen = true
        }
        return "<path class=\"\(style)\" d=\"\(path)\"/>"
    }

    /// The values at the bottom and the top, at the right end.
    func heights(_ values: [Double], rows: Range<Int>, from: Double? = nil) -> [String] {
        let columns = extents(of: values, rows: rows, count: min(rows.count, width))
        let low = from ?? columns.lazy.map(\.low).filter { !$0.isNaN }.min() ?? 0
        let high = columns.lazy.map(\.high).filter { !$0.isNaN }.max() ?? 1
        return [(low, height - bottom), (high, top + 8)].map { value, y in
            "<text x=\"\(width - 2)\" y=\"\(y)\" text-anchor=\"end\">\(String(format: "%.6g", value))</text>"
        }
    }

    /// A frame, the values at its ends and five times below.
    func axes(_ values: [Double], rows: Range<Int>, _ series: Series) -> [String] {
        let base = height - bottom
        let times = (0..<5).map { index -> String in
            let row = rows.lowerBound + index * (rows.count - 1) / 4
            let anchor = index == 0 ? "start" : index == 4 ? "end" : "middle"
            return "<text x=\"\(index * width / 4)\" y=\"\(height - 3)\" text-anchor=\"\(anchor)\">"
                + "\(escaped(timeLabel(series, row: row)))</text>"
        }
        return ["<path class=\"frame\" d=\"M0 \(base)H\(width)\"/>"] + heights(values, rows: rows) + times
    }
}
