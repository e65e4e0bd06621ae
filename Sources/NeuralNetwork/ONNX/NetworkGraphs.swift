import Foundation

extension LSTMArchitecture {
    public func graph(_ tensors: [String: Tensor]) -> ONNXGraph {
        var graph = ONNXGraph(name: "lstm", tensors: tensors)
        let windows = graph.input("windows", windowShape)
        let rows = graph.apply("Transpose", windows, attributes: ["perm": .integers([1, 0, 2])])
        let last = recur(rows, "encoder", inputSize: channelCount, in: &graph)[1]
        var code = graph.apply("Squeeze", last, graph.constant([0]))
        if latentSize != nil { code = graph.linear(code, "code") }
        let repeated = graph.apply(
            "Expand", graph.apply("Unsqueeze", code, graph.constant([0])), graph.constant([windowLength, 1, 1]))
        let states = recur(repeated, "decoder", inputSize: latentSize ?? hiddenSize, in: &graph)[0]
        let backwards = graph.linear(graph.apply("Squeeze", states, graph.constant([1])), "head")
        let forwards = graph.apply(
            "Slice", backwards, graph.constant([-1]), graph.constant([-windowLength - 1]), graph.constant([0]),
            graph.constant([-1]))
        let result = graph.apply("Transpose", forwards, attributes: ["perm": .integers([1, 0, 2])])
        graph.output(result, "reconstruction", windowShape)
        return graph
    }

    /// Hidden states of all steps, `[time, 1, batch, hiddenSize]`, and of the last one, `[1, batch, hiddenSize]`.
    private func recur(
        _ x: ONNXGraph.Value, _ name: String, inputSize: Int, in graph: inout ONNXGraph
    ) -> [ONNXGraph.Value] {
        // Gates stand in the order input, output, forget, cell there; here in the order input, forget, cell, output.
        func reordered(_ key: String, columns: Int) -> [Float] {
            let values = graph.tensor(name + key).values
            let size = hiddenSize * columns
            return [0, 3, 1, 2].flatMap { (gate: Int) in values[(gate * size)..<((gate + 1) * size)] }
        }
        func constant(_ key: String, _ values: [Float], _ shape: [Int]) -> ONNXGraph.Value {
            graph.constant(Tensor(shape: shape, values: values), name: name + key)
        }
        let input = constant(
            ".input_weight", reordered(".input_weight", columns: inputSize), [1, 4 * hiddenSize, inputSize])
        let hidden = constant(
            ".hidden_weight", reordered(".hidden_weight", columns: hiddenSize), [1, 4 * hiddenSize, hiddenSize])
        let bias = reordered(".bias", columns: 1) + [Float](repeating: 0, count: 4 * hiddenSize)
        let biases = constant(".bias", bias, [1, 8 * hiddenSize])
        return graph.apply(
            "LSTM", [x, input, hidden, biases], results: 2, attributes: ["hidden_size": .integer(hiddenSize)])
    }
}

extension TransformerArchitecture {
    public func graph(_ tensors: [String: Tensor]) -> ONNXGraph {
        var graph = ONNXGraph(name: "transformer", tensors: tensors)
        let windows = graph.input("windows", windowShape)
        let hidden = graph.input("hidden", [.free("batch"), .fixed(tokenCount)])
        let patches = graph.apply("Reshape", windows, graph.constant([-1, tokenCount, patchLength * channelCount]))
        let half = graph.constant(Tensor(shape: [1], values: [0.5]), name: "half")
        let isHidden = graph.apply("Unsqueeze", graph.apply("Greater", hidden, half), graph.constant([2]))
        let mask = graph.parameter("mask_token")
        let embedded = graph.apply("Where", isHidden, mask, graph.linear(patches, "embedding"))
        let positions = Tensor(
            shape: [tokenCount, width], values: TransformerAutoencoder.sinusoids(tokens: tokenCount, width: width).array)
        var x = graph.apply("Add", embedded, graph.constant(positions, name: "positions"))
        for layer in 0..<layerCount {
            let name = "encoder.\(layer)."
            x = graph.apply("Add", x, attention(norm(x, name + "attention_norm", in: &graph), name, in: &graph))
            let expanded = graph.linear(norm(x, name + "feed_forward_norm", in: &graph), name + "expand")
            x = graph.apply("Add", x, graph.linear(gelu(expanded, half, name, in: &graph), name + "contract"))
        }
        let widened = graph.linear(graph.linear(x, "squeeze"), "widen")
        let result = graph.apply(
            "Reshape", graph.linear(widened, "head"), graph.constant([-1, windowLength, channelCount]))
        graph.output(result, "reconstruction", windowShape)
        return graph
    }

    private func norm(
        _ x: ONNXGraph.Value, _ name: String, in graph: inout ONNXGraph
    ) -> ONNXGraph.Value {
        graph.apply(
            "LayerNormalization", x, graph.parameter(name + ".gain"), graph.parameter(name + ".bias"),
            attributes: ["axis": .integer(-1), "epsilon": .number(1e-5)])
    }

    /// `x / 2 · (1 + erf(x / √2))`.
    private func gelu(
        _ x: ONNXGraph.Value, _ half: ONNXGraph.Value, _ name: String, in graph: inout ONNXGraph
    ) -> ONNXGraph.Value {
        let root = graph.constant(Tensor(shape: [1], values: [Float(0.5).squareRoot()]), name: name + "root_half")
        let one = graph.constant(Tensor(shape: [1], values: [1]), name: name + "one")
        let share = graph.apply("Add", graph.apply("Erf", graph.apply("Mul", x, root)), one)
        return graph.apply("Mul", graph.apply("Mul", x, half), share)
    }

    private func attention(
        _ x: ONNXGraph.Value, _ name: String, in graph: inout ONNXGraph
    ) -> ONNXGraph.Value {
        let size = width / headCount
        let projected = graph.linear(x, name + "attention.projection")
        let parts = graph.apply(
            "Split", [projected, graph.constant([width, width, width])], results: 3, attributes: ["axis": .integer(-1)])
        // A 0 keeps a dimension. Heads come before tokens, and in the keys the tokens last.
        let heads = zip(parts, [[0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]]).map { part, order in
            graph.apply(
                "Transpose", graph.apply("Reshape", part, graph.constant([0, 0, headCount, size])),
                attributes: ["perm": .integers(order)])
        }
        let scale = graph.constant(
            Tensor(shape: [1], values: [1 / Float(size).squareRoot()]), name: name + "attention.scale")
        let alike = graph.apply("Mul", graph.apply("MatMul", heads[0], heads[1]), scale)
        let map = graph.apply("Softmax", alike, attributes: ["axis": .integer(-1)])
        let mixed = graph.apply(
            "Transpose", graph.apply("MatMul", map, heads[2]), attributes: ["perm": .integers([0, 2, 1, 3])])
        return graph.linear(
            graph.apply("Reshape", mixed, graph.constant([0, 0, width])), name + "attention.output")
    }
}

extension NetworkArchitecture {
    /// `[batch, time, channels]`, with as many windows as one likes.
    public var windowShape: [ONNXGraph.Dimension] { [.free("batch"), .fixed(windowLength), .fixed(channelCount)] }
}

extension Parameters {
    /// The network for other tools, as a model file of the Open Neural Network Exchange (https://onnx.ai); `nil` where the network
    /// has no such form.
    ///
    /// It has an input `windows` and an output `reconstruction`, both `[batch, time, channels]`, and where patches can be hidden
    /// an input `hidden`, `[batch, tokens]`, of 0 or 1.
    /// - Parameter metadata: what users of the file have to know besides, by name.
    public func onnx(metadata: [String: String]) -> Data? {
        (architecture.sizes as? any ExportableArchitecture)?.graph(tensors).file(metadata: metadata)
    }

    /// Data to test such a file with, as files by name: windows of random numbers, hidden patches where there are any, and what
    /// the network makes of them.
    public func onnxTestData(windows: Int = 4, seed: UInt64 = 1) -> [String: Data] {
        let shape = [windows, architecture.windowLength, architecture.channelCount]
        var random = Xorshift(seed: seed)
        let values = (0..<shape.reduce(1, *)).map { _ in 2 * random.next() }
        let hidden = architecture.maskable.map { sizes in
            (0..<(windows * sizes.tokenCount)).map { _ in random.next() > 0.4 ? UInt8(1) : 0 }
        }
        var answer: [Float] = []
        NetworkRunner(self, capacity: windows).reconstruct(values, hiddenPatches: hidden) { answer = Array($0) }
        var files = [
            "input_0.pb": ONNXGraph.file(of: Tensor(shape: shape, values: values), name: "windows"),
            "output_0.pb": ONNXGraph.file(of: Tensor(shape: shape, values: answer), name: "reconstruction"),
        ]
        if let hidden {
            let marks = Tensor(shape: [windows, hidden.count / windows], values: hidden.map(Float.init))
            files["input_1.pb"] = ONNXGraph.file(of: marks, name: "hidden")
        }
        return files
    }
}
