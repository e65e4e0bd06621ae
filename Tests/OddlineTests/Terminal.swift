import Foundation

/// The program in a real terminal (tmux), driven by keys and mouse as a person would.
final class Terminal {
    private let socket = "oddline-test-\(UUID().uuidString.prefix(8))"

    struct Timeout: Error, CustomStringConvertible {
        let text: String
        let screen: String
        var description: String { "\"\(text)\" did not show; the screen was:\n\(screen)" }
    }

    init(_ arguments: [String], width: Int = 120, height: Int = 36, environment: [String: String] = [:]) throws {
        let exports = environment.map { "\($0.key)='\($0.value)'" }.joined(separator: " ")
        let command = ([program] + arguments).map { "'\($0)'" }.joined(separator: " ")
        let configuration = FileManager.default.temporaryDirectory.appendingPathComponent(socket + ".conf")
        try "set -g default-terminal tmux-256color\nset -g status off\nset -g remain-on-exit on\nset -s escape-time 0\n"
            .write(to: configuration, atomically: true, encoding: .utf8)
        try tmux([
            "-f", configuration.path, "new-session", "-d", "-x", "\(width)", "-y", "\(height)", "sh", "-c",
            "env \(exports) \(command); echo ended with $?",
        ])
        try FileManager.default.removeItem(at: configuration)
    }

    deinit { _ = try? tmux(["kill-server"]) }

    @discardableResult
    private func tmux(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["tmux", "-L", socket] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        var environment = ProcessInfo.processInfo.environment
        environment["TMUX"] = nil
        environment["LANG"] = "C.UTF-8"
        environment["LC_ALL"] = "C.UTF-8"
        process.environment = environment
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }

    var screen: String { (try? tmux(["capture-pane", "-p"])) ?? "" }

    func type(_ text: String) throws { try tmux(["send-keys", "-l", "--", text]) }
    func keys(_ names: String...) throws { for name in names { try tmux(["send-keys", name]) } }

    func mouse(_ code: Int, x: Int, y: Int, released: Bool = false) throws {
        let bytes = Array("\u{1B}[<\(code);\(x + 1);\(y + 1)\(released ? "m" : "M")".utf8)
        try tmux(["send-keys", "-H"] + bytes.map { String($0, radix: 16) })
    }

    func resize(width: Int, height: Int) throws { try tmux(["resize-window", "-x", "\(width)", "-y", "\(height)"]) }

    /// Waits until `text` stands on the screen, and returns the screen.
    @discardableResult
    func wait(for text: String, seconds: Double = 20) throws -> String {
        try wait(text, seconds: seconds) { $0.contains(text) }
    }

    /// Waits until the screen satisfies `condition`.
    @discardableResult
    func wait(_ what: String, seconds: Double = 20, until condition: (String) -> Bool) throws -> String {
        let end = Date().addingTimeInterval(seconds)
        while true {
            let screen = screen
            if condition(screen) { return screen }
            if Date() > end { throw Timeout(text: what, screen: screen) }
            usleep(50_000)
        }
    }
}
