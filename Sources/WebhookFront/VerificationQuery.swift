/// The query by which Meta verifies a callback: `hub.mode=subscribe&hub.challenge=…&hub.verify_token=…`, each once.
struct VerificationQuery: Sendable {
    private var values: [String: [String]] = [:]

    init(_ query: Substring) {
        for part in query.split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, let name = Self.decoded(sides[0]), name.hasPrefix("hub."), let value = Self.decoded(sides[1]) else {
                continue
            }
            values[name, default: []].append(value)
        }
    }

    /// What is to be answered; `nil` where this is no verification, or its token is not ours. Letters and digits alone, so that it is harmless wherever
    /// it is shown.
    func challenge(_ token: VerifyToken) -> String? {
        guard one("hub.mode") == "subscribe", let given = one("hub.verify_token"), let challenge = one("hub.challenge") else { return nil }
        guard token.matches(given), (1...128).contains(challenge.utf8.count) else { return nil }
        let isPlain = challenge.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        return isPlain ? challenge : nil
    }

    private func one(_ name: String) -> String? { values[name].flatMap { $0.count == 1 ? $0[0] : nil } }

    /// A part of a query without its escapes; `nil` where they are wrong or do not give UTF-8.
    private static func decoded(_ part: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = part.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
