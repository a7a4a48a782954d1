import StrictJSON
import TestTools
import Testing
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

@testable import WabaWatchClient

/// A reader that is cut off anywhere, again and again: what it is told, and where it comes back.
@Suite struct ResumptionPropertyTests {
    private static func change(_ sequence: Int) -> Change {
        Change(
            ResourceID(account: "acme", kind: .account, id: "1"), cursor: Cursor("c.\(sequence)"), sequence: sequence,
            observedAt: Timestamp(milliseconds: 0), operation: .changed, origin: .poll, severity: .info, summary: "")
    }

    private static func resumption(_ start: ChangeStart) -> Resumption {
        Resumption(start: start, filter: nil, heartbeatSeconds: 30, backoff: Backoff())
    }

    /// The daemon tells every change once, from where it was asked to on; whatever breaks, none is missing and none is told twice.
    @Test(arguments: 0..<60 as Range<UInt64>) func changes_overAnyFailures_comeOnceAndInOrder(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        var resumption = Self.resumption(.after(Cursor("c.0")))
        var heard: [Int] = []
        var outages = 0
        while heard.count < 60 {
            var place = 0
            for case .subscribe(let parameters) in resumption.on(.begin) {
                place = parameters.after.flatMap { Int($0.text.dropFirst(2)) } ?? -1
                #expect(parameters.snapshot == nil && parameters.heartbeatSeconds == 30)
            }
            #expect(place >= 0, "it never begins anew")
            _ = resumption.on(.reply(.ready(Cursor("c.\(place)"))))
            while random.chance(0.8) {
                if random.chance(0.3) {
                    _ = resumption.on(.reply(.heartbeat(Cursor("c.\(place)"))))
                } else {
                    place += 1
                    for case .tell(.change(let change)) in resumption.on(.reply(.change(Self.change(place)))) {
                        heard.append(change.sequence)
                    }
                }
            }
            let actions = resumption.on(.failed(ClientError(.disconnected, "gone")), random: random.fraction())
            outages += actions.count { if case .tell(.disconnected) = $0 { true } else { false } }
            #expect(actions.contains { if case .retry = $0 { true } else { false } })
        }
        #expect(heard == Array(1...heard.count) && outages > 0)
    }

    /// A snapshot that is not finished is begun anew, and its reader is told so; one that is finished is gone on from.
    @Test(arguments: 100..<140 as Range<UInt64>) func snapshot_isWhole_orBegunAnew(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        var resumption = Self.resumption(.snapshot)
        let resource = Resource(
            ResourceID(account: "acme", kind: .account, id: "1"), confirmedAt: Timestamp(milliseconds: 0),
            changedAt: Timestamp(milliseconds: 0), document: [:])
        var isReady = false
        for _ in 0..<20 {
            let actions = resumption.on(.begin)
            let asked: [SubscribeParameters] = actions.compactMap { if case .subscribe(let parameters) = $0 { parameters } else { nil } }
            #expect(asked.count == 1 && asked[0].snapshot == (isReady ? nil : true) && (asked[0].after != nil) == isReady)
            #expect(actions.contains(.tell(.snapshotBegins)) == !isReady)
            if !isReady {
                for _ in 0..<random.below(4) {
                    let told = resumption.on(.reply(random.chance(0.7) ? .resource(resource) : .heartbeat(Cursor("c.7"))))
                    #expect(told.count == 1, "a heartbeat in a snapshot is no place to go on from")
                }
                if random.chance(0.2) {
                    #expect(resumption.on(.reply(.ready(Cursor("c.8")))) == [.tell(.ready(Cursor("c.8")))])
                    isReady = true
                }
            }
            _ = resumption.on(.failed(ClientError(.disconnected, "gone")))
        }
    }

    /// A reply that cannot be read is told, and gone on behind if it says where that is.
    @Test func unreadableReply_isToldOnce_andPassedOver() {
        for (json, place) in [(["change": ["cursor": "c.5", "kind": 7]], "c.5"), (["change": [:]], "c.0"), (["cursor": 7], "c.0")]
            as [(JSONObject, String)]
        {
            var resumption = Self.resumption(.after(Cursor("c.0")))
            _ = resumption.on(.begin)
            let error = MemberError("kind", "is odd")
            #expect(resumption.on(.unreadable(json, error)) == [.tell(.unreadable(json, error))])
            _ = resumption.on(.failed(ClientError(.disconnected, "gone")))
            let asked = resumption.on(.begin)
            #expect(asked == [.subscribe(SubscribeParameters(after: Cursor(place), heartbeatSeconds: 30))])
        }
    }

    // MARK: Waits

    @Test(arguments: 200..<230 as Range<UInt64>) func waits_growToTheLongest_andBeginAnewAfterASuccess(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let shortest = Duration.milliseconds(random.number(1...500))
        let longest = shortest * random.number(1...100)
        var backoff = Backoff(from: shortest, to: longest)
        var ceiling = shortest
        for _ in 0..<60 {
            if random.chance(0.1) {
                backoff.reset()
                ceiling = shortest
            }
            let draw = random.pick([0, 1, random.fraction(), -5, 7])
            let wait = backoff.next(random: draw)
            #expect(wait >= .zero && wait <= ceiling && ceiling <= longest)
            if draw >= 1 { #expect(wait == ceiling, "the whole of it") }
            if draw <= 0 { #expect(wait == .zero) }
            ceiling = min(ceiling * 2, longest)
        }
    }
}
