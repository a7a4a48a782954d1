import Foundation
import Ledger
import WhatsAppBusiness

extension LedgerBenchmark {
    /// Fills a ledger with as many things and as many changes, then opens it and reads its history.
    func readMany(_ rows: Int, in folder: TemporaryFolder, _ bounds: inout Bounds) async throws {
        let path = folder.path("many.db")
        let changes = try await fill(path, rows)
        print("a ledger of \(rows) things and \(changes) changes: \((Self.size(path) / 1_048_576).figure) MiB")
        let rounds = options.short ? 5 : 7

        let opened = try await Pairs(
            contenders: [
                Pairs.Contender(name: "wabawatch Ledger") {
                    try await Measure.each(0..<1) { _ in
                        guard try Ledger(path: path).cursor.sequence == changes else { throw Failure("changes are missing") }
                    }
                },
                Pairs.Contender(name: "plain SQLite") {
                    try await Measure.each(0..<1) { _ in _ = try PlainSQLite(path: path).integer("SELECT max(sequence) FROM change") }
                },
            ], rounds: rounds
        ).run()
        var table = Table("opening it", "p50 ms", "largest ms", "CPU ms")
        for result in opened {
            let times = result.latencies
            table.add(result.name, times.median.milliseconds, times.percentile(1).milliseconds, result.processor.milliseconds)
        }
        table.show()

        let ledger = try Ledger(path: path)
        let plain = try PlainSQLite(path: path)
        var peaks: [String: Double] = [:]
        func reading(_ name: String, _ read: @escaping () async throws -> Int) -> Pairs.Contender {
            Pairs.Contender(name: name) {
                Machine.forgetPeak()
                defer { peaks[name] = Machine.peakMemory() }
                return try await Measure.whole(operations: changes) {
                    guard try await read() == changes else { throw Failure("changes are missing") }
                }
            }
        }
        let read = try await Pairs(
            contenders: [
                reading("wabawatch Ledger, pages of 256") {
                    var (count, last) = (0, Int64(0))
                    while case let page = try await ledger.changes(after: last, limit: 256), let end = page.last {
                        count += page.count
                        last = end.sequence
                    }
                    return count
                },
                reading("plain SQLite, one statement") { try plain.readAll("SELECT * FROM change ORDER BY sequence") },
                reading("wabawatch HistoryWalk") {
                    var walk = try await HistoryWalk(over: ledger, HistoryQuery())
                    var count = 0
                    while let page = try await walk.next() { count += page.count }
                    return count
                },
            ], rounds: options.short ? 3 : 5
        ).run()
        show(read, peaks: peaks)
        try ledger.close()
        guard options.short else { return }
        bounds.atLeast(0.02, read[0].processorRatio(to: read[1]), "history, by processor time, as fast as \(read[1].name)")
    }

    private func show(_ read: [Pairs.Result], peaks: [String: Double]) {
        var table = Table("reading its history", "changes/s", "CPU µs a change", "peak MiB", "ours is")
        for result in read {
            table.add(
                result.name, result.rate.figure, result.processor.microseconds, (peaks[result.name] ?? 0).figure,
                read[0].ratio(to: result).figure + " times as fast")
        }
        table.show()
    }

    /// Twenty numbers that had nobody blocked, and at the second look all of these users.
    /// - Returns: how many changes there are.
    private func fill(_ path: String, _ rows: Int) async throws -> Int {
        let ledger = try Ledger(path: path)
        let users = max(1, rows / 20)
        let measure = try await Measure.each(0..<20) { try await fill(ledger, number: $0, users: users) }
        print("recorded in looks of \(users) changes: \((measure.rate * Double(users)).figure) changes/s")
        let changes = Int(ledger.cursor.sequence)
        try ledger.close()
        return changes
    }

    // Swift 6.3.1 crashes on the optimised closure that this would be.
    @inline(never) private func fill(_ ledger: Ledger, number: Int, users: Int) async throws {
        try await Writers.record(SampleChanges.blocked(number: number, users: 0), in: ledger, changes: 1)
        try await Writers.record(SampleChanges.blocked(number: number, users: users), in: ledger, changes: users)
    }

    private static func size(_ path: String) -> Double {
        ["", "-wal"].reduce(0) { sum, suffix in
            let attributes = try? FileManager.default.attributesOfItem(atPath: path + suffix)
            return sum + Double((attributes?[.size] as? NSNumber)?.intValue ?? 0)
        }
    }
}
