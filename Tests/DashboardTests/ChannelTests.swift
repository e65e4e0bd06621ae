import AnomalyDetection
import Foundation
import NeuralNetwork
import TerminalUI
import TestSupport
import Testing
import TimeSeries
import Work
import Workbench

@testable import Dashboard

/// Twelve channels with an event that two of them are to blame for.
let manyChannels: Series = {
    let channels = (0..<12).map { index in
        Series.Channel(
            name: index == 7 ? "coolant temperature of the second loop" : "sensor \(index)",
            values: (0..<600).map { Double($0 % (10 + index)) + (index == 7 && (300..<306).contains($0) ? 40 : 0) })
    }
    return Series(name: "plant.csv", channels: channels)
}()

/// A detector that blames channel 7 most and channel 2 next.
private struct Blaming: WholeSeriesDetector {
    let kind: ModelKind
    let channelNames = manyChannels.channels.map(\.name)
    let scaling = RobustScaling(fitting: manyChannels, rows: 600)
    let referenceErrors: [Float] = [0, 0.1, 0.2]
    let summary = TrainingSummary(trainingRows: 600, epochs: 1, bestEpoch: 1, losses: [1], validationLosses: [1], seconds: 1)
    let fingerprint = manyChannels.identity.text
    let windowLength = 8

    func errors(
        of series: Series, cancellation: Cancellation, progress: (Double) -> Void
    ) throws(DetectionError) -> RowErrors {
        let errors = (0..<series.rowCount).map { (300..<306).contains($0) ? Float(4) : Float($0 % 7) / 70 }
        return RowErrors(errors: errors, reconstruction: scaling.scaled(series).map { Float($0) })
    }

    func explanation(of rows: Range<Int>, in series: Series, errors: RowErrors) throws(DetectionError) -> Explanation {
        let shares = (0..<12).map { $0 == 7 ? Float(0.56) : $0 == 2 ? 0.3 : 0.014 }
        return Explanation(channelShares: shares, attended: [])
    }

    func contents() throws -> ModelFile { ModelFile(tensors: [:], metadata: [:]) }
}

/// The series of twelve channels, scored.
func plant(width: Int = 120, height: Int = 36) throws -> DashboardState {
    var state = try library(width: width, height: height)
    var settings = AnalysisSettings(models: .standard)
    settings.flags = .quantile
    _ = answer(&state, .opened(OpenedSeries(path: "/p.csv", series: manyChannels, settings: settings, models: .standard)))
    load(
        &state, try [ModelKind.lstm, .transformer].map { try ScoredModel(scoring: manyChannels, with: Blaming(kind: $0)) },
        of: manyChannels)
    return state
}

/// Opens the inspection, or the picker, and answers what it asks.
func asking(_ state: inout DashboardState, _ key: Key) throws {
    for effect in press(&state, key) {
        guard case .explain(let series, let models, let rows) = effect else { continue }
        _ = answer(&state, .explained(try explain(rows, of: series, models)))
    }
}

@Test func theInspectionOpensTheBlamedChannelAndLeafsThroughTheOthers() throws {
    var state = try plant()
    try asking(&state, .character("i"))
    #expect(view(state).text.contains("coolant temperature of the second loop 56%"))
    press(&state, .character("c"))
    #expect(view(state).text.contains("sensor 2 30%"))
    press(&state, .character("C"), .character("C"))
    #expect(view(state).text.contains("sensor 11 1%"))
    #expect(state.workspace?.channel == 0, "the plot behind stays")
}

@Test func fourChannelsAreShownBesideEachOther() throws {
    var state = try plant()
    try asking(&state, .character("i"))
    press(&state, .character("s"))
    let text = view(state).text
    #expect(
        text.contains("loop 56%") && text.contains("sensor 2 30%") && text.contains("sensor 0 1%") && text.contains("sensor 1 1%")
    )
}

@Test(arguments: [(60, 18), (80, 24), (120, 36), (200, 60)]) func noShareOfAChannelIsCut(_ size: (Int, Int)) throws {
    var state = try plant(width: size.0, height: size.1)
    try asking(&state, .character("i"))
    let lines = view(state).text.split(separator: "\n").filter { $0.contains("blames") }
    #expect(lines.count == 2)
    for line in lines {
        #expect(line.contains("56%"))
        let shown = line.split(separator: ",").count { $0.contains("%") }
        #expect(line.contains("\(12 - shown) more"), "\(line)")
    }
}

@Test func aChannelIsPickedByTypingAndTheMostBlamedStandsFirst() throws {
    var state = try plant()
    try asking(&state, .character("B"))
    let text = view(state).text
    #expect(text.contains("Channels · 12 of 12") && text.contains("56%"))
    press(&state, .enter)
    #expect(state.workspace?.channel == 7 && state.card == nil)
    press(&state, .character("B"))
    type(&state, "SENSOR 1")
    #expect(view(state).text.contains("Channels · 3 of 12"))
    press(&state, .down, .enter)
    #expect(state.workspace?.channel == 10)
    press(&state, .character("B"))
    type(&state, "nothing like it")
    press(&state, .enter)
    #expect(view(state).text.contains("No channel contains this."))
    press(&state, .escape)
    #expect(state.workspace?.channel == 10)
}

@Test func aChannelIsPlottedByItsName() throws {
    var state = try plant()
    run(&state, "channel sensor 3")
    #expect(state.workspace?.channel == 3)
    run(&state, "channel COOL")
    #expect(state.workspace?.channel == 7)
    run(&state, "channel sensor 1")
    #expect(state.workspace?.channel == 1, "a whole name goes before names that begin so")
    run(&state, "channel sens")
    #expect(state.workspace?.channel == 1 && state.message?.text.contains("More than one") == true)
    run(&state, "channel pressure")
    #expect(state.message?.text.contains("There is no channel \"pressure\"") == true)
    run(&state, "channel")
    #expect(state.card is ChannelPicker)
}
