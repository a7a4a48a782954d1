import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// What a daemon keeps of an account.
struct AccountCopy {
    /// Its targets, the list of numbers first.
    var targets: [JSONObject]
    /// Its watches and alarms.
    var standings: JSONValue
    /// The calls of the last hour, as far as they are known.
    var budget: JSONObject?
    /// The sequence of its last change.
    var last: Int64
}

/// The daemon beside the relay, as `io.wabawatch.cluster` has it. Every call connects by itself.
package struct DaemonLink: Sendable {
    let client: WabaWatch

    /// - Parameter socket: the daemon's; `nil` for the usual one.
    package init(socket: String?) { client = WabaWatch(socket: socket ?? WabaWatch.defaultSocket, heartbeatSeconds: 2) }

    /// The accounts that are configured.
    func accounts() async throws -> [String] {
        try await call("Accounts", [:])["accounts"]?.array?.compactMap(\.string) ?? []
    }

    /// Whether the daemon reaches Meta, as far as it has tried.
    func reachesMeta() async throws -> Bool {
        do {
            let watch = try await client.get(.watch, "connection", account: ResourceID.allAccounts)
            return watch.document["state"] != "unreachable"
        } catch let error as ClientError {
            // Before the first request there is no such watch.
            if case .service(.noSuchResource) = error.code { return true }
            throw error
        }
    }

    /// - Parameter until: a moment of the machine's monotonic clock.
    func hold(_ account: String, epoch: UInt64, until: Duration) async throws {
        _ = try await call(
            "Hold",
            [
                "account": .string(account), "epoch": .number(JSONNumber(epoch)),
                "until": .number(JSONNumber(Int64(until / .milliseconds(1)))),
            ])
    }

    func release(_ account: String) async throws { _ = try await call("Release", ["account": .string(account)]) }

    /// What the daemon keeps of an account, and the sequence of its last change; `nil` where it has recorded more of it than up to that sequence, or more
    /// meanwhile.
    func copy(
        of account: String, upTo sequence: Int64 = .max
    ) async throws -> AccountCopy? {
        var targets: [JSONObject] = []
        var first: Int64?
        for try await reply in client.replies("\(ClusterInterface.name).Copy", ["account": .string(account)]) {
            guard let last = reply["sequence"]?.integer, last <= sequence, first ?? last == last else { return nil }
            first = last
            if let target = reply["target"]?.object { targets.append(target) }
            if reply["end"]?.bool == true {
                return AccountCopy(
                    targets: targets, standings: reply["standings"] ?? .array([]), budget: reply["budget"]?.object, last: last)
            }
        }
        return nil
    }

    /// Takes over a target, the standings or a change; returns the cursor behind it.
    func adopt(_ account: String, _ name: String, _ value: JSONValue) async throws -> Cursor {
        let reply = try await call("Adopt", JSONObject([("account", .string(account)), (name, value)]))
        return Cursor(reply["cursor"]?.string ?? "")
    }

    private func call(_ method: String, _ parameters: JSONObject) async throws -> JSONObject {
        try await client.call("\(ClusterInterface.name).\(method)", parameters)
    }
}
