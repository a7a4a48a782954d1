import FoundationEssentials
import Systemd
import TestSupport
import Testing
import WhatsAppBusiness

@testable import Announcing

/// wabawatch.journal(7) has the fields and the classes that entries have, and the catalog the same classes.
@Suite struct JournalPageTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func text(_ path: String) throws -> String { try String(contentsOf: root.appending(path: path), encoding: .utf8) }

    /// Every field that the announcer's sources write.
    private static func fields() throws -> Set<String> {
        let folder = "Sources/Announcing"
        let names = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path())
        var fields: Set<String> = ["MESSAGE", "MESSAGE_ID", "PRIORITY", "SYSLOG_IDENTIFIER"]
        for name in names where name.hasSuffix(".swift") {
            let text = try text("\(folder)/\(name)")
            fields.formUnion(text.matches(of: /"(WABAWATCH_[A-Z_]+)"/).map { String($0.output.1) })
        }
        // One for each operation.
        #expect(fields.remove("WABAWATCH_COUNT_") != nil)
        return fields.union(ChangeOperation.allCases.map { "WABAWATCH_COUNT_\($0.rawValue.uppercased())" })
    }

    @Test func page_hasEveryField_andNoOther() throws {
        let page = ManualEntries(try Self.text("systemd/wabawatch.journal.7"), marked: "Ev")
        #expect(Set(page.texts.keys) == (try Self.fields()))
        #expect(page.doubled == [])
    }

    @Test func page_andCatalog_haveEveryClass_andNoOther() throws {
        let page = ManualEntries(try Self.text("systemd/wabawatch.journal.7"))
        let catalog = try Self.text("systemd/wabawatch.catalog").split(separator: "\n").filter { $0.hasPrefix("-- ") }.map {
            String($0.dropFirst(3))
        }
        let classes = Set(MessageID.all.map(\.rawValue))
        #expect(Set(page.texts.keys) == classes && page.doubled == [])
        #expect(Set(catalog) == classes && catalog.count == classes.count)
    }

    /// The bounds that the page names are those of the entries.
    @Test func page_hasTheLimits() throws {
        let page = ManualEntries(try Self.text("systemd/wabawatch.journal.7"), marked: "Ev").texts
        let limits: [(field: String, words: String)] = [
            ("MESSAGE", "\(JournalEntry.longestMessage >> 10) KiB"), ("WABAWATCH_BEFORE", "\(JournalEntry.longestDocument >> 10) KiB"),
            ("WABAWATCH_FIELD", "at most \(JournalEntry.mostFields), of at most \(JournalEntry.longestField) bytes each"),
            ("WABAWATCH_FIELDS", "\(JournalEntry.longestFields >> 10) KiB"),
            ("WABAWATCH_EVENT", "\(JournalEntry.longestEvent / 1000),000 bytes"),
        ]
        for (field, words) in limits { #expect(page[field]?.contains(words) == true, "\(field): \(words)") }
        #expect(JournalEntry.longestEvent % 1000 == 0)
    }
}
