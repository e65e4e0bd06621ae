import Foundation
import Testing

@testable import Accounts
@testable import HTTPService

@Suite struct KeepingRouteTests {
    /// A wave of 200 rows, another one for each number.
    private static func csv(_ number: Int) -> String {
        "value\n" + (0..<200).map { "\(sin(Double($0) / Double(3 + number)))\n" }.joined()
    }

    @Test func savedModelsAreListedDeletedAndNoMoreThanAnAccountMayKeep() async throws {
        let server = try await Server(now: { Date() }) { $0.limits.modelsPerUser = 2 }
        try await server.register()
        try await server.register("bob")
        let (token, other) = (try await server.logIn(), try await server.logIn("bob"))
        var series: [String] = []
        for number in 0..<3 {
            let path = try await server.train(csv: Self.csv(number), token: token)
            series.append(String(try #require(path.split(separator: "/").last)))
        }
        func listed(_ token: String, _ query: String = "") async throws -> [[String: Any]] {
            try await server.send("GET", "/api/models\(query)", token: token).list
        }
        let models = try await listed(token)
        #expect(Set(models.compactMap { $0["series"] as? String }) == Set(series[1...]), "the first made room")
        #expect(models.count == 4 && models.allSatisfy { ($0["bytes"] as? Int ?? 0) > 1000 })
        let folder = server.locations.models.path
        func files() -> Int { (FileManager.default.subpaths(atPath: folder) ?? []).count { $0.hasSuffix(".safetensors") } }
        #expect(files() == 4)
        for query in ["?limit=1", "?from=4"] { #expect(try await listed(token, query).count == 1, "\(query)") }
        #expect(try await listed(other).isEmpty, "others see none of them")
        #expect(try await server.send("DELETE", "/api/models/\(series[1])", token: other).status == 404)
        #expect(try await server.send("DELETE", "/api/models/\(series[1])", token: token).status == 204)
        #expect(try await server.send("DELETE", "/api/models/\(series[1])", token: token).status == 404)
        #expect(files() == 2)
        #expect(try await listed(token).allSatisfy { $0["series"] as? String == series[2] })
    }

    @Test func anAdministratorSeesWhatEachAccountHoldsAndTakesItAway() async throws {
        let server = try await Server()
        try await server.register()
        try await server.register("bob")
        let (administrator, bob) = (try await server.logIn(), try await server.logIn("bob"))
        #expect(try await server.send("POST", "/api/series", "{\"sample\":\"contextual.csv\"}", token: bob).status == 201)
        let held = try await server.send("GET", "/api/holdings", token: administrator).list
        #expect(held.count == 1 && held[0]["username"] as? String == "bob" && held[0]["series"] as? Int == 1)
        #expect((held[0]["values"] as? Int ?? 0) > 100)
        let id = try #require(held[0]["id"] as? Int)
        #expect(try await server.send("GET", "/api/holdings", token: bob).status == 403)
        #expect(try await server.send("DELETE", "/api/holdings/\(id)", token: bob).status == 403)
        #expect(try await server.send("DELETE", "/api/holdings/999", token: administrator).status == 404)
        #expect(try await server.send("GET", "/api/series", token: bob).list.count == 1)
        #expect(try await server.send("DELETE", "/api/holdings/\(id)", token: administrator).status == 204)
        #expect(try await server.send("GET", "/api/series", token: bob).list.isEmpty)
    }
}
