import Foundation
import Synchronization

/// The clock on the wall in some zone: `Europe/Berlin`, or so many hours from UTC.
///
/// Its offsets are whole minutes. What the database of zones says of the years 1900 to 2100 is worked out once, when the clock is made;
/// before and after, the first and the last year's offset hold.
public struct WallClock: Sendable, Hashable {
    /// The name in the IANA database, `UTC`, or the offset as `+01:00`.
    public let identifier: String
    private let shifts: Shifts

    /// The clock of a zone by its name in the IANA database, in either case, or at a fixed offset: `UTC`, `GMT`, `Z`, `+01:00`,
    /// `-0330`, `UTC+2`. `nil` for anything else, abbreviations such as CET among them, which say too little.
    public init?(_ identifier: String) {
        if let minutes = Self.fixed(identifier) {
            let zone = minutes == 0 ? TimeFormat.Notation.Zone.utc : .offset(minutes: minutes, colon: true)
            self.identifier = zone.name ?? "UTC"
            shifts = Shifts(offset: minutes)
        } else {
            guard identifier.contains("/") || identifier.utf8.count > 4,
                let zone = Self.known[identifier.lowercased()].flatMap(TimeZone.init(identifier:))
                    ?? TimeZone(identifier: identifier)
            else { return nil }
            self.identifier = zone.identifier
            shifts = Shifts.of(zone)
        }
    }

    /// The clock of an abbreviation that stands for one zone alone, as people use it; `nil` for any other.
    package init?(abbreviation: String) {
        guard let minutes = CalendarNames.offset(Word(abbreviation.lowercased())) else { return nil }
        let size = abs(minutes)
        self.init("\(minutes < 0 ? "-" : "+")\(twoDigits(size / 60))\(twoDigits(size % 60))")
    }

    private static let known: [String: String] = Dictionary(
        TimeZone.knownTimeZoneIdentifiers.map { ($0.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })

    /// Minutes east of UTC that a text such as `UTC+2` names; `nil` where it names none.
    private static func fixed(_ text: String) -> Int? {
        var rest = text.uppercased()[...]
        for name in ["UTC", "GMT"] where rest.hasPrefix(name) {
            rest = rest.dropFirst(3)
            if rest.isEmpty { return 0 }
        }
        return Array(rest.utf8).withUnsafeBufferPointer { bytes in
            var cursor = ByteCursor(bytes: bytes)
            guard let minutes = cursor.offset(), cursor.atEnd else { return nil }
            return Int(minutes)
        }
    }

    /// Whether two clocks are of one zone.
    public static func == (one: WallClock, other: WallClock) -> Bool { one.identifier == other.identifier }

    /// Hashes the zone's name.
    public func hash(into hasher: inout Hasher) { hasher.combine(identifier) }

    /// Minutes east of UTC at an instant in microseconds since 1970 UTC.
    public func minutes(at instant: Int64) -> Int { Int(shifts.offset(at: instant) / 60_000_000) }

    /// How the zone stands behind times that are shown.
    public var zone: TimeFormat.Notation.Zone {
        if shifts.starts.isEmpty { return shifts.offsets[0] == 0 ? .utc : .offset(minutes: minutes(at: 0), colon: true) }
        return .named(self)
    }

    /// How many rows were read on a clock that was being set.
    package struct Turns: Equatable, Sendable {
        /// Rows within an hour that the clock shows twice.
        package var repeated = 0
        /// Rows within an hour that the clock leaves out; each is taken as if the clock had not yet been set.
        package var missing = 0
    }

    /// The instant at which this clock shows `local`: the earlier one where it does so twice.
    package func utc(_ local: Int64) -> Int64 {
        var column = [local]
        toUTC(&column)
        return column[0]
    }

    /// Turns what this clock shows, microseconds since 1970-01-01 00:00 on it, into instants of UTC, for rows in their order, oldest or
    /// newest first.
    ///
    /// Rows in the hour that comes twice belong to its first pass until the clock steps back, then to its second. Where several rows
    /// share each time, as those of several sensors do, as many belong to the first pass. Where only one pass is there, it is the one
    /// that leaves the smaller gap to its neighbours. Complexity: O(rows).
    @discardableResult
    package func toUTC(_ local: inout [Int64]) -> Turns {
        var turns = Turns()
        if shifts.starts.isEmpty {
            for row in local.indices { local[row] -= shifts.offsets[0] }
            return turns
        }
        let isFalling = local.adjacentPairs().count { $0 > $1 } > local.adjacentPairs().count { $0 < $1 }
        if isFalling { local.reverse() }
        var walk = ClockWalk(shifts: shifts, local: local)
        walk.run(&local, &turns)
        if isFalling { local.reverse() }
        return turns
    }
}

extension WallClock {
    /// When a clock was set, and how far it was from UTC before and after, in microseconds.
    final class Shifts: Sendable {
        /// Instants of UTC at which the clock was set, rising.
        let starts: [Int64]
        /// Offsets: that before the first of `starts`, then that from each of them on.
        let offsets: [Int64]

        init(offset minutes: Int) { (starts, offsets) = ([], [Int64(minutes) * 60_000_000]) }

        private init(_ zone: TimeZone) {
            func offset(_ second: Int64) -> Int64 {
                let seconds = zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(second)))
                return Int64((Double(seconds) / 60).rounded()) * 60_000_000
            }
            // No clock is set twice within ten days.
            let step: Int64 = 10 * 86_400
            var second = days(year: 1900, month: 1, day: 1) * 86_400
            let end = days(year: 2101, month: 1, day: 1) * 86_400
            var (starts, offsets) = ([Int64](), [offset(second)])
            while second < end {
                let next = offset(second + step)
                if next != offsets[offsets.count - 1] {
                    let seconds = second..<(second + step + 1)
                    starts.append(seconds[seconds.partitioningIndex { offset($0) == next }] * 1_000_000)
                    offsets.append(next)
                }
                second += step
            }
            (self.starts, self.offsets) = (starts, offsets)
        }

        private static let made = Mutex([String: Shifts]())

        /// The shifts of a zone, worked out when it is first asked for.
        static func of(_ zone: TimeZone) -> Shifts {
            if let known = made.withLock({ $0[zone.identifier] }) { return known }
            let shifts = Shifts(zone)
            return made.withLock { known in
                known[zone.identifier] = shifts
                return shifts
            }
        }

        func offset(at instant: Int64) -> Int64 { offsets[starts.partitioningIndex { $0 > instant }] }
    }
}
