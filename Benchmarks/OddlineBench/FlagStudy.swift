import AnomalyDetection
import Foundation
import TimeSeries

/// How well rules for flags find labelled events, and how often they flag what is ordinary.
struct FlagStudy {
    /// What a rule flags in one series.
    struct Outcome: Sendable {
        /// F1 of events, labels widened by half a period.
        let f1: Double
        /// F1 of rows: how well events cover what is labelled.
        let rowF1: Double
        /// Flagged events.
        let events: Int
        /// Those of them that meet no label so widened.
        let falseEvents: Int
    }

    /// A rule that is compared: its name and the levels by which it flags.
    struct Rule: Sendable {
        let name: String
        let levels: @Sendable (ExtentBlocks<Float>) -> FlagLevels
    }

    /// The group of series in which nothing is odd.
    static let clean = "clean"
    /// The rules, the default first.
    static let rules: [Rule] = gaps.map(gap) + others.map(other)

    private static let gaps: [GapRule] = [
        GapRule(), GapRule(further: .infinity, apart: 0), GapRule(further: .infinity), GapRule(further: 1.5), GapRule(further: 2),
        GapRule(apart: 1.5), GapRule(apart: 2.5), GapRule(apart: 3), GapRule(narrowest: 1.1), GapRule(narrowest: 1.2),
        GapRule(narrowest: 1.3), GapRule(share: 0.25), GapRule(share: 0.5),
    ]
    private static let others: [(String, ThresholdRule)] = [
        ("quantile of 0.99", .quantile(0.99)), ("share of 0.05", .share(0.05)), ("level of 0.1", .level(0.1)),
        ("level of 0.25", .level(0.25)), ("level of 0.5", .level(0.5)), ("top 3", .top(3)),
    ]

    private static func gap(_ rule: GapRule) -> Rule {
        let further = rule.further < .infinity ? String(format: ", then of %.2f", rule.further) : ""
        let name = "gap of %.2f%@ above %.2f of the highest, from an excess of %.1f"
        return Rule(name: String(format: name, rule.narrowest, further, rule.share, rule.apart)) { rule.levels(for: $0) }
    }

    private static func other(_ name: String, _ rule: ThresholdRule) -> Rule {
        Rule(name: name) { rule.levels(for: $0) }
    }

    let outcomes: [DetectionStudy.Outcome]
    let groups: [String]

    /// What each rule flags of a series.
    static func outcomes(_ scores: [Float], labelled: [Range<Int>], reach: Int) -> [Outcome] {
        let blocks = ExtentBlocks(scores)
        return rules.map { rule in
            let flagged = EventRule().runs(of: blocks, levels: rule.levels(blocks))
            let measures = EventMeasures(flagged: flagged, labelled: labelled, reach: reach)
            let (rows, all) = (flagged.reduce(0) { $0 + $1.count }, labelled.reduce(0) { $0 + $1.count })
            let hits = labelled.reduce(0) { sum, range in
                flagged.reduce(sum) { $0 + range.clamped(to: $1).count }
            }
            let right = Int((measures.precision * Double(flagged.count)).rounded())
            return Outcome(
                f1: measures.f1, rowF1: 2 * Double(hits) / Double(max(1, rows + all)), events: flagged.count,
                falseEvents: flagged.count - right)
        }
    }

    /// Prints a line of a Markdown table a rule: F1 by group as a share of the best level in hindsight, and false events in
    /// 10,000 rows, then the F1 of rows; then what is chosen without each group among the rules that flag at most one such event.
    func report() {
        let labelled = groups.filter { $0 != Self.clean }
        let shares = Self.rules.indices.map { rule in labelled.map { share(rule, $0) } }
        let alarms = Self.rules.indices.map(falseEvents)
        func line(_ cells: [String]) { print("| " + cells.joined(separator: " | ") + " |") }
        print("")
        line(["rule"] + groups)
        print("|---|" + String(repeating: "---|", count: groups.count))
        for (rule, own) in Self.rules.enumerated() {
            var cells = [own.name]
            for share in shares[rule] { cells.append(String(format: "%.2f", share)) }
            if groups.contains(Self.clean) { cells.append(String(format: "%.1f", alarms[rule])) }
            line(cells)
        }
        print("\n| F1 of rows | " + labelled.joined(separator: " | ") + " |\n|---|" + labelled.map { _ in "---|" }.joined())
        for (rule, own) in Self.rules.enumerated() {
            line([own.name] + labelled.map { group in String(format: "%.2f", mean(of: group) { $0.flags[rule].rowF1 }) })
        }
        print("\n| left out | best without it | on it | the default on it |\n|---|---|---|---|")
        for (place, group) in labelled.enumerated() {
            func mean(_ rule: Int) -> Double { shares[rule].reduce(0, +) - shares[rule][place] }
            let quiet = Self.rules.indices.filter { !groups.contains(Self.clean) || alarms[$0] <= 1 }
            guard let best = quiet.max(by: { mean($0) < mean($1) }) else { continue }
            let figures = [shares[best][place], shares[0][place]].map { String(format: "%.2f", $0) }
            line([group, Self.rules[best].name] + figures)
        }
    }

    private func share(_ rule: Int, _ group: String) -> Double {
        mean(of: group) { $0.flags[rule].f1 } / mean(of: group, \.bestEventF1)
    }

    private func mean(of group: String, _ figure: (DetectionStudy.Outcome) -> Double) -> Double {
        outcomes.filter { $0.group == group }.mean(figure).mean
    }

    private func falseEvents(_ rule: Int) -> Double {
        let own = outcomes.filter { $0.group == Self.clean }
        return Double(own.reduce(0) { $0 + $1.flags[rule].events }) / Double(own.reduce(0) { $0 + $1.rows }) * 10_000
    }
}
