import Changes
import Foundation
import Ledger
import WhatsAppBusiness

/// All who write changes durably: the ledger, plain SQLite, and the peers that are installed.
final class Writers {
    private let ledger: Ledger
    private let plain: PlainSQLite
    private let redis: RedisPeer?
    private let etcd: EtcdPeer?
    private var revision = 0

    init(in folder: TemporaryFolder) async throws {
        ledger = try Ledger(path: folder.path("ledger.db"))
        plain = try PlainSQLite(path: folder.path("plain.db"))
        try plain.prepareToWrite()
        redis = try RedisPeer(in: folder)
        etcd = try EtcdPeer(in: folder)
        for number in 0..<LedgerBenchmark.group { try await record(SampleChanges.profile(number: number, revision: 0), changes: 1) }
        try await record(SampleChanges.codes(LedgerBenchmark.group, revision: 0), changes: 1)
        // A log that has reached its length is written over, which is cheaper to sync than one that grows: both begin with one.
        try await record(SampleChanges.blocked(number: 0, users: 0), changes: 1)
        try await record(SampleChanges.blocked(number: 0, users: 10_000), changes: 10_000)
        try plain.write((0..<10_000).map { row(number: 1000 + $0, revision: 1) })
    }

    func stop() {
        redis?.server.stop()
        etcd?.server.stop()
    }

    /// The peers that are not here.
    var skipped: [String] {
        (redis == nil ? ["skipped: redis-server is not installed"] : []) + (etcd == nil ? ["skipped: etcd is not installed"] : [])
    }

    /// What the servers hold in memory.
    var memory: [String] {
        [
            ("redis", redis?.server), ("etcd", etcd?.server),
            ("this program: ledger, plain SQLite and the peers' clients", nil as ServerProcess?),
        ]
        .filter { $0.1 != nil || $0.0.hasPrefix("this") }
        .map { "peak memory, \($0.0): \(Machine.peakMemory(of: $0.1?.id ?? getpid()).figure) MiB" }
    }

    /// One change a time: the next begins when the one before it is on disk.
    func single(_ count: Int) -> [Pairs.Contender] {
        var contenders = [
            Pairs.Contender(name: "wabawatch Ledger") { [self] in
                let looks = next(count).map { SampleChanges.profile(number: 0, revision: $0) }
                return try await Measure.each(looks.indices) { try await record(looks[$0], changes: 1) }
            },
            Pairs.Contender(name: "plain SQLite, same rows") { [self] in
                let rows = next(count).map { row(number: 0, revision: $0) }
                return try await Measure.each(rows.indices) { try plain.write([rows[$0]]) }
            },
        ]
        add(to: &contenders, count, changes: 1)
        return contenders
    }

    /// Many changes at once: the next group begins when the one before it is on disk.
    func grouped(_ count: Int) -> [Pairs.Contender] {
        let group = LedgerBenchmark.group
        var contenders = [
            Pairs.Contender(name: "wabawatch Ledger, \(group) looks") { [self] in
                let looks = next(count).map { revision in (0..<group).map { SampleChanges.profile(number: $0, revision: revision) } }
                return try await Measure.each(looks.indices) { index in
                    try await withThrowingTaskGroup { tasks in
                        for look in looks[index] { tasks.addTask { [ledger] in try await Self.record(look, in: ledger, changes: 1) } }
                        try await tasks.waitForAll()
                    }
                }.times(group)
            },
            Pairs.Contender(name: "wabawatch Ledger, one look") { [self] in
                let looks = next(count).map { SampleChanges.codes(group, revision: $0) }
                return try await Measure.each(looks.indices) { try await record(looks[$0], changes: group) }.times(group)
            },
            Pairs.Contender(name: "plain SQLite, one transaction") { [self] in
                let rows = next(count).map { revision in (0..<group).map { row(number: $0, revision: revision) } }
                return try await Measure.each(rows.indices) { try plain.write(rows[$0]) }.times(group)
            },
        ]
        add(to: &contenders, count, changes: group)
        return contenders
    }

    private func add(to contenders: inout [Pairs.Contender], _ count: Int, changes: Int) {
        if let redis {
            contenders.append(
                Pairs.Contender(name: RedisPeer.name) { [self] in
                    let texts = next(count).map { revision in (0..<changes).map { SampleChanges.text(number: $0, revision: revision) } }
                    let processor = { try Machine.processorSeconds(of: redis.server.id) }
                    return try await Measure.each(texts.indices, processor: processor) { try redis.add(texts[$0]) }.times(changes)
                })
        }
        if let etcd {
            contenders.append(
                Pairs.Contender(name: changes == 1 ? EtcdPeer.name : "etcd, one transaction") { [self] in
                    let pairs = next(count).map { revision in
                        (0..<changes).map { ("acme/profile/\($0)", SampleChanges.text(number: $0, revision: revision)) }
                    }
                    let processor = { try Machine.processorSeconds(of: etcd.server.id) }
                    return try await Measure.each(pairs.indices, processor: processor) { try etcd.put(pairs[$0]) }.times(changes)
                })
        }
    }

    /// Revisions that were not there before.
    private func next(_ count: Int) -> Range<Int> {
        defer { revision += count }
        return revision + 1..<revision + 1 + count
    }

    private func record(_ look: Observation, changes: Int) async throws { try await Self.record(look, in: ledger, changes: changes) }

    static func record(_ look: Observation, in ledger: Ledger, changes: Int) async throws {
        let now = Timestamp(milliseconds: SampleChanges.time(0))
        guard try await ledger.record(look, at: now).changes == changes else { throw Failure("the ledger recorded something else") }
    }

    private func row(number: Int, revision: Int) -> PlainSQLite.Row {
        let place = [SampleChanges.account, "business_profile", SampleChanges.id(number), SampleChanges.id(number)]
        let documents = [revision - 1, revision].map { SampleChanges.text(of: SampleChanges.description($0)) }
        return PlainSQLite.Row(
            time: SampleChanges.time(revision), snapshot: place + [SampleChanges.text(of: SampleChanges.document(revision))],
            change: place + ["changed", "poll", "notice", #"["/description"]"#] + documents + [SampleChanges.summary])
    }
}
