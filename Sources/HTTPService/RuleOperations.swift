import Accounts
import AnomalyDetection
import Foundation
import TimeSeries
import Workbench

/// Rules: when rows of a series are expected to differ.
extension AnalysisOperations {
    /// A rule with the rows that it holds.
    private struct HeldRule: Sendable {
        let rule: ExpectedRule
        let rows: [Range<Int>]
    }

    private var rule: Output<HeldRule> {
        .object([
            .member("rule", .text) { $0.rule.text }, .member("purpose", .choice) { $0.rule.purpose },
            .member("times", .integer) { $0.rows.count },
            .member("rows", .integer) { $0.rows.reduce(0) { $0 + $1.count } },
        ])
    }

    var ruleOperations: [Operation] {
        [
            Operation(
                .get, "/api/series/{id}/rules", id: "listRules",
                "When rows are expected to differ, and how many rows each rule holds.", Self.id,
                answer: .ok(.list(rule)),
                protected: { caller, id in
                    let series = try await store.analysis(id, for: caller.session).series
                    let rules = try await self.rules(caller, series.identity)
                    return rules.map { HeldRule(rule: $0, rows: $0.rows(in: series)) }
                }),
            Operation(
                .put, "/api/series/{id}/rules", id: "setRules",
                "Put rules in place of all there are, such as \"Sun 02:00..04:00\" or \"maintenance 2024-03-01..2024-03-04\".",
                Self.id, .body("rules", .texts(1...200_000, most: ExpectedRule.most), otherwise: []),
                .optional("calendar", .text(1...1_000_000)), bodyLimit: 2_097_152, answer: .nothing, protected: setRules),
            Operation(
                .get, "/api/series/{id}/expected", id: "expectedEvents",
                "Events that would be flagged if rules did not expect them, for given settings and the verdicts.", Self.id,
                settings, answer: .ok(.list(event)), problems: [409], protected: expectedEvents),
        ]
    }

    /// The rules that are stored for a series.
    func rules(_ caller: AuthenticatedContext, _ identity: SeriesIdentity) async throws -> [ExpectedRule] {
        let library = store.library(caller.session)
        return try await store.workers.run { try library.shelf(of: identity).rules() }
    }

    private func setRules(
        _ caller: AuthenticatedContext, id: String, texts: [String], calendar: String?
    ) async throws {
        let series = try await store.analysis(id, for: caller.session).series
        var rules: [ExpectedRule] = []
        do {
            for text in texts { rules.append(try ExpectedRule(text)) }
            for rule in rules { try rule.check(series) }
        } catch { throw Problem.fields([.init(field: "rules", message: "\(error)")]) }
        if let calendar {
            do {
                let read = try ExpectedRule.list(calendar, file: "calendar")
                for rule in read { try rule.check(series) }
                rules += read
            } catch { throw Problem.fields([.init(field: "calendar", message: "\(error)")]) }
        }
        let library = store.library(caller.session)
        try await store.workers.run { [rules] in
            do { try library.shelf(of: series.identity).replace(rules: rules) } catch let error as RuleError {
                throw Problem.fields([.init(field: "rules", message: error.description)])
            }
        }
    }

    private func expectedEvents(
        _ caller: AuthenticatedContext, id: String, settings: AnalysisSettings
    ) async throws -> [JudgedEvent] {
        let (analysis, result) = try await result(caller, id, settings)
        return result.expectedEvents.map {
            JudgedEvent(
                event: $0, series: analysis.series, verdict: analysis.judgements.verdict(on: $0.rows),
                isFlagged: false, expected: analysis.occasion(of: $0))
        }
    }
}
