import TerminalUI
import Testing

@testable import Accounts
@testable import Dashboard

@Test func aLoginWithASecondFactorAsksForACodeAndKeepsHowLong() throws {
    var state = DashboardState(width: 100, height: 30, themes: [.midnight])
    type(&state, "alice")
    press(&state, .tab)
    type(&state, "correct horse battery")
    press(&state, .tab, .right, .tab)
    guard case .login? = update(&state, .input(.key(.enter))).first else { throw Unexpected("no login") }
    _ = update(&state, .codeWanted(ticket: "ticket"))
    #expect(!view(state).text.contains("Username/email"))
    #expect(update(&state, .input(.key(.enter))).isEmpty && view(state).text.contains("Enter the code"))
    type(&state, "123456")
    guard case .enterCode("ticket", "123456", 1)? = update(&state, .input(.key(.enter))).first else {
        throw Unexpected("the code is not asked about")
    }
    _ = update(&state, .codeRefused("The code is wrong."))
    #expect(view(state).text.contains("The code is wrong."))
    type(&state, "654321")
    guard case .enterCode("ticket", "654321", 1)? = update(&state, .input(.key(.enter))).first else {
        throw Unexpected("the next code is not asked about")
    }
    _ = update(&state, .loginFailed("The login has taken too long."))
    #expect(view(state).text.contains("Username/email") && view(state).text.contains("too long"))
    #expect(state.login?.password.text.isEmpty == true && state.login?.identifier.text == "alice")
}

/// What somebody else would be told of is not listened to where nobody asked.
@Test func aTicketThatNobodyWaitsForShowsNothing() {
    var state = DashboardState(width: 100, height: 30, themes: [.midnight])
    _ = update(&state, .codeWanted(ticket: "ticket"))
    #expect(state.signedOut?.layer(CodeForm.self) == nil)
}

@Test func thePageOfTheSecondFactorAsksForWhatIsNeeded() throws {
    var state = try library()
    press(&state, .character("A"), .right, .right)
    let account = try #require(state.signedIn).account
    _ = answer(&state, .accountsShown(account, AccountPanel.Content(), message: nil))
    press(&state, .tab)
    type(&state, "a password")
    #expect(press(&state, .enter).first.flatMap(request) == .enrolSecondFactor(password: "a password"))
    let content = AccountPanel.Content(secondFactor: SecondFactor(isOn: true, recoveryCodes: 3))
    _ = answer(&state, .accountsShown(account, content, message: nil))
    #expect(view(state).text.contains("3 recovery codes left"))
    press(&state, .tab)
    type(&state, "a password")
    press(&state, .enter)
    type(&state, "123456")
    #expect(press(&state, .enter).first.flatMap(request) == .removeSecondFactor(password: "a password", code: "123456"))
    _ = answer(&state, .accountRefused([FieldProblem(.code, "The code is wrong.")], other: nil))
    #expect(view(state).text.contains("The code is wrong."))
}

/// Recovery codes are shown once: neither a press beside them nor Esc takes them away, and they show also where the card that asked
/// was left meanwhile.
@Test func recoveryCodesStayUntilTheyAreKept() throws {
    var state = try library()
    _ = answer(&state, .secondFactorOn(recoveryCodes: ["ABCD-EFGH"]))
    send(&state, .mouse(Mouse(x: 0, y: 0, action: .press)))
    press(&state, .escape)
    #expect(view(state).text.contains("ABCD-EFGH"))
    #expect(press(&state, .enter).first.flatMap(request) == .load)
    #expect(!view(state).text.contains("ABCD-EFGH"))
}

@Test func theQRCodeIsDrawnWhereThereIsRoomAndTheSecretAlways() throws {
    let enrolment = SecondFactorEnrolment(secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", username: "alice")
    for (width, height, isDrawn) in [(120, 36, true), (80, 24, true), (60, 18, false)] {
        var state = try library(width: width, height: height)
        _ = answer(&state, .secondFactorMade(enrolment))
        let text = view(state).text
        #expect(text.contains("▀▄") == isDrawn, "\(width)x\(height)")
        #expect(text.contains("JBSW Y3DP EHPK 3PXP"), "\(width)x\(height)")
    }
}

private func request(_ effect: Effect) -> AccountRequest? {
    if case .account(let request) = effect { request } else { nil }
}
