import FoundationEssentials
import Synchronization
import Systemd
import TestSupport
import Testing
import Watching

@testable import WabaWatchService

@Suite("When the manager's watchdog is told", .inTurn)
struct LivenessTests {
    private func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: seconds * 1_000_000_000) }

    @Test func manager_isTold_onceEveryPartHasMovedSinceTheLastTime() {
        var liveness = Liveness(timeout: .seconds(10), since: at(0))
        for round in 1...3 {
            for part in Liveness.Part.allCases.dropLast() { #expect(liveness.on(.sign(part, at: at(Int64(round)))) == []) }
            #expect(liveness.on(.sign(.schedule, at: at(Int64(round)))) == [], "one part's second sign is not another's first")
            #expect(liveness.on(.sign(.socket, at: at(Int64(round)))) == [.tell])
        }
    }

    @Test(arguments: Liveness.Part.allCases) func part_thatIsSilent_keepsTheManagerUntold(silent: Liveness.Part) {
        var liveness = Liveness(timeout: .seconds(10), since: at(0))
        for second in 1...30 {
            for part in Liveness.Part.allCases where part != silent { #expect(liveness.on(.sign(part, at: at(Int64(second)))) == []) }
        }
        #expect(liveness.on(.sign(silent, at: at(31))) == [.tell])
    }

    @Test func part_thatIsSilentForLong_isComplainedOfOnce_andItsReturnIsTold() {
        var liveness = Liveness(of: [.ledger, .socket], timeout: .seconds(10), since: at(0))
        #expect(liveness.on(.sign(.socket, at: at(9))) == [])
        #expect(liveness.on(.look(at: at(10))) == [])
        #expect(liveness.on(.look(at: at(11))) == [.complain(.ledger, silentFor: .seconds(11))])
        #expect(liveness.on(.look(at: at(12))) == [])
        #expect(liveness.on(.sign(.ledger, at: at(14))) == [.recovered(.ledger, silentFor: .seconds(14)), .tell])
        #expect(liveness.on(.look(at: at(15))) == [])
    }

    @Test func part_thatNobodyKnows_isNoSign() {
        var liveness = Liveness(of: [.ledger], timeout: .seconds(10), since: at(0))
        #expect(liveness.on(.sign(.socket, at: at(1))) == [])
        #expect(liveness.on(.sign(.ledger, at: at(1))) == [.tell])
    }
}
