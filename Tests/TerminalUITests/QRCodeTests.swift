import Testing

@testable import TerminalUI

/// What another decoder (ZXing) has read is kept here.
@Suite struct QRCodeTests {
    private func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(33 + ($0 * 7 + count) % 90) } }

    @Test func aCodeIsAsADecoderReadIt() throws {
        let code = try #require(QRCode(Array("oddline".utf8)))
        let rows = (0..<code.size).map { y in (0..<code.size).map { code[$0, y] ? "#" : "." }.joined() }
        #expect(rows.joined(separator: "\n") == Self.kept)
    }

    /// FNV-1a over the modules of the codes of 1 to 271 bytes, all of which the decoder read.
    @Test func codesOfEveryLengthAreAsADecoderReadThem() throws {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for count in 1...271 {
            let code = try #require(QRCode(bytes(count)))
            for y in 0..<code.size {
                for x in 0..<code.size { hash = (hash ^ (code[x, y] ? 1 : 0)) &* 0x100_0000_01B3 }
            }
        }
        #expect(hash == 0x23A0_097A_57C4_683B)
    }

    @Test func moreBytesThanTheGreatestCodeTakesGiveNone() { #expect(QRCode(bytes(272)) == nil) }

    @Test func halfBlocksShowTwoModulesEach() throws {
        let code = try #require(QRCode(Array("oddline".utf8)))
        let (width, height) = CellBuffer.size(of: code)
        #expect(width == 25 && height == 13)
        var screen = CellBuffer(width: width, height: height)
        screen.place(code, x: 0, y: 0)
        for y in 0..<2 * height {
            for x in 0..<width {
                let cell = screen[x, y / 2]
                let isLight = "█" == cell.character || (y.isMultiple(of: 2) ? "▀" : "▄") == cell.character
                #expect(isLight == !code[x - 2, y - 2])
            }
        }
    }

    private static let kept = """
        #######..#.##.#######
        #.....#.##.#..#.....#
        #.###.#.##..#.#.###.#
        #.###.#..#.#..#.###.#
        #.###.#.#...#.#.###.#
        #.....#.#..##.#.....#
        #######.#.#.#.#######
        ........#####........
        ##.#..##.##...###.##.
        ###..#.####...##...##
        .#..#####...##....#.#
        .#.###....##.....#...
        .######.#.#.#.###..#.
        ........##.#...#....#
        #######.###..#.#####.
        #.....#..#.###.##...#
        #.###.#..###..###...#
        #.###.#.##.#...######
        #.###.#...#.#..##.#.#
        #.....#.#....##.#....
        #######.#.###....#.#.
        """
}
