import StrictJSON
import TestTools
import Testing
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

/// What a later daemon may say: members, values and kinds that nobody here knows. It is read, and kept where it has a place.
@Suite struct LaterReleaseTests {
    /// Every type of reply, fully filled.
    private static let replies: [any Record] = records.filter { !($0 is any Parameters) && !($0 is Filter) }

    /// Adds members that nobody knows to every object that is one of the interface's own; documents are Meta's and have any.
    private static func later(_ object: JSONObject, _ random: inout SeededGenerator) -> JSONObject {
        var later = object
        for member in object where !["document", "before", "after"].contains(member.name) {
            switch member.value {
            case .object(let inner): later[member.name] = .object(self.later(inner, &random))
            case .array(let elements):
                later[member.name] = .array(
                    elements.map { element in element.object.map { .object(self.later($0, &random)) } ?? element })
            default: break
            }
        }
        let values: [JSONValue] = [.null, true, 7, "text", [1, "a"], ["a": ["b": .null]]]
        for _ in 0..<random.number(1...3) { later["later\(random.below(1000))"] = .some(random.pick(values)) }
        return later
    }

    @Test(arguments: 0..<20 as Range<UInt64>) func reply_withMembersThatNobodyKnows_isTheSame(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        func check<R: Record>(_ record: R) throws {
            #expect(try R(json: Self.later(record.json, &random)) == record, "\(R.self)")
        }
        for reply in Self.replies { try check(reply) }
    }

    /// Without a member that must be there, or with one of another type, no reply is read; the error names it and shows nothing of it.
    @Test(arguments: 100..<120 as Range<UInt64>) func reply_thatIsBroken_isRefusedByName(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        func check<R: Record>(_ record: R) {
            let names = Array(record.json.names)
            guard !names.isEmpty else { return }
            var json = record.json
            let name = random.pick(names)
            let secret = "s3cr3t\(random.below(1000))"
            // Of no member of the interface is this the type.
            json[name] = .array([.array([.string(secret)])])
            do throws(MemberError) {
                _ = try R(json: json)
                Issue.record("\(R.self).\(name) may be anything")
            } catch {
                #expect(error.member.hasPrefix(name) && !"\(error)".contains(secret), "\(error)")
            }
            json[name] = nil
            do throws(MemberError) { _ = try R(json: json) } catch {
                // A reply of a subscription without what it holds is taken for a heartbeat, which has a cursor.
                #expect(error == MemberError(record is SubscribeReply ? "cursor" : name, "is missing"), "\(R.self)")
            }
        }
        for reply in Self.replies where !(reply is BlockUsersReply) && !(reply is UnblockUsersReply) { check(reply) }
    }

    @Test func change_ofALaterRelease_isKeptWithItsTexts() throws {
        let text = #"""
            {"account":"acme","actor":"alice (1000)","after":{"a":{"b":[1.0]}},"before":{"a":null},"cause":{"rule":7},"cursor":"x:y:9",
             "fields":["/a/b","/c~1d"],"id":"7","kind":"flow","observedAt":"2026-11-21T04:00:01.250Z","operation":"merged","origin":"relay",
             "sequence":9007199254740993,"severity":"fatal","summary":"é","transaction":9007199254740992}
            """#
        let change = try Change(json: try #require(try JSONValue(parsing: text).object))
        #expect(change.kind.rawText == "flow" && change.operation.rawText == "merged" && change.origin.rawText == "relay")
        #expect(change.severity.rawText == "fatal" && change.severity.level == .warning, "it counts as a warning")
        #expect(change.sequence == 9_007_199_254_740_993 && change.transaction == 9_007_199_254_740_992, "beyond what a double holds")
        #expect(change.after == ["a": ["b": try JSONValue(parsing: "[1.0]")]] && change.before == ["a": .null])
        #expect(change.fields == [JSONPointer(["a", "b"]), JSONPointer(["c/d"])])
        // Written again, all is there but what has no place.
        var expected = try #require(try JSONValue(parsing: text).object)
        expected["cause"] = nil
        #expect(change.json == expected)
        var bytes: [UInt8] = []
        change.write(into: &bytes, observedAt: change.observedAt.description)
        #expect(bytes == JSONValue.object(expected).bytes)
    }

    @Test func status_ofALaterRelease_isKeptWithItsTexts() throws {
        let text = #"""
            {"status":{"version":"9.0","startedAt":"2026-11-21T04:00:01Z","cursor":"c","oldestCursor":"o","subscribers":1,"uptime":7,
             "watches":[{"account":"acme","kind":"flow","state":"dozing","since":"2026-11-21T04:00:01Z","everyMilliseconds":1,"failures":0,"mood":"x"}],
             "budgets":[{"account":"acme","callsLastHour":1,"callsPerHour":200,"kind":"new"}]}}
            """#
        let status = try GetStatusReply(json: try #require(try JSONValue(parsing: text).object)).status
        let watch = try #require(status.watches.first)
        #expect(watch.kind.rawText == "flow" && watch.kind.known == nil && watch.state.rawText == "dozing" && watch.state.known == nil)
        #expect(watch.json["state"] == "dozing" && watch.json["kind"] == "flow" && status.version == "9.0" && status.budgets.count == 1)
    }

    /// The parts of one answer are one status.
    @Test func parts_ofOneAnswer_areAdded() throws {
        var whole = Status(
            version: "1", startedAt: Sample.moment, cursor: Cursor("c.9"), oldestCursor: Cursor("c.1"), subscribers: 0, watches: [watch],
            budgets: [])
        var part = whole
        (part.budgets, part.version) = ([Budget(account: "a", callsLastHour: 0, callsPerHour: 1)], "another")
        whole.add(part)
        #expect(whole.watches == [watch, watch] && whole.budgets == part.budgets && whole.version == "1")
        whole.add(whole)
        #expect(whole.watches.count == 4 && whole.budgets.count == 2)
    }

    // MARK: Errors

    @Test func error_ofALaterRelease_isReadWhereItsNameIsKnown() throws {
        for error in errors {
            var parameters = error.parameters
            parameters["later"] = ["x": 1]
            #expect(try WabaWatchError(name: error.name, parameters: parameters) == error)
            #expect(try WabaWatchError(VarlinkError("io.wabawatch.\(error.name)", parameters)) == error)
            #expect(try WabaWatchError(VarlinkError("io.wabawatch2.\(error.name)", parameters)) == nil, "of another interface")
            #expect(try WabaWatchError(name: error.name + "2", parameters: parameters) == nil)
            for name in error.parameters.names where name != "subcode" && name != "traceId" {
                var fewer = error.parameters
                fewer[name] = nil
                #expect(throws: MemberError(name, "is missing")) { try WabaWatchError(name: error.name, parameters: fewer) }
            }
        }
    }

    @Test func error_hasOneSentence() {
        for error in errors {
            #expect(!"\(error)".isEmpty && !"\(error)".contains("\n"))
            #expect(VarlinkError(error).name == "io.wabawatch.\(error.name)" && VarlinkError(error).parameters == error.parameters)
        }
        #expect("\(WabaWatchError.graphError(code: 190, subcode: nil, message: "m", traceID: nil))" == "Meta answered with error 190: m")
        let kind = OpenEnum<Kind>(rawValue: "flow")
        #expect("\(WabaWatchError.noSuchResource(account: "a", kind: kind, id: "7"))" == "a has no flow 7, or does not watch it")
    }
}
