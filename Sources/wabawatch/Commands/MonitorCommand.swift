import ArgumentParser
import Printing
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// Changes as they come.
struct MonitorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "monitor", abstract: "Print changes as they come, over restarts of the daemon.",
        discussion: """
            With a cursor file nothing is missed between two runs, however they end: the file is read at the start, and moved after each line is out. \
            Into a pipe, a line is out when its reader has taken it and come back for more, or has had a minute for it. A line may come twice; its \
            sequence tells. What the file holds goes before --after and --snapshot, which are for the first run. With -o json a snapshot's lines are Resources (they have a document), the others are Changes (they have a sequence); with -o cloudevents both are events of CloudEvents 1.0, whose id is the change's cursor.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: ChangeOutputOptions
    @OptionGroup var changes: ChangeOptions
    @Option(help: "Begin right behind this cursor.")
    var after: String?
    @Option(help: "Begin where this file says, and keep it up to date.", completion: .file())
    var cursorFile: String?
    @Flag(help: "Begin with everything that matches as it is now.")
    var snapshot = false

    func validate() throws {
        if snapshot, after != nil { throw ValidationError("--snapshot and --after cannot go together.") }
    }

    mutating func run() async throws {
        let session = Session(connection)
        // A daemon that is not there at the start is told at once; later it is waited for.
        _ = try await session.client.getStatus()
        let file = cursorFile.map { CursorFile($0) }
        let filter = try await changes.filter(session)
        try await follow(session, from: try start(file), filter, file)
    }

    /// What the file holds goes before what the line says: that was for the first run.
    private func start(_ file: CursorFile?) throws -> ChangeStart {
        if let cursor = try file?.read() { return .after(cursor) }
        if let after { return .after(Cursor(after)) }
        return snapshot ? .snapshot : .now
    }

    private func follow(_ session: Session, from start: ChangeStart, _ filter: Filter, _ file: CursorFile?) async throws {
        let standardOutput = LineOutput()
        standardOutput.endWithReader()
        var output = TrackedOutput(standardOutput, file)
        let host = CloudEvent.machineName()
        let text = ChangeText(form: form.output, page: session.page, host: host)
        var isComplete = true
        var isAway = false
        // Which things of the snapshot are current.
        var freshness = Freshness()
        for try await event in session.client.changes(from: start, filter: filter) {
            switch event {
            case .snapshotBegins:
                isComplete = false
                if let now = try? await session.freshness() { freshness = now }
            case .resource(let resource): try output.lines(lines(resource, freshness, session.page, host))
            case .change(let change):
                try output.lines(text.lines(change), upTo: change.cursor)
            case .ready(let cursor):
                isComplete = true
                if isAway { Session.remark("the daemon is back; nothing was missed") }
                isAway = false
                try output.lines([], upTo: cursor)
            case .heartbeat(let cursor): try output.heartbeat(isComplete ? cursor : nil)
            case .disconnected(let error):
                isAway = true
                Session.remark("\(error); waiting for it to come back")
            case .unreadable(let json, let error):
                if form.output == .json, let change = json["change"] { try output.lines([PrintableText(json: change.description)]) }
                Session.remark("a change of a newer daemon cannot be read: \(error)")
            case .historyLost(let oldest, let current):
                throw Failure(
                    "the cursor cannot be resumed: what came after it is not kept any more, or the ledger was put back from a copy or begun anew; begin again with --snapshot, or with --after \(oldest) (the newest is \(current))"
                )
            }
        }
    }

    private func lines(_ resource: Resource, _ freshness: Freshness, _ page: Page, _ host: String) -> [PrintableText] {
        switch form.output {
        case .cloudevents: [PrintableText(CloudEvent(resource, host: host).json)]
        case .json: [PrintableText(resource.json)]
        case .cat: [PrintableText(resource.id)]
        case .short: [ResourceTable.line(resource, page, freshness)]
        case .full: ResourcePage(resource: resource, lastChange: nil, staleness: freshness.staleness(of: resource)).lines(page) + [""]
        }
    }
}
