import Changes
import TestTools
import Testing
import WhatsAppBusiness

@testable import Watching

@Suite struct CredentialTests {
    private let core = PollTarget(account: "acme", kind: .phoneNumber)
    private let profile = PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "7")
    private let other = PollTarget(account: "acme", kind: .qrCode, phoneNumberID: "7")
    private func at(_ seconds: Int) -> Moment { Moment(nanoseconds: Int64(seconds) * 1_000_000_000) }

    private func refuse(_ credential: inout Credential, _ target: PollTarget, _ seconds: Int) -> Credential.Verdict {
        credential.refused(target, now: at(seconds), confirmer: target == core ? nil : core) { first, _ in
            first ? .seconds(5) : .seconds(12)
        }
    }

    private func accept(_ credential: inout Credential, _ target: PollTarget) -> Bool { credential.accepted(target, isSuccess: true) }

    private func admit(_ credential: inout Credential, _ target: PollTarget, _ seconds: Int) -> Credential.Admission {
        credential.admit(target, now: at(seconds))
    }

    @Test func secondRefusal_ofOneThatWasAskedSince_isBelieved() {
        var credential = Credential()
        let verdict1 = refuse(&credential, profile, 0)
        #expect(verdict1 == .doubted)
        let verdict2 = refuse(&credential, other, 1)
        #expect(verdict2 == .known, "it was under way")
        let verdict3 = refuse(&credential, core, 2)
        #expect(verdict3 == .known, "so was this")
        #expect(!credential.isRefused)
        let verdict4 = admit(&credential, core, 3)
        #expect(verdict4 == .closed(until: at(5)))
        let verdict5 = admit(&credential, profile, 6)
        #expect(verdict5 != .open)
        let verdict6 = admit(&credential, core, 6)
        #expect(verdict6 == .open)
        let verdict7 = refuse(&credential, core, 7)
        #expect(verdict7 == .refused)
        #expect(credential.isRefused)
        let verdict8 = admit(&credential, core, 8)
        #expect(verdict8 == .closed(until: at(18)))
        let verdict9 = admit(&credential, core, 20)
        #expect(verdict9 == .open)
        let verdict10 = refuse(&credential, core, 21)
        #expect(verdict10 == .known)
    }

    @Test func answer_thatWasUnderWay_endsNothing_andTheSentinelsDoes() {
        var credential = Credential()
        _ = refuse(&credential, profile, 0)
        let accepted1 = accept(&credential, other)
        #expect(accepted1 == false)
        let accepted2 = accept(&credential, core)
        #expect(accepted2 == false, "it was asked before")
        _ = admit(&credential, core, 5)
        let accepted3 = accept(&credential, core)
        #expect(accepted3 == true)
        let verdict11 = admit(&credential, profile, 6)
        #expect(verdict11 == .open)
        let verdict12 = refuse(&credential, profile, 7)
        #expect(verdict12 == .own, "the others were answered")
        let accepted4 = accept(&credential, profile)
        #expect(accepted4 == false)
        let verdict13 = refuse(&credential, profile, 9)
        #expect(verdict13 == .doubted)
    }

    @Test func sentinelThatIsNotWatchedAnyMore_isReplaced() {
        var credential = Credential()
        _ = refuse(&credential, profile, 0)
        credential.forget(core)
        #expect(credential.sentinel == nil)
        let admission = admit(&credential, other, 6)
        #expect(admission == .open)
        #expect(credential.sentinel == other)
    }

    @Test func anotherToken_isTrusted_andAnEarlierOnesRefusalIsOver() {
        var credential = Credential()
        _ = refuse(&credential, profile, 0)
        _ = admit(&credential, core, 5)
        let verdict = refuse(&credential, core, 6)
        #expect(verdict == .refused)
        let generation = credential.generation
        credential.renewed()
        #expect(credential.generation == generation + 1)
        #expect(!credential.isRefused)
        #expect(credential.sentinel == nil)
        let admission = admit(&credential, other, 6)
        #expect(admission == .open)
    }

    @Test func failureOfAnotherKind_letsTheSentinelAskAgainAtOnce() {
        var credential = Credential()
        _ = refuse(&credential, profile, 0)
        let early = admit(&credential, core, 1)
        #expect(early == .closed(until: at(5)))
        _ = admit(&credential, core, 5)
        credential.failed(core, now: at(6))
        let again = admit(&credential, core, 6)
        #expect(again == .open)
        credential.failed(other, now: at(60))
        #expect(credential.sentinel == core, "another's failure says nothing")
    }

    /// Whatever happens in whatever order: while a token is refused or in doubt one target alone is let in, and only an answer to that one ends it.
    @Test(arguments: 0..<200) func oneTargetAlone_isLetIn_whileItIsInDoubt(seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        var credential = Credential()
        let targets = [core, profile, other]
        var asking: Set<PollTarget> = []
        for second in 0..<400 {
            let target = targets[Int.random(in: 0..<3, using: &generator)]
            switch Int.random(in: 0..<6, using: &generator) {
            case 0, 1:
                let wasOpen = credential.sentinel == nil
                if admit(&credential, target, second) == .open {
                    if !wasOpen { #expect(target == credential.sentinel) }
                    asking.insert(target)
                }
            case 2:
                guard asking.remove(target) != nil else { continue }
                let before = credential.isRefused
                let verdict = refuse(&credential, target, second)
                #expect(verdict != .refused || !before, "it is news once")
            case 3:
                guard asking.remove(target) != nil else { continue }
                let sentinel = credential.sentinel
                if accept(&credential, target) {
                    #expect(target == sentinel)
                    #expect(credential.sentinel == nil)
                } else {
                    #expect(credential.sentinel == sentinel)
                }
            case 4: credential.failed(target, now: at(second))
            default: if second % 7 == 0 { credential.forget(target) }
            }
            #expect(!credential.isRefused || admitted(credential, targets, second).count <= 1)
        }
    }

    private func admitted(_ credential: Credential, _ targets: [PollTarget], _ second: Int) -> [PollTarget] {
        targets.filter { credential.sentinel != nil && credential.admission(of: $0, now: at(second + 100_000)) == .open }
    }
}
