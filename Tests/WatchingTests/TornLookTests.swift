import Changes
import GraphAPI
import Ledger
import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Watching

/// A list whose pages show a member up to one of them, or from one of them on: Meta's doing (guarantee 7), or a person's? The look after says it.
@Suite(.timeLimit(.minutes(1))) struct TornLookTests {
    /// The numbers of two pages, each with its two-step PIN's state, or without.
    private typealias Pages = [[(id: String, pin: Bool?)]]

    private static let whole: Pages = [[("1", true), ("2", true)], [("3", true), ("4", true)]]
    private static let begun: Pages = [[("1", true), ("2", true)], [("3", nil), ("4", nil)]]
    private static let over: Pages = [[("1", nil), ("2", nil)], [("3", nil), ("4", nil)]]
    private static let ended: Pages = [[("1", nil), ("2", nil)], [("3", true), ("4", true)]]

    /// What the watcher makes of looks, one after the other: what was told, and whether it looks again at once.
    private func looks(_ looks: Pages...) async throws -> (told: [[String]], again: [Bool], state: Watch.State?) {
        var result: (told: [[String]], again: [Bool], state: Watch.State?) = ([], [], nil)
        try await Stage.with { stage in
            let watcher = try stage.watcher(stage.plan([.phoneNumber: .seconds(60)]))
            try await watcher.begin()
            let unit = stage.unit(.phoneNumber)
            for pages in looks {
                stage.clock.advance(to: stage.clock.now + .seconds(60))
                _ = await watcher.takeDue()
                let before = stage.sequence
                let sweep = try sweep(pages)
                guard case .complete(let found) = sweep.next else {
                    Issue.record("the pages are a whole list")
                    return
                }
                let look = await watcher.record(found, nil, of: unit, sweep)
                await watcher.on(look.next.map { .again(unit, at: $0) } ?? .looked(unit), stage.clock.now)
                let changes = try await stage.changes(after: before).map(\.change.resource)
                result.told.append(changes.map { "\($0.kind.rawValue) \($0.id)" })
                result.again.append(await watcher.schedule.due(unit).map { $0 <= stage.clock.now } ?? false)
            }
            result.state = await watcher.watch(over: unit)?.state
        }
        return result
    }

    private func sweep(_ pages: Pages) throws -> Sweep {
        var sweep = Sweep([(nil, GraphRequest(.phoneNumbers, id: Stage.account))], fields: ["id", "is_pin_enabled"])
        for (index, page) in pages.enumerated() {
            let things = page.map { id, pin -> JSONValue in
                var thing: JSONObject = ["id": .string(id)]
                thing["is_pin_enabled"] = pin.map { .bool($0) }
                return .object(thing)
            }
            var body: JSONObject = ["data": .array(things)]
            if index + 1 < pages.count {
                let link = "https://graph.facebook.com/x?after=\(index)"
                body["paging"] = ["cursors": ["after": .string("\(index)")], "next": .string(link)]
            }
            sweep.on(try Page(.object(body)))
        }
        return sweep
    }

    @Test func drift_thatBeginsBetweenTwoPages_isNoChange_andTheNextLookTellsIt() async throws {
        let (told, again, state) = try await looks(Self.whole, Self.begun, Self.over)
        #expect(told == [["phone_number \(Stage.account)"], [], ["watch phone_number"]])
        #expect(again == [false, true, false], "what is in doubt is looked at again at once")
        #expect(state == .drifted)
    }

    @Test func drift_thatEndsBetweenTwoPages_isNoChange() async throws {
        let (told, again, state) = try await looks(Self.whole, Self.over, Self.ended, Self.whole)
        #expect(told.map { $0.filter { !$0.hasPrefix("watch") } } == [["phone_number \(Stage.account)"], [], [], []])
        #expect(again == [false, false, true, false])
        #expect(state == .current)
    }

    @Test func member_thatAPersonTookFromAllOfAPage_isToldByTheSecondLook_once() async throws {
        let (told, again, state) = try await looks(Self.whole, Self.begun, Self.begun, Self.begun)
        #expect(told.dropFirst() == [[], ["phone_number 3", "phone_number 4"], []])
        #expect(again == [false, true, false, false])
        #expect(state == .current)
    }

    @Test func member_thatSomeOfAPageLost_isToldAtOnce() async throws {
        let mixed: Pages = [[("1", true), ("2", true)], [("3", true), ("4", nil)]]
        let (told, again, _) = try await looks(Self.whole, mixed)
        #expect(told.last == ["phone_number 4"])
        #expect(again == [false, false])
    }

    @Test func otherThingsAreLost_byTheSecondLook_isStillInDoubt() async throws {
        let (told, again, _) = try await looks(Self.whole, Self.begun, Self.ended)
        #expect(told.dropFirst() == [[], []])
        #expect(again == [false, true, true])
    }
}
