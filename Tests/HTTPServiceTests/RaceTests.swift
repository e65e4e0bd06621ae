import Accounts
import Foundation
import Testing

@testable import HTTPService

@Suite struct RaceTests {
    /// 200 rounds of logins with a password while it is replaced: whatever they opened has ended when the new one is in
    /// force. Whether the logins or the new password come first is left to chance; a session from before and a login from
    /// after are in each round.
    @Test func nothingThatAnOldPasswordOpenedOutlivesTheNewOne() async throws {
        let server = try await LiveServer { $0.trust(["127.0.0.1"]) }
        let ann = try server.accounts.register(username: "ann", email: "ann@example.org", password: "four lamps under ice 0")
        try await onThread { [accounts = server.accounts, client = LiveClient(port: server.port)] in
            var before = try client.logIn("ann", "four lamps under ice 0", from: "10.1.0.1")
            for round in 0..<200 {
                let (old, new) = ("four lamps under ice \(round)", "four lamps under ice \(round + 1)")
                let racing = try together(
                    (0..<2).map { login in { try client.logIn("ann", old, from: "10.0.\(round).\(login)") } }
                        + [
                            {
                                try accounts.setPassword(of: ann, to: new)
                                return try client.logIn("ann", new, from: "10.1.\(round).1")
                            }
                        ])
                for login in racing.dropLast() {
                    #expect(login.status == 200 || login.status == 401, "round \(round): \(login)")
                }
                for login in [before] + racing.dropLast() where login.status == 200 {
                    let answer = try client.ask("GET", "/api/users/me", token: login.token)
                    #expect(answer.status == 401, "round \(round): a token of the old password still opens: \(answer)")
                }
                let after = racing[racing.count - 1]
                #expect(after.status == 200 && after.token != nil, "round \(round): the new password is refused: \(after)")
                before = after
            }
            let late = try client.logIn("ann", "four lamps under ice 199", from: "10.2.0.1")
            #expect(late.status == 401, "the password before the last is taken: \(late)")
        }
    }
}
