import SeriesReading
import TerminalUI
import Workbench

/// What is typed about how a file is read: of one column, or of all.
enum ReadingField: Sendable, CaseIterable, Hashable {
    case name, unit, format, zone, marks, decimal, header, every, aggregate

    var key: Key {
        switch self {
        case .name: .character("r")
        case .unit: .character("u")
        case .format: .character("f")
        case .zone: .character("z")
        case .marks: .character("m")
        case .decimal: .character("d")
        case .header: .character("h")
        case .every: .character("e")
        case .aggregate: .character("a")
        }
    }

    /// What the footer says.
    var footer: String? {
        switch self {
        case .name: "rename"
        case .unit: "unit"
        case .format: "format"
        case .marks: "gaps"
        case .every: "every"
        case .zone, .decimal, .header, .aggregate: nil
        }
    }

    /// A sentence for the help.
    var help: String {
        switch self {
        case .name: "Call the column something else"
        case .unit: "Give the column a unit"
        case .format: "Say how times are written"
        case .zone: "Say of which zone the clock is"
        case .marks: "Say what marks a missing value"
        case .decimal: "Say which the decimal sign is"
        case .header: "Say in which line the header stands"
        case .every: "Lay rows on steps of time, such as hours or days"
        case .aggregate: "Say what becomes of the rows of a step"
        }
    }

    func heading(_ column: ColumnGlance) -> String {
        switch self {
        case .name: "Name of \(column.name)"
        case .unit: "Unit of \(column.alias ?? column.name)"
        case .format: "How times are written"
        case .zone: "Zone of the times"
        case .marks: "Marks of missing values"
        case .decimal: "Decimal sign"
        case .header: "Line of the header"
        case .every: "Steps of time"
        case .aggregate: "What becomes of the rows of a step"
        }
    }

    var expected: String {
        switch self {
        case .name: "Empty calls it as the file does; models are known by names"
        case .unit: "Such as bar or °C; empty for none"
        case .format: "Such as %d/%m/%Y %H:%M, unix, excel; empty finds it out"
        case .zone: "Such as Europe/Berlin or +01:00; empty for none"
        case .marks: "Such as -999 n.a., blanks between them; the usual marks hold besides"
        case .decimal: "A point or a comma; empty finds it out"
        case .header: "From 1; 0 where there is none; empty finds it"
        case .every: "Such as 15min, 1h, 1d, 1mo; rows takes them evenly; empty finds it out"
        case .aggregate: "\(SeriesReader.Options.aggregateWords), or of one channel flow=sum; blanks between"
        }
    }

    /// What holds now.
    func current(_ column: ColumnGlance, _ reading: ReadingState) -> String {
        switch self {
        case .name: column.alias ?? column.name
        case .unit: column.unit ?? ""
        case .format: reading.options.timeFormat ?? reading.understanding.time?.format ?? ""
        case .zone: reading.options.zone ?? ""
        case .marks: reading.options.missing.joined(separator: " ")
        case .decimal: reading.understanding.decimal
        case .header: reading.understanding.headerLine.map { String($0) } ?? "0"
        case .every: reading.options.every?.text ?? ""
        case .aggregate: reading.options.aggregateTexts.joined(separator: " ")
        }
    }

    /// Takes what was typed.
    /// - Throws: a sentence on what is no answer.
    func take(_ text: String, _ column: ColumnGlance, in reading: ReadingState, _ options: inout SeriesReader.Options) throws {
        let isEmpty = text.isEmpty
        switch self {
        case .name:
            let others = reading.columns.filter { $0.name != column.name }.map { $0.alias ?? $0.name }
            guard !others.contains(text) else { throw PlainError(message: "Another column is called \"\(text)\".") }
            options.renamed[column.name] = isEmpty || text == column.name ? nil : text
        case .unit: options.units[column.name] = text
        case .format:
            options.timeFormat = isEmpty ? nil : text
            if !isEmpty, options.timeColumns.isEmpty {
                options.timeColumns = reading.understanding.time?.columns ?? [column.name]
            }
        case .zone: options.zone = isEmpty ? nil : text
        case .marks: options.missing = text.split(separator: " ").map(String.init)
        case .decimal:
            guard isEmpty || text == "." || text == "," else {
                throw PlainError(message: "The decimal sign is . or , and no other.")
            }
            options.decimal = text.utf8.first
        case .header:
            guard isEmpty || Int(text).map({ $0 >= 0 }) == true else {
                throw PlainError(message: "The line of the header is a whole number, 0 where there is none.")
            }
            options.headerLine = Int(text)
        case .every:
            options.every = SeriesReader.Options.Every(text)
            guard isEmpty || options.every != nil else {
                throw PlainError(message: "A step is a whole number and a unit, such as 30s, 15min, 1h, 1d, 1w, 1mo; or rows.")
            }
        case .aggregate:
            (options.aggregate, options.aggregates) = (nil, [:])
            for word in text.split(separator: " ") where !options.take(aggregate: String(word)) {
                throw PlainError(message: "What becomes of rows is \(SeriesReader.Options.aggregateWords), or flow=sum.")
            }
        }
    }

    /// What is done, in words.
    func done(_ text: String, _ column: ColumnGlance) -> String {
        switch self {
        case .name: text.isEmpty ? "\(column.name) is called so again" : "\(column.name) is called \(text)"
        case .unit: text.isEmpty ? "\(column.name) has no unit" : "\(column.name) is in \(text)"
        case .format: text.isEmpty ? "how times are written is found out" : "times are written \(text)"
        case .zone: text.isEmpty ? "times are of no zone" : "times are of \(text)"
        case .marks: text.isEmpty ? "the usual marks are gaps" : "\(text) marks gaps"
        case .decimal: text.isEmpty ? "the decimal sign is found out" : "the decimal sign is \(text)"
        case .header: text.isEmpty ? "the header is found" : text == "0" ? "there is no header" : "the header is line \(text)"
        case .every:
            text.isEmpty ? "steps are found" : text == "rows" ? "rows are taken as evenly spaced" : "a row is one of \(text)"
        case .aggregate: text.isEmpty ? "the rows of a step become their mean" : "the rows of a step become \(text)"
        }
    }
}

extension EntryCard {
    /// Asks something about how the file is read. What could not be read when it was typed is there again.
    static func reading(_ field: ReadingField, _ column: ColumnGlance, in workspace: WorkspaceState) -> EntryCard {
        let text = workspace.reading.drafts[field] ?? field.current(column, workspace.reading)
        return EntryCard(
            heading: field.heading(column), expected: field.expected, field: TextField(limit: .columns(200), text: text),
            outlivesReading: true
        ) { workspace, text, frame in
            let text = String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            var options = workspace.reading.wanted
            workspace.reading.drafts[field] = text
            do { try field.take(text, column, in: workspace.reading, &options) } catch {
                frame.complain((error as? PlainError)?.message ?? "\(error)")
                return []
            }
            return workspace.read(field.done(text, column)) { $0 = options }
        }
    }
}
