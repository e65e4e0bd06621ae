import Foundation

extension Sketch {
    /// Rows of an hour each from a Monday on: flat weekdays, busy weekends, and a burst every night from 02:00 to 04:00. Behind the first
    /// 40 % each week holds one of three, in turn: a Tuesday that is odd, a burst that is missing, and a holiday that is like a Sunday,
    /// which is noted and not labelled.
    mutating func weekly() {
        let (day, week) = (24, 168)
        func isOff(_ row: Int, _ holidays: [Int]) -> Bool { row % week >= 5 * day || holidays.contains(row / day) }
        let firstWeek = (rows * 2 / 5 + week - 1) / week
        var (oddDays, missing): ([Int], [Int]) = ([], [])
        for (turn, first) in (firstWeek..<max(firstWeek, (rows + week - 1) / week)).enumerated() where !isClean {
            let middle = first * 7 + 1 + Int(3 * random.uniform())
            guard (middle + 1) * day <= rows else { break }
            switch turn % 3 {
            case 0: oddDays.append(first * 7 + 1)
            case 1: missing.append(middle)
            default: holidays.append(middle)
            }
        }
        for row in 0..<rows {
            let (date, hour) = (row / day, row % day)
            values[row] = 20 + 0.8 * random.normal()
            if isOff(row, holidays), (8..<22).contains(hour) {
                let angle = Double.pi * Double(hour - 7) / 15
                values[row] += 25 * sin(angle) + 1.5 * random.normal()
            }
            if (2..<4).contains(hour), !missing.contains(date) { values[row] += 30 + random.normal() }
        }
        for date in oddDays {
            let stretch = (date * day + 9)..<(date * day + 19)
            for row in stretch {
                let angle = Double.pi * Double(row - stretch.lowerBound) / 2
                values[row] += 6 * sin(angle) - 4
            }
            mark(stretch)
        }
        for date in missing { mark((date * day + 2)..<(date * day + 4)) }
    }
}

extension SampleKind {
    /// The holidays of a series of this kind as an iCalendar file; `nil` of one without holidays.
    public func calendar(rows: Int, seed: UInt64, isClean: Bool = false) -> String? {
        guard self == .weekly else { return nil }
        var sketch = Sketch(rows: rows, seed: seed, isClean: isClean)
        sketch.weekly()
        guard !sketch.holidays.isEmpty else { return nil }
        let events = sketch.holidays.map { day in
            let date = CalendarTime(seconds: Self.start / 1_000_000 + Int64(day) * 86_400, isDate: true).text
            return
                "BEGIN:VEVENT\r\nUID:\(date)@oddline\r\nDTSTAMP:\(date)T000000Z\r\nSUMMARY:Holiday\r\nDTSTART;VALUE=DATE:\(date)\r\n"
                + "END:VEVENT\r\n"
        }
        return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//oddline//generate//EN\r\n" + events.joined() + "END:VCALENDAR\r\n"
    }
}
