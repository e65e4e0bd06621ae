import StrictJSON

extension Understanding {
    /// What was understood as JSON, in one line: `format, encoding, delimiter, decimal, header_line, time {columns, format, zone, step,
    /// order, first, last}, channels, left_out [{column, why}], labels, key, series, rows, steps {every, aggregate, count, empty, merged,
    /// cut}, gaps {channel: count}, units {channel: unit}, notices`.
    public var json: String {
        func text(_ text: String?) -> JSON { text.map { .text($0) } ?? .null }
        func list(_ texts: [String]) -> JSON { .list(texts.map { .text($0) }) }
        let time: JSON =
            time.map { time in
                [
                    "columns": list(time.columns), "format": .text(time.format), "zone": text(time.zone), "step": text(time.step),
                    "order": .text(time.order.rawValue), "first": text(time.first), "last": text(time.last),
                ]
            } ?? .null
        let laid: JSON =
            steps.map { steps in
                [
                    "every": .text(steps.every), "aggregate": .text(steps.aggregate), "count": .integer(steps.count),
                    "empty": .integer(steps.empty), "merged": .integer(steps.merged), "cut": .integer(steps.cut),
                ]
            } ?? .null
        let units = columns.compactMap { column in column.unit.map { JSON.Member(name: column.name, value: .text($0)) } }
        let value: JSON = [
            "format": .text(format), "encoding": .text(encoding), "delimiter": text(delimiter), "decimal": .text(decimal),
            "header_line": headerLine.map { .integer($0) } ?? .null, "time": time, "channels": list(channels),
            "left_out": .list(leftOut.map { ["column": .text($0.column), "why": .text($0.why.rawValue)] }),
            "labels": text(labels),
            "key": text(key?.name), "series": key.map { .integer($0.count) } ?? 1, "rows": .integer(rowCount), "steps": laid,
            "gaps": .object(gaps.map { JSON.Member(name: $0.channel, value: .integer($0.count)) }), "units": .object(units),
            "notices": list(notices),
        ]
        var json = JSONText()
        json.add(value)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// What was understood, a line each.
    public var text: String {
        var lines = ["Format      \(format), \(encoding)"]
        if let delimiter { lines[0] += ", fields divided by \(Self.words[delimiter] ?? delimiter), decimal sign \(decimal)" }
        if let headerLine { lines.append("Header      line \(headerLine)") }
        if let time {
            var line = "Time        \(time.columns.joined(separator: " + ")), written \(time.format)"
            if let zone = time.zone { line += ", zone \(zone)" }
            if let step = time.step { line += ", a row every \(step)" }
            if time.order != .rising { line += ", \(time.order.rawValue)" }
            lines.append(line)
        } else {
            lines.append("Time        none; rows are counted")
        }
        let gaps = Dictionary(gaps.map { ($0.channel, $0.count) }) { first, _ in first }
        let named = columns.filter { $0.role == .channel }.map { column in
            column.name + (column.unit.map { " (\($0))" } ?? "")
                + (gaps[column.name].map { " (\($0) gap\($0 == 1 ? "" : "s"))" } ?? "")
        }
        lines.append("Channels    \(named.count): " + Self.wrapped(named))
        if let labels { lines.append("Labels      \(labels)") }
        if let key { lines.append("Series      \(key.count), told apart by \(key.name)") }
        let span = time.flatMap { time in time.first.flatMap { first in time.last.map { ", \(first) to \($0)" } } } ?? ""
        lines.append("Rows        \(rowCount)\(span)")
        for why in Reason.allCases {
            let names = leftOut.filter { $0.why == why }.map(\.column)
            if !names.isEmpty { lines.append("Left out    \(Self.wrapped(names)): \(why.rawValue)") }
        }
        for notice in notices { lines.append("Notice      \(notice)") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let words = [",": "commas", ";": "semicolons", "|": "bars", "tab": "tabs"]

    private static func wrapped(_ names: [String]) -> String {
        names.count <= 24
            ? names.joined(separator: ", ") : names.prefix(24).joined(separator: ", ") + " and \(names.count - 24) more"
    }
}
