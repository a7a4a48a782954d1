import StrictJSON
import Testing

/// RFC 8259, rule by rule: what is refused, why and where; and what only looks as if it had to be.
@Suite struct GrammarTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        var text: String
        var code: JSONError.Code
        var offset: Int

        init(_ text: String, _ code: JSONError.Code, at offset: Int) { (self.text, self.code, self.offset) = (text, code, offset) }
        var testDescription: String { text.debugDescription }
    }

    static let structure = [
        Refusal("", .unexpectedEnd, at: 0), Refusal("   ", .unexpectedEnd, at: 3), Refusal("[", .unexpectedEnd, at: 1),
        Refusal("[1", .unexpectedEnd, at: 2), Refusal("[1,", .unexpectedEnd, at: 3), Refusal("[1,]", .unexpectedByte, at: 3),
        Refusal("[,1]", .unexpectedByte, at: 1), Refusal("[1 2]", .unexpectedByte, at: 3), Refusal("[1}", .unexpectedByte, at: 2),
        Refusal("]", .unexpectedByte, at: 0), Refusal("{", .unexpectedEnd, at: 1), Refusal("{\"a\"", .unexpectedEnd, at: 4),
        Refusal("{\"a\":", .unexpectedEnd, at: 5), Refusal("{\"a\" 1}", .unexpectedByte, at: 5),
        Refusal("{\"a\":1,}", .unexpectedByte, at: 7),
        Refusal("{a:1}", .unexpectedByte, at: 1), Refusal("{'a':1}", .unexpectedByte, at: 1), Refusal("{1:1}", .unexpectedByte, at: 1),
        Refusal("{\"a\":1]", .unexpectedByte, at: 6), Refusal("{,}", .unexpectedByte, at: 1), Refusal("1 1", .trailingBytes, at: 2),
        Refusal("[] []", .trailingBytes, at: 3), Refusal("{}\u{0}", .trailingBytes, at: 2), Refusal("null,", .trailingBytes, at: 4),
        Refusal("\u{FEFF}1", .unexpectedByte, at: 0), Refusal("\u{A0}1", .unexpectedByte, at: 0), Refusal("\u{B}1", .unexpectedByte, at: 0),
        Refusal("[1] // why", .trailingBytes, at: 4), Refusal("/* why */ 1", .unexpectedByte, at: 0),
    ]

    static let words = [
        Refusal("nul", .unexpectedEnd, at: 3), Refusal("nulL", .unexpectedByte, at: 3), Refusal("True", .unexpectedByte, at: 0),
        Refusal("truee", .trailingBytes, at: 4), Refusal("fals", .unexpectedEnd, at: 4), Refusal("NaN", .unexpectedByte, at: 0),
        Refusal("Infinity", .unexpectedByte, at: 0), Refusal("undefined", .unexpectedByte, at: 0),
    ]

    static let strings = [
        Refusal("\"", .unexpectedEnd, at: 1), Refusal("\"a", .unexpectedEnd, at: 2), Refusal("'a'", .unexpectedByte, at: 0),
        Refusal("\"\\x\"", .badEscape, at: 1), Refusal("\"\\u12g4\"", .badEscape, at: 1), Refusal("\"\\U0041\"", .badEscape, at: 1),
        Refusal("\"\\'\"", .badEscape, at: 1), Refusal("\"\\0\"", .badEscape, at: 1), Refusal("\"\\ud800\"", .loneSurrogate, at: 1),
        Refusal("\"ab\\udc00\"", .loneSurrogate, at: 3),
    ]

    @Test(arguments: structure + words + strings) func text_thatBreaksARule_isRefusedAtThatPlace(refusal: Refusal) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: refusal.text) }
        #expect(error?.code == refusal.code && error?.offset == refusal.offset, "\(error.map { "\($0)" } ?? "read")")
    }

    @Test(arguments: [
        "01", "-", "-a", "+1", ".5", "1.", "1.e5", "1e", "1e+", "1E-", "--1", "0x10", "1_000", "-01", "00", "0e", "1.2.3", "1e5.5", "-.1",
        "٣", "1e٣",
    ]) func number_thatBreaksTheGrammar_isRefused(text: String) {
        for text in [text, "[\(text)]", "{\"a\":\(text)}", " \(text) "] {
            #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        }
    }

    @Test(arguments: [
        "0", "-0", "10", "-10", "0.0", "-0.0", "0e0", "0E+0", "1e-400", "1e400", "123456789012345678901234567890",
        "1.000000000000000000001",
        "-1.5E+10",
    ]) func number_ofTheGrammar_keepsItsText(text: String) throws {
        #expect(try JSONValue(parsing: text).description == text)
        #expect(try JSONValue(parsing: "[\(text),\(text)]").array?.last?.description == text)
    }

    /// Every control character, as itself and escaped.
    @Test(arguments: 0..<32 as Range<UInt8>) func controlCharacter_standsInATextOnlyEscaped(byte: UInt8) throws {
        let bare = [UInt8(ascii: "\""), byte, UInt8(ascii: "\"")]
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bare) }
        #expect(error?.code == .badString)
        let digits = String(byte, radix: 16)
        let escaped = "\"\\u" + String(repeating: "0", count: 4 - digits.count) + digits + "\""
        let value = try JSONValue(parsing: escaped)
        #expect(value.string.map { Array($0.utf8) } == [byte])
        // However it is written, it is escaped again and read the same.
        #expect(value.bytes.allSatisfy { $0 >= 0x20 })
        #expect(try JSONValue(parsing: value.bytes) == value)
    }

    /// As bytes: too short, too long, beyond what there is, and never twice the same character in two ways.
    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80],
            [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xF0, 0x9F, 0x98],
        ] as [[UInt8]]) func bytes_thatAreNoUTF8_areNoString_andNoName(bytes: [UInt8])
    {
        let quoted = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
        for text in [quoted, Array("[".utf8) + quoted + Array("]".utf8), Array("{".utf8) + quoted + Array(":1}".utf8)] {
            let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
            #expect(error?.code == .badString, "\(text)")
        }
        #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
    }

    @Test(arguments: [
        #"{"a":1,"a":1}"#, #"{"a":1,"b":2,"a":3}"#, #"{"a":1,"\u0061":2}"#, #"[{"":1,"":2}]"#, #"{"x":{"é":1,"\u00e9":2}}"#,
    ]) func name_thatStandsTwice_isRefused_howeverItIsWritten(text: String) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.code == .duplicateMember && error?.detail != nil)
    }

    /// Two spellings that look the same are two names: nobody says that they are one.
    @Test func namesThatOnlyLookAlike_areTwo() throws {
        let value = try JSONValue(parsing: "{\"\u{e9}\":1,\"e\u{301}\":2}")
        #expect(value.object?.count == 2)
        #expect(value["\u{e9}"] == 1 && value["e\u{301}"] == 2)
    }

    @Test func error_saysWhatAndWhere_andNamesLittleOfWhatIsWrong() throws {
        let name = String(repeating: "x", count: 5_000)
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "  {\"\(name)\":1,\"\(name)\":2}") }
        #expect(error?.detail?.count == 80)
        #expect(error?.description == "duplicate member (\(name.prefix(80))), at byte 2")
        #expect("\(JSONError(.tooDeep, at: 7, detail: "64"))" == "arrays and objects are nested deeper than allowed (64), at byte 7")
        #expect("\(JSONError(.unexpectedEnd, at: 0))" == "the text ends too early, at byte 0")
        #expect(JSONError(.badNumber, at: 1) != JSONError(.badNumber, at: 2))
    }

    /// Whoever writes a million small members may not make whoever reads them sort for minutes.
    @Test(.timeLimit(.minutes(1))) func objectOfVeryManyMembers_isReadInOrder() throws {
        let count = 20_000
        let names = (0..<count).map { String(($0 &* 7919) % count) }
        let text = "{" + names.map { "\"\($0)\":\($0)" }.joined(separator: ",") + "}"
        let object = try #require(try JSONValue(parsing: text).object)
        #expect(object.count == count && object["19999"] == 19_999)
        #expect(Array(object.names) == names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
    }
}
