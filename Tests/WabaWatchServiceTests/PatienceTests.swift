import Synchronization
import Systemd
import TestSupport
import Testing

@testable import ServiceConfiguration
@testable import WabaWatchService

@Suite("Time that a long opening takes", .inTurn, .timeLimit(.minutes(1)))
struct PatienceTests {
    @Test func manager_whileSomethingTakesLong_isAskedForTimeAndToldWhy() throws {
        let (words, three) = (Box(), Gate())
        let notifier = Notifier { word in
            words.take(word)
            if words.all.count == 6 { three.open() }
        }
        var extender = StartTimeoutExtender(notifier: notifier)
        extender.every = .milliseconds(20)
        let answer = extender.during("opening the ledger") {
            three.pass()
            return 7
        }
        #expect(answer == 7)
        #expect(words.all.prefix(2) == ["EXTEND_TIMEOUT_USEC=60000", "STATUS=opening the ledger (for 0 s)"])
        #expect(words.all.filter { $0 == "EXTEND_TIMEOUT_USEC=60000" }.count >= 3)
    }

    @Test func manager_ofWhatIsQuick_hearsNothing() {
        let words = Box()
        StartTimeoutExtender(notifier: Notifier(send: words.take)).during("opening the ledger") {}
        #expect(words.all == [])
    }

    @Test func configuration_thatDiffers_namesWhatWaitsForAStart_andKeepsItAsItIs() {
        let inForce = Configuration()
        var other = inForce
        other.ledger.path = "/elsewhere"
        other.ledger.keepAtLeast = 1
        other.socket.mode = 0o600
        other.journal = .no
        other.budget.share = 0.1
        #expect(inForce.keysForTheNextStart(other) == ["ledger.path", "socket.mode", "journal.enabled"])
        #expect(inForce.keysForTheNextStart(inForce) == [])
        let reloaded = inForce.reloaded(from: other)
        #expect(reloaded.ledger.path == nil && reloaded.ledger.keepAtLeast == 1)
        #expect(reloaded.socket == inForce.socket && reloaded.journal == .auto)
        #expect(reloaded.budget.share == 0.1)
    }
}

private final class Box: Sendable {
    private let words = Mutex<[String]>([])
    var all: [String] { words.withLock { $0 } }
    func take(_ word: String) { words.withLock { $0.append(word) } }
}
