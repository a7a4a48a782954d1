import StrictJSON
import TestSupport
import Testing
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

/// Programs of a release go on with every later daemon: the interface's text is kept as it was released (`ReleasedInterface`), and what is said now is only ever
/// more.
@Suite struct ReleasedInterfaceTests {
    private let now: InterfaceDescription

    init() throws { now = try InterfaceDescription(parsing: Interface.text) }

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

    @Test(arguments: ReleasedInterface.releases) func methodsAndErrors_ofARelease_areStillThere(release: String) throws {
        let then = try ReleasedInterface(release: release).description
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

    @Test(arguments: ReleasedInterface.releases) func types_ofARelease_haveTheirMembersStill(release: String) throws {
        for case .type(let old) in try ReleasedInterface(release: release).description.members {
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
    @Test(arguments: ReleasedInterface.releases) func replies_cutDownToWhatAReleaseKnew_areThoseOfItsText(release: String) throws {
        let then = try ReleasedInterface(release: release)
        let replies: [(String, any Record)] = [
            ("GetStatus", GetStatusReply(status: Self.status)), ("List", ListReply(resource: Sample.resource, cursor: Cursor("c.9"))),
            ("Get", GetReply(resource: Sample.resource, cursor: Cursor("c.9"))), ("History", HistoryReply(change: Sample.commandedChange)),
            ("Subscribe", SubscribeReply.change(Sample.commandedChange)), ("Subscribe", SubscribeReply.resource(Sample.resource)),
            ("Subscribe", SubscribeReply.ready(Cursor("c.9"))), ("Subscribe", SubscribeReply.heartbeat(Cursor("c.9"))),
            ("Poll", PollReply(cursor: Cursor("c.9"), changes: 3)),
        ]
        for (method, reply) in replies {
            let known = try then.read(.object(reply.json), of: method)
            // What was cut away is not what the release could not do without.
            #expect(known["change"]?["transaction"] == nil && known["change"]?["actor"] == nil)
        }
    }

    private static var status: Status {
        Status(
            version: "9.0", startedAt: Sample.moment, cursor: Cursor("c.9"), oldestCursor: Cursor("c.1"), subscribers: 1, watches: [watch],
            budgets: [Budget(account: "acme", callsLastHour: 1, callsPerHour: 200, usagePercent: 3, blockedUntil: Sample.moment)])
    }
}
