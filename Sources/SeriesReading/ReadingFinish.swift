import Foundation
import TimeSeries

extension SeriesReader {
    /// Puts rows into time order and on even steps, calls channels as the user does, and notes what an analyst should know.
    /// - Parameter grows: whether rows will come behind these, which are not laid together with others then.
    static func finish(_ raw: RawReading, _ options: Options, grows: Bool = false) throws(SeriesError) -> Reading {
        var (series, understanding) = (raw.series, raw.understanding.named(options))
        guard series.rowCount > 0 else { throw .empty(file: series.name) }
        if let key = understanding.key {
            understanding.notices.append(key.sentence)
        } else if let order = inTimeOrder(&series) {
            understanding.notices.append(order.notice)
            understanding.time?.order = order.order
        }
        understanding.rowCount = series.rowCount
        let remarks = ChannelRemarks(series.channels, spelled: raw.spelledMissing)
        understanding.gaps = remarks.gaps
        understanding.notices += remarks.notices
        try leaveOut(remarks.withoutValues, &series, &understanding)
        if let times = series.time.microseconds, let first = times.min(), let last = times.max() {
            understanding.time?.step = isoStep(of: times, zone: series.time.zone)
            // What counts from a beginning has no date.
            let isElapsed = understanding.time.flatMap { try? TimeNotation(name: $0.format) }?.isElapsed ?? false
            let time = series.time
            func shown(_ instant: Int64) -> String { isElapsed ? time.format.text(of: instant) : time.label(of: instant) }
            understanding.time?.first = shown(first)
            understanding.time?.last = shown(last)
        }
        series = series.renaming(options.renamed)
        var grid: Grid?
        if understanding.key == nil {
            let sampling = try Sampling(of: series, options, grows: grows)
            understanding.notices += sampling.notices
            understanding.steps = sampling.steps
            // Of uneven times none is the step; rows have that of the steps on which they were laid.
            if options.every == nil, sampling.steps != nil, let times = sampling.series.time.microseconds {
                understanding.time?.step = isoStep(of: times, zone: sampling.series.time.zone)
            }
            (series, grid) = (sampling.series, sampling.grid)
        }
        series.notices = understanding.notices
        return Reading(series: series, understanding: understanding, grid: grid)
    }

    /// Leaves out columns that hold nothing but gaps, unless there is no other.
    private static func leaveOut(
        _ names: [String], _ series: inout Series, _ understanding: inout Understanding
    ) throws(SeriesError) {
        guard let first = names.first else { return }
        guard names.count < series.channels.count else { throw .allGaps(file: series.name, column: first) }
        understanding.leaveOut(Set(names), of: &series, .holdsOnlyGaps)
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
}

extension Series {
    /// The series with only the named channels, in that order.
    /// - Throws: `SeriesError.noSuchColumn` when a name is not a channel.
    public func selecting(channels names: [String]) throws(SeriesError) -> Series {
        let places = Dictionary(channels.indices.map { (channels[$0].name, $0) }) { first, _ in first }
        var selected: [Channel] = []
        for name in names {
            guard let place = places[name] else {
                throw .noSuchColumn(file: self.name, column: name, known: channels.map(\.name))
            }
            selected.append(channels[place])
        }
        return with(selected)
    }
}
