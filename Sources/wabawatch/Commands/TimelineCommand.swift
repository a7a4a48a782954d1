import ArgumentParser
import Glibc
import Printing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// Numbers over time.
struct TimelineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeline", abstract: "Draw rating, status and messaging limit of one or all numbers over time.",
        discussion: """
            Of more than 100 numbers, those that were well and stayed as they were are counted; --all draws them. A picture has them all.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup var pager: PagerOptions
    @OptionGroup(title: "Filters") var scope: ScopeOptions
    @Option(parsing: .unconditional, help: "Where it begins, in journalctl's words; a week ago otherwise.")
    var since: MomentArgument?
    @Option(parsing: .unconditional, help: "Where it ends; now otherwise.")
    var until: MomentArgument?
    @Flag(help: "Draw every number, also where there are more than 100.")
    var all = false
    @Flag(help: "Draw with ASCII alone.")
    var ascii = false
    @Option(
        help: ArgumentHelp("Write a picture (SVG) to this file instead; - writes it to standard output.", valueName: "file"),
        completion: .file())
    var svg: String?
    @Argument(help: "Only this number, by its id or as people write it.", completion: .daemon(.number()))
    var number: String?

    mutating func run() async throws {
        let session = Session(connection)
        let page = session.page
        var place = scope.place
        place.number += number.map { [$0] } ?? []
        var filter = try await place.filter(session) { try await session.client.getStatus().accountNames }
        filter.kinds = [.phoneNumber]
        let from = since?.moment.milliseconds ?? page.now - 7 * 86_400_000
        let to = until?.moment.milliseconds ?? page.now
        guard from < to else { throw Failure("the timeline ends before it begins") }
        var timeline = try await timeline(from, to, filter, session)
        guard !timeline.numbers.isEmpty else { throw Failure("no phone number is watched\(number.map { " as \($0)" } ?? "")") }
        if let severity = scope.severity {
            timeline.narrow(to: severity)
            guard !timeline.numbers.isEmpty else {
                let words = severity == .critical ? "critical" : "\(severity.rawValue) or worse"
                return try await session.print { try $0.line("No number was \(words) in that time.") }
            }
        }
        let drawn = timeline
        if let svg { return try write(TimelineSVG(timeline: drawn, time: .system).text, to: svg) }
        try await session.print(paged: !pager.noPager) { output in
            try output.lines(TimelineText(timeline: drawn, page: page, isASCII: ascii || !page.isUnicode, showsAll: all).lines())
        }
    }

    /// Changes up to now are needed whenever it ends: what came after tells what was before.
    private func timeline(_ from: Int64, _ to: Int64, _ filter: Filter, _ session: Session) async throws -> Timeline {
        // Before the list: what becomes current meanwhile is shown as it was, and not the other way round.
        let status = try await session.client.getStatus()
        var resources: [Resource] = []
        for try await resource in session.client.list(filter) { resources.append(resource) }
        var changes: [Change] = []
        let parameters = HistoryParameters(
            filter: filter, since: Timestamp(milliseconds: from), limit: HistoryParameters.limits.upperBound, newestFirst: true)
        for try await change in session.client.history(parameters) { changes.append(change) }
        if filter.phoneNumberIDs != nil {
            // An account's first poll belongs to no number.
            var beginnings = parameters
            beginnings.filter?.phoneNumberIDs = nil
            beginnings.filter?.operations = [.baseline]
            for try await change in session.client.history(beginnings) where change.phoneNumberID == nil { changes.append(change) }
        }
        let isCut = changes.count >= HistoryParameters.limits.upperBound
        let bound = isCut ? changes.map(\.observedAt).min() : try await session.oldestKept()
        let blind = BlindTimes(
            from: from, now: max(session.page.now, to), changes: try await watchChanges(parameters, session), status: status, bound: bound)
        return Timeline(from: from, to: to, resources: resources, changes: changes, blind: blind, freshness: Freshness(status))
    }

    /// Changes of the watches that show numbers.
    private func watchChanges(_ parameters: HistoryParameters, _ session: Session) async throws -> [Change] {
        var parameters = parameters
        parameters.filter = Filter(accounts: parameters.filter?.accounts, kinds: [.watch], ids: BlindTimes.watches)
        var changes: [Change] = []
        for try await change in session.client.history(parameters) { changes.append(change) }
        return changes
    }

    private func write(_ text: String, to path: String) throws {
        let file = path == "-" ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw Failure("\(path) cannot be written: \(String(cString: strerror(errno)))") }
        let output = LineOutput(file)
        do {
            try output.lines(PrintableText.lines(of: text))
            try output.flush()
        } catch let error as OutputFailure {
            throw path == "-" ? error : Failure("\(path) cannot be written: \(String(cString: strerror(error.number)))")
        }
        guard path == "-" || close(file) == 0 else {
            throw Failure("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
    }
}
