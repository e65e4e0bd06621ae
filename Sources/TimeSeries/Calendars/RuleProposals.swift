extension ExpectedRule {
    /// Rules that some rows suggest: the same hours of such a weekday, the same hours of every day, these rows alone, and such days of
    /// the year. Hours are whole, so that rows beside them are held too. Without dates there is only the rows themselves.
    public static func proposals(for rows: Range<Int>, in series: Series) -> [Kind] {
        guard let last = rows.last, rows.upperBound <= series.rowCount else { return [] }
        guard let times = series.time.microseconds, !series.time.isOfClock else {
            let before = series.forgottenRows
            return span("\(before + rows.lowerBound + 1)..\(before + rows.upperBound)")
        }
        let zone = series.time.zone
        let step = last > 0 ? times[last] - times[last - 1] : times.count > 1 ? times[1] - times[0] : 0
        let (hour, day): (Int64, Int64) = (3_600_000_000, 86_400_000_000)
        let first = floorDivide(zone.local(times[rows.lowerBound]), hour) * hour
        let end = -floorDivide(-(zone.local(times[last]) + max(1, min(step, hour))), hour) * hour
        let (firstDay, lastDay) = (floorDivide(first, day), floorDivide(end - 1, day))
        func minutes(_ local: Int64) -> Int { Int((local - floorDivide(local, day) * day) / 60_000_000) }
        func weekly(_ weekdays: [Int], _ from: Int, _ to: Int) -> [Kind] {
            WeeklySpan(weekdays: weekdays, from: from, to: to).map { [.weekly($0)] } ?? []
        }
        var found: [Kind] = []
        if end - first < day {
            let (from, to) = (minutes(first), minutes(end) == 0 ? 1440 : minutes(end))
            found += weekly([Int(weekday(of: firstDay))], from, to) + weekly(Array(0...6), from, to)
        } else if lastDay - firstDay < 7 {
            found += weekly((firstDay...lastDay).map { Int(weekday(of: $0)) }, 0, 1440)
        }
        found += span("\(series.time.label(of: times[rows.lowerBound]))..\(series.time.label(of: times[last]))")
        if lastDay - firstDay < 31 {
            let (from, to) = (civil(daysSince1970: firstDay), civil(daysSince1970: lastDay))
            let ends = "\(twoDigits(from.month))-\(twoDigits(from.day))..\(twoDigits(to.month))-\(twoDigits(to.day))"
            if let span = YearlySpan(ends) { found.append(.yearly(span)) }
        }
        return found
    }

    private static func span(_ text: String) -> [Kind] { RowSpan(text).map { [.span($0)] } ?? [] }
}
