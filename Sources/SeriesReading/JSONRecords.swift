import TimeSeries

/// Makes records of a table that was found in a JSON document. Cost: one pass over the table.
struct JSONRecords {
    private let document: JSONDocument
    private var writer = RecordWriter()
    private var counter: LineCounter

    init(_ document: JSONDocument) {
        self.document = document
        counter = LineCounter(document.bytes)
    }

    /// The records of a form.
    /// - Throws: `SeriesError`.
    mutating func table(_ form: JSONForm) throws(SeriesError) -> RecordText {
        switch form {
        case .objects(let row): try objects(document.items(of: row), row == .roots ? "JSON objects" : "JSON list of objects")
        case .lists(let row, let names, let isHeaded, let index): try lists(row, names, isHeaded: isHeaded, index: index)
        case .columns(let columns): try self.columns(columns)
        case .columnsByRow(let place): try columnsByRow(place)
        case .rowsByName(let place): try rowsByName(place)
        case .pairs(let columns): try pairs(columns)
        case .values(let list): try columns([JSONForm.Column(name: "value", list: list)], "JSON list of values")
        }
    }

    private func result(_ format: String, _ names: [String], timeColumn: String? = nil) -> RecordText {
        RecordText(
            format: format, names: names, records: writer.bytes, lines: writer.lines, notices: [], timeColumn: timeColumn)
    }

    /// Adds a scalar as a field.
    private mutating func add(_ place: Int) throws(SeriesError) {
        switch document.kind(at: place) {
        case .object, .list: throw document.broken(at: place, "a number or a text belongs there, as the others are")
        default: document.add(place..<document.endOfValue(place), to: &writer)
        }
    }

    // MARK: Rows

    private func objects(_ items: JSONDocument.Items, _ format: String) throws(SeriesError) -> RecordText {
        var items = items
        var records = ObjectRecords(document)
        var next = items.next()
        while let place = next {
            next =
                document.kind(at: place) == .null
                ? items.next() : items.next(behind: try records.add(place))
        }
        return records.table(format: format)
    }

    private mutating func lists(
        _ row: JSONDocument.Row, _ known: [String]?, isHeaded: Bool, index: Int?
    ) throws(SeriesError) -> RecordText {
        var items = document.items(of: row)
        var indices = index.map { document.items(of: .list($0)) }
        var names = known ?? []
        var next = items.next()
        if isHeaded, let header = next {
            names = document.first(ObjectRecords.mostColumns, of: .list(header)).map {
                document.text(at: $0).map(printable) ?? ""
            }
            next = items.next()
        }
        if let index { names.insert(self.name(ofIndex: index), at: 0) }
        let isNamed = !names.isEmpty
        while let place = next {
            guard document.kind(at: place) == .list else {
                guard document.kind(at: place) == .null else {
                    throw document.broken(at: place, "a list belongs there, as the others are")
                }
                next = items.next()
                continue
            }
            var width = 0
            if let item = indices?.next() {
                try add(item)
                width = 1
            }
            next = items.next(behind: try add(list: place, &width))
            guard !isNamed || width <= names.count else {
                throw document.broken(at: place, "a list of \(width) values where \(names.count) have names")
            }
            while names.count < width { names.append("column\(names.count + 1)") }
            writer.endRecord(fields: max(1, width), line: counter.line(at: place))
            try checkSparse(columns: names.count)
        }
        writer.fill(columns: names.count)
        return result(isNamed ? "JSON rows with named columns" : "JSON list of lists", names, timeColumn: nil)
    }

    /// - Returns: where the list ends.
    private mutating func add(list start: Int, _ width: inout Int) throws(SeriesError) -> Int {
        var values = document.items(of: .list(start))
        var next = values.next()
        var end = start + 1
        while let place = next {
            if width > 0 { writer.addDelimiter() }
            try add(place)
            width += 1
            end = document.endOfValue(place)
            next = values.next(behind: end)
        }
        return document.behindSpaces(end) + 1
    }

    /// What to call a column that says something of each row.
    private func name(ofIndex list: Int) -> String {
        document.isTime(document.first(1, of: .list(list)).first) ? "time" : "index"
    }

    private func checkSparse(columns: Int) throws(SeriesError) {
        guard RecordText.isSparse(rows: writer.lines.count, columns: columns, bytes: document.bytes.count) else { return }
        throw .foreign(
            file: document.file, kind: "JSON whose lists have from few to \(columns) values",
            remedy: "give each row as many values")
    }

    private mutating func rowsByName(_ object: Int) throws(SeriesError) -> RecordText {
        let first = document.firstMembers(of: object)
        let isCounted = areCountedUp(first.map { document.name($0.name) })
        switch document.shape(of: first.map(\.value)) {
        case .objects:
            var records = ObjectRecords(document)
            for member in document.members(of: object) {
                _ = try records.add(member.value, key: isCounted ? nil : ("time", member.name))
            }
            var table = records.table(format: "JSON object of rows")
            table.timeColumn = isCounted ? nil : "time"
            return table
        case let shape:
            var names = isCounted ? [] : ["time"]
            if shape == .scalars { names.append("value") }
            for member in document.members(of: object) {
                var width = isCounted ? 0 : 1
                if !isCounted { document.add(member.name.lowerBound - 1..<member.name.upperBound + 1, to: &writer) }
                if shape == .lists {
                    guard document.kind(at: member.value) == .list else {
                        throw document.broken(at: member.value, "a list belongs there, as the others are")
                    }
                    _ = try add(list: member.value, &width)
                } else {
                    if width > 0 { writer.addDelimiter() }
                    try add(member.value)
                    width += 1
                }
                while names.count < width { names.append("column\(names.count + 1)") }
                writer.endRecord(fields: max(1, width), line: counter.line(at: member.value))
                try checkSparse(columns: names.count)
            }
            writer.fill(columns: names.count)
            return result("JSON object of rows", names, timeColumn: isCounted ? nil : "time")
        }
    }

    // MARK: Columns

    private mutating func columns(
        _ columns: [JSONForm.Column], _ format: String = "JSON object of columns"
    ) throws(SeriesError) -> RecordText {
        var items = columns.map { document.items(of: .list($0.list)) }
        var places = items.indices.map { items[$0].next() }
        while let first = places.first ?? nil {
            for column in columns.indices {
                if column > 0 { writer.addDelimiter() }
                // All have as many values.
                guard let place = places[column] else { continue }
                try add(place)
                places[column] = items[column].next(behind: document.endOfValue(place))
            }
            writer.endRecord(fields: columns.count, line: counter.line(at: first))
        }
        return result(format, columns.map(\.name))
    }

    private mutating func columnsByRow(_ object: Int) throws(SeriesError) -> RecordText {
        let members = Array(document.members(of: object))
        let rows = members.first.map { document.firstMembers(of: $0.value) } ?? []
        let isCounted = areCountedUp(rows.map { document.name($0.name) })
        let isTime = TimeSigns.areIn(text: rows.first.map { document.decoded($0.name) } ?? [])
        var columns = members.map { document.members(of: $0.value) }
        var names = members.map { document.name($0.name) }
        if !isCounted { names.insert(RecordText.unique(isTime ? "time" : "index", among: names), at: 0) }
        while let first = columns[0].next() {
            if !isCounted { document.add(first.name.lowerBound - 1..<first.name.upperBound + 1, to: &writer) }
            for column in columns.indices {
                if column > 0 || !isCounted { writer.addDelimiter() }
                guard let member = column == 0 ? first : columns[column].next(), isSame(member.name, first.name) else {
                    throw document.broken(
                        at: first.value, "a row that column \"\(document.name(members[column].name))\" does not have at its place"
                    )
                }
                try add(member.value)
            }
            writer.endRecord(fields: names.count, line: counter.line(at: first.value))
        }
        return result("JSON object of columns", names, timeColumn: isTime && !isCounted ? names[0] : nil)
    }

    private func isSame(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        left == right || document.bytes[left].elementsEqual(document.bytes[right])
    }

    private func pairs(_ columns: [JSONForm.Column]) throws(SeriesError) -> RecordText {
        var points = LabelledPoints(file: document.file)
        var counter = counter
        for column in columns {
            let series = points.series(labels: [], channel: column.name)
            var items = document.items(of: .list(column.list))
            while let pair = items.next() {
                let values = document.kind(at: pair) == .list ? document.first(3, of: .list(pair)) : []
                guard values.count == 2, document.shape(of: values) == .scalars else {
                    throw document.broken(at: pair, "a pair of a time and a value belongs there")
                }
                points.add(document, time: values[0], value: values[1], line: counter.line(at: pair), to: series)
            }
        }
        return try points.table(format: "JSON lists of times and values", timeNotation: nil)
    }
}
