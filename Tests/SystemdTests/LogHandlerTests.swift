import Glibc
import Logging
import Synchronization
import Testing

@testable import Systemd

@Suite("Log lines")
struct LogHandlerTests {
    @Test func event_withMetadata_becomesAnEntryWithItsFields() throws {
        let entries = Mutex<[JournalEntry]>([])
        var handler = JournalLogHandler(
            label: "watching", identifier: "wabawatchd", send: { entry in entries.withLock { $0.append(entry) } })
        handler[metadataKey: "account"] = "acme"
        handler.metadataProvider = Logger.MetadataProvider { ["account": "provided", "round": "7"] }
        handler.log(event: event("A token was refused.", .error, ["account": "zenith", "phoneNumber": "+1 555"]))

        let entry = try #require(entries.withLock { $0.first })
        let fields = entry.fields.map { "\($0.name)=\(String(decoding: $0.value, as: UTF8.self))" }
        #expect(
            fields == [
                "MESSAGE=A token was refused. (account: zenith, phoneNumber: +1 555, round: 7)", "PRIORITY=3",
                "SYSLOG_IDENTIFIER=wabawatchd", "WABAWATCH_LOGGER=watching", "WABAWATCH_ACCOUNT=zenith", "WABAWATCH_PHONENUMBER=+1 555",
                "WABAWATCH_ROUND=7",
            ])
    }

    @Test(arguments: zip(Logger.Level.allCases, [7, 7, 6, 5, 4, 3, 2]))
    func level_ofSwiftLog_isThePriorityOfSyslog(level: Logger.Level, priority: Int) {
        #expect(level.priority.rawValue == priority)
    }

    @Test func line_onStandardErrorUnderTheManager_beginsWithItsPriority() throws {
        try #expect(written(prefixes: true) { $0.log(event: event("Meta is slow.", .warning, [:])) } == "<4>Meta is slow.\n")
        try #expect(written(prefixes: false) { $0.log(event: event("Meta is slow.", .warning, [:])) } == "warning: Meta is slow.\n")
    }

    @Test func line_withLineBreaksAndEscapeCodes_staysOneLine() throws {
        let line = try written(prefixes: true) {
            $0.log(event: event("Refused.", .info, ["name": "a\n<0>forged\u{1B}[2J\u{202E}\u{2028}\u{9B}"]))
        }
        #expect(line == "<6>Refused. (name: a\\n<0>forged\\u{1B}[2J\\u{202E}\\u{2028}\\u{9B})\n")
    }

    @Test func destination_followsTheStreamThatStandardErrorReallyIs() {
        func decide(_ stream: String?, _ error: String?, manager: Bool, terminal: Bool = false, journal: Bool = true) -> LogDestination {
            LogDestination.decide(
                journalStream: stream, standardError: error, isStartedByManager: manager, isTerminal: terminal, isJournalPresent: journal)
        }
        #expect(decide("9:42", "9:42", manager: true) == .journal)
        #expect(decide("9:42", "9:42", manager: true, journal: false) == .standardError(prefixes: true))
        // The variable was inherited, and standard error has since been redirected.
        #expect(decide("9:42", "8:1", manager: false) == .standardError(prefixes: false))
        #expect(decide("9:42", "8:1", manager: true) == .standardError(prefixes: true))
        #expect(decide(nil, nil, manager: false) == .standardError(prefixes: false))
        #expect(decide(nil, "5:5", manager: true, terminal: true) == .standardError(prefixes: false))
    }

    private func event(_ message: Logger.Message, _ level: Logger.Level, _ metadata: Logger.Metadata) -> LogEvent {
        LogEvent(level: level, message: message, metadata: metadata, source: "test", file: #fileID, function: #function, line: #line)
    }

    private func written(prefixes: Bool, _ use: (StandardErrorLogHandler) -> Void) throws -> String {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw CallFailed(call: "pipe") }
        use(StandardErrorLogHandler(prefixes: prefixes, fileDescriptor: ends[1]))
        close(ends[1])
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = read(ends[0], &buffer, buffer.count)
        close(ends[0])
        return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
    }
}
