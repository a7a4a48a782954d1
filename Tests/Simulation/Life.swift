import Changes
import GraphAPI
import Ledger
import Logging
import Watching
import WhatsAppBusiness

/// One process of the daemon, from its start to its stop or its being killed. The ledger's database and Meta outlive it.
///
/// Unchecked for the stage's reason.
final class Life: @unchecked Sendable {
    let number: Int
    let conductor = Conductor()
    let stage: Stage
    let begin: Moment
    private(set) var ledger: Ledger?
    private(set) var watcher: Watcher?
    private var tasks: [Task<Void, Never>] = []
    private var running = 0
    private var turns: UInt64 = 0
    /// What was asked of the world and is not answered yet, in the order in which it was asked.
    private var open: [UInt64: (_ lives: Bool) -> Void] = [:]
    private(set) var isAlive = true
    /// Whether the keeper of alarms is at work: what it asks of the world is drawn apart.
    @TaskLocal static var isKeeper = false
    /// Why the watcher ended by itself, which it should not.
    private(set) var failure: String?

    init(_ number: Int, stage: Stage) {
        self.number = number
        self.stage = stage
        begin = stage.now
    }

    func start(_ ledger: Ledger, _ watcher: Watcher) {
        (self.ledger, self.watcher) = (ledger, watcher)
        run { life in
            do { try await watcher.run() } catch { if life.isAlive { life.failure = "\(error)" } }
        }
    }

    /// Runs something in this life.
    func run(_ body: @escaping @Sendable (Life) async -> Void) {
        running += 1
        tasks.append(
            Task(executorPreference: conductor) { [self] in
                await body(self)
                running -= 1
            })
    }

    /// Has something answered after a time, or with `false` once the life is over.
    func answer(after duration: Duration, _ body: @escaping (_ lives: Bool) -> Void) {
        guard isAlive else { return body(false) }
        turns += 1
        let ticket = turns
        open[ticket] = body
        stage.after(duration) { self.open.removeValue(forKey: ticket)?(true) }
    }

    /// Everything is cancelled, and goes on to its end in its own time.
    func stop() { for task in tasks { task.cancel() } }

    var hasEnded: Bool { running == 0 }

    /// It is over at once: nothing of what is under way comes to an end, nothing more is written.
    func kill() {
        isAlive = false
        stop()
        conductor.drain()
        while running > 0 || !open.isEmpty {
            let rest = open.sorted { $0.key < $1.key }
            precondition(!rest.isEmpty, "a life that is over waits for something that is not the world's")
            open = [:]
            for (_, body) in rest { body(false) }
            conductor.drain()
        }
    }
}
