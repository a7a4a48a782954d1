import Changes
import StrictJSON
import Testing
import TestTools
import WhatsAppBusiness

@Suite struct DifferenceTests {
    private func object(_ text: String) throws -> JSONObject { try #require(try JSONValue(parsing: text).object) }

    @Test func documents_thatAreTheSame_haveNoDifference() throws {
        #expect(DocumentDifference(from: try object(#"{"a":1,"b":[1]}"#), to: try object(#"{"b":[1],"a":1}"#)) == nil)
    }

    @Test func objects_areComparedMemberByMember_arraysWhole() throws {
        let difference = try #require(
            DocumentDifference(
                from: object(#"{"a":{"x":1,"y":2},"l":[1,2],"same":0}"#), to: object(#"{"a":{"x":1,"y":3,"z":4},"l":[1,3],"same":0}"#)))
        #expect(difference.fields.map(\.description) == ["/a/y", "/a/z", "/l"])
        #expect(JSONValue.object(difference.before).description == #"{"a":{"y":2},"l":[1,2]}"#)
        #expect(JSONValue.object(difference.after).description == #"{"a":{"y":3,"z":4},"l":[1,3]}"#)
    }

    /// Byte for byte: what says the same was given the same form before (`Sameness`).
    @Test func members_thatAreNullMissingOrEmpty_areThreeThings() throws {
        let forms = try [#"{}"#, #"{"a":null}"#, #"{"a":{}}"#, #"{"a":[]}"#, #"{"a":""}"#].map(object)
        for (left, before) in forms.enumerated() {
            for (right, after) in forms.enumerated() {
                #expect((DocumentDifference(from: before, to: after) == nil) == (left == right), "\(before) \(after)")
            }
        }
    }

    /// Guarantee 3 for one document: what is told of a difference leads from the one to the other, byte for byte.
    @Test func differences_ofRandomDocuments_leadFromOneToTheOther() throws {
        var random = SeededGenerator(state: 7)
        for round in 0..<5_000 {
            let before = Self.document(&random, depth: 3)
            let after = round % 3 == 0 ? Self.document(&random, depth: 3) : Self.mutated(before, &random)
            guard let difference = DocumentDifference(from: before, to: after) else {
                #expect(before == after)
                continue
            }
            let change = DetectedChange(
                .init(account: "a", kind: .phoneNumber, id: "1"), .changed, severity: .notice, fields: difference.fields,
                before: difference.before, after: difference.after, summary: "")
            #expect(change.applied(to: before) == after)
        }
    }

    private static func document(_ random: inout SeededGenerator, depth: Int) -> JSONObject {
        JSONObject((0..<random.below(4)).map { _ in ("m\(random.below(5))", value(&random, depth: depth)) })
    }

    private static func value(_ random: inout SeededGenerator, depth: Int) -> JSONValue {
        switch random.below(depth > 0 ? 6 : 4) {
        case 0: .null
        case 1: .integer(random.below(3))
        case 2: .string(["", "a", "\u{E9}", "e\u{301}"][random.below(4)])
        case 3: .array((0..<random.below(3)).map { .integer($0) })
        default: .object(document(&random, depth: depth - 1))
        }
    }

    private static func mutated(_ document: JSONObject, _ random: inout SeededGenerator) -> JSONObject {
        var document = document
        let name = "m\(random.below(5))"
        if case .object(let inner)? = document[name], random.below(3) > 0 {
            document[name] = .object(mutated(inner, &random))
        } else {
            document[name] = random.below(4) == 0 ? nil : value(&random, depth: 2)
        }
        return document
    }
}
