import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

/// Rules of expected rows: what is made a rule holds at once, for rows that have come long ago too.
extension WorkspaceState {
    /// Takes rules away and adds others, in the place of the first that goes where one takes the place of another.
    mutating func changeRules(
        removing removed: [ExpectedRule] = [], adding added: [ExpectedRule] = [], _ done: String, _ frame: inout Frame
    ) -> [Effect] {
        var rules = analysis.rules
        let place = removed.first.flatMap { rules.firstIndex(of: $0) } ?? rules.count
        rules.removeAll(where: removed.contains)
        rules.insert(contentsOf: added.filter { !rules.contains($0) }, at: min(place, rules.count))
        guard rules.count <= ExpectedRule.most else {
            frame.complain("\(RuleError.tooMany)")
            return []
        }
        guard rules != analysis.rules else {
            frame.say("The rule is there already.")
            return []
        }
        let before = moment
        markedFrom = nil
        analysis.decide { $0.rules = rules }
        let effects = settle(keepsOrder: false)
        follow()
        history.record(maker: nil, from: before, to: moment) { _ in done }
        frame.say(done)
        return storing([.changeRules(known, removing: removed, adding: added)]) + effects
    }

    /// Adds rules that can hold rows of the series.
    mutating func add(_ rules: [ExpectedRule], _ frame: inout Frame) -> [Effect] {
        do throws(ExpectedRuleError) {
            for rule in rules { try rule.check(analysis.series) }
        } catch {
            frame.complain("\(error)")
            return []
        }
        let what = rules.count == 1 ? "Expected: \(rules[0].title)" : "\(grouped(rules.count)) rules are added"
        return changeRules(adding: rules, what, &frame)
    }

    /// Adds the rule that was typed, or those of the file of that name.
    mutating func expect(_ text: String, _ frame: inout Frame) -> [Effect] {
        guard let rule = try? ExpectedRule(text) else { return [.readRules(named: text, of: known)] }
        return add([rule], &frame)
    }

    /// Puts a rule that was typed in the place of another.
    mutating func change(_ old: ExpectedRule, to text: String, _ frame: inout Frame) -> [Effect] {
        do throws(ExpectedRuleError) {
            let rule = try ExpectedRule(text)
            try rule.check(analysis.series)
            return changeRules(removing: [old], adding: [rule], "Rule: \(old.title) → \(rule.title)", &frame)
        } catch {
            frame.complain("\(error)")
            return []
        }
    }

    /// The events as they are listed: those that rules expect come behind all others.
    var expectedEvents: [Event] { analysis.result?.expectedEvents ?? [] }

    /// Whether an event is one that rules expect.
    func isExpected(_ event: Event) -> Bool { expectedEvents.contains { $0.rows == event.rows } }

}

extension Binding where Owner == SignedIn {
    /// What makes rules and lists them.
    static let rules: [Binding] = [
        Binding(
            [NamedKey.makeRule], name: "rule", "Expect what is like the selected event or the marked rows", command: "expect",
            arguments: "RULE or FILE", opens: [RuleCard.self],
            withValue: { signedIn, text, frame in signedIn.atWorkspace { $0.expect(text, &frame) } }
        ) { signedIn, frame in
            guard let card = signedIn.workspace.flatMap({ RuleCard($0) }) else {
                let key = frame.name(of: NamedKey.mark)
                frame.complain("No event is selected and no rows are marked; \(key) marks rows, or type :expect RULE.")
                return []
            }
            signedIn.push(card)
            return []
        },
        Binding(
            [NamedKey.rules], "List the rules: when rows are expected to differ", command: "rules", arguments: "PATH",
            opens: [RulesCard.self],
            withValue: { signedIn, path, _ in signedIn.atWorkspace { $0.write(.rules, to: path) } }
        ) { signedIn, _ in
            signedIn.push(RulesCard())
            return []
        },
    ]
}
