import Glibc
import Testing

@testable import Systemd

@Suite("Journal entries")
struct JournalEntryTests {
    @Test(arguments: ["MESSAGE", "A", "WABAWATCH_PHONE_NUMBER_ID", "A1_", String(repeating: "A", count: 64)])
    func name_ofTheManualsForm_isTaken(name: String) throws {
        try #expect(JournalField(checking: name).name == name)
    }

    @Test(arguments: ["", "_PID", "1A", "lower", "A-B", "A B", "A=B", "Ä", "A\n", String(repeating: "A", count: 65)])
    func name_thatJournaldWouldDrop_isRefused(name: String) {
        let error = #expect(throws: SystemdError.self) { try JournalField(checking: name) }
        #expect(error?.code == .journalFieldInvalid)
    }

    @Test func metadataKeys_ofAnyForm_becomeValidNames() {
        #expect(JournalField(adapting: "wabaID", prefix: "WABAWATCH_").name == "WABAWATCH_WABAID")
        #expect(JournalField(adapting: "phone-number.id é", prefix: "WABAWATCH_").name == "WABAWATCH_PHONE_NUMBER_ID___")
        let long = JournalField(adapting: String(repeating: "=", count: 1_000), prefix: "WABAWATCH_")
        #expect(long.name.utf8.count == 64 && JournalField.isValid(long.name))
    }

    @Test func fields_appended_keepOrderAndRepetition() {
        var entry = JournalEntry(message: "two\nlines", priority: .warning)
        entry.append("WABAWATCH_FIELD", "/status")
        entry.append("WABAWATCH_FIELD", "/quality_rating")
        entry.append("WABAWATCH_SEQUENCE", 42)
        #expect(entry.fields.map { $0.name } == ["MESSAGE", "PRIORITY", "WABAWATCH_FIELD", "WABAWATCH_FIELD", "WABAWATCH_SEQUENCE"])
        #expect(
            entry.fields.map { String(decoding: $0.value, as: UTF8.self) } == ["two\nlines", "4", "/status", "/quality_rating", "42"])
    }

    @Test func send_withoutJournald_isAnErrorAndNotASilentLoss() throws {
        let missing = Journal(socketPath: "/nonexistent/socket")
        let error = #expect(throws: SystemdError.self) { try missing.send(JournalEntry(message: "lost?", priority: .notice)) }
        #expect(error?.code == .journalAbsent)
        #expect(error?.errorNumber == ENOENT)
    }

    @Test func send_toASocketThatNobodyHolds_isAnError() throws {
        let folder = try temporaryFolder()
        close(try boundUnixSocket(SOCK_DGRAM, path: folder + "/socket"))
        defer {
            unlink(folder + "/socket")
            rmdir(folder)
        }
        let abandoned = Journal(socketPath: folder + "/socket")
        let error = #expect(throws: SystemdError.self) { try abandoned.send(JournalEntry(message: "lost?", priority: .notice)) }
        #expect(error?.code == .journalAbsent)
        #expect(error?.errorNumber == ECONNREFUSED)
    }

    @Test func entry_overTheLimitsOrEmpty_isRefusedBeforeItIsCopied() {
        var large = JournalEntry()
        large.append("WABAWATCH_AFTER", bytes: [UInt8](repeating: 65, count: JournalEntry.maximumSize))
        var many = JournalEntry()
        for _ in 0...JournalEntry.maximumFieldCount { many.append("WABAWATCH_FIELD", "/x") }
        for entry in [large, many, JournalEntry()] {
            let error = #expect(throws: SystemdError.self) { try Journal().send(entry) }
            #expect(error?.code == .journalEntryTooLarge)
        }
    }
}
