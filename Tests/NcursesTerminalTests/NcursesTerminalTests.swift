import Foundation
import Testing

@testable import NcursesTerminal

@Test(.enabled(if: isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0, "the tests run in a terminal themselves"))
func withoutATerminalTheUserIsToldWhatToUse() {
    do {
        _ = try NcursesTerminal(isASCII: false)
        Issue.record("a pipe was taken for a terminal")
    } catch {
        #expect(error.description.contains("oddline score"))
    }
}

@Test func anUnknownTerminalTypeIsNamed() {
    #expect(TerminalError.unknownTerminal("vt9000").description.contains("\"vt9000\""))
}
