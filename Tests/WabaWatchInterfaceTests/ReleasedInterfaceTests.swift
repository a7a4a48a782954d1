import Foundation
import StrictJSON
import Testing
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

/// Programs of a release go on with every later daemon: `Released/io.wabawatch-N.varlink` is the interface's text as it was released, and what is said now
/// is only ever more.
@Suite struct ReleasedInterfaceTests {
    static let released = ["io.wabawatch-1"]

    private let now: InterfaceDescription

    init() throws { now = try InterfaceDescription(parsing: Interface.text) }

    private static func then(_ name: String) throws -> InterfaceDescription {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "varlink", subdirectory: "Released"))
        return try InterfaceDescription(parsing: String(contentsOf: url, encoding: .utf8))
    }

    private static func isNullable(_ type: TypeExpression) -> Bool { if case .nullable = type { true } else { false } }

    /// What a program of then reads: each member is still there and of the type that it was, though one that could be missing may now always come.
    private func expectReadable(_ old: [TypeField], _ new: [TypeField], _ place: String) {
        for field in old {
            guard let same = new.first(where: { $0.name == field.name }) else {
                Issue.record("\(place).\(field.name) is gone")
                continue
            }
            let isStronger = if case .nullable(let inner) = field.type { inner == same.type } else { false }
            #expect(same.type == field.type || isStronger, "\(place).\(field.name) is of another type")
        }
    }

    /// What a program of then asks for: all of it is still taken, and nothing more is asked for.
    private func expectTaken(_ old: [TypeField], _ new: [TypeField], _ place: String) {
        for field in old {
            let same = new.first { $0.name == field.name }
            let isWeaker = if case .nullable(let inner)? = same?.type { inner == field.type } else { false }
            #expect(same?.type == field.type || isWeaker, "\(place).\(field.name) is no longer taken")
        }
        for field in new where !old.contains(where: { $0.name == field.name }) {
            #expect(Self.isNullable(field.type), "\(place).\(field.name) has to be given since")
        }
    }

    @Test(arguments: released) func methodsAndErrors_ofARelease_areStillThere(name: String) throws {
        let then = try Self.then(name)
        #expect(then.name == now.name && then.methodNames.isSubset(of: now.methodNames))
        for method in then.methodNames.sorted() {
            let (old, new) = (try #require(then.method(method)), try #require(now.method(method)))
            expectTaken(old.input, new.input, method)
            expectReadable(old.output, new.output, method)
        }
        for case .error(let old) in then.members {
            let new = try #require(now.error(old.name), "\(old.name) is gone")
            expectReadable(old.parameters, new.parameters, old.name)
        }
    }

    @Test(arguments: released) func types_ofARelease_haveTheirMembersStill(name: String) throws {
        for case .type(let old) in try Self.then(name).members {
            let new = try #require(now.type(old.name), "\(old.name) is gone")
            switch (old.definition, new.definition) {
            case (.structure(let old), .structure(let members)) where new.name == "Filter": expectTaken(old, members, new.name)
            case (.structure(let old), .structure(let members)): expectReadable(old, members, new.name)
            case (.enumeration(let old), .enumeration(let values)):
                #expect(Set(old.map(\.name)).isSubset(of: values.map(\.name)), "\(new.name) has lost a value")
            default: Issue.record("\(old.name) is something else")
            }
        }
    }

    /// Every reply of this release, cut down to what the release knew, is what its text says: its types, its lists of values.
    @Test(arguments: released) func replies_cutDownToWhatAReleaseKnew_areThoseOfItsText(name: String) throws {
        let then = try Self.then(name)
        let replies: [(String, any Record)] = [
            ("GetStatus", GetStatusReply(status: Self.status)), ("List", ListReply(resource: Sample.resource, cursor: Cursor("c.9"))),
            ("Get", GetReply(resource: Sample.resource, cursor: Cursor("c.9"))), ("History", HistoryReply(change: Sample.commandedChange)),
            ("Subscribe", SubscribeReply.change(Sample.commandedChange)), ("Subscribe", SubscribeReply.resource(Sample.resource)),
            ("Subscribe", SubscribeReply.ready(Cursor("c.9"))), ("Subscribe", SubscribeReply.heartbeat(Cursor("c.9"))),
            ("Poll", PollReply(cursor: Cursor("c.9"), changes: 3)),
        ]
        for (method, reply) in replies {
            let output = try #require(then.method(method)?.output)
            let known = Self.cut(.object(reply.json), to: .structure(output), in: then)
            try then.check(try #require(known.object), against: output)
            // What was cut away is not what the release could not do without.
            #expect(known["change"]?["transaction"] == nil && known["change"]?["actor"] == nil)
        }
    }

    private static var status: Status {
        Status(
            version: "9.0", startedAt: Sample.moment, cursor: Cursor("c.9"), oldestCursor: Cursor("c.1"), subscribers: 1, watches: [watch],
            budgets: [Budget(account: "acme", callsLastHour: 1, callsPerHour: 200, usagePercent: 3, blockedUntil: Sample.moment)])
    }

    /// A value without the members that a type does not know, as a reader of then passes over them.
    private static func cut(_ value: JSONValue, to type: TypeExpression, in interface: InterfaceDescription) -> JSONValue {
        switch (type, value) {
        case (.nullable(let inner), _): return cut(value, to: inner, in: interface)
        case (.array(let inner), .array(let elements)): return .array(elements.map { cut($0, to: inner, in: interface) })
        case (.named(let name), _): return interface.type(name).map { cut(value, to: $0.definition, in: interface) } ?? value
        case (.structure(let fields), .object(let object)):
            var known = JSONObject()
            for field in fields { known[field.name] = object[field.name].map { cut($0, to: field.type, in: interface) } }
            return .object(known)
        default: return value
        }
    }
}
