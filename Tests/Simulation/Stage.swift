import HeapModule
import Watching
import WhatsAppBusiness

/// The time of one run and what is going to happen in it.
///
/// Unchecked, because everything of a run is confined to the thread that drives it: the conductor ends the process otherwise.
final class Stage: @unchecked Sendable {
    private struct Event: Comparable {
        let time: Moment
        let turn: UInt64
        let action: () -> Void
        static func < (left: Event, right: Event) -> Bool { (left.time, left.turn) < (right.time, right.turn) }
        static func == (left: Event, right: Event) -> Bool { left.turn == right.turn }
    }

    /// The monotonic clock.
    private(set) var now = Moment(nanoseconds: 1_000_000_000_000)
    /// How far the wall clock is ahead of the monotonic one.
    var wallClockAhead = Duration.seconds(1_790_000_000)
    private var events = Heap<Event>()
    private var turns: UInt64 = 0
    private var waiting: [UInt64: CheckedContinuation<Void, any Error>] = [:]

    /// The digest of everything that happened so far.
    private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    private let print: ((String) -> Void)?

    init(print: ((String) -> Void)?) { self.print = print }

    var wallClock: Timestamp { Timestamp(milliseconds: (.nanoseconds(now.nanoseconds) + wallClockAhead).milliseconds) }

    /// Writes a line into the trace.
    func note(_ line: String) {
        for byte in line.utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
        digest = (digest ^ UInt64(bitPattern: now.nanoseconds)) &* 0x100_0000_01b3
        print?("\(Self.seconds(now)) \(line)")
    }

    /// A moment as it stands in traces and complaints: seconds since the run began.
    static func seconds(_ moment: Moment) -> String {
        let milliseconds = moment.nanoseconds / 1_000_000 - 1_000_000
        let rest = String(milliseconds % 1000)
        return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }

    /// Has something happen at a moment, or at once if that has passed.
    func at(_ moment: Moment, _ action: @escaping () -> Void) {
        turns += 1
        events.insert(Event(time: max(moment, now), turn: turns, action: action))
    }

    func after(_ duration: Duration, _ action: @escaping () -> Void) { at(now + duration, action) }

    /// When something happens next.
    var nextTime: Moment? { events.min?.time }

    /// Goes on to the next event and has it happen; `false` if there is none before that moment.
    func step(until end: Moment) -> Bool {
        guard let event = events.min, event.time <= end else {
            now = max(now, end)
            return false
        }
        events.removeMin()
        now = event.time
        event.action()
        return true
    }

    /// Returns so much later, or throws when the task is cancelled.
    func sleep(_ duration: Duration) async throws {
        turns += 1
        let ticket = turns
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                guard !Task.isCancelled else {
                    continuation.resume(throwing: CancellationError())
                    return
                }
                waiting[ticket] = continuation
                after(duration) { self.waiting.removeValue(forKey: ticket)?.resume() }
            }
        } onCancel: {
            waiting.removeValue(forKey: ticket)?.resume(throwing: CancellationError())
        }
    }
}

/// An alarm on a stage. There is one, and it rings where the watcher listens.
final class StageAlarm: Alarm, @unchecked Sendable {
    private let stage: Stage
    private let continuation: AsyncStream<Void>.Continuation
    private var turn = 0
    let rings: AsyncStream<Void>

    init(_ stage: Stage) {
        self.stage = stage
        (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func set(_ moment: Moment?) {
        turn += 1
        let turn = turn
        guard let moment else { return }
        stage.at(moment) { if self.turn == turn { self.continuation.yield() } }
    }
}
