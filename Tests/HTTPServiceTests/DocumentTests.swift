import AnomalyDetection
import Foundation
import Persistence
import TestSupport
import TimeSeries
import Testing

@testable import HTTPService
@testable import StrictJSON

@Suite struct DocumentTests {
    @Test func everyProtectedRouteWantsAToken() async throws {
        let server = try await Server()
        let open: Set = ["/health", "/openapi.json", "/api/users/register", "/api/auth/login"]
        let operations = server.document.operations
        #expect(operations.count > 15)
        for (method, path, document) in operations {
            #expect((document["security"] == nil) == open.contains(path), "\(method) \(path)")
            guard !open.contains(path) else { continue }
            let answer = try await server.send(method, path.replacingOccurrences(of: "{id}", with: "x"), "{}")
            #expect(answer.status == 401 && answer.headers["www-authenticate"]?.hasPrefix("Bearer") == true, "\(method) \(path)")
        }
    }

    @Test func theDocumentHasTheProgramsVersion() async throws {
        let info = try await Server().send("GET", "/openapi.json").json["info"] as? [String: String]
        #expect(info?["version"] == programVersion)
    }

    @Test func theDocumentTellsWhatTheHandlersTake() async throws {
        let document = try await Server().document
        func body(_ method: String, _ path: String) throws -> JSON {
            try #require(document.operation(method, path)?["requestBody"]?["content"]?["application/json"]?["schema"])
        }
        func accepts(_ text: String, _ schema: JSON) throws -> Bool {
            schemaProblems(try JSON(Array(text.utf8)), schema).isEmpty
        }
        let login = try body("POST", "/api/auth/login")
        for name in ["identifier", "username", "email"] {
            #expect(try accepts("{\"\(name)\":\"ann\",\"password\":\"x\"}", login))
        }
        #expect(try !accepts("{\"password\":\"x\"}", login))
        #expect(try !accepts("{\"username\":\"a\",\"email\":\"b\",\"password\":\"x\"}", login))
        let judge = try body("PUT", "/api/series/x/verdicts")
        for (verdict, isTaken) in [
            ("\"anomaly\"", true), ("\"normal\"", true), ("\"postponed\"", true), ("\"seen_before\"", true),
            ("null", true), ("\"null\"", false), ("1", false),
        ] {
            #expect(try accepts("{\"first_row\":1,\"last_row\":1,\"verdict\":\(verdict)}", judge) == isTaken, "\(verdict)")
        }
        let series = try body("POST", "/api/series")
        #expect(try accepts("{\"sample\":\"point.csv\"}", series) && accepts("{\"csv\":\"v\",\"name\":\"n\"}", series))
        #expect(try !accepts("{\"name\":\"n\"}", series) && !accepts("{\"csv\":\"v\",\"sample\":\"point.csv\"}", series))
    }

    /// For bodies and queries drawn at random, what the document refuses is refused, and nothing else.
    @Test func whatTheDocumentTakesIsWhatTheServiceTakes() async throws {
        let server = try await Server(models: .withRollingMedian)
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        var taken = 0
        var refused = 0
        for operation in server.service.operations {
            let told = try #require(server.document.operation(operation.method.rawValue, operation.path))
            let schema = told["requestBody"]?["content"]?["application/json"]?["schema"]
            for _ in 0..<300 {
                var sent = SentValues(path: ["id": "x"])
                let fields = operation.fields.filter { $0.place != .path }
                for field in fields where random.uniform() < 0.8 {
                    let value = drawn(field.schema, &random)
                    switch (field.place, value) {
                    case (.body, let value): sent.body.append(.init(name: field.name, value: value))
                    case (_, .text(let text)): sent.query.append((field.name, text))
                    case (_, let value): sent.query.append((field.name, text(value)))
                    }
                }
                if !fields.isEmpty, random.uniform() < 0.1 {
                    if schema == nil {
                        sent.query.append(("stranger", "1"))
                    } else {
                        sent.body.append(.init(name: "stranger", value: 1))
                    }
                }
                let problems =
                    schema.map { schemaProblems(.object(sent.body), $0) } ?? queryProblems(sent.query, told["parameters"] ?? [])
                let errors = try operation.errors(in: sent).filter { $0.message != DetectionError.allWeightsZero.description }
                #expect(problems.isEmpty == errors.isEmpty, "seed \(seed): \(operation.id) \(sent): \(problems) \(errors)")
                if errors.isEmpty { taken += 1 } else { refused += 1 }
            }
        }
        #expect(taken > 300 && refused > 300, "both happen; seed \(seed)")
    }

    private func text(_ value: JSON) -> String {
        var text = JSONText()
        text.add(value)
        return String(decoding: text.bytes, as: UTF8.self)
    }

    private func queryProblems(_ query: [(name: String, text: String)], _ parameters: JSON) -> [String] {
        guard parameters.items.contains(where: { $0["in"] == "query" }) else { return [] }
        return query.flatMap { name, text -> [String] in
            guard let schema = parameters.items.first(where: { $0["name"]?.text == name })?["schema"] else {
                return ["unknown \(name)"]
            }
            let value = schema["type"] == "string" ? .text(text) : (try? JSON(Array(text.utf8))) ?? .text(text)
            return schemaProblems(value, schema, at: name)
        }
    }

    /// A value about which a schema may well be undecided: mostly of its type, often just within or beyond its bounds.
    private func drawn(_ schema: Schema, _ random: inout SeededGenerator) -> JSON {
        if random.uniform() < 0.1 {
            return [.null, true, false, 0, 1, .number(0.5), "text", [], .object([])][Int.random(in: 0..<9, using: &random)]
        }
        switch schema {
        case .text(_, .some) where random.uniform() < 0.8:
            let texts = ["ann", "Bob.x-y_z9", "ann@example.org", "a@b", "9nn", "ann\n", "ann@example.org\n", "a@b.c@d.e", "änn"]
            return .text(texts.randomElement(using: &random) ?? "")
        case .text(let lengths, _):
            let longest = min(lengths?.upperBound ?? 40, 2000)
            let edges = [lengths?.lowerBound ?? 0, longest, longest + 1, max(0, (lengths?.lowerBound ?? 0) - 1)]
            let length = edges.randomElement(using: &random) ?? 0
            return .text(String(repeating: ["a", "é", "e\u{301}", "😀"].randomElement(using: &random) ?? "a", count: length))
        case .choice(let names): return .text(names.randomElement(using: &random) ?? "")
        case .integer(let bounds):
            let (low, high) = (bounds?.lowerBound ?? -5, bounds?.upperBound ?? 5)
            let integer =
                [low, high, low - 1, high + 1, Int.random(in: low...high, using: &random)].randomElement(using: &random) ?? 0
            return random.uniform() < 0.2 ? .number(Double(integer) + (random.uniform() < 0.5 ? 0 : 0.25)) : .integer(integer)
        case .number(let bounds):
            let (low, high) = (bounds?.lowerBound ?? -5, bounds?.upperBound ?? 5)
            let numbers = [low, high, low - 0.01, high + 0.01, Double.random(in: low...high, using: &random)]
            return .number(numbers.randomElement(using: &random) ?? 0)
        case .nullable(let schema): return random.uniform() < 0.3 ? .null : drawn(schema, &random)
        case .time, .flag, .list, .object, .anyObject: return true
        }
    }

    /// The check of the answers itself finds what is wrong.
    @Test func theCheckOfAnswersFindsEachDeviation() throws {
        let schema = Schema.object(
            [
                .init(name: "a", schema: .integer(1...3), isRequired: true),
                .init(name: "b", schema: .list(.nullable(.choice(["x"]))), isRequired: false),
                .init(name: "t", schema: .time, isRequired: false),
            ]
        ).document
        func problems(_ text: String) throws -> [String] { schemaProblems(try JSON(Array(text.utf8)), schema) }
        #expect(try problems("{\"a\":1,\"b\":[\"x\",null],\"t\":\"2026-01-31T12:00:00Z\"}") == [])
        for text in [
            "{}", "[]", "{\"a\":0}", "{\"a\":4}", "{\"a\":\"1\"}", "{\"a\":true}", "{\"a\":1.5}", "{\"a\":1,\"c\":1}",
            "{\"a\":1,\"b\":[\"y\"]}", "{\"a\":1,\"b\":[1]}", "{\"a\":1,\"b\":\"x\"}", "{\"a\":1,\"t\":\"noon\"}",
        ] { #expect(try !problems(text).isEmpty, "\(text)") }
        #expect(schemaProblems(1, ["multipleOf": 2]) == ["the schema has an unknown keyword multipleOf"])
    }
}
