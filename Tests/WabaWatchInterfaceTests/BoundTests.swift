import StrictJSON
import Testing
import WabaWatchInterface

/// No text in a call's parameters costs much, or goes back in an error.
@Suite struct BoundTests {
    private static let long = JSONValue.string(String(repeating: "x", count: 1025))
    private static let longest = JSONValue.string(String(repeating: "x", count: 1024))
    private static let deep = JSONValue.string(String(repeating: "/a", count: 33))

    @Test(
        arguments: [
            ("filter.accounts[0]", ["filter": ["accounts": [long]]]), ("filter.ids[1]", ["filter": ["ids": ["1", long]]]),
            ("filter.phoneNumberIds[0]", ["filter": ["phoneNumberIds": [long]]]), ("filter.fields[0]", ["filter": ["fields": [long]]]),
            ("filter.fields[1]", ["filter": ["fields": ["/a", deep]]]), ("after", ["after": long]),
        ] as [(String, JSONObject)])
    func subscription_withATextThatIsTooLong_isRefusedByName(member: String, parameters: JSONObject) {
        #expect { try SubscribeParameters(json: parameters) } throws: { ($0 as? MemberError)?.member == member }
    }

    @Test func otherCalls_withATextThatIsTooLong_areRefusedByName() {
        #expect { try GetParameters(json: ["account": "a", "kind": "account", "id": Self.long]) } throws: {
            ($0 as? MemberError)?.member == "id"
        }
        #expect { try GetParameters(json: ["account": Self.long, "kind": "account", "id": "1"]) } throws: {
            ($0 as? MemberError)?.member == "account"
        }
        #expect { try PollParameters(json: ["account": Self.long]) } throws: { ($0 as? MemberError)?.member == "account" }
        #expect { try HistoryParameters(json: ["after": Self.long]) } throws: { ($0 as? MemberError)?.member == "after" }
        #expect { try UserList(json: ["account": "a", "phoneNumberId": "1", "users": [Self.long]]) } throws: {
            ($0 as? MemberError)?.member == "users[0]"
        }
    }

    @Test func textsOfTheLargestSize_areTaken() throws {
        let filter: JSONObject = [
            "accounts": [Self.longest], "ids": [Self.longest], "fields": [.string("/" + String(repeating: "x", count: 1023))],
        ]
        #expect(try SubscribeParameters(json: ["filter": .object(filter)]).filter?.ids?.count == 1)
        #expect(
            try SubscribeParameters(json: ["filter": ["fields": [.string(String(repeating: "/a", count: 32))]]]).filter?.fields?.count == 1)
    }
}
