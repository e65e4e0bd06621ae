import AnomalyDetection
import TerminalUI
import TimeSeries
import Workbench

extension WorkspaceScreen: Commanding {
    func commands(over signedIn: SignedIn) -> [Command] { signedIn.workspace?.commands ?? [] }
}

extension WorkspaceState {
    /// A command that sets each setting, one for all weights, and one for the cursor.
    fileprivate var commands: [Command] {
        let words = Set(WorkspaceScreen.bindings.compactMap(\.command))
        let all = AnalysisSettings.table(analysis.models) + AnalysisSettings.shares(analysis.models)
        let settings = all.filter { !words.contains($0.name) }.map { setting in
            Command.inWorkspace(setting.name, setting.kind.text, "\(setting.help); now \(setting.value(analysis.settings))") {
                $1.count == 1 ? $0.set(setting, to: $1[0], &$2) : nil
            }
        }
        return settings + ofRows + others
    }

    private var others: [Command] {
        let example = models.indices.map { fixed(Float($0 + 1) / Float(models.count + 1)) }.joined(separator: " ")
        return [
            .inWorkspace("weights", example, "the weights of \(models.map(\.title).joined(separator: ", "))") {
                $0.setWeights($1, &$2)
            },
            .inWorkspace("range", "10 20", "plot these values; `range auto` plots what is visible") { workspace, values, _ in
                if values == ["auto"] {
                    workspace.showValues(nil)
                    return []
                }
                let ends = values.compactMap(Double.init).filter(\.isFinite)
                guard values.count == 2, ends.count == 2, ends[0] < ends[1] else { return nil }
                workspace.showValues(ends[0]...ends[1])
                return []
            },
            .inWorkspace("goto", "ROW or TIME", "put the cursor on a row, or on the first one at a time such as 2014-11-01 20:30")
            {
                $0.go(to: $1.joined(separator: " "), &$2)
            },
        ]
    }

    /// The word for no verdict.
    static let noVerdictWord = "none"

    /// Commands on rows, whatever is selected.
    private var ofRows: [Command] {
        let verdicts = (Verdict.allCases.map(\.rawValue) + [Self.noVerdictWord]).joined(separator: "|")
        return [
            .inWorkspace("judge", "FROM..TO \(verdicts)", "judge rows, flagged or not") { workspace, words, frame in
                guard words.count > 1, let rows = workspace.rows(named: words.dropLast()) else { return nil }
                guard words[words.count - 1] != Self.noVerdictWord else { return workspace.judge([rows], nil, &frame) }
                guard let verdict = Verdict(rawValue: words[words.count - 1]) else { return nil }
                return workspace.judge([rows], verdict, &frame)
            },
            .inWorkspace("note-on", "FROM..TO TEXT", "note something on rows; no text takes it away") { workspace, words, frame in
                guard let first = words.first, let rows = workspace.rows(named: [first]) else { return nil }
                return workspace.note(words.dropFirst().joined(separator: " "), on: rows, &frame)
            },
            .inWorkspace("unexpect", "RULE", "take a rule away") { workspace, words, frame in
                guard let rule = try? ExpectedRule(words.joined(separator: " ")), workspace.analysis.rules.contains(rule) else {
                    return nil
                }
                return workspace.changeRules(removing: [rule], "No longer expected: \(rule.title)", &frame)
            },
            .inWorkspace("reading", "OPTIONS", "read the file as a log says") { workspace, words, frame in
                guard let options = SessionLog.options(words.joined(separator: " ")) else { return nil }
                if let reason = workspace.noRereading {
                    frame.complain(reason)
                    return []
                }
                return workspace.read("as the log says") { $0 = options }
            },
        ]
    }

    /// The rows of a stretch that was typed; `nil` where none lies in it.
    private func rows(named words: some Collection<String>) -> Range<Int>? {
        guard let rows = RowSpan(words.joined(separator: " "))?.rows(in: analysis.series), !rows.isEmpty else { return nil }
        return rows
    }

    /// Puts the cursor on a row, given by its number or its time.
    private mutating func go(to text: String, _ frame: inout Frame) -> [Effect] {
        let series = analysis.series
        if let number = Int(text), (1...series.rowCount).contains(number) {
            moveCursor(to: number - 1)
        } else if let row = series.time.row(at: text) {
            moveCursor(to: row)
        } else {
            let ends =
                series.time.microseconds == nil ? [] : [0, series.rowCount - 1].map { readableTime(series, row: $0) }
            let times = ends.isEmpty ? "" : ", or a time from \(ends.joined(separator: " to "))"
            frame.complain("goto takes a row from 1 to \(series.rowCount)\(times).")
        }
        return []
    }

    /// Sets a weight for each model; `nil` where there is not one for each.
    private mutating func setWeights(_ values: [String], _ frame: inout Frame) -> [Effect]? {
        let weights = values.compactMap(Float.init)
        guard weights.count == values.count, weights.count == models.count else { return nil }
        let models = models
        return change(&frame) { $0.ensemble = try Ensemble(PerModel(zip(models, weights))) }
    }
}

extension Command {
    /// A command of the workspace; `run` returns `nil` when the values make no sense, and the user is told how to write it.
    fileprivate static func inWorkspace(
        _ word: String, _ arguments: String, _ help: String,
        _ run: @escaping @Sendable (inout WorkspaceState, [String], inout Frame) -> [Effect]?
    ) -> Command {
        Command(word: word, arguments: arguments, help: help) { signedIn, values, frame in
            signedIn.atWorkspace { workspace in
                if let effects = run(&workspace, values, &frame) { return effects }
                frame.complain("Write it like this: \(word) \(arguments) (\(help)).")
                return []
            }
        }
    }
}

extension SettingKind {
    /// What values it takes, in a few words.
    var text: String {
        switch self {
        case .number(let range, _): "\(axisText(range.lowerBound)) to \(axisText(range.upperBound))"
        case .choice(let words): words.joined(separator: "|")
        }
    }
}
