import Synchronization
import Testing
import TimeSeries

@testable import HTTPService

extension Operation {
    /// What is wrong with values that were sent, field by field.
    func errors(in sent: SentValues) throws -> [Problem.FieldError] {
        do {
            switch handler {
            case .open(let reading): _ = try reading(sent)
            case .protected(let reading): _ = try reading(sent)
            }
            return []
        } catch let problem as Problem {
            return problem.errors ?? []
        }
    }
}

@Suite struct OperationTests {
    @Test func aValueIsReadOnce() throws {
        let reads = Mutex(0)
        let counted = Parameter<Int>(fields: [], alternatives: []) { _, _ in
            reads.withLock {
                $0 += 1
                return $0
            }
        }
        let operation = Operation(.get, "/x", id: "x", "", counted, answer: .nothing, open: { (_: ServiceContext, _: Int) in })
        guard case .open(let reading) = operation.handler else {
            Issue.record("the operation needs no login")
            return
        }
        _ = try reading(SentValues())
        #expect(reads.withLock { $0 } == 1)
    }

    /// Most lengths are told by the number of bytes; all are those of the scalars.
    @Test func textIsTakenByItsNumberOfScalars() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let scalars: [Unicode.Scalar] = ["a", "é", "€", "😀", "\u{301}"]
        for _ in 0..<5000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0..<20, using: &random) {
                text.append(try #require(scalars.randomElement(using: &random)))
            }
            let first = Int.random(in: 0..<20, using: &random)
            let bounds = first...Int.random(in: first...20, using: &random)
            let taken = Input.text(bounds).read(.text(String(text)))
            #expect(taken == (bounds.contains(text.count) ? String(text) : nil), "seed \(seed): \(text.count) in \(bounds)")
        }
    }
}
