import Accounts
import TerminalUI

/// A second factor that is being made: its secret as a QR code and as text, until a first code comes; then the recovery codes, once.
struct SecondFactorCard: Card, FieldLayer {
    static let title = "Second factor"
    static let level = LayerLevel.anywhere
    static let takesText = true

    /// How far it is.
    private enum Stage {
        case waits(SecondFactorEnrolment, QRCode?)
        case isOn(recoveryCodes: [String])
    }

    private let stage: Stage
    private var code = TextField.name()
    private var problem: String?

    init(_ enrolment: SecondFactorEnrolment) { stage = .waits(enrolment, QRCode(Array(enrolment.address.utf8))) }

    init(recoveryCodes: [String]) { stage = .isOn(recoveryCodes: recoveryCodes) }

    /// What is shown is not shown again.
    var wouldLoseText: Bool { true }

    private var isOn: Bool { if case .isOn = stage { true } else { false } }

    // MARK: Input

    static let bindings: [Binding<SignedIn>] = [
        on([.enter], name: "put in force", "Put it in force with the code that the device shows", while: { !$0.isOn }) {
            card, _, _ in
            .stay([.account(.activateSecondFactor(code: card.code.text))])
        },
        on([.enter], name: "they are kept", "The recovery codes are written down", while: \.isOn) { _, _, _ in
            .close([.account(.load)])
        },
        on([NamedKey.back], name: "leave", "Leave it out of force", isLast: true, while: { !$0.isOn }) { _, _, _ in .close },
    ]

    static let gestures: [Gesture] = []

    mutating func edit(_ change: (inout TextField) -> Void) {
        problem = nil
        change(&code)
    }

    mutating func receive(_ answer: Answer, over signedIn: inout SignedIn, _ frame: inout Frame) -> LayerStep<SignedIn> {
        if case .accountRefused(let problems, _) = answer, let refused = problems.first(where: { $0.field == .code }) {
            problem = refused.message
            code.set("")
        }
        return .stay
    }

    // MARK: Drawing

    func title(over signedIn: SignedIn) -> String { Self.title }

    func size(over signedIn: SignedIn, _ frame: Frame) -> (width: Int, height: Int) {
        guard case .waits(_, let picture) = stage else { return (76, 14) }
        guard let picture = shown(picture, frame) else { return (56, 14) }
        let (width, height) = CellBuffer.size(of: picture)
        return (width + 39, height + 2)
    }

    /// The picture, where there is room for it and for what stands beside it.
    private func shown(_ picture: QRCode?, _ frame: Frame) -> QRCode? {
        picture.flatMap { picture in
            let (width, height) = CellBuffer.size(of: picture)
            return width + 33 <= frame.width - 4 && height + 2 <= frame.height - 3 ? picture : nil
        }
    }

    func draw(_ screen: inout CellBuffer, in card: Rect, over signedIn: SignedIn, _ frame: Frame) {
        var area = Rect(x: card.x + 2, y: card.y + 1, width: card.width - 4, height: card.height - 2)
        switch stage {
        case .waits(let enrolment, let picture):
            if let picture = shown(picture, frame) {
                screen.place(picture, x: area.x - 1, y: area.y)
                let width = CellBuffer.size(of: picture).width + 1
                area = Rect(x: area.x + width, y: area.y, width: area.width - width, height: area.height)
                draw(enrolment, "Scan this with an authenticator program, or type there:", &screen, area, frame)
            } else {
                draw(enrolment, "Type this in an authenticator program:", &screen, area, frame)
            }
        case .isOn(let codes):
            for (row, code) in codes.enumerated() {
                screen.write(code, x: area.x, y: area.y + 1 + row, Style(frame.theme.text, bold: true))
            }
            let width = (codes.first?.count ?? 0) + 3
            let text =
                "The second factor is on. Each of these codes stands in for the device once. They are not shown again: write them "
                + "down, away from this machine."
            for (row, line) in wrapped(text, width: area.width - width).enumerated() {
                screen.write(line, x: area.x + width, y: area.y + 1 + row, Style(frame.theme.text))
            }
        }
    }

    private func draw(
        _ enrolment: SecondFactorEnrolment, _ text: String, _ screen: inout CellBuffer, _ area: Rect, _ frame: Frame
    ) {
        let theme = frame.theme
        var y = area.y + 1
        func write(_ lines: [String], _ style: Style) {
            for line in lines {
                screen.write(line, x: area.x, y: y, style, limit: area.width)
                y += 1
            }
            y += 1
        }
        write(wrapped(text, width: area.width), Style(theme.text))
        let letters = Array(enrolment.secret)
        let groups = stride(from: 0, to: letters.count, by: 4).map { String(letters[$0..<min($0 + 4, letters.count)]) }
        write(wrapped(groups.joined(separator: " "), width: min(area.width, 20)), Style(theme.accent, bold: true))
        write(wrapped("Then enter the code that it shows:", width: area.width), Style(theme.text))
        screen.field(
            code, x: area.x, y: y - 1, width: min(area.width, 29), style: Style(theme.text, on: theme.selection), isFocused: true)
        guard let problem else { return }
        y += 1
        write(wrapped(problem, width: area.width), Style(theme.error))
    }
}
