import Changes
import TestTools
import Testing
import WhatsAppBusiness

@testable import Watching

@Suite struct LookoutTests {
    private static let targets = (0..<4).map { PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "\($0)") }
    private static func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: seconds * 1_000_000_000) }
    private static let soon = Lookout.every

    @Test func firstOfTheRefused_comesBackSoon_andTheOthersWhenTheyAsk() {
        var lookout = Lookout()
        #expect(lookout.refused(Self.targets[0], asksAt: Self.at(600), now: Self.at(0)) { _ in true } == Self.at(0) + Self.soon)
        #expect(lookout.refused(Self.targets[1], asksAt: Self.at(700), now: Self.at(1)) { _ in true } == Self.at(700))
        #expect(lookout.asksAt(Self.targets[0]) == Self.at(600) && lookout.asksAt(Self.targets[1]) == nil)
        lookout.ends(Self.targets[1])
        #expect(lookout.asksAt(Self.targets[0]) == Self.at(600), "it was not that one")
        lookout.ends(Self.targets[0])
        #expect(lookout.asksAt(Self.targets[0]) == nil)
        #expect(lookout.refused(Self.targets[1], asksAt: Self.at(800), now: Self.at(10)) { _ in true } == Self.at(10) + Self.soon)
    }

    @Test func whoAsksSoonAnyway_orIsNotPolledByItself_doesNotLook() {
        var lookout = Lookout()
        #expect(lookout.refused(Self.targets[0], asksAt: Self.at(0) + Self.soon, now: Self.at(0)) { _ in true } == Self.at(0) + Self.soon)
        #expect(lookout.refused(Self.targets[0], asksAt: Self.at(600), now: Self.at(0)) { _ in false } == Self.at(600))
        #expect(lookout == Lookout())
    }

    @Test func whoIsPolledNoLonger_isFollowedByAnother() {
        var lookout = Lookout()
        _ = lookout.refused(Self.targets[0], asksAt: Self.at(600), now: Self.at(0)) { _ in true }
        let isPolled = { (target: PollTarget) in target != Self.targets[0] }
        #expect(lookout.refused(Self.targets[1], asksAt: Self.at(700), now: Self.at(1), isPolled: isPolled) == Self.at(1) + Self.soon)
        #expect(lookout.asksAt(Self.targets[0]) == nil && lookout.asksAt(Self.targets[1]) == Self.at(700))
    }

    @Test(arguments: UInt64(0)..<100) func anyOrder_hasOneAtMost_andNobodyComesBackLaterThanItAsks(seed: UInt64) {
        var random = SeededGenerator(spreading: seed)
        var lookout = Lookout()
        var polled = Set(Self.targets)
        for second in 0..<300 as Range<Int64> {
            let target = Self.targets[Int.random(in: 0..<4, using: &random)]
            switch Int.random(in: 0..<4, using: &random) {
            case 0: lookout.ends(target)
            case 1: polled.formSymmetricDifference([target])
            default:
                let asksAt = Self.at(second + Int64.random(in: 0..<900, using: &random))
                let comesBack = lookout.refused(target, asksAt: asksAt, now: Self.at(second), isPolled: polled.contains)
                #expect(comesBack <= asksAt)
                #expect((comesBack == asksAt) || lookout.asksAt(target) == asksAt)
            }
            #expect(Self.targets.filter { lookout.asksAt($0) != nil }.count <= 1)
        }
    }
}
