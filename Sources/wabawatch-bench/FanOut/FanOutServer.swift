import ArgumentParser
import CFanOut
import Changes
import Foundation
import Ledger
import StrictJSON
import Synchronization
import WabaWatchService
import WhatsAppBusiness

/// The daemon's socket as a process of its own, which records what it is told to: a line with a number on standard input is a commit of as many changes.
/// Any other line is answered with two moments of the last commit in nanoseconds: when it was asked for, and when it was done.
struct FanOutServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "fan-out-server", shouldDisplay: false)

    @Option var ledger: String
    @Option var socket: String

    func run() async throws {
        let ledger = try Ledger(path: ledger)
        let moment = Mutex<Int64>(0)
        let socket = try LedgerSocket(ledger: ledger) { moment.withLock { $0 = fan_out_now() } }
        let (lines, line) = AsyncStream<String>.makeStream()
        let path = self.socket
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await socket.run(at: path) {
                    Self.say("ready")
                    Thread.detachNewThread {
                        while let next = readLine() { line.yield(next) }
                        line.finish()
                    }
                }
            }
            var asked: Int64 = 0
            for await line in lines {
                if let count = Int(line) {
                    asked = fan_out_now()
                    try await Self.record(count, in: ledger)
                } else {
                    Self.say("\(asked) \(moment.withLock { $0 })")
                }
            }
            group.cancelAll()
        }
    }

    /// Changes that take about 300 bytes each on the socket.
    private static func record(_ count: Int, in ledger: Ledger) async throws {
        let number = SampleChanges.id(0)
        let resource = ResourceID(account: "acme", kind: .qrCode, id: "4O4YGZEG3RIVE1", phoneNumberID: number)
        let first = ledger.cursor.sequence
        let notes = (0..<Int64(count)).map { index in
            let change = DetectedChange(
                resource, .removed, severity: .notice, before: ["code": "4O4YGZEG3RIVE1"], summary: "acme: a QR code was removed")
            return WatchNote(watch: resource, document: ["n": .integer(first + index)], change: change)
        }
        try await ledger.record(notes, at: Timestamp(milliseconds: SampleChanges.time(0)))
    }

    private static func say(_ text: String) {
        let bytes = Array("\(text)\n".utf8)
        _ = write(1, bytes, bytes.count)
    }
}
