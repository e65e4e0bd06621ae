import Files
import Foundation

/// Why a model file cannot be used.
public enum ModelFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no such file, it is none, or reading it is not allowed; the reason is part of a sentence.
    case unreadable(file: String, reason: String)
    /// Its bytes are not of the format, or it is too large; the reason is part of a sentence.
    case damaged(file: String, reason: String)
    /// A tensor is missing or has another shape than is expected.
    case tensors(file: String, name: String, expected: [Int])
    /// A tensor holds NaN or infinity.
    case notFinite(file: String, name: String)
    /// It could not be written; the reason and what to do are parts of a sentence.
    case cannotWrite(file: String, reason: String, remedy: String)

    /// One sentence for the user.
    public var description: String {
        switch self {
        case .unreadable(let file, let reason):
            "\(file): the model file cannot be read (\(reason)); check the path and its permissions."
        case .damaged(let file, let reason): "\(file): the model file is damaged (\(reason)); train and save the model again."
        case .tensors(let file, let name, let expected):
            "\(file): the model file lacks tensor \"\(name)\" of shape \(expected); train and save the model again."
        case .notFinite(let file, let name):
            "\(file): the model file's tensor \"\(name)\" holds NaN or infinity; train and save the model again."
        case .cannotWrite(let file, let reason, let remedy):
            "\(file): the model could not be saved (\(reason)); \(remedy)."
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

    /// Reads a file; its tensors are read one by one, so that little more memory is taken than they have.
    /// - Throws: `ModelFileError.unreadable` or `.damaged`.
    public init(readingFrom url: URL) throws(ModelFileError) {
        let file = url.lastPathComponent
        let descriptor = open(url.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .unreadable(file: file, reason: errno == ENOENT ? "there is no such file" : String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(
                file: file, reason: status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "it is no ordinary file")
        }
        guard status.st_size <= Self.largest else { throw .damaged(file: file, reason: "it is larger than 1 GiB") }
        try self.init(file: file, size: Int(status.st_size)) { offset, bytes in
            var done = 0
            while done < bytes.count {
                let count = pread(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, offset + done)
                if count <= 0 { return false }
                done += count
            }
            return true
        }
    }

    /// Decodes the bytes of a file; `file` is the name used in messages.
    /// - Throws: `ModelFileError.damaged`.
    init(data: Data, file: String) throws(ModelFileError) {
        try self.init(file: file, size: data.count) { offset, bytes in
            data.dropFirst(offset).copyBytes(to: bytes, count: bytes.count) == bytes.count
        }
    }

    /// - Parameters:
    ///   - size: the bytes of the whole file.
    ///   - read: fills a buffer with the bytes from an offset on, and says whether they were there.
    private init(
        file: String, size: Int, read: (Int, UnsafeMutableRawBufferPointer) -> Bool
    ) throws(ModelFileError) {
        var length = UInt64(0)
        guard size >= 8, withUnsafeMutableBytes(of: &length, { read(0, $0) }) else {
            throw .damaged(file: file, reason: "it is cut short")
        }
        length = UInt64(littleEndian: length)
        guard length <= Self.largestHeader else { throw .damaged(file: file, reason: "its header is longer than 8 MiB") }
        let start = 8 + Int(length)
        var header = Data(count: Int(length))
        guard start <= size, header.withUnsafeMutableBytes({ read(8, $0) }) else {
            throw .damaged(file: file, reason: "it is cut short")
        }
        guard let members = try? JSONSerialization.jsonObject(with: header) as? [String: Any] else {
            throw .damaged(file: file, reason: "its header is not JSON")
        }
        metadata = members["__metadata__"] as? [String: String] ?? [:]
        tensors = [:]
        for place in try Self.places(members, size: size - start, file: file) {
            var values = [Float](repeating: 0, count: place.bytes.count / 4)
            guard values.withUnsafeMutableBytes({ read(start + place.bytes.lowerBound, $0) }) else {
                throw .damaged(file: file, reason: "it is cut short")
            }
            for index in values.indices {
                values[index] = Float(bitPattern: UInt32(littleEndian: values[index].bitPattern))
            }
            tensors[place.name] = Tensor(shape: place.shape, values: values)
        }
    }

    /// Where each tensor lies after the header. As the format demands they follow each other without gaps, and end with the
    /// file: nothing is read twice, so that a short file cannot ask for much memory.
    private static func places(
        _ members: [String: Any], size: Int, file: String
    ) throws(ModelFileError) -> [(name: String, shape: [Int], bytes: Range<Int>)] {
        var places: [(name: String, shape: [Int], bytes: Range<Int>)] = []
        for (name, value) in members where name != "__metadata__" {
            guard let fields = value as? [String: Any], fields["dtype"] as? String == "F32",
                let shape = fields["shape"] as? [Int], let offsets = fields["data_offsets"] as? [Int], offsets.count == 2,
                offsets[0] >= 0, offsets[1] >= offsets[0], offsets[1] <= size,
                shape.allSatisfy({ (0...1 << 24).contains($0) })
            else { throw .damaged(file: file, reason: "tensor \(name.prefix(60)) is described wrongly") }
            guard let count = product(shape), count <= size, count * 4 == offsets[1] - offsets[0] else {
                throw .damaged(file: file, reason: "tensor \(name.prefix(60)) has another size than its shape")
            }
            places.append((name, shape, offsets[0]..<offsets[1]))
        }
        places.sort { ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound) }
        var end = 0
        for place in places {
            guard place.bytes.lowerBound == end else {
                throw .damaged(
                    file: file, reason: "tensor \(place.name.prefix(60)) overlaps another or leaves a gap before it")
            }
            end = place.bytes.upperBound
        }
        guard end == size else { throw .damaged(file: file, reason: "bytes follow its last tensor") }
        return places
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

    /// Writes the file so that a reader finds the old one or the new one whole. Mode 0600.
    /// - Throws: `ModelFileError.cannotWrite`.
    public func write(to url: URL) throws(ModelFileError) {
        let file = url.lastPathComponent
        let data: Data
        do { data = try encoded() } catch {
            throw .cannotWrite(file: file, reason: "it cannot be encoded", remedy: "train it again")
        }
        do { try replacePrivateFile(at: url, with: data) } catch {
            throw .cannotWrite(file: file, reason: error.description, remedy: error.remedy)
        }
    }
}
