import Accounts
import AnomalyDetection
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Persistence
import Testing

@testable import HTTPService

/// The service with data of its own, asked through its router without a connection. Every answer, its body too, is held
/// against the served OpenAPI document.
final class Server: Sendable {
    let accounts: Accounts
    let locations: Locations
    let service: HTTPService
    let document: ServedDocument
    /// The token with which the first account is made.
    let setUp = SetUpToken()

    /// - Parameter bodyDeadline: long, because no body comes slowly here.
    init(
        bodyDeadline: Duration = .seconds(3600), cost: UInt = 4, models: Models = .standard,
        now: @escaping @Sendable () -> Date = { Date() }, _ change: (inout ServiceSettings) -> Void = { _ in }
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-http-\(UUID().uuidString)").path
        locations = Locations(dataDirectory: folder)
        let database = try OddlineDatabase(at: locations.database)
        accounts = try Accounts(database: database, hasher: PasswordHasher(cost: cost), now: now)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        var settings = ServiceSettings()
        settings.deadlines.body = bodyDeadline
        settings.setUpToken = setUp
        change(&settings)
        service = try HTTPService(
            accounts: accounts, database: database, locations: locations, models: models, logger: logger, settings: settings)
        document = try ServedDocument(await Self.ask(service, "GET", "/openapi.json").body)
    }

    deinit { try? FileManager.default.removeItem(at: locations.data) }

    /// Sends a request and checks that the answer is one that the document tells of.
    func send(
        _ method: String, _ path: String, _ body: String? = nil, token: String? = nil, headers: [String] = [],
        type: String? = "application/json"
    ) async throws -> Answer {
        var headers = headers
        if let token { headers.append("authorization: Bearer \(token)") }
        if let type, body != nil { headers.append("content-type: \(type)") }
        let answer = try await Self.ask(service, method, path, body, headers: headers)
        for problem in document.problems(with: answer, to: method, path) {
            Issue.record("\(method) \(path) answered \(answer.status): \(problem)")
        }
        return answer
    }

    private static func ask(
        _ service: HTTPService, _ method: String, _ path: String, _ body: String? = nil, headers: [String] = []
    ) async throws -> Answer {
        var fields = HTTPFields()
        for header in headers {
            let parts = header.split(separator: ":", maxSplits: 1)
            let name = try #require(HTTPField.Name(String(parts[0])))
            fields.append(HTTPField(name: name, value: parts[1].trimmingCharacters(in: .whitespaces)))
        }
        fields[.contentLength] = body.map { String($0.utf8.count) }
        let head = HTTPRequest(
            method: try #require(HTTPRequest.Method(method)), scheme: "http", authority: "localhost", path: path,
            headerFields: fields)
        let context = ServiceContext(
            source: ApplicationRequestContextSource(channel: NIOAsyncTestingChannel(), logger: Logger(label: "test")))
        let response = try await service.router.buildResponder().respond(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body ?? ""))), context: context)
        let written = WrittenBody()
        try await response.body.write(written)
        let headers = response.headers.map { ($0.name.rawName.lowercased(), $0.value) }
        return Answer(
            status: response.status.code, headers: Dictionary(headers) { $1 }, body: String(buffer: written.bytes))
    }

    static let password = "correct horse battery"

    func register(_ name: String = "ann") async throws {
        let first = try accounts.isEmpty() ? ",\"set_up_token\":\"\(setUp.text)\"" : ""
        let body = "{\"username\":\"\(name)\",\"email\":\"\(name)@example.org\",\"password\":\"\(Self.password)\"\(first)}"
        #expect(try await send("POST", "/api/users/register", body).status == 201)
    }

    func logIn(_ name: String = "ann") async throws -> String {
        let answer = try await send("POST", "/api/auth/login", "{\"identifier\":\"\(name)\",\"password\":\"\(Self.password)\"}")
        #expect(answer.status == 200)
        return try #require(answer.json["access_token"] as? String)
    }

    /// Brings a series as CSV and trains its models.
    /// - Returns: the path of the series.
    func train(csv: String, token: String) async throws -> String {
        let text = csv.replacing("\n", with: "\\n")
        let path = try #require(try await send("POST", "/api/series", "{\"csv\":\"\(text)\"}", token: token).headers["location"])
        #expect(try await send("POST", path + "/training", "{\"seed\":1}", token: token).status == 202)
        try await waitForTraining(path, token: token)
        return path
    }

    /// Asks until the training of a series is over, and expects that it went well within five minutes.
    func waitForTraining(_ path: String, token: String) async throws {
        let end = ContinuousClock.now + .seconds(300)
        while ContinuousClock.now < end {
            let state = try await send("GET", path + "/training", token: token).json["state"] as? String
            guard state == "running" else {
                #expect(state == "finished")
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the training of \(path) does not end")
    }
}

/// Keeps what a response writes.
private final class WrittenBody: ResponseBodyWriter {
    private(set) var bytes = ByteBuffer()

    func write(_ buffer: ByteBuffer) { bytes.writeImmutableBuffer(buffer) }

    func finish(_ trailers: HTTPFields?) {}
}

struct Answer {
    let status: Int
    let headers: [String: String]
    let body: String
    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:] }
    var list: [[String: Any]] { (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [[String: Any]] ?? [] }
}
