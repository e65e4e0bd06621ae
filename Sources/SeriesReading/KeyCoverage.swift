import TimeSeries

/// How the rows that some columns tell apart lie among the times of all rows: those of true series cover the times, while what changes
/// from time to time, as the weather does, covers them with all of its values together.
struct KeyCoverage {
    /// Of the rows that a full table of the series would have besides one at each time, the share that is there.
    private var fill = 1.0
    /// How evenly the rows of the series follow each other, and those of all.
    private var within = 0.0, union = 0.0

    /// The least `fill` of series that were measured together, the least evenness of others, and by how much it is above that of all.
    private static let leastFill = 0.5, leastEvenness = 0.8, leastGain = 0.1
    /// The fewest times of a series that show how evenly it runs; and the most of those that show nothing, where they are few.
    private static let fewestTimes = 5, shortTimes = 3

    /// - Parameters:
    ///   - times: of all rows.
    ///   - codes: the series of each row, from 0 on.
    init(_ times: [Int64], codes: [Int]) {
        let distinct = Set(times).sorted()
        let places = Dictionary(uniqueKeysWithValues: zip(distinct, distinct.indices))
        var series = Array(repeating: [Int](), count: (codes.max() ?? -1) + 1)
        for (time, code) in zip(times, codes) {
            if let place = places[time] { series[code].append(place) }
        }
        series = series.filter { !$0.isEmpty }.map { Set($0).sorted() }
        let cells = series.reduce(0) { $0 + $1.count }
        fill = Self.fill(series)
        let others = series.filter { $0.count > Self.shortTimes }
        if others.count > 1, others.count < series.count, others.reduce(0, { $0 + $1.count }) * 4 >= cells * 3 {
            fill = max(fill, Self.fill(others))
        }
        // What is at one time alone is no series.
        if series.reduce(0, { $0 + ($1.count > 1 ? $1.count : 0) }) * 2 < cells { fill = 0 }
        let long = series.filter { $0.count >= Self.fewestTimes }
        guard long.reduce(0, { $0 + $1.count }) * 2 >= cells else { return }
        within = Self.evenness(long.map { places in places.map { distinct[$0] } })
        union = Self.evenness([distinct])
    }

    /// Whether the rows of the series are such as series have.
    var isOfSeries: Bool { fill >= Self.leastFill || within >= Self.leastEvenness && within > union + Self.leastGain }

    /// Of the places between the first and the last of each series, besides one at each time, the share that is taken.
    private static func fill(_ series: [[Int]]) -> Double {
        let (cells, spans) = series.reduce((0, 0)) { sum, places in
            (sum.0 + places.count, sum.1 + (places.last ?? 0) - (places.first ?? 0) + 1)
        }
        let times = Set(series.joined()).count
        return spans > times ? Double(cells - times) / Double(spans - times) : 1
    }

    /// The share of steps that are about as long as the one in the middle of its series.
    private static func evenness(_ series: [[Int64]]) -> Double {
        var (near, all) = (0, 0)
        for times in series {
            let steps = times.adjacentPairs().map { Double($1 - $0) }.sorted()
            guard !steps.isEmpty else { continue }
            let middle = steps[steps.count / 2]
            near += steps.count { $0 >= 0.5 * middle && $0 <= 1.5 * middle }
            all += steps.count
        }
        return all > 0 ? Double(near) / Double(all) : 0
    }
}
