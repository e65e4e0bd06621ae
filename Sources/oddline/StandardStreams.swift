import Foundation
import TimeSeries

/// Gives standard input, output and error something to lead to where they were closed, so that no file that is opened later
/// takes their place and gets what is meant for a reader.
func openStandardStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 { _ = open("/dev/null", O_RDWR) }
}

/// A line on standard error, where messages and progress go.
func printError(_ message: String) { writeToStandardError(message + "\n") }

/// Writes to standard error. Where that is full or gone the work goes on without the words.
func writeToStandardError(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

/// Writes `text` to standard output.
func printResult(_ text: String) throws(SeriesError) { try printResult(Array(text.utf8)) }

/// Writes text in UTF-8 to standard output.
func printResult(_ text: [UInt8]) throws(SeriesError) {
    do {
        try FileHandle.standardOutput.write(contentsOf: Data(text))
    } catch {
        throw .unwritable("standard output", because: error)
    }
}

/// Where a command writes its result: a file, which gets all of it or keeps what it had, something else that has a name, such
/// as a device or a pipe, or standard output.
struct Destination {
    private let path: String

    /// Names a file or another thing that can be written to; `-` is standard output.
    init(_ path: String) { self.path = path }

    /// That it is not `input`, which it would overwrite.
    /// - Throws: `SeriesError.unwritable`.
    func refuse(_ input: String?) throws(SeriesError) {
        var (own, other) = (stat(), stat())
        if let input, input != "-", path != "-", stat(path, &own) == 0, stat(input, &other) == 0, own.st_dev == other.st_dev,
            own.st_ino == other.st_ino
        {
            throw .unwritable(file: printable(path), reason: "it is the file that is read")
        }
    }

    /// Writes `text`. A file that is replaced keeps its permissions and, where that is allowed, its owner.
    /// - Throws: `SeriesError.unwritable`.
    func write(_ text: String) throws(SeriesError) {
        guard path != "-" else { return try printResult(text) }
        let data = Data(text.utf8)
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        var status = stat()
        let isThere = stat(url.path, &status) == 0
        do {
            guard !isThere || status.st_mode & S_IFMT == S_IFREG else {
                let handle = try FileHandle(forWritingTo: url)
                defer { try? handle.close() }
                return try handle.write(contentsOf: data)
            }
            try data.write(to: url, options: .atomic)
        } catch {
            throw .unwritable(path, because: error)
        }
        if isThere {
            // The owner first: the system takes special bits away with it.
            _ = chown(url.path, status.st_uid, status.st_gid)
            _ = chmod(url.path, status.st_mode & 0o7777)
        }
    }
}
