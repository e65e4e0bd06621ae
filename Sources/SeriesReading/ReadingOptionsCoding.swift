import TimeSeries

/// Options as JSON that is kept: what is as the program decides is left out.
extension SeriesReader.Options: Codable {
    private enum Key: String, CodingKey {
        case timeColumns, timeFormat, zone, table, query, columns, taken, ignored, labels, keyColumn, only, missing, decimal,
            delimiter, headerLine, renamed, units, every, aggregate, aggregates
    }

    /// Takes what `encode` wrote; what is not there is as a new value has it.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        func list(_ key: Key) throws -> [String] { try values.decodeIfPresent([String].self, forKey: key) ?? [] }
        func text(_ key: Key) throws -> String? { try values.decodeIfPresent(String.self, forKey: key) }
        func names(_ key: Key) throws -> [String: String] {
            try values.decodeIfPresent([String: String].self, forKey: key) ?? [:]
        }
        self.init(table: try text(.table), query: try text(.query), columns: try list(.columns))
        timeColumns = try list(.timeColumns)
        timeFormat = try text(.timeFormat)
        zone = try text(.zone)
        taken = try list(.taken)
        ignored = try list(.ignored)
        labels = try text(.labels)
        keyColumn = try text(.keyColumn)
        only = try values.decodeIfPresent([Only].self, forKey: .only) ?? []
        missing = try list(.missing)
        decimal = try values.decodeIfPresent(UInt8.self, forKey: .decimal)
        delimiter = try values.decodeIfPresent(UInt8.self, forKey: .delimiter)
        headerLine = try values.decodeIfPresent(Int.self, forKey: .headerLine)
        renamed = try names(.renamed)
        units = try names(.units)
        every = try text(.every).flatMap(Every.init)
        aggregate = try text(.aggregate).flatMap(Resampling.Aggregate.init)
        aggregates = try names(.aggregates).compactMapValues(Resampling.Aggregate.init)
    }

    /// Writes what is not as a new value has it.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        func put(_ list: [String], _ key: Key) throws { if !list.isEmpty { try values.encode(list, forKey: key) } }
        func put(_ names: [String: String], _ key: Key) throws { if !names.isEmpty { try values.encode(names, forKey: key) } }
        for (text, key) in [
            (timeFormat, Key.timeFormat), (zone, .zone), (table, .table), (query, .query), (labels, .labels),
            (keyColumn, .keyColumn),
        ] { try values.encodeIfPresent(text, forKey: key) }
        for (list, key) in [
            (timeColumns, Key.timeColumns), (columns, .columns), (taken, .taken), (ignored, .ignored), (missing, .missing),
        ] { try put(list, key) }
        if !only.isEmpty { try values.encode(only, forKey: .only) }
        try values.encodeIfPresent(decimal, forKey: .decimal)
        try values.encodeIfPresent(delimiter, forKey: .delimiter)
        try values.encodeIfPresent(headerLine, forKey: .headerLine)
        try put(renamed, .renamed)
        try put(units, .units)
        try values.encodeIfPresent(every?.text, forKey: .every)
        try values.encodeIfPresent(aggregate?.rawValue, forKey: .aggregate)
        try put(aggregates.mapValues(\.rawValue), .aggregates)
    }
}
