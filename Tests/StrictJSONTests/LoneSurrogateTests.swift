import StrictJSON
import Testing

/// Half a surrogate pair: refused by our own sockets, read from Meta.
@Suite struct LoneSurrogateTests {
    static let texts: [(text: String, read: String)] = [
        (#""\ud800""#, "\u{FFFD}"), (#""\udc00""#, "\u{FFFD}"), (#""\uDFFFx""#, "\u{FFFD}x"), (#""a\ud83dz""#, "a\u{FFFD}z"),
        (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""\ud83d\n""#, "\u{FFFD}\n"), (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"),
        (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"), (#""\ud83d\ude00\ud83d""#, "😀\u{FFFD}"), (#""\ud83d\\u0041""#, "\u{FFFD}\\u0041"),
    ]

    @Test(arguments: texts) func surrogate_thatStandsAlone_isRefusedOrReplaced(text: String, read: String) throws {
        #expect { try JSONValue(parsing: text) } throws: { ($0 as? JSONError)?.code == .loneSurrogate }
        #expect(try JSONValue(parsing: text, surrogates: .replaced) == .string(read))
    }

    private static let bytes: [(bytes: [UInt8], read: String)] = [
        ([0x22, 0x61, 0xED, 0xA0, 0xBD, 0x62, 0x22], "a\u{FFFD}b"), ([0x22, 0xED, 0xB8, 0x80, 0x5C, 0x6E, 0x22], "\u{FFFD}\n"),
        ([0x22, 0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80, 0x22], "\u{FFFD}\u{FFFD}"), ([0x22, 0xED, 0x9F, 0xBF, 0x22], "\u{D7FF}"),
    ]

    @Test(arguments: bytes) func surrogate_writtenAsBytes_isReplaced(bytes: [UInt8], read: String) throws {
        #expect(try JSONValue(parsing: bytes, surrogates: .replaced) == .string(read))
    }

    @Test func name_thatHoldsOne_isReadToo() throws {
        #expect(try JSONValue(parsing: #"{"\ud800":1,"b":2}"#, surrogates: .replaced) == ["\u{FFFD}": 1, "b": 2])
    }

    private static let broken: [(bytes: [UInt8], code: JSONError.Code)] = [
        (Array(#""\ud83d\uZZZZ""#.utf8), .badEscape), (Array(#""\ud83d\u12"#.utf8), .unexpectedEnd),
        (Array(#""\ud83d"#.utf8), .unexpectedEnd), ([0x22, 0xFF, 0x22], .badString), ([0x22, 0xED, 0xA0, 0x22], .badString),
        ([0x22, 0xED, 0xA0, 0xBD, 0xFF, 0x22], .badString), ([0x22, 0xC0, 0x80, 0x22], .badString),
    ]

    /// Nothing else becomes lenient by it.
    @Test(arguments: broken) func text_thatIsBrokenOtherwise_staysRefused(bytes: [UInt8], code: JSONError.Code) {
        #expect { try JSONValue(parsing: bytes, surrogates: .replaced) } throws: { ($0 as? JSONError)?.code == code }
    }
}
