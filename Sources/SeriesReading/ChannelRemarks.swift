import TimeSeries

/// What an analyst should know of the values of channels: gaps, values that are all the same, numbers that stand for none. One sentence
/// for each kind, which names at most a dozen channels.
struct ChannelRemarks {
    /// Channels that hold nothing but gaps.
    private(set) var withoutValues: [String] = []
    /// Channels with gaps and how many each has.
    private(set) var gaps: [(channel: String, count: Int)] = []
    private var constant: [String] = []
    /// Channels that are all one number that often stands for nothing.
    private var constantCodes: [(code: Double, channels: [String])] = []
    /// Numbers that look like codes, and how often they stand in which channels.
    private var suspected: [(code: Double, channels: [(name: String, count: Int)])] = []

    /// Numbers that the file says stand for nothing.
    private let spelled: [Double]

    /// - Parameter spelled: numbers that the file says stand for missing values.
    init(_ channels: [Series.Channel], spelled: [Double] = []) {
        self.spelled = spelled
        for channel in channels { look(channel) }
    }

    /// Looks at a channel: once at all values and, where the least or the largest is a number that stands for nothing, once more.
    private mutating func look(_ channel: Series.Channel) {
        var (missing, lowest, highest) = (0, Double.infinity, -Double.infinity)
        for value in channel.values {
            if value.isNaN { missing += 1 } else { (lowest, highest) = (min(lowest, value), max(highest, value)) }
        }
        let present = channel.values.count - missing
        guard present > 0 else { return withoutValues.append(channel.name) }
        if missing > 0 { gaps.append((channel.name, missing)) }
        guard lowest < highest else {
            if present > 1 { note(constant: lowest, channel.name) }
            return
        }
        guard let (code, count) = code(lowest, highest, channel.values) else { return }
        if let index = suspected.firstIndex(where: { $0.code == code }) {
            suspected[index].channels.append((channel.name, count))
        } else {
            suspected.append((code, [(channel.name, count)]))
        }
    }

    /// Which of the least and the largest value stands for a missing one, and how often.
    private func code(_ lowest: Double, _ highest: Double, _ values: [Double]) -> (code: Double, count: Int)? {
        if let code = [lowest, highest].first(where: { spelled.contains($0) }) { return (code, values.count { $0 == code }) }
        guard let code = [lowest, highest].first(where: { Self.codes.contains($0) }) else { return nil }
        return Self.count(code, values).map { (code, $0) }
    }

    private mutating func note(constant value: Double, _ name: String) {
        guard abs(value) > 90, Self.codes.contains(value) else { return constant.append(name) }
        if let index = constantCodes.firstIndex(where: { $0.code == value }) {
            constantCodes[index].channels.append(name)
        } else {
            constantCodes.append((value, [name]))
        }
    }

    // MARK: Codes for missing values

    /// Numbers that are commonly written where nothing was measured.
    private static let codes: Set<Double> = Set(
        [
            -1, -99, -99.9, -99.99, -200, -777, -888, -999, -999.9, -999.99, -9999, -9999.9, -9999.99, -99999, -6999, -7999, 99,
            99.9, 99.99,
            999, 999.9,
            999.99, 9999, 9999.9, 9999.99, 99999, -32768, 32767, 65535, -2_147_483_648, 1e20, 1e30, -1e30,
            9.969_209_968_386_869e36,
        ])

    /// How often a number that is commonly used so stands for a missing value: where it is far from all else, or the only negative
    /// one, -1; `nil` where it does not.
    private static func count(_ code: Double, _ values: [Double]) -> Int? {
        var (restLow, restHigh, count) = (Double.infinity, -Double.infinity, 0)
        for value in values where !value.isNaN {
            if value == code { count += 1 } else { (restLow, restHigh) = (min(restLow, value), max(restHigh, value)) }
        }
        guard restLow <= restHigh else { return nil }
        let distance = code < restLow ? restLow - code : code - restHigh
        // Data that was scaled has -1 too.
        let isFar =
            code == -1
            ? restLow >= 0 && restHigh > 2 && count > 1 && (count * 3 < values.count || restLow >= 100)
            : distance > 2 * (restHigh - restLow) + 0.5 * abs(code)
        return isFar || code < -90 && distance > max(abs(restLow), restHigh - restLow) * 0.5 && count > 1 ? count : nil
    }

    // MARK: Sentences

    /// One sentence for each kind.
    var notices: [String] {
        var notices: [String] = []
        func columns(_ names: [String], _ one: String, _ several: String) -> String {
            names.count == 1 ? "Column \(names[0]) \(one)" : "Columns \(listed(names)) \(several)"
        }
        if !constant.isEmpty { notices.append(columns(constant, "is", "are") + " constant.") }
        for (code, names) in constantCodes {
            let text = numberText(code)
            notices.append(
                columns(names, "is", "are") + " constant, \(text), which often stands for nothing (--missing \(text)).")
        }
        if gaps.count == 1 {
            notices.append("Column \(gaps[0].channel) has \(gaps[0].count) gap\(gaps[0].count == 1 ? "" : "s").")
        } else if gaps.count > 1 {
            notices.append("\(gaps.count) columns have gaps: \(listed(gaps.map { "\($0.channel) \($0.count)" })).")
        }
        for (code, channels) in suspected { notices.append(sentence(code, channels)) }
        return notices
    }

    private func sentence(_ code: Double, _ channels: [(name: String, count: Int)]) -> String {
        let text = numberText(code)
        let place =
            spelled.contains(code)
            ? "which lines above the table call missing" : code == -1 ? "nothing else is negative" : "far from all else"
        let count = channels.reduce(0) { $0 + $1.count }
        let remedy = "--missing \(text) makes " + (count == 1 ? "a gap of it." : "gaps of it.")
        if channels.count == 1 {
            return "Column \(channels[0].name): \(text) stands \(count) time\(count == 1 ? "" : "s"), \(place); \(remedy)"
        }
        let counts = listed(channels.map { "\($0.name) \($0.count)" })
        return "In \(channels.count) columns \(text) stands \(count) times, \(place) (\(counts)); \(remedy)"
    }
}
