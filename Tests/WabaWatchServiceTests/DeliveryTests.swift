import Changes
import Glibc
import Ledger
import StrictJSON
import Synchronization
import TestSupport
import Testing
import TestTools
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

@testable import Subscriptions
@testable import WabaWatchService

@Suite(.inTurn, .timeLimit(.minutes(2))) struct DeliveryTests {
    /// A peer that subscribes and never reads, until it is told to.
    private final class Sleeper: Sendable {
        let descriptor: Int32

        init(_ path: String, _ parameters: SubscribeParameters = SubscribeParameters()) throws {
            descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let result = withUnsafePointer(to: address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            guard result == 0 else { throw Program.Failed(call: "connect", number: errno) }
            let call: JSONValue = ["method": "io.wabawatch.Subscribe", "parameters": .object(parameters.json), "more": true]
            let bytes = call.bytes + [0]
            guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
                throw Program.Failed(call: "send", number: errno)
            }
        }

        deinit { close(descriptor) }

        /// Waits for the first reply, which comes when it has been entered as a reader, and leaves it where it is.
        func enter() async throws {
            let isReadable = await withCheckedContinuation { continuation in
                let descriptor = descriptor
                Program.onQueue {
                    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                    continuation.resume(returning: poll(&wanted, 1, 60_000) == 1)
                }
            }
            try #require(isReadable, "a reader was entered within a minute")
        }

        /// Everything that comes up to the end, an error, or this sequence.
        func wake(readingTo last: Int) async throws -> [JSONValue] {
            let bytes = await withCheckedContinuation { continuation in
                let descriptor = descriptor
                Program.onQueue {
                    var all: [UInt8] = []
                    var chunk = [UInt8](repeating: 0, count: 1 << 18)
                    let (end, error) = (Array("\"sequence\":\(last),".utf8), Array(#"{"error":"#.utf8))
                    while true {
                        let count = recv(descriptor, &chunk, chunk.count, 0)
                        guard count > 0 else { break }
                        let before = max(0, all.count - end.count)
                        all += chunk[..<count]
                        let news = all[before...]
                        if news.firstRange(of: end) != nil || news.firstRange(of: error) != nil, all.last == 0 { break }
                    }
                    continuation.resume(returning: all)
                }
            }
            return try bytes.split(separator: 0).map { try JSONValue(parsing: Array($0)) }
        }
    }

    @Test func readers_thatNeverRead_holdUpNobody_andFindEverythingLater() async throws {
        try await LiveService.with(checksReplies: false) { live in
            let sleepers = try (0..<3).map { _ in try Sleeper(live.socket) }
            let (bursts, burst) = (3, 700)
            let (ready, isReady) = AsyncStream<Void>.makeStream()
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        var subscription = try await live.subscribe()
                        guard case .ready = try await subscription.next() else { return 0 }
                        isReady.yield()
                        return try await subscription.changes(bursts * burst).map(\.sequence).last ?? 0
                    }
                }
                var count = 0
                for await _ in ready {
                    count += 1
                    if count == 6 { break }
                }
                for sleeper in sleepers { try await sleeper.enter() }
                for _ in 0..<bursts { try await live.record(burst) }
                for try await last in group { #expect(last == bursts * burst) }
            }
            for sleeper in sleepers {
                let replies = try await sleeper.wake(readingTo: bursts * burst)
                let sequences = replies.compactMap { $0["parameters"]?["change"]?["sequence"]?.integer }
                #expect(sequences == Array(1...Int64(bursts * burst)))
            }
        }
    }

    /// Its socket is full at some commit, and the next ones are not given to it: none of them is lost.
    @Test func reader_thatStallsOverManySmallCommits_getsEveryOneLater() async throws {
        try await LiveService.with(checksReplies: false) { live in
            let sleeper = try Sleeper(live.socket)
            try await sleeper.enter()
            let commits: Int64 = 400
            for number in 0..<commits {
                var change = LiveService.change(Int(number))
                change.summary = String(repeating: "x", count: 4_000)
                try await live.record([change])
            }
            let replies = try await sleeper.wake(readingTo: Int(commits))
            #expect(replies.compactMap { $0["parameters"]?["change"]?["sequence"]?.integer } == Array(1...commits))
        }
    }

    /// More than one thread gives a commit to: everybody gets every one.
    @Test func commitsToVeryManyReaders_reachEachOfThem() async throws {
        try await LiveService.with(checksReplies: false) { live in
            let commits: Int64 = 20
            let readers = try (0..<300).map { _ in try Sleeper(live.socket) }
            for reader in readers { try await reader.enter() }
            for _ in 0..<commits { try await live.record(1) }
            for reader in readers {
                let replies = try await reader.wake(readingTo: Int(commits))
                #expect(replies.compactMap { $0["parameters"]?["change"]?["sequence"]?.integer } == Array(1...commits))
            }
        }
    }

    @Test func reader_whoseNextChangeWasForgotten_isToldThatHistoryIsLost() async throws {
        let limits = RecentChanges.Limits(bytes: 100_000, changes: 200)
        try await LiveService.with(recent: limits, checksReplies: false) { live in
            let sleeper = try Sleeper(live.socket)
            try await sleeper.enter()
            try await live.record(5_000)
            try await live.ledger.setAnnounced(by: "journal", to: 5_000)
            while try await live.ledger.forgetChanges(before: LiveService.time(1_000_000), keepingAtLeast: 10) > 0 {}
            let replies = try await sleeper.wake(readingTo: 5_000)
            let sequences = replies.compactMap { $0["parameters"]?["change"]?["sequence"]?.integer }
            // None, where all was forgotten before the first was read.
            #expect(sequences == (0..<sequences.count).map { Int64($0) + 1 } && sequences.count < 5_000, "no gap before the end")
            #expect(replies.last?["error"] == "io.wabawatch.HistoryLost")
            // It was told while more was being forgotten.
            let oldest = try #require(replies.last?["parameters"]?["oldestCursor"]?.string.flatMap { live.sequence(Cursor($0)) })
            #expect(oldest > Int64(sequences.count))
        }
    }

    @Test func heartbeat_ofAReaderThatWantsNothingOfWhatChanges_movesItsCursor() async throws {
        // A heartbeat is due whenever something was recorded.
        let afterAChange: @Sendable (Duration, Ledger) async throws -> Void = { _, ledger in
            await ledger.waitForChange(after: ledger.cursor.sequence)
            try Task.checkCancellation()
        }
        try await LiveService.with(pause: afterAChange) { live in
            var subscription = try await live.subscribe(SubscribeParameters(filter: Filter(kinds: [.account]), heartbeatSeconds: 1))
            guard case .ready(live.cursor(0)) = try await subscription.next() else {
                Issue.record("the first reply is ready")
                return
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { while !Task.isCancelled { try await live.record(1) } }
                var last: Int64 = 0
                for _ in 0..<5 {
                    guard case .heartbeat(let cursor) = try await subscription.next() else {
                        Issue.record("nothing else comes")
                        break
                    }
                    let sequence = try #require(live.sequence(cursor))
                    #expect(sequence >= last)
                    last = sequence
                }
                #expect(last > 0)
                group.cancelAll()
            }
        }
    }

    @Test func readers_farBehindEachOther_comeOnAtEveryTurn_thoughNoPageStaysForTheNext() async throws {
        let limits = RecentChanges.Limits(bytes: 1, changes: 8, pageChanges: 8)
        try await LiveService.with(recent: limits, checksReplies: false) { live in
            try await live.record(80)
            let (delivery, last) = (live.service.delivery, live.ledger.cursor.sequence)
            let readers = (0..<3).map { delivery.enter(nil, after: Int64($0) * 24, outlet: nil) }
            var positions = readers.map { delivery.position(of: $0) }
            while positions.contains(where: { $0 < last }) {
                for (index, reader) in readers.enumerated() where positions[index] < last {
                    _ = try await delivery.nextPage(for: reader)
                    try #require(delivery.position(of: reader) > positions[index])
                    positions[index] = delivery.position(of: reader)
                }
            }
            for reader in readers { delivery.leave(reader) }
        }
    }

    @Test func subscribers_thatComeAndGo_leaveNothingBehind() async throws {
        // Heartbeats are due one after the other.
        let atOnce: @Sendable (Duration, Ledger) async throws -> Void = { _, _ in
            try Task.checkCancellation()
            await Task.yield()
        }
        try await LiveService.with(checksReplies: false, pause: atOnce) { live in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        var subscription = try await live.subscribe(
                            SubscribeParameters(snapshot: number % 2 == 0, heartbeatSeconds: 1))
                        // Who comes after the last change is told by heartbeats.
                        for _ in 0..<number % 5 { _ = try await subscription.next() }
                    }
                }
                for _ in 0..<50 { try await live.record(20) }
                try await group.waitForAll()
            }
            try await eventually("no reader is left") { live.service.delivery.readers == 0 }
            #expect(live.service.delivery.keptBytes == 0)
        }
    }
}
