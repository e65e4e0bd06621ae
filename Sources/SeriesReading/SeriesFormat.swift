import Foundation
import TimeSeries

/// A kind of file that a series can be read from.
///
/// To add one: write its reader in a file of its own, with an extension that declares the format there as
/// those below do, and name it in `all`.
public struct SeriesFormat: Sendable {
    /// How names of such files end, with the point. Where a folder is listed, files that end so are offered;
    /// none for a format whose files need not hold a series.
    let endings: [String]
    /// Whether a file with this content is of this format; asked once, so it should look at the first bytes alone.
    let recognises: @Sendable (Data) -> Bool
    /// Reads what the source holds. Rows stay in the order of the file; `SeriesReader` sorts them by time,
    /// selects columns and adds notices.
    let read: @Sendable (SeriesSource, SeriesReader.Options) throws -> Series

    /// All formats, in the order in which they are asked. CSV has no mark of its own and takes what is left, so it
    /// is the last.
    static let all: [SeriesFormat] = [.sqlite, .jsonLines, .csv]
}

/// What a format reads: bytes and where they come from.
struct SeriesSource: Sendable {
    /// What to call it in messages, free of control characters.
    let name: String
    /// The whole content, decompressed.
    let data: Data
    /// The file that holds exactly these bytes; `nil` for standard input, bytes in memory and compressed files.
    let path: String?
}
