import NIOCore
import StrictJSON
import TestTools
import Testing

@testable import Varlink

/// Bytes cut into messages, and messages read, against plain readings of the protocol.
@Suite struct MessagePropertyTests {
    /// However the bytes are split, the messages are those between the NULs; nothing is held that was taken.
    @Test(arguments: 0..<60 as Range<UInt64>) func bytes_howeverTheyAreSplit_areTheSameMessages(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let messages = (0..<random.number(1...30)).map { _ in random.bytes(random.pick([0, 1, 7, 100])).map { $0 == 0 ? 1 : $0 } }
        let tail = random.bytes(random.below(20)).map { $0 == 0 ? 1 : $0 }
        var rest = (messages.flatMap { $0 + [0] } + tail)[...]
        var buffer = MessageBuffer(limit: 100)
        var (taken, given): ([[UInt8]], Int) = ([], 0)
        while !rest.isEmpty {
            let piece = rest.prefix(random.number(1...40))
            rest = rest.dropFirst(piece.count)
            given += piece.count
            try buffer.append(ByteBuffer(bytes: piece))
            while random.chance(0.6), let message = buffer.next() { taken.append(Array(message.readableBytesView)) }
            let takenBytes = taken.reduce(0) { $0 + $1.count + 1 }
            #expect(buffer.byteCount == given - takenBytes && buffer.footprint >= buffer.byteCount)
            #expect(buffer.count == buffer.completed - taken.count && buffer.hasMessage == (buffer.count > 0))
        }
        while let message = buffer.next() { taken.append(Array(message.readableBytesView)) }
        #expect(taken == messages && buffer.completed == messages.count)
        #expect(buffer.byteCount == tail.count && buffer.hasPartial == !tail.isEmpty && buffer.next() == nil)
        buffer.clear()
        #expect(buffer.byteCount == 0 && buffer.footprint == 0 && !buffer.hasPartial)
    }

    /// A message that is too large is refused with its first byte too much, whether it has ended or not; those before it stay.
    @Test(arguments: 100..<140 as Range<UInt64>) func message_thatIsTooLarge_isRefused_andThoseBeforeItAreGiven(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let limit = random.number(1...50)
        let small = (0..<random.below(10)).map { _ in random.bytes(random.number(0...limit)).map { $0 | 1 } }
        let large = random.bytes(limit + random.number(1...20)).map { $0 | 1 }
        var rest = (small.flatMap { $0 + [0] } + large + (random.chance(0.5) ? [0] : []))[...]
        var buffer = MessageBuffer(limit: limit)
        var violation: ProtocolViolation?
        var given = 0
        while !rest.isEmpty, violation == nil {
            let piece = rest.prefix(random.number(1...30))
            rest = rest.dropFirst(piece.count)
            given += piece.count
            do throws(ProtocolViolation) { try buffer.append(ByteBuffer(bytes: piece)) } catch { violation = error }
        }
        #expect(violation == .messageTooLarge(limit))
        #expect(given > small.reduce(0) { $0 + $1.count + 1 } + limit, "not before it was too large")
        var taken: [[UInt8]] = []
        while let message = buffer.next() { taken.append(Array(message.readableBytesView)) }
        #expect(taken == small)
    }

    // MARK: Messages

    private static let limits = JSONLimits(bytes: 1 << 16, depth: 16, values: 1000, string: 1 << 12)

    @Test(arguments: 200..<220 as Range<UInt64>) func call_isReadAsItIsWritten(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        for _ in 0..<50 {
            let parameters: JSONObject =
                random.chance(0.3) ? [:] : ["a": .integer(Int64(bitPattern: random.next())), "b": [.null, "é\u{0}"]]
            let mode = random.pick([.plain, .oneway, .more, .upgrade] as [CallMessage.Mode])
            let call = CallMessage(random.pick(["org.x.M", "", "no interface", "é\n"]), parameters, mode)
            let frame = call.frame
            #expect(frame.last == 0 && frame.dropLast().allSatisfy { $0 != 0 }, "one NUL, at the end")
            #expect(try CallMessage(parsing: frame.dropLast(), limits: Self.limits) == call)
            let outcomes: [ReplyMessage.Outcome] = [
                .continues(parameters), .last(parameters), .error(VarlinkError("org.x.E", parameters)),
            ]
            for outcome in outcomes {
                let reply = ReplyMessage(outcome)
                #expect(reply.frame.last == 0 && reply.frame.dropLast().allSatisfy { $0 != 0 })
                #expect(try ReplyMessage(parsing: reply.frame.dropLast(), limits: Self.limits) == reply)
            }
        }
    }

    @Test(arguments: [
        #"{}"#, #"{"method":null}"#, #"{"method":7}"#, #"{"method":["a"]}"#, #"{"parameters":{}}"#, #"[]"#, #""method""#, #"null"#, "", "{",
        #"{"method":"a"} x"#,
        #"{"method":"a","parameters":[]}"#, #"{"method":"a","parameters":"x"}"#, #"{"method":"a","more":1}"#,
        #"{"method":"a","more":null}"#,
        #"{"method":"a","oneway":"true"}"#, #"{"method":"a","more":true,"oneway":true}"#, #"{"method":"a","upgrade":true,"more":true}"#,
        #"{"method":"a","method":"b"}"#, #"{"method":"\ud800"}"#,
    ]) func call_thatIsNone_closesTheConnection(text: String) {
        #expect(throws: ProtocolViolation.self) { try CallMessage(parsing: text.utf8, limits: Self.limits) }
    }

    @Test(arguments: [
        (#"{"method":"a"}"#, CallMessage.Mode.plain), (#"{"method":"a","parameters":null}"#, .plain),
        (#"{"method":"a","more":false,"oneway":true}"#, .oneway),
        (#" {"more":true,"method":"a"} "#, .more), (#"{"method":"a","upgrade":true,"oneway":false,"more":false}"#, .upgrade),
    ]) func call_inAnyForm_isRead(text: String, mode: CallMessage.Mode) throws {
        #expect(try CallMessage(parsing: text.utf8, limits: Self.limits) == CallMessage("a", [:], mode))
    }

    @Test(arguments: [
        #"[]"#, #"{"parameters":7}"#, #"{"continues":"yes"}"#, #"{"continues":null}"#, #"{"error":7}"#,
        #"{"error":"org.x.E","continues":true}"#, "", "7", #"{"error":"a","error":"b"}"#,
    ]) func reply_thatIsNone_closesTheConnection(text: String) {
        #expect(throws: ProtocolViolation.self) { try ReplyMessage(parsing: text.utf8, limits: Self.limits) }
    }

    /// Whatever stands in a message, it is a call, a reply or a violation, and nothing else comes of it.
    @Test(arguments: 300..<320 as Range<UInt64>) func noise_isAMessageOrAViolation(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let words = [
            "{", "}", "[", "]", ",", ":", "\"method\"", "\"parameters\"", "\"more\"", "\"error\"", "\"continues\"", "true", "null", "7",
            "\"x\"", " ", "\u{0}",
        ]
        for _ in 0..<500 {
            let text = (0..<random.below(14)).map { _ in random.pick(words) }.joined()
            if let call = try? CallMessage(parsing: text.utf8, limits: Self.limits) {
                #expect((try? CallMessage(parsing: call.frame.dropLast(), limits: Self.limits)) == call)
            }
            if let reply = try? ReplyMessage(parsing: text.utf8, limits: Self.limits) {
                #expect((try? ReplyMessage(parsing: reply.frame.dropLast(), limits: Self.limits)) == reply)
            }
        }
    }

    // MARK: Names

    @Test(arguments: [
        ("org.varlink.service.GetInfo", "org.varlink.service", "GetInfo"), ("GetInfo", "GetInfo", "GetInfo"), ("a.", "a", ""),
        (".M", "", "M"), ("", "", ""), ("a..M", "a.", "M"),
    ]) func method_isSplitAtItsLastDot(method: String, interface: String, name: String) {
        let peer = Peer(processID: 1, userID: 1, groupID: 1)
        let call = Call(method: method, peer: peer)
        #expect(call.methodName == name && call.interface == interface)
    }

    /// What a peer wrote goes back cut, at a whole character.
    @Test(arguments: 0..<40) func text_isCutAtAWholeCharacter(count: Int) {
        let text = String(repeating: "aé😀", count: 5)
        let cut = text.cut(toUTF8: count)
        #expect(
            count >= text.utf8.count
                ? cut == text : cut.hasSuffix("…") && cut.dropLast().utf8.count <= count && text.hasPrefix(cut.dropLast()))
        #expect(String(validating: cut.utf8, as: UTF8.self) == cut)
        let error = VarlinkError("org.x.E", ["a": .string(text), "b": 7, "c": [.string(text)]]).cut(toUTF8: count)
        #expect(error.parameters["a"] == .string(cut) && error.parameters["b"] == 7)
    }

    @Test(arguments: ["", "a\u{0}b", "/" + String(repeating: "x", count: 107)]) func path_thatIsNoSockets_isRefused(path: String) {
        #expect(throws: ServerSetupError.self) { try UnixSocketAddress(path) }
    }

    @Test func path_ofTheLargestSize_isTaken() throws {
        let path = "/" + String(repeating: "x", count: 106)
        let bytes = try UnixSocketAddress(path).with { pointer, length in
            UnsafeRawBufferPointer(start: pointer, count: Int(length)).dropFirst(2).prefix { $0 != 0 }.map { $0 }
        }
        #expect(bytes == Array(path.utf8))
    }
}
