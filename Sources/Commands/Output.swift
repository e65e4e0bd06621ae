import Files
import Foundation
import SeriesReading
import TimeSeries

/// Where a command writes its result: a `Destination`, of which `-` is standard output, in the words of a command.
struct Output {
    private let path: String
    private let destination: Destination

    init(_ path: String) {
        self.path = path
        destination = Destination(path == "-" ? "/dev/stdout" : path)
    }

    /// That it could be written now and is not what is read, before any work is done.
    /// - Throws: `SeriesError.unwritable`.
    func check(reading input: String? = nil) throws(SeriesError) {
        do { try destination.check(reading: input.map { [$0] } ?? []) } catch { throw told(error) }
    }

    /// Writes `text`, as `write(_: Data)`.
    func write(_ text: String) throws(SeriesError) { try write(Data(text.utf8)) }

    /// Writes all of `data`.
    /// - Throws: `SeriesError.unwritable`.
    func write(_ data: Data) throws(SeriesError) {
        do { try destination.write(data) } catch { throw told(error) }
    }

    private func told(_ error: FileError) -> SeriesError {
        .unwritable(file: path == "-" ? "standard output" : printable(path), reason: error.description)
    }
}
