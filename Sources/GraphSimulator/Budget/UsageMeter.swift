import WhatsAppBusiness

/// The calls of the last rolling hour, by account and type.
struct UsageMeter: Sendable {
    struct Bucket: Hashable, Sendable {
        var owner: String
        var type: UsageType
    }

    private var calls: [Bucket: Calls] = [:]
    static let hour: Int64 = 3_600_000

    /// Counts one call; how many the hour then holds. Calls that are refused count too, so that calling on extends the block.
    mutating func count(_ bucket: Bucket, at now: Timestamp) -> Int {
        var entry = calls.removeValue(forKey: bucket) ?? Calls()
        entry.drop(until: now.milliseconds - Self.hour)
        entry.times.append(now.milliseconds)
        defer { calls[bucket] = entry }
        return entry.count
    }

    /// How many calls the last hour holds.
    func count(of bucket: Bucket, at now: Timestamp) -> Int {
        guard let entry = calls[bucket] else { return 0 }
        return entry.times[entry.start...].count { $0 > now.milliseconds - Self.hour }
    }

    /// Minutes until the hour holds fewer calls than the budget; zero if it does.
    func minutesToRegain(_ bucket: Bucket, budget: Int, at now: Timestamp) -> Int {
        guard let entry = calls[bucket], entry.count > budget else { return 0 }
        let leaving = entry.times[entry.start + entry.count - max(budget, 1)]
        return max(1, Int((leaving + Self.hour - now.milliseconds + 59_999) / 60_000))
    }

    mutating func forget() { calls = [:] }

    private struct Calls: Sendable {
        /// Milliseconds, ascending; those before `start` are gone.
        var times: [Int64] = []
        var start = 0
        var count: Int { times.count - start }

        mutating func drop(until limit: Int64) {
            while start < times.count, times[start] <= limit { start += 1 }
            guard start > 1024, start * 2 > times.count else { return }
            times.removeFirst(start)
            start = 0
        }
    }
}
