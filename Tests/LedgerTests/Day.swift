import Changes
import Ledger
import StrictJSON
import WhatsAppBusiness

/// A day in the life of a ledger, step by step, with a journal and a subscriber that keep cursors. Every step can be tried again after it failed.
final class Day {
    enum Step {
        case look(Observation)
        /// Polls that arrive together.
        case together([Observation])
        case note(WatchNote)
        /// The journal's announcer takes what is new, then moves its cursor.
        case announce
        /// The subscriber takes what is new.
        case read
        /// The subscriber takes a snapshot, to apply to it what comes.
        case snapshot
        case forget
        case save
        case reopen
    }

    static let steps: [Step] = [
        .look(numbers(["1": "GREEN", "2": "GREEN"])),
        .together([profile("1", String(repeating: "Hello", count: 2000)), profile("2", "Hi"), blocked("1", 0..<40)]),
        .announce, .read, .snapshot, .look(numbers(["1": "YELLOW", "2": "GREEN"])),
        .note(watch("forbidden", from: "current")), .read, .reopen,
        .together([profile("1", "Bye"), profile("2", "Hi"), numbers(["1": "RED", "2": "GREEN"])]),
        .announce, .look(blocked("1", 5..<45)), .look(blocked("1", 5..<45)), .announce, .read, .save,
        .note(watch("current", from: "forbidden")), .look(numbers(["1": "GREEN"])), .look(numbers(["1": "GREEN"])), .announce, .forget,
        .reopen, .read,
        .look(numbers(["1": "RED"])), .announce, .read,
    ]

    let path: String
    private var ledger: Ledger?
    private var done = 0
    /// What the journal has, by cursor.
    private(set) var journal: [Int64: DetectedChange] = [:]
    /// What the subscriber has, in the order in which it came.
    private(set) var heard: [RecordedChange] = []
    private var snapshot: (sequence: Int64, documents: [ResourceID: JSONObject])?

    init(path: String) { self.path = path }

    /// The same day, with what journal and subscriber have, going on with what a power cut left on the disk.
    init(_ day: Day, continuedAt path: String) {
        self.path = path
        done = day.done
        journal = day.journal
        heard = day.heard
        snapshot = day.snapshot
    }

    /// Goes on until the day is over, or a step fails.
    func go() async throws {
        while done < Self.steps.count {
            try await take(Self.steps[done])
            done += 1
        }
    }

    /// Lets go of the ledger as a process that dies does; the next step opens it again.
    func die() {
        ledger?.abandon()
        ledger = nil
    }

    func open() throws -> Ledger {
        if let ledger { return ledger }
        let opened = try Ledger(path: path)
        ledger = opened
        return opened
    }

    private func take(_ step: Step) async throws {
        let ledger = try open()
        let now = Timestamp(milliseconds: Int64(done + 1) * 1000)
        switch step {
        case .look(let observation): _ = try await ledger.record(observation, at: now)
        case .together(let observations):
            try await withThrowingTaskGroup(of: Void.self) { group in
                for observation in observations { group.addTask { _ = try await ledger.record(observation, at: now) } }
                try await group.waitForAll()
            }
        case .note(let note): try await ledger.record([note], at: now)
        case .announce:
            var position = try await ledger.announced(by: "journal")
            while position < ledger.cursor.sequence {
                for change in try await ledger.changes(after: position, limit: 7) {
                    if let known = journal[change.sequence], known != change.change {
                        throw Wrong("the journal heard two changes of one cursor")
                    }
                    journal[change.sequence] = change.change
                    position = change.sequence
                }
                try await ledger.setAnnounced(by: "journal", to: position)
            }
        case .read:
            while (heard.last?.sequence ?? 0) < ledger.cursor.sequence {
                heard += try await ledger.changes(after: heard.last?.sequence ?? 0, limit: 7)
            }
        case .snapshot:
            let (resources, cursor) = try await ledger.resources()
            snapshot = (cursor.sequence, Dictionary(uniqueKeysWithValues: resources.map { ($0.resource, $0.document) }))
        case .forget:
            while try await ledger.forgetChanges(before: Timestamp(milliseconds: 6000), keepingAtLeast: 3) > 0 {}
            while try await ledger.clearAway(keeping: 0) {}
        case .save: try await ledger.saveConfirmed()
        case .reopen:
            self.ledger = nil
            try ledger.close()
        }
    }

    /// What must be so whenever the ledger was opened again.
    struct Outcome: Equatable {
        /// Without sequences and times, in any order: polls that arrive together are recorded in any order, and a poll that is repeated because its commit
        /// was reported to have failed, though it was on the disk, is one poll more, so that what is missed is removed a step earlier.
        var changes: [String]
        var resources: [ResourceID: JSONObject]
    }

    /// Checks what must hold at the end, and returns what the day came to.
    func outcome() async throws -> Outcome {
        let ledger = try open()
        try await ledger.verify()
        let oldest = try await ledger.oldestCursor().sequence
        let changes = try await ledger.changes(after: oldest, limit: .max)
        let resources = Dictionary(uniqueKeysWithValues: try await ledger.resources().resources.map { ($0.resource, $0.document) })
        guard changes.map(\.sequence) == Array((oldest + 1)...ledger.cursor.sequence) else { throw Wrong("there is a gap") }
        guard heard.map(\.sequence) == Array(1...ledger.cursor.sequence) else {
            throw Wrong("the subscriber heard not each once: \(heard.map(\.sequence))")
        }
        guard journal.keys.sorted() == heard.map(\.sequence) else { throw Wrong("the journal has not each") }
        for change in heard where journal[change.sequence] != change.change { throw Wrong("the journal has another") }
        guard heard.suffix(changes.count).elementsEqual(changes) else { throw Wrong("the subscriber heard another") }
        if let snapshot {
            var documents = snapshot.documents
            for recorded in heard where recorded.sequence > snapshot.sequence {
                let resource = recorded.change.resource
                documents[resource] = recorded.change.applied(to: documents[resource])
                if recorded.change.operation == .removed, resource.kind == .phoneNumber {
                    documents = documents.filter { $0.key.phoneNumberID != resource.id }
                }
            }
            guard documents == resources else { throw Wrong("the changes do not lead to the later snapshot") }
        }
        self.ledger = nil
        try ledger.close()
        // The first reading has told all; what the ledger has forgotten since does not matter to it.
        return Outcome(changes: heard.map { "\($0.change)" }.sorted(), resources: resources)
    }

    struct Wrong: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }
}

extension Day {
    private static func numbers(_ ratings: [String: String]) -> Observation {
        let items = ratings.sorted { $0.key < $1.key }.map {
            Observation.Item(id: $0.key, document: ["id": .string($0.key), "quality_rating": .string($0.value)])
        }
        return Observation(
            target: PollTarget(account: "acme", kind: .phoneNumber), owner: "102", items: items, asked: ["id", "quality_rating"])
    }

    private static func profile(_ number: String, _ about: String) -> Observation {
        let item = Observation.Item(id: number, document: ["about": .string(about)])
        return Observation(
            target: PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: number), owner: number, items: [item],
            asked: ["about"])
    }

    private static func blocked(_ number: String, _ users: Range<Int>) -> Observation {
        Observation(
            target: PollTarget(account: "acme", kind: .blockedUser, phoneNumberID: number), owner: number,
            ids: IDSet(users.map { "\(16_505_550_000 + $0)" }))
    }

    private static func watch(_ state: String, from: String) -> WatchNote {
        let watch = PollTarget(account: "acme", kind: .phoneNumber).watch
        let change = DetectedChange(
            watch, .changed, severity: .warning, fields: [JSONPointer(["state"])], before: ["state": .string(from)],
            after: ["state": .string(state)], summary: "the watch is \(state)")
        return WatchNote(watch: watch, document: ["state": .string(state)], change: change)
    }
}
