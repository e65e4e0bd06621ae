import Foundation
import Testing
import Workbench

@testable import HTTPService

@Suite struct RuleRouteTests {
    private static let wave =
        "value\n" + (0..<400).map { $0 == 300 ? "9" : String(format: "%.3f", sin(Double($0) / 4)) }.joined(separator: "\n") + "\n"

    @Test func rulesAreSetListedAndKeepRowsFromBeingFlagged() async throws {
        let server = try await Server()
        try await server.register()
        let token = try await server.logIn()
        let csv = Self.wave.replacing("\n", with: "\\n")
        let made = try await server.send("POST", "/api/series", "{\"name\":\"wave.csv\",\"csv\":\"\(csv)\"}", token: token)
        let path = try #require(made.headers["location"])
        #expect(try await server.send("POST", path + "/training", "{\"seed\":3}", token: token).status == 202)
        try await server.waitForTraining(path, token: token)
        let flagged = try await server.send("GET", path + "/events?flags=top&top=1", token: token)
        #expect(flagged.body.contains("\"first_row\":") && !flagged.body.contains("\"expected\""))
        let put = try await server.send("PUT", path + "/rules", #"{"rules":["maintenance 280..320 # a move"]}"#, token: token)
        #expect(put.status == 204)
        let listed = try await server.send("GET", path + "/rules", token: token)
        #expect(listed.body.contains(#"{"rule":"maintenance 280..320 # a move","purpose":"maintenance","times":1,"rows":41}"#))
        let expected = try await server.send("GET", path + "/expected?flags=level&threshold=0.1", token: token)
        #expect(expected.body.contains(#""expected":"a move""#))
        let rows = try await server.send("GET", path + "/scores?flags=level&threshold=0.1&from=280&limit=41", token: token)
        #expect(!rows.body.contains(#""is_flagged":true"#))
        for (wrong, field) in [
            (#"{"rules":["Fun 02:00"]}"#, "rules"), (#"{"rules":["Sun"]}"#, "rules"),
            (#"{"calendar":"BEGIN:VCALENDAR"}"#, "calendar"),
        ] {
            let refused = try await server.send("PUT", path + "/rules", wrong, token: token)
            #expect(refused.status == 422 && refused.body.contains("\"\(field)\""))
        }
        try await server.register("bob")
        let bob = try await server.logIn("bob")
        #expect(try await server.send("GET", path + "/rules", token: bob).status == 404, "other users do not see them")
        #expect(try await server.send("PUT", path + "/rules", "{}", token: token).status == 204)
        #expect(try await server.send("GET", path + "/rules", token: token).body == "[]")
    }
}
