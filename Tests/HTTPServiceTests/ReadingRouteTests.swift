import Foundation
import SeriesReading
import Testing

@testable import HTTPService
@testable import StrictJSON

@Suite struct ReadingRouteTests {
    @Test func aTextIsDescribedAsOnTheCommandLineAndNotKept() async throws {
        let server = try await Server()
        try await server.register()
        let token = try await server.logIn()
        let texts = [
            "time;Leistung [kW];Status\n01.02.2026 00:00;1,5;ok\n01.02.2026 00:15;;ok\n01.02.2026 00:30;2,25;ok\n",
            "sensor,time,value\na,2026-01-01,1\na,2026-01-02,2\na,2026-01-03,4\nb,2026-01-01,3\nb,2026-01-02,4\nb,2026-01-03,3\n",
            "1\n2\n4\n",
        ]
        for text in texts {
            let sent = JSON.object([.init(name: "csv", value: .text(text)), .init(name: "name", value: "x.csv")])
            var body = JSONText()
            body.add(sent)
            let answer = try await server.send(
                "POST", "/api/describe", String(decoding: body.bytes, as: UTF8.self), token: token)
            #expect(answer.status == 200, "\(answer.body)")
            var options = SeriesReader.Options()
            options.tellsApartOnly = true
            let wanted = try SeriesReader.open(data: Data(text.utf8), name: "x.csv", options: options).understanding.json
            #expect(try JSON(Array(answer.body.utf8)) == JSON(Array(wanted.utf8)))
        }
        let otherwise = try await server.send(
            "POST", "/api/describe", "{\"csv\":\"a,b\\n1,2\\n2,4\\n4,3\\n\",\"columns\":[\"b\"]}", token: token)
        #expect(otherwise.json["channels"] as? [String] == ["b"])
        let bad = try await server.send("POST", "/api/describe", "{\"csv\":\"v\\n1\\nx\\n\"}", token: token)
        #expect(bad.status == 422 && (bad.json["detail"] as? String)?.contains("row 2") == true)
        #expect(try await server.send("GET", "/api/series", token: token).body == "[]")
    }
}
