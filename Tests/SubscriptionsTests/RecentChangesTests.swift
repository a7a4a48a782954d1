import Changes
import InterfaceRecords
import StrictJSON
import TestSupport
import Testing
import TestTools
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

@testable import Ledger
@testable import Subscriptions

@Suite(.inTurn) struct RecentChangesTests {
    private static let ledger = "0123456789abcdef"
    private let everything = ReaderFilter(number: 0, filter: nil, readers: 2)

    private func recorded(_ sequences: ClosedRange<Int64>) -> [RecordedChange] {
        sequences.map { sequence in
            let severity: Severity = sequence % 3 == 0 ? .critical : .info
            return RecordedChange(
                sequence: sequence, observedAt: RecordedSamples.time(sequence / 10),
                change: RecordedSamples.change(Int(sequence), severity: severity, id: "\(sequence % 7)"))
        }
    }

    private func sequences(_ frames: Frames) throws -> [Int64] {
        try frames.bytes.split(separator: 0).map { message in
            let reply = try JSONValue(parsing: Array(message))
            #expect(reply["continues"] == true)
            return try #require(reply["parameters"]?["change"]?["sequence"]?.integer)
        }
    }

    @Test func change_asItIsSent_isTheCanonicalTextOfTheReply() throws {
        var recent = RecentChanges(ledger: Self.ledger, last: 0)
        let changes = recorded(1...5)
        recent.committed(changes, last: 5)
        guard case .replies(let frames, through: 5) = recent.next(after: 0, everything) else {
            Issue.record("nothing came")
            return
        }
        let expected = changes.flatMap {
            Replies.frame(SubscribeReply.change(Change($0, ledger: Self.ledger)).json, continues: true)
        }
        #expect(frames.bytes == expected)
        #expect(frames.count == 5)
    }

    @Test func reader_withAFilter_getsWhatMatches_andMovesOnOverTheRest() throws {
        var recent = RecentChanges(ledger: Self.ledger, last: 0)
        recent.committed(recorded(1...40), last: 40)
        let urgent = ReaderFilter(number: 1, filter: Filter(minimumSeverity: .critical), readers: 1)
        for filter in [urgent, everything, urgent] {
            guard case .replies(let frames, through: 40) = recent.next(after: 10, filter) else {
                Issue.record("nothing came")
                return
            }
            #expect(try sequences(frames) == (11...40).filter { filter.filter == nil || $0 % 3 == 0 })
        }
        guard case .end = recent.next(after: 40, urgent) else {
            Issue.record("there is an end")
            return
        }
    }

    @Test func memory_ofManyChanges_staysWithinTheBound() {
        let limits = RecentChanges.Limits(bytes: 1 << 20, changes: 1000)
        var recent = RecentChanges(ledger: Self.ledger, last: 0, limits: limits)
        for turn in 0..<300 as Range<Int64> {
            recent.committed(recorded(turn * 20 + 1...turn * 20 + 20), last: turn * 20 + 20)
            _ = recent.next(after: turn * 20, everything)
            #expect(recent.byteCount <= limits.bytes && recent.count <= limits.changes)
        }
        recent.forget()
        #expect(recent.byteCount == 0 && recent.count == 0)
    }

    @Test func change_thatIsLargerThanTheBound_isReadAllTheSame() throws {
        var recent = RecentChanges(ledger: Self.ledger, last: 0, limits: RecentChanges.Limits(bytes: 100, pageBytes: 50))
        recent.committed(recorded(1...3), last: 3)
        for position in [0, 1, 2] as [Int64] {
            if case .absent = recent.next(after: position, everything) { recent.read(recorded(position + 1...position + 1)) }
            guard case .replies(let frames, through: position + 1) = recent.next(after: position, everything) else {
                Issue.record("change \(position + 1) did not come")
                return
            }
            #expect(try sequences(frames) == [position + 1])
        }
    }

    /// Commits, of which some are told only in part, readers at all places and a ledger that is asked for the rest, in any order.
    @Test(arguments: 1...20 as ClosedRange<UInt64>) func readers_atRandomPlaces_getEverythingOnceAndInOrder(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let limits = RecentChanges.Limits(bytes: 30_000, changes: 60, pageBytes: 5_000, pageChanges: 8)
        var recent = RecentChanges(ledger: Self.ledger, last: 0, limits: limits)
        var readers = (0..<6).map { number in
            (
                position: Int64(0), got: [Int64](),
                filter: ReaderFilter(number: number % 3, filter: number % 3 == 0 ? nil : Filter(ids: ["\(number % 3)", "5"]), readers: 2)
            )
        }
        var last: Int64 = 0
        while last < 400 || readers.contains(where: { $0.position < last }) {
            if last < 400, Int.random(in: 0..<3, using: &random) == 0 {
                let size = Int64.random(in: 1...30, using: &random)
                let told = Int64.random(in: 0...size, using: &random)
                recent.committed(told == 0 ? [] : recorded(last + 1...last + told), last: last + size)
                last += size
            }
            let index = Int.random(in: 0..<readers.count, using: &random)
            switch recent.next(after: readers[index].position, readers[index].filter) {
            case .end: #expect(readers[index].position == last)
            case .absent(let limit):
                let from = readers[index].position + 1
                let upTo = min(last, from + Int64(limit) - 1)
                // The ledger may say less than it was asked for.
                recent.read(recorded(from...Int64.random(in: from...upTo, using: &random)))
            case .replies(let frames, let through):
                #expect(through > readers[index].position)
                readers[index].got += try sequences(frames)
                readers[index].position = through
            }
            #expect(recent.count <= limits.changes && recent.byteCount <= limits.bytes)
        }
        for reader in readers {
            let expected = (1...last).filter { reader.filter.filter?.ids?.contains("\($0 % 7)") ?? true }
            #expect(reader.got == expected)
        }
    }
}
