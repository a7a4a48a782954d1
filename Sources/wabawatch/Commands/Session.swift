import ArgumentParser
import Glibc
import Printing
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// What every command has: the daemon, the terminal, the time.
struct Session {
    let client: WabaWatch
    let terminal: Terminal

    init(_ options: SocketOptions) {
        client = WabaWatch(socket: options.path)
        terminal = .system()
    }

    /// The page that reports are laid out for, at this moment.
    var page: Page {
        Page(
            width: terminal.width, paint: Paint(isColored: terminal.isColored), isUnicode: terminal.isUnicode, time: .system,
            now: TimeRules.now)
    }

    /// Gives the body an output, through a pager where the output is a terminal and nobody said otherwise.
    func print(paged: Bool = false, _ body: (LineOutput) async throws -> Void) async throws {
        if paged, terminal.isTerminal, let command = Pager.command(environment: Terminal.environment, isInstalled: Pager.isInstalled) {
            return try await Pager.run(command, body)
        }
        let output = LineOutput()
        do {
            try await body(output)
        } catch {
            // What was listed before the failure is true all the same.
            try output.flush()
            throw error
        }
        try output.flush()
    }

    /// The id of a number that a person wrote as an id or as people write numbers. A number that fits several is an error that names them.
    func phoneNumberID(_ text: String, accounts: Set<String>? = nil) async throws -> String {
        // An id is looked up; what people write is looked for.
        for try await _ in client.list(Filter(accounts: accounts, kinds: [.phoneNumber], ids: [text])) { return text }
        var watched: [Resource] = []
        for try await resource in client.list(Filter(accounts: accounts, kinds: [.phoneNumber])) { watched.append(resource) }
        let search = NumberSearch(text)
        var outcome = search.outcome(watched, removals: [])
        if outcome != .found(text, removed: []) {
            let removals = try await changes(Filter(accounts: accounts, kinds: [.phoneNumber], operations: [.removed]))
            outcome = search.outcome(watched, removals: removals)
        }
        switch outcome {
        case .found(let id, removed: let removed):
            if !removed.isEmpty {
                Self.remark("\(text) is \(id); a number that was removed reads the same: \(removed.joined(separator: ", "))")
            }
            return id
        case .removed(let id):
            Self.remark("\(text) was \(id), which was removed")
            return id
        case .several(let numbers): throw Failure("\(text) fits several numbers, say which by its id: \(numbers.joined(separator: "; "))")
        // Of a thing whose id is known there may be a past all the same.
        case .none where text.utf8.allSatisfy { 0x30...0x39 ~= $0 }: return text
        case .none: throw Failure("no phone number is watched that reads \(text)")
        }
    }

    /// The newest changes that match, the newest first. None from a daemon that has no history.
    func changes(_ filter: Filter, limit: Int = 10_000) async throws -> [Change] {
        var changes: [Change] = []
        do {
            for try await change in client.history(HistoryParameters(filter: filter, limit: limit, newestFirst: true)) {
                changes.append(change)
            }
        } catch let error as ClientError { guard case .notImplemented = error.code else { throw error } }
        return changes
    }

    /// Which things are current, as the daemon says.
    func freshness() async throws -> Freshness { Freshness(try await client.getStatus()) }

    /// Since when the numbers' states hold.
    /// - Parameter accounts: of which; of all if not said.
    func stateTimes(of accounts: Set<String>? = nil) async throws -> StateTimes {
        var (moved, arrived) = (StateTimes.moves, StateTimes.arrivals)
        (moved.accounts, arrived.accounts) = (accounts, accounts)
        let moves = try await changes(moved, limit: StateTimes.limit)
        let arrivals = try await changes(arrived, limit: StateTimes.limit)
        var bound = [moves, arrivals].compactMap { $0.count == StateTimes.limit ? $0.last?.observedAt : nil }.max()
        if bound == nil { bound = try await oldestKept() }
        return StateTimes(moves + arrivals, bound: bound)
    }

    /// When the oldest change that is kept was observed: what was before that cannot be told from changes.
    func oldestKept() async throws -> Timestamp? {
        var oldest: Timestamp?
        do {
            for try await change in client.history(HistoryParameters(limit: 1)) { oldest = change.observedAt }
        } catch let error as ClientError { guard case .notImplemented = error.code else { throw error } }
        return oldest
    }

    /// A word to the person, not to the program that reads the output.
    static func remark(_ text: String) {
        let output = LineOutput.errors
        try? output.line("wabawatch: \(text)")
        try? output.flush()
    }
}

/// Why a command cannot do what it was asked: one line, exit status 1.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
