import AnomalyDetection
import Foundation
import TestSupport
import Testing
import TimeSeries

@testable import Workbench

/// What is told of events that begin, grow and end.
@Suite struct AlertTests {
    private func event(_ rows: Range<Int>, peak: Float = 0.5) -> Event {
        Event(rows: rows, of: [Float](repeating: peak, count: rows.upperBound), scores: PerModel<[Float]>())
    }

    @Test func anEventIsToldWhenItBeginsWhenItHasDoubledAndWhenItEnds() {
        var watch = EventWatch(behind: 100, known: [event(90..<95)])
        func told(_ events: [Event], _ count: Int) -> [String] {
            watch.news(among: events, of: count).map { "\($0.change) \($0.rows)" }
        }
        #expect(told([event(90..<95), event(110..<114)], 114) == ["begin 110..<114"])
        #expect(told([event(90..<95), event(110..<117)], 117) == [])
        #expect(told([event(90..<95), event(110..<118)], 118) == ["grow 110..<118"])
        #expect(told([event(90..<95), event(110..<119)], 122) == [], "rows this near would be joined")
        #expect(told([event(90..<95), event(110..<119)], 123) == ["end 110..<119"])
        #expect(told([event(90..<95), event(110..<119)], 900) == [], "once, and nothing of what was known")
        #expect(told([event(950..<952)], 980) == ["begin 950..<952", "end 950..<952"])
    }

    @Test func whatGrowsOutOfAKnownEventIsNew() {
        var watch = EventWatch(behind: 100, known: [event(97..<99)])
        func grown(_ rows: Range<Int>, highest: Int) -> Event {
            let scores = (0..<rows.upperBound).map { Float($0 == highest ? 0.9 : 0.5) }
            return Event(rows: rows, of: scores, scores: PerModel<[Float]>())
        }
        func told(_ event: Event, _ count: Int) -> [String] {
            watch.news(among: [event], of: count).map { "\($0.change) \($0.rows)" }
        }
        #expect(told(grown(97..<102, highest: 98), 102) == [], "it only grows longer")
        #expect(told(grown(97..<112, highest: 110), 112) == ["begin 97..<112"], "the highest row lies behind what was known")
        #expect(told(grown(97..<113, highest: 110), 113) == [])
        #expect(told(grown(97..<113, highest: 110), 120) == ["end 97..<113"])
    }

    /// Whatever comes, an event begins once, ends once after that, and grows only in between.
    @Test func noEventIsToldTwice() {
        forRandomSeeds(200) { seed, random in
            let events = (0..<8).map { index in
                let start = index * 60 + Int.random(in: 0..<20, using: &random)
                return start..<(start + Int.random(in: 1...30, using: &random))
            }
            var watch = EventWatch(behind: 0, known: [])
            var (told, count): ([Range<Int>: [EventChange]], Int) = ([:], 0)
            while count < 600 {
                count += Int.random(in: 1...40, using: &random)
                let here = events.filter { $0.lowerBound < count }.map { event($0.clamped(to: 0..<count)) }
                for news in watch.news(among: here, of: count) {
                    guard let whole = events.first(where: { $0.overlaps(news.rows) }) else { continue }
                    told[whole, default: []].append(news.change)
                }
                if random.happens(0.2) {
                    let kept = try JSONEncoder().encode(watch)
                    watch = try JSONDecoder().decode(EventWatch.self, from: kept)
                }
            }
            for rows in events {
                let changes = told[rows] ?? []
                #expect(changes.first == .begin && changes.last == .end, "seed \(seed): \(changes)")
                #expect(changes.count { $0 == .begin } == 1 && changes.count { $0 == .end } == 1, "seed \(seed): \(changes)")
                #expect(changes.count < 8, "seed \(seed)")
            }
        }
    }

    @Test func whatWasToldIsKeptForTheSameRowsAlone() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let series = SampleKind.contextual.series(rows: 900, seed: 2)
        let state = AlertState(at: path)
        #expect(try state.watch(of: series) == nil)
        var watch = EventWatch(behind: 100, known: [])
        _ = watch.news(among: [event(700..<710)], of: 800)
        try state.keep(watch, of: series.prefix(800))
        #expect(try state.watch(of: series) == watch)
        #expect(try state.watch(of: series.prefix(700)) == nil, "a file with fewer rows is another")
        #expect(try state.watch(of: series.changing { $0[3] += 1 }) == nil)
        var late = series.prefix(800)
        late.forget(first: 600)
        var shifted = watch
        shifted.forget(first: 600)
        try state.keep(shifted, of: late)
        var again = try #require(try state.watch(of: series))
        #expect(again.news(among: [event(700..<710)], of: 720).isEmpty, "rows are counted from the first of the file")
        try "{}".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: (any Error).self) { try state.watch(of: series) }
    }
}
