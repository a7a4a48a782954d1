import Foundation
import Glibc
import Logging
import Testing

@testable import Systemd

@Suite("A real journald", .enabled(if: PrivateJournal.isPossible, PrivateJournal.reason), .timeLimit(.minutes(1)))
struct JournalTests {
    @Test func entry_sent_comesBackWithEveryFieldAsItWas() async {
        await #expect(processExitsWith: .success) {
            let journald = try PrivateJournal()
            #expect(Journal.isPresent)
            var entry = JournalEntry(message: "Rating fell\nto YELLOW", priority: .warning)
            entry.append(.messageID, "3c7c1e55ca3e4001a9b7c655120c1e49")
            entry.append(.identifier, "wabawatchd")
            entry.append("WABAWATCH_FIELD", "/quality_rating")
            entry.append("WABAWATCH_FIELD", "/status")
            entry.append("WABAWATCH_AFTER", "{\"name\":\"\u{E9} \u{1F4F1}\"}")
            entry.append("WABAWATCH_BEFORE", bytes: [0, 1, 255, 10])
            try Journal().send(entry)

            let lines = try journald.json("-t wabawatchd MESSAGE_ID=3c7c1e55ca3e4001a9b7c655120c1e49").split(separator: "\n")
            #expect(lines.count == 1)
            let stored = try JSONSerialization.jsonObject(with: Data(try #require(lines.first).utf8)) as? [String: Any] ?? [:]
            #expect(stored["MESSAGE"] as? String == "Rating fell\nto YELLOW")
            #expect(stored["PRIORITY"] as? String == "4")
            #expect((stored["WABAWATCH_FIELD"] as? [String])?.sorted() == ["/quality_rating", "/status"])
            #expect(stored["WABAWATCH_AFTER"] as? String == "{\"name\":\"\u{E9} \u{1F4F1}\"}")
            #expect(stored["WABAWATCH_BEFORE"] as? [Int] == [0, 1, 255, 10])
            #expect(stored["_PID"] as? String == String(getpid()))
            try journald.end()
        }
    }

    @Test func entries_inTheirThousandsAndOfMegabytes_allArriveWhole() async {
        await #expect(processExitsWith: .success) {
            let journald = try PrivateJournal()
            for number in 0..<2_000 {
                var entry = JournalEntry(message: "entry", priority: .informational)
                entry.append(.identifier, "many")
                entry.append("WABAWATCH_SEQUENCE", number)
                try Journal().send(entry)
            }
            var large = JournalEntry(message: "large", priority: .informational)
            large.append(.identifier, "large")
            large.append("WABAWATCH_AFTER", String(repeating: "x", count: 6_000_000))
            try Journal().send(large)

            let many = try journald.entries("-t many --output-fields=WABAWATCH_SEQUENCE").split(separator: "\n")
            let numbers = many.compactMap { $0.hasPrefix("WABAWATCH_SEQUENCE=") ? Int($0.dropFirst(19)) : nil }
            #expect(numbers == Array(0..<2_000))
            try #expect(journald.json("-t large").utf8.count > 6_000_000)
            try journald.end()
        }
    }

    @Test func journald_ended_isSeenAtTheNextEntry() async {
        await #expect(processExitsWith: .success) {
            let journald = try PrivateJournal()
            let entry = JournalEntry(message: "before", priority: .notice)
            try Journal().send(entry)
            try journald.end()
            #expect(!Journal.isPresent)
            let error = #expect(throws: SystemdError.self) { try Journal().send(entry) }
            #expect(error?.code == .journalAbsent)
        }
    }

    @Test func logLine_throughTheHandler_isFoundByItsMetadata() async {
        await #expect(processExitsWith: .success) {
            let journald = try PrivateJournal()
            let logger = Logger(label: "watching") {
                JournalLogHandler(label: $0, identifier: "wabawatchd", send: { try Journal().send($0) })
            }
            logger.warning("A watch is not current.", metadata: ["account": "acme"])
            try #expect(journald.json("-p warning WABAWATCH_ACCOUNT=acme").contains("A watch is not current. (account: acme)"))
            try journald.end()
        }
    }
}
