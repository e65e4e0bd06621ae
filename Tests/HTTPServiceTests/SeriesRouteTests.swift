import AnomalyDetection
import Foundation
import NeuralNetwork
import Persistence
import SeriesReading
import Synchronization
import TestSupport
import TimeSeries
import Work
import Workbench
import Testing

@testable import Accounts
@testable import HTTPService

@Suite struct SeriesRouteTests {
    /// A wave with one row far off it.
    private static let wave =
        "value\n" + (0..<400).map { $0 == 300 ? "9" : String(format: "%.3f", sin(Double($0) / 4)) }.joined(separator: "\n") + "\n"

    /// Models that are ready at once.
    private static func quick() throws -> Models { Models([try #require(Models.withRollingMedian[.rollingMedian])]) }

    @Test func aSeriesIsTrainedScoredAndJudged() async throws {
        let server = try await Server()
        try await server.register()
        let token = try await server.logIn()
        let csv = Self.wave.replacing("\n", with: "\\n")
        let made = try await server.send("POST", "/api/series", "{\"name\":\"wave.csv\",\"csv\":\"\(csv)\"}", token: token)
        #expect(made.status == 201 && made.json["rows"] as? Int == 400)
        let path = try #require(made.headers["location"])
        #expect(try await server.send("GET", path + "/scores", token: token).status == 409)
        #expect(try await server.send("POST", path + "/training", "{\"train_rows\":9000}", token: token).status == 422)
        for wrong in [
            #"{"train":["1-100"]}"#, #"{"exclude":["2031..."]}"#, #"{"train":"1..100"}"#,
            #"{"train":["1..100"],"train_rows":100}"#,
        ] { #expect(try await server.send("POST", path + "/training", wrong, token: token).status == 422) }
        #expect(try await server.send("POST", path + "/training", "{\"seed\":3}", token: token).status == 202)
        try await server.waitForTraining(path, token: token)
        #expect(try await server.send("GET", path, token: token).json["models"] as? [String] == ["lstm", "transformer"])
        let scores = try await server.send("GET", path + "/scores?lstm_weight=0&limit=5&from=299", token: token)
        let rows = try #require(scores.json["rows"] as? [[String: Any]])
        #expect(rows.count == 5 && rows[0]["row"] as? Int == 299 && scores.json["total"] as? Int == 400)
        #expect(rows.allSatisfy { $0["combined"] as? Double == $0["transformer"] as? Double })
        #expect(rows.contains { $0["is_flagged"] as? Bool == true })
        try await server.register("bob")
        let bob = try await server.logIn("bob")
        #expect(try await server.send("GET", path, token: bob).status == 404, "other users do not see it")
        #expect(try await server.send("DELETE", path, token: token).status == 204)
        #expect(try await server.send("GET", path, token: token).status == 404)
    }

    @Test(arguments: [
        ("weight=2", "weight"), ("lstm_weight=0&transformer_weight=0", "lstm_weight"),
        ("smoothing=42&lstm_weight=0&transformer_weight=0", "lstm_weight"), ("lstm_weight=1.01", "lstm_weight"),
        ("lstm_weight=nan", "lstm_weight"), ("threshold=-0.1", "threshold"), ("smoothing=0", "smoothing"),
        ("smoothing=102", "smoothing"), ("smoothing=2.5", "smoothing"), ("calibration=none", "calibration"), ("from=0", "from"),
        ("limit=10001", "limit"), ("limit=", "limit"), ("limit=5&limit=6", "limit"),
    ])
    func queriesThatDoNotDoAreNamed(_ query: String, _ field: String) async throws {
        let server = try await Server()
        try await server.register()
        let answer = try await server.send("GET", "/api/series/x/scores?\(query)", token: try await server.logIn())
        #expect(answer.status == 422)
        #expect((answer.json["errors"] as? [[String: String]])?.compactMap { $0["field"] } == [field])
    }

    @Test func sourcesThatDoNotDoAreNamed() async throws {
        let server = try await Server()
        try await server.register()
        let token = try await server.logIn()
        for (body, field) in [
            ("{}", "csv"), ("{\"csv\":\"v\\n1\\n\",\"sample\":\"point.csv\"}", "csv"),
            ("{\"sample\":\"../secret.csv\"}", "sample"),
            ("{\"csv\":\"v\\n1\\n\",\"name\":\"\"}", "name"),
        ] {
            let answer = try await server.send("POST", "/api/series", body, token: token)
            #expect(answer.status == 422 && (answer.json["errors"] as? [[String: String]])?.first?["field"] == field, "\(body)")
        }
        let bad = try await server.send("POST", "/api/series", "{\"csv\":\"v\\n1\\nx\\n\"}", token: token)
        #expect(bad.status == 422 && (bad.json["detail"] as? String)?.contains("row 2") == true)
        let sample = try await server.send("POST", "/api/series", "{\"sample\":\"point.csv\"}", token: token)
        #expect(sample.status == 201 && sample.json["name"] as? String == "point.csv")
    }

    /// A network that the program does not hold is trained, weighed and asked for scores by being registered.
    @Test func aThirdNetworkIsServed() async throws {
        let server = try await Server(models: .withConvolutional)
        try await server.register()
        let token = try await server.logIn()
        let path = try await server.train(csv: Self.wave, token: token)
        #expect(try await server.send("GET", path, token: token).json["models"] as? [String] == ["lstm", "transformer", "conv"])
        let scores = try await server.send(
            "GET", path + "/scores?lstm_weight=0&transformer_weight=0&conv_weight=1&limit=5", token: token)
        let rows = try #require(scores.json["rows"] as? [[String: Any]])
        #expect(rows.count == 5 && rows.allSatisfy { $0["combined"] as? Double == $0["conv"] as? Double })
    }

    @Test func theNumbersZeroAndOneAreNumbers() async throws {
        let server = try await Server(models: Self.quick())
        try await server.register()
        let token = try await server.logIn()
        let path = try await server.train(csv: Self.wave, token: token)
        for seed in ["0", "1", "1.0", "1e0"] {
            #expect(try await server.send("POST", path + "/training", "{\"seed\":\(seed)}", token: token).status == 202)
            try await server.waitForTraining(path, token: token)
        }
        for seed in ["true", "false", "0.5", "\"1\"", "null", "-1"] {
            #expect(
                try await server.send("POST", path + "/training", "{\"seed\":\(seed)}", token: token).status == 422, "\(seed)")
        }
        for verdict in ["\"anomaly\"", "null"] {
            let body = "{\"first_row\":1,\"last_row\":1,\"verdict\":\(verdict)}"
            #expect(try await server.send("PUT", path + "/verdicts", body, token: token).status == 204)
        }
        for body in [
            "{\"first_row\":9,\"last_row\":3,\"verdict\":null}", "{\"first_row\":1,\"last_row\":401,\"verdict\":null}",
            "{\"first_row\":1,\"last_row\":1,\"verdict\":\"null\"}", "{\"first_row\":1,\"last_row\":1}",
        ] {
            #expect(try await server.send("PUT", path + "/verdicts", body, token: token).status == 422, "\(body)")
        }
    }

    @Test func whatWouldBeFoundIsToldForGivenSettings() async throws {
        let server = try await Server(models: Self.quick())
        try await server.register()
        let token = try await server.logIn()
        let csv = Self.wave.replacing("\n", with: "\\n")
        let made = try await server.send("POST", "/api/series", "{\"csv\":\"\(csv)\"}", token: token)
        let early = try #require(made.headers["location"])
        #expect(try await server.send("GET", early + "/examination", token: token).status == 409, "no model has scored")
        let path = try await server.train(csv: Self.wave, token: token)
        func kinds(_ query: String) async throws -> [[String: Any]] {
            let answer = try await server.send("GET", path + "/examination" + query, token: token)
            #expect(answer.status == 200)
            return try #require(answer.json["kinds"] as? [[String: Any]])
        }
        let all = try await kinds("?flags=level&threshold=0.000001")
        #expect(all.count == 13 && all.allSatisfy { ($0["sizes"] as? [Any])?.count == 6 })
        #expect(all.contains { $0["kind"] as? String == "single_row" && $0["smallest"] != nil })
        #expect(try await kinds("?flags=level&threshold=1").allSatisfy { $0["smallest"] == nil })
        #expect(try await server.send("GET", path + "/examination?smoothing=0", token: token).status == 422)
        #expect(try await server.send("GET", "/api/series/none/examination", token: token).status == 404)
    }

    /// A file from the newest row to the oldest: rows are numbered by time in scores, events and verdicts.
    @Test func rowsOfAnUnsortedFileAreNumberedAlike() async throws {
        let server = try await Server(models: Self.quick())
        try await server.register()
        let token = try await server.logIn()
        let count = 300
        let lines = (0..<count).reversed().map { "\(1_700_000_000 + $0 * 60),\($0 == 99 ? "9" : String(sin(Double($0) / 4)))" }
        let path = try await server.train(csv: "time,value\n" + lines.joined(separator: "\n") + "\n", token: token)
        let scores = try await server.send("GET", path + "/scores", token: token)
        let rows = try #require(scores.json["rows"] as? [[String: Any]])
        #expect(rows.compactMap { $0["row"] as? Int } == Array(1...count))
        #expect(rows.compactMap { $0["file_row"] as? Int } == (1...count).reversed())
        let event = try #require(try await server.send("GET", path + "/events", token: token).list.max { peak($0) < peak($1) })
        let first = try #require(event["first_row"] as? Int)
        let last = try #require(event["last_row"] as? Int)
        #expect((first...last).contains(100) && event["start"] as? String == rows[first - 1]["timestamp"] as? String)
        #expect((first...last).allSatisfy { rows[$0 - 1]["is_flagged"] as? Bool == true })
        let page =
            try await server.send("GET", path + "/scores?from=\(first)&limit=1", token: token).json["rows"] as? [[String: Any]]
        #expect(page?.count == 1 && page?[0]["row"] as? Int == first)
        for (verdict, moves) in [("seen_before", 0), ("postponed", 0), ("anomaly", 1), ("normal", -1)] {
            let body = "{\"first_row\":\(last),\"last_row\":\(last),\"verdict\":\"\(verdict)\"}"
            #expect(try await server.send("PUT", path + "/verdicts", body, token: token).status == 204)
            let judged = try await server.send("GET", path + "/events", token: token).list
                .filter { $0["verdict"] != nil }
            #expect(judged.count == 1 && judged[0]["verdict"] as? String == verdict)
            #expect(judged.first?["is_flagged"] as? Bool == (verdict != "normal"))
            let now = try await server.send("GET", path + "/scores?from=\(last)&limit=1", token: token).json["rows"]
            let score = try #require((now as? [[String: Any]])?.first?["combined"] as? Double)
            let untaught = try #require(rows[last - 1]["combined"] as? Double)
            #expect(moves == 0 ? score == untaught : moves < 0 ? score < untaught : score >= untaught, "\(verdict)")
        }
    }

    private func peak(_ event: [String: Any]) -> Double { event["peak"] as? Double ?? 0 }

    @Test func theServiceTheWorkbenchAndTheExportGiveTheSameNumbers() async throws {
        let models = try Self.quick()
        let server = try await Server(models: models)
        try await server.register()
        let token = try await server.logIn()
        let path = try await server.train(csv: Self.wave, token: token)
        let query = "smoothing=3&threshold=0.97&calibration=rank"
        let answer = try await server.send("GET", path + "/scores?\(query)", token: token)
        let rows = try #require(answer.json["rows"] as? [[String: Any]])
        let series = try SeriesReader.read(data: Data(Self.wave.utf8), name: "series.csv")
        let library = UserLibrary(
            session: try server.accounts.login(identifier: "ann", password: Server.password),
            database: server.accounts.database, locations: server.locations, models: models)
        var analysis = Analysis(series: series, models: models)
        analysis.use([try ScoredModel(scoring: series, with: try library.shelf(of: series.identity).load(.rollingMedian))])
        try analysis.update {
            try $0.settings.set(["smoothing": "3", "threshold": "0.97", "calibration": "rank"], models: models)
        }
        let result = try #require(analysis.result)
        #expect(rows.map { ($0["combined"] as? Double).map { Float($0) } } == result.combined.map { $0.isNaN ? nil : $0 })
        var text = ""
        ScoreExport(series: series, result: result).write(.csv) { text += $0 }
        let lines = text.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let column = try #require(lines[0].firstIndex(of: "combined_score"))
        #expect(lines.dropFirst().map { Float($0[column]) } == rows.map { ($0["combined"] as? Double).map { Float($0) } })
        #expect(lines.dropFirst().map { $0.last == "1" } == rows.map { $0["is_flagged"] as? Bool })
    }

    @Test func aThirdModelAppearsInAnswersParametersAndDocumentByBeingRegistered() async throws {
        let server = try await Server(models: .withRollingMedian)
        try await server.register()
        let token = try await server.logIn()
        let path = try await server.train(csv: Self.wave, token: token)
        #expect(
            try await server.send("GET", path, token: token).json["models"] as? [String] == ["lstm", "transformer", "median"])
        #expect(try await server.send("GET", path + "/training", token: token).json["median"] as? Double == 1)
        let only = "lstm_weight=0&transformer_weight=0&median_weight=1"
        let rows = try #require(
            try await server.send("GET", path + "/scores?\(only)", token: token).json["rows"] as? [[String: Any]])
        #expect(rows.count == 400)
        #expect(rows.allSatisfy { $0["median"] as? Double == $0["combined"] as? Double && $0["lstm"] is Double })
        let events = try await server.send("GET", path + "/events?\(only)", token: token).list
        #expect(!events.isEmpty && events.allSatisfy { $0["median_peak"] as? Double == $0["peak"] as? Double })
        let standard = try await Server()
        #expect(try await standard.send("GET", "/api/series/x/scores?median_weight=1", token: "x").status == 401)
        for (document, isThere) in [(server.document, true), (standard.document, false)] {
            let scores = try #require(document.operation("GET", "/api/series/x/scores"))
            #expect(scores["parameters"]?.items.contains { $0["name"] == "median_weight" } == isThere)
            let row = scores["responses"]?["200"]?["content"]?["application/json"]?["schema"]?["properties"]?["rows"]?["items"]
            #expect((row?["properties"]?["median"] != nil) == isThere && row?["properties"]?["lstm"] != nil)
        }
    }

    @Test func oneRunOfAUserGoesOnAtATime() async throws {
        let gate = TrainingGate()
        let server = try await Server(models: gate.models())
        try await server.register()
        let token = try await server.logIn()
        let body = "{\"csv\":\"\(Self.wave.replacing("\n", with: "\\n"))\"}"
        let path = try #require(try await server.send("POST", "/api/series", body, token: token).headers["location"])
        func train() async throws -> Int { try await server.send("POST", path + "/training", "{}", token: token).status }
        #expect(try await train() == 202)
        #expect(try await train() == 409)
        #expect(try await server.send("GET", path + "/training", token: token).json["state"] as? String == "running")
        gate.open(0)
        try await server.waitForTraining(path, token: token)
        #expect(try await train() == 202, "another may begin when one is over")
        gate.open(1)
        try await server.waitForTraining(path, token: token)
    }

    /// A run that is stopped by forgetting its series says nothing of the series that is brought again.
    @Test func aForgottenRunDoesNotTouchTheSeriesBroughtAgain() async throws {
        let gate = TrainingGate()
        let server = try await Server(models: gate.models())
        try await server.register()
        let token = try await server.logIn()
        let body = "{\"csv\":\"\(Self.wave.replacing("\n", with: "\\n"))\"}"
        var path = ""
        for (run, isForgotten) in [true, false].enumerated() {
            path = try #require(try await server.send("POST", "/api/series", body, token: token).headers["location"])
            #expect(try await server.send("GET", path + "/training", token: token).json["state"] as? String == "idle")
            #expect(try await server.send("POST", path + "/training", "{}", token: token).status == 202)
            try await gate.waitUntilBegun(run)
            if isForgotten { #expect(try await server.send("DELETE", path, token: token).status == 204) }
        }
        gate.open(0)
        try await gate.waitUntilGone(0)
        #expect(try await server.send("GET", path + "/training", token: token).json["state"] as? String == "running")
        #expect(try await server.send("GET", path + "/scores?limit=1", token: token).status == 409)
        gate.open(1)
        try await server.waitForTraining(path, token: token)
        #expect(try await server.send("GET", path + "/scores?limit=1", token: token).status == 200)
    }

    @Test func nobodyWaitsWhileAModelIsSavedAndItsSeriesMayGo() async throws {
        let saving = SavingGate()
        let server = try await Server(models: saving.models())
        try await server.register()
        let token = try await server.logIn()
        let body = "{\"csv\":\"\(Self.wave.replacing("\n", with: "\\n"))\"}"
        let path = try #require(try await server.send("POST", "/api/series", body, token: token).headers["location"])
        #expect(try await server.send("POST", path + "/training", "{}", token: token).status == 202)
        try await saving.waitUntilBegun()
        #expect(try await server.send("GET", path + "/training", token: token).json["state"] as? String == "running")
        #expect(try await server.send("GET", path + "/scores?limit=1", token: token).status == 200, "it scores already")
        #expect(try await server.send("DELETE", path, token: token).status == 204)
        #expect(try await server.send("POST", "/api/series", body, token: token).status == 201)
        #expect(saving.isHeld, "all this was answered before the model was saved")
        saving.open()
        #expect(try await server.send("GET", path + "/training", token: token).json["state"] as? String == "idle")
    }
}

/// Holds training up, each run at a gate of its own.
private final class TrainingGate: Sendable {
    private let gates = (0..<2).map { _ in DispatchSemaphore(value: 0) }
    private let begun = (0..<2).map { _ in DispatchSemaphore(value: 0) }
    /// The runs' flags, which nobody else holds when all is done that a run leads to.
    private let flags = Mutex<[Flag]>([])

    private struct Flag {
        weak var cancellation: Cancellation?
    }

    /// The rolling median alone, whose training waits at these gates.
    func models() throws -> Models {
        let plain = try #require(Models.withRollingMedian[.rollingMedian])
        return Models([
            Model(.rollingMedian, weight: 1) { [self] task, cancellation, progress throws(DetectionError) in
                let run = flags.withLock {
                    $0.append(Flag(cancellation: cancellation))
                    return $0.count - 1
                }
                begun[run].signal()
                gates[run].wait()
                return try plain.train(task, cancellation, progress)
            } load: {
                try plain.load($0, $1)
            }
        ])
    }

    func open(_ run: Int) { gates[run].signal() }

    func waitUntilBegun(_ run: Int) async throws {
        let outcome = try await Workers(count: 1).run { [begun] in begun[run].wait(timeout: .now() + 60) }
        #expect(outcome == .success, "run \(run) does not begin")
    }

    /// Waits until nobody can report of a run any more.
    func waitUntilGone(_ run: Int) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while flags.withLock({ $0[run].cancellation != nil }) {
            guard ContinuousClock.now < end else {
                Issue.record("run \(run) does not end")
                return
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// Holds the saving of a model up, for a minute at most.
private final class SavingGate: Sendable {
    private let gate = DispatchSemaphore(value: 0)
    private let begun = DispatchSemaphore(value: 0)
    private let hasGivenUp = Atomic(false)

    /// Whether nothing was saved so far.
    var isHeld: Bool { !hasGivenUp.load(ordering: .acquiring) }

    /// The rolling median alone, which is saved when this gate opens.
    func models() throws -> Models {
        let plain = try #require(Models.withRollingMedian[.rollingMedian])
        return Models([
            Model(.rollingMedian, weight: 1) { [self] task, cancellation, progress throws(DetectionError) in
                TrainedModel(HeldDetector(detector: try plain.train(task, cancellation, progress).detector, gate: self))
            } load: {
                try plain.load($0, $1)
            }
        ])
    }

    func pass() {
        begun.signal()
        if gate.wait(timeout: .now() + 60) == .timedOut { hasGivenUp.store(true, ordering: .releasing) }
    }

    func open() { gate.signal() }

    func waitUntilBegun() async throws {
        let outcome = try await Workers(count: 1).run { [begun] in begun.wait(timeout: .now() + 60) }
        #expect(outcome == .success, "nothing is saved")
    }
}

/// A detector that is saved when a gate opens.
private struct HeldDetector: Detector {
    let detector: any Detector
    let gate: SavingGate

    var kind: ModelKind { detector.kind }
    var channelNames: [String] { detector.channelNames }
    var windowLength: Int { detector.windowLength }
    var scaling: RobustScaling { detector.scaling }
    var referenceErrors: [Float] { detector.referenceErrors }
    var summary: TrainingSummary { detector.summary }
    var fingerprint: String { detector.fingerprint }

    func beginScoring() -> any RowScoring { detector.beginScoring() }

    func explanation(of rows: Range<Int>, in series: Series, errors: RowErrors) throws(DetectionError) -> Explanation {
        try detector.explanation(of: rows, in: series, errors: errors)
    }

    func contents() throws -> ModelFile {
        gate.pass()
        return try detector.contents()
    }
}
