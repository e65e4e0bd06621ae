import TimeSeries

/// Finds what tables a document may hold. Cost: a few passes at most, since large lists are not entered.
struct JSONSearch {
    private(set) var candidates: [JSONCandidate] = []
    /// Lists that would be columns, were they of one length.
    private(set) var unequal: [(name: String, count: Int)] = []
    private let document: JSONDocument
    private var visits = 0

    /// The most values that are looked into.
    private static let mostVisits = 20_000
    /// The most steps from the outermost value to a table.
    private static let deepest = 24
    /// Lists of no more objects or lists are entered.
    private static let mostEntered = 16
    /// Members that describe others.
    private static let describing: Set<String> = ["columns", "fields", "schema", "meta", "metadata", "cols", "column_meta"]
    /// Members that hold rows where another names their columns.
    private static let rowNames = ["data", "rows", "values", "dataset", "result", "results", "datarows"]
    private static let columnNames = [
        "columns", "fields", "names", "header", "headers", "cols", "column_names", "columnNames", "meta", "column_meta", "schema",
    ]

    init(_ document: JSONDocument) {
        self.document = document
        if document.count > 1 {
            enterRoots()
        } else {
            enter(document.start, [])
        }
    }

    private mutating func enterRoots() {
        switch document.shape(of: .roots) {
        case .objects:
            let hasTime = document.holdsTime(document.start)
            candidates.append(JSONCandidate(form: .objects(.roots), path: [], rows: document.count, hasTime: hasTime))
        case .lists where document.shape(of: .list(document.start)) == .scalars:
            let form = JSONForm.lists(.roots, names: nil, isHeaded: isHeaded(.roots), index: nil)
            candidates.append(JSONCandidate(form: form, path: [], rows: document.count, hasTime: true))
        default: break
        }
    }

    private mutating func enter(_ place: Int, _ path: [JSONStep]) {
        visits += 1
        guard visits <= Self.mostVisits, path.count < Self.deepest else { return }
        switch document.kind(at: place) {
        case .object: enter(object: place, path)
        case .list: enter(list: place, path)
        default: break
        }
    }

    private mutating func add(_ form: JSONForm, _ path: [JSONStep], rows: Int, hasTime: Bool) {
        guard rows > 0 else { return }
        candidates.append(JSONCandidate(form: form, path: path, rows: rows, hasTime: hasTime))
    }

    // MARK: Lists

    private mutating func enter(list place: Int, _ path: [JSONStep]) {
        let count = document.count(of: place)
        let first = document.first(Self.mostEntered, of: .list(place))
        switch document.shape(of: .list(place)) {
        case .objects:
            let rows = first.filter { document.kind(at: $0) == .object }
            guard let sample = rows.first else { return }
            let parent = JSONCandidate(
                form: .objects(.list(place)), path: path, rows: count, hasTime: rows.contains { document.holdsTime($0) })
            candidates.append(parent)
            if sample == rows.last {
                enter(sample, path + [.item(0)])
            } else if !parent.hasTime || count <= Self.mostEntered {
                enterRows(of: parent, count <= Self.mostEntered ? rows : Array(rows.prefix(2)))
            }
        case .lists: enter(lists: place, path, count, first)
        case .mixed where count <= Self.mostEntered:
            for (index, item) in first.enumerated() { enter(item, path + [.item(index)]) }
        case .scalars:
            if path.isEmpty, first.contains(where: { document.kind(at: $0) == .number }) {
                add(.values(place), path, rows: count, hasTime: false)
            }
        default: break
        }
    }

    /// Rows may each hold a table, which then counts where it is much larger.
    private mutating func enterRows(of parent: JSONCandidate, _ rows: [Int]) {
        let known = candidates.count
        for (index, row) in rows.enumerated() { enter(row, parent.path + [.item(index)]) }
        let inner = candidates[known...].filter {
            $0.hasTime && ($0.rows > 4 * parent.rows || parent.rows > rows.count && $0.rows >= 8)
        }
        candidates[known...] = inner[...]
        // The row of names and properties is none then.
        if !inner.isEmpty { candidates.remove(at: known - 1) }
    }

    private mutating func enter(lists place: Int, _ path: [JSONStep], _ count: Int, _ first: [Int]) {
        guard let sample = first.first(where: { document.kind(at: $0) == .list && document.count(of: $0) > 0 }) else { return }
        if document.shape(of: .list(sample)) == .scalars {
            let isHeaded = isHeaded(.list(place))
            let row = isHeaded ? first.dropFirst().first ?? sample : sample
            let hasTime = document.first(4, of: .list(row)).contains { document.isTime($0) }
            add(
                .lists(.list(place), names: nil, isHeaded: isHeaded, index: nil), path, rows: count - (isHeaded ? 1 : 0),
                hasTime: hasTime)
        } else if count <= Self.mostEntered {
            for (index, item) in first.enumerated() { enter(item, path + [.item(index)]) }
        }
    }

    /// Whether the first list in a row holds the names of what is in the next ones.
    private func isHeaded(_ row: JSONDocument.Row) -> Bool {
        let lists = document.first(2, of: row)
        guard lists.count == 2, lists.allSatisfy({ document.kind(at: $0) == .list }) else { return false }
        let names = document.first(64, of: .list(lists[0]))
        let values = document.first(64, of: .list(lists[1]))
        return names.allSatisfy {
            document.kind(at: $0) == .text && !document.isTime($0) && Double(document.text(at: $0) ?? "") == nil
        }
            && values.contains { document.kind(at: $0) == .number || document.isTime($0) }
    }

    // MARK: Objects

    private mutating func enter(object place: Int, _ path: [JSONStep]) {
        if addByName(place, path) || addNamedRows(place, path) || addPairs(place, path) { return }
        let used = addColumns(place, path)
        for member in document.members(of: place) {
            let name = document.name(member.name)
            let isTable = document.kind(at: member.value) == .object || document.kind(at: member.value) == .list
            guard isTable, !used.contains(name), visits < Self.mostVisits else { continue }
            if Self.describing.contains(name.lowercased()), document.kind(at: member.value) == .list { continue }
            enter(member.value, path + [.member(name)])
        }
    }

    /// Lists of scalars that another member names, as `columns` and `data` do.
    private mutating func addNamedRows(_ place: Int, _ path: [JSONStep]) -> Bool {
        var known: [String: Int] = [:]
        for member in document.members(of: place) where member.name.count < 16 {
            let name = document.name(member.name)
            if name == "index" || Self.rowNames.contains(name) || Self.columnNames.contains(name) { known[name] = member.value }
        }
        for rowName in Self.rowNames {
            guard let rows = known[rowName], document.kind(at: rows) == .list,
                document.shape(of: .list(rows)) == .lists, let sample = document.first(1, of: .list(rows)).first,
                document.kind(at: sample) == .list, document.shape(of: .list(sample)) == .scalars
            else { continue }
            let width = document.count(of: sample)
            for columnName in Self.columnNames {
                guard let list = known[columnName], let names = self.names(in: list), names.count == width else { continue }
                let count = document.count(of: rows)
                let index = known["index"].flatMap { isIndex($0, rows: count) ? $0 : nil }
                let hasTime =
                    names.contains { TimeSigns.areIn(name: $0) } || index != nil
                    || document.first(4, of: .list(sample)).contains { document.isTime($0) }
                add(.lists(.list(rows), names: names, isHeaded: false, index: index), path, rows: count, hasTime: hasTime)
                return true
            }
        }
        return false
    }

    /// Whether a list says something of each of so many rows: more than their number.
    private func isIndex(_ list: Int, rows: Int) -> Bool {
        guard document.kind(at: list) == .list, document.count(of: list) == rows else { return false }
        let first = document.first(64, of: .list(list))
        return document.shape(of: first) == .scalars && !areCountedUp(first.map { document.text(at: $0) ?? "" })
    }

    /// Names in a list of texts, of objects with a name or of lists that begin with one; or in a member of an object.
    private func names(in place: Int) -> [String]? {
        if document.kind(at: place) == .object {
            return ["fields", "columns"].lazy.compactMap { document.member($0, of: place) }.first.flatMap { self.names(in: $0) }
        }
        guard document.kind(at: place) == .list else { return nil }
        let items = document.first(ObjectRecords.mostColumns, of: .list(place))
        let names = items.compactMap { item -> String? in
            switch document.kind(at: item) {
            case .object:
                ["name", "label", "id", "text"].lazy.compactMap { document.text(at: document.member($0, of: item)) }.first
            case .list:
                document.first(4, of: .list(item)).first.flatMap { document.text(at: $0) }
            default: document.text(at: item)
            }
        }
        return names.count == items.count ? names : nil
    }

    /// Objects whose names are times or count their rows.
    private mutating func addByName(_ place: Int, _ path: [JSONStep]) -> Bool {
        let members = document.firstMembers(of: place)
        guard let sample = members.first else { return false }
        let shape = document.shape(of: members.map(\.value))
        if areRowNames(members), shape != .mixed, members.count > 1 || shape == .objects {
            let hasTime = areTimes(members) || document.holdsTime(sample.value)
            add(.rowsByName(place), path, rows: document.count(of: place), hasTime: hasTime)
            return true
        }
        let inner = document.firstMembers(of: sample.value)
        guard shape == .objects, inner.count > 1, areRowNames(inner), document.shape(of: inner.map(\.value)) == .scalars else {
            return false
        }
        let names = inner.map { document.decoded($0.name) }
        let isTable = members.allSatisfy { member in
            document.firstMembers(of: member.value).map { document.decoded($0.name) } == names
        }
        guard isTable else { return false }
        let hasTime = areTimes(inner) || members.contains { TimeSigns.areIn(name: document.name($0.name)) }
        add(.columnsByRow(place), path, rows: document.count(of: sample.value), hasTime: hasTime)
        return true
    }

    private func areRowNames(_ members: [JSONDocument.Member]) -> Bool {
        areTimes(members) || areCountedUp(members.map { document.name($0.name) })
    }

    /// Whether all names are times; years where there are some of them.
    private func areTimes(_ members: [JSONDocument.Member]) -> Bool {
        let names = members.map { document.decoded($0.name) }
        return names.allSatisfy { TimeSigns.areIn(text: $0) }
            || names.count > 2
                && names.allSatisfy { $0.count == 4 && $0.allSatisfy(TimeSigns.isDigit) && (0x31...0x32).contains($0[0]) }
    }

    /// Members that are all lists of pairs whose first is a time.
    private mutating func addPairs(_ place: Int, _ path: [JSONStep]) -> Bool {
        let members = document.firstMembers(of: place)
        guard members.count > 1, members.count < 64 else { return false }
        let isTable = members.allSatisfy { member in
            guard document.kind(at: member.value) == .list, let pair = document.first(1, of: .list(member.value)).first,
                document.kind(at: pair) == .list
            else { return false }
            let values = document.first(3, of: .list(pair))
            return values.count == 2 && document.isTime(values[0]) && document.shape(of: values) == .scalars
        }
        guard isTable else { return false }
        let columns = members.map { JSONForm.Column(name: document.name($0.name), list: $0.value) }
        add(.pairs(columns), path, rows: columns.map { document.count(of: $0.list) }.max() ?? 0, hasTime: true)
        return true
    }

    // MARK: Columns

    /// Lists of as many scalars each: all that an object holds, or those that are as long as one of times.
    /// - Returns: the members that are used.
    private mutating func addColumns(_ place: Int, _ path: [JSONStep]) -> Set<String> {
        var here: [(column: JSONForm.Column, count: Int)] = []
        var others = 0
        for member in document.members(of: place) {
            if isColumn(member.value) {
                here.append(
                    (JSONForm.Column(name: document.name(member.name), list: member.value), document.count(of: member.value)))
            } else {
                others += 1
            }
            guard here.count + others <= ObjectRecords.mostColumns else { return [] }
        }
        let times = here.filter { isTime($0.column) }.max { $0.count < $1.count }
        guard let count = times?.count ?? (others == 0 ? here.first?.count : nil) else { return [] }
        var columns = here.filter { $0.count == count }.map(\.column)
        var used = Set(columns.map(\.name))
        if times != nil, others > 0 {
            for member in document.members(of: place) where !isColumn(member.value) {
                let name = document.name(member.name)
                let inner = self.columns(in: member.value, name, count: count)
                if !inner.isEmpty { used.insert(name) }
                columns += inner
            }
        }
        let isTable = times == nil ? columns.count == here.count : columns.count > 1
        guard isTable else {
            unequal = here.map { ($0.column.name, $0.count) }
            return []
        }
        add(.columns(columns), path, rows: count, hasTime: times != nil)
        return used
    }

    /// Lists of so many scalars in objects and in lists of one value.
    private mutating func columns(in place: Int, _ name: String, count: Int) -> [JSONForm.Column] {
        visits += 1
        guard visits <= Self.mostVisits else { return [] }
        switch document.kind(at: place) {
        case .object:
            return document.members(of: place).flatMap { member in
                columns(in: member.value, "\(name).\(document.name(member.name))", count: count)
            }
        case .list:
            if isColumn(place) { return document.count(of: place) == count ? [JSONForm.Column(name: name, list: place)] : [] }
            let items = document.first(2, of: .list(place))
            return items.count == 1 ? columns(in: items[0], name, count: count) : []
        default: return []
        }
    }

    private func isColumn(_ place: Int) -> Bool {
        document.kind(at: place) == .list && document.shape(of: .list(place)) == .scalars
    }

    private func isTime(_ column: JSONForm.Column) -> Bool {
        TimeSigns.areIn(name: column.name) || document.isTime(document.first(1, of: .list(column.list)).first)
    }
}

/// Whether texts are the numbers from 0 or 1 on.
func areCountedUp(_ texts: [String]) -> Bool {
    guard let first = texts.first, first == "0" || first == "1", texts.count > 1 || first == "0" else { return false }
    let start = first == "0" ? 0 : 1
    return texts.enumerated().allSatisfy { $1 == String($0 + start) }
}
