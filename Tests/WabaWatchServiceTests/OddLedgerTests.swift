import Changes
import FoundationEssentials
import Logging
import StrictJSON
import Synchronization
import Systemd
import TestSupport
import Testing
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

@testable import Announcing
@testable import Ledger
@testable import WabaWatchService

/// Ledgers that were put back from a copy, that hold odd texts, and that a later release wrote, as the socket's readers and the journal meet them.
@Suite(.inTurn, .timeLimit(.minutes(2))) struct OddLedgerTests {
    private func isLost(_ cursor: Cursor?, at site: Site) async throws -> Bool {
        var subscription = try await site.subscribe(SubscribeParameters(after: cursor))
        do {
            _ = try await subscription.next()
            return false
        } catch let error as VarlinkError {
            #expect(error.name == "io.wabawatch.HistoryLost")
            return true
        }
    }

    @Test func ledgerThatWasPutBack_endsReadersBeyondTheCopy_andGoesOnWithTheOthers() async throws {
        try await Site.with { site in
            let copy = site.folder + "/copy.sqlite"
            var daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            var before = try await subscription.changes(3)
            #expect(await daemon.stop() == 0)
            try FileManager.default.copyItem(atPath: site.ledger, toPath: copy)
            daemon = try await site.start()
            subscription = try await site.subscribe(SubscribeParameters(after: before.last?.cursor))
            for rating in ["RED", "YELLOW"] {
                site.set(0, "quality_rating", .string(rating))
                before.append(try await subscription.change())
            }
            #expect(await daemon.stop() == 0)
            try FileManager.default.removeItem(atPath: site.ledger)
            try FileManager.default.copyItem(atPath: copy, toPath: site.ledger)
            // Twice: what was recorded after the copy is known by then.
            for round in 0..<2 {
                site.set(0, "quality_rating", .string(["RED", "GREEN"][round]))
                daemon = try await site.start()
                var again = try await site.subscribe(SubscribeParameters(after: before[2].cursor))
                let news = try await again.changes(round + 1)
                #expect(news.map(\.sequence) == Array(4...(4 + round)))
                #expect(news[0].cursor != before[3].cursor)
                #expect(try await isLost(before[3].cursor, at: site))
                #expect(try await isLost(before[4].cursor, at: site))
                #expect(try await !isLost(news[0].cursor, at: site))
                #expect(await daemon.stop() == 0)
            }
        }
    }

    @Test(arguments: ["display_phone_number", "verified_name"])
    func odd_textFromMeta_reachesTheSocketAsItIs(member: String) async throws {
        try await Site.with { site in
            let texts = ["+1\u{0} 555", "\u{0}", "a\u{FFFE}\u{202E}b\u{0}", "\u{FEFF}x", String(repeating: "long\u{0}", count: 10_000)]
            site.set(0, member, .string(texts[0]))
            var daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(3)
            for text in texts.dropFirst() {
                site.set(0, member, .string(text))
                let change = try await subscription.change()
                #expect(change.kind == .phoneNumber && change.operation == .changed)
                #expect(change.after?[member] == .string(text))
            }
            #expect(await daemon.stop() == 0)
            daemon = try await site.start()
            var again = try await site.subscribeFromTheBeginning()
            let changes = try await again.changes(3 + texts.count - 1)
            #expect(changes.suffix(texts.count - 1).map { $0.after?[member] } == texts.dropFirst().map { .string($0) })
            #expect(await daemon.stop() == 0)
            let files = try FileManager.default.contentsOfDirectory(atPath: site.folder)
            #expect(!files.contains { $0.contains(".damaged-") }, "\(site.log)")
        }
    }

    /// By its id, a thing with an odd one is found, and its changes are.
    @Test func thingsWithOddIDs_areFoundOnTheSocket() async throws {
        try await LiveService.with { live in
            let ids = ["in\u{0}side", "\u{0}", "e\u{301}", "\u{FFFF}", "a/b~", "\u{202E}"]
            for id in ids { try await live.record([LiveService.change(0, id: id)]) }
            for id in ids {
                let client = try await VarlinkClient.connect(path: live.socket)
                let filter = Filter(ids: [id], phoneNumberIDs: [id])
                let list = try ListReply(json: try await client.call(ListParameters.qualifiedMethod, ListParameters(filter: filter).json))
                #expect(list.resource?.id.hasSameUTF8(as: id) == true)
                var history: [Change] = []
                for try await reply in client.stream(HistoryParameters.qualifiedMethod, HistoryParameters(filter: filter).json) {
                    if let change = try HistoryReply(json: reply).change { history.append(change) }
                }
                #expect(history.map { Array($0.id.utf8) } == [Array(id.utf8)])
            }
            let announced = Mutex<[String]>([])
            let announcer = Announcer(
                name: "journal", ledger: live.ledger, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, pause: { _ in },
                take: { announcement, _, _ in
                    if case .change(let change) = announcement { announced.withLock { $0.append(change.change.resource.id) } }
                })
            #expect(try await announcer.drain() == nil)
            #expect(announced.withLock { $0.map { Array($0.utf8) } } == ids.map { Array($0.utf8) })
        }
    }

    /// What only a later release knows goes through to whoever reads, with its text.
    @Test func valuesOfALaterRelease_reachEveryReader() async throws {
        try await LiveService.with { live in
            let thing = ResourceID(account: "acme", kind: OpenEnum(rawValue: "flow"), id: "77", phoneNumberID: "1")
            let change = DetectedChange(
                thing, OpenEnum(rawValue: "renamed"), origin: OpenEnum(rawValue: "gossip"), severity: OpenEnum(rawValue: "dire"),
                after: ["name": "x"], summary: "acme: a flow was renamed")
            var reader = try await live.subscribe()
            _ = try await reader.next()
            try await live.record([change, LiveService.change(1)])
            func check(_ told: Change) {
                #expect(told.kind.rawText == "flow" && told.operation.rawText == "renamed")
                #expect(told.origin.rawText == "gossip" && told.severity.rawText == "dire")
                #expect(told.severity.level == .warning)
            }
            check(try await reader.change())
            let client = try await VarlinkClient.connect(path: live.socket)
            for minimum in [Severity.notice, .warning, .critical] {
                var heard: [Change] = []
                let parameters = HistoryParameters(filter: Filter(minimumSeverity: minimum))
                for try await reply in client.stream(HistoryParameters.qualifiedMethod, parameters.json) {
                    if let change = try HistoryReply(json: reply).change { heard.append(change) }
                }
                #expect(heard.count == [Severity.notice: 2, .warning: 1, .critical: 0][minimum])
                if let first = heard.first { check(first) }
            }
            var listed: [Resource] = []
            for try await reply in client.stream(ListParameters.qualifiedMethod, ListParameters().json) {
                if let resource = try ListReply(json: reply).resource { listed.append(resource) }
            }
            #expect(listed.map(\.kind.rawText).sorted() == ["business_profile", "flow"])
            let entry = JournalEntry(
                RecordedChange(sequence: 1, observedAt: LiveService.time(0), change: change), cursor: live.ledger.cursor, wabaID: nil)
            #expect(entry.fields.contains { $0.name == "PRIORITY" && $0.value == Array("4".utf8) })
            #expect(!entry.fields.contains { $0.name == "MESSAGE_ID" })
        }
    }
}
