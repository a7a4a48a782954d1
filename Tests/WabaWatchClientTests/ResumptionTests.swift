import FakeDaemon
import StrictJSON
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import WabaWatchClient

@Suite struct ResumptionTests {
    private let lost = ClientError(.disconnected, "gone")

    private func resumption(_ start: ChangeStart) -> Resumption {
        Resumption(start: start, filter: nil, heartbeatSeconds: 30, backoff: Backoff(from: .seconds(1), to: .seconds(4)))
    }

    @Test func outage_isToldOnce_andWaitsGrow() {
        var resumption = resumption(.now)
        #expect(resumption.on(.begin) == [.subscribe(SubscribeParameters(heartbeatSeconds: 30))])
        #expect(resumption.on(.failed(lost)) == [.tell(.disconnected(lost)), .retry(after: .seconds(1))])
        for wait in [2, 4, 4] {
            _ = resumption.on(.begin)
            #expect(resumption.on(.failed(lost)) == [.retry(after: .seconds(wait))])
        }
        _ = resumption.on(.begin)
        _ = resumption.on(.reply(.ready(Cursor("c.1"))))
        #expect(resumption.on(.failed(lost)) == [.tell(.disconnected(lost)), .retry(after: .seconds(1))])
        #expect(resumption.on(.begin) == [.subscribe(SubscribeParameters(after: Cursor("c.1"), heartbeatSeconds: 30))])
    }

    @Test func snapshotThatBreaksOff_beginsAnew_whateverCameInIt() {
        var resumption = resumption(.snapshot)
        let begin: [Resumption.Action] = [.subscribe(SubscribeParameters(snapshot: true, heartbeatSeconds: 30)), .tell(.snapshotBegins)]
        #expect(resumption.on(.begin) == begin)
        _ = resumption.on(.reply(.resource(Sample.resources[0])))
        _ = resumption.on(.reply(.heartbeat(Cursor("c.5"))))
        _ = resumption.on(.failed(lost))
        #expect(resumption.on(.begin) == begin)
        _ = resumption.on(.reply(.ready(Cursor("c.6"))))
        _ = resumption.on(.failed(lost))
        #expect(resumption.on(.begin) == [.subscribe(SubscribeParameters(after: Cursor("c.6"), heartbeatSeconds: 30))])
    }

    @Test func changeThatCannotBeRead_isPassedNotReadAgain() {
        var resumption = resumption(.after(Cursor("c.1")))
        _ = resumption.on(.begin)
        let error = MemberError("change.kind", "has a value that is not in its list")
        #expect(
            resumption.on(.unreadable(["change": ["cursor": "c.2"]], error)) == [.tell(.unreadable(["change": ["cursor": "c.2"]], error))])
        _ = resumption.on(.failed(lost))
        #expect(resumption.on(.begin) == [.subscribe(SubscribeParameters(after: Cursor("c.2"), heartbeatSeconds: 30))])
    }

    @Test(arguments: [ClientError.Code.refused, .notPermitted, .notOurs, .invalidParameter("after"), .notImplemented(method: "Subscribe")])
    func failureThatStays_isThrown(code: ClientError.Code) {
        var resumption = resumption(.now)
        _ = resumption.on(.begin)
        let error = ClientError(code, "no")
        #expect(resumption.on(.failed(error)) == [.fail(error)])
    }
}
