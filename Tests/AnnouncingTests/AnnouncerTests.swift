import Changes
import Glibc
import Logging
import StrictJSON
import Synchronization
import TestSupport
import Testing
import WhatsAppBusiness

@testable import Announcing
@testable import Ledger
@testable import Systemd

/// Which changes get an entry of their own, and which share one.
@Suite("Many changes of one observation", .inTurn, .timeLimit(.minutes(2)))
struct AnnouncerTests {
    private static let number = "107878721936019"

    /// A ledger whose number shows this many blocked users at each poll; every poll is one transaction.
    private static func withLedger(_ looks: [Int], _ body: (Ledger) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let ledger = try Ledger(path: folder.path + "/ledger.sqlite")
        let list = PollTarget(account: "acme", kind: .phoneNumber)
        let known = Observation.Item(id: number, document: ["id": .string(number), "display_phone_number": "+1 555-100-0000"])
        _ = try await ledger.record(
            Observation(target: list, owner: "102", items: [known], asked: ["id", "display_phone_number"]), at: RecordedSamples.time(0))
        let target = PollTarget(account: "acme", kind: .blockedUser, phoneNumberID: number)
        for (index, count) in looks.enumerated() {
            let users = (0..<count).map {
                Observation.Item(id: "\(1_555_000_0000 + $0)", document: ["wa_id": .string("\(1_555_000_0000 + $0)")])
            }
            _ = try await ledger.record(
                Observation(target: target, owner: number, items: users, asked: []), at: RecordedSamples.time(Int64(index + 1)))
        }
        try await body(ledger)
        try ledger.close()
    }

    /// A ledger whose account shows so many numbers, of which a second poll asks for more, and finds that some of them have changed.
    private static func withNumbers(_ count: Int, changed: Int, _ body: (Ledger) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let ledger = try Ledger(path: folder.path + "/ledger.sqlite")
        let list = PollTarget(account: "acme", kind: .phoneNumber)
        for (look, asked) in [Set(["id", "status"]), ["id", "status", "throughput", "quality_rating"]].enumerated() {
            let items = (0..<count).map { index in
                let status = look == 1 && index < changed ? "BANNED" : "CONNECTED"
                var document: JSONObject = ["id": .string("\(10_000 + index)"), "status": .string(status)]
                if look == 1 { document["throughput"] = ["level": "STANDARD"] }
                if look == 1, index > 0 { document["quality_rating"] = "GREEN" }
                return Observation.Item(id: "\(10_000 + index)", document: document)
            }
            _ = try await ledger.record(
                Observation(target: list, owner: "102", items: items, asked: asked), at: RecordedSamples.time(Int64(look)))
        }
        try await body(ledger)
        try ledger.close()
    }

    @Test func observation_ofManyChanges_isTold_oneByOneUpToAThousand_thenAThousandAtOnce() async throws {
        try await Self.withLedger([0, 3_500]) { ledger in
            let told = Told()
            try await Told.announce(ledger, told.take)
            let entries = told.all
            // The two baselines, a thousand by themselves, and the rest.
            #expect(entries.map(\.count) == Array(repeating: 1, count: 1_002) + [1_000, 1_000, 500])
            #expect(entries.map(\.sequence) == Array(1...1_002) + [2_002, 3_002, 3_502])
            #expect(entries.reduce(0) { $0 + $1.count } == Int(ledger.cursor.sequence))
            #expect(try await ledger.announced(by: "journal") == ledger.cursor.sequence)
            #expect(
                entries.last?.text
                    == "acme: 500 blocked users of +1 555-100-0000 (107878721936019) at once: 500 added (changes 3003 to 3502)")
        }
    }

    @Test func members_thatOneLookFoundKnown_shareAnEntry_andWhatChangedHasItsOwn() async throws {
        try await Self.withNumbers(1_500, changed: 3) { ledger in
            let told = Told()
            try await Told.announce(ledger, told.take)
            try #require(told.all.map(\.count) == [1, 1_500, 1, 1, 1])
            #expect(told.all.map(\.sequence) == [1, 1_501, 1_502, 1_503, 1_504])
            #expect(told.all[1].text == "acme: quality_rating, throughput of 1500 phone numbers are now known (changes 2 to 1501)")
            #expect(told.all[2].text.contains("went from CONNECTED to BANNED"))
            #expect(try await ledger.announced(by: "journal") == 1_504)
            #expect(try await ledger.changes(after: 1, limit: 2_000).filter { $0.change.operation == .baseline }.count == 1_500, "one each")
        }
    }

    @Test func member_thatBecameKnownOfOneThing_isToldByItself() async throws {
        try await Self.withNumbers(1, changed: 0) { ledger in
            let told = Told()
            try await Told.announce(ledger, told.take)
            try #require(told.all.map(\.count) == [1, 1])
            #expect(told.all[1].text == "acme: throughput of the phone number 10000 is now known")
        }
    }

    /// Two polls one list within a millisecond, each of which found members known: what belongs together is known, not guessed from times.
    @Test func looks_atTheSameMillisecond_shareNoEntry() async throws {
        try await Self.withLedger([]) { ledger in
            let target = PollTarget(account: "acme", kind: .messageTemplate)
            func look(_ members: [String]) async throws {
                let items = (0..<3).map { id in
                    Observation.Item(id: "\(id)", document: JSONObject([("id", .string("\(id)"))] + members.map { ($0, "x") }))
                }
                _ = try await ledger.record(
                    Observation(target: target, owner: "102", items: items, asked: Set(["id"] + members)), at: RecordedSamples.time(1))
            }
            try await look([])
            try await look(["category"])
            try await look(["category", "status"])
            let told = Told()
            try await Told.announce(ledger, told.take)
            #expect(told.all.suffix(3).map(\.count) == [1, 3, 3])
        }
    }

    /// As below, where what became known comes before more than a thousand changes of the same poll.
    @Test(arguments: [false, true]) func announcer_endedAmongWhatBecameKnown_goesOnWithTheSameEntries(isTaken: Bool) async throws {
        try await Self.withNumbers(1_100, changed: 1_100) { ledger in
            let (whole, told) = (Told(), Told())
            try await Told.announce(ledger, whole.take)
            #expect(whole.all.map(\.count) == [1, 1_100] + Array(repeating: 1, count: 1_000) + [100])
            try await endAnnouncers(of: ledger, isTaken: isTaken, whole, told)
        }
    }

    /// Ended after any entry, before or after its cursor was moved: nothing is lost, and what is told twice is the very same.
    @Test(arguments: [false, true]) func announcer_endedInTheMidst_goesOnWithTheSameEntries(isTaken: Bool) async throws {
        try await Self.withLedger([0, 2_600, 2_600 + 1_001]) { ledger in
            let (whole, told) = (Told(), Told())
            try await Told.announce(ledger, whole.take)
            #expect(whole.all.map(\.count) == Array(repeating: 1, count: 1_002) + [1_000, 600] + Array(repeating: 1, count: 1_001))
            try await endAnnouncers(of: ledger, isTaken: isTaken, whole, told)
            // The last observation's one change beyond a thousand is told as any other.
            #expect(told.all.last?.count == 1)
            #expect(told.all.last?.text.contains("was added") == true)
        }
    }

    /// Announces everything again, with announcers that are ended at many of the entries, each followed by a new one: no entry is missing or another one.
    private func endAnnouncers(of ledger: Ledger, isTaken: Bool, _ whole: Told, _ told: Told) async throws {
        try await ledger.setAnnounced(by: "journal", to: 0)
        let turn = Mutex(0)
        while try await ledger.announced(by: "journal") < ledger.cursor.sequence {
            // A new one, as after a start, which is ended at some entry.
            let refusal = try await Told.announcer(ledger) { announcement, cursor, wabaID in
                let ends = turn.withLock { turn in
                    turn += 1
                    if case .bulk = announcement { return turn.isMultiple(of: 2) }
                    return turn.isMultiple(of: 217)
                }
                if !ends || isTaken { try await told.take(announcement, cursor, wabaID) }
                if ends { throw SystemdError(.journalStalled, "the end") }
            }
            .drain()
            #expect(refusal != nil || ledger.cursor.sequence == told.all.last?.sequence)
        }
        var entries = told.all
        if isTaken {
            #expect(entries.count > whole.all.count)
            // What came again came as it was, and at once.
            for (one, next) in zip(entries, entries.dropFirst()) where next.sequence == one.sequence { #expect(next == one) }
            entries = entries.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
        }
        #expect(entries == whole.all)
        #expect(entries.reduce(0) { $0 + $1.count } == Int(ledger.cursor.sequence))
    }

    @Test func observations_thatFollowEachOther_areCountedApart() async throws {
        try await Self.withLedger([0, 1_000, 2_000, 3_000]) { ledger in
            let told = Told()
            try await Told.announce(ledger, told.take)
            #expect(told.all.count == 3_002, "none has more than a thousand")
        }
    }

    /// Subscribers come first, and what is committed in the meantime shares the announcer's own transaction.
    @Test func changes_areAnnouncedAMomentLater_withWhatWasCommittedMeanwhile() async throws {
        try await Self.withLedger([0]) { ledger in
            let told = Told()
            let (pauses, paused) = AsyncStream.makeStream(of: CheckedContinuation<Void, Never>.self)
            let (third, taken) = AsyncStream.makeStream(of: Void.self)
            let announcer = Announcer(
                name: "journal", ledger: ledger, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                pause: { duration in
                    try Task.checkCancellation()
                    #expect(duration == Announcer.gathering)
                    await withCheckedContinuation { _ = paused.yield($0) }
                },
                take: { announcement, cursor, wabaID in
                    try await told.take(announcement, cursor, wabaID)
                    if announcement.sequence == 3 { taken.yield() }
                })
            let running = Task { try await announcer.run() }
            for await pause in pauses {
                #expect(told.all.isEmpty)
                let apps = PollTarget(account: "acme", kind: .subscribedApp)
                _ = try await ledger.record(Observation(target: apps, owner: "102", items: [], asked: []), at: RecordedSamples.time(9))
                pause.resume()
                break
            }
            for await _ in third { break }
            #expect(told.all.map(\.sequence) == [1, 2, 3] && ledger.cursor.sequence == 3)
            running.cancel()
            try await running.value
        }
    }

    @Test func entry_ofMany_saysWhatTheyHaveInCommon_andHowManyThereAre() throws {
        func change(_ sequence: Int64, _ operation: ChangeOperation, _ severity: Severity) -> RecordedChange {
            let user = ResourceID(account: "acme", kind: .blockedUser, id: "\(sequence)", phoneNumberID: "107")
            return RecordedChange(
                sequence: sequence, observedAt: RecordedSamples.time(0),
                change: DetectedChange(user, operation, severity: severity, summary: "one")
            )
        }
        var bulk = Bulk(change(2_001, .added, .notice))
        for sequence in Int64(2_002)...2_988 { bulk.add(change(sequence, .added, .notice)) }
        bulk.add(change(2_989, .removed, .warning))
        for sequence in Int64(2_990)...3_000 { bulk.add(change(sequence, .removed, .info)) }
        let cursor = LedgerCursor(ledger: "0123456789abcdef", sequence: 3_000)
        let entry = JournalEntry(.bulk(bulk), cursor: cursor, wabaID: "102")
        let fields = Dictionary(entry.fields.map { ($0.name, [String(decoding: $0.value, as: UTF8.self)]) }, uniquingKeysWith: +)
        #expect(
            fields == [
                "MESSAGE": ["acme: 1000 blocked users of 107 at once: 988 added, 12 removed (changes 2001 to 3000)"],
                "MESSAGE_ID": [MessageID(.blockedUser).rawValue], "PRIORITY": ["4"], "SYSLOG_IDENTIFIER": ["wabawatchd"],
                "WABAWATCH_CURSOR": ["0123456789abcdef:3000"], "WABAWATCH_SEQUENCE": ["3000"], "WABAWATCH_ACCOUNT": ["acme"],
                "WABAWATCH_WABA_ID": ["102"], "WABAWATCH_KIND": ["blocked_user"], "WABAWATCH_PHONE_NUMBER_ID": ["107"],
                "WABAWATCH_ORIGIN": ["poll"], "WABAWATCH_COUNT": ["1000"], "WABAWATCH_OPERATION": ["removed"],
                "WABAWATCH_COUNT_ADDED": ["988"], "WABAWATCH_COUNT_REMOVED": ["12"],
            ])
    }

    @Test func entry_ofWhatBecameKnown_countsTheThings() throws {
        func change(_ sequence: Int64, _ after: JSONObject) -> RecordedChange {
            let template = ResourceID(account: "acme", kind: .messageTemplate, id: "\(sequence)")
            return RecordedChange(
                sequence: sequence, observedAt: RecordedSamples.time(0),
                change: DetectedChange(template, .baseline, severity: .info, after: after, summary: "one"))
        }
        var bulk = Bulk(change(7, ["rejected_reason": "NONE"]), .joined)
        bulk.add(change(8, ["rejected_reason": "NONE"]))
        let entry = JournalEntry(.bulk(bulk), cursor: LedgerCursor(ledger: "0123456789abcdef", sequence: 8), wabaID: "102")
        let fields = Dictionary(entry.fields.map { ($0.name, [String(decoding: $0.value, as: UTF8.self)]) }, uniquingKeysWith: +)
        #expect(
            fields == [
                "MESSAGE": ["acme: rejected_reason of 2 message templates is now known (changes 7 to 8)"],
                "MESSAGE_ID": [MessageID.baseline.rawValue], "PRIORITY": ["6"], "SYSLOG_IDENTIFIER": ["wabawatchd"],
                "WABAWATCH_CURSOR": ["0123456789abcdef:8"], "WABAWATCH_SEQUENCE": ["8"], "WABAWATCH_ACCOUNT": ["acme"],
                "WABAWATCH_WABA_ID": ["102"], "WABAWATCH_KIND": ["message_template"], "WABAWATCH_ORIGIN": ["poll"],
                "WABAWATCH_COUNT": ["2"], "WABAWATCH_OPERATION": ["baseline"], "WABAWATCH_COUNT_BASELINE": ["2"],
            ])
    }

    @Test func standardError_getsTheSameSentence() async throws {
        try await Self.withLedger([0, 1_500]) { ledger in
            var ends: [Int32] = [0, 0]
            try #require(pipe(&ends) == 0)
            let (reading, writing) = (ends[0], ends[1])
            async let text = Task.detached { Self.everything(from: reading) }.value
            let lines = StandardErrorLines(prefixes: true, fileDescriptor: writing)
            try await Told.announce(ledger, Announcer.standardError(lines))
            close(writing)
            let told = await text.split(separator: "\n")
            #expect(told.count == 1_003)
            #expect(
                told.last == "<5>acme: 500 blocked users of +1 555-100-0000 (107878721936019) at once: 500 added (changes 1003 to 1502)")
        }
    }

    private static func everything(from descriptor: Int32) -> String {
        var (bytes, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while case let count = read(descriptor, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
        close(descriptor)
        return String(decoding: bytes, as: UTF8.self)
    }
}
