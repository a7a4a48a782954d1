import ArgumentParser
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// Which accounts and numbers.
struct PlaceOptions: ParsableArguments {
    @Option(help: "Only this account; may be repeated.", completion: .daemon(.account))
    var account: [String] = []
    @Option(
        help: ArgumentHelp("Only what belongs to this number, by its id or as people write it; may be repeated.", valueName: "number"),
        completion: .daemon(.number()))
    var number: [String] = []

    /// The filter of these accounts and numbers. A name that no account has is an error that says which is nearest.
    /// - Parameters:
    ///   - known: the names of the accounts that are watched, asked for where a name is to be looked up.
    ///   - isKept: whether anything is kept of an account that is not watched any more.
    func filter(
        _ session: Session, known: () async throws -> Set<String>, isKept: (String) async throws -> Bool = { _ in false }
    ) async throws -> Filter {
        var filter = Filter()
        if !account.isEmpty {
            let known = try await known().union([ResourceID.allAccounts])
            for name in account where !known.contains(name) {
                if try await isKept(name) { continue }
                throw Failure(Nearest.sentence("no account is named \(name)", name, known))
            }
            filter.accounts = Set(account)
        }
        for text in number {
            let id = try await session.phoneNumberID(text, accounts: filter.accounts)
            filter.phoneNumberIDs = (filter.phoneNumberIDs ?? []).union([id])
        }
        return filter
    }
}

/// Which part of everything a report is about.
struct ScopeOptions: ParsableArguments {
    @OptionGroup var place: PlaceOptions
    @Option(help: "Only what is of this severity and worse.")
    var severity: Severity?

    /// Whether nothing is left out.
    var isEverything: Bool { place.account.isEmpty && place.number.isEmpty && severity == nil }
}

extension Status {
    /// Leaves out the watches and budgets that a filter does not let through. Those of all accounts are of each, and those of an account of each of its numbers.
    mutating func narrow(to filter: Filter) {
        watches = watches.filter { watch in
            (filter.accounts?.contains(watch.account) ?? true || watch.account == ResourceID.allAccounts)
                && (watch.phoneNumberID.flatMap { number in filter.phoneNumberIDs.map { $0.contains(number) } } ?? true)
        }
        budgets = budgets.filter { filter.accounts?.contains($0.account) ?? true }
    }

    /// The names of the accounts that are watched.
    var accountNames: Set<String> {
        Set(watches.map(\.account)).union(budgets.map(\.account)).subtracting([ResourceID.allAccounts])
    }
}

/// What somebody who mistyped a name may have meant.
enum Nearest {
    /// A sentence, and the name that is nearest to what was written, if one is near at all.
    static func sentence(_ sentence: String, _ written: String, _ names: some Sequence<String>) -> String {
        let near = names.map { (name: $0, distance: distance(written.lowercased(), $0.lowercased())) }
            .filter { $0.distance <= max(2, written.count / 3) }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        return near.map { "\(sentence); the nearest is \($0.name)" } ?? sentence
    }

    /// How many letters are to be put in, taken out or changed.
    static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.prefix(64)), Array(right.prefix(64)))
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let change = diagonal + (letter == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(change, row[column] + 1, row[column + 1] + 1)
            }
        }
        return row[right.count]
    }
}
