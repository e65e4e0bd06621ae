import Foundation
import SeriesReading

/// Gives standard input, output and error something to lead to where they were closed, so that no file that is opened later
/// takes their place and gets what is meant for a reader.
public func openStandardStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 { _ = open("/dev/null", O_RDWR) }
}

/// A line on standard error, where messages and progress go.
public func printError(_ message: String) { writeToStandardError(message + "\n") }

/// Writes to standard error. Where that is full or gone the work goes on without the words.
public func writeToStandardError(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

/// Writes `text` to standard output.
public func printResult(_ text: String) throws(SeriesError) { try printResult(Array(text.utf8)) }

/// Writes text in UTF-8 to standard output.
public func printResult(_ text: [UInt8]) throws(SeriesError) {
    do {
        try FileHandle.standardOutput.write(contentsOf: Data(text))
    } catch {
        throw .unwritable("standard output", because: error)
    }
}
