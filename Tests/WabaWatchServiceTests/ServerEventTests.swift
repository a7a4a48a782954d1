import Logging
import Synchronization
import TestSupport
import Testing
import Varlink

@testable import WabaWatchService

/// What the log is told of peers.
@Suite(.inTurn) struct ServerEventTests {
    private func peer(_ user: UInt32, _ process: Int32 = 1) -> Peer { Peer(processID: process, userID: user, groupID: 0) }

    @Test func events_ofOneKindAndUser_areOneLineAMinute_andANumber() {
        var tally = ServerEventTally()
        #expect(
            tally.on(.violation(.halfMessage, peer: peer(7, 42)))
                == .init(
                    level: .notice, message: "a client's connection was closed",
                    metadata: ["kind": "halfMessage", "reason": "a message was begun and not ended in time", "uid": "7", "pid": "42"]))
        for number in 0..<1_000 { #expect(tally.on(.violation(.halfMessage, peer: peer(7, Int32(number)))) == nil) }
        #expect(tally.on(.violation(.noObject, peer: peer(7))) != nil, "another kind")
        #expect(tally.on(.violation(.halfMessage, peer: peer(8))) != nil, "another user")
        #expect(tally.on(.refused(.connectionsPerUser, peer: peer(7)))?.level == .warning)
        #expect(tally.on(.cannotAccept(number: 24))?.metadata == ["errno": "24"])
        #expect(
            tally.minute() == [
                .init(
                    level: .notice, message: "a client's connection was closed, again",
                    metadata: ["kind": "halfMessage", "times": "1000", "within": "60s", "uid": "7"])
            ])
        #expect(tally.minute().isEmpty)
        #expect(tally.on(.violation(.halfMessage, peer: peer(7))) != nil, "a new minute")
    }

    @Test func lines_areBounded_howeverManyUsersAndKindsAndTextsThereAre() {
        var tally = ServerEventTally()
        var lines: [ServerEventTally.Line] = []
        for number in 0..<20_000 {
            let name = String(repeating: "\u{1F469}\u{200D}", count: number % 2_000)
            let events: [ServerEvent] = [
                .violation(.unknownMember(name), peer: peer(UInt32(number))), .violation(.badMember(name), peer: peer(UInt32(number % 50))),
                .refused(.connections, peer: peer(UInt32(number))),
                .handlerFailed(method: name, peer: peer(UInt32(number)), error: ProtocolViolation.unknownMember(name)),
            ]
            lines += events.compactMap { tally.on($0) }
        }
        lines += tally.minute()
        #expect(lines.count < 150)
        #expect(lines.allSatisfy { $0.metadata.values.allSatisfy { $0.utf8.count <= 203 } })
        let told = lines.reduce(0) { $0 + (Int($1.metadata["times"] ?? "") ?? 1) }
        #expect(told == 80_000, "each is told, by itself or in a number")
    }

    @Test func log_isToldTheFirstAtOnce_andTheOthersAfterAMinute() async throws {
        let told = Told()
        let (minutes, minute) = AsyncStream<Void>.makeStream()
        let log = ServerEventLog(
            log: Logger(label: "test") { _ in told },
            pause: { _ in
                for await _ in minutes { return }
                throw CancellationError()
            })
        for _ in 0..<3 { log.tell(.violation(.noObject, peer: peer(1))) }
        #expect(told.lines.map(\.0) == ["a client's connection was closed"])
        minute.yield()
        minute.finish()
        try await log.run()
        #expect(told.lines.map(\.0) == ["a client's connection was closed", "a client's connection was closed, again"])
        #expect(told.lines.last?.1["times"] == "2")
    }

    /// A log that keeps what it is told.
    private final class Told: LogHandler {
        private let kept = Mutex<[(String, Logger.Metadata)]>([])
        var lines: [(String, Logger.Metadata)] { kept.withLock { $0 } }
        var metadata: Logger.Metadata {
            get { [:] }
            set {}
        }
        var logLevel: Logger.Level {
            get { .trace }
            set {}
        }
        subscript(metadataKey _: String) -> Logger.Metadata.Value? {
            get { nil }
            set {}
        }

        func log(event: LogEvent) { kept.withLock { $0.append(("\(event.message)", event.metadata ?? [:])) } }
    }
}
