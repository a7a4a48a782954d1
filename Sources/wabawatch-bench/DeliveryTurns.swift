import Foundation

/// Who takes turns in bringing a change to readers.
final class DeliveryTurns {
    private let times: Int
    private let readers: Int
    private var count = 0
    /// How long ours rested before its last changes, in seconds: the middle.
    private(set) var rest = 0.0

    /// - Parameter times: how many changes one turn has.
    init(times: Int, readers: Int) {
        self.times = times
        self.readers = readers
    }

    func contenders(
        _ ours: SubscribedDaemon, _ theirs: SubscribedDaemon?, _ redis: RedisPeer?, _ etcd: EtcdPeer?
    ) throws -> [Pairs.Contender] {
        var contenders = both("wabawatchd, answer to \(readers) subscribers", ours, isOurs: true)
        if let theirs { contenders += both("the other wabawatchd", theirs) }
        if let redis {
            let waiting = try redis.readers(readers)
            contenders += both("redis XADD to \(readers) XREAD, appendfsync always") { text in
                let sent = try redis.send([text])
                let heard = try waiting.wait(for: Array(text.utf8))
                try redis.acknowledged(1)
                return heard - sent
            } before: {
                try redis.listen(waiting)
            }
        }
        if let etcd {
            let watchers = try etcd.watchers(readers, of: "change")
            contenders += both("etcd put to \(readers) watchers") { text in
                let sent = try etcd.send("change", text)
                let heard = try watchers.wait(for: Array(EtcdPeer.base64(text).utf8))
                try etcd.acknowledged()
                return heard - sent
            } before: {
            }
        }
        return contenders
    }

    /// A daemon that is told to poll at once after its last change, and one that comes to it by its own timer.
    private func both(_ name: String, _ daemon: SubscribedDaemon, isOurs: Bool = false) -> [Pairs.Contender] {
        [false, true].map { rests in
            Pairs.Contender(name: rests ? "\(name), rested" : name) { [self] in
                try daemon.running(next()) {
                    guard rests else { return try measure { try daemon.deliverAtOnce($0) } }
                    let measure = try measure { try daemon.deliver($0) }
                    if isOurs { rest = daemon.rests.median }
                    return measure
                }
            }
        }
    }

    /// A peer at once after its last, and after as long a rest as ours has.
    private func both(
        _ name: String, _ write: @escaping (String) throws -> Double, before: @escaping () throws -> Void
    ) -> [Pairs.Contender] {
        [false, true].map { rests in
            Pairs.Contender(name: rests ? "\(name), rested" : name) { [self] in
                try measure { text in
                    try before()
                    if rests { usleep(useconds_t(rest * 1e6)) }
                    return try write(text)
                }
            }
        }
    }

    private func measure(_ body: (String) throws -> Double) throws -> Measure {
        let latencies = try (0..<times).map { _ in try body(next()) }
        return Measure(operations: times, seconds: latencies.reduce(0, +), processor: 0, latencies: latencies)
    }

    /// A text that was not there before, of the length of an edit.
    private func next() -> String {
        count += 1
        return "Closed on Sundays, open on Mondays, edit number \(1_000_000 + count) of many"
    }
}
