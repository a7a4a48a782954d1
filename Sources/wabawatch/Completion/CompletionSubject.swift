import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// What stands at a place of the command line of which only the daemon knows what it may be. Everything here is asked with one call.
enum CompletionSubject: Sendable, Equatable {
    /// An account's name.
    case account
    /// A number, of the accounts that are named, be it at a place behind the command. Where `at` is given, it stands only there.
    case number(accountAt: Int? = nil, at: Int? = nil)
    /// The id of a thing of the kinds that are named, or of this one.
    case id(of: Kind? = nil, accountAt: Int? = nil)
    /// A message template's name.
    case template(accountAt: Int)
    /// A member of things of the kinds that are named.
    case field
    /// A mute's id.
    case mute

    /// A longer list is not offered at all: a shell takes the only one of a part for the only one that there is.
    static let mostThings = 4_000
    /// So many things show which inner members there are.
    static let mostSamples = 200

    /// Which things are listed for it; `nil` where nothing is.
    func filter(_ line: CompletionLine) -> Filter? {
        switch self {
        // Each account has this one, even one of which nothing was seen yet.
        case .account: return Filter(kinds: [.watch], ids: [Kind.account.rawValue])
        case .number(let account, let place):
            guard place.map({ line.positionals.count == $0 }) ?? true else { return nil }
            return Filter(accounts: line.accounts(at: account), kinds: [.phoneNumber])
        case .id(let kind, let account):
            let kinds = kind.map { [$0] } ?? line.kinds
            return kinds.isEmpty ? nil : Filter(accounts: line.accounts(at: account), kinds: kinds)
        case .template(let account): return Filter(accounts: line.accounts(at: account), kinds: [.messageTemplate])
        case .field: return Filter(accounts: line.accounts(at: nil), kinds: Self.kindsWithFields(line))
        case .mute: return nil
        }
    }

    /// What may stand there because of a thing, whether it begins as what is written or not.
    func candidates(of resource: Resource, _ line: CompletionLine) -> [CompletionCandidate] {
        let document = resource.document
        switch self {
        case .account: return [CompletionCandidate(resource.account)]
        case .id where resource.kind != .phoneNumber: return [CompletionCandidate(resource.id, document["name"]?.string)]
        case .number, .id: return Self.numbers(resource, line.prefix)
        case .template: return (document["name"]?.string).map { [CompletionCandidate($0, document["language"]?.string)] } ?? []
        case .field: return Self.pointers(of: document).map { CompletionCandidate(Self.written($0, line.prefix)) }
        case .mute: return []
        }
    }

    /// What may stand there because of things that are listed; nothing where they are more than can be offered.
    func candidates<Things: AsyncSequence>(
        of things: Things, _ line: CompletionLine
    ) async throws -> [CompletionCandidate] where Things.Element == Resource {
        var found: [CompletionCandidate] = []
        var count = 0
        for try await thing in things {
            count += 1
            if self == .field, count > Self.mostSamples { break }
            guard count <= Self.mostThings else { return [] }
            found += candidates(of: thing, line)
        }
        return found
    }

    /// What may stand there whatever the daemon says.
    func candidates(_ line: CompletionLine) -> [CompletionCandidate] {
        guard self == .field else { return [] }
        let names = Self.kindsWithFields(line).flatMap { $0.row.edge?.fields ?? [] }
        return Set(names).subtracting(["id"]).map { CompletionCandidate(Self.written(JSONPointer([$0]), line.prefix)) }
    }

    private static func kindsWithFields(_ line: CompletionLine) -> Set<Kind> {
        line.kinds.isEmpty ? Set(Kind.polled.filter { !$0.row.keepsOnlyKeys }) : line.kinds
    }

    /// A number as people write it, without its spaces, which a shell would break it at; its id, too, where digits are written.
    private static func numbers(_ resource: Resource, _ prefix: String) -> [CompletionCandidate] {
        let name = resource.document["verified_name"]?.string
        let digits = (resource.document["display_phone_number"]?.string ?? "").filter { $0.isASCII && $0.isNumber }
        let isOfDigits = !prefix.isEmpty && !prefix.hasPrefix("+")
        let texts = digits.isEmpty ? [resource.id] : isOfDigits ? [resource.id, digits] : ["+\(digits)"]
        return texts.map { CompletionCandidate($0, name) }
    }

    /// The members of a document and those of its members.
    private static func pointers(of document: JSONObject) -> [JSONPointer] {
        document.flatMap { member in
            [JSONPointer([member.name])] + (member.value.object?.names.map { JSONPointer([member.name, $0]) } ?? [])
        }
    }

    /// A pointer with its first slash where one is written, without otherwise.
    private static func written(_ pointer: JSONPointer, _ prefix: String) -> String {
        prefix.hasPrefix("/") ? pointer.description : String(pointer.description.dropFirst())
    }
}
