import JetStream
import TestSupport
import TestTools
import Testing

/// What a real server keeps in a stream, and what it refuses: everything that the relay relies on.
@Suite(.timeLimit(.minutes(2))) struct StreamTests {
    private static let plan = StreamPlan(name: "LOG", subjects: ["log.>"])

    @Test func message_isStoredOnce_howeverOftenItIsPublished() async throws {
        let servers = try Servers()
        defer { servers.end() }
        let stream = try servers.connect()
        try await answered("the stream") { try await stream.begin(Self.plan) }
        let first = try await stream.publish(Array("one".utf8), to: "log.a", id: "a.1")
        let again = try await stream.publish(Array("one".utf8), to: "log.a", id: "a.1")
        #expect(!first.isDuplicate && again.isDuplicate && first.sequence == again.sequence)
        #expect(
            try await stream.last(of: "log.a", in: "LOG")
                == StoredMessage(subject: "log.a", id: "a.1", body: Array("one".utf8), sequence: first.sequence))
        // A stream that is there is not made anew.
        try await stream.begin(StreamPlan(name: "LOG", subjects: ["log.>"], duplicates: .seconds(5)))
        #expect(try await stream.last(of: "log.a", in: "LOG")?.sequence == first.sequence)
    }

    @Test func message_isRefused_whereAnotherIsTheLastOfItsSubject() async throws {
        let servers = try Servers()
        defer { servers.end() }
        let stream = try servers.connect()
        try await answered("the stream") { try await stream.begin(Self.plan) }
        let first = try await stream.publish([1], to: "log.a", expecting: .nothing)
        _ = try await stream.publish([2], to: "log.b", expecting: .nothing)
        let second = try await stream.publish([3], to: "log.a", expecting: .sequence(first.sequence))
        for expected in [ExpectedLast.nothing, .sequence(first.sequence), .sequence(second.sequence + 1)] {
            await #expect { try await stream.publish([4], to: "log.a", expecting: expected) } throws: {
                ($0 as? JetStreamError)?.code == .conflict
            }
        }
        #expect(try await stream.last(of: "log.a", in: "LOG")?.body == [3])
        #expect(try await stream.last(of: "log.c", in: "LOG") == nil)
    }

    @Test func messages_areFound_bySubjectAndNumber() async throws {
        let servers = try Servers()
        defer { servers.end() }
        let stream = try servers.connect()
        try await answered("the stream") { try await stream.begin(Self.plan) }
        for (number, subject) in ["log.a.x", "log.b.x", "log.a.y"].enumerated() {
            _ = try await stream.publish([UInt8(number)], to: subject)
        }
        #expect(try await stream.next(of: "log.a.>", from: 0, in: "LOG")?.body == [0])
        #expect(try await stream.next(of: "log.a.>", from: 2, in: "LOG")?.subject == "log.a.y")
        #expect(try await stream.next(of: "log.a.>", from: 4, in: "LOG") == nil)
    }

    @Test func nothing_isKeptForAServerThatIsAway_andItIsReachedAgain() async throws {
        var servers = try Servers()
        defer { servers.end() }
        let stream = try servers.connect()
        try await answered("the stream") { try await stream.begin(Self.plan) }
        _ = try await stream.publish([1], to: "log.a")
        servers.kill()
        try await eventually("the end is seen") { !stream.isConnected }
        await #expect { try await stream.publish([2], to: "log.a") } throws: { ($0 as? JetStreamError)?.code == .unanswered }
        try servers.start()
        // An id, for what has no answer may have been done.
        let next = try await answered("the server is back") { try await stream.publish([3], to: "log.a", id: "a.3") }
        #expect(next.sequence == 2)
        #expect(try await stream.last(of: "log.a", in: "LOG")?.body == [3])
    }

    @Test func cluster_answersNothing_withoutItsMajority_andLosesNothing() async throws {
        var servers = try Servers(3)
        defer { servers.end() }
        let stream = try servers.connect()
        try await answered("the cluster") {
            try await stream.begin(StreamPlan(name: "LOG", subjects: ["log.>"], replicas: 3))
        }
        let first = try await answered("a leader") { try await stream.publish([1], to: "log.a", id: "a.1") }
        servers.kill(0)
        let second = try await answered("another leader") {
            try await stream.publish([2], to: "log.a", id: "a.2", expecting: .sequence(first.sequence))
        }
        servers.kill(1)
        await #expect { try await stream.publish([3], to: "log.a", id: "a.3") } throws: { ($0 as? JetStreamError)?.code == .unanswered }
        try servers.start(0)
        let third = try await answered("a majority") { try await stream.publish([3], to: "log.a", id: "a.3") }
        #expect(third.sequence > second.sequence)
        #expect(try await stream.last(of: "log.a", in: "LOG")?.id == "a.3")
    }
}
