import Hosting
import JetStream
import StrictJSON
import Testing

@testable import Relaying

@Suite struct LeaseReadingTests {
    private func event(_ text: String) -> LeaseState.Event {
        LeaseState.Event(reading: StoredMessage(subject: "k", body: Array(text.utf8), sequence: 9))
    }

    @Test(arguments: ["", "{", "7", #"{"run":"b.1","host":7}"#, #"{"run":"b.1","host":"b","epoch":-1}"#])
    func leaseThatCannotBeRead_isLeftToWhoeverWroteIt(text: String) {
        #expect(event(text) == .unanswered)
        // It is asked for again after a while, and nothing is written over it.
        var lease = LeaseState(host: "a", run: "a.1")
        _ = lease.on(.wanted(true), now: .zero)
        #expect(lease.on(.conflicted, now: .zero) == [.read])
        #expect(lease.on(event(text), now: .zero).isEmpty)
    }

    @Test func lease_isReadWithItsRevision_andOneThatIsNotThereIsNone() {
        #expect(event(#"{"run":"b.1","host":"b"}"#) == .read(LeaseRecord(host: "b", run: "b.1", epoch: nil), revision: 9))
        #expect(LeaseState.Event(reading: nil) == .read(nil, revision: 0))
    }
}
