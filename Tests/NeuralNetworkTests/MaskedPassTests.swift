import Testing

@testable import NeuralNetwork

/// What several passes answer is what the network answers when it is asked about each pass's patches alone, one window after the
/// other, which is held against PyTorch.
@Test(arguments: 1...60) func passesAnswerAsTheNetworkDoes(_ seed: UInt64) {
    var draw = Draw(seed: seed)
    let architecture = draw.architecture()
    guard let sizes = architecture.maskable else { return }
    let (tokens, windows) = (sizes.tokenCount, 13)
    let values = draw.batch(architecture, count: windows).inputs
    let parameters = Parameters(architecture, seed: seed)
    let passes = (0..<3).map { pass in
        MaskedPass(
            hidden: (0..<tokens).map { ($0 + pass) % 3 == 0 },
            wanted: (0..<tokens).filter { ($0 * 7 + pass) % 4 == 0 || tokens == 1 })
    }
    var answers: [Float] = []
    NetworkRunner(parameters, capacity: windows).reconstruct(values, passes: passes) { answers = Array($0) }
    let patch = sizes.patchLength * sizes.channelCount
    var expected = answers
    for pass in passes {
        for window in 0..<windows {
            let place = window * tokens * patch
            NetworkRunner(parameters).reconstruct(
                Array(values[place..<(place + tokens * patch)]), hiddenPatches: pass.hidden
            ) { alone in
                for token in pass.wanted {
                    for value in (token * patch)..<((token + 1) * patch) { expected[place + value] = alone[value] }
                }
            }
        }
    }
    #expect(passes.contains { !$0.wanted.isEmpty })
    #expect(largestDifference(answers, expected) < 2e-5)
}
