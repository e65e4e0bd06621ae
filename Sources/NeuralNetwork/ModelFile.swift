import Foundation

/// Why a model file cannot be used.
public enum ModelFileError: Error, Equatable, Sendable, CustomStringConvertible {
    case unreadable(file: String)
    case damaged(file: String, reason: String)
    case tensors(file: String, name: String, expected: [Int])
    case notFinite(file: String, name: String)
    case cannotWrite(file: String, reason: String)

    /// One sentence for the user.
    public var description: String {
        switch self {
        case .unreadable(let file): "\(file): the model file cannot be read; check the path and its permissions."
        case .damaged(let file, let reason): "\(file): the model file is damaged (\(reason)); train and save the model again."
        case .tensors(let file, let name, let expected):
            "\(file): the model file lacks tensor \"\(name)\" of shape \(expected); train and save the model again."
        case .notFinite(let file, let name):
            "\(file): the model file's tensor \"\(name)\" holds NaN or infinity; train and save the model again."
        case .cannotWrite(let file, let reason):
            "\(file): the model could not be saved (\(reason)); free space or choose another folder."
        }
    }
}

/// Tensors and text metadata in one file of the safetensors format: eight bytes of header length
/// (little-endian), a JSON header, then the tensors' bytes.
public struct ModelFile: Sendable, Equatable {
    /// Named tensors, all 32-bit floats.
    public var tensors: [String: Tensor]
    /// Free text by key (the format's `__metadata__`).
    public var metadata: [String: String]

    /// The most bytes of a file, and of its header, that are read: far more than any model of ours has.
    private static let (largest, largestHeader) = (1 << 30, 8 << 20)

    /// Makes a file's content.
    public init(tensors: [String: Tensor], metadata: [String: String]) {
        self.tensors = tensors
        self.metadata = metadata
    }

    /// Reads a file.
    /// - Throws: `ModelFileError.unreadable` or `.damaged`.
    public init(readingFrom url: URL) throws(ModelFileError) {
        let file = url.lastPathComponent
        var status = stat()
        guard stat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(file: file) }
        guard status.st_size <= Self.largest else { throw .damaged(file: file, reason: "it is larger than 1 GiB") }
        guard let data = try? Data(contentsOf: url) else { throw .unreadable(file: file) }
        try self.init(data: data, file: file)
    }

    /// Decodes the bytes of a file; `file` is the name used in messages.
    /// - Throws: `ModelFileError.damaged`.
    init(data: Data, file: String) throws(ModelFileError) {
        let data = Data(data)
        guard data.count >= 8 else { throw .damaged(file: file, reason: "it is cut short") }
        let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= Self.largestHeader, 8 + Int(length) <= data.count else {
            throw .damaged(file: file, reason: "it is cut short")
        }
        let body = data.dropFirst(8 + Int(length))
        guard let header = try? JSONSerialization.jsonObject(with: data[8..<(8 + Int(length))]) as? [String: Any] else {
            throw .damaged(file: file, reason: "its header is not JSON")
        }
        metadata = header["__metadata__"] as? [String: String] ?? [:]
        tensors = [:]
        for (name, value) in header where name != "__metadata__" {
            guard let fields = value as? [String: Any], fields["dtype"] as? String == "F32",
                let shape = fields["shape"] as? [Int], let offsets = fields["data_offsets"] as? [Int], offsets.count == 2,
                offsets[0] >= 0, offsets[1] >= offsets[0], offsets[1] <= body.count,
                shape.allSatisfy({ (0...1 << 24).contains($0) })
            else { throw .damaged(file: file, reason: "tensor \(name) is described wrongly") }
            let count = (offsets[1] - offsets[0]) / 4
            guard Self.product(shape) == count else {
                throw .damaged(file: file, reason: "tensor \(name) has another size than its shape")
            }
            let bytes = body[(body.startIndex + offsets[0])..<(body.startIndex + offsets[1])]
            tensors[name] = Tensor(shape: shape, values: Self.floats(bytes, count: count))
        }
    }

    private static func product(_ shape: [Int]) -> Int? {
        var total = 1
        for size in shape {
            let (value, overflow) = total.multipliedReportingOverflow(by: size)
            if overflow { return nil }
            total = value
        }
        return total
    }

    private static func floats(_ bytes: Data, count: Int) -> [Float] {
        bytes.withUnsafeBytes { raw in
            (0..<count).map {
                Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
            }
        }
    }

    /// The file's bytes; tensors stand in the order of their names.
    func encoded() throws -> Data {
        var header: [String: Any] = ["__metadata__": metadata]
        var body = Data()
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            let start = body.count
            for value in tensor.values { withUnsafeBytes(of: value.bitPattern.littleEndian) { body.append(contentsOf: $0) } }
            header[name] = ["dtype": "F32", "shape": tensor.shape, "data_offsets": [start, body.count]] as [String: Any]
        }
        var json = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes])
        while json.count % 8 != 0 { json.append(0x20) }
        var data = Data()
        withUnsafeBytes(of: UInt64(json.count).littleEndian) { data.append(contentsOf: $0) }
        return data + json + body
    }

    /// Writes the file under a temporary name, syncs it and renames it, so that a reader finds the old
    /// file or the new one whole. Mode 0600.
    /// - Throws: `ModelFileError.cannotWrite`.
    public func write(to url: URL) throws(ModelFileError) {
        let file = url.lastPathComponent
        let data: Data
        do { data = try encoded() } catch { throw .cannotWrite(file: file, reason: "it cannot be encoded") }
        let temporary = url.deletingLastPathComponent().appendingPathComponent(".\(file).\(UUID().uuidString)")
        let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotWrite(file: file, reason: String(cString: strerror(errno))) }
        let written = data.withUnsafeBytes { raw in
            var sent = 0
            while sent < raw.count {
                let count = Foundation.write(descriptor, raw.baseAddress.unsafelyUnwrapped + sent, raw.count - sent)
                if count <= 0 { return false }
                sent += count
            }
            return fsync(descriptor) == 0
        }
        close(descriptor)
        guard written, rename(temporary.path, url.path) == 0 else {
            unlink(temporary.path)
            throw .cannotWrite(file: file, reason: "the disk may be full")
        }
    }
}
