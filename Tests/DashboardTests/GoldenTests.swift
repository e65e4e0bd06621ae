import Foundation
import TerminalUI
import Testing

@testable import Dashboard

/// Whole screens, kept as text in `Goldens`. After a change that is meant,
/// `ODDLINE_REWRITE_GOLDENS=1 make test ARGS='--filter GoldenTests'` writes them anew and fails; look at the difference
/// before you commit it.
@Suite struct GoldenTests {
    @Test(arguments: Scene.all) func theWholeScreenIsAsKept(_ scene: Scene) throws {
        try expect(scene, sizes: [(120, 36), (80, 24), (60, 18), (200, 60)])
    }

    @Test func aTerminalThatIsTooSmallIsToldWhatIsNeeded() throws {
        let scene = try #require(Scene.all.first { $0.name == "workspace" })
        try expect(Scene("too-small", scene.make), sizes: [(59, 20), (60, 17), (20, 4)])
    }

    @Test func noSceneIsKeptThatIsNotShown() throws {
        let kept = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".txt") }
        #expect(Set(kept) == Set((Scene.all.map(\.name) + ["too-small"]).map { $0 + ".txt" }))
    }

    private var folder: URL { URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Goldens") }

    private func lines(_ text: String) -> [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    private func expect(_ scene: Scene, sizes: [(Int, Int)]) throws {
        let shown: String = try sizes.map { width, height -> String in
            let rows = lines(view(try scene.make(width, height)).text)
            let body = rows.map { row in String(row.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n")
            return "=== \(width)x\(height)\n\(body)\n"
        }.joined()
        let file = folder.appendingPathComponent(scene.name + ".txt")
        if ProcessInfo.processInfo.environment["ODDLINE_REWRITE_GOLDENS"] != nil {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try shown.write(to: file, atomically: true, encoding: .utf8)
            Issue.record("\(scene.name) is written anew; run the tests again without ODDLINE_REWRITE_GOLDENS")
            return
        }
        let kept = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        guard shown != kept else { return }
        let (before, now) = (lines(kept), lines(shown))
        let differing = before.indices.filter { $0 >= now.count || before[$0] != now[$0] }.prefix(12).map { index in
            "\(index + 1)\n- \(before[index])\n+ \(index < now.count ? now[index] : "")"
        }
        Issue.record("\(scene.name) differs from what is kept, in line \(differing.joined(separator: "\n"))\n\(shown)")
    }
}

@Test(arguments: [(120, 36), (80, 24), (60, 18), (200, 60), (104, 30), (40, 10), (1, 1), (0, 0), (300, 21)])
func everySceneFitsEverySize(_ size: (Int, Int)) throws {
    // Keys do nothing where nobody can see what they do, so that a scene begins with room enough.
    let isSmall = size.0 < smallestSize.width || size.1 < smallestSize.height
    for scene in Scene.all {
        var state = try isSmall ? scene.make(120, 36) : scene.make(size.0, size.1)
        send(&state, .resize(width: size.0, height: size.1))
        let screen = view(state)
        let lines = screen.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == max(1, size.1), "\(scene.name)")
        #expect(lines.allSatisfy { displayWidth(String($0)) == size.0 }, "\(scene.name)")
    }
}
