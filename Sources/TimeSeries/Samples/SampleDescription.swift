/// What a sample file that ships with the program holds, in a line; `nil` for other files.
public func sampleDescription(fileName: String) -> String? {
    if let kind = SampleKind.allCases.first(where: { $0.fileName == fileName }) { return "Generated: \(kind.summary)." }
    return switch fileName {
    case "co2-mauna-loa.csv": "Measured: weekly CO2 in the air at Mauna Loa, 1958 to 2001, with the gaps of the record."
    case "el-nino-sea-surface.csv": "Measured: monthly sea-surface temperature off Peru, 1950 to 2010."
    case "sunspots.csv": "Measured: yearly number of sunspots, 1700 to 2008."
    default: nil
    }
}
