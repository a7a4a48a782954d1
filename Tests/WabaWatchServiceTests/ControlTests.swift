import FoundationEssentials
import Glibc
import Ledger
import StrictJSON
import StrictYAML
import TestSupport
import Testing
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

@testable import ServiceConfiguration
@testable import WabaWatchService

/// Answers a poll with what it was given.
private struct FixedPoller: Poller {
    var outcome: Result<Int, WabaWatchError>

    func poll(account: String, kind: Kind?, phoneNumberID: String?) async throws(WabaWatchError) -> (cursor: LedgerCursor, changes: Int) {
        #expect(account == "acme" && kind == .phoneNumber && phoneNumberID == "106")
        return (LedgerCursor(ledger: "0123456789abcdef", sequence: 42), try outcome.get())
    }
}

/// A process of another user that makes one call.
private struct Stranger: Sendable, CustomTestStringConvertible {
    var user: UInt32 = 12_345
    var group: UInt32 = 12_345
    var groups: [UInt32] = []
    var right: ControlRight
    var isAllowed: Bool

    var testDescription: String { "user \(user), group \(group), groups \(groups), right \(right)" }

    private static let program = """
        import socket, sys
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(sys.argv[1])
        peer.sendall(sys.argv[2].encode() + b"\\0")
        reply = b""
        while not reply.endswith(b"\\0"): reply += peer.recv(65536) or b"closed\\0"
        print(reply[:-1].decode())
        """

    func call(_ call: JSONValue, on live: LiveService) async throws -> JSONValue {
        let log = live.folder + "/stranger-\(UUID().uuidString)"
        let groups = groups.isEmpty ? ["--clear-groups"] : ["--groups", groups.map(String.init).joined(separator: ",")]
        let process = try Program.spawn(
            ["setpriv", "--reuid", "\(user)", "--regid", "\(group)"] + groups
                + ["/usr/bin/python3", "-c", Self.program, live.socket, call.description], environment: [:], log: log)
        #expect(await process.wait() == 0)
        return try JSONValue(parsing: try String(contentsOfFile: log, encoding: .utf8).trimmingSuffix("\n"))
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String { hasSuffix(suffix) ? String(dropLast(suffix.count)) : self }
}

/// Real sockets, and real peers of another user: only root can begin such.
@Suite(.inTurn, .timeLimit(.minutes(1)), .enabled(if: geteuid() == 0, "only root can run a peer as somebody else"))
struct ControlTests {
    private static let none = ControlRight(userID: 0)
    private static let group = ControlRight(userID: 0, groupID: 4_242)

    @Test(arguments: [
        Stranger(right: none, isAllowed: false),
        Stranger(user: 0, right: none, isAllowed: true),
        Stranger(user: 777, right: ControlRight(userID: 777), isAllowed: true),
        Stranger(right: ControlRight(userID: 777), isAllowed: false),
        Stranger(right: group, isAllowed: false),
        Stranger(group: 4_242, right: group, isAllowed: true),
        Stranger(groups: [4_242], right: group, isAllowed: true),
        Stranger(groups: [4, 5], right: group, isAllowed: false),
        // More than a first guess has room for.
        Stranger(groups: Array(4_143...4_242), right: group, isAllowed: true),
        // What stands for everybody who is not known is nobody.
        Stranger(groups: [65_534], right: ControlRight(userID: 0, groupID: 65_534), isAllowed: false),
        Stranger(group: 65_534, right: ControlRight(userID: 0, groupID: 65_534), isAllowed: false),
        Stranger(user: 65_534, right: ControlRight(userID: 65_534), isAllowed: false),
    ])
    fileprivate func peer_mayControl_ifTheRightSaysSo(stranger: Stranger) async throws {
        try await LiveService.with(controlRight: stranger.right) { live in
            let calls: [(String, JSONObject)] = [
                ("Poll", ["account": "nobody"]), ("BlockUsers", ["account": "a", "phoneNumberId": "1", "users": ["1"]]),
                ("UnblockUsers", ["account": "a", "phoneNumberId": "1", "users": []]),
                ("Update", ["account": "a", "kind": "account", "document": [:]]),
                ("Delete", ["account": "a", "kind": "qr_code", "id": "1"]),
                ("SendTemplate", ["account": "a", "phoneNumberId": "1", "to": "1", "template": "a", "language": "en"]),
                ("Mute", ["filter": [:], "until": "2026-11-22T04:00:00Z"]), ("Unmute", ["id": "1"]),
                ("Report", ["body": "", "signature": ""]),
            ]
            for (method, parameters) in calls {
                let call: JSONValue = ["method": .string("io.wabawatch.\(method)"), "parameters": .object(parameters)]
                let reply = try await stranger.call(call, on: live)
                let expected = stranger.isAllowed ? "MethodNotImplemented" : "PermissionDenied"
                #expect(reply["error"] == .string("org.varlink.service.\(expected)"), "\(method): \(reply)")
            }
            // Reading is for everybody who may open the socket.
            let status = try await stranger.call(["method": "io.wabawatch.GetStatus"], on: live)
            #expect(status["parameters"]?["status"]?["version"] == "0")
        }
    }

    @Test func poll_isAnsweredWithTheCursorAndTheChanges() async throws {
        try await LiveService.with(poller: FixedPoller(outcome: .success(3))) { live in
            let client = try await VarlinkClient.connect(path: live.socket)
            let reply = try await client.call(
                "io.wabawatch.Poll", PollParameters(account: "acme", kind: .phoneNumber, phoneNumberID: "106").json)
            #expect(try PollReply(json: reply) == PollReply(cursor: Cursor("0123456789abcdef:42"), changes: 3))
            await #expect(throws: VarlinkError.invalidParameter("kind")) {
                try await client.call("io.wabawatch.Poll", ["account": "acme", "kind": "unicorn"])
            }
        }
    }

    @Test(arguments: [
        WabaWatchError.noSuchAccount(account: "acme"), .noSuchResource(account: "acme", kind: .phoneNumber, id: "106"),
        .budgetExhausted(account: "acme", retryAfterSeconds: 1200), .lookFailed(state: "unreachable", reason: "no route to host"),
        .graphError(code: 190, subcode: 463, message: "the token has expired", traceID: "AbC"),
        .graphError(code: 100, subcode: nil, message: "no", traceID: nil),
    ])
    func poll_thatFails_isAnsweredWithItsError(error: WabaWatchError) async throws {
        try await LiveService.with(poller: FixedPoller(outcome: .failure(error))) { live in
            let client = try await VarlinkClient.connect(path: live.socket)
            await #expect(throws: VarlinkError(error)) {
                try await client.call(
                    "io.wabawatch.Poll", PollParameters(account: "acme", kind: .phoneNumber, phoneNumberID: "106").json)
            }
        }
    }

    @Test func controlGroup_thatDoesNotExist_isAProblemOfTheConfiguration() throws {
        var configuration = Configuration()
        configuration.socket.controlGroup = "daemon"
        #expect(try ControlRight(of: configuration).groupID == 1)
        for name in ["no-such-group", "nogroup"] {
            configuration.socket.controlGroup = name
            #expect(throws: ConfigurationError.self) { try ControlRight(of: configuration) }
        }
    }
}
