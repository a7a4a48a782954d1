import FakeDaemon
import StrictJSON
import Synchronization
import Testing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@Suite struct ChangeHandlersTests {
    private let change = Sample.fall(1, Cursor("c"))

    @Test func handlers_areAskedByPriorityThenByOrder() async throws {
        let heard = Heard()
        var handlers = ChangeHandlers()
        for (name, priority) in [("a", 0), ("b", 10), ("c", 0), ("d", -1), ("e", 10)] {
            handlers.on(.everything, priority: priority) { _ in heard.note(name) }
        }
        #expect(try await handlers.handle(change))
        #expect(heard.names == ["b", "e", "a", "c", "d"])
    }

    @Test(arguments: [
        (ChangeHandlers.Default.proceed, ["first", "second", "third"]), (.stop, ["first"]),
    ]) func return_ofAHandler_meansWhatIsConfigured(afterReturn: ChangeHandlers.Default, expected: [String]) async throws {
        let heard = Heard()
        var handlers = ChangeHandlers(afterReturn: afterReturn)
        for name in ["first", "second", "third"] { handlers.on(.everything) { _ in heard.note(name) } }
        try await handlers.handle(change)
        #expect(heard.names == expected)
    }

    @Test func handler_thatStopsOrContinues_decidesItself() async throws {
        for afterReturn in [ChangeHandlers.Default.proceed, .stop] {
            let heard = Heard()
            var handlers = ChangeHandlers(afterReturn: afterReturn)
            handlers.on(.everything) { _ in
                heard.note("continues")
                throw ContinueHandling()
            }
            handlers.on(.everything) { _ in
                heard.note("stops")
                throw StopHandling()
            }
            handlers.on(.everything) { _ in heard.note("never") }
            #expect(try await handlers.handle(change))
            #expect(heard.names == ["continues", "stops"])
        }
    }

    @Test func topic_ofAMember_isOnlyWhatTouchesIt() async throws {
        let heard = Heard()
        var handlers = ChangeHandlers()
        handlers.on(.phoneNumber(\.qualityRating)) { heard.note("rating \($0.before?.rawText ?? "-") \($0.after?.rawText ?? "-")") }
        handlers.on(.phoneNumber(\.status)) { _ in heard.note("status") }
        handlers.on(.businessProfile(\.about)) { _ in heard.note("profile") }
        handlers.on(.kind(.phoneNumber)) { _ in heard.note("number") }
        handlers.on(.kind(.account)) { _ in heard.note("account") }
        handlers.on(.matching(Filter(minimumSeverity: .critical))) { _ in heard.note("critical") }
        try await handlers.handle(change)
        #expect(heard.names == ["rating GREEN YELLOW", "number"])
    }

    /// Alarms are heard of as all other things are: whole, or by a member of those that go on.
    @Test func topic_ofAlarms_isTheirBeginningTheirChangesAndTheirEnd() async throws {
        let heard = Heard()
        var handlers = ChangeHandlers()
        handlers.on(.alarm) { change in
            let alarm = change.after(as: Alarm.self)
            heard.note("\(change.operation) \(alarm?.name ?? "-") \(alarm?.muted?.by ?? "-")")
        }
        handlers.on(.alarm(\.severity)) { heard.note("severity \($0.before?.rawText ?? "-") \($0.after?.rawText ?? "-")") }
        handlers.on(.kind(.phoneNumber)) { _ in heard.note("number") }
        var told = change
        (told.kind, told.id, told.fields) = (.alarm, "quality/1", [])
        (told.operation, told.before) = (.added, nil)
        told.after = ["name": "quality", "severity": "warning", "since": "2026-11-21T04:00:00.000Z"]
        try await handlers.handle(told)
        (told.operation, told.fields) = (.changed, [JSONPointer(["severity"]), JSONPointer(["muted"])])
        (told.before, told.after) = (["severity": "warning"], ["severity": "critical", "muted": ["by": "alice (1000)"]])
        try await handlers.handle(told)
        (told.operation, told.fields, told.after) = (.removed, [], nil)
        try await handlers.handle(told)
        #expect(heard.names == ["added quality -", "changed - alice (1000)", "severity warning critical", "removed - -"])
    }

    /// The rating of a change with these texts before and after, as a handler of ratings hears of it.
    private func ratings(_ before: String, _ after: String) async throws -> [String] {
        let heard = Heard()
        var handlers = ChangeHandlers()
        handlers.on(.phoneNumber(\.qualityRating)) { heard.note("\($0.before?.rawText ?? "-") \($0.after?.rawText ?? "-")") }
        handlers.on(.phoneNumber(\.username)) { _ in heard.note("username") }
        var told = change
        told.before = try JSONValue(parsing: before).object
        told.after = try JSONValue(parsing: after).object
        try await handlers.handle(told)
        return heard.names
    }

    /// A member of another type than expected takes no other with it, on whichever side it stands.
    @Test(arguments: [
        #""throughput":"STANDARD""#, #""status":7,"is_pin_enabled":"true""#, #""health_status":["x"]"#,
        #""id":1.5,"webhook_configuration":1"#,
    ]) func topic_ofAMemberBesideOddOnes_isTold(odd: String) async throws {
        let (green, red) = (#""quality_rating":"GREEN""#, #""quality_rating":"RED""#)
        #expect(try await ratings("{\(odd),\(green)}", "{\(red)}") == ["GREEN RED"])
        #expect(try await ratings("{\(green)}", "{\(odd),\(red)}") == ["GREEN RED"])
        #expect(try await ratings("{\(odd),\(green)}", "{\(odd),\(red)}") == ["GREEN RED"])
    }

    @Test(arguments: [
        (#"{"quality_rating":"GREEN"}"#, #"{"quality_rating":7}"#, ["GREEN -"]),
        (#"{"quality_rating":["GREEN"]}"#, #"{"quality_rating":"RED"}"#, ["- RED"]),
        // There is nothing that a handler of this type could be told.
        (#"{"quality_rating":7}"#, #"{"quality_rating":{"score":"RED"}}"#, []),
    ]) func topic_ofAMemberThatIsOddItself_hasNothingThere(before: String, after: String, expected: [String]) async throws {
        #expect(try await ratings(before, after) == expected)
    }

    @Test func topic_ofAMember_isNotAThingThatCame() async throws {
        let heard = Heard()
        var added = change
        added.operation = .added
        added.before = nil
        var handlers = ChangeHandlers()
        handlers.on(.phoneNumber(\.qualityRating)) { _ in heard.note("rating") }
        #expect(try await !handlers.handle(added))
    }

    @Test func error_ofAHandler_comesOut() async throws {
        struct Broken: Error {}
        var handlers = ChangeHandlers()
        handlers.on(.everything) { _ in throw Broken() }
        await #expect(throws: Broken.self) { try await handlers.handle(change) }
    }
}

private final class Heard: Sendable {
    private let list = Mutex<[String]>([])
    var names: [String] { list.withLock { $0 } }
    func note(_ name: String) { list.withLock { $0.append(name) } }
}
