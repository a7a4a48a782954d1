import PayloadDocuments
import StrictJSON
import TestTools
import Testing
import WhatsAppBusiness

/// What holds for documents of every type: whatever Meta adds stays, and what is of another type is named where it stands.
@Suite struct ShapeTests {
    @Test(arguments: 0..<30 as Range<UInt64>) func document_ofItsShape_isTaken_andKeptWhole(seed: UInt64) throws {
        var made = MadeUp(seed: seed)
        for type in Documents.all {
            let value = made.value(of: type.shape)
            let document = try type.init(value)
            #expect(JSONValue.object(document.json) == value)
            #expect(document.description == value.description)
            #expect(type.shape.oddities(in: value).isEmpty, "\(type): \(value)")
        }
    }

    @Test(arguments: 100..<130 as Range<UInt64>) func member_ofAnotherShape_isNamed_whereverItStands(seed: UInt64) throws {
        var made = MadeUp(seed: seed)
        for type in Documents.all {
            guard let (value, pointer) = made.broken(type.shape) else { continue }
            let error = #expect(throws: DocumentError.self) { try type.init(value) }
            #expect(error?.pointer == pointer, "\(type): \(value)")
            #expect(error.map { "\($0)" } == error.map { "\(pointer) should be \($0.expected) and is \($0.found)" })
            // Of the same there is one oddity, without the places in arrays.
            let oddities = type.shape.oddities(in: value)
            #expect(oddities.map(\.path) == [pointer.names.filter { Int($0) == nil }], "\(type): \(value)")
            #expect(oddities.first.map { "\($0.expected) \($0.found)" } == error.map { "\($0.expected) \($0.found)" })
        }
    }

    /// A view of what has not its shape: members of another type are `nil`, the others are there, and nothing ends the process.
    @Test(arguments: 200..<220 as Range<UInt64>) func viewOfADocument_thatWasNotChecked_holds(seed: UInt64) throws {
        var made = MadeUp(seed: seed)
        for type in Documents.all {
            guard let object = made.broken(type.shape)?.value.object else { continue }
            #expect(type.init(checked: object).json == object)
        }
        let number = BusinessPhoneNumber(checked: [
            "status": 7, "quality_rating": "GREEN", "throughput": "STANDARD", "is_pin_enabled": "true",
        ])
        #expect(number.status == nil && number.throughput == nil && number.isPINEnabled == nil)
        #expect(number.qualityRating?.known == .green)
    }

    /// `null`, `{}` and `[]` say no more than a missing member, whatever was expected.
    @Test(arguments: [.null, [], [:], ["a": .null], ["a": [:]]] as [JSONValue]) func nothing_hasEveryShape(nothing: JSONValue) throws {
        for type in Documents.all {
            guard case .object(let members, let required) = type.shape else { continue }
            for name in members.keys where !required.contains(name) {
                var object = JSONObject()
                for other in required { object[other] = members[other].map { _ in .null } }
                object[name] = .some(nothing)
                #expect(throws: Never.self, "\(type).\(name)") { try type.init(.object(object)) }
            }
        }
    }

    @Test func requiredMember_thatIsMissing_isNamed() {
        for type in Documents.all {
            guard case .object(_, let required) = type.shape, !required.isEmpty else { continue }
            let error = #expect(throws: DocumentError.self) { try type.init([:]) }
            #expect(error?.pointer == JSONPointer([required[0]]) && error?.found == "missing")
        }
        #expect(throws: DocumentError(at: JSONPointer(["entry", "0", "id"]), expected: "an id", found: "missing")) {
            try WebhookNotification(["object": "whatsapp_business_account", "entry": [["changes": []]]])
        }
    }

    @Test(arguments: [.null, true, 7, "text", [1]] as [JSONValue]) func document_thatIsNoObject_isNone(value: JSONValue) {
        for type in Documents.all {
            let error = #expect(throws: DocumentError.self) { try type.init(value) }
            #expect(error.map { "\($0)" } == "the document should be an object and is \(value.typeName)")
        }
    }

    @Test func shapesOfPlainValues_takeWhatMetaSends_andNothingElse() throws {
        let values: [(text: String, shapes: String)] = [
            ("\"a\"", "string id time"), ("7", "id integer number time"), ("7.0", "id number time"), ("7.5", "number time"),
            ("9223372036854775808", "id number time"), ("true", "bool"), ("[7]", "array"), (#"{"a":7}"#, "object map"),
        ]
        let shapes: [(name: String, shape: Shape)] = [
            ("string", .string), ("id", .id), ("bool", .bool), ("integer", .integer), ("number", .number), ("time", .time),
            ("array", .array(.integer)), ("object", .object(["a": .integer])), ("map", .map(.integer)),
        ]
        for (text, taken) in values {
            let value = try JSONValue(parsing: text)
            for (name, shape) in shapes {
                let takes = (try? shape.check(value)) != nil
                #expect(takes == taken.split(separator: " ").contains(Substring(name)), "\(text) as \(name)")
                #expect(shape.oddities(in: value).isEmpty == takes)
            }
            #expect(throws: Never.self) { try Shape.anything.check(value) }
        }
    }

    /// A hostile document cannot make the list of what is odd long, nor the walk through it slow.
    @Test(.timeLimit(.minutes(1))) func oddities_ofAVeryOddDocument_areFew() {
        let shape = Shape.map(.array(.integer))
        let value = JSONValue.object(JSONObject((0..<300).map { ("m\($0)", .array(Array(repeating: "x", count: 300))) }))
        #expect(shape.oddities(in: value).count == 16)
        #expect(shape.oddities(in: value, most: 0).isEmpty)
        #expect(Shape.array(.integer).oddities(in: .array(Array(repeating: "x", count: 50_000))).count == 1)
    }
}
