import NIOCore
import TestSupport
import Testing
import TestTools

@testable import Varlink

@Suite(.inTurn) struct CostBookTests {
    private let limits: ServerLimits = {
        var limits = ServerLimits()
        limits.connections = 6
        limits.connectionsPerUser = 3
        limits.smallBytes = 100
        limits.bufferedBytesPerPeer = 1_000
        limits.bufferedBytes = 2_500
        limits.outgoingBytesPerPeer = 1_000
        limits.outgoingBytesOfAll = 2_500
        limits.turnBytes = 500
        limits.shortTurnBytes = 50
        limits.timeout = .seconds(5)
        return limits
    }()

    private func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(1_000 + seconds) }
    /// Memory that replies lie in.
    private final class Storage {}

    private func book(_ shares: PeerShare...) throws -> (CostBook, [CostBook.ID]) {
        var book = CostBook(limits: limits)
        let ids = try shares.map { try book.admit($0).get().id }
        return (book, ids)
    }

    @Test func connections_meetTheLimitOfTheirPeerThenOfAll_andComeAgainWhenOneHasGone() throws {
        var (book, ids) = try book(.user(1), .user(1), .user(1), .user(2), .user(2))
        #expect(throws: ConnectionRefusal.connectionsPerUser) { try book.admit(.user(1)).get() }
        #expect(throws: ConnectionRefusal.connectionsPerUser, "one goes once") {
            book.release(ids[0])
            book.release(ids[0])
            _ = try book.admit(.user(1)).get()
            _ = try book.admit(.user(1)).get()
        }
        _ = try book.admit(.user(2)).get()
        #expect(throws: ConnectionRefusal.connectionsPerUser) { try book.admit(.user(2)).get() }
    }

    @Test func connections_thatAreAllTaken_areSharedWithWhoeverHasFewer_untilAllHaveAsMany() throws {
        var (book, ids) = try book(.user(1), .user(1), .user(1), .user(2), .user(2), .user(2))
        let third = try book.admit(.user(3)).get()
        let displaced = try #require(third.displaced)
        #expect(displaced == ids[2] || displaced == ids[5], "the newest of one that has most")
        #expect(book.isDisplaced(displaced) && !book.isDisplaced(third.id))
        let again = try book.admit(.user(3)).get()
        #expect(again.displaced.map { [ids[2], ids[5]].contains($0) && $0 != displaced } == true)
        // Two each: nobody has more.
        for user: UInt32 in 1...3 { #expect(throws: ConnectionRefusal.connections) { try book.admit(.user(user)).get() } }
        // Who comes with nothing takes the place of one of two, and so until each has one; nobody's last is taken.
        for user: UInt32 in 4...6 { #expect(try book.admit(.user(user)).get().displaced != nil) }
        #expect(throws: ConnectionRefusal.connections) { try book.admit(.user(7)).get() }
        // What was displaced is counted out once, when it was displaced.
        for id in ids + [third.id, again.id] where book.isDisplaced(id) { book.release(id) }
        #expect(throws: ConnectionRefusal.connections) { try book.admit(.user(7)).get() }
    }

    @Test func displacedConnection_holdsWhatItHeld_untilItIsClosed() throws {
        var (book, ids) = try book(.user(1), .user(1), .user(1), .user(2), .user(2), .user(3))
        book.set(unread: 500, isBegun: true, of: ids[2], at: at(0))
        #expect(try book.admit(.user(3)).get().displaced == ids[2])
        #expect(book.sum(.unread) == 500)
        book.release(ids[0])
        book.release(ids[1])
        _ = try book.admit(.user(1)).get()
        book.set(unread: 500, isBegun: true, of: ids[2], at: at(1))
        #expect(book.sum(.unread) == 500)
        book.release(ids[2])
        #expect(book.sum(.unread) == 0)
    }

    @Test func peerThatHoldsItsShare_isTight_andNobodyElse() throws {
        var (book, ids) = try book(.user(1), .user(1), .user(2))
        book.set(unread: 600, isBegun: true, of: ids[0], at: at(0))
        #expect(!book.isTight(.unread, ids[1]))
        book.set(unread: 400, isBegun: false, of: ids[1], at: at(0))
        #expect(book.isTight(.unread, ids[0]) && book.isTight(.unread, ids[1]))
        #expect(!book.isTight(.unread, ids[2]))
        #expect(!book.isTight(.replies, ids[0]), "each is counted for itself")
        book.set(unread: 0, isBegun: false, of: ids[0], at: at(1))
        #expect(!book.isTight(.unread, ids[1]))
    }

    @Test func peersThatHoldEverythingTogether_leaveAnotherItsPart() throws {
        var (book, ids) = try book(.user(1), .user(2), .user(3), .user(4))
        for id in ids[..<3] { book.set(unread: 900, isBegun: true, of: id, at: at(0)) }
        #expect(book.isTight(.unread, ids[0]), "2,700 of 2,500 are held, and this one holds more than its part")
        #expect(!book.isTight(.unread, ids[3]))
    }

    @Test func overdue_isWhoHasStoodStillForLongest_ofThePeerThatHoldsMost_andNobodyBeforeItsTime() throws {
        var (book, ids) = try book(.user(1), .user(1), .user(2), .user(2), .user(3))
        book.set(unread: 500, isBegun: true, of: ids[0], at: at(0))
        book.set(unread: 600, isBegun: true, of: ids[1], at: at(1))
        book.set(unread: 800, isBegun: true, of: ids[2], at: at(0))
        #expect(book.overdue(.unread, at: at(4)).isEmpty)
        #expect(book.overdue(.unread, at: at(5)) == [ids[0]], "with it enough is given back; the other peer holds less")
        #expect(book.overdue(.unread, at: at(5)).isEmpty, "not looked for again at once")
        book.set(unread: 500, isBegun: false, of: ids[0], at: at(6))
        #expect(book.overdue(.unread, at: at(7)) == [ids[1]], "who waits behind a call of its own has begun nothing")
        book.set(unread: 50, isBegun: true, of: ids[1], at: at(8))
        #expect(book.overdue(.unread, at: at(60)).isEmpty)
    }

    @Test func replies_inCommon_countOnce_andAreGivenBackWithTheLastThatHasThem() throws {
        var (book, ids) = try book(.user(1), .user(1), .user(2))
        let (common, own) = (Storage(), Storage())
        for id in ids[..<2] { for _ in 0..<3 { book.queue(ObjectIdentifier(common), bytes: 700, for: id, at: at(0)) } }
        #expect(book.sum(.replies) == 700)
        book.queue(ObjectIdentifier(own), bytes: 200, for: ids[1], at: at(0))
        #expect(book.sum(.replies) == 900)
        for _ in 0..<3 { book.wrote(ObjectIdentifier(common), for: ids[0], at: at(1)) }
        #expect(book.sum(.replies) == 900)
        book.dropReplies(of: ids[1])
        #expect(book.sum(.replies) == 0)
        book.wrote(ObjectIdentifier(own), for: ids[1], at: at(2))
        #expect(book.sum(.replies) == 0, "what comes late counts no more")
    }

    @Test func readersThatTakeNothing_areGivenLessAndLess_soThatTheirShareIsNeverPassedByMuch() throws {
        var limits = limits
        limits.connectionsPerUser = 10_000
        limits.connections = 10_000
        var book = CostBook(limits: limits)
        var kept: [Storage] = []
        var before = Int.max
        for number in 0..<200 {
            let id = try book.admit(.user(1)).get().id
            let bytes = book.turnBytes(id, whileWaiting: number % 7 == 1 ? 1 : 0)
            #expect(bytes <= before || number % 7 == 2)
            #expect(bytes >= limits.smallBytes / 4)
            before = bytes
            kept.append(Storage())
            book.queue(ObjectIdentifier(kept[number]), bytes: bytes, for: id, at: at(0))
            #expect(book.sum(.replies) <= limits.outgoingBytesPerPeer + (number + 1) * limits.smallBytes / 4)
        }
        let other = try book.admit(.user(2)).get().id
        #expect(book.turnBytes(other, whileWaiting: 0) > limits.smallBytes / 4 && !book.isTight(.replies, other))
    }

    /// Whatever comes in whatever order, the sum is that of what is held.
    @Test(arguments: 0..<UInt64(20)) func sums_areThoseOfWhatIsHeld(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        var limits = limits
        limits.connections = 1_000
        limits.connectionsPerUser = 1_000
        var book = CostBook(limits: limits)
        let storages = (0..<5).map { _ in Storage() }
        var held: [CostBook.ID: (share: PeerShare, unread: Int, replies: [Int: Int])] = [:]
        for step in 0..<500 {
            let now = at(Int64(step))
            let id = held.keys.sorted().randomElement(using: &random)
            switch (Int.random(in: 0..<6, using: &random), id) {
            case (0, _), (_, nil):
                let share = PeerShare.user(UInt32.random(in: 0..<3, using: &random))
                held[try book.admit(share).get().id] = (share, 0, [:])
            case (1, .some(let id)):
                let bytes = Int.random(in: 0..<400, using: &random)
                book.set(unread: bytes, isBegun: Bool.random(using: &random), of: id, at: now)
                held[id]?.unread = bytes
            case (2, .some(let id)), (3, .some(let id)):
                let number = Int.random(in: 0..<5, using: &random)
                book.queue(ObjectIdentifier(storages[number]), bytes: 100 * (number + 1), for: id, at: now)
                held[id]?.replies[number, default: 0] += 1
            case (4, .some(let id)):
                let number = Int.random(in: 0..<5, using: &random)
                book.wrote(ObjectIdentifier(storages[number]), for: id, at: now)
                if let times = held[id]?.replies[number] { held[id]?.replies[number] = times > 1 ? times - 1 : nil }
            case (_, .some(let id)):
                if Bool.random(using: &random) {
                    book.dropReplies(of: id)
                    held[id]?.replies = [:]
                } else {
                    book.release(id)
                    held[id] = nil
                }
            }
            let shares = Dictionary(grouping: held.values, by: \.share)
            let replies = shares.values.reduce(0) { sum, held in
                sum + Set(held.flatMap(\.replies.keys)).reduce(0) { $0 + 100 * ($1 + 1) }
            }
            #expect(book.sum(.unread) == held.values.reduce(0) { $0 + $1.unread } && book.sum(.replies) == replies, "seed \(seed)")
        }
    }

    @Test func peers_areToldApartByWhatIsKnownOfThem() {
        func share(_ user: UInt32, _ process: Int32, _ group: UInt64?) -> PeerShare {
            PeerShare(of: Peer(processID: process, userID: user, groupID: 0, controlGroupID: group))
        }
        #expect(share(1000, 1, nil) == share(1000, 2, 7))
        #expect(share(1000, 1, nil) != share(1001, 1, nil))
        #expect(share(65_534, 1, 7) == share(65_534, 2, 7))
        #expect(share(65_534, 1, 7) != share(65_534, 1, 8))
        #expect(share(65_534, 1, nil) != share(65_534, 2, nil))
    }

    @Test(arguments: [
        (4096, 16_384, 4096, Int?.none), (4096, 8192, 4000, 4096), (4096, 1024, 416, 4096), (4096, 256, 64, 4096), (4096, 2, 1, 4096),
        (100, 1024, 100, nil), (1_000_000, 16_384, 8096, 1_000_000),
    ])
    func connections_areNoMoreThanThereAreDescriptorsFor(wanted: Int, descriptors: Int, connections: Int, lowered: Int?) {
        var limits = ServerLimits()
        limits.connections = wanted
        #expect(limits.fit(descriptors: descriptors) == lowered)
        #expect(limits.connections == connections)
        #expect(limits.connectionsPerUser <= max(1, connections))
    }
}
