import ArgumentParser
import Foundation
import Synchronization
import TimeSeries
import Work

/// Whether different short series of few numbers share a fingerprint.
struct FingerprintBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fingerprints", abstract: "Collisions of the fingerprints of random short series.")

    @Option(help: "Series.") var count = 10_000_000

    func run() throws {
        let blocks = 1000
        let found = Mutex<[UInt64]>([])
        let elapsed = ContinuousClock().measure {
            inParallel(blocks) { block in
                var random = SeededGenerator(seed: UInt64(block))
                let own = (block..<count).lazy.filter { $0 % blocks == block }.map { _ in
                    // 64 rows of zeros and ones have 64 random bits already: no two series are the same but by a rare chance.
                    let (length, highest) = (Int.random(in: 64...200, using: &random), Bool.random(using: &random) ? 1.0 : 100)
                    let values = (0..<length).map { _ in Double.random(in: 0...highest, using: &random).rounded() }
                    return Series(name: "s", channels: [.init(name: "value", values: values)])
                }
                found.withLock { $0 += own.compactMap { UInt64($0.identity.text.prefix(16), radix: 16) } }
            }
        }
        let sorted = found.withLock { $0.sorted() }
        let collisions = zip(sorted, sorted.dropFirst()).count { $0 == $1 }
        printJSON([
            "benchmark": "fingerprints", "series": sorted.count, "bits_compared": 64, "collisions": collisions,
            "seconds": rounded(elapsed / .seconds(1)),
        ])
    }
}
