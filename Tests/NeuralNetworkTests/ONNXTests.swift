import Foundation
import Testing

@testable import NeuralNetwork

/// The examples of the format's own description (https://protobuf.dev/programming-guides/encoding/).
@Test func messagesAreEncodedAsTheFormatSays() {
    var message = ProtocolBuffer()
    message.add(1, 150)
    message.add(2, "testing")
    message.add(3) { $0.add(1, 150) }
    message.add(4, -2)
    message.add(5, Float(1))
    let expected: [UInt8] =
        [0x08, 0x96, 0x01] + [0x12, 0x07] + Array("testing".utf8) + [0x1A, 0x03, 0x08, 0x96, 0x01]
        + [0x20, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01] + [0x2D, 0x00, 0x00, 0x80, 0x3F]
    #expect(Array(message.bytes) == expected)
}

/// The lengths and names at the top of a file: fields 1, 2, 7 and 8 of a model, and nothing besides.
@Test(arguments: Fixture.all) func aModelForOtherToolsIsOneWholeMessage(_ fixture: Fixture) throws {
    let parameters = try fixture.parameters()
    let file = Array(try #require(parameters.onnx(metadata: ["window": "8"])))
    var (place, fields) = (0, [Int]())
    func varint() -> Int {
        var (value, shift) = (0, 0)
        while place < file.count {
            let byte = Int(file[place])
            place += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 { break }
        }
        return value
    }
    while place < file.count {
        let tag = varint()
        fields.append(tag >> 3)
        if tag & 7 == 2 {
            let length = varint()
            place += length
        } else {
            _ = varint()
        }
    }
    #expect(place == file.count && fields == [1, 2, 7, 8, 14])
    for entry in parameters.layout.entries { #expect(file.firstRange(of: Array(entry.name.utf8)) != nil, "\(entry.name)") }
}

@Test func testDataHoldWhatTheNetworkMakesOfThem() throws {
    let fixture = try #require(Fixture.all.first)
    let parameters = try fixture.parameters()
    let files = parameters.onnxTestData(windows: 2)
    let size = 2 * parameters.architecture.windowLength * parameters.architecture.channelCount
    for name in ["input_0.pb", "output_0.pb"] { #expect((files[name]?.count ?? 0) > 4 * size, "\(name)") }
    #expect((files["input_1.pb"] != nil) == (parameters.architecture.maskable != nil))
    #expect(files == parameters.onnxTestData(windows: 2) && files != parameters.onnxTestData(windows: 2, seed: 2))
}
