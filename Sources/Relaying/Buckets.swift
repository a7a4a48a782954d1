import Hosting
import JetStream

/// The names of what the relays of all hosts share.
enum Buckets {
    /// The stream of all changes.
    static let stream = "WABAWATCH"
    /// Who watches what, and which hosts are alive.
    static let leases = "wabawatch-leases"
    /// Where each account's part of the stream ends, and what is kept of everything.
    static let state = "wabawatch-state"

    /// The subject of a change.
    static func subject(_ account: String, _ kind: String, _ operation: String) -> String {
        "wabawatch.\(SubjectToken.encode(account)).\(SubjectToken.encode(kind)).\(SubjectToken.encode(operation))"
    }

    /// All changes of an account.
    static func subjects(of account: String) -> String { "wabawatch.\(SubjectToken.encode(account)).>" }
    static func lease(of account: String) -> String { "lease.\(SubjectToken.encode(account))" }
    static func presence(of host: String) -> String { "host.\(SubjectToken.encode(host))" }
    static func head(of account: String) -> String { "\(SubjectToken.encode(account)).head" }
    static func point(of account: String) -> String { "\(SubjectToken.encode(account)).point" }

    /// Sees to it that all are there.
    /// - Parameter times: how long a lease lasts.
    static func begin(_ stream: JetStreamConnection, replicas: Int, times: LeaseTimes) async throws(JetStreamError) {
        try await stream.begin(StreamPlan(name: Self.stream, subjects: ["wabawatch.>"], replicas: replicas))
        try await stream.begin(bucket: state, replicas: replicas)
        try await stream.begin(bucket: leases, replicas: replicas, timeToLive: times.timeToLive)
    }
}
