public import ArgumentParser
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
public import WhatsAppBusiness

/// Where the daemon is.
struct SocketOptions: ParsableArguments {
    @Option(help: "The daemon's socket; $WABAWATCH_SOCKET otherwise, else \(WabaWatch.defaultSocket).", completion: .file())
    var socket: String?

    var path: String { Self.path(socket) }

    /// The one that was given, the environment's, or the usual one.
    static func path(_ given: String?) -> String {
        given ?? Terminal.environment("WABAWATCH_SOCKET").flatMap { $0.isEmpty ? nil : $0 } ?? WabaWatch.defaultSocket
    }
}

/// How things are written.
struct OutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "One line each, everything of each, one JSON object a line, or the bare text.")
    var output = OutputForm.short
}

/// How changes are written.
struct ChangeOutputOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: "One line each, everything of each, one JSON object a line, the bare text, or one event of CloudEvents 1.0 a line.")
    var output = ChangeForm.short
}

/// Whether long listings go through a pager.
struct PagerOptions: ParsableArguments {
    @Flag(help: "Do not send long listings through $PAGER.")
    var noPager = false
}

/// Which things.
struct ThingOptions: ParsableArguments {
    @OptionGroup var place: PlaceOptions
    @Option(help: "Only this kind of thing; may be repeated.")
    var kind: [Kind] = []
    @Option(help: "Only the thing with this id; may be repeated.", completion: .daemon(.id()))
    var id: [String] = []

    /// - Parameter isKept: whether anything is kept of an account that is not watched any more.
    func filter(_ session: Session, isKept: (String) async throws -> Bool = { _ in false }) async throws -> Filter {
        var filter = try await place.filter(session, known: { try await session.client.getStatus().accountNames }, isKept: isKept)
        if !kind.isEmpty { filter.kinds = Set(kind) }
        if !id.isEmpty { filter.ids = Set(id) }
        return filter
    }
}

/// Which changes.
struct ChangeOptions: ParsableArguments {
    @OptionGroup(title: "Filters") var things: ThingOptions
    @Option(help: "Only this operation; may be repeated.")
    var operation: [ChangeOperation] = []
    @Option(
        help: ArgumentHelp("Only changes of this member or below it, such as quality_rating or /throughput/level.", valueName: "field"),
        completion: .daemon(.field))
    var field: [FieldArgument] = []
    @Option(help: "Only changes of this severity and worse.")
    var severity: Severity?

    func filter(_ session: Session) async throws -> Filter {
        // An account that is not watched any more has its history.
        var filter = try await things.filter(session) { name in
            for try await _ in session.client.history(HistoryParameters(filter: Filter(accounts: [name]), limit: 1)) { return true }
            return false
        }
        if !operation.isEmpty { filter.operations = Set(operation) }
        if !field.isEmpty { filter.fields = field.map(\.pointer) }
        filter.minimumSeverity = severity
        return filter
    }
}

/// A JSON pointer; its first slash may be left out.
struct FieldArgument: ExpressibleByArgument {
    let pointer: JSONPointer

    init?(argument: String) {
        guard let pointer = JSONPointer(parsing: argument.isEmpty || argument.hasPrefix("/") ? argument : "/" + argument) else {
            return nil
        }
        self.pointer = pointer
    }
}

/// A moment in journalctl's words.
struct MomentArgument: ExpressibleByArgument {
    let text: String
    let moment: Timestamp

    init?(argument: String) {
        guard let moment = TimeWords(now: TimeRules.now, time: .system).parse(argument) else { return nil }
        text = argument
        self.moment = Timestamp(milliseconds: moment)
    }
}

extension Kind: ExpressibleByArgument {
    /// `phone-number` is as good as `phone_number`.
    public init?(argument: String) { self.init(rawValue: String(argument.map { $0 == "-" ? "_" : $0 })) }
}

extension ChangeOperation: ExpressibleByArgument {}
extension Severity: ExpressibleByArgument {}
