import Foundation
import Testing

@testable import NeuralNetwork

private let file = ModelFile(
    tensors: ["a": Tensor(shape: [2, 3], values: [1, -2, 3.5, 0, 1e-30, 6]), "b.c": Tensor(shape: [1], values: [7])],
    metadata: ["format": "test", "text": "line\n\"quoted\" ü"])

@Test func aFileReadsBackAsItWasWritten() throws {
    let data = try file.encoded()
    #expect(try ModelFile(data: data, file: "x") == file)
}

@Test func aFileIsWrittenWholeAndPrivate() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("m.safetensors")
    try file.write(to: url)
    try file.write(to: url)
    #expect(try ModelFile(readingFrom: url) == file)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["m.safetensors"])
    let mode = try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(throws: ModelFileError.self) { try file.write(to: folder.appendingPathComponent("missing/m.safetensors")) }
}

@Test func aFolderInPlaceOfAModelIsNoMatterOfSpace() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    let url = folder.appendingPathComponent("m.safetensors")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let saving = try #require(throws: ModelFileError.self) { try file.write(to: url) }
    #expect(
        saving.description
            == "m.safetensors: the model could not be saved (a folder has its name); rename or remove that folder.")
    #expect(throws: ModelFileError.unreadable(file: "m.safetensors", reason: "it is a folder")) {
        try ModelFile(readingFrom: url)
    }
    let missing = folder.appendingPathComponent("none")
    #expect(throws: ModelFileError.unreadable(file: "none", reason: "there is no such file")) {
        try ModelFile(readingFrom: missing)
    }
}

@Test func everyCutOfAFileIsRefused() throws {
    let data = try file.encoded()
    for length in 0..<data.count {
        #expect(throws: ModelFileError.self, "cut to \(length)") { try ModelFile(data: data.prefix(length), file: "x") }
    }
}

@Test func damagedBytesNeverCrash() throws {
    let data = try file.encoded()
    for index in 0..<data.count {
        for value: UInt8 in [0, 0x7F, 0xFF, 0x5D, 0x22] {
            var damaged = data
            damaged[index] = value
            _ = try? ModelFile(data: damaged, file: "x")
        }
    }
}

/// A file whose header is `header`, followed by so many zero bytes.
private func bytes(_ header: String, body: Int) -> Data {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) } + Data(header.utf8) + Data(count: body)
}

@Test(arguments: [
    (
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, 12,
        "overlaps"
    ),
    (
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 8,
        "overlaps"
    ),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "gap"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 5, "follow its last tensor"),
    (#"{"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}"#, 4, "described wrongly"),
    (#"{"a":{"dtype":"F32","shape":[16777216,16777216,16777216],"data_offsets":[0,4]}}"#, 4, "another size"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,5]}}"#, 5, "another size"),
]) func tensorsThatAreNotOneAfterAnotherAreRefused(_ header: String, _ body: Int, _ says: String) throws {
    let error = try #require(throws: ModelFileError.self) { try ModelFile(data: bytes(header, body: body), file: "x") }
    #expect(error.description.contains(says) && error.description.hasPrefix("x: "), "\(error)")
}

@Test func emptyTensorsTakeNoPlace() throws {
    let header =
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[0],"data_offsets":[4,4]},"#
        + #""c":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]}}"#
    #expect(try ModelFile(data: bytes(header, body: 4), file: "x").tensors.count == 3)
}

@Test(arguments: 1...60 as ClosedRange<UInt64>) func parametersReadBackFromAFileAsTheyWere(seed: UInt64) throws {
    var draw = Draw(seed: seed)
    let architecture = draw.architecture()
    let parameters = Parameters(architecture, seed: seed)
    let text = String(decoding: try JSONEncoder().encode(architecture), as: UTF8.self)
    let data = try ModelFile(tensors: parameters.tensors, metadata: ["architecture": text]).encoded()
    let file = try ModelFile(data: data, file: "x")
    let readArchitecture = try JSONDecoder().decode(
        Architecture.self, from: Data((file.metadata["architecture"] ?? "").utf8), configuration: networks)
    let read = try Parameters(readArchitecture, tensors: file.tensors, file: "x")
    #expect(readArchitecture == architecture, "seed \(seed)")
    #expect(read.values.array == parameters.values.array, "seed \(seed)")
}

@Test func architecturesAreWrittenAsOlderFilesHoldThem() throws {
    let written = [
        #"{"lstm":{"_0":{"channelCount":2,"hiddenSize":4,"windowLength":8}}}"#,
        #"{"lstm":{"_0":{"channelCount":2,"hiddenSize":4,"latentSize":3,"windowLength":8}}}"#,
        #"{"transformer":{"_0":{"bottleneckSize":3,"channelCount":1,"feedForwardSize":16,"headCount":2,"#
            + #""layerCount":2,"patchLength":4,"width":8,"windowLength":32}}}"#,
    ]
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    for text in written {
        let architecture = try JSONDecoder().decode(
            Architecture.self, from: Data(text.utf8), configuration: networks)
        #expect(String(decoding: try encoder.encode(architecture), as: UTF8.self) == text)
    }
}

@Test func parametersRefuseOtherShapes() {
    let architecture = Architecture.lstm(LSTMArchitecture(windowLength: 4, channelCount: 1, hiddenSize: 3))
    var tensors = Parameters(architecture, seed: 1).tensors
    #expect(throws: Never.self) { try Parameters(architecture, tensors: tensors, file: "x") }
    tensors["head.bias"] = Tensor(shape: [2], values: [0, 0])
    #expect(throws: ModelFileError.tensors(file: "x", name: "head.bias", expected: [1])) {
        try Parameters(architecture, tensors: tensors, file: "x")
    }
    tensors["head.bias"] = Tensor(shape: [1], values: [.nan])
    #expect(throws: ModelFileError.notFinite(file: "x", name: "head.bias")) {
        try Parameters(architecture, tensors: tensors, file: "x")
    }
}
