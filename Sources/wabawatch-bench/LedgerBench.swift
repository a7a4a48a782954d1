import ArgumentParser
import Changes
import FoundationEssentials
import Ledger
import StrictJSON
import WhatsAppBusiness

/// The ledger: durable changes a second, one at a time and in groups, beside plain SQLite, etcd and Redis; opening and History with a million.
struct LedgerBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "ledger", abstract: "The ledger, beside plain SQLite, etcd and Redis.")

    @Flag(help: "Fewer and smaller runs, for a check that everything still works.")
    var short = false

    @Option(help: "The folder to work in; its disk is what is measured.")
    var folder = "."

    func run() async throws {
        let place = folder + "/wabawatch-bench-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: place) }
        try await writing(in: place)
        try await reading(in: place, count: short ? 20_000 : 1_000_000)
    }

    /// Everyone in turn, five rounds, so that each meets the same phases of the disk.
    private func writing(in place: String) async throws {
        let (rounds, each, group) = (short ? 2 : 5, short ? 50 : 500, 16)
        var contenders: [any DurableWriter] = [
            try LedgerWriter(place + "/ledger.sqlite", group: 1), try LedgerWriter(place + "/group.sqlite", group: group),
            try PlainSQLite(place + "/plain.sqlite", group: 1), try PlainSQLite(place + "/plain-group.sqlite", group: group),
        ]
        for start in [RedisWriter.start, EtcdWriter.start] {
            do { contenders += try start(place) } catch { print("skipped: \(error)") }
        }
        var rates: [[Double]] = contenders.map { _ in [] }
        var probes: [Double] = [try syncProbe(place)]
        for _ in 0..<rounds {
            for (index, contender) in contenders.enumerated() {
                let time = try await ContinuousClock().measure { try await contender.write(each) }
                rates[index].append(Double(each) / time.seconds)
            }
            probes.append(try syncProbe(place))
        }
        print("durable changes a second, median of \(rounds) interleaved rounds of \(each) [least-most]")
        for (contender, rates) in zip(contenders, rates) {
            print("  \(contender.name.padded(52)) \(rates.median.whole) [\((rates.min() ?? 0).whole)-\((rates.max() ?? 0).whole)]")
            contender.stop()
        }
        print(
            "  fdatasync of 4 KiB appended, before, between and after, ms: \(probes.map { String(format2($0 * 1000)) }.joined(separator: " "))"
        )
    }

    /// Opening, listing and History with so many resources and changes.
    private func reading(in place: String, count: Int) async throws {
        let path = place + "/large.sqlite"
        let ledger = try Ledger(path: path)
        let clock = ContinuousClock()
        let numbers = 20
        let filling = try await clock.measure {
            for number in 0..<numbers {
                // The first half is there from the beginning; the other half comes, and is a change each; then all of the first half goes.
                let half = count / numbers
                for users in [0..<1, 0..<half + 1] {
                    let items = users.map { user in
                        let id = "\(491_700_000_000 + number * 10_000_000 + user)"
                        return Observation.Item(id: id, document: ["wa_id": .string(id)])
                    }
                    let unit = Unit(account: "acme", kind: .blockedUser, phoneNumberID: "\(106_540_352_242_900 + number)")
                    _ = try await ledger.record(
                        Observation(unit: unit, owner: unit.phoneNumberID ?? "", items: items, asked: ["wa_id"]),
                        at: Timestamp(milliseconds: 1_795_000_000_000 + Int64(number)))
                }
            }
        }
        let changes = ledger.cursor.sequence
        try ledger.close()
        let size = (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0) >> 20
        print("\(count) resources and \(changes) changes recorded in \(filling.text), \(size) MiB")
        var opening: [Double] = []
        for _ in 0..<5 {
            let time = try clock.measure { try Ledger(path: path).close() }
            opening.append(time.seconds * 1000)
        }
        print("  opening and closing it, median of 5: \(format2(opening.median)) ms")
        let large = try Ledger(path: path)
        var everything = HistoryQuery()
        everything.newestFirst = true
        try await time("History of everything", large, everything, limit: .max)
        var filtered = HistoryQuery()
        filtered.ids = ["491700000777"]
        try await time("History of one id", large, filtered, limit: 1000)
        filtered.ids = nil
        filtered.minimumSeverity = .warning
        try await time("History of warnings, of which there are none", large, filtered, limit: 1000)
        filtered.minimumSeverity = nil
        filtered.operations = [.removed]
        try await time("History of what no index leads to and nothing matches", large, filtered, limit: 1000)
        filtered.operations = nil
        filtered.phoneNumberIDs = ["106540352242910"]
        try await time("History of one number, first 1000", large, filtered, limit: 1000)
        var listed = 0
        let listing = try await clock.measure {
            var walk = try await ResourceWalk(over: large, ResourceQuery())
            while let page = try await walk.next() { listed += page.count }
        }
        print("  List of everything: \(listed) things in \(listing.text)")
        print("  memory at its highest: \(try peakMemory()) MiB, most of it for looks of \(count / numbers) things at once")
        try large.close()
    }

    private func time(_ what: String, _ ledger: Ledger, _ query: HistoryQuery, limit: Int) async throws {
        var times: [Double] = []
        var found = 0
        for _ in 0..<(limit == .max ? 1 : 5) {
            found = 0
            let time = try await ContinuousClock().measure {
                var walk = try await HistoryWalk(over: ledger, query)
                while found < limit, let page = try await walk.next() { found += page.count }
            }
            times.append(time.seconds * 1000)
        }
        print("  \(what.padded(56)) \(min(found, limit)) changes, \(format2(times.median)) ms")
    }
}
