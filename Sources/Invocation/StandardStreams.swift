import Foundation
import SeriesReading
import TimeSeries

/// The one place that writes to standard output and standard error. Words for people go through `printable`, since names, paths and
/// what files hold stand in them; results are written byte for byte.

/// Gives standard input, output and error something to lead to where they were closed, so that no file that is opened later
/// takes their place and gets what is meant for a reader.
public func openStandardStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 { _ = open("/dev/null", O_RDWR) }
}

/// Writes a result to standard output as it is.
/// - Throws: `SeriesError.unwritable` where it cannot be written: output that is lost is no success.
public func writeResult(_ text: String) throws(SeriesError) { try writeResult(Array(text.utf8)) }

/// Writes bytes of a result to standard output as they are.
/// - Throws: `SeriesError.unwritable`.
public func writeResult(_ bytes: [UInt8]) throws(SeriesError) {
    do {
        try FileHandle.standardOutput.write(contentsOf: Data(bytes))
    } catch {
        throw .unwritable("standard output", because: error)
    }
}

/// Words for people on standard output, a line or some; what would steer a terminal becomes U+FFFD.
/// - Throws: `SeriesError.unwritable`.
public func printWords(_ words: String) throws(SeriesError) {
    try writeResult(printableLines(words) + (words.hasSuffix("\n") ? "" : "\n"))
}

/// Words for people on standard error, where messages go; what would steer a terminal becomes U+FFFD. Where standard error is full
/// or gone the work goes on without them.
public func printError(_ words: String) { writeToStandardError(printableLines(words) + "\n") }

/// A question on standard error, behind which the answer is typed.
public func printQuestion(_ words: String) { writeToStandardError(printable(words)) }

/// Progress on one line of a terminal at standard error, in place of what the line said before.
public func printProgress(_ line: String) { writeToStandardError("\r\u{1B}[K" + printable(line)) }

private func writeToStandardError(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

/// `printable`, of lines: their ends and tabs stay.
func printableLines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        line.split(separator: "\t", omittingEmptySubsequences: false).map { printable(String($0)) }.joined(separator: "\t")
    }.joined(separator: "\n")
}
