import Accounts
import Foundation
import TerminalUI

extension AccountPanel {
    func title(over signedIn: SignedIn) -> String { Self.title }

    func size(over signedIn: SignedIn, _ frame: Frame) -> (width: Int, height: Int) { (92, 22) }

    func draw(_ screen: inout CellBuffer, in card: Rect, over signedIn: SignedIn, _ frame: Frame) {
        let theme = frame.theme
        for (page, title, x) in tabs(in: card) {
            let isShown = page == self.page
            let style = isShown ? Style(theme.accent, bold: true, underlined: focus == 0) : Style(theme.muted)
            screen.write(title, x: x, y: card.y + 1, style)
        }
        let area = Rect(x: card.x + 2, y: card.y + 3, width: card.width - 4, height: card.height - 4)
        if fields.isEmpty {
            drawLines(&screen, area, theme)
        } else {
            drawFields(&screen, area, theme)
        }
        for (row, line) in wrapped(note, width: area.width).reversed().enumerated() {
            screen.write(line, x: area.x, y: card.maxY - 2 - row, Style(theme.muted), limit: area.width)
        }
    }

    /// What a page says of itself.
    private var note: String {
        switch (page, content.secondFactor.isOn) {
        case (.profile, _): "A new email needs the password."
        case (.secondFactor, false):
            "Off: the password alone opens this account. Enter makes a secret for an authenticator program, whose codes logins need "
                + "from its first one on."
        case (.secondFactor, true):
            "On: logins need a code too. \(counted(content.secondFactor.recoveryCodes, "recovery code")) left. Password and code "
                + "remove it; do so and make another for new recovery codes."
        default: ""
        }
    }

    /// The pages with their titles and where these stand; where all do not fit they stand closer, and the longest is shorter.
    private func tabs(in card: Rect) -> [(page: Page, title: String, x: Int)] {
        let (pages, room) = (pages, card.width - 4)
        let fits = pages.reduce(-3) { $0 + displayWidth($1.title) + 3 } <= room
        var x = card.x + 2
        return pages.map { page in
            let title = page == .secondFactor && !fits ? "Factor" : page.title
            defer { x += displayWidth(title) + (fits ? 3 : 1) }
            return (page, title, x)
        }
    }

    /// Where a field is drawn.
    static func fieldY(_ index: Int, below top: Int) -> Int { top + index * 3 }

    /// The page whose title stands in a column.
    func page(atColumn column: Int, of card: Rect) -> Page? {
        tabs(in: card).first { ($0.x..<$0.x + displayWidth($0.title)).contains(column) }?.page
    }

    /// The line of the list that is drawn in a row of the screen.
    func line(at y: Int, of card: Rect) -> Int? {
        let height = card.height - 5
        let line = firstLine(of: lineCount, height: height) + y - card.y - 4
        return y >= card.y + 4 && y < card.y + 4 + height && line < lineCount ? line : nil
    }

    private func firstLine(of count: Int, height: Int) -> Int { max(0, min(selection - height / 2, count - height)) }

    private func drawFields(_ screen: inout CellBuffer, _ area: Rect, _ theme: Theme) {
        if case .resetPassword(let account) = form {
            screen.write("For \(account.username)", x: area.x, y: area.y - 1, Style(theme.text, bold: true))
        }
        for (index, title) in titles.enumerated() {
            let y = Self.fieldY(index, below: area.y)
            let isFocused = focus == index + 1
            screen.write(title, x: area.x, y: y, Style(isFocused ? theme.accent : theme.muted, bold: isFocused))
            let width = area.width - 22
            screen.field(
                fields[index], x: area.x + 20, y: y, width: width,
                style: Style(theme.text, on: isFocused ? theme.selection : theme.background), isFocused: isFocused)
            if let problem = problems[index] {
                for (row, line) in wrapped(problem, width: width).prefix(2).enumerated() {
                    screen.write(line, x: area.x + 20, y: y + 1 + row, Style(theme.error), limit: width)
                }
            }
        }
    }

    private func drawLines(_ screen: inout CellBuffer, _ area: Rect, _ theme: Theme) {
        let (heading, lines) = lines
        screen.write(heading, x: area.x, y: area.y, Style(theme.muted, bold: true), limit: area.width)
        let height = area.height - 1
        let first = firstLine(of: lines.count, height: height)
        for (offset, line) in lines.dropFirst(first).prefix(height).enumerated() {
            let isSelected = first + offset == selection
            let y = area.y + 1 + offset
            if isSelected {
                screen.fill(Rect(x: area.x, y: y, width: area.width, height: 1), " ", Style(theme.text, on: theme.selection))
            }
            screen.write(line, x: area.x, y: y, Style(isSelected ? theme.selectionText : theme.text), limit: area.width)
        }
        if lines.isEmpty { screen.write("Nothing here.", x: area.x, y: area.y + 1, Style(theme.muted)) }
    }

    private var lines: (heading: String, lines: [String]) {
        func row(_ cells: [(String, Int)]) -> String {
            cells.map { text, width in
                let shown = fitted(text, columns: width)
                return shown + String(repeating: " ", count: max(0, width - displayWidth(shown)))
            }.joined(separator: "  ")
        }
        switch page {
        case .profile, .password, .secondFactor: return ("", [])
        case .sessions:
            return (
                row([("from", 20), ("since", 19), ("until", 19)]),
                content.sessions.map { row([($0.origin, 20), (clock($0.createdAt), 19), (clock($0.expiresAt), 19)]) }
            )
        case .accounts:
            return (
                row([("username", 16), ("email", 26), ("role", 13), ("", 8)]),
                content.accounts.map {
                    row([($0.username, 16), ($0.email, 26), ($0.role.rawValue, 13), ($0.isEnabled ? "" : "disabled", 8)])
                }
            )
        case .audit:
            return (
                row([("when", 19), ("what", 20), ("who", 28)]),
                content.audit.map { row([(clock($0.at), 19), ($0.action, 20), ($0.detail, 28)]) }
            )
        }
    }
}

/// An instant in UTC, to the second.
func clock(_ date: Date) -> String {
    date.formatted(
        .iso8601.year().month().day().dateSeparator(.dash).time(includingFractionalSeconds: false).dateTimeSeparator(.space))
}
