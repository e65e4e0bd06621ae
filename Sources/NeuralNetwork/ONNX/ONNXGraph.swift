import Foundation

/// A network as a graph of the Open Neural Network Exchange (https://onnx.ai), built node by node.
///
/// Version 17 of its operators, the first with layer norms. Field numbers are those of `onnx.proto`.
public struct ONNXGraph {
    /// A value in the graph, by its name.
    public struct Value {
        let name: String
    }

    /// What a node has beside its inputs.
    public enum Attribute {
        case number(Float)
        case integer(Int)
        case integers([Int])
    }

    /// A dimension: a number, or a name where it is free.
    public enum Dimension {
        case fixed(Int)
        case free(String)
    }

    private var graph = ProtocolBuffer()
    private var count = 0
    private let tensors: [String: Tensor]
    /// Operators are those of this version.
    static let operators = 17

    /// A graph of this name, of a network with these parameters.
    public init(name: String, tensors: [String: Tensor]) {
        self.tensors = tensors
        graph.add(2, name)
    }

    /// The network's parameter of this name, which its layout has.
    public func tensor(_ name: String) -> Tensor {
        guard let tensor = tensors[name] else { preconditionFailure("a network has the parameters of its layout") }
        return tensor
    }

    /// A parameter of the network as it is.
    public mutating func parameter(_ name: String) -> Value { constant(tensor(name), name: name) }

    private mutating func newValue(_ operation: String) -> Value {
        count += 1
        return Value(name: "\(operation)_\(count)")
    }

    /// A constant of single-precision numbers.
    public mutating func constant(_ tensor: Tensor, name: String) -> Value {
        graph.add(5) { Self.write(tensor, name: name, to: &$0) }
        return Value(name: name)
    }

    /// A constant of whole numbers, `[count]`.
    public mutating func constant(_ numbers: [Int]) -> Value {
        let value = newValue("shape")
        graph.add(5) {
            $0.add(1, numbers.count)
            $0.add(2, 7)
            $0.add(8, value.name)
            $0.add(
                9,
                numbers.reduce(into: Data()) { data, number in
                    withUnsafeBytes(of: Int64(number).littleEndian) { data.append(contentsOf: $0) }
                })
        }
        return value
    }

    /// An input of single-precision numbers.
    public mutating func input(_ name: String, _ shape: [Dimension]) -> Value {
        graph.add(11) { Self.describe(name, shape, in: &$0) }
        return Value(name: name)
    }

    /// Names `value` as an output.
    public mutating func output(_ value: Value, _ name: String, _ shape: [Dimension]) {
        node("Identity", [value], [Value(name: name)], [:])
        graph.add(12) { Self.describe(name, shape, in: &$0) }
    }

    /// The one result of an operator.
    public mutating func apply(_ operation: String, _ inputs: Value?..., attributes: [String: Attribute] = [:]) -> Value {
        let result = newValue(operation)
        node(operation, inputs, [result], attributes)
        return result
    }

    /// The results of an operator that has several.
    public mutating func apply(
        _ operation: String, _ inputs: [Value?], results: Int, attributes: [String: Attribute] = [:]
    ) -> [Value] {
        let values = (0..<results).map { _ in newValue(operation) }
        node(operation, inputs, values, attributes)
        return values
    }

    /// `x · Wᵀ + b` over the last axis.
    public mutating func linear(_ x: Value, _ name: String) -> Value {
        let weight = constant(tensor(name + ".weight").transposed, name: name + ".weight")
        return apply("Add", apply("MatMul", x, weight), parameter(name + ".bias"))
    }

    private mutating func node(_ operation: String, _ inputs: [Value?], _ outputs: [Value], _ attributes: [String: Attribute]) {
        graph.add(1) { node in
            for input in inputs { node.add(1, input?.name ?? "") }
            for output in outputs { node.add(2, output.name) }
            node.add(3, outputs[0].name)
            node.add(4, operation)
            for (name, attribute) in attributes.sorted(by: { $0.key < $1.key }) {
                node.add(5) { Self.write(attribute, name: name, to: &$0) }
            }
        }
    }

    private static func write(_ attribute: Attribute, name: String, to message: inout ProtocolBuffer) {
        message.add(1, name)
        switch attribute {
        case .number(let number):
            message.add(2, number)
            message.add(20, 1)
        case .integer(let number):
            message.add(3, number)
            message.add(20, 2)
        case .integers(let numbers):
            for number in numbers { message.add(8, number) }
            message.add(20, 7)
        }
    }

    private static func describe(_ name: String, _ shape: [Dimension], in message: inout ProtocolBuffer) {
        message.add(1, name)
        message.add(2) { type in
            type.add(1) { tensor in
                tensor.add(1, 1)
                tensor.add(2) { dimensions in
                    for dimension in shape {
                        dimensions.add(1) {
                            switch dimension {
                            case .fixed(let size): $0.add(1, size)
                            case .free(let name): $0.add(2, name)
                            }
                        }
                    }
                }
            }
        }
    }

    private static func write(_ tensor: Tensor, name: String, to message: inout ProtocolBuffer) {
        for size in tensor.shape { message.add(1, size) }
        message.add(2, 1)
        message.add(8, name)
        message.add(
            9,
            tensor.values.reduce(into: Data(capacity: tensor.values.count * 4)) { data, number in
                withUnsafeBytes(of: number.bitPattern.littleEndian) { data.append(contentsOf: $0) }
            })
    }

    /// The file of a tensor alone, as data to test a model with is kept.
    static func file(of tensor: Tensor, name: String) -> Data {
        var message = ProtocolBuffer()
        write(tensor, name: name, to: &message)
        return message.bytes
    }

    /// The file of the graph as a model.
    func file(metadata: [String: String]) -> Data {
        var model = ProtocolBuffer()
        model.add(1, 8)
        model.add(2, "oddline")
        model.add(7, graph.bytes)
        model.add(8) { $0.add(2, Self.operators) }
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            model.add(14) {
                $0.add(1, key)
                $0.add(2, value)
            }
        }
        return model.bytes
    }
}

extension Tensor {
    /// Rows and columns of a matrix exchanged.
    var transposed: Tensor {
        let (rows, columns) = (shape[0], shape[1])
        let turned = (0..<columns).flatMap { column in (0..<rows).map { row in values[row * columns + column] } }
        return Tensor(shape: [columns, rows], values: turned)
    }
}
