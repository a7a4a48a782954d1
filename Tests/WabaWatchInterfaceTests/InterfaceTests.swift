import StrictJSON
import Testing
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

@Suite struct InterfaceTests {
    private let description: InterfaceDescription

    init() throws { description = try InterfaceDescription(parsing: Interface.text) }

    @Test func text_isReadAndNamed() {
        #expect(description.name == Interface.name)
        #expect(description.methodNames == Set(methods.map(\.name)))
    }

    @Test func types_fullyFilled_haveExactlyTheMembersOfTheText() throws {
        for (name, samples) in full {
            guard case .structure(let fields) = description.type(name)?.definition else {
                Issue.record("the text has no structure \(name)")
                continue
            }
            let members = samples.reduce(into: Set<String>()) { $0.formUnion($1.json.names) }
            #expect(members == Set(fields.map(\.name)), "\(name)")
            for sample in samples { try description.check(sample.json, against: fields) }
        }
    }

    @Test func parametersAndReplies_fullyFilled_haveExactlyTheMembersOfTheText() throws {
        for method in methods {
            let declared = try #require(description.method(method.name))
            for (samples, fields) in [(method.parameters, declared.input), (method.replies, declared.output)] {
                let members = samples.reduce(into: Set<String>()) { $0.formUnion($1.json.names) }
                #expect(members == Set(fields.map(\.name)), "\(method.name)")
                for sample in samples { try description.check(sample.json, against: fields) }
            }
        }
    }

    @Test func errors_haveExactlyTheParametersOfTheText() throws {
        for error in errors {
            let declared = try #require(description.error(error.name))
            try description.check(error.parameters, against: declared.parameters)
            #expect(VarlinkError(error).name == "io.wabawatch.\(error.name)")
            #expect(try WabaWatchError(VarlinkError(error)) == error)
        }
        let declared = description.members.compactMap { if case .error(let error) = $0 { error.name } else { nil } }
        #expect(Set(declared) == Set(errors.map(\.name)))
    }

    @Test(arguments: [
        ("Kind", Kind.allCases.map(\.rawValue)), ("Operation", ChangeOperation.allCases.map(\.rawValue)),
        ("Origin", Origin.allCases.map(\.rawValue)),
        ("Severity", Severity.allCases.map(\.rawValue)),
    ])
    func enumerations_haveTheValuesOfTheText(name: String, values: [String]) throws {
        guard case .enumeration(let declared) = description.type(name)?.definition else { throw MemberError(name, "is no enumeration") }
        #expect(declared.map(\.name) == values)
    }
}

private let user = BlockedUserRecord(input: "+1 555", waID: "1555", userID: "US.1")
private let failure = BlockFailure(input: "x", waID: "1", code: 139_101, message: "no")
private let budget = Budget(account: "acme", callsLastHour: 40, callsPerHour: 100, usagePercent: 20, blockedUntil: Sample.moment, saved: 12)
private let users = UserList(account: "acme", phoneNumberID: "1", users: ["+1 555"])
private let filter = Filter(
    accounts: ["acme"], kinds: [.phoneNumber], ids: ["1"], phoneNumberIDs: ["2"], operations: [.changed], fields: [JSONPointer(["a"])],
    minimumSeverity: .notice)
private let status = Status(
    version: "0.1", startedAt: Sample.moment, cursor: Cursor("c.9"), oldestCursor: Cursor("c.1"), subscribers: 3, watches: [watch],
    budgets: [budget], connection: connection, tokens: [token])
private let connection = Connection(state: "unreachable", reason: "no route", since: Sample.moment)
private let token = TokenStatus(
    account: "acme", checkedAt: Sample.moment, expiresAt: Sample.moment, dataAccessExpiresAt: Sample.moment, scopes: ["a"],
    missingScopes: ["b"])

private let full: [(String, [any Record])] = [
    ("Resource", [Sample.resource]), ("Change", [Sample.commandedChange]), ("Filter", [filter]), ("Watch", [watch]), ("Budget", [budget]),
    ("Status", [status]), ("Token", [token]), ("Connection", [connection]), ("MuteEntry", [mute]), ("BlockedUser", [user]),
    ("BlockFailure", [failure]), ("SentTemplate", [sent]),
]

private let methods: [(name: String, parameters: [any Record], replies: [any Record])] = [
    ("GetStatus", [GetStatusParameters()], [GetStatusReply(status: status)]),
    ("List", [ListParameters(filter: filter)], [ListReply(resource: Sample.resource, cursor: Cursor("c"))]),
    (
        "Get", [GetParameters(account: "acme", kind: .qrCode, id: "A", phoneNumberID: "1")],
        [GetReply(resource: Sample.resource, cursor: Cursor("c"))]
    ),
    (
        "History",
        [HistoryParameters(filter: filter, after: Cursor("c"), since: Sample.moment, until: Sample.moment, limit: 1, newestFirst: true)],
        [HistoryReply(change: Sample.change())]
    ),
    (
        "Subscribe",
        [SubscribeParameters(filter: filter, snapshot: true, heartbeatSeconds: 5), SubscribeParameters(after: Cursor("c"))],
        [SubscribeReply.resource(Sample.resource), .change(Sample.change()), .ready(Cursor("c")), .heartbeat(Cursor("c"))]
            as [SubscribeReply]
    ),
    (
        "Poll", [PollParameters(account: "acme", kind: .account, phoneNumberID: "1")], [PollReply(cursor: Cursor("c"), changes: 3)]
    ),
    (
        "Mute", [MuteParameters(filter: mute.filter, names: ["quality"], until: Sample.moment, reason: "known")], [MuteReply(mute: mute)]
    ),
    (
        "Report", [ReportParameters(body: "e30=", signature: "sha256=00")], [ReportReply(cursor: Cursor("c.9"), changes: 2, ignored: 1)]
    ),
    ("Unmute", [UnmuteParameters(id: "7")], [UnmuteReply()]), ("Mutes", [MutesParameters()], [MutesReply(mutes: [mute])]),
    (
        "Update", [UpdateParameters(account: "acme", kind: .qrCode, id: "A", phoneNumberID: "1", document: ["prefilled_message": "Hi"])],
        [UpdateReply(success: true, id: "A", cursor: Cursor("c"), changes: 1)]
    ),
    (
        "Delete", [DeleteParameters(account: "acme", kind: .qrCode, id: "A", phoneNumberID: "1")],
        [DeleteReply(success: true, cursor: Cursor("c"), changes: 1)]
    ),
    ("SendTemplate", [message], [SendTemplateReply(sent: sent)]),
    ("BlockUsers", [BlockUsersParameters(users)], [BlockUsersReply(added: [user], failed: [failure])]),
    ("UnblockUsers", [UnblockUsersParameters(users)], [UnblockUsersReply(removed: [user], failed: [failure])]),
]
