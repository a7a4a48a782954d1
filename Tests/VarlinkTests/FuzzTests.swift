import NIOCore
import StrictJSON
import Testing
import TestSupport
import TestTools

@testable import Varlink

extension [UInt8] {
    /// Some bytes changed, taken out, doubled, or replaced by what the grammar knows.
    func mutated(_ words: [String], by random: inout SeededGenerator) -> [UInt8] {
        var bytes = self
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = Swift.min(bytes.count, place + Int.random(in: 0...12, using: &random))
            switch Int.random(in: 0..<5, using: &random) {
            case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.removeSubrange(place..<end)
            case 2: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
            default: bytes.replaceSubrange(place..<end, with: Array((words.randomElement(using: &random) ?? "").utf8))
            }
        }
        return bytes
    }
}

@Suite(.inTurn, .timeLimit(.minutes(2))) struct FuzzTests {
    private static let calls = [
        #"{"method":"org.example.test.Echo","parameters":{"text":"é\u00e9"}}"#, #"{"method":"io.wabawatch.Subscribe","more":true}"#,
        #"{"method":"io.wabawatch.List","parameters":{"filter":{"kinds":["account"],"ids":null,"minimumSeverity":"info"}}}"#,
        #" { "method" : "a.B" , "oneway" : false , "org.vendor" : [1,2.5e3,-0,[],{}] } "#,
    ]
    private static let messageWords = [
        "\0", "{", "}", "[", "]", "\"", ",", ":", "null", "true", "false", "\\u0000", "\\ud800", "more", "oneway", "upgrade", "parameters",
        "method", "1e999", "-", "\u{FEFF}", "a.b",
    ]
    private static let textWords = [
        "interface", "type", "method", "error", "(", ")", "->", ":", ",", "?", "[]", "[string]", "[", "#", "\n", "bool", "object", "any",
        "A", "a", "_",
        "-", ".", "org.example", "\r", "é",
    ]

    /// Messages come out the same however the bytes were split, and a call that is read is written and read again as the same call.
    @Test(arguments: 0..<UInt64(8)) func messages_changedAtRandom_areReadAlikeHoweverTheyAreSplit(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let interface = try InterfaceDescription(parsing: interfaceText("io.wabawatch"))
        for _ in 0..<300 {
            let whole = Self.threeCalls(&random)
            let bytes = whole.mutated(Self.messageWords, by: &random)
            let (once, onceEnd) = Self.messages(bytes, limit: 400)
            let (split, splitEnd) = Self.messages(bytes, limit: 400, by: 1...8, &random)
            #expect(once == split && onceEnd == splitEnd, "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
            for message in once {
                guard let call = try? CallMessage(parsing: message, limits: JSONLimits()) else { continue }
                #expect(try CallMessage(parsing: call.frame.dropLast(), limits: JSONLimits()) == call, "seed \(seed)")
                for method in interface.members.compactMap({ if case .method(let method) = $0 { method } else { nil } }) {
                    _ = try? interface.check(call.parameters, against: method.input)
                }
                _ = try? ReplyMessage(parsing: message, limits: JSONLimits())
            }
        }
    }

    private static func threeCalls(_ random: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<3 { bytes += Array((calls.randomElement(using: &random) ?? "").utf8) + [0] }
        return bytes
    }

    /// Feeds all at once.
    private static func messages(_ bytes: [UInt8], limit: Int) -> ([[UInt8]], ProtocolViolation?) {
        var random = SeededGenerator(state: 0)
        return messages(bytes, limit: limit, by: bytes.count + 1...bytes.count + 1, &random)
    }

    private static func messages(
        _ bytes: [UInt8], limit: Int, by sizes: ClosedRange<Int>, _ random: inout SeededGenerator
    ) -> ([[UInt8]], ProtocolViolation?) {
        var buffer = MessageBuffer(limit: limit)
        var messages: [[UInt8]] = []
        var rest = bytes[...]
        var end: ProtocolViolation?
        while !rest.isEmpty, end == nil {
            let part = rest.prefix(Int.random(in: sizes, using: &random))
            rest = rest.dropFirst(part.count)
            do throws(ProtocolViolation) { try buffer.append(ByteBuffer(bytes: part)) } catch { end = error }
            while let message = buffer.next() { messages.append(Array(message.readableBytesView)) }
        }
        #expect(end != nil || buffer.byteCount == (bytes.lastIndex(of: 0).map { bytes.count - $0 - 1 } ?? bytes.count))
        return (messages, end)
    }

    /// A text that is read is printed and read again as the same interface; one that is not says where within the text.
    @Test(arguments: 0..<UInt64(8)) func texts_changedAtRandom_areRefusedOrPrintedWithoutLoss(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let texts = [ServiceInterface.text, try interfaceText("io.wabawatch"), try interfaceText("org.varlink.certification")].map {
            Array($0.utf8)
        }
        for _ in 0..<25 {
            let bytes = (texts.randomElement(using: &random) ?? []).mutated(Self.textWords, by: &random)
            let text = String(decoding: bytes, as: UTF8.self)
            do throws(InterfaceSyntaxError) {
                let interface = try InterfaceDescription(parsing: text)
                let again = try InterfaceDescription(parsing: interface.description)
                #expect(again.members == interface.members && again.documentation == interface.documentation, "seed \(seed): \(text)")
                #expect(again.description == interface.description, "seed \(seed): \(text)")
            } catch {
                #expect(error.line >= 1 && error.line <= text.utf8.count { $0 == UInt8(ascii: "\n") } + 1 && error.column >= 1)
            }
        }
    }

    /// Whatever a peer sends, the server closes or answers, and the next peer is served.
    @Test(arguments: 0..<UInt64(4)) func server_givenMessagesChangedAtRandom_servesTheNextPeer(seed: UInt64) async throws {
        try await withServer([protocolInterface()]) { path in
            var random = SeededGenerator(state: seed)
            for _ in 0..<60 {
                let whole = Self.threeCalls(&random)
                let peer = try RawPeer(connectingTo: path)
                await peer.write(whole.mutated(Self.messageWords, by: &random), by: Int.random(in: 1...200, using: &random))
                peer.finishWriting()
                let replies = await peer.read()
                #expect(replies.isEmpty || replies.last == 0)
                for reply in replies.split(separator: 0) { _ = try ReplyMessage(parsing: reply, limits: JSONLimits()) }
            }
            let peer = try RawPeer(connectingTo: path)
            await peer.write(echo("last"))
            #expect(await peer.readMessage() == echoed("last"))
        }
    }
}
