import AnomalyDetection
import Synchronization
import TerminalUI
import TimeSeries

/// Remembers what plots were reduced to, so that a frame computes anew only what has changed: after a slider the combined
/// score, after a move of the cursor nothing. Drawing stays a pure function of the state.
///
/// An array is known again by the place of its elements. It is kept with what was made of it, so that the place cannot
/// come to hold others.
final class PlotMemo: Sendable {
    /// What a plot asks for; each remembers its latest answer.
    enum Slot: Hashable {
        case series, overview, labels
        case score(Int)
        case expected(String)
    }

    private struct Question: Equatable {
        let place: UInt
        let rows: Range<Int>
        let count: Int
        let width: Int
    }

    private struct Answer<Values: Sendable>: Sendable {
        let question: Question
        let kept: any Sendable
        let values: Values
    }

    private struct Answers {
        var extents: [Slot: Answer<[Extent]>] = [:]
        var levels: [Slot: Answer<[Double]>] = [:]
        var blocks: [Slot: (place: UInt, made: any Sendable)] = [:]
    }

    private let answers = Mutex(Answers())
    private let spoken = Mutex<[Int: (identity: SeriesIdentity, text: String)]>([:])

    /// How a channel runs, in words: looked for once a series, since every value is looked at.
    func spoken(channel: Int, of series: Series) -> String {
        spoken.withLock { spoken in
            if let known = spoken[channel], known.identity == series.identity { return known.text }
            let text = Dashboard.spoken(channel: channel, of: series)
            spoken[channel] = (series.identity, text)
            return text
        }
    }

    /// `extents` of an array. Where many rows of one array are asked for again, by zooming and panning, they are had from its
    /// `ExtentBlocks`.
    func extents<Value: PlottedValue>(_ slot: Slot, _ values: [Value], rows: Range<Int>, count: Int) -> [Extent] {
        remembered(\.extents, slot, values, rows, count) {
            let isFew = rows.count < Self.manyRows
            let place = question(values, rows, count, 0).place
            if !isFew, let (known, blocks) = answers.withLock({ $0.blocks[slot] }), known == place,
                let blocks = blocks as? ExtentBlocks<Value>
            {
                return blocks.extents(rows: rows, count: count)
            }
            guard !isFew, answers.withLock({ $0.extents[slot] })?.question.place == place else {
                if !isFew { answers.withLock { $0.blocks[slot] = nil } }
                return AnomalyDetection.extents(of: values, rows: rows, count: count)
            }
            let blocks = ExtentBlocks(values)
            answers.withLock { $0.blocks[slot] = (place, blocks) }
            return blocks.extents(rows: rows, count: count)
        }
    }

    /// The same of blocks that are known already.
    func extents<Value: PlottedValue>(_ slot: Slot, _ blocks: ExtentBlocks<Value>, rows: Range<Int>, count: Int) -> [Extent] {
        remembered(\.extents, slot, blocks.values, rows, count) { blocks.extents(rows: rows, count: count) }
    }

    /// Rows that are gone through in less time than is noticed.
    private static let manyRows = 1 << 16

    /// Anything that is made of `values` and of nothing else than what is asked for.
    func extents<Value: Sendable>(
        _ slot: Slot, of values: [Value], rows: Range<Int>, count: Int, make: () -> [Extent]
    ) -> [Extent] {
        remembered(\.extents, slot, values, rows, count, make)
    }

    /// `levels` of an array.
    func levels(_ slot: Slot, _ values: [Double], rows: Range<Int>, count: Int, width: Int) -> [Double] {
        remembered(\.levels, slot, values, rows, count, width: width) {
            TerminalUI.levels(of: values, rows: rows, count: count, width: width)
        }
    }

    private func remembered<Made: Sendable, Value: Sendable>(
        _ place: WritableKeyPath<Answers, [Slot: Answer<Made>]> & Sendable, _ slot: Slot, _ values: [Value],
        _ rows: Range<Int>, _ count: Int, width: Int = 0, _ make: () -> Made
    ) -> Made {
        let question = question(values, rows, count, width)
        if let known = answers.withLock({ $0[keyPath: place][slot] }), known.question == question { return known.values }
        let made = make()
        answers.withLock { $0[keyPath: place][slot] = Answer(question: question, kept: values, values: made) }
        return made
    }

    private func question<Value>(_ values: [Value], _ rows: Range<Int>, _ count: Int, _ width: Int) -> Question {
        let place = values.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
        return Question(place: place, rows: rows, count: count, width: width)
    }
}
