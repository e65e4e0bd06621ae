import Accounts
import AnomalyDetection
import ArgumentParser
import Dashboard
import Foundation
import NeuralNetwork
import Persistence
import TerminalUI
import TimeSeries
import Work
import Workbench

/// The dashboard without a terminal: from a key to the finished cells, and what a terminal would be sent for them.
struct DashboardBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboard",
        abstract:
            "Milliseconds from a key to the finished frame, and bytes to the terminal for it, at 120x36.",
        discussion: "Bytes are counted as ncurses would send them at 256 colours, within about a tenth."
    )

    @Option(help: "Rows.") var rows = 1_000_000

    @Option(help: "Keys of each kind.") var keys = 200

    /// How long it took until the scores followed from a verdict, in milliseconds.
    private var settling: [Double] = []

    private enum CodingKeys: CodingKey { case rows, keys }

    mutating func run() throws {
        let database = try OddlineDatabase()
        let accounts = try Accounts(database: database)
        let password = UUID().uuidString
        _ = try accounts.register(username: "guest", email: "guest@example.org", password: password)
        let services = DashboardServices(
            accounts: accounts, database: database, locations: Locations(dataDirectory: NSTemporaryDirectory()),
            models: .standard
        ) { _ in }
        let desk = services.desk(of: try accounts.login(identifier: "guest", password: password))
        let series = SampleKind.contextual.series(rows: rows, seed: 1)
        let models = try [ModelKind.lstm, .transformer].map {
            try ScoredModel(scoring: series, with: KnownErrors($0, series))
        }
        var state = DashboardState(width: 120, height: 36, themes: [.midnight])
        _ = update(&state, .loggedIn(desk, themeName: nil))
        let opened = OpenedSeries(
            path: "/s.csv", series: series, settings: AnalysisSettings(models: .standard), models: .standard)
        var screen = CellBuffer(width: 0, height: 0)
        let first = milliseconds {
            _ = update(&state, .answer(desk, .opened(opened)))
            screen = view(state)
        }
        settle(&state, update(&state, .answer(desk, .modelsLoaded(identity: series.identity, models))))
        screen = view(state)

        let cursor = measured(&state, &screen, [.right, .right, .left])
        let zoom = measured(
            &state, &screen, Array(repeating: .character("+"), count: 12) + [.character("0")])
        _ = update(&state, .input(.key(.tab)))
        _ = view(state)
        let slider = measured(&state, &screen, [.right, .right, .right, .left, .left, .left])
        _ = update(&state, .input(.key(.tab)))
        _ = view(state)
        settling = []
        let verdict = measured(&state, &screen, [.character("a"), .down, .character("n"), .up])
        let settled = settling.sorted()
        printJSON([
            "benchmark": "dashboard", "rows": rows, "events": state.signedIn?.workspace?.events.count ?? 0,
            "first_frame_ms": rounded(first),
            "cursor_ms_median": rounded(cursor.median), "zoom_ms_p99": rounded(zoom.high),
            "slider_ms_median": rounded(slider.median), "slider_ms_p99": rounded(slider.high),
            "cursor_processor_ms_median": rounded(cursor.processor), "slider_processor_ms_median": rounded(slider.processor),
            "verdict_ms_median": rounded(verdict.median), "verdict_ms_p99": rounded(verdict.high),
            "verdict_settled_ms_median": rounded(settled.isEmpty ? 0 : settled[settled.count / 2]),
            "slider_bytes_median": slider.bytes, "cursor_bytes_median": cursor.bytes,
        ])
    }

    /// Presses `cycle` again and again and draws after each key.
    private mutating func measured(
        _ state: inout DashboardState, _ screen: inout CellBuffer, _ cycle: [Key]
    ) -> (median: Double, high: Double, processor: Double, bytes: Int) {
        var times: [Double] = []
        var processor: [Double] = []
        var bytes: [Int] = []
        for index in 0..<keys {
            var next = screen
            var requests: [Request] = []
            let before = processorMilliseconds()
            times.append(
                milliseconds {
                    requests = update(&state, .input(.key(cycle[index % cycle.count])))
                    next = view(state)
                })
            processor.append(processorMilliseconds() - before)
            bytes.append(terminalBytes(from: screen, to: next))
            screen = next
            settle(&state, requests)
        }
        times.sort()
        return (
            times[times.count / 2], times[times.count * 99 / 100], processor.sorted()[processor.count / 2],
            bytes.sorted()[bytes.count / 2]
        )
    }

    /// Does between two keys what the dashboard does away from the screen.
    private mutating func settle(_ state: inout DashboardState, _ requests: [Request]) {
        for case .work(let desk, .settle(var analysis, let run)) in requests {
            settling.append(milliseconds { analysis.settle() })
            settle(&state, update(&state, .answer(desk, .settled(run: run, analysis))))
        }
        for case .work(let desk, .scoreGrowth(var followed, _, let late, let run)) in requests {
            guard (try? followed.use(late)) != nil else { continue }
            settle(&state, update(&state, .answer(desk, .grown(run: run, followed, nil))))
        }
    }

    /// What all threads have used, which other programs on the machine hardly change.
    private func processorMilliseconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }

    private func milliseconds(_ body: () -> Void) -> Double {
        ContinuousClock().measure(body) / .milliseconds(1)
    }
}

/// Says random errors of a series of one channel.
private struct KnownErrors: WholeSeriesDetector {
    let kind: ModelKind
    let channelNames: [String]
    let scaling: RobustScaling
    let referenceErrors: [Float]
    let fingerprint: String
    let windowLength = 64
    let summary = TrainingSummary(
        trainingRows: 4000, epochs: 1, bestEpoch: 1, losses: [1], validationLosses: [1], seconds: 1)

    init(_ kind: ModelKind, _ series: Series) {
        self.kind = kind
        channelNames = series.channels.map(\.name)
        scaling = RobustScaling(fitting: series, rows: min(series.rowCount, 4000))
        fingerprint = series.identity.text
        referenceErrors = noise(4000).map(abs).sorted()
    }

    func errors(
        of series: Series, cancellation: Cancellation, progress: (Double) -> Void
    ) throws(DetectionError) -> RowErrors {
        let labels = series.labels ?? []
        let errors = zip(noise(series.rowCount), labels).map { abs($0) + ($1 ? 4 : 0) }
        return RowErrors(errors: errors, reconstruction: noise(series.rowCount))
    }

    func explanation(of rows: Range<Int>, in series: Series, errors: RowErrors) throws(DetectionError)
        -> Explanation
    {
        Explanation(channelShares: [1], attended: [])
    }

    func contents() throws -> ModelFile { ModelFile(tensors: [:], metadata: [:]) }
}

/// What a terminal of 256 colours is sent to turn one screen into another: the cursor's place where it is not already
/// there, colours and attributes where they change, and the characters.
private func terminalBytes(from before: CellBuffer, to after: CellBuffer) -> Int {
    var bytes = 0
    var style: Style?
    for y in 0..<after.height {
        var isThere = false
        for x in 0..<after.width {
            let cell = after[x, y]
            guard before.width != after.width || before.height != after.height || before[x, y] != cell
            else {
                isThere = false
                continue
            }
            if !isThere { bytes += "\u{1B}[\(y + 1);\(x + 1)H".utf8.count }
            if style != cell.style { bytes += "\u{1B}[38;5;145m\u{1B}[48;5;234m".utf8.count }
            bytes += String(cell.character).utf8.count
            (style, isThere) = (cell.style, true)
        }
    }
    return bytes
}
