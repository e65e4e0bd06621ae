import TimeSeries

/// By what the records of a text are read: what was decided, as far as reading a row needs it.
struct TableForm: Sendable, Equatable {
    /// How a column is read.
    enum Role: Sendable, Equatable {
        /// A channel of numbers.
        case number
        case label
        /// A text of few values, which becomes a channel for each of them.
        case category
        /// Not at all.
        case none
        /// One column that holds the time.
        case calendar, unixSeconds, unixMilliseconds
        /// A part of the time, or all of it in another notation.
        case timePart
    }

    var layout = TableLayout()
    /// The decimal sign.
    var decimal = UInt8(ascii: ".")
    var names: [String] = []
    var roles: [Role] = []
    /// The columns in the order of the channels that they become.
    var order: [Int] = []
    /// How the numbers of each column are written.
    var numbers: [NumberForm] = []
    /// The values of the columns of few texts.
    var categories: [Int: [[UInt8]]] = [:]
    var marks = GapMarks.usual
    /// The columns that are joined to the time, and how it is written; none where one column holds it in one of the usual ways.
    var timeColumns: [Int] = []
    var notation: TimeNotation?
    /// The zone that the first time names, in which times are shown.
    var writtenZone = TimeFormat.Notation.Zone.none
    /// The clock that times without a zone are read from.
    var zone: WallClock?
    /// The rows that are read: those whose field in a column says this; all where `nil`.
    var only: [Only] = []

    /// What a column says in the rows of one of several series.
    struct Only: Sendable, Equatable {
        var column: Int
        var value: [UInt8]
    }

    var usesDecimalComma: Bool { decimal == 0x2C }
    /// The column that holds the time by itself in a usual way.
    var plainTimeColumn: Int? { roles.firstIndex { [.calendar, .unixSeconds, .unixMilliseconds].contains($0) } }
    var hasTime: Bool { plainTimeColumn != nil || !timeColumns.isEmpty }
    var channels: [Int] { roles.indices.filter { roles[$0] == .number } }

    /// The form without the channels that were left out after all rows were read.
    func dropping(_ understanding: Understanding) -> TableForm {
        var form = self
        let channels = Set(understanding.channels)
        for column in self.channels where !channels.contains(names[column]) { form.roles[column] = .none }
        return form
    }
}
