import FakeDaemon
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// Facts of a host and a daemon where everything is as it should be, to be spoiled one by one.
enum DoctorSample {
    static let now = Sample.moment
    static func days(_ days: Int) -> Timestamp { now.advanced(by: .seconds(days * 86_400)) }
    static func seconds(_ seconds: Int) -> Timestamp { now.advanced(by: .seconds(seconds)) }

    static func watch(
        _ kind: Kind, _ state: WatchState = .current, of account: String = "acme", number: String? = nil, reason: String? = nil
    )
        -> WatchStatus
    {
        WatchStatus(
            account: account, kind: kind, phoneNumberID: number, state: OpenEnum(state), reason: reason, since: seconds(-7300),
            everyMilliseconds: 60_000, lastSuccessAt: seconds(-20))
    }

    static func token(of account: String = "acme", expires: Timestamp? = days(60)) -> TokenStatus {
        TokenStatus(
            account: account, checkedAt: seconds(-300), expiresAt: expires,
            scopes: ["whatsapp_business_management", "whatsapp_business_messaging"])
    }

    static func status(_ accounts: [String] = ["acme"]) -> Status {
        Status(
            version: Interface.release, startedAt: seconds(-7380), cursor: Cursor("fake.7"), oldestCursor: Cursor("fake.0"), subscribers: 2,
            watches: accounts.flatMap { account in [Kind.account, .phoneNumber, .subscribedApp].map { watch($0, of: account) } },
            budgets: accounts.map { Budget(account: $0, callsLastHour: 42, callsPerHour: 100, usagePercent: 41) },
            connection: Connection(state: "reachable", since: seconds(-7300)), tokens: accounts.map { token(of: $0) })
    }

    static func number(_ id: String, of account: String = "acme", callback: JSONObject?) -> Resource {
        var document: JSONObject = ["id": .string(id), "display_phone_number": .string("+1 555-0\(id)"), "status": "CONNECTED"]
        document["webhook_configuration"] = callback.map(JSONValue.object)
        return Resource(
            ResourceID(account: account, kind: .phoneNumber, id: id, phoneNumberID: id), confirmedAt: seconds(-20), changedAt: days(-3),
            document: document)
    }

    static func app(_ name: String = "Acme Support Desk", of account: String = "acme") -> Resource {
        Resource(
            ResourceID(account: account, kind: .subscribedApp, id: "670843887433847"), confirmedAt: seconds(-20), changedAt: days(-3),
            document: ["whatsapp_business_api_data": ["id": "670843887433847", "name": .string(name)]])
    }

    static func resources(_ accounts: [String] = ["acme"]) -> [Resource] {
        accounts.flatMap { account in
            [number("93-4873", of: account, callback: ["application": "https://hooks.example.com/wa?key=SECRET"]), app(of: account)]
        }
    }

    static let service = "wabawatchd.service"
    static let unitText = """
        Id=wabawatchd.service
        LoadState=loaded
        ActiveState=active
        SubState=running
        UnitFileState=enabled
        Result=success
        ExecMainStatus=0
        NRestarts=0
        NeedDaemonReload=no
        LogRateLimitIntervalUSec=0
        LogRateLimitBurst=100000000

        Id=wabawatchd.socket
        LoadState=loaded
        ActiveState=active
        UnitFileState=enabled

        """

    /// A file as it should be.
    static func file(_ path: String, _ purpose: FileFacts.Purpose, _ mode: UInt32) -> FileFacts {
        FileFacts(path: path, purpose: purpose, mode: mode, isOwnedByRoot: true, group: "root")
    }

    static func facts(_ accounts: [String] = ["acme"]) -> DoctorFacts {
        var socket = file("/run/wabawatch/io.wabawatch", .socket, 0o660)
        (socket.group, socket.isSocket) = ("wabawatch", true)
        return DoctorFacts(
            now: now, release: Interface.release,
            user: UserFacts(
                name: "alice", isRoot: false, groups: ["alice", "wabawatch", "wabawatch-control", "adm"],
                listedGroups: ["alice", "wabawatch", "wabawatch-control", "adm"]),
            socket: SocketFacts(path: socket.path, file: socket, answer: .answered(status(accounts))),
            unit: .known(UnitFacts(unitText, service: service)), journal: .known(JournalFacts(cursor: Cursor("fake.7"))),
            files: .known([
                file("/etc/wabawatch", .configuration, 0o755), file("/etc/wabawatch/wabawatch.yaml", .configuration, 0o644),
                file("/etc/wabawatch/credentials", .secret, 0o700), file("/etc/wabawatch/acme.token", .secret, 0o400),
            ]), resources: .known(resources(accounts)), alarms: .known([]), newestChange: .known(seconds(-500)),
            unannounced: .known(nil))
    }
}

extension DoctorFacts {
    /// Changes what the daemon says of itself.
    mutating func say(_ change: (inout Status) -> Void) {
        guard case .answered(var status) = socket.answer else { return }
        change(&status)
        socket.answer = .answered(status)
    }

    /// Changes what systemd says of the service.
    mutating func unit(_ properties: [String: String]) {
        guard case .known(var unit) = unit else { return }
        unit.properties[unit.service]?.merge(properties) { $1 }
        self.unit = .known(unit)
    }

    /// The daemon does not answer: nothing else of it is known.
    mutating func fail(_ code: ClientError.Code, _ message: String) {
        socket.answer = .failed(ClientError(code, message))
        (resources, alarms) = (.unknown("wabawatchd does not answer"), .unknown("wabawatchd does not answer"))
        (newestChange, unannounced) = (.unknown("wabawatchd does not answer"), .unknown("wabawatchd does not answer"))
    }
}
