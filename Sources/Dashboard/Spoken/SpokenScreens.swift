import TerminalUI
import TimeSeries
import Workbench

extension LibraryState {
    /// What the library says: how many series there are, and the highlighted one.
    func sentences(_ frame: Frame) -> [String] {
        let keys = "\(frame.name(of: .enter)) opens, \(frame.name(of: .character("/"))) looks for a name, ? tells all keys."
        let count =
            filter.text.isEmpty ? counted(entries.count, "file") : "\(counted(shown.count, "file")) with \"\(filter.text)\""
        guard let selected else { return ["\(count). \(keys)"] }
        var said = "\(grouped(selection + 1)) of \(grouped(shown.count)): \(selected.name), \(selected.section)"
        if let facts = selected.facts.first { said += ", \(facts)" }
        if let description = selected.description { said += ". \(description)" }
        var sentences = ["\(count). \(keys)", said]
        if let preview, preview.path == selected.path {
            switch preview.content {
            case .success(let content): sentences.append(spoken(content.series))
            case .failure(let error): sentences.append("It cannot be read: \(error.message)")
            }
        }
        return sentences
    }
}

extension FileSetState {
    /// What the list of files says: how far the queue is, and the highlighted file.
    func sentences(_ frame: Frame) -> [String] {
        let open = files.reduce(0) { $0 + ($1.overview?.open ?? 0) }
        var sentences = [
            "\(title): \(counted(files.count, "file")), \(counted(open, "open event")). \(frame.name(of: NamedKey.train)) trains, "
                + "\(frame.name(of: NamedKey.nextOpen)) goes to the next open event of all files, ? tells all keys."
        ]
        if let queue, queue.isUnderWay {
            sentences.append("The queue trains: \(counted(queue.waiting.count + queue.running.count, "file")) left.")
        }
        if !marked.isEmpty { sentences.append("\(counted(marked.count, "file")) marked.") }
        guard let selected else { return sentences }
        var said = "\(grouped(selection + 1)) of \(grouped(shown.count)): \(selected.name)"
        if !selected.folder.isEmpty { said += " in \(selected.folder)" }
        if marked.contains(selected.path) { said += ", marked" }
        if let overview = selected.overview {
            said += ", \(counted(overview.rowCount, "row"))"
            said +=
                overview.models.isEmpty
                ? ", no models"
                : ", \(counted(overview.flagged, "event")), \(grouped(overview.judged)) judged, \(grouped(overview.open)) open"
            if overview.new > 0 { said += ", \(grouped(overview.new)) new" }
        }
        if let problem = selected.problem { said += ". \(problem)" }
        return sentences + [said]
    }
}

/// What a series is, in a sentence or two.
func spoken(_ series: Series) -> String {
    var said = "\(series.name): \(counted(series.rowCount, "row")), \(counted(series.channels.count, "channel"))"
    if series.rowCount > 0, series.time.microseconds != nil {
        said += ", from \(readableTime(series, row: 0)) to \(readableTime(series, row: series.rowCount - 1))"
        if let step = samplingText(series) { said += ", every \(step)" }
    }
    return said + "."
}

/// How a channel runs, in sentences: trend, extremes, rhythm, gaps.
func spoken(channel: Int, of series: Series) -> String {
    let (name, values) = (series.channels[channel].name, series.channels[channel].values)
    let known = values.indices.filter { !values[$0].isNaN }
    guard let low = known.min(by: { values[$0] < values[$1] }), let high = known.max(by: { values[$0] < values[$1] }) else {
        return "\(name) holds nothing measured."
    }
    let range = values[high] - values[low]
    guard range > 0 else { return "\(name) is \(axisText(values[low])) throughout." }
    func mean(_ rows: ArraySlice<Int>) -> Double { rows.reduce(0) { $0 + values[$1] } / Double(max(1, rows.count)) }
    let quarter = max(1, known.count / 4)
    let (first, last) = (mean(known.prefix(quarter)), mean(known.suffix(quarter)))
    let change = (last - first) / range
    let trend =
        abs(change) < 0.1
        ? "stays about level"
        : change > 0
            ? "rises from about \(axisText(first)) to \(axisText(last))"
            : "falls from about \(axisText(first)) to \(axisText(last))"
    var said =
        "\(name) \(trend), lowest \(axisText(values[low])) at \(readableTime(series, row: low)), "
        + "highest \(axisText(values[high])) at \(readableTime(series, row: high))."
    if let period = series.profile.period(ofChannel: channel) { said += " It repeats about every \(grouped(period)) rows." }
    let missing = values.count - known.count
    if missing > 0 { said += " \(counted(missing, "value")) \(missing == 1 ? "is" : "are") missing." }
    return said
}
