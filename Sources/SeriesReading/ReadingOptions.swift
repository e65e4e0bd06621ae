import TimeSeries

extension SeriesReader {
    /// What to read from a file, and how, where the program should not decide by itself. Names of columns are those that
    /// `Understanding.columns` has.
    public struct Options: Sendable, Equatable {
        /// The columns that hold the time, joined in this order; found by name and content where empty.
        public var timeColumns: [String] = []
        /// How times are written: a pattern as strptime has it, or a word such as `unix-ms` or `excel`.
        public var timeFormat: String?
        /// The zone of times that name none: an IANA name such as `Europe/Berlin`, or an offset such as `+01:00`.
        public var zone: String?
        /// The table of an SQLite database.
        public var table: String?
        /// A query on an SQLite database, in place of a table.
        public var query: String?
        /// The value columns to keep; all that measure something where empty.
        public var columns: [String] = []
        /// Columns to take besides those that are found, whatever they hold.
        public var taken: [String] = []
        /// Columns to leave out.
        public var ignored: [String] = []
        /// The column of labels; found by name and content where `nil`.
        public var labels: String?
        /// The column that tells to which of many series a row belongs.
        public var keyColumn: String?
        /// The one series of several to read: the columns that tell them apart, and what they say in its rows.
        public var only: [Only] = []
        /// Whether rows of several series are read as they are, one after the other, which is for looking at alone.
        public var tellsApartOnly = false
        /// What marks a missing value, besides the usual marks; a number marks it however it is written.
        public var missing: [String] = []
        /// The decimal sign, `.` or `,` in ASCII.
        public var decimal: UInt8?
        /// What stands between fields, in ASCII; a space where runs of blanks do.
        public var delimiter: UInt8?
        /// The line of the header, from 1; 0 where there is none.
        public var headerLine: Int?
        /// What channels are called in place of the names of their columns.
        public var renamed: [String: String] = [:]
        /// The units of columns in place of those that stand behind their numbers; an empty one for none.
        public var units: [String: String] = [:]
        /// The steps of time that rows are laid on; guessed where `nil`.
        public var every: Every?
        /// What becomes of the rows of a step; their mean where `nil`.
        public var aggregate: Resampling.Aggregate?
        /// What becomes of them in some channels, as the user calls those.
        public var aggregates: [String: Resampling.Aggregate] = [:]
        /// Programs that read what is no text; none is started where `nil`. They are for files that the user names, and are not kept
        /// with the other options. Who reads what others send, as the HTTP service does, never sets them.
        public var readers: ReaderPrograms?
        /// Columns whose series are listed, whatever their times.
        var listed: [String] = []

        /// Makes options; what is left out is found automatically.
        public init(timeColumn: String? = nil, table: String? = nil, query: String? = nil, columns: [String] = []) {
            timeColumns = timeColumn.map { [$0] } ?? []
            self.table = table
            self.query = query
            self.columns = columns
        }

        /// How rows are laid in time.
        public enum Every: Sendable, Equatable {
            /// As they stand, evenly.
            case rows
            /// On steps of time.
            case step(GridStep)

            /// Takes `rows`, or a step as `GridStep` does; `nil` for anything else.
            public init?(_ text: String) {
                if text == "rows" {
                    self = .rows
                } else {
                    guard let step = GridStep(text) else { return nil }
                    self = .step(step)
                }
            }

            /// The text that `init` takes.
            public var text: String { if case .step(let step) = self { step.description } else { "rows" } }
        }

        /// Takes what becomes of the rows of a step: a word for all channels, or `channel=word`.
        /// - Returns: `false` where there is no such word, and nothing is taken.
        public mutating func take(aggregate text: String) -> Bool {
            let channel = text.lastIndex(of: "=")
            let word = channel.map { text[text.index(after: $0)...] } ?? text[...]
            guard let wanted = Resampling.Aggregate(rawValue: String(word)) else { return false }
            if let channel { aggregates[String(text[..<channel])] = wanted } else { aggregate = wanted }
            return true
        }

        /// What `take` takes, one after the other.
        public var aggregateTexts: [String] {
            let ofChannels = aggregates.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.rawValue)" }
            return (aggregate.map { [$0.rawValue] } ?? []) + ofChannels
        }

        /// The words for what becomes of rows, as a sentence lists them.
        public static var aggregateWords: String { Resampling.Aggregate.allCases.map(\.rawValue).joined(separator: ", ") }

        /// What a column says in the rows of a series.
        public struct Only: Sendable, Equatable, Codable {
            /// The column's name, and the text in it.
            public var column: String, value: String

            /// Names a column and its text.
            public init(column: String, value: String) { (self.column, self.value) = (column, value) }

            /// Takes `column=value`; `nil` without a sign between.
            public init?(_ text: String) {
                guard let sign = text.firstIndex(of: "=") else { return nil }
                self.init(column: String(text[..<sign]), value: String(text[text.index(after: sign)...]))
            }
        }

        /// What stands between fields, by its name: `tab`, `blanks`, or a character of ASCII; `nil` for anything else.
        public static func delimiter(_ text: String) -> UInt8? {
            switch text {
            case "tab", "\\t": 0x09
            case "blanks", "blank", "space": TableLayout.blanks
            default: text.utf8.count == 1 ? text.utf8.first : nil
            }
        }
    }
}
