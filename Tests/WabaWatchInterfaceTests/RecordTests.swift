import StrictJSON
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@Suite struct RecordTests {
    @Test(arguments: records) func record_writtenAndRead_isTheSame(record: any Record) throws {
        func check<R: Record>(_ record: R) throws { #expect(try R(json: record.json) == record) }
        try check(record)
    }

    @Test func change_asJSON_isWhatTheInterfaceSays() throws {
        let text = JSONValue.object(Sample.change().json).description
        #expect(
            text == #"{"account":"acme","after":{"quality_rating":"YELLOW"},"before":{"quality_rating":"GREEN"},"cursor":"c.7","#
                + #""fields":["/quality_rating"],"id":"107878721936019","kind":"phone_number","observedAt":"2026-11-21T04:00:01.250Z","#
                + #""operation":"changed","origin":"poll","phoneNumberId":"107878721936019","sequence":7,"severity":"warning","#
                + #""summary":"acme: quality rating of +1 555-093-4873 (107878721936019) fell from GREEN to YELLOW"}"#)
    }

    @Test func change_writtenAtOnce_isTheTextOfItsMembers() {
        var bare = Sample.change(Sample.account, operation: .removed, fields: [])
        (bare.before, bare.after) = (["odd \u{1}\"\\": ["a": [1, .null, "é\n"]]], nil)
        for change in [Sample.commandedChange, Sample.change(), Sample.change(fields: [["a/b", "~"], ["é"]]), bare] {
            var bytes: [UInt8] = []
            change.write(into: &bytes, observedAt: change.observedAt.description)
            #expect(String(decoding: bytes, as: UTF8.self) == JSONValue.object(change.json).description)
        }
    }

    @Test func transactionAndActor_areReadAndWritten_andAreMissingWhereAnEarlyReleaseRecorded() throws {
        let change = Sample.commandedChange
        #expect(change.json["transaction"] == 6 && change.json["actor"] == "alice \"é\" (1000)")
        #expect(try Change(json: change.json) == change)
        let early = try Change(json: Sample.change().json)
        #expect(early.transaction == nil && early.actor == nil)
    }

    @Test func optionalMember_thatIsNil_isLeftOut() {
        #expect(ListParameters().json.isEmpty)
        #expect(Filter().json.isEmpty)
        #expect(Array(GetParameters(account: "acme", kind: .account, id: "1").json.names) == ["account", "id", "kind"])
    }

    @Test func optionalMember_thatIsNull_isAbsent() throws {
        #expect(try ListParameters(json: ["filter": .null]) == ListParameters())
    }

    @Test func reply_withMembersOfANewerDaemon_isRead() throws {
        var json = Sample.change().json
        json["confidence"] = "high"
        #expect(try Change(json: json) == Sample.change())
        var watch = watch.json
        watch["state"] = "asleep"
        #expect(try WatchStatus(json: watch).state.rawText == "asleep")
    }

    /// Of every list that grows, a value that is not known is read, and written as it came.
    @Test(arguments: ["flow", "Account", "ACCOUNT", "phone_number ", "", "\u{0}", "é", "e\u{301}"])
    func reply_withValuesOfANewerDaemon_isReadAndWrittenAsItCame(text: String) throws {
        var change = Sample.change().json
        for member in ["kind", "operation", "origin", "severity"] { change[member] = .string(text) }
        let read = try Change(json: change)
        #expect(read.json == change)
        var bytes: [UInt8] = []
        read.write(into: &bytes, observedAt: read.observedAt.description)
        #expect(bytes == JSONValue.object(change).bytes)
        #expect(read.kind.known == nil && read.operation.known == nil && read.origin.known == nil && read.severity.known == nil)
        #expect(read.kind != .account && read.resourceID.kind.rawText.hasSameUTF8(as: text))
        #expect(SubscribeReply.change(read).json["change"] == .object(change))
        var resource = Sample.resource.json
        resource["kind"] = .string(text)
        #expect(try Resource(json: resource).json == resource)
        var watch = watch.json
        (watch["kind"], watch["state"]) = (.string(text), .string(text))
        #expect(try WatchStatus(json: watch).json == watch)
        let error = try WabaWatchError(name: "NoSuchResource", parameters: ["account": "acme", "kind": .string(text), "id": "1"])
        #expect(error?.parameters["kind"] == .string(text))
        // What is asked for would not be done.
        #expect(throws: MemberError.self) { try Filter(json: ["kinds": [.string(text)]]) }
        #expect(throws: MemberError.self) { try GetParameters(json: ["account": "acme", "kind": .string(text), "id": "1"]) }
    }

    @Test func valuesThatAreNotKnown_areSortedAndFiltered() throws {
        var change = Sample.change()
        (change.kind, change.severity) = (OpenEnum(rawValue: "flow"), OpenEnum(rawValue: "dire"))
        #expect(Filter().matches(change) && Filter(minimumSeverity: .warning).matches(change))
        #expect(!Filter(minimumSeverity: .critical).matches(change) && !Filter(kinds: Set(Kind.allCases)).matches(change))
        change.operation = OpenEnum(rawValue: "renamed")
        #expect(!Filter(operations: Set(ChangeOperation.allCases)).matches(change))
        let kinds = ["zebra", "watch", "flow", "account"].map(OpenEnum<Kind>.init(rawValue:))
        #expect(kinds.sorted().map(\.rawText) == ["account", "watch", "flow", "zebra"])
        #expect(OpenEnum<Kind>.account == OpenEnum(rawValue: "account") && OpenEnum<Kind>("Account") != OpenEnum<Kind>.account)
        #expect(OpenEnum<Kind>("Account").known == .account && OpenEnum<Kind>(rawValue: "Account").known == nil)
        #expect(Set([OpenEnum<Kind>.account, OpenEnum(rawValue: "account"), OpenEnum(rawValue: "flow")]).count == 2)
    }

    @Test(
        arguments: [
            (["kind": "phone_number", "id": "1"], "account is missing"),
            (["account": 7, "kind": "phone_number", "id": "1"], "account should be a string and is a number"),
            (["account": "acme", "kind": "phone", "id": "1"], "kind has a value that is not in its list"),
            (["account": "acme", "kind": "account", "id": "1", "verbose": true], "verbose is no member that is known"),
        ] as [(JSONObject, String)])
    func get_withParametersThatAreWrong_namesThem(json: JSONObject, sentence: String) {
        #expect { try GetParameters(json: json) } throws: { "\($0)" == sentence }
    }

    @Test(
        arguments: [
            (["kinds": ["phone_number", "phone"]], "filter.kinds[1]"), (["fields": ["quality_rating"]], "filter.fields[0]"),
            (["minimumSeverity": "loud"], "filter.minimumSeverity"), (["account": ["acme"]], "filter.account"),
            (["ids": "1"], "filter.ids"),
            (["fields": .array(Array(repeating: "/a", count: Filter.fieldLimit + 1))], "filter.fields"),
        ] as [(JSONObject, String)])
    func filter_thatIsWrong_isNamedWithItsParameter(filter: JSONObject, member: String) {
        #expect { try SubscribeParameters(json: ["filter": .object(filter)]) } throws: {
            ($0 as? MemberError)?.member == member
        }
    }

    @Test(
        arguments: [
            (["limit": 100_001], "limit"), (["limit": -1], "limit"), (["since": "yesterday"], "since"), (["newestFirst": 1], "newestFirst"),
        ] as [(JSONObject, String)])
    func history_outOfBounds_namesTheParameter(json: JSONObject, member: String) {
        #expect { try HistoryParameters(json: json) } throws: { ($0 as? MemberError)?.member == member }
    }

    @Test(
        arguments: [
            (["filter": [:]], "until"), (["until": "2026-11-21T04:00:01Z"], "filter"), (["filter": [:], "until": "tomorrow"], "until"),
            (["filter": ["kinds": ["alarm"]], "until": "2026-11-21T04:00:01Z"], "filter.kinds"),
            (["filter": ["minimumSeverity": "info"], "until": "2026-11-21T04:00:01Z"], "filter.minimumSeverity"),
            (
                ["filter": ["ids": .array((0...MuteParameters.nameLimit).map { .string("\($0)") })], "until": "2026-11-21T04:00:01Z"],
                "filter.ids"
            ),
            (
                [
                    "filter": [:], "until": "2026-11-21T04:00:01Z",
                    "reason": .string(String(repeating: "a", count: MuteParameters.reasonLimit + 1)),
                ], "reason"
            ),
        ] as [(JSONObject, String)])
    func mute_thatIsWrong_namesTheParameter(json: JSONObject, member: String) {
        #expect { try MuteParameters(json: json) } throws: { ($0 as? MemberError)?.member == member }
    }

    @Test func subscribe_withCursorAndSnapshot_isRefused() {
        #expect { try SubscribeParameters(json: ["after": "c.1", "snapshot": true]) } throws: {
            ($0 as? MemberError)?.member == "snapshot"
        }
        #expect(throws: Never.self) { try SubscribeParameters(json: ["after": "c.1", "snapshot": false]) }
    }

    @Test func users_pastTheLimit_areRefused() {
        let users = (0...UserList.limit).map { JSONValue.string("\($0)") }
        #expect { try BlockUsersParameters(json: ["account": "acme", "phoneNumberId": "1", "users": .array(users)]) } throws: {
            ($0 as? MemberError)?.member == "users"
        }
    }

    @Test(arguments: errors) func error_writtenAndRead_isTheSame(error: WabaWatchError) throws {
        #expect(try WabaWatchError(name: error.name, parameters: error.parameters) == error)
    }

    @Test func error_ofAnotherName_isNone() throws {
        #expect(try WabaWatchError(name: "Surprise", parameters: [:]) == nil)
    }

    @Test func severity_isOrderedAsJournaldOrdersIt() {
        #expect(Severity.allCases.sorted() == [.info, .notice, .warning, .critical])
        #expect(Severity.allCases.map(\.journalPriority) == [2, 4, 5, 6])
    }
}

let watch = WatchStatus(
    account: "acme", kind: .blockedUser, phoneNumberID: "1", state: OpenEnum(.late), reason: "the budget is used up", since: Sample.moment,
    everyMilliseconds: 900_000, lastSuccessAt: Sample.moment, nextAt: Sample.moment, failures: 2, comesWith: .phoneNumber, callsPerPoll: 3,
    toldBy: "connection")

let mute = MuteEntry(
    id: "7", filter: Filter(accounts: ["acme"], ids: ["health/7"], phoneNumberIDs: ["1"]), names: ["quality", "health"],
    until: Sample.moment, reason: "known, ticket 4711", by: "alice (1000)")

let message = SendTemplateParameters(
    account: "acme", phoneNumberID: "1", to: "+1 555", template: "alarm", language: "en_US", components: [["type": "body"]])

let sent = SentTemplateRecord(id: "wamid.1", input: "+1555", toUser: "1555", fromPhoneID: "1", status: "held_for_quality_assessment")

let records: [any Record] = [
    UpdateParameters(account: "acme", kind: .qrCode, id: "A", phoneNumberID: "1", document: ["prefilled_message": "Hi"]),
    UpdateParameters(account: "acme", kind: .account, document: [:]), UpdateReply(success: false, cursor: Cursor("c.9"), changes: 0),
    UpdateReply(success: true, id: "A", cursor: Cursor("c.9"), changes: 1),
    DeleteParameters(account: "acme", kind: .messageTemplate, id: "7"), DeleteReply(success: true, cursor: Cursor("c.9"), changes: 1),
    message, SendTemplateReply(sent: sent), SendTemplateReply(sent: SentTemplateRecord(id: "1", input: "2", fromPhoneID: "3")),
    Sample.resource, Sample.change(), Sample.change(Sample.account, operation: .removed), watch,
    Filter(
        accounts: ["acme"], kinds: [.phoneNumber, .watch], ids: ["1"], phoneNumberIDs: ["2"], operations: [.changed, .added],
        fields: [JSONPointer(["a/b", "c~d"])], minimumSeverity: .notice),
    Budget(account: "acme", callsLastHour: 40, callsPerHour: 100, usagePercent: 20, blockedUntil: Sample.moment),
    GetStatusReply(
        status: Status(
            version: "0.1", startedAt: Sample.moment, cursor: Cursor("c.9"), oldestCursor: Cursor("c.1"), subscribers: 3, watches: [watch],
            budgets: [Budget(account: "acme", callsLastHour: 40, callsPerHour: 100)],
            connection: Connection(state: "unreachable", reason: "no route", since: Sample.moment),
            tokens: [
                TokenStatus(
                    account: "acme", checkedAt: Sample.moment, expiresAt: Sample.moment, dataAccessExpiresAt: Sample.moment,
                    scopes: ["whatsapp_business_management"], missingScopes: []),
                TokenStatus(account: "bolt"),
            ])),
    mute, MuteEntry(id: "8", filter: Filter(), until: Sample.moment, by: "1000"), MuteParameters(filter: Filter(), until: Sample.moment),
    MuteParameters(filter: mute.filter, names: ["quality"], until: Sample.moment, reason: "known"), MuteReply(mute: mute),
    ReportParameters(body: "e30=", signature: "sha256=00"), ReportReply(cursor: Cursor("c.9"), changes: 2, ignored: 1),
    UnmuteParameters(id: "7"), UnmuteReply(), MutesParameters(), MutesReply(mutes: [mute]), MutesReply(mutes: []),
    GetStatusParameters(), ListParameters(filter: Filter(ids: ["1"])), ListReply(resource: Sample.resource, cursor: Cursor("c.9")),
    ListReply(resource: nil, cursor: Cursor("c.9")), GetParameters(account: "acme", kind: .qrCode, id: "A", phoneNumberID: "1"),
    GetReply(resource: Sample.resource, cursor: Cursor("c.9")),
    HistoryParameters(
        filter: Filter(), after: Cursor("c.1"), since: Sample.moment, until: Sample.moment, limit: 10, newestFirst: true),
    HistoryReply(change: Sample.change()), HistoryReply(change: nil),
    SubscribeParameters(filter: Filter(kinds: [.account]), snapshot: true, heartbeatSeconds: 5), SubscribeReply.resource(Sample.resource),
    SubscribeReply.change(Sample.change()), SubscribeReply.ready(Cursor("c.9")), SubscribeReply.heartbeat(Cursor("c.9")),
    PollParameters(account: "acme", kind: .account, phoneNumberID: "1"), PollReply(cursor: Cursor("c.9"), changes: 3),
    BlockUsersParameters(UserList(account: "acme", phoneNumberID: "1", users: ["+1 555"])),
    BlockUsersReply(
        added: [BlockedUserRecord(input: "+1 555", waID: "1555", userID: "US.1")],
        failed: [BlockFailure(input: "x", code: 139_101, message: "no")]),
    UnblockUsersParameters(UserList(account: "acme", phoneNumberID: "1", users: [])),
    UnblockUsersReply(
        removed: [BlockedUserRecord(input: "+1 555")], failed: [BlockFailure(input: "x", waID: "1", code: 1, message: "no")]),
]

let errors: [WabaWatchError] = [
    .historyLost(oldestCursor: Cursor("c.1"), currentCursor: Cursor("c.9")), .noSuchAccount(account: "acme"), .noSuchMute(id: "7"),
    .badSignature, .actionNotAllowed(account: "acme", action: "block"),
    .actionUncertain(account: "acme", action: "block", reason: "no answer came"),
    .noSuchResource(account: "acme", kind: .qrCode, id: "A"), .budgetExhausted(account: "acme", retryAfterSeconds: 60),
    .lookFailed(state: "unreachable", reason: "no route"), .graphError(code: 190, subcode: 463, message: "expired", traceID: "A1"),
    .graphError(code: 1, subcode: nil, message: "unknown", traceID: nil),
]
