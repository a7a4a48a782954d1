import WhatsAppBusiness

/// What changes have touched: the accounts that are to be assessed again, and the things that are to be read again.
struct Touched {
    /// Which things of a kind.
    enum Things {
        case all
        case some(Set<String>)

        mutating func add(_ id: String) {
            if case .some(let ids) = self { self = .some(ids.union([id])) }
        }
    }

    var accounts: Set<String> = []
    var things: [String: [Kind: Things]] = [:]
    /// Whether watches are to be looked at.
    var watches = false
    /// Accounts whose templates are to be named.
    var templates: Set<String> = []

    /// A thing is to be read again.
    mutating func touch(_ account: String, _ kind: Kind, _ id: String) {
        accounts.insert(account)
        things[account, default: [:]][kind, default: .some([])].add(id)
    }

    /// All things of a kind are to be read again.
    mutating func touchAll(_ account: String, _ kind: Kind) {
        accounts.insert(account)
        things[account, default: [:]][kind] = .all
    }
}
