import Foundation
import Testing

@testable import SeriesReading

/// What a document or a text of another program is read as.
func answerTable(_ text: String) throws -> RecordText {
    try #require(try OtherText.table(Data(text.utf8), file: "answer"))
}

/// The records of a table as text.
func records(_ table: RecordText) -> String { String(decoding: table.records, as: UTF8.self) }

/// The sentence with which a text is refused.
func refusal(_ text: String) -> String {
    do {
        let read = try OtherText.table(Data(text.utf8), file: "answer")
        return "read: \(String(describing: read))"
    } catch {
        return "\(error)"
    }
}
