import Accounts
import ArgumentParser
import Foundation
import Persistence

/// Whether the time of a refused login tells a known user from an unknown one.
struct LoginBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Median time of a wrong password and of an unknown user, in turn.")

    @Option(help: "Attempts of each.") var attempts = 25

    func run() throws {
        let accounts = try Accounts(database: OddlineDatabase())
        _ = try accounts.register(username: "ann", email: "ann@example.org", password: "correct horse battery")
        var times: [String: [Double]] = [:]
        for attempt in 0..<attempts {
            for (name, user) in [("wrong_password_ms", "ann"), ("unknown_user_ms", "nobody")] {
                let elapsed = ContinuousClock().measure {
                    _ = try? accounts.login(identifier: user, password: "wrong wrong wrong", origin: "\(name)-\(attempt)")
                }
                times[name, default: []].append(elapsed / .milliseconds(1))
            }
        }
        var result: [String: Any] = ["benchmark": "login", "attempts": attempts]
        for (name, own) in times { result[name] = rounded(own.sorted()[own.count / 2]) }
        printJSON(result)
    }
}
