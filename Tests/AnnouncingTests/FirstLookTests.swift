import Changes
import StrictJSON
import Synchronization
import TestSupport
import Testing
import WhatsAppBusiness

@testable import Announcing
@testable import Ledger
@testable import Systemd

/// First looks at things of one account and kind that follow each other share an entry.
@Suite("First looks in the journal", .inTurn, .timeLimit(.minutes(2)))
struct FirstLookTests {
    private static func withLedger(_ body: (Ledger) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let ledger = try Ledger(path: folder.path + "/ledger.sqlite")
        try await body(ledger)
        try ledger.close()
    }

    /// A poll of a number's profile; each is one transaction.
    private func pollProfile(
        _ number: Int, _ ledger: Ledger, account: String = "acme", _ document: JSONObject = ["about": "Hi"]
    ) async throws {
        let target = PollTarget(account: account, kind: .businessProfile, phoneNumberID: "\(number)")
        _ = try await ledger.record(
            Observation(
                target: target, owner: "\(number)", items: [.init(id: "\(number)", document: document)], asked: Set(document.names)),
            at: RecordedSamples.time(1))
    }

    /// A poll of a number's blocked users.
    private func pollBlocked(_ number: Int, count: Int, _ ledger: Ledger) async throws {
        let target = PollTarget(account: "acme", kind: .blockedUser, phoneNumberID: "\(number)")
        let users = (0..<count).map { Observation.Item(id: "\($0)", document: ["wa_id": .string("\($0)")]) }
        _ = try await ledger.record(
            Observation(target: target, owner: "\(number)", items: users, asked: []), at: RecordedSamples.time(1))
    }

    private func told(_ ledger: Ledger) async throws -> [Told.Entry] {
        let told = Told()
        try await Told.announce(ledger, told.take)
        return told.all
    }

    @Test func firstLooks_areOneEntryAnAccountAndKind_andOneAloneIsToldAsAnyChange() async throws {
        try await Self.withLedger { ledger in
            for number in 0..<20 { try await pollProfile(number, ledger) }
            for number in 0..<3 { try await pollBlocked(number, count: number, ledger) }
            try await pollProfile(7, ledger, account: "globex")
            let entries = try await told(ledger)
            #expect(entries.map(\.count) == [20, 3, 1])
            #expect(entries.map(\.sequence) == [20, 23, 24])
            try #require(entries.count == 3)
            #expect(entries[0].text == "acme: 20 business profiles found (first look)")
            #expect(entries[1].text == "acme: 3 blocked users of 3 phone numbers found (first look)")
            #expect(entries[2].text == "globex: found the business profile of 7; watching from here on")
            #expect(try await ledger.announced(by: "journal") == 24)
            #expect(try await ledger.changes(after: 0, limit: 100).count == 24, "the socket has each")
        }
    }

    @Test func oneThingFound_isSaidInTheSingular() async throws {
        try await Self.withLedger { ledger in
            try await pollBlocked(1, count: 1, ledger)
            try await pollBlocked(2, count: 0, ledger)
            #expect(try await told(ledger).map(\.text) == ["acme: 1 blocked user of 2 phone numbers found (first look)"])
        }
    }

    @Test func accountsThatTakeTurns_shareNoEntry() async throws {
        try await Self.withLedger { ledger in
            for number in 0..<4 {
                for account in ["acme", "globex"] { try await pollProfile(number, ledger, account: account) }
            }
            for number in 4..<6 { try await pollProfile(number, ledger, account: "globex") }
            let entries = try await told(ledger)
            // The last of the turns is followed by two of the same account.
            #expect(entries.map(\.count) == Array(repeating: 1, count: 7) + [3])
            #expect(entries.map(\.sequence) == Array(1...7) + [10])
        }
    }

    @Test func changeBetweenFirstLooks_partsThem() async throws {
        try await Self.withLedger { ledger in
            for number in 0..<3 { try await pollProfile(number, ledger) }
            try await pollProfile(0, ledger, ["about": "Ho"])
            for number in 3..<6 { try await pollProfile(number, ledger) }
            let entries = try await told(ledger)
            #expect(entries.map(\.count) == [3, 1, 3])
            #expect(entries.map(\.sequence) == [3, 4, 7])
        }
    }

    @Test func numberThatComesLater_isAFirstLookOfItsOwn() async throws {
        try await Self.withLedger { ledger in
            for number in 0..<3 { try await pollProfile(number, ledger) }
            let told = Told()
            try await Told.announce(ledger, told.take)
            for number in 3..<4 { try await pollProfile(number, ledger) }
            try await Told.announce(ledger, told.take)
            for number in 4..<6 { try await pollProfile(number, ledger) }
            try await Told.announce(ledger, told.take)
            #expect(told.all.map(\.count) == [3, 1, 2])
            #expect(told.all.map(\.sequence) == [3, 4, 6])
        }
    }

    /// An entry's changes may begin within what is read at once and end behind it.
    @Test func firstLooks_areOneEntry_whereverTheyLieInTheLedger() async throws {
        try await Self.withLedger { ledger in
            for round in 0..<3 {
                for number in 0..<49 { try await pollProfile(number + round * 100, ledger) }
                for number in 0..<2 { try await pollBlocked(number + round * 100, count: 1, ledger) }
            }
            let entries = try await told(ledger)
            #expect(entries.map(\.count) == [49, 2, 49, 2, 49, 2])
            #expect(entries.last?.sequence == ledger.cursor.sequence)
        }
    }

    @Test func moreThanAThousand_areAnEntryForEachThousand() async throws {
        try await Self.withLedger { ledger in
            for number in 0..<2_001 { try await pollProfile(number, ledger) }
            let entries = try await told(ledger)
            #expect(entries.map(\.count) == [1_000, 1_000, 1])
            #expect(entries.map(\.sequence) == [1_000, 2_000, 2_001])
        }
    }

    /// A member that is asked for from now on is no first look at what was known.
    @Test func memberThatBecameKnown_sharesNoEntryWithFirstLooks() async throws {
        try await Self.withLedger { ledger in
            for number in 0..<2 { try await pollProfile(number, ledger) }
            try await pollProfile(0, ledger, ["about": "Hi", "email": "a@example.com"])
            for number in 2..<4 { try await pollProfile(number, ledger) }
            let entries = try await told(ledger)
            #expect(entries.map(\.count) == [2, 1, 2])
            try #require(entries.count == 3)
            #expect(entries[1].text == "acme: email of the business profile of 0 is now known")
        }
    }

    /// Ended before or after the journal took any of the entries: nothing is lost, and only the entry that it had taken last is told again.
    @Test(arguments: [false, true]) func announcer_endedAtAnyEntry_goesOn(isTaken: Bool) async throws {
        for end in 0..<5 {
            try await Self.withLedger { ledger in
                for number in 0..<20 { try await pollProfile(number, ledger) }
                for number in 0..<20 { try await pollBlocked(number, count: 2, ledger) }
                try await pollProfile(0, ledger, ["about": "Ho"])
                for number in 20..<1_030 { try await pollProfile(number, ledger) }
                let told = Told()
                let turn = Mutex(0)
                let refusal = try await Told.announcer(ledger) { announcement, cursor, wabaID in
                    let ends = turn.withLock { turn in (turn, turn += 1).0 } == end
                    if !ends || isTaken { try await told.take(announcement, cursor, wabaID) }
                    if ends { throw SystemdError(.journalStalled, "the end") }
                }.drain()
                #expect(refusal != nil)
                try await Told.announce(ledger, told.take)
                var counts = [20, 20, 1, 1_000, 10]
                if isTaken { counts.insert(counts[end], at: end) }
                #expect(told.all.map(\.count) == counts, "ended at \(end)")
                #expect(told.all.last?.sequence == ledger.cursor.sequence)
                #expect(try await ledger.announced(by: "journal") == ledger.cursor.sequence)
            }
        }
    }

    @Test func entry_saysWhatTheyHaveInCommon_andHowManyThereAre() throws {
        func change(_ number: Int64) -> RecordedChange {
            let users = ResourceID(account: "acme", kind: .blockedUser, id: "\(number)", phoneNumberID: "\(number)")
            return RecordedChange(
                sequence: number, observedAt: RecordedSamples.time(0),
                change: DetectedChange(
                    users, .baseline, severity: .info, after: ["count": .integer(number)],
                    summary: "acme: found blocked users; watching from here on"))
        }
        var bulk = Bulk(change(7), .found)
        bulk.add(change(8))
        let entry = JournalEntry(.bulk(bulk), cursor: LedgerCursor(ledger: "0123456789abcdef", sequence: 8), wabaID: "102")
        let fields = Dictionary(entry.fields.map { ($0.name, [String(decoding: $0.value, as: UTF8.self)]) }, uniquingKeysWith: +)
        #expect(
            fields == [
                "MESSAGE": ["acme: 15 blocked users of 2 phone numbers found (first look)"],
                "MESSAGE_ID": [MessageID.baseline.rawValue], "PRIORITY": ["6"], "SYSLOG_IDENTIFIER": ["wabawatchd"],
                "WABAWATCH_CURSOR": ["0123456789abcdef:8"], "WABAWATCH_SEQUENCE": ["8"], "WABAWATCH_ACCOUNT": ["acme"],
                "WABAWATCH_WABA_ID": ["102"], "WABAWATCH_KIND": ["blocked_user"], "WABAWATCH_ORIGIN": ["poll"],
                "WABAWATCH_COUNT": ["2"], "WABAWATCH_OPERATION": ["baseline"], "WABAWATCH_COUNT_BASELINE": ["2"],
            ])
    }
}
