import StrictJSON
import TestTools
import Testing

/// What holds for every value and every text, tried with made up ones.
@Suite struct ParserPropertyTests {
    @Test(arguments: 0..<40 as Range<UInt64>) func valueInAnyForm_isRead_andWrittenInOne(seed: UInt64) throws {
        var made = RandomJSON(seed: seed)
        for _ in 0..<20 {
            let value = made.value(depth: 4)
            let text = made.text(of: value)
            let read = try JSONValue(parsing: text)
            #expect(read == value, "\(text)")
            // The canonical text is the same for all of them, and says the same again.
            #expect(read.bytes == value.bytes)
            #expect(try JSONValue(parsing: read.bytes) == value)
            #expect(try JSONValue(parsing: Substring(text).utf8) == value, "also where the bytes are not in one piece")
        }
    }

    /// Nothing but numbers is whole before its end.
    @Test(arguments: 100..<120 as Range<UInt64>) func text_thatIsCutAnywhere_isRefused(seed: UInt64) {
        var made = RandomJSON(seed: seed)
        let value = JSONValue.array([made.value(depth: 3), .string(made.string())])
        let bytes = Array(made.text(of: value).utf8)
        let end = bytes.lastIndex(of: UInt8(ascii: "]")) ?? 0
        for length in 0...end {
            let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes.prefix(length)) }
            #expect(error.map { $0.offset <= length } == true, "the place is in the text")
        }
    }

    /// A byte that is another one makes another value or no JSON, and never what cannot be written and read again.
    @Test(arguments: 200..<230 as Range<UInt64>) func text_withAByteThatIsWrong_isRefused_orMeansWhatItSays(seed: UInt64) throws {
        var made = RandomJSON(seed: seed)
        let value = made.value(depth: 4)
        let bytes = Array(made.text(of: value).utf8)
        for _ in 0..<60 {
            var broken = bytes
            for _ in 0..<made.random.number(1...3) {
                let place = made.random.below(broken.count)
                switch made.random.below(3) {
                case 0: broken[place] = UInt8(truncatingIfNeeded: made.random.next())
                case 1: broken.insert(made.random.pick(Array("{}[],:\"\\u0-e. ".utf8)), at: place)
                default: if broken.count > 1 { broken.remove(at: place) }
                }
            }
            do throws(JSONError) {
                let read = try JSONValue(parsing: broken)
                #expect((try? JSONValue(parsing: read.bytes)) == read)
                #expect(String(validating: read.bytes, as: UTF8.self) != nil, "only UTF-8 comes out")
            } catch {
                #expect(0...broken.count ~= error.offset)
                #expect(!error.description.isEmpty)
            }
        }
    }

    /// With replacement no text becomes worse: what was read before is read the same.
    @Test(arguments: 300..<320 as Range<UInt64>) func replacement_changesNothing_whereNothingIsBroken(seed: UInt64) throws {
        var made = RandomJSON(seed: seed)
        for _ in 0..<20 {
            let value = made.value(depth: 3)
            #expect(try JSONValue(parsing: made.text(of: value), surrogates: .replaced) == value)
        }
    }

    /// Bytes that nobody chose.
    @Test(arguments: 400..<420 as Range<UInt64>) func noise_isRefused_andNeverAccepted(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        for length in 0..<200 {
            let bytes = random.bytes(length)
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            // What is accepted by chance is what it says.
            #expect(length < 4 && bytes.count { $0 > 0x20 } == value.bytes.count)
        }
    }

    // MARK: Limits

    /// How deep a value is nested and how many values it holds, counted in another way.
    private static func measure(_ value: JSONValue) -> (depth: Int, values: Int, longest: Int) {
        switch value {
        case .null, .bool: return (0, 1, 0)
        // A number is as long as its text, and held to the same limit.
        case .number(let number): return (0, 1, number.text.utf8.count)
        case .string(let text): return (0, 1, text.utf8.count)
        case .array(let elements):
            let parts = elements.map(measure)
            return ((parts.map(\.depth).max() ?? 0) + 1, parts.reduce(1) { $0 + $1.values }, parts.map(\.longest).max() ?? 0)
        case .object(let object):
            let parts = object.map { member in
                let inner = measure(member.value)
                return (depth: inner.depth, values: inner.values, longest: max(inner.longest, member.name.utf8.count))
            }
            return ((parts.map(\.depth).max() ?? 0) + 1, parts.reduce(1) { $0 + $1.values }, parts.map(\.longest).max() ?? 0)
        }
    }

    /// At its own measure every text is read, and below it refused for that.
    @Test(arguments: 500..<530 as Range<UInt64>) func limit_isExact(seed: UInt64) throws {
        var made = RandomJSON(seed: seed)
        let value = JSONValue.array([made.value(depth: 4), made.value(depth: 4), .string("text")])
        let bytes = Array(made.text(of: value).utf8)
        let (depth, values, longest) = Self.measure(value)
        let exact = JSONLimits(bytes: bytes.count, depth: depth, values: values, string: longest)
        #expect(try JSONValue(parsing: bytes, limits: exact) == value)
        func refusal(_ change: (inout JSONLimits) -> Void) -> JSONError? {
            var limits = exact
            change(&limits)
            do throws(JSONError) { _ = try JSONValue(parsing: bytes, limits: limits) } catch { return error }
            return nil
        }
        #expect(refusal { $0.bytes -= 1 }?.code == .tooLarge)
        #expect(refusal { $0.depth -= 1 }?.code == .tooDeep)
        #expect(refusal { $0.values -= 1 }?.code == .tooManyValues)
        #expect(refusal { $0.string -= 1 }?.code == .tooLarge)
        #expect(refusal { $0.bytes -= 1 }?.detail == "\(bytes.count - 1) bytes", "it says how much is allowed")
    }

    /// However it is nested, a text costs no stack beyond the limit.
    @Test(arguments: ["[", "{\"a\":", "[{\"a\":[", "[[],", "{\"a\":{},\"b\":"]) func nesting_withoutEnd_isRefusedAtTheLimit(open: String) {
        let text = String(repeating: open, count: 100_000)
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.code == .tooDeep || error?.code == .tooManyValues)
        #expect(error.map { $0.offset < 2_000 } == true, "before much of it was read")
    }
}
