import SeriesReading

extension Input where Value == [String] {
    /// A list of texts, each within bounds of its length, up to a number of them.
    static func texts(_ lengths: ClosedRange<Int>, most: Int) -> Input {
        let item = Input<String>.text(lengths)
        return Input(schema: .list(item.schema)) { json in
            guard case .list(let items) = json, items.count <= most else { return nil }
            let texts = items.compactMap(item.read)
            return texts.count == items.count ? texts : nil
        }
    }
}

extension Parameter where Value == SeriesReader.Options {
    /// How a text is read where the program should not decide by itself: the options of the command line as members of the body, each
    /// of which may be missing.
    static var reading: Parameter {
        let names = 1...200
        let columns = Parameter<[String]>.body("columns", .texts(names, most: 2000), otherwise: [])
        let ignored = Parameter<[String]>.body("ignore", .texts(names, most: 2000), otherwise: [])
        let time = Parameter<[String]>.body("time", .texts(names, most: 10), otherwise: [])
        let missing = Parameter<[String]>.body("missing", .texts(names, most: 100), otherwise: [])
        let timeFormat = Parameter<String?>.optional("time_format", .text(names))
        let zone = Parameter<String?>.optional("zone", .text(names))
        let labels = Parameter<String?>.optional("labels", .text(names))
        let only = Parameter<[String]>.body("only", .texts(names, most: 4), otherwise: [])
        let decimal = Parameter<String?>.optional("decimal", .choice([".", ","]))
        let delimiter = Parameter<String?>.optional("delimiter", .choice([",", ";", "|", "tab", "blanks"]))
        let every = Parameter<String?>.optional("every", .text(names))
        let aggregate = Parameter<[String]>.body("aggregate", .texts(names, most: 2000), otherwise: [])
        let headerLine = Parameter<Int?>.optional("header_line", .integer(0...1000))
        let fields =
            [columns, ignored, time, missing, only, aggregate].flatMap(\.fields)
            + [timeFormat, zone, labels, decimal, delimiter, every].flatMap(\.fields) + headerLine.fields
        return Parameter(fields: fields, alternatives: []) { sent, errors in
            var options = SeriesReader.Options()
            options.columns = columns.read(sent, &errors) ?? []
            options.ignored = ignored.read(sent, &errors) ?? []
            options.timeColumns = time.read(sent, &errors) ?? []
            options.missing = missing.read(sent, &errors) ?? []
            options.timeFormat = timeFormat.read(sent, &errors) ?? nil
            options.zone = zone.read(sent, &errors) ?? nil
            options.labels = labels.read(sent, &errors) ?? nil
            options.only = (only.read(sent, &errors) ?? []).compactMap { SeriesReader.Options.Only($0) }
            options.decimal = (decimal.read(sent, &errors) ?? nil)?.utf8.first
            options.delimiter = (delimiter.read(sent, &errors) ?? nil).flatMap(SeriesReader.Options.delimiter)
            options.headerLine = headerLine.read(sent, &errors) ?? nil
            if let text = every.read(sent, &errors) ?? nil {
                options.every = SeriesReader.Options.Every(text)
                if options.every == nil {
                    errors.append(.init(field: "every", message: "This field must be rows or a step such as 15min."))
                }
            }
            for text in aggregate.read(sent, &errors) ?? [] where !options.take(aggregate: text) {
                let words = SeriesReader.Options.aggregateWords
                errors.append(.init(field: "aggregate", message: "Give one of \(words), or a channel and one, as in flow=sum."))
            }
            return errors.isEmpty ? options : nil
        }
    }
}
