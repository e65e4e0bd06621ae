import Foundation
import SeriesReading
import StrictJSON
import TimeSeries
import Work

/// How a text is read, without anything being kept.
struct ReadingOperations: Sendable {
    /// Read what is long, in turns of the accounts.
    let turns: Turns<Int64>

    /// The same names and values as `oddline describe --format json` prints.
    static let understanding: Output<Understanding> = .object([
        .member("format", .text, \.format), .member("encoding", .text, \.encoding), .nullable("delimiter", .text, \.delimiter),
        .member("decimal", .text, \.decimal), .nullable("header_line", .integer, \.headerLine), .nullable("time", time, \.time),
        .member("channels", .list(.text), \.channels),
        .member(
            "left_out",
            .list(.object([.member("column", .text) { $0.column }, .member("why", .text) { $0.why.rawValue }]))
        ) { $0.leftOut },
        .nullable("labels", .text, \.labels), .nullable("key", .text) { $0.key?.name },
        .member("series", .integer) { $0.key?.count ?? 1 }, .member("rows", .integer, \.rowCount),
        .nullable("steps", steps, \.steps),
        .member("gaps", .anyObject) { .object($0.gaps.map { .init(name: $0.channel, value: .integer($0.count)) }) },
        .member("units", .anyObject) { read in
            .object(read.columns.compactMap { column in column.unit.map { .init(name: column.name, value: .text($0)) } })
        },
        .member("notices", .list(.text), \.notices),
    ])

    private static let steps: Output<Understanding.Steps> = .object([
        .member("every", .text, \.every), .member("aggregate", .text, \.aggregate), .member("count", .integer, \.count),
        .member("empty", .integer, \.empty), .member("merged", .integer, \.merged), .member("cut", .integer, \.cut),
    ])

    private static let time: Output<Understanding.Time> = .object([
        .member("columns", .list(.text), \.columns), .member("format", .text, \.format), .nullable("zone", .text, \.zone),
        .nullable("step", .text, \.step), .member("order", .text) { $0.order.rawValue },
        .nullable("first", .text, \.first), .nullable("last", .text, \.last),
    ])

    var all: [Operation] {
        [
            Operation(
                .post, "/api/describe", id: "describe",
                "How a text would be read: its time, its channels, what is left out and why. Nothing is kept.",
                AnalysisOperations.name, AnalysisOperations.text, .reading,
                bodyLimit: AnalysisOperations.longestBody, answer: .ok(Self.understanding).long, protected: describe)
        ]
    }

    private func describe(
        _ caller: AuthenticatedContext, name: String, text: String, reading: SeriesReader.Options
    ) async throws -> Understanding {
        try await turns.run(for: caller.session.account.id) {
            var reading = reading
            reading.tellsApartOnly = true
            let understood = try SeriesReader.open(
                data: Data(text.utf8), name: printable(name), options: reading
            ).understanding
            try refuseLongNames(understood.channels + understood.leftOut.map(\.column))
            return understood
        }
    }
}
