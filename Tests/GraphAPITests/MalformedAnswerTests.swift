import GraphAPI
import StrictJSON
import Testing
import TestTools
import WhatsAppBusiness

@Suite(.timeLimit(.minutes(1))) struct MalformedAnswerTests {
    enum Fault: CaseIterable { case truncated, wrongType, duplicateMember, hugeNumber, deep, badByte, trailing, badEscape }

    @Test func malformedAnswers_eachGiveATypedError() async throws {
        let sources = Payload.all.filter { $0.group == "api" && (try? $0.json()["data"]?.array?.first?.object) != nil }
        var random = SeededGenerator(state: 20_261_121)
        var count = 0
        for fault in Fault.allCases {
            for round in 0..<30 {
                let source = try #require(sources.randomElement(using: &random))
                let body = try mutate(source, fault, round, &random)
                let client = try OneAnswer(response: HTTPResponse(status: 200, body: body)).client()
                let text = String(decoding: body.prefix(200), as: UTF8.self)
                await #expect(throws: (any Error).self, "\(fault) \(source): \(text)") { try await read(client, source) }
                count += 1
            }
        }
        #expect(count >= 200)
        print("malformed answers: \(count), each refused with a typed error")
    }

    /// Only these two errors can come out; anything else fails the test.
    private func read(_ client: GraphClient, _ source: Payload) async throws {
        do throws(GraphFailure) {
            let page = try await Page(client.fetch(GraphRequest(.phoneNumbers, id: "1")))
            for item in page.items { try check(item, source) }
        } catch {
            guard case .invalidAnswer(let why) = error.code, !why.isEmpty else { throw Unexpected("\(error)") }
            throw error
        }
    }

    private func check(_ item: JSONValue, _ source: Payload) throws(GraphFailure) {
        do throws(DocumentError) {
            _ = try (source.type ?? Anything.self).init(item)
        } catch {
            throw GraphFailure(.invalidAnswer(error.description))
        }
    }

    private func mutate(_ source: Payload, _ fault: Fault, _ round: Int, _ random: inout SeededGenerator) throws -> [UInt8] {
        let json = try source.json()
        let bytes = json.bytes
        let end = bytes.count - 1
        func with(_ first: JSONValue?) -> [UInt8] {
            guard var object = json.object else { return [] }
            object["data"] = first
            return JSONValue.object(object).bytes
        }
        switch fault {
        case .truncated:
            // Every class of length: nothing, the first bytes, anywhere, all but the last.
            let lengths = [0, 1, 2, 7, end / 4, end / 2, end - 1, end]
            return Array(bytes.prefix(round < lengths.count ? lengths[round] : Int.random(in: 0...end, using: &random)))
        case .wrongType:
            let wrong: [JSONValue?] = [
                nil, .null, 1, "x", true, [:], [1], [[:], "x"], [["id": [1], "code": [:], "wa_id": true, "about": 7]],
            ]
            let chosen = wrong[round % wrong.count]
            // The last one only concerns types that have one of these members.
            return round % wrong.count == wrong.count - 1 ? with(["x"]) : with(chosen)
        case .duplicateMember: return Array(#"{"data":[],"#.utf8) + bytes.dropFirst()
        case .hugeNumber:
            return with([["health_status": ["entities": [["errors": [["error_code": try JSONValue(parsing: "9223372036854775808")]]]]]], 1])
        case .deep: return insert(String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000), bytes)
        case .badByte:
            var changed = bytes
            changed[0] = UInt8.random(in: 0x80...0xFF, using: &random)
            return changed
        case .trailing: return bytes + Array("{}".utf8)
        case .badEscape: return insert(#""\u12G4""#, bytes)
        }
    }

    private func insert(_ value: String, _ bytes: [UInt8]) -> [UInt8] { Array(#"{"x":\#(value),"#.utf8) + bytes.dropFirst() }

    @Test func number_pastSixtyFourBits_isRefusedWhereAWholeOneBelongs() throws {
        let thing = try JSONValue(parsing: #"{"health_status":{"entities":[{"errors":[{"error_code":9223372036854775808}]}]}}"#)
        #expect { try BusinessPhoneNumber(thing) } throws: {
            "\($0)" == "/health_status/entities/0/errors/0/error_code should be a whole number of at most 64 bits and is a number"
        }
    }

    @Test func body_ofTwentyMegabytes_isRefusedOverHTTP() async throws {
        try await withServer { _ in
            .http(200, #"{"data":[""# + String(repeating: "a", count: 20 << 20) + #""]}"#)
        } body: { server, transport in
            let failure = await #expect(throws: GraphFailure.self) {
                try await client(server, transport).fetch(GraphRequest(.phoneNumbers, id: "1"))
            }
            #expect(failure?.code == .invalidAnswer("the answer is larger than 16777216 bytes"))
        }
    }
}
