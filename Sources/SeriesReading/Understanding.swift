import TimeSeries

/// How a file is read: what was found in it, and what was decided where it leaves a choice. Each decision can be made otherwise by
/// `SeriesReader.Options`.
///
/// ```swift
/// let reading = try SeriesReader.open(path: "plant.csv")
/// print(reading.understanding.text)
/// ```
public struct Understanding: Sendable, Equatable {
    /// What the content is: `CSV`, `JSON lines`, `SQLite` and so on.
    public internal(set) var format = "CSV"
    /// The character encoding: `UTF-8`, `UTF-16LE`, `UTF-16BE`, `Windows-1252` or, as far as bytes tell, `Windows-1251`, `KOI8-R`,
    /// `Shift_JIS`, `EUC-JP`, `EUC-KR` or `GB18030`.
    public internal(set) var encoding = "UTF-8"
    /// What stands between fields: `,`, `;`, `|`, `tab` or `blanks`; `nil` where the format fixes it.
    public internal(set) var delimiter: String?
    /// The decimal sign, `.` or `,`.
    public internal(set) var decimal = "."
    /// The line of the header, from 1; `nil` without one.
    public internal(set) var headerLine: Int?
    /// What tells the time of rows; `nil` where rows are counted.
    public internal(set) var time: Time?
    /// All columns in their order.
    public internal(set) var columns: [Column] = []
    /// What tells series apart where the rows are of several.
    public internal(set) var key: Key?
    /// Rows of the series.
    public internal(set) var rowCount = 0
    /// The steps of time that its rows were laid on; `nil` where they are taken as evenly spaced.
    public internal(set) var steps: Steps?
    /// How many values of a channel are missing; channels without gaps are left out.
    public internal(set) var gaps: [(channel: String, count: Int)] = []
    /// What an analyst should know, one sentence each, which tells the option that reads it otherwise.
    public internal(set) var notices: [String] = []

    /// The time of rows.
    public struct Time: Sendable, Equatable {
        /// The columns that hold it, joined in this order.
        public internal(set) var columns: [String]
        /// How it is written: a pattern as strptime has it, or a word such as `unix` or `excel`.
        public internal(set) var format: String
        /// The zone whose clock it is: what the file writes or what was asked for; `nil` where neither says one.
        public internal(set) var zone: String?
        /// The commonest time between rows, that of the steps where uneven ones are laid on some, as ISO 8601 writes a duration, such as
        /// `PT1H` or `P1M`; `nil` for one row.
        public internal(set) var step: String?
        /// How rows lie in the file.
        public internal(set) var order = Order.rising
        /// The least and the largest time as people write them, a date where the file counts seconds since 1970; `nil` before they are read.
        public internal(set) var first: String?, last: String?
    }

    /// How the rows of a file lie in time.
    public enum Order: String, Sendable {
        case rising
        case newestFirst = "newest first"
        case mixed
    }

    /// How rows were laid on even steps of time.
    public struct Steps: Sendable, Equatable {
        /// The length of a step, as `--every` takes it.
        public internal(set) var every: String
        /// What becomes of several rows of one step: a word of `--aggregate`, and the channels for which it is another.
        public internal(set) var aggregate: String
        /// The steps of the series.
        public internal(set) var count: Int
        /// Those of them that have no row, and the rows of the file that are not the first of their step.
        public internal(set) var empty: Int, merged: Int
        /// Further steps without a row, by which longer pauses were made shorter.
        public internal(set) var cut = 0
    }

    /// A column of the file.
    public struct Column: Sendable, Equatable {
        /// The name, as messages and options have it.
        public internal(set) var name: String
        /// What it is taken for.
        public internal(set) var role: Role
        /// The unit that stands behind its numbers, or that the user gave it.
        public internal(set) var unit: String?
        /// What the user calls it in place of its name.
        public internal(set) var alias: String?
        /// What stands in its first rows.
        public internal(set) var first: [String] = []
        /// The numbers of its first rows where it holds numbers and is left out; NaN for what is none.
        public internal(set) var sketch: [Double] = []
    }

    /// What a column is taken for.
    public enum Role: Sendable, Equatable {
        case channel, time, label, key
        /// No part of the series, with the reason.
        case leftOut(Reason)
    }

    /// The column that tells series apart.
    public struct Key: Sendable, Equatable {
        /// The column, or several that do so together.
        public internal(set) var columns: [String]
        /// How many there are.
        public internal(set) var count: Int
        /// What the columns say of the first of them.
        public internal(set) var examples: [String]
        /// All of them in the order in which they begin; none where they were not asked for.
        public internal(set) var series: [One] = []

        /// One of several series.
        public struct One: Sendable, Equatable {
            /// What the columns say in its rows.
            public let values: [String]
            /// How many rows it has.
            public let rowCount: Int

            /// Makes one of what the columns say and its rows.
            public init(values: [String], rowCount: Int) { (self.values, self.rowCount) = (values, rowCount) }

            /// What it is called.
            public var name: String { values.joined(separator: " · ") }
        }

        /// The columns, for people.
        public var name: String { columns.joined(separator: " + ") }
    }

    /// One of which nothing is known yet.
    public init() {}

    /// The names of the channels.
    public var channels: [String] { columns.filter { $0.role == .channel }.map(\.name) }
    /// The name of the label column.
    public var labels: String? { columns.first { $0.role == .label }?.name }
    /// The columns that are no part of the series, with the reasons.
    public var leftOut: [(column: String, why: Reason)] {
        columns.compactMap { if case .leftOut(let why) = $0.role { ($0.name, why) } else { nil } }
    }

    /// Whether all decisions, what was found and all notices are the same.
    public static func == (one: Understanding, other: Understanding) -> Bool {
        one.format == other.format && one.encoding == other.encoding && one.delimiter == other.delimiter
            && one.decimal == other.decimal && one.headerLine == other.headerLine && one.time == other.time
            && one.columns == other.columns && one.key == other.key && one.rowCount == other.rowCount
            && one.steps == other.steps && one.gaps.elementsEqual(other.gaps) { $0 == $1 } && one.notices == other.notices
    }
}

/// A series and how its file was read.
public struct Reading: Sendable {
    /// What the file holds.
    public let series: Series
    /// How it was read.
    public let understanding: Understanding
    /// The steps that its rows lie on, by which rows that come behind them are completed.
    let grid: Grid?

    /// Puts both together.
    public init(series: Series, understanding: Understanding) {
        self.init(series: series, understanding: understanding, grid: nil)
    }

    init(series: Series, understanding: Understanding, grid: Grid?) {
        (self.series, self.understanding, self.grid) = (series, understanding, grid)
    }
}
