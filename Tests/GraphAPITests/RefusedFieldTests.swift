import GraphAPI
import StrictJSON
import Testing
import WhatsAppBusiness

/// What an error says of the fields that were asked for, in the words in which Meta says it.
@Suite struct RefusedFieldTests {
    private func failure(_ error: JSONObject, to request: GraphRequest, status: Int = 400) async throws -> GraphFailure {
        let body = JSONValue.object(["error": .object(error)]).bytes
        let client = try OneAnswer(response: HTTPResponse(status: status, body: body)).client()
        return try #require(await #expect(throws: GraphFailure.self) { try await client.fetch(request) })
    }

    private static let nested = [
        "id", "country", "throughput{level,speed}", "whatsapp_business_profile{about,websites}",
        "phone_numbers.limit(100){id,health_status{entities}}",
    ]

    @Test(arguments: [
        (12, "(#12) owner_business_info field is deprecated for versions v26.0 and higher", "owner_business_info"),
        (12, "(#12) currency field is deprecated for versions v27.0 and higher", "currency"),
        (10, "(#10) Application does not have permission to read the field 'country'", "country"),
        (200, "(#200) Requires business_management permission to access field: owner_business_info", "owner_business_info"),
        (230, "(#230) Cannot read \"name\"", "name"), (100, "(#100) Missing permissions for field (status)", "status"),
        (100, "(#100) Tried accessing nonexisting field (timezone_id) on node type (WhatsAppBusinessAccount)", "timezone_id"),
    ])
    func field_thatIsNamed_isFound(code: Int, message: String, field: String) async throws {
        let failure = try await failure(["code": .integer(code), "message": .string(message)], to: GraphRequest(.account, id: "102"))
        #expect([.refusedField(field), .invalidField(field)].contains(failure.code), "\(failure)")
        #expect("\(failure)".contains(field))
    }

    @Test(arguments: [
        ("(#100) Tried accessing nonexisting field (speed) on node type (X)", "speed"),
        ("(#100) Tried accessing nonexisting field (about) on node type (WhatsAppBusinessProfile)", "about"),
        ("(#100) Tried accessing nonexisting field (health_status) on node type (WhatsAppBusinessPhoneNumber)", "health_status"),
        ("(#100) Tried accessing nonexisting field (entities) on node type (WhatsAppHealthStatus)", "entities"),
    ])
    func field_insideAnother_isFoundAndLeftOut(message: String, field: String) async throws {
        let request = GraphRequest(.account, id: "102", fields: Self.nested)
        #expect(try await failure(["code": 100, "message": .string(message)], to: request).code == .invalidField(field))
        let rest = request.without(field: field)
        #expect(!GraphRequest.names(in: rest.fields ?? []).contains(field))
        #expect(
            GraphRequest.names(in: Self.nested).subtracting(GraphRequest.names(in: rest.fields ?? [])).isSubset(of: [
                field, "entities", "health_status",
            ]))
    }

    @Test func lists_ofFields_areCutWhereTheyMustBe() {
        #expect(GraphRequest.fields(Self.nested, without: []) == Self.nested)
        #expect(
            GraphRequest.fields(Self.nested, without: ["level", "websites", "entities", "country"])
                == ["id", "throughput{speed}", "whatsapp_business_profile{about}", "phone_numbers.limit(100){id}"])
        #expect(
            GraphRequest.fields(["a{b}", "c.limit(2)", "d.order(x).limit(1){e,f{g}}"], without: ["b", "g"]) == [
                "c.limit(2)", "d.order(x).limit(1){e}",
            ])
        #expect(GraphRequest.fields(["broken{a", "}", "a.b"], without: ["a"]) == ["broken{a", "}", "a.b"], "what is no entry stays")
    }

    /// No field is named: a word of the sentence is none.
    @Test(arguments: [
        (200, "(#200) Requires business_management permission to manage the object"), (10, "(#10) To use 'this', your status must be good"),
        (299, "The name of the app is not known in your country"), (12, "(#12) This is deprecated"), (100, "(#100) Missing permissions"),
    ])
    func field_thatIsNotNamed_mayStillBeOne(code: Int, message: String) async throws {
        let failure = try await failure(["code": .integer(code), "message": .string(message)], to: GraphRequest(.account, id: "102"))
        #expect(failure.mayRefuseFields, "\(failure)")
        #expect(failure.code == (code == 12 ? .invalidRequest : .forbidden))
    }

    @Test(
        arguments: [
            (100, 33, "Unsupported get request. Object with ID '1' does not exist, cannot be loaded due to missing permissions"),
            (100, nil, "Unsupported get request. Object with ID '1' does not exist, cannot be loaded due to missing permissions"),
            (100, nil, "(#100) Invalid parameter"), (190, nil, "missing permission"), (368, nil, "x"), (4, nil, "x"), (1, nil, "x"),
            (3, nil, "x"),
        ] as [(Int, Int?, String)])
    func refusal_ofSomethingElse_isNoFields(code: Int, subcode: Int?, message: String) async throws {
        var error: JSONObject = ["code": .integer(code), "message": .string(message)]
        error["error_subcode"] = subcode.map { .integer($0) }
        #expect(!(try await failure(error, to: GraphRequest(.account, id: "102"))).mayRefuseFields)
    }

    @Test(arguments: [1, 2]) func wishForLess_isNoTrouble(code: Int) async throws {
        let message: JSONValue = "Please reduce the amount of data you're asking for, then retry your request"
        for status in [400, 500] {
            let error: JSONObject = ["code": .integer(code), "message": message]
            #expect(try await failure(error, to: GraphRequest(.phoneNumbers, id: "1"), status: status).code == .tooMuchData)
        }
        #expect(
            try await failure(["code": 1, "message": "An unknown error occurred"], to: GraphRequest(.phoneNumbers, id: "1")).code
                == .transient)
    }

    // MARK: Another node

    @Test(arguments: [
        (Edge.account, "name", "Business", "this id is a business portfolio, no WhatsApp Business Account"),
        (.account, "timezone_id", "WhatsAppBusinessPhoneNumber", "this id is a phone number, no WhatsApp Business Account"),
        (.account, "currency", "Application", "this id is an app, no WhatsApp Business Account"),
        (.account, "status", "AdAccount", "this id is an ad account, no WhatsApp Business Account"),
        (.account, "status", "Starship", "this id is a node of the type Starship, no WhatsApp Business Account"),
        (.phoneNumbers, "phone_numbers", "Business", "this id is a business portfolio, no WhatsApp Business Account"),
        (.messageTemplates, "message_templates", "User", "this id is a user, no WhatsApp Business Account"),
        (
            .businessProfile, "whatsapp_business_profile", "WhatsAppBusinessAccount",
            "this id is a WhatsApp Business Account, no phone number"
        ),
        (.blockedUsers, "block_users", "Page", "this id is a page, no phone number"),
        (.phoneNumber, "status", "WhatsAppBusinessAccount", "this id is a WhatsApp Business Account, no phone number"),
    ])
    func id_ofAnotherNode_isCalledThat(edge: Edge, field: String, type: String, sentence: String) async throws {
        let message: JSONValue = "(#100) Tried accessing nonexisting field (\(field)) on node type (\(type))"
        let failure = try await failure(["code": 100, "message": message], to: GraphRequest(edge, id: "102"))
        guard case .otherNode = failure.code else { Issue.record("\(failure)"); return }
        #expect("\(failure)".hasPrefix(sentence))
    }

    /// A field of the things of a list is none of the node's, and an edge that is gone from its own node says nothing about the id.
    @Test(arguments: [
        (Edge.phoneNumbers, "status", "WhatsAppBusinessPhoneNumber", GraphFailure.Code.invalidField("status")),
        (.account, "name", "WhatsAppBusinessAccount", .invalidField("name")),
        (.account, "name", "WhatsAppMessagingAccount", .invalidField("name")),
        (.phoneNumbers, "phone_numbers", "WhatsAppBusinessAccount", .invalidRequest),
        (.account, "unasked", "Business", .invalidRequest),
    ])
    func field_ofTheRightNode_isAField(edge: Edge, field: String, type: String, code: GraphFailure.Code) async throws {
        let message: JSONValue = "(#100) Tried accessing nonexisting field (\(field)) on node type (\(type))"
        #expect(try await failure(["code": 100, "message": message], to: GraphRequest(edge, id: "102")).code == code)
    }
}
