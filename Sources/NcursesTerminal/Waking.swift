import Foundation
import Synchronization

/// A pipe whose reading end wakes a sleeping `poll`.
final class WakePipe: Sendable {
    let reading: Int32
    private let writing: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        _ = pipe(&ends)
        (reading, writing) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
    }

    deinit {
        Foundation.close(reading)
        Foundation.close(writing)
    }

    func wake() {
        var byte: UInt8 = 1
        _ = write(writing, &byte, 1)
    }

    func drain() {
        var buffer = [UInt8](repeating: 0, count: 256)
        while read(reading, &buffer, buffer.count) > 0 {}
    }
}

/// The signals that came since the last look.
final class SignalFlags: Sendable {
    private let numbers = Mutex<Set<Int32>>([])

    func raise(_ number: Int32) { numbers.withLock { _ = $0.insert(number) } }

    /// Whether one came and was not taken.
    func contains(_ number: Int32) -> Bool { numbers.withLock { $0.contains(number) } }

    /// In rising order of their numbers, so that what ends the program comes before what draws anew.
    func take() -> [Int32] {
        numbers.withLock { numbers in
            defer { numbers = [] }
            return numbers.sorted()
        }
    }
}
