/// `a / b` rounded down, for positive `b`.
package func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
    a >= 0 ? a / b : -((b - 1 - a) / b)
}

/// Days since 1970-01-01 of a proleptic Gregorian date (era arithmetic after Hinnant).
package func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let era = floorDivide(y, 400)
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146097 + dayOfEra - 719468
}

/// The date of a day counted from 1970-01-01.
package func civil(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let z = daysSince1970 + 719468
    let era = floorDivide(z, 146097)
    let dayOfEra = z - era * 146097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
}

/// The last day of a month of a proleptic Gregorian year.
func lastDay(_ year: Int64, _ month: Int64) -> Int64 {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
}

/// Whether a proleptic Gregorian year has 366 days.
func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

/// The first day of an ISO week, a Monday, counted from 1970-01-01; `nil` where the year has no such week.
func days(isoYear: Int64, week: Int64) -> Int64? {
    // The week of January 4 is the first; 1970-01-01 was a Thursday.
    let monday = floorDivide(days(year: isoYear, month: 1, day: 4) + 3, 7) * 7 - 3 + (week - 1) * 7
    return week < 53 || civil(daysSince1970: monday + 3).year == isoYear ? monday : nil
}

/// A number from 0 to 99 as calendars and clocks write it.
package func twoDigits(_ number: some BinaryInteger) -> String { "\(number < 10 ? "0" : "")\(number)" }
