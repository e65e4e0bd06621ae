import Accounts
import AnomalyDetection
import Foundation
import HTTPTypes
import Hummingbird
import NIOHTTP1
import Persistence
import SeriesReading
import TimeSeries
import StrictJSON
import Work

/// An error as a client reads it (RFC 9457, `application/problem+json`).
struct Problem: Error {
    /// One field that does not do.
    struct FieldError: Sendable, Equatable {
        let field: String
        let message: String
    }

    let title: String
    let status: Int
    let detail: String
    var errors: [FieldError]?
    var headers: HTTPFields = [:]

    /// How a problem is written.
    static let output = Output<Problem>.object([
        .member("type", .choice(["about:blank"])) { _ in "about:blank" }, .member("title", .text) { $0.title },
        .member("status", .integer) { $0.status }, .member("detail", .text) { $0.detail },
        .optional(
            "errors",
            .list(
                .object([
                    .member("field", .text) { (error: FieldError) in error.field }, .member("message", .text) { $0.message },
                ]))
        ) { $0.errors },
    ])

    init(_ status: HTTPResponse.Status, _ detail: String, errors: [FieldError]? = nil, headers: HTTPFields = [:]) {
        title = status.reasonPhrase.isEmpty ? "Error" : status.reasonPhrase
        self.status = status.code
        self.detail = detail
        self.errors = errors
        self.headers = headers
    }

    /// 422 with every field that does not do.
    static func fields(_ errors: [FieldError]) -> Problem {
        Problem(.unprocessableContent, "Some fields need to be corrected.", errors: errors)
    }

    /// 503 that says when to try again.
    static func later(_ detail: String, seconds: Int) -> Problem {
        Problem(.serviceUnavailable, detail, headers: [.retryAfter: String(seconds)])
    }

    /// 500 that says under which id the log tells more.
    private static func unforeseen(_ requestID: String) -> Problem {
        Problem(.internalServerError, "Something unexpected went wrong; the service's log tells more under \(requestID).")
    }

    /// 401 that asks for a bearer token.
    static var unauthorized: Problem {
        Problem(
            .unauthorized, AccountError.badToken.description,
            headers: [.wwwAuthenticate: "Bearer realm=\"oddline\", error=\"invalid_token\""])
    }

    /// What a thrown error means to a client. Of errors not foreseen nothing of the inside is told, nor where the log is: only
    /// the request's id, under which whoever runs the service finds the error there.
    init(_ error: any Error, requestID: String) {
        switch error {
        case let problem as Problem: self = problem
        case let error as AccountError: self.init(account: error, requestID: requestID)
        case let error as DetectionError: self.init(error == .cancelled ? .conflict : .unprocessableContent, error.description)
        case let error as SeriesError: self.init(.unprocessableContent, error.description)
        case StorageError.busy: self = .later("Another program is writing to the database; try again.", seconds: 1)
        case StorageError.notStored: self = .later("Nothing was stored: the server's disk is full or fails.", seconds: 60)
        case is Workers.Busy: self = .later("Too many others wait already; try again.", seconds: 5)
        case is HTTPParserError: self.init(.badRequest, "The request is not well-formed HTTP.")
        case JSONError.malformed: self.init(.badRequest, "The body is not a JSON object.")
        case JSONError.tooDeep: self.init(.badRequest, "The JSON is nested too deeply.")
        case JSONError.repeatedMember: self.init(.badRequest, "The JSON names a member twice.")
        case let error as HTTPError: self.init(error.status, error.body ?? error.status.reasonPhrase, headers: error.headers)
        case let error as any HTTPResponseError: self.init(error.status, error.status.reasonPhrase)
        default: self = .unforeseen(requestID)
        }
    }

    private init(account error: AccountError, requestID: String) {
        switch error {
        case .invalid(let problems):
            let errors = problems.map { FieldError(field: $0.field.rawValue, message: $0.message) }
            if problems.contains(where: \.isTaken) {
                self.init(.conflict, "The username or email address is in use.", errors: errors)
            } else {
                self = .fields(errors)
            }
        case .wrongCredentials:
            self.init(.unauthorized, error.description, headers: [.wwwAuthenticate: "Bearer realm=\"oddline\""])
        case .secondFactorWanted, .wrongCode:
            self.init(
                .unauthorized, error.description, errors: [FieldError(field: "code", message: error.description)],
                headers: [.wwwAuthenticate: "Bearer realm=\"oddline\""])
        case .loginExpired: self.init(.unauthorized, error.description, headers: [.wwwAuthenticate: "Bearer realm=\"oddline\""])
        case .secondFactorIsOn, .noSecondFactor: self.init(.conflict, error.description)
        case .throttled(let seconds): self.init(.tooManyRequests, error.description, headers: [.retryAfter: String(seconds)])
        case .badToken: self = .unauthorized
        case .noSuchAccount: self.init(.notFound, error.description)
        case .needsSetUp, .registrationClosed, .notAdministrator: self.init(.forbidden, error.description)
        case .lastAdministrator: self.init(.conflict, error.description)
        case .hashing, .storage: self = .unforeseen(requestID)
        }
    }

    /// The document.
    var text: [UInt8] { Self.output.text(self) }

    var response: Response {
        var fields = headers
        fields[.contentType] = "application/problem+json"
        return Response(status: .init(code: status), headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: text)))
    }
}
