import Testing

@testable import NeuralNetwork

@Test(arguments: 1...60 as ClosedRange<UInt64>) func everyParameterBeginsAsItsLayerSays(seed: UInt64) {
    var draw = Draw(seed: seed)
    for (name, tensor) in Parameters(draw.architecture(), seed: seed).tensors {
        let (values, count) = (tensor.values, tensor.values.count)
        switch name.split(separator: ".").last ?? "" {
        case "gain": #expect(values == [Float](repeating: 1, count: count), "seed \(seed), \(name)")
        case "bias" where ["encoder.bias", "decoder.bias"].contains(name):
            let expected = [0, 1, 0, 0].flatMap { [Float](repeating: $0, count: count / 4) }
            #expect(values == expected, "seed \(seed), \(name)")
        case "bias": #expect(values == [Float](repeating: 0, count: count), "seed \(seed), \(name)")
        default:
            let bound = 1 / Float(tensor.shape.last ?? 0).squareRoot()
            #expect(values.allSatisfy { abs($0) <= bound }, "seed \(seed), \(name)")
            #expect(Set(values).count > count / 2, "seed \(seed), \(name)")
        }
    }
}

@Test(arguments: 1...20 as ClosedRange<UInt64>) func parametersDependOnTheSeedAlone(seed: UInt64) {
    var draw = Draw(seed: seed)
    let architecture = draw.architecture()
    #expect(Parameters(architecture, seed: seed).tensors == Parameters(architecture, seed: seed).tensors)
    #expect(Parameters(architecture, seed: seed).tensors != Parameters(architecture, seed: seed + 1).tensors)
}

/// What a seed stands for must not change with the program: numbers worked out apart from it.
@Test func aSeedAlwaysGivesTheSameNumbers() throws {
    func values(_ architecture: Architecture, _ name: String) throws -> [Float] {
        try #require(Parameters(architecture, seed: 7).tensors[name]).values
    }
    let lstm = Architecture.lstm(LSTMArchitecture(windowLength: 4, channelCount: 1, hiddenSize: 3))
    #expect(try values(lstm, "encoder.input_weight")[0] == 0.3461188)
    #expect(try values(lstm, "encoder.input_weight")[11] == 0.6221293)
    #expect(try values(lstm, "encoder.hidden_weight")[0] == 0.35362378)
    #expect(try values(lstm, "encoder.hidden_weight")[35] == -0.0075021186)
    let transformer = Architecture.transformer(
        TransformerArchitecture(
            windowLength: 6, channelCount: 1, patchLength: 2, width: 8, headCount: 2, layerCount: 1, feedForwardSize: 5,
            bottleneckSize: 3))
    #expect(try values(transformer, "embedding.weight")[0] == 0.24474294)
    #expect(try values(transformer, "mask_token")[7] == 0.09250462)
    #expect(try values(transformer, "encoder.0.attention.projection.weight")[0] == -0.04975768)
    #expect(try values(transformer, "encoder.0.attention.projection.weight")[191] == -0.2282409)
}

@Test func trainingLeavesTheParametersItBeganWithAlone() {
    var draw = Draw(seed: 3)
    let architecture = draw.architecture()
    let parameters = Parameters(architecture, seed: 1)
    let before = parameters.tensors
    let trainer = Trainer(parameters, threadCount: 1)
    let first = trainer.parameters
    _ = trainer.step(draw.batch(architecture, count: 4), learningRate: 1e-2)
    #expect(parameters.tensors == before)
    #expect(first.tensors == before)
    #expect(trainer.parameters.tensors != before)
}
