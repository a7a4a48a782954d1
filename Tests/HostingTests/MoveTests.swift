import Hosting
import StrictJSON
import Testing

/// Accounts go to a host that comes one at a time, whichever host they are at.
@Suite struct MoveTests {
    private static func record(_ host: String, isOver: Bool = false) -> JSONObject {
        isOver ? ["isOver": true] : ["account": "x", "from": .string(host), "to": "c", "isOver": false]
    }

    @Test func account_isMoved_afterTheKeyIsWritten_untilTheOtherHasIt() {
        var move = MoveState(host: "a")
        let began = move.due(.seconds(1), candidate: ("acme", "c"), holder: { _ in "a" })
        #expect(began == .write(["account": "acme", "from": "a", "to": "c", "isOver": false], over: nil))
        #expect(move.account == nil)
        move.written(5, now: .seconds(1))
        #expect(move.account == "acme")
        #expect(move.due(.seconds(2), candidate: ("globex", "c"), holder: { _ in nil }) == nil)
        #expect(move.due(.seconds(3), candidate: ("globex", "c"), holder: { _ in "c" }) == .write(["isOver": true], over: 5))
        #expect(move.account == nil)
        move.written(6, now: .seconds(3))
        let next = move.due(.seconds(4), candidate: ("globex", "c"), holder: { _ in "a" })
        #expect(next == .write(["account": "globex", "from": "a", "to": "c", "isOver": false], over: 6))
    }

    @Test func another_hostsMove_isWaitedFor_asLongAsItMayLast() {
        var move = MoveState(host: "a")
        move.seen(Self.record("b"), revision: 7, now: .seconds(1))
        #expect(move.due(.seconds(15), candidate: ("acme", "c"), holder: { _ in "a" }) == nil)
        move.seen(Self.record("b", isOver: true), revision: 8, now: .seconds(15))
        guard case .write(_, over: 8) = move.due(.seconds(15), candidate: ("acme", "c"), holder: { _ in "a" }) else {
            Issue.record("nothing is moved")
            return
        }
        // Somebody was faster.
        move.failed(now: .seconds(16))
        #expect(move.account == nil && move.due(.seconds(17), candidate: ("acme", "c"), holder: { _ in "a" }) == nil)
    }

    @Test func move_endsByItself_whereTheOtherDoesNotTakeTheAccount() {
        var move = MoveState(host: "a")
        _ = move.due(.seconds(1), candidate: ("acme", "c"), holder: { _ in "a" })
        move.written(5, now: .seconds(1))
        #expect(move.due(.seconds(15), candidate: nil, holder: { _ in nil }) == nil && move.account == "acme")
        #expect(move.due(.seconds(16), candidate: nil, holder: { _ in nil }) == .write(["isOver": true], over: 5))
        #expect(move.account == nil)
    }
}
