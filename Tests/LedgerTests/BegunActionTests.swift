import Changes
import GRDB
import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Ledger

/// Actions that have begun, as the ledger keeps them: what a daemon that is killed leaves for the next one.
@Suite(.timeLimit(.minutes(1))) struct BegunActionTests {
    private let folder: Folder
    private var path: String { folder.path + "/ledger.sqlite" }

    init() throws { folder = try Folder() }

    private func action(_ deed: String = "block 2 users at 106", users: [String] = ["16505551234", "US.12\u{0}34"]) -> BegunAction {
        let target = PollTarget(account: "acme", kind: .blockedUser, phoneNumberID: "106")
        let code = PollTarget(account: "acme", kind: .qrCode, phoneNumberID: "106")
        return BegunAction(
            account: "acme", wabaID: "102", action: "block", kind: .blockedUser, id: nil, phoneNumberID: "106", actor: "alice (1000)",
            userID: .max, deed: deed,
            causes: [
                ActionCause(actor: "alice (1000)", target: target, ids: Set(users), operations: [.added]),
                ActionCause(
                    actor: "alice (1000)", target: code, ids: nil, operations: [.added, .changed], members: ["prefilled_message"],
                    shows: ["prefilled_message": "Hi"]),
            ], begunAt: Timestamp(milliseconds: 1_000))
    }

    @Test func action_isThereAfterwards_asItWas_withWhatBecameOfIt() async throws {
        let ledger = try Ledger(path: path)
        let number = try #require(try await ledger.begin(action()))
        let other = try #require(try await ledger.begin(action("other")))
        ledger.abandon()
        // As after a kill: nothing was closed.
        let next = try Ledger(path: path)
        var kept = try await next.begunActions()
        var expected = action()
        expected.number = number
        #expect(kept.count == 2 && kept[0] == expected && kept[1].deed == "other")
        try await next.mark(action: number, .ended(BegunAction.End(result: "done\u{0}", isWhole: true)))
        try await next.mark(action: other, .told)
        kept = try await next.begunActions()
        #expect(kept[0].end == BegunAction.End(result: "done\u{0}", isWhole: true) && !kept[0].isTold)
        #expect(kept[1].end == nil && kept[1].isTold)
        try await next.mark(action: number, .forgotten)
        try await next.mark(action: other, .forgotten)
        #expect(try await next.begunActions().isEmpty)
        let third = try #require(try await next.begin(action()))
        #expect(third > other, "no number is given twice")
        try next.close()
    }

    @Test func actions_areBounded() async throws {
        let ledger = try Ledger(path: path)
        for _ in 0..<Ledger.mostBegunActions { #expect(try await ledger.begin(action()) != nil) }
        #expect(try await ledger.begin(action()) == nil)
        try await ledger.mark(action: 1, .forgotten)
        #expect(try await ledger.begin(action()) != nil)
        try ledger.close()
    }

    /// What could not be written down when it was known is written with the next action, and at the end.
    @Test func mark_thatFails_isWrittenLater() async throws {
        let ledger = try Ledger(path: path)
        let first = try #require(try await ledger.begin(action("first")))
        // A task that is cancelled writes nothing any more.
        func markInCancelledTask(_ number: Int64, _ mark: ActionMark) async {
            await withTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask { await #expect(throws: LedgerError.self) { try await ledger.mark(action: number, mark) } }
            }
        }
        await markInCancelledTask(first, .forgotten)
        #expect(try await ledger.begunActions().map(\.deed) == ["first"])
        let second = try #require(try await ledger.begin(action("second")))
        #expect(try await ledger.begunActions().map(\.deed) == ["second"])
        await markInCancelledTask(second, .ended(BegunAction.End(result: "open", isWhole: false)))
        await markInCancelledTask(second, .told)
        try ledger.close()
        let next = try Ledger(path: path)
        let kept = try await next.begunActions()
        #expect(kept.map(\.deed) == ["second"] && kept[0].isTold && kept[0].end?.result == "open")
        try next.close()
    }

    @Test func row_thatALaterReleaseWrote_isLeftOut_andTold() async throws {
        let ledger = try Ledger(path: path)
        _ = try await ledger.begin(action())
        try await ledger.pool.write {
            try $0.execute(sql: #"INSERT INTO begun_action (begun_at, document) VALUES (1, '{"account":"acme","kind":"later"}')"#)
        }
        #expect(try await ledger.begunActions().count == 1)
        var told = ledger.unreadableRows.makeAsyncIterator()
        #expect(await told.next() == "the begun action 2")
        try ledger.close()
    }
}
