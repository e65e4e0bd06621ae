import OrderedCollections

/// One value for each of some models, in the order in which the models are registered.
public struct PerModel<Value>: Sequence {
    /// A model and its value.
    public typealias Element = (kind: ModelKind, value: Value)

    private var table: OrderedDictionary<ModelKind, Value>

    /// No values.
    public init() { table = [:] }

    private init(table: OrderedDictionary<ModelKind, Value>) { self.table = table }

    /// The values of distinct models, in the order of `pairs`.
    public init(_ pairs: some Sequence<(ModelKind, Value)>) { table = OrderedDictionary(uniqueKeysWithValues: pairs) }

    /// What `value` gives for each of `kinds`, in their order.
    public init<Failure: Error>(_ kinds: [ModelKind], value: (ModelKind) throws(Failure) -> Value) throws(Failure) {
        table = [:]
        for kind in kinds { table[kind] = try value(kind) }
    }

    /// The value of a model; setting one that is new puts it last.
    public subscript(kind: ModelKind) -> Value? {
        get { table[kind] }
        set { table[kind] = newValue }
    }

    /// The models that have a value.
    public var kinds: [ModelKind] { Array(table.keys) }
    /// The values alone.
    public var values: [Value] { Array(table.values) }
    /// How many models have a value.
    public var count: Int { table.count }
    /// Whether no model has one.
    public var isEmpty: Bool { table.isEmpty }

    /// Another value for each model.
    public func mapValues<Other>(_ transform: (Value) throws -> Other) rethrows -> PerModel<Other> {
        PerModel<Other>(table: try table.mapValues(transform))
    }

    public func makeIterator() -> AnyIterator<Element> {
        var rest = table.makeIterator()
        return AnyIterator { rest.next().map { ($0.key, $0.value) } }
    }
}

extension PerModel: Sendable where Value: Sendable {}
extension PerModel: Equatable where Value: Equatable {}
