import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// Since when each phone number's state has been what `status` shows of it, by the changes that are kept.
struct StateTimes {
    /// Since when a state holds.
    enum Since: Equatable {
        case at(Timestamp)
        /// Before that moment; what was then is not kept any more.
        case before(Timestamp)
        case unknown
    }

    /// The members that a row of `status` shows. A number that gets another name is in the state that it was in.
    static let members = ["status", "quality_rating", "whatsapp_business_manager_messaging_limit", "messaging_limit_tier"]
    /// The newest so many changes are asked for.
    static let limit = 10_000

    /// Changes of a number's state, in any order.
    static var moves: Filter { Filter(kinds: [.phoneNumber], fields: members.map { JSONPointer([$0]) } + [canSend]) }
    /// Numbers that came.
    static var arrivals: Filter { Filter(kinds: [.phoneNumber], operations: [.added, .baseline]) }

    private static let canSend = JSONPointer(["health_status", "can_send_message"])
    private var numbers: [ResourceID: Timestamp] = [:]
    /// Of an account's first look there is one change for all its numbers.
    private var accounts: [String: Timestamp] = [:]
    private var bound: Timestamp?

    /// Nothing is known.
    init() {}

    /// - Parameters:
    ///   - changes: those of `moves` and of `arrivals`.
    ///   - bound: what was before is not among them.
    init(_ changes: [Change], bound: Timestamp?) {
        self.bound = bound
        for change in changes where change.kind == .phoneNumber {
            let isOfAccount = change.id != change.phoneNumberID
            switch change.operation {
            // What a webhook tells is no part of what is shown; the poll that sees it is.
            case .reported, .removed: continue
            case .baseline where !isOfAccount && !Self.members.contains(where: { change.after?[$0] != nil }): continue
            default: break
            }
            if isOfAccount {
                accounts[change.account] = max(accounts[change.account] ?? change.observedAt, change.observedAt)
            } else {
                numbers[change.resourceID] = max(numbers[change.resourceID] ?? change.observedAt, change.observedAt)
            }
        }
    }

    /// Since when the number's state holds.
    func since(_ number: Resource) -> Since {
        if let moment = [numbers[number.resourceID], accounts[number.account]].compactMap({ $0 }).max(), moment >= bound ?? moment {
            return .at(moment)
        }
        return bound.map(Since.before) ?? .unknown
    }
}
