import Foundation
import Testing

/// Rules of expected rows at the command line.
@Suite final class RuleTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// Sixty days of hours from a Monday on, with a peak on each Sunday at three, and one on a Wednesday.
    private func file() throws -> String {
        let lines = (0..<1440).map { hour in
            let (day, clock) = (hour / 24, hour % 24)
            let date = day < 31 ? String(format: "2024-01-%02d", day + 1) : String(format: "2024-02-%02d", day - 30)
            let isOdd = clock == 3 && day % 7 == 6 || day == 44 && clock == 12
            let text = day < 60 ? date : "2024-03-01"
            return "\(text) \(String(format: "%02d", clock)):00,\(isOdd ? 40 : sin(Double(clock) / 4) * 10)"
        }
        let path = path("s.csv")
        try ("t,v\n" + lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test func expectedRowsAreNotFlaggedAndListedApart() throws {
        let (file, models) = (try file(), path("models"))
        #expect(try oddline(["train", file, "-o", models]).status == 0)
        func events(_ expected: [String]) throws -> [Substring] {
            let options = expected.flatMap { ["--expected", $0] }
            let outcome = try oddline(
                ["score", file, "--model", models, "--only-events", "--flags", "top", "--top", "1"] + options)
            #expect(outcome.status == 0, "\(outcome.errors)")
            return Array(outcome.lines.dropFirst())
        }
        let calendar = path("sundays.ics")
        try """
        BEGIN:VCALENDAR
        BEGIN:VEVENT
        SUMMARY:Sunday job
        DTSTART:20240107T020000
        DURATION:PT3H
        RRULE:FREQ=WEEKLY;BYDAY=SU
        END:VEVENT
        END:VCALENDAR
        """.write(toFile: calendar, atomically: true, encoding: .utf8)
        for rule in ["Sun 02:00..05:00", calendar] {
            let found = try events([rule])
            #expect(found.first?.contains(",2024-02-14") == true, "the odd Wednesday is the highest that nobody expects")
            #expect(found.dropFirst().allSatisfy { $0.hasPrefix(",") }, "others are listed behind, without a rank")
        }
        let outcome = try oddline(["score", file, "--model", models, "--expected", "Fun 02:00..04:00"])
        #expect(outcome.errors.contains("\"Fun 02:00..04:00\" names neither times"), "\(outcome.errors)")
        #expect(outcome.status == 1 && outcome.output.isEmpty)
        let missing = try oddline(["score", file, "--model", models, "--expected", path("none.ics")])
        #expect(missing.status == 1 && missing.errors.contains("none.ics"))
    }

    @Test func anAccountsRulesAreAddedListedAndTakenAway() throws {
        let (file, data) = (try file(), path("data"))
        #expect(
            try oddline(["accounts", "add", "ann", "ann@example.org", "--data-dir", data], input: "correct horse battery\n")
                .status == 0)
        func rules(_ arguments: [String], _ input: String = "correct horse battery\n") throws -> Outcome {
            try oddline(["rules"] + arguments + ["--user", "ann", "--data-dir", data], input: input)
        }
        #expect(try rules(["list", file], "wrong\n").status == 1)
        #expect(
            try rules(["add", file, "Sun 02:00..04:00", "maintenance yearly 12-24..12-26 # feast"]).output == "s.csv: 2 rules.\n")
        let listed = try rules(["list", file])
        #expect(listed.output == "Sun 02:00..04:00\nmaintenance yearly 12-24..12-26 # feast\n")
        let saved = path("rules.txt")
        try listed.output.write(toFile: saved, atomically: true, encoding: .utf8)
        #expect(try rules(["remove", file, "1"]).output == "s.csv: 1 rule.\n")
        #expect(try rules(["remove", file, "Sun"]).status == 1)
        #expect(try rules(["add", file, saved]).output == "s.csv: 2 rules.\n", "what is listed is read back, each rule once")
        #expect(try rules(["remove", file, "--all"]).output == "s.csv: 0 rules.\n")
        let nobody = try oddline(["rules", "list", file, "--data-dir", data])
        #expect(nobody.status == 1 && nobody.errors.contains("--user"))
    }
}
