import Foundation
import Glibc
import Synchronization
import Testing

@testable import Systemd

@Suite("Log lines on their way to journald", .timeLimit(.minutes(1)))
struct JournalQueueTests {
    private func entry(_ text: String) -> JournalEntry {
        var entry = JournalEntry(message: text, priority: .notice)
        entry.append(.identifier, "wabawatchd")
        return entry
    }

    @Test func entries_whileJournaldReads_arriveInOrder() {
        let sent = Sent()
        let queue = JournalQueue(send: sent.take)
        for number in 0..<100 { queue.add(entry("\(number)")) }
        queue.flush(within: .seconds(30))
        #expect(sent.messages == (0..<100).map { "\($0)" })
    }

    @Test func entries_whileJournaldDoesNotRead_keepNobodyWaiting_andTheLossIsTold() {
        let sent = Sent()
        let gate = Gate()
        let queue = JournalQueue { entry in
            gate.pass()
            sent.take(entry)
        }
        for number in 0..<JournalQueue.most + 100 { queue.add(entry("\(number)")) }
        queue.flush(within: .milliseconds(1))
        #expect(sent.messages == [], "the queue waits, and nobody else does")
        gate.open()
        queue.flush(within: .seconds(30))
        let notice = "log lines were dropped while the journal did not read (lines: 100)"
        #expect(sent.messages.filter { $0 != notice } == (0..<JournalQueue.most).map { "\($0)" })
        #expect(sent.messages.filter { $0 == notice }.count == 1)
        #expect(sent.identifiers == ["wabawatchd"])
    }

    @Test(.enabled(if: PrivateJournal.isPossible, PrivateJournal.reason))
    func journald_stopped_isCalledStalled_andTakesAllOnceItGoesOn() async {
        await #expect(processExitsWith: .success) {
            let journald = try PrivateJournal()
            let entry = JournalEntry(message: "stalled", priority: .notice)
            try journald.stop()
            defer {
                try? journald.goOn()
                try? journald.end()
            }
            #expect(Journal.isPresent)
            var sent = 0
            let error = #expect(throws: SystemdError.self) {
                while sent < 10_000 {
                    try Journal().send(entry)
                    sent += 1
                }
            }
            #expect(error?.code == .journalStalled)
            try journald.goOn()
            // What was refused can be sent as soon as journald has read: this waits for that.
            try Journal().send(entry, timeout: .seconds(50))
            let stored = try journald.entries("MESSAGE=stalled").split(separator: "\n").filter { $0 == "MESSAGE=stalled" }
            #expect(stored.count == sent + 1)
        }
    }
}

private final class Sent: Sendable {
    private let entries = Mutex<[JournalEntry]>([])
    var messages: [String] { entries.withLock { $0.map { String(decoding: $0.first(.message) ?? [], as: UTF8.self) } } }
    var identifiers: Set<String> { Set(entries.withLock { $0.map { String(decoding: $0.first(.identifier) ?? [], as: UTF8.self) } }) }
    func take(_ entry: JournalEntry) { entries.withLock { $0.append(entry) } }
}

/// Holds up a thread until it is opened.
private final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    func pass() {
        semaphore.wait()
        semaphore.signal()
    }
    func open() { semaphore.signal() }
}
