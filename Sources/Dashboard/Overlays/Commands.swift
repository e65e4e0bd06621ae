import AnomalyDetection
import TerminalUI
import Workbench

/// A word of the command palette.
struct PaletteCommand {
    let word: String
    let help: String
}

/// Commands that take a value, beside those of the bindings.
private let valueCommands = [
    PaletteCommand(word: "weights", help: "weights 0.4 0.6: LSTM and Transformer"),
    PaletteCommand(word: "threshold", help: "threshold 0.99: quantile of the scores"),
    PaletteCommand(word: "smoothing", help: "smoothing 5: rows to average over"),
    PaletteCommand(word: "goto", help: "goto 1200: put the cursor on a row"),
]

/// Commands whose word begins with what was typed, as far as they make sense on this screen.
func matchingCommands(_ text: String, in state: DashboardState) -> [PaletteCommand] {
    let word = text.split(separator: " ").first.map(String.init) ?? ""
    let place = state.screen == .workspace ? Place.workspace : .library
    var commands = Binding.all.filter { $0.places.contains(place) }.compactMap { binding in
        binding.command.map { PaletteCommand(word: $0, help: binding.help) }
    }
    if place == .workspace { commands += valueCommands }
    return commands.filter { word.isEmpty || $0.word.hasPrefix(word.lowercased()) }
}

/// Does what a line of the palette says.
func runCommand(_ state: inout DashboardState, _ line: String) -> [Effect] {
    let words = line.split(separator: " ").map(String.init)
    guard let word = words.first?.lowercased() else { return [] }
    let values = Array(words.dropFirst())
    if let effects = runValueCommand(&state, word, values) { return effects }
    guard let command = matchingCommands(word, in: state).first else {
        state.complain("There is no command \"\(word)\" here; type : and Tab to see them.")
        return []
    }
    if command.word == "theme", let name = values.first {
        guard let index = state.themes.firstIndex(where: { $0.name == name }) else {
            state.complain("There is no theme \"\(name)\"; there are \(state.themes.map(\.name).joined(separator: ", ")).")
            return []
        }
        return chooseTheme(&state, index)
    }
    if command.word == "open", let path = values.first { return open(&state, path) }
    if command.word == "export", let path = values.first, let workspace = state.workspace, let result = workspace.analysis.result
    {
        return [.export(workspace.analysis.series, result, path: path)]
    }
    guard let action = Binding.all.first(where: { $0.command == command.word })?.action else { return [] }
    return state.screen == .workspace ? perform(&state, inWorkspace: action) : perform(&state, inLibrary: action)
}

/// Commands that set a number; `nil` when `word` is not one.
private func runValueCommand(_ state: inout DashboardState, _ word: String, _ values: [String]) -> [Effect]? {
    guard let command = valueCommands.first(where: { $0.word == word }) else { return nil }
    guard var workspace = state.workspace, let session = state.session, state.screen == .workspace else { return nil }
    defer { state.workspace = workspace }
    let numbers = values.compactMap(Double.init)
    switch (word, numbers.count) {
    case ("weights", 2) where numbers.allSatisfy({ (0...1).contains($0) }):
        return change(&state, &workspace, session) {
            $0.lstmWeight = Float(numbers[0])
            $0.transformerWeight = Float(numbers[1])
        }
    case ("threshold", 1) where (0...1).contains(numbers[0]):
        return change(&state, &workspace, session) { $0.threshold = numbers[0] }
    case ("smoothing", 1) where (1...10_001).contains(numbers[0]):
        return change(&state, &workspace, session) { $0.smoothing = Int(numbers[0]) }
    case ("goto", 1) where numbers[0] >= 1 && numbers[0] <= Double(workspace.analysis.series.rowCount):
        workspace.moveCursor(to: Int(numbers[0]) - 1)
        return []
    default:
        state.complain("Write it like this: \(command.help).")
        return []
    }
}
