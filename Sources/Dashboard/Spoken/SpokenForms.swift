import TerminalUI

/// What a field says: its place, its name, what stands in it, and what is wrong with it.
func spokenField(
    _ index: Int, of count: Int, _ title: String, _ field: TextField, isSecret: Bool = false, problem: String? = nil
) -> String {
    let length = field.text.count
    let content =
        field.text.isEmpty ? "empty" : isSecret ? "\(length) sign\(length == 1 ? "" : "s")" : field.text
    return "\(title), field \(index + 1) of \(count): \(content)" + (problem.map { ". \($0)" } ?? "")
}
