import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// Finds out what the daemon says of itself, each question by itself: what one of them cannot tell is not known, and the rest is.
struct DaemonInspection {
    let client: WabaWatch
    /// The only accounts that are asked about; `nil` for all.
    let accounts: Set<String>?

    /// No answer takes longer: whoever asks wants to know that it hangs.
    static let patience = Duration.seconds(60)

    /// What came of `GetStatus`.
    func answer() async throws -> SocketFacts.Answer {
        do { return .answered(try await client.getStatus()) } catch let error as ClientError { return .failed(error) }
    }

    /// Numbers and apps.
    func resources() async throws -> Fact<[Resource]> { try await list([.phoneNumber, .subscribedApp]) }

    /// What is wrong now, of all accounts as well.
    func alarms() async throws -> Fact<[Resource]> { try await list([.alarm]) }

    private func list(_ kinds: Set<Kind>) async throws -> Fact<[Resource]> {
        let filter = Filter(accounts: accounts.map { kinds == [.alarm] ? $0.union([ResourceID.allAccounts]) : $0 }, kinds: kinds)
        return try await bounded {
            var resources: [Resource] = []
            for try await resource in client.list(filter) { resources.append(resource) }
            return resources
        }
    }

    /// The mutes that are in force; none from a daemon that does not tell.
    func mutes() async throws -> [MuteEntry] { try await bounded { try await client.mutes() }.value ?? [] }

    /// When the newest change was recorded.
    func newestChange() async throws -> Fact<Timestamp?> { try await first(HistoryParameters(limit: 1, newestFirst: true)) }

    /// When the oldest change behind a cursor was recorded.
    func change(behind cursor: Cursor) async throws -> Fact<Timestamp?> { try await first(HistoryParameters(after: cursor, limit: 1)) }

    private func first(_ parameters: HistoryParameters) async throws -> Fact<Timestamp?> {
        try await bounded {
            var found: Timestamp?
            for try await change in client.history(parameters) { found = change.observedAt }
            return found
        }
    }

    /// What the daemon answers in time; an error of it is the reason why that is not known.
    private func bounded<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Fact<Value> {
        do {
            return try await withThrowingTaskGroup(of: Fact<Value>.self) { group in
                group.addTask { .known(try await body()) }
                group.addTask {
                    try await client.clock.sleep(for: Self.patience)
                    return .unknown("wabawatchd has not answered for \(Self.patience.components.seconds) s")
                }
                defer { group.cancelAll() }
                return try await group.next() ?? .unknown("wabawatchd has not answered")
            }
        } catch let error as ClientError { return .unknown(error.message) }
    }
}
