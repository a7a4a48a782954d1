import Hosting
import Testing

/// Which account is whose.
@Suite struct RendezvousTests {
    private static let accounts = (0..<3000).map { "account\($0)" }

    @Test func accounts_areSpreadEvenly_andTheOrderOfHostsDoesNotMatter() {
        var counts: [String: Int] = [:]
        for account in Self.accounts {
            let owner = RendezvousHash.owner(of: account, among: ["a", "b", "c"])
            #expect(owner == RendezvousHash.owner(of: account, among: ["c", "a", "b"]))
            counts[owner ?? "", default: 0] += 1
        }
        #expect(counts.count == 3 && counts.values.allSatisfy { (900...1100).contains($0) }, "\(counts)")
        #expect(RendezvousHash.owner(of: "acme", among: [] as [String]) == nil)
    }

    @Test func hostThatComes_takesItsOwnAlone() {
        for account in Self.accounts {
            let (before, after) = (
                RendezvousHash.owner(of: account, among: ["a", "b"]), RendezvousHash.owner(of: account, among: ["a", "b", "c"])
            )
            #expect(after == before || after == "c")
        }
    }

    /// Hosts of two releases must agree.
    @Test func owner_isTheSame_inEveryRelease() {
        #expect(["acme", "globex", "initech"].map { RendezvousHash.owner(of: $0, among: ["a", "b", "c"]) } == ["b", "c", "c"])
    }

    @Test func hosts_areAlive_forTheTimeToLiveOfTheirLastWord() {
        var table = HostTable(host: "a")
        #expect(table.alive(at: .zero) == ["a"])
        table.note("b", isAlive: true, now: .seconds(1))
        table.note("c", isAlive: true, now: .seconds(5))
        #expect(table.alive(at: .seconds(15)) == ["a", "b", "c"])
        #expect(table.alive(at: .seconds(16)) == ["a", "c"])
        table.note("c", isAlive: false, now: .seconds(17))
        #expect(table.alive(at: .seconds(17)) == ["a"])
    }

    @Test func account_isKept_whenAHostComesThatItBelongsTo() {
        var table = HostTable(host: "a")
        let accounts = Self.accounts.prefix(100)
        #expect(accounts.allSatisfy { table.wants($0, isHeld: false, now: .zero) })
        table.note("b", isAlive: true, now: .zero)
        #expect(accounts.contains { !table.wants($0, isHeld: false, now: .zero) })
        #expect(accounts.allSatisfy { table.wants($0, isHeld: true, now: .zero) })
    }
}
