import TimeSeries

extension Understanding {
    /// The same with the names and units that the user gave.
    func named(_ options: SeriesReader.Options) -> Understanding {
        var named = self
        for index in columns.indices {
            named.columns[index].alias = options.renamed[columns[index].name]
            if let unit = options.units[columns[index].name] { named.columns[index].unit = unit.isEmpty ? nil : unit }
        }
        return named
    }
}

extension Series {
    /// The series whose channels are called as the user calls their columns; a channel that is one value of a column of text keeps
    /// the value behind the name. A name that another channel has is not given.
    func renaming(_ names: [String: String]) -> Series {
        guard !names.isEmpty else { return self }
        var taken = Set(channels.map(\.name))
        var isChanged = false
        let renamed = channels.map { channel in
            let column = names[channel.name] == nil ? names.keys.first { channel.name.hasPrefix($0 + "=") } : channel.name
            guard let column, let name = names[column] else { return channel }
            let whole = name + channel.name.dropFirst(column.count)
            guard taken.insert(whole).inserted else { return channel }
            isChanged = true
            return Channel(name: whole, values: channel.values)
        }
        return isChanged ? with(renamed) : self
    }
}
