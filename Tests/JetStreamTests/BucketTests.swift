import JetStream
import TestSupport
import TestTools
import Testing

/// What a real server keeps in a bucket: leases rest on it.
@Suite(.timeLimit(.minutes(2))) struct BucketTests {
    @Test func key_isCreatedByOneAlone_andWrittenByWhomKnowsItsRevision() async throws {
        let servers = try Servers()
        defer { servers.end() }
        let (one, other) = (try servers.connect(), try servers.connect())
        try await answered("the bucket") { try await one.begin(bucket: "leases") }
        try await answered("the other connection") { try await other.begin(bucket: "leases") }
        #expect(try await one.value(of: "acme", in: "leases") == nil)
        let first = try await one.put([1], of: "acme", in: "leases", expecting: .nothing)
        await #expect { try await other.put([2], of: "acme", in: "leases", expecting: .nothing) } throws: {
            ($0 as? JetStreamError)?.code == .conflict
        }
        let second = try await one.put([3], of: "acme", in: "leases", expecting: .sequence(first))
        await #expect { try await other.put([2], of: "acme", in: "leases", expecting: .sequence(first)) } throws: {
            ($0 as? JetStreamError)?.code == .conflict
        }
        #expect(try await other.value(of: "acme", in: "leases") == StoredMessage(subject: "acme", body: [3], sequence: second))
    }

    @Test func value_endsWithItsTime_andRevisionsGrowAllTheSame_overARestartToo() async throws {
        var servers = try Servers()
        defer { servers.end() }
        let stream = try servers.connect()
        try await answered("the bucket") { try await stream.begin(bucket: "leases", timeToLive: .seconds(1)) }
        let first = try await stream.put([1], of: "acme", in: "leases", expecting: .nothing)
        try await eventually("the value's end") { try await stream.value(of: "acme", in: "leases") == nil }
        let second = try await stream.put([2], of: "acme", in: "leases", expecting: .nothing)
        #expect(second > first)
        try await eventually("the value's end") { try await stream.value(of: "acme", in: "leases") == nil }
        // Nothing is left of the bucket but its number.
        servers.kill()
        try await eventually("the end is seen") { !stream.isConnected }
        try servers.start()
        let third = try await answered("the server is back") {
            try await stream.put([3], of: "acme", in: "leases", expecting: .nothing)
        }
        #expect(third > second)
    }

    @Test func watch_tellsWhatIsThere_thenWhatComes_andBeginsAnewAfterARestart() async throws {
        var servers = try Servers()
        defer { servers.end() }
        let stream = try servers.connect()
        try await answered("the bucket") { try await stream.begin(bucket: "leases") }
        let first = try await stream.put([1], of: "acme", in: "leases", expecting: .nothing)
        var events = stream.watch(bucket: "leases").makeAsyncIterator()
        #expect(await events.next() == .value(StoredMessage(subject: "acme", body: [1], sequence: first)))
        #expect(await events.next() == .caughtUp)
        let second = try await stream.put([2], of: "other", in: "leases", expecting: .nothing)
        #expect(await events.next() == .value(StoredMessage(subject: "other", body: [2], sequence: second)))
        servers.kill()
        #expect(await events.next() == .restarted)
        try servers.start()
        let third = try await answered("the server is back") {
            try await stream.put([3], of: "third", in: "leases", expecting: .nothing)
        }
        var seen: [String] = []
        while seen.last != "third", let event = await events.next() {
            if case .value(let value) = event { seen.append(value.subject) } else if event == .restarted { seen = [] }
        }
        #expect(Set(seen) == ["acme", "other", "third"] && third > second)
    }
}
