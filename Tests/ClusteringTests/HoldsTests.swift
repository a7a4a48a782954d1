import GraphAPI
import Synchronization
import Testing
import Watching

@testable import Clustering

/// A clock that is set by hand.
private final class HandClock: Sendable {
    private let time = Mutex(Moment(nanoseconds: 0))
    var now: Moment { time.withLock(\.self) }
    func set(_ seconds: Int64) { time.withLock { $0 = Moment(nanoseconds: seconds * 1_000_000_000) } }
}

/// Answers, after what a test does meanwhile.
private struct AnsweringTransport: Transport {
    var meanwhile: @Sendable () -> Void = {}

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        meanwhile()
        return HTTPResponse(status: 200)
    }
}

/// Which accounts may be asked about, and until when.
@Suite struct HoldsTests {
    private static func moment(_ seconds: Int64) -> Moment { Moment(nanoseconds: seconds * 1_000_000_000) }

    @Test func account_isHeld_untilTheMomentThatWasSaid() {
        let clock = HandClock()
        let holds = AccountHolds { clock.now }
        #expect(!holds.isHeld("acme"))
        #expect(holds.hold("acme", epoch: 7, until: Self.moment(10)) == nil)
        clock.set(9)
        #expect(holds.isHeld("acme") && !holds.isHeld("globex") && holds.takeExpired().isEmpty)
        clock.set(10)
        #expect(!holds.isHeld("acme"))
        #expect(holds.takeExpired() == ["acme"] && holds.takeExpired().isEmpty)
    }

    @Test func olderEpoch_holdsNothing_alsoAfterTheAccountWasReleased() {
        let holds = AccountHolds { Self.moment(0) }
        _ = holds.hold("acme", epoch: 7, until: Self.moment(10))
        #expect(holds.hold("acme", epoch: 6, until: Self.moment(20)) == 7)
        holds.release("acme")
        #expect(!holds.isHeld("acme") && holds.takeExpired().isEmpty)
        #expect(holds.hold("acme", epoch: 6, until: Self.moment(20)) == 7 && !holds.isHeld("acme"))
        #expect(holds.hold("acme", epoch: 8, until: Self.moment(20)) == nil && holds.isHeld("acme"))
    }

    @Test func request_isNotSent_forAnAccountThatIsNotHeld() async throws {
        let clock = HandClock()
        let holds = AccountHolds { clock.now }
        let counter = SentCounter()
        let transport = HeldTransport(AnsweringTransport { counter.sent.add(1, ordering: .relaxed) }, of: "acme", while: holds)
        await #expect { try await transport.send(HTTPRequest(url: "https://graph.facebook.com/1")) } throws: {
            ($0 as? TransportError)?.isUnsent == true
        }
        _ = holds.hold("acme", epoch: 1, until: Self.moment(5))
        #expect(try await transport.send(HTTPRequest(url: "https://graph.facebook.com/1")).status == 200)
        clock.set(5)
        await #expect(throws: TransportError.self) { try await transport.send(HTTPRequest(url: "https://graph.facebook.com/1")) }
        #expect(counter.sent.load(ordering: .relaxed) == 1)
    }

    @Test func answer_isNone_thatComesAfterTheHold_butOfWhatChangedSomethingItIs() async throws {
        let clock = HandClock()
        let holds = AccountHolds { clock.now }
        let transport = HeldTransport(AnsweringTransport { clock.set(60) }, of: "acme", while: holds)
        _ = holds.hold("acme", epoch: 1, until: Self.moment(5))
        await #expect { try await transport.send(HTTPRequest(url: "https://graph.facebook.com/1")) } throws: {
            ($0 as? TransportError)?.isUnsent == false
        }
        clock.set(0)
        #expect(try await transport.send(HTTPRequest(method: "POST", url: "https://graph.facebook.com/1")).status == 200)
    }
}

private final class SentCounter: Sendable {
    let sent = Atomic(0)
}
