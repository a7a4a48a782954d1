import StrictJSON
import TestTools
import Testing

/// A number's one plain text: what it is worth, to the last digit.
@Suite struct NumberTests {
    private static func number(_ text: String) throws -> JSONNumber {
        guard case .number(let number) = try JSONValue(parsing: text) else { throw JSONError(.badNumber, at: 0) }
        return number
    }

    @Test(arguments: [
        ("138", "138"), ("138.0", "138"), ("1.38e2", "138"), ("13800e-2", "138"), ("0.138E+3", "138"), ("-138.00", "-138"), ("0", "0"),
        ("-0", "0"),
        ("-0.0", "0"), ("0e10", "0"), ("0.000e-5", "0"), ("1e3", "1000"), ("1e-3", "0.001"), ("-1e-3", "-0.001"), ("1.10", "1.1"),
        ("100", "100"),
        ("10.50e1", "105"), ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("9007199254740993.0", "9007199254740993"), ("0.1e1", "1"), ("0.01e1", "0.1"), ("5e0", "5"), ("5E-0", "5"),
    ]) func number_hasOnePlainText(text: String, plain: String) throws {
        #expect(try Self.number(text).canonicalText == plain)
        #expect(try Self.number(plain).canonicalText == plain, "and that is its own")
    }

    /// Nobody writes out a number of a billion digits.
    @Test(arguments: ["1e401", "1e-401", "1e999999999", "1e9223372036854775808", "-2.5E+100000", "1e-99999999999999999999"])
    func number_beyondAllUse_keepsItsText(text: String) throws {
        #expect(try Self.number(text).canonicalText == text)
    }

    @Test(arguments: ["1e400", "1e-400"]) func number_atTheEdge_isWrittenOut(text: String) throws {
        #expect(try Self.number(text).canonicalText.utf8.count == (text == "1e400" ? 401 : 402))
    }

    /// Digits and where the point stands among them, moved about by exponents: always the same text.
    @Test(arguments: 0..<30 as Range<UInt64>) func number_writtenInManyWays_isOne(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        for _ in 0..<50 {
            let isNegative = random.chance(0.5)
            let whole = (0..<random.number(1...20)).map { String(random.below($0 == 0 ? 9 : 10) + ($0 == 0 ? 1 : 0)) }.joined()
            let fraction = (0..<random.below(8)).map { _ in String(random.below(10)) }.joined()
            let kept = String(fraction.reversed().drop { $0 == "0" }.reversed())
            let plain = (isNegative ? "-" : "") + whole + (kept.isEmpty ? "" : "." + kept)
            // All its digits, with an exponent that puts the point back, and zeros that say nothing.
            let digits = whole + fraction
            for _ in 0..<6 {
                let place = random.number(1...digits.count)
                let exponent = whole.count - place
                let (head, tail) = (digits.prefix(place), digits.dropFirst(place) + String(repeating: "0", count: random.below(3)))
                let mark = random.pick(["e", "E"]) + (exponent >= 0 ? random.pick(["", "+"]) : "")
                let text = (isNegative ? "-" : "") + head + (tail.isEmpty ? "" : "." + tail) + mark + String(exponent)
                #expect(try Self.number(text).canonicalText == plain, "\(text)")
            }
            #expect(Double(plain) == (try JSONValue(parsing: plain).double))
        }
    }

    @Test(arguments: [
        ("7", 7 as Int64?), ("-7", -7), ("0", 0), ("-0", 0), ("9223372036854775807", .max), ("-9223372036854775808", .min),
        ("9223372036854775808", nil), ("-9223372036854775809", nil), ("7.0", nil), ("7e0", nil), ("\"7\"", nil), ("true", nil),
        ("null", nil),
    ]) func integer_isAWholeNumberAsItStands(text: String, integer: Int64?) throws {
        #expect(try JSONValue(parsing: text).integer == integer)
    }

    /// Meta sends ids as texts, as numbers, and as numbers that are beyond a double.
    @Test(arguments: [
        ("\"107878721936019\"", "107878721936019" as String?), ("107878721936019", "107878721936019"),
        ("10787872193601912345678901234567", "10787872193601912345678901234567"), ("1.07878721936019E14", "107878721936019"),
        ("107878721936019.0", "107878721936019"), ("-1", "-1"), ("1.5", nil), ("1e-1", nil), ("1e999", nil), ("\"\"", ""),
        ("\"not digits\"", "not digits"),
        ("true", nil), ("null", nil), ("[]", nil), ("{}", nil),
    ]) func id_isItsText_howeverItCame(text: String, id: String?) throws {
        #expect(try JSONValue(parsing: text).idText == id)
    }

    @Test(arguments: [
        ("null", true), ("[]", true), ("{}", true), (#"{"a":null,"b":{},"c":[]}"#, true), (#"{"a":{"b":{"c":null}}}"#, true),
        ("[null]", false),
        (#"{"a":[null]}"#, false), ("false", false), ("0", false), ("\"\"", false), (#"{"a":{"b":false}}"#, false),
    ]) func nothing_isWhatSaysNoMoreThanAMissingMember(text: String, isNothing: Bool) throws {
        #expect(try JSONValue(parsing: text).isNothing == isNothing)
    }

    @Test func values_areTakenOutByTheirType_andByNoOther() throws {
        let values: [(text: String, type: String)] = [
            ("null", "null"), ("true", "a boolean"), ("1", "a number"), ("\"a\"", "a string"), ("[1]", "an array"),
            (#"{"a":1}"#, "an object"),
        ]
        for (index, (text, type)) in values.enumerated() {
            let value = try JSONValue(parsing: text)
            #expect(value.typeName == type)
            let taken = [
                value.isNull, value.bool != nil, value.double != nil, value.string != nil, value.array != nil, value.object != nil,
            ]
            #expect(taken == (0..<6).map { $0 == index }, "\(text)")
            for other in try values.map({ try JSONValue(parsing: $0.text) }).enumerated() {
                #expect((value == other.element) == (index == other.offset))
            }
            #expect(value["a"] == (index == 5 ? 1 : nil))
        }
    }

    @Test func literals_areTheValuesThatTheySay() throws {
        let name = "x"
        let value: JSONValue = ["a": [true, 1, "text", "\(name)\u{0}", [], [:]], "b": -9_223_372_036_854_775_808]
        #expect(value == (try JSONValue(parsing: #"{"b":-9223372036854775808,"a":[true,1,"text","x\u0000",[],{}]}"#)))
        #expect(JSONValue.integer(UInt64.max).description == "18446744073709551615")
        #expect(JSONValue.integer(Int8.min) == -128)
    }
}
