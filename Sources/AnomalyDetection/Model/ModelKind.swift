/// Which model, by the name that columns, queries and files use. Two kinds are the same when their names are.
public struct ModelKind: Sendable, Hashable, Codable {
    /// Lower-case letters and digits, such as `lstm`: the column `lstm_score`, the file `lstm.safetensors`.
    public let name: String
    /// The name on screens and in messages.
    public let title: String
    /// The name where at most eight columns are free.
    public let shortTitle: String

    /// The LSTM autoencoder.
    public static let lstm = ModelKind(name: "lstm", title: "LSTM")
    /// The Transformer autoencoder.
    public static let transformer = ModelKind(name: "transformer", title: "Transformer", shortTitle: "Transf.")

    /// Names a kind of model; the short title is the title where there is none.
    public init(name: String, title: String, shortTitle: String? = nil) {
        self.name = name
        self.title = title
        self.shortTitle = shortTitle ?? title
    }

    /// The ending of model files.
    public static let fileEnding = "safetensors"
    /// The model's file in a folder of models.
    public var fileName: String { "\(name).\(Self.fileEnding)" }

    public static func == (one: ModelKind, other: ModelKind) -> Bool { one.name == other.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// Coded as its name; the title of a decoded kind is its name.
    public init(from decoder: any Decoder) throws {
        let name = try decoder.singleValueContainer().decode(String.self)
        self.init(name: name, title: name)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
