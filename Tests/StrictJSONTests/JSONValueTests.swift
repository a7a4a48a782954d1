import StrictJSON
import Testing

@Suite struct JSONValueTests {
    @Test(arguments: [
        #"{}"#, #"[]"#, #"null"#, #"-0"#, #"1E+400"#, #"12345678901234567890123"#, #"1.10"#, #"[true,false,null]"#,
        #"{"a":{"b":[{"c":"\"\\\n"}]},"é":"日本"}"#, #""\u0000""#,
    ])
    func text_thatIsCanonical_comesOutAsItWent(text: String) throws {
        #expect(try JSONValue(parsing: text).description == text)
    }

    @Test func members_inAnyOrder_areTheSameObject() throws {
        #expect(try JSONValue(parsing: #"{"b":1,"a":2}"#) == JSONValue(parsing: #" { "a" : 2 , "b" : 1 } "#))
    }

    @Test func escapes_areRead() throws {
        #expect(try JSONValue(parsing: #""\u00e9\/\ud83d\ude00\t""#) == "é/😀\t")
    }

    @Test func strings_thatOnlyLookAlike_differ() throws {
        #expect(JSONValue.string("\u{E9}") != JSONValue.string("e\u{301}"))
        #expect(try JSONValue(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2}").object?.count == 2)
    }

    @Test func numbers_keepTheirText() throws {
        #expect(try JSONValue(parsing: "1.0") != JSONValue(parsing: "1"))
        #expect(try JSONValue(parsing: "9223372036854775808").integer == nil)
        #expect(try JSONValue(parsing: "9223372036854775807").integer == .max)
    }

    @Test(arguments: [
        ("", JSONError.Code.unexpectedEnd), ("{", .unexpectedEnd), (#"{"a":1,"a":2}"#, .duplicateMember), ("01", .badNumber),
        ("1.", .badNumber),
        ("-", .badNumber), ("1e", .badNumber), ("[1,]", .unexpectedByte), ("nul", .unexpectedEnd), ("1 2", .trailingBytes),
        (#""\ud800""#, .loneSurrogate), (#""\ud800\u0041""#, .loneSurrogate), (#""\udc00""#, .loneSurrogate), (#""\x""#, .badEscape),
        ("\"\u{1}\"", .badString), ("{a:1}", .unexpectedByte), ("\u{FEFF}1", .unexpectedByte),
    ])
    func text_thatIsNoJSON_isRefused(text: String, code: JSONError.Code) {
        #expect { try JSONValue(parsing: text) } throws: { ($0 as? JSONError)?.code == code }
    }

    @Test func bytes_thatAreNoUTF8_areRefused() {
        #expect { try JSONValue(parsing: [0x22, 0xFF, 0x22] as [UInt8]) } throws: { ($0 as? JSONError)?.code == .badString }
    }

    @Test func limits_holdForBytesDepthAndValues() {
        let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
        #expect { try JSONValue(parsing: deep) } throws: { ($0 as? JSONError)?.code == .tooDeep }
        #expect { try JSONValue(parsing: "[0,0]", limits: JSONLimits(values: 2)) } throws: { ($0 as? JSONError)?.code == .tooManyValues }
        #expect { try JSONValue(parsing: "[0,0]", limits: JSONLimits(bytes: 4)) } throws: { ($0 as? JSONError)?.code == .tooLarge }
    }

    @Test func member_thatIsMissing_isNotNull() {
        let object: JSONObject = ["a": .null]
        #expect(object["b"] == nil)
        #expect(object["a"] != nil)
    }

    @Test func string_longerThanTheLimit_isRefused() throws {
        #expect(try JSONValue(parsing: #""ab\n""#, limits: JSONLimits(string: 3)) == "ab\n")
        for text in [#""abcd""#, #""a\n\n\n""#, #""abc\n""#] {
            #expect { try JSONValue(parsing: text, limits: JSONLimits(string: 3)) } throws: { ($0 as? JSONError)?.code == .tooLarge }
        }
    }

    /// A copy for each escape would take hours here.
    @Test(.timeLimit(.minutes(1))) func string_ofMillionsOfEscapes_isReadInLinearTime() throws {
        let text = "\"" + String(repeating: #"\n"#, count: 2_000_000) + "\""
        #expect(try JSONValue(parsing: text).string?.utf8.count == 2_000_000)
    }

    @Test func object_setAndTakenOut_staysSorted() {
        var object: JSONObject = ["b": 1, "a": 2]
        object["c"] = 3
        object["b"] = nil
        #expect(JSONValue.object(object).description == #"{"a":2,"c":3}"#)
    }

    @Test(arguments: ["", "/a", "/a/b~1c", "/~0", "/", "/\u{308}a", "/a/\u{200D}/b", "/~1\u{301}", "/~0\u{308}x", "/\u{0}"])
    func pointer_comesOutAsItWent(text: String) {
        #expect(JSONPointer(parsing: text)?.description.hasSameUTF8(as: text) == true)
    }

    @Test func pointer_thatIsNone_isRefused() {
        #expect(JSONPointer(parsing: "a") == nil)
        #expect(JSONPointer(parsing: "/~2") == nil)
    }
}
