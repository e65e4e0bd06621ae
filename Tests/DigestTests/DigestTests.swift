import Digest
import Testing

private func bytes(_ text: String, count: Int = 1) -> [UInt8] { Array(String(repeating: text, count: count).utf8) }

@Suite struct SHA256Tests {
    /// NIST's examples of SHA-256.
    @Test(arguments: [
        ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ]) func theStandardsExamplesAreMet(_ text: String, _ count: Int, _ digest: String) {
        #expect(hexadecimal(SHA256.hash(bytes(text, count: count))) == digest)
        var hash = SHA256()
        for _ in 0..<count { hash.update(text.utf8) }
        #expect(hexadecimal(hash.finalize()) == digest)
    }

    @Test func piecesOfAnyLengthGiveTheDigestOfTheWhole() {
        let text = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        for cut in 0...text.count {
            var hash = SHA256()
            hash.update(text[..<cut])
            text[cut...].withUnsafeBytes { hash.update($0) }
            #expect(hash.finalize() == SHA256.hash(text))
        }
    }

    @Test func aCopyGoesOnByItselfAndSoDoesWhatWasFinalized() {
        var first = SHA256()
        first.update("ab".utf8)
        var second = first
        second.update("x".utf8)
        #expect(first.finalize() == SHA256.hash(bytes("ab")))
        first.update("c".utf8)
        #expect(first.finalize() == SHA256.hash(bytes("abc")))
        #expect(second.finalize() == SHA256.hash(bytes("abx")))
    }

    @Test func manyTasksHashAtATime() async {
        var hash = SHA256()
        hash.update("ab".utf8)
        let begun = hash
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    var own = begun
                    own.update("\(number)".utf8)
                    return own.finalize() == SHA256.hash(bytes("ab\(number)"))
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}

@Suite struct HMACSHA256Tests {
    /// RFC 4231, cases 1, 2, 3, 6.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0B, count: 20), bytes("Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            bytes("Jefe"), bytes("what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131), bytes("Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        ([], [], "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ]) func theStandardsExamplesAreMet(_ key: [UInt8], _ text: [UInt8], _ code: String) {
        let hmac = HMACSHA256(key: key)
        #expect(hexadecimal(hmac.code(for: text)) == code)
        #expect(hmac.isValid(hmac.code(for: text), for: text))
    }

    @Test func aCodeWithAnyBitChangedOrOfAnotherLengthIsRefused() {
        let hmac = HMACSHA256(key: bytes("secret"))
        let code = hmac.code(for: bytes("text"))
        for bit in 0..<256 {
            var other = code
            other[bit / 8] ^= 1 << (bit % 8)
            #expect(!hmac.isValid(other, for: bytes("text")))
        }
        #expect(!hmac.isValid(code.dropLast(), for: bytes("text")) && !hmac.isValid(code + [0], for: bytes("text")))
        #expect(!hmac.isValid([], for: bytes("text")) && !hmac.isValid(code, for: bytes("texts")))
    }
}

@Suite struct HMACSHA1Tests {
    /// RFC 2202, cases 1, 2, 6.
    @Test(arguments: [
        ([UInt8](repeating: 0x0B, count: 20), bytes("Hi There"), "b617318655057264e28bc0b6fb378c8ef146be00"),
        (bytes("Jefe"), bytes("what do ya want for nothing?"), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (
            [UInt8](repeating: 0xAA, count: 80), bytes("Test Using Larger Than Block-Size Key - Hash Key First"),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112"
        ),
    ]) func theStandardsExamplesAreMet(_ key: [UInt8], _ text: [UInt8], _ code: String) {
        #expect(hexadecimal(HMACSHA1(key: key).code(for: text)) == code)
    }
}

@Suite struct BytesTests {
    /// RFC 4648, section 10, without the signs that fill up.
    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ]) func base32IsThatOfTheStandard(_ text: String, _ expected: String) { #expect(base32(text.utf8) == expected) }

    @Test func digitsAreTwoAByteAndRandomBytesDiffer() {
        #expect(hexadecimal([0x00, 0x0F, 0xA0, 0xFF]) == "000fa0ff")
        let drawn = (0..<100).map { _ in randomBytes(16) }
        #expect(Set(drawn).count == 100 && drawn.allSatisfy { $0.count == 16 })
    }
}
