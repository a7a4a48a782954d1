import Changes
import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Watching

/// Watches in a state that a later release made up, found after a roll-back: its text stays until a poll says something else, and its end is told.
@Suite struct LaterStateTests {
    private let target = PollTarget(account: "acme", kind: .account)
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

    private func restored(_ state: String, told: String?) throws -> Watch {
        try #require(
            Watch(
                over: target, document: ["state": .string(state), "reason": "of then"], told: told.map { ["state": .string($0)] },
                since: at(1),
                lastSuccess: at(0)))
    }

    @Test(arguments: ["dozing", "Current", "CURRENT", "", "é"]) func stateOfALaterRelease_isKeptWithItsText(text: String) throws {
        let watch = try restored(text, told: text)
        #expect(watch.document == ["state": .string(text), "reason": "of then"])
        #expect(watch.state == .starting && watch.since == at(1) && watch.lastSuccess == at(0))
    }

    @Test func endOfIt_isTold_asThatOfAnyTrouble() throws {
        var watch = try restored("dozing", told: "dozing")
        let before = watch
        #expect(watch.on(.complete, at: at(5)) == .told && watch.state == .current && watch.since == at(5))
        #expect(watch.document == ["state": "current"])
        let change = try #require(watch.change(of: target, from: before))
        #expect(change.before?["state"] == "dozing" && change.after?["state"] == "current" && change.summary.hasSuffix("is current again"))
        #expect(watch.on(.complete, at: at(6)) == .nothing)
    }

    @Test func troubleBehindIt_isTold_whenItIsBelieved() throws {
        var watch = try restored("dozing", told: "dozing")
        #expect(watch.on(.failed(.unreachable, reason: "no route"), at: at(5)) == .nothing)
        #expect(watch.document["state"] == "dozing", "one failure says nothing yet")
        #expect(watch.on(.failed(.unreachable, reason: "no route"), at: at(6)) == .told)
        #expect(watch.document == ["state": "unreachable", "reason": "no route"])
    }

    /// What was never told needs no end.
    @Test func stateThatWasNotTold_endsSilently() throws {
        var watch = try restored("dozing", told: nil)
        #expect(watch.on(.complete, at: at(5)) == .silently && watch.state == .current)
    }

    /// What is told is a later release's, and the state one that is known.
    @Test func knownStateBehindAToldOneThatIsNot_isNews() throws {
        var watch = try restored("current", told: "dozing")
        #expect(watch.on(.failed(.unauthorized, reason: "expired", isCertain: true), at: at(5)) == .told)
        #expect(
            Watch(over: target, document: ["reason": "x"], told: nil, since: at(1), lastSuccess: nil) == nil,
            "without a state there is no watch")
    }
}
