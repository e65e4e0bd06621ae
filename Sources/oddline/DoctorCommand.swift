import ArgumentParser
import Foundation
import Invocation
import Persistence

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Looks whether everything that the program needs is in order.",
        discussion: """
            Looks at the terminal, the data folder, the database, saved models, configuration, versions and the processor, and \
            changes nothing. Exit status 1 where something is at fault.
            """)

    @Flag(help: "One JSON object in place of lines of text.") var json = false
    @OptionGroup var data: DataOptions

    func run() async throws {
        try await reportingErrors(in: data.locations) {
            let report = Diagnosis(of: data.locations)
            try printWords(json ? report.json : report.text)
            if !report.isSound { throw ExitCode.failure }
        }
    }
}

/// What was looked at, and what of it is at fault.
struct Diagnosis: Encodable {
    /// One thing that was looked at.
    struct Finding: Encodable {
        enum State: String, Encodable {
            /// In order.
            case ok
            /// In order, and worth knowing.
            case note
            /// To be mended; the text says how.
            case fault
        }

        let name: String
        let state: State
        let text: String
    }

    let isSound: Bool
    let findings: [Finding]

    init(of locations: Locations) {
        findings =
            Self.versions() + Self.terminal() + Self.processor() + Self.files(locations) + Self.contents(locations)
        isSound = findings.allSatisfy { $0.state != .fault }
    }

    private enum CodingKeys: String, CodingKey {
        case isSound = "is_sound"
        case findings
    }

    /// One line a finding.
    var text: String {
        let width = findings.map(\.name.count).max() ?? 0
        return findings.map { finding in
            let state = finding.state.rawValue.padding(toLength: 5, withPad: " ", startingAt: 0)
            return "\(state)  \(finding.name.padding(toLength: width, withPad: " ", startingAt: 0))  \(finding.text)"
        }.joined(separator: "\n")
    }

    /// One JSON object.
    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
