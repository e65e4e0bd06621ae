import Foundation
import TimeSeries

extension SeriesReader {
    /// Puts rows into time order and notes what an analyst should know.
    static func finish(_ raw: RawReading) throws(SeriesError) -> Reading {
        var (series, understanding) = (raw.series, raw.understanding)
        guard series.rowCount > 0 else { throw .empty(file: series.name) }
        if let key = understanding.key {
            understanding.notices.append(key.sentence)
        } else if let order = inTimeOrder(&series) {
            understanding.notices.append(order.notice)
            understanding.time?.order = order.order
        }
        understanding.rowCount = series.rowCount
        var withoutValues: [String] = []
        for channel in series.channels {
            let gaps = channel.values.count { $0.isNaN }
            if gaps == channel.values.count {
                withoutValues.append(channel.name)
                continue
            }
            let first = channel.values.first { !$0.isNaN }
            if channel.values.count - gaps > 1, channel.values.allSatisfy({ $0 == first || $0.isNaN }) {
                let isCode = first.map { codes.contains($0) && abs($0) > 90 } ?? false
                let hint =
                    isCode
                    ? ", \(numberText(first ?? 0)), which often stands for nothing (--missing \(numberText(first ?? 0)))" : ""
                understanding.notices.append("Column \(channel.name) is constant\(hint).")
            }
            if gaps > 0 {
                understanding.gaps.append((channel.name, gaps))
                understanding.notices.append("Column \(channel.name) has \(gaps) gap\(gaps == 1 ? "" : "s").")
            }
            if let code = suspectedCode(channel) { understanding.notices.append(code) }
        }
        try leaveOut(withoutValues, &series, &understanding)
        if understanding.key == nil { understanding.notices += samplingNotices(series) }
        series.notices = understanding.notices
        if let times = series.time.microseconds { understanding.time?.step = isoStep(of: times) }
        return Reading(series: series, understanding: understanding)
    }

    /// Leaves out columns that hold nothing but gaps, unless there is no other.
    private static func leaveOut(
        _ names: [String], _ series: inout Series, _ understanding: inout Understanding
    ) throws(SeriesError) {
        guard let first = names.first else { return }
        guard names.count < series.channels.count else { throw .allGaps(file: series.name, column: first) }
        series = series.with(series.channels.filter { !names.contains($0.name) })
        for index in understanding.columns.indices where names.contains(understanding.columns[index].name) {
            understanding.columns[index].role = .leftOut("it holds only gaps")
        }
        understanding.notices.append("Left out, since nothing but gaps is in them: \(listed(names)).")
    }

    private static func inTimeOrder(_ series: inout Series) -> (order: Understanding.Order, notice: String)? {
        guard let times = series.time.microseconds else { return nil }
        let late = times.adjacentPairs().count { $0 > $1 }
        guard late > 0 else { return nil }
        let rises = times.adjacentPairs().contains { $0 < $1 }
        series = series.selecting(rows: times.indices.sorted { (times[$0], rises ? $0 : -$0) < (times[$1], rises ? $1 : -$1) })
        return rises
            ? (.mixed, "Rows were put into time order: \(late) came before the row above.")
            : (.newestFirst, "Rows stood newest first and were put into time order.")
    }

    private static func samplingNotices(_ series: Series) -> [String] {
        guard let times = series.time.microseconds, let step = series.profile.step else { return [] }
        var notices: [String] = []
        let repeated = times.adjacentPairs().count { $0 == $1 }
        if repeated > 0 {
            notices.append("\(repeated) row\(repeated == 1 ? "" : "s") repeat the time of the row above; all are kept.")
        }
        // Months and years differ in length, and are no gaps.
        let isCalendar = isoStep(of: times).map { $0.hasSuffix("M") && !$0.contains("T") || $0.hasSuffix("Y") } ?? false
        let holes = times.adjacentPairs().count { step > 0 && Double($1 - $0) > (isCalendar ? 1.6 : 1.5) * Double(step) }
        if holes > 0 {
            notices.append("Time jumps at \(holes) place\(holes == 1 ? "" : "s"); rows are treated as evenly spaced.")
        }
        return notices
    }

    // MARK: Codes for missing values

    /// Numbers that are commonly written where nothing was measured.
    private static let codes: Set<Double> = Set(
        [
            -1, -99, -99.9, -99.99, -200, -777, -888, -999, -999.9, -999.99, -9999, -9999.9, -9999.99, -99999, 99, 99.9, 99.99,
            999, 999.9,
            999.99, 9999, 9999.9, 9999.99, 99999, -32768, 32767, 65535, -2_147_483_648, 1e20, 1e30, -1e30,
            9.969_209_968_386_869e36,
        ])

    /// The sentence on a value of a channel that looks like a code for a missing one: a number commonly used so which stands far
    /// from all else, or the only negative one, -1.
    private static func suspectedCode(_ channel: Series.Channel) -> String? {
        var (lowest, highest) = (Double.infinity, -Double.infinity)
        for value in channel.values where !value.isNaN { (lowest, highest) = (min(lowest, value), max(highest, value)) }
        guard let code = [lowest, highest].first(where: { codes.contains($0) }) else { return nil }
        var (restLow, restHigh, count) = (Double.infinity, -Double.infinity, 0)
        for value in channel.values where !value.isNaN {
            if value == code { count += 1 } else { (restLow, restHigh) = (min(restLow, value), max(restHigh, value)) }
        }
        guard restLow <= restHigh else { return nil }
        let distance = code < restLow ? restLow - code : code - restHigh
        // Data that was scaled has -1 too.
        let isFar =
            code == -1
            ? restLow >= 0 && restHigh > 2 && count > 1 && count * 3 < channel.values.count
            : distance > 2 * (restHigh - restLow) + 0.5 * abs(code)
        guard isFar || code < -90 && distance > max(abs(restLow), restHigh - restLow) * 0.5 && count > 1 else { return nil }
        let text = numberText(code)
        let place = code == -1 ? "nothing else is negative" : "far from all else"
        return "Column \(channel.name): \(text) stands \(count) time\(count == 1 ? "" : "s"), \(place); --missing \(text) makes "
            + (count == 1 ? "a gap of it." : "gaps of it.")
    }
}

extension Series {
    /// The series with only the named channels, in that order.
    /// - Throws: `SeriesError.noSuchColumn` when a name is not a channel.
    public func selecting(channels names: [String]) throws(SeriesError) -> Series {
        var selected: [Channel] = []
        for name in names {
            guard let channel = channels.first(where: { $0.name == name }) else {
                throw .noSuchColumn(file: self.name, column: name, known: channels.map(\.name))
            }
            selected.append(channel)
        }
        return with(selected)
    }
}
