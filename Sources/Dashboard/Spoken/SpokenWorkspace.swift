import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

extension WorkspaceState {
    /// What the open series says: what it is and how it runs, what the models found, and where one is.
    func sentences(_ frame: Frame) -> [String] {
        let (series, channels) = (analysis.series, analysis.series.channels.count)
        var sentences = [spoken(series) + " ? tells all keys."]
        let place = channels > 1 ? "Channel \(grouped(channel + 1)) of \(grouped(channels)): " : ""
        sentences.append(place + memo.spoken(channel: channel, of: series))
        sentences.append(spokenModels(frame))
        if let training, !training.hasEnded { sentences.append("Training: \(Int(training.share * 10) * 10) percent.") }
        if let found = spokenFindings { sentences.append(found) }
        if !list.tickedEvents.isEmpty {
            sentences.append("\(counted(list.tickedEvents.count, "event")) marked: a verdict judges them all.")
        }
        if let marked { sentences.append("Marked: \(eventText(series, marked)).") }
        if focus == .sliders, sliders.indices.contains(slider) {
            let help = sliders[slider].help
            sentences.append(help.prefix(1).uppercased() + help.dropFirst() + ".")
        }
        return sentences + [spokenPlace]
    }

    /// Which models there are, and how they are weighed.
    private func spokenModels(_ frame: Frame) -> String {
        guard analysis.result != nil else {
            let training = training.map { !$0.hasEnded } ?? false
            return training
                ? "The models are being trained." : "No models yet: \(frame.name(of: NamedKey.train)) trains them."
        }
        let rule = analysis.settings.flags.rawValue
        return "Models: \(weightsText(analysis.settings.ensemble, within: .max)). Flags by \(rule)."
    }

    /// What is flagged, in a sentence; `nil` before there are scores.
    private var spokenFindings: String? {
        guard let result = analysis.result else { return nil }
        guard let highest = result.events.max(by: { $0.peak < $1.peak }) else { return "Nothing is flagged." }
        let judged = result.events.count { judgements.verdict(on: $0.rows) != nil }
        let count = result.events.count
        return "\(counted(count, "event")) \(count == 1 ? "is" : "are") flagged, \(grouped(judged)) judged; the highest peaks at "
            + "\(significant(highest.peak)), \(readableTime(analysis.series, row: highest.peakRow))."
    }

    /// Where one is: on a slider, in an event, or on a row.
    private var spokenPlace: String {
        if focus == .sliders, sliders.indices.contains(slider) {
            let (setting, count) = (sliders[slider], grouped(sliders.count))
            return "Slider \(grouped(slider + 1)) of \(count), \(setting.title): \(setting.text(analysis.settings))."
        }
        return selectedEvent.map(spokenEvent) ?? spokenRow
    }

    /// An event, as it stands in the list.
    private func spokenEvent(_ event: Event) -> String {
        let series = analysis.series
        let place = list.place(of: event).map { "Event \(grouped($0 + 1)) of \(grouped(list.events.count))" } ?? "An event"
        var said = "\(place): \(eventText(series, event.rows)), peak \(significant(event.peak))"
        let peaks = models.compactMap { kind in event.modelPeaks[kind].map { "\(kind.title) \(significant($0))" } }
        if !peaks.isEmpty { said += ", " + peaks.joined(separator: ", ") }
        if list.isTicked(event) { said += ", marked" }
        if list.isNew(event) { said += ", new" }
        if isExpected(event) { said += ", expected" }
        said += ". " + (judgements.verdict(on: event.rows).map { "Judged \($0.title)" } ?? "Not judged") + "."
        let note = notes.text(on: event.rows)
        return note.isEmpty ? said : said + " Note: \(note)."
    }

    /// The row under the cursor.
    private var spokenRow: String {
        let series = analysis.series
        let value = series.channels[channel].values[cursor]
        var said = "Row \(grouped(cursor + 1 + series.forgottenRows))"
        if series.time.microseconds != nil { said += ", \(readableTime(series, row: cursor))" }
        said += ": " + (value.isNaN ? "nothing measured" : axisText(value))
        if let result = analysis.result {
            said += ", score \(significant(result.combined[cursor]))"
            for kind in models {
                if let scores = result.scores[kind] { said += ", \(kind.title) \(significant(scores[cursor]))" }
            }
        }
        return said + "."
    }

    /// What the inspected event is, and what was expected in its place.
    func spokenInspection(_ frame: Frame) -> [String] {
        guard let event = selectedEvent else { return ["No event is selected."] }
        let series = analysis.series
        var sentences = [spokenEvent(event)]
        if series.channels.count > 1, let blame {
            let most = blame.indices.sorted { blame[$0] > blame[$1] }.prefix(3)
            sentences.append("Most to blame: \(listed(most.map { "\(series.channels[$0].name) \(percent(blame[$0]))" })).")
        }
        let row = event.peakRow
        for (index, one) in series.channels.enumerated().prefix(4) {
            let value = one.values[row]
            let expected = analysis.scored.compactMap { kind, model -> String? in
                let place = row * series.channels.count + index
                let expected = model.errors.reconstruction
                guard expected.indices.contains(place), !expected[place].isNaN else { return nil }
                let value = model.detector.scaling.unscaled(expected[place], channel: index)
                return "\(kind.title) expected \(axisText(value))"
            }
            let seen = value.isNaN ? "nothing measured" : axisText(value)
            sentences.append(
                "At the peak, \(readableTime(series, row: row)), \(one.name) is \(seen)"
                    + (expected.isEmpty ? "." : "; " + expected.joined(separator: ", ") + "."))
        }
        return sentences
    }
}
