import Changes
package import Ledger
package import Logging
import StrictJSON
package import Systemd
import WhatsAppBusiness

/// Tells the journal of every change, behind a cursor of its own that is kept in the ledger and moved after the journal took the entry. Past a thousand
/// changes of one observation, an entry stands for as many as a thousand; where members became known of many things in one observation, one stands for all.
/// First looks at things of one account and kind that follow each other share entries, as many as a thousand each.
///
/// Where there is no journal it says the same sentence on standard error. If the journal does not take an entry, the cursor waits and nothing else does.
package struct Announcer: Sendable {
    /// Takes what is announced, with the cursor behind it. Throws where it could not be handed over.
    package typealias Take = @Sendable (_ announcement: Announcement, _ cursor: LedgerCursor, _ wabaID: String?) async throws -> Void

    /// Under this name its cursor is kept.
    package let name: String
    let ledger: Ledger
    /// Where it says what is the matter.
    package let log: Logger
    /// Waits before the next try.
    package let pause: @Sendable (Duration) async throws -> Void
    let take: Take
    private let latch = LivenessLatch()

    /// How many changes are handed over before the cursor is moved: after a crash no more than these are told again.
    static let batch = 64

    /// How long after a commit its changes are announced, with what else was committed by then: subscribers come first, whom reading and writing for the
    /// journal would keep waiting on a machine with few processors.
    static let gathering = Duration.milliseconds(10)

    /// An announcer of that name, under which its cursor is kept.
    package init(
        name: String, ledger: Ledger, log: Logger, pause: @escaping @Sendable (Duration) async throws -> Void, take: @escaping Take
    ) {
        self.name = name
        self.ledger = ledger
        self.log = log
        self.pause = pause
        self.take = take
    }

    /// Announces until the task is cancelled. May be called once.
    package func run() async throws {
        defer { latch.close() }
        var position = try await position()
        var troubled = false
        await withDiscardingTaskGroup { group in
            group.addTask { [position] in await ringAtChanges(after: position.sequence) }
            for await _ in latch.rings {
                let refusal = await round(&position)
                if refusal == nil && troubled { log.notice("changes can be announced again", metadata: ["announcer": "\(name)"]) }
                if let refusal, !troubled {
                    log.error(
                        "changes cannot be announced for now", metadata: ["announcer": "\(name)", "error": "\(refusal)"])
                }
                troubled = refusal != nil
            }
            group.cancelAll()
        }
    }

    /// Returns when the loop has come round: it has looked for changes and handed over some of them, or found that it cannot.
    package func beat() async { await latch.ask() }

    private func ringAtChanges(after position: Int64) async {
        var position = position
        while !Task.isCancelled {
            await ledger.waitForChange(after: position)
            do { try await pause(Self.gathering) } catch { return }
            position = ledger.cursor.sequence
            latch.ring()
        }
    }

    /// Announces the next changes and says whether that was refused; then waits a little before it comes round again.
    private func round(_ position: inout AnnouncerPosition) async -> (any Error)? {
        do {
            try await announce(after: &position)
            latch.answer()
            if position.sequence < ledger.cursor.sequence { latch.ring() }
            return nil
        } catch {
            latch.answer()
            guard !Task.isCancelled else { return nil }
            do { try await pause(.seconds(1)) } catch { return nil }
            latch.ring()
            return error
        }
    }

    /// Announces what is left; what cannot be handed over waits for the next start.
    /// - Parameter timeout: no batch is begun later.
    /// - Returns: why some of it was not handed over.
    package func drain(within timeout: Duration? = nil) async throws -> SystemdError? {
        let end = timeout.map { ContinuousClock.now + $0 }
        var position = try await position()
        while position.sequence < ledger.cursor.sequence, end.map({ ContinuousClock.now < $0 }) ?? true {
            do { try await announce(after: &position) } catch let error as SystemdError { return error }
        }
        return nil
    }

    /// Where it stood when its cursor was moved last. In the midst of an observation, what was announced of that one counts.
    func position() async throws -> AnnouncerPosition {
        // Nothing was announced that the ledger does not have: what comes next is new.
        let sequence = min(try await ledger.announced(by: name), ledger.cursor.sequence)
        let oldest = try await ledger.oldestCursor().sequence
        // What comes next is of another observation: one is committed whole.
        guard sequence < ledger.cursor.sequence, oldest < sequence else { return AnnouncerPosition(sequence) }
        var position = AnnouncerPosition(max(oldest, sequence - Int64(Bulk.size)))
        while position.sequence < sequence {
            for change in try await ledger.changes(after: position.sequence, limit: Int(sequence - position.sequence)) {
                position.pass(change)
            }
        }
        return position
    }

    /// Announces what there is after that place, and moves it behind what was handed over. That is ahead of the cursor in the ledger where this cannot
    /// be written: while the disk is full nothing is told twice, and the next batch writes it.
    func announce(after position: inout AnnouncerPosition) async throws {
        let changes = try await latch.away { [position] in try await ledger.changes(after: position.sequence, limit: Self.batch) }
        guard let first = changes.first else { return }
        if position.accounts.mustRead(for: changes) { position.accounts.take(try await latch.away { try await ledger.accounts() }) }
        let accounts = position.accounts.ids
        func handOver(_ announcement: Announcement) async throws {
            let cursor = ledger.cursor(at: announcement.sequence)
            try await take(announcement, cursor, accounts[announcement.account])
        }
        var rest = changes[...]
        var refusal: (any Error)?
        while let change = rest.first {
            var announcement = Announcement.change(change)
            do {
                if let reason = position.sharing(change, following: rest.dropFirst().first) {
                    let shared = try await latch.away { [position] in try await bulk(of: reason, in: rest, of: changes.count, position) }
                    guard let shared else { break }
                    announcement = shared
                }
                try await handOver(announcement)
            } catch {
                refusal = error
                break
            }
            position.pass(change, sharedUpTo: announcement.sequence)
            rest = rest.dropFirst(announcement.count)
        }
        if position.sequence >= first.sequence { try await keep(position.sequence) }
        if let refusal { throw refusal }
    }

    /// The next changes that share an entry; one alone is told by itself. All of an observation are in the ledger, for they were committed together; of
    /// first looks, those that are by now.
    /// - Parameters:
    ///   - rest: what has been read and not announced, from the first of them on.
    ///   - count: how many changes were read with it.
    /// - Returns: `nil` where more of them may stand behind what was read: it is read anew, from the first of them on.
    private func bulk(
        of reason: Bulk.Reason, in rest: ArraySlice<RecordedChange>, of count: Int, _ position: AnnouncerPosition
    ) async throws -> Announcement? {
        let first = rest[rest.startIndex]
        // What became known of however many things is one piece of news.
        let most = reason == .joined ? Int.max : Bulk.size
        var bulk = Bulk(first, reason)
        var page = rest.dropFirst()
        reading: while true {
            for change in page {
                guard bulk.count < most, position.shares(change, with: first, reason) else { break reading }
                bulk.add(change)
            }
            if bulk.count >= most { break }
            guard rest.count == count else { return nil }
            page = try await ledger.changes(after: bulk.last, limit: min(most - bulk.count, 256))[...]
            if page.isEmpty { break }
        }
        guard bulk.count > 1 else { return .change(first) }
        if let number = bulk.phoneNumberID {
            let numbers = try await ledger.resources(accounts: [bulk.worst.resource.account], kinds: [.phoneNumber], ids: [number])
                .resources
            bulk.displayNumber = numbers.first?.document["display_phone_number"]?.string
        }
        return .bulk(bulk)
    }

    private func keep(_ position: Int64) async throws {
        do { try await latch.away { try await ledger.setAnnounced(by: name, to: position) } } catch let error as LedgerError {
            guard error.code == .full || error.code == .failed else { throw error }
        }
    }
}
