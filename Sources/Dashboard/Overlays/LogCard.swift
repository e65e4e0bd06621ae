import Files
import Foundation
import TerminalUI
import TimeSeries
import Workbench

/// What was done in the session, as commands.
struct LogCard: Card {
    static let title = "Log of the session"
    static let level = LayerLevel.anywhere
    /// The line with the cursor.
    private var place: Int

    /// Begins at the last of the lines.
    init(lines: Int) { place = max(0, lines - 1) }

    static let bindings: [Binding<SignedIn>] =
        moves { card, move, signedIn, frame in
            let page = max(1, card.area(over: signedIn, frame).height - 3)
            card.place = move.place(from: card.place, of: max(1, signedIn.log.lines.count), page: page)
            return []
        } + [
            on(
                [.character("w")], name: "write", "Write it to a file, which `oddline replay` takes",
                unless: { _, signedIn in signedIn.log.lines.isEmpty ? "Nothing was done yet." : nil }
            ) { _, signedIn, _ in .stay([signedIn.writingLog(to: nil)]) },
            closing(.escape, .character("q"), NamedKey.log),
        ]

    func title(over signedIn: SignedIn) -> String { Self.title }

    func size(over signedIn: SignedIn, _ frame: Frame) -> (width: Int, height: Int) {
        (100, max(6, min(26, signedIn.log.lines.count + 3)))
    }

    func draw(_ screen: inout CellBuffer, in card: Rect, over signedIn: SignedIn, _ frame: Frame) {
        let theme = frame.theme
        let (lines, height) = (signedIn.log.lines, card.height - 2)
        guard !lines.isEmpty else {
            screen.write("Nothing was done yet.", x: card.x + 2, y: card.y + 1, Style(theme.muted))
            return
        }
        let first = max(0, min(place - height / 2, lines.count - height))
        for (index, line) in lines.enumerated().dropFirst(first).prefix(height) {
            let y = card.y + 1 + index - first
            if index == place {
                screen.fill(
                    Rect(x: card.x + 1, y: y, width: card.width - 2, height: 1), " ",
                    Style(theme.selectionText, on: theme.selection))
            }
            let style = Style(index == place ? theme.selectionText : line.hasPrefix("#") ? theme.muted : theme.text)
            screen.write(printable(line), x: card.x + 2, y: y, style, limit: card.width - 4)
        }
        screen.scrollBar(
            first: first, total: lines.count, in: Rect(x: card.maxX - 1, y: card.y + 1, width: 1, height: height),
            thumb: Style(theme.accent), track: Style(theme.border))
    }
}

/// The commands that give again what is on screen.
struct CommandLineCard: WorkspaceCard {
    static let title = "The same at the command line"
    private let reproduction: Reproduction

    init(_ workspace: WorkspaceState) { reproduction = workspace.reproduction }

    private var text: String { reproduction.commands.joined(separator: " && ") }

    static let bindings: [Binding<SignedIn>] = [
        at(
            [.enter, NamedKey.commandLine], name: "copy", "Copy it to the terminal's clipboard",
            unless: { card, _ in card.noCommand }
        ) {
            card, _, frame in
            frame.say("Copied, where the terminal has a clipboard for programs.")
            return .close([.copy(card.text)])
        },
        at([.character("w")], name: "write", "Write it to a file", unless: { card, _ in card.noCommand }) { card, workspace, _ in
            let stem = workspace.analysis.series.name.split(separator: ".").first.map(String.init) ?? "series"
            return .close([
                .writeText(
                    WrittenText(text: card.text + "\n", what: "the command", path: stem + "-command.sh", source: workspace.path))
            ])
        },
        closing(.escape, .character("q")),
    ]

    private var noCommand: String? { reproduction.commands.isEmpty ? reproduction.remark ?? "" : nil }

    private func lines(_ width: Int) -> [(text: String, isRemark: Bool)] {
        let commands = reproduction.commands.enumerated().flatMap { index, command in
            let end = index < reproduction.commands.count - 1 ? " &&" : ""
            return wrapped(command + end, width: width).map { ($0, false) }
        }
        return commands + (reproduction.remark.map { wrapped($0, width: width).map { ($0, true) } } ?? [])
    }

    func title(over workspace: WorkspaceState) -> String { Self.title }

    func size(over workspace: WorkspaceState, _ frame: Frame) -> (width: Int, height: Int) {
        (100, lines(min(100, frame.width - 4) - 4).count + 2)
    }

    func draw(_ screen: inout CellBuffer, in card: Rect, over workspace: WorkspaceState, _ frame: Frame) {
        for (row, line) in lines(card.width - 4).prefix(card.height - 2).enumerated() {
            let style = Style(line.isRemark ? frame.theme.muted : frame.theme.text)
            screen.write(printable(line.text), x: card.x + 2, y: card.y + 1 + row, style, limit: card.width - 4)
        }
    }
}

/// A text that is no result: the log of a session, a command.
public struct WrittenText: Sendable {
    let text: String
    /// What it is, as part of a sentence.
    let what: String
    /// Where to.
    public let path: String
    /// The file of the open series, which is not to be written over; empty without one.
    let source: String
    /// Whether a file that is there may go.
    var mayOverwrite = false
}

extension SignedIn {
    /// Writes the log to a file, or to one named after the series.
    func writingLog(to path: String?) -> Effect {
        let stem = workspace?.analysis.series.name.split(separator: ".").first.map(String.init) ?? "oddline"
        return .writeText(
            WrittenText(
                text: log.text(of: account.username), what: "the log", path: path ?? stem + "-session.txt",
                source: workspace?.path ?? ""))
    }
}

extension WorkspaceState {
    /// The commands that give again what is on screen.
    var reproduction: Reproduction {
        Reproduction(of: analysis, path: path, options: reading.options, labels: labels, defaults: defaults)
    }
}

extension Desk {
    /// Writes a text, unless a file is there that may not go.
    func writeText(_ text: WrittenText, _ effect: Effect) {
        services.workers.submit { [self] in
            tell(effect) { _ in
                let path = expanded(text.path)
                do {
                    let destination = Destination(path)
                    try destination.check(reading: text.source.isEmpty ? [] : [expanded(text.source)])
                    if !text.mayOverwrite, FileManager.default.fileExists(atPath: path) { return .wouldOverwriteText(text) }
                    try destination.write(Data(text.text.utf8))
                } catch FileError.source {
                    return .failed("\(text.path): is the file of the open series; choose another place.")
                } catch { return .failed("\(text.path): cannot be written (\(error)); choose another place.") }
                return .done("Wrote \(text.what) to \(text.path).")
            }
        }
    }
}
