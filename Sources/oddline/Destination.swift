import Files
import Foundation
import Invocation
import SeriesReading
import TimeSeries

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

    /// Writes `text`, as `write(_: Data)`.
    func write(_ text: String) throws(SeriesError) { try write(Data(text.utf8)) }

    /// Writes all of `data`; see `writeResult`.
    /// - Throws: `SeriesError.unwritable`.
    func write(_ data: Data) throws(SeriesError) {
        guard path != "-" else { return try printResult(Array(data)) }
        do { try writeResult(data, to: URL(fileURLWithPath: path)) } catch {
            throw .unwritable(file: printable(path), reason: error.description)
        }
    }
}
