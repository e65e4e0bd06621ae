import Work

/// One value for each of some models, in the order in which the models are registered.
public struct PerModel<Value>: Sequence {
    /// A model and its value.
    public typealias Element = (kind: ModelKind, value: Value)

    /// The models that have a value.
    public private(set) var kinds: [ModelKind]
    /// The values alone, in the order of `kinds`.
    public private(set) var values: [Value]

    /// No values.
    public init() { (kinds, values) = ([], []) }

    private init(_ kinds: [ModelKind], values: [Value]) { (self.kinds, self.values) = (kinds, values) }

    /// The values of distinct models, in the order of `pairs`.
    public init(_ pairs: some Sequence<(ModelKind, Value)>) {
        self.init()
        for (kind, value) in pairs {
            precondition(!kinds.contains(kind), "a model has one value")
            kinds.append(kind)
            values.append(value)
        }
    }

    /// What `value` gives for each of `kinds`, in their order.
    public init<Failure: Error>(_ kinds: [ModelKind], value: (ModelKind) throws(Failure) -> Value) throws(Failure) {
        self.init()
        for kind in kinds { self[kind] = try value(kind) }
    }

    /// The value of a model; setting one that is new puts it last.
    public subscript(kind: ModelKind) -> Value? {
        get { kinds.firstIndex(of: kind).map { values[$0] } }
        set {
            switch (kinds.firstIndex(of: kind), newValue) {
            case (let index?, let value?): values[index] = value
            case (let index?, nil):
                kinds.remove(at: index)
                values.remove(at: index)
            case (nil, let value?):
                kinds.append(kind)
                values.append(value)
            case (nil, nil): break
            }
        }
    }

    /// Changes the values one after the other where they are, so that no array is copied.
    public mutating func update<Failure: Error>(
        _ change: (ModelKind, inout Value) throws(Failure) -> Void
    ) throws(Failure) {
        for index in kinds.indices { try change(kinds[index], &values[index]) }
    }

    /// Changes the values where they are, each on a core of its own where there are several.
    /// - Returns: what `change` gives for each model, in the order of `kinds`.
    /// - Throws: what `change` throws for the first model for which it does; the others were changed all the same.
    public mutating func updateInParallel<Outcome, Failure: Error>(
        _ change: (ModelKind, inout Value) throws(Failure) -> Outcome
    ) throws(Failure) -> [Outcome] {
        let kinds = kinds
        let outcomes = values.withUnsafeMutableBufferPointer { values in
            mapInParallel(values.count) { index in
                Result { () throws(Failure) in try change(kinds[index], &values[index]) }
            }
        }
        var sound: [Outcome] = []
        for outcome in outcomes { sound.append(try outcome.get()) }
        return sound
    }

    /// How many models have a value.
    public var count: Int { kinds.count }
    /// Whether no model has one.
    public var isEmpty: Bool { kinds.isEmpty }

    /// Another value for each model.
    public func mapValues<Other>(_ transform: (Value) throws -> Other) rethrows -> PerModel<Other> {
        PerModel<Other>(kinds, values: try values.map(transform))
    }

    public func makeIterator() -> some IteratorProtocol<Element> {
        zip(kinds, values).lazy.map { (kind: $0, value: $1) }.makeIterator()
    }
}

extension PerModel: Sendable where Value: Sendable {}
extension PerModel: Equatable where Value: Equatable {}
