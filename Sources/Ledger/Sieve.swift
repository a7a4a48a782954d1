import Changes
import GRDB
import StrictJSON

/// Leaves out of a comparison what a look shows just as it is kept: of a long list hardly anything is left.
///
/// Only where no member was asked for by name. Elsewhere it counts what all things have in common: a member that all of them lost (guarantee 7).
struct Sieve {
    private let documents: [DatabaseValue]
    private var indices: [String: Int]
    private var isKept: [Bool]

    /// `nil` where everything must be compared.
    init?(_ observation: Observation, _ kept: KeptUnit?) {
        guard let kept, kept.asked.isEmpty, observation.asked.isEmpty else { return nil }
        let rules = Rules.of(observation.unit.kind)
        documents = observation.items.map { Stored.document(rules.compared($0.document), of: $0.id) }
        indices = Dictionary(minimumCapacity: documents.count)
        for (index, item) in observation.items.enumerated() { indices[item.id] = index }
        isKept = Array(repeating: false, count: documents.count)
    }

    /// Takes out a thing that is kept, if the look shows it so; says whether it did.
    mutating func takes(_ id: String, _ document: DatabaseValue, misses: Int) -> Bool {
        guard misses == 0, let index = indices[id], documents[index].hasSameBytes(as: document) else { return false }
        isKept[index] = true
        return true
    }

    /// The look without what was taken out.
    func rest(of observation: Observation) -> Observation {
        var rest = observation
        rest.items = zip(observation.items, isKept).filter { !$1 }.map(\.0)
        return rest
    }
}

extension DatabaseValue {
    /// Whether two values are stored alike. Swift's strings are equal also where they are only written differently.
    fileprivate func hasSameBytes(as other: DatabaseValue) -> Bool {
        switch (storage, other.storage) {
        case (.string(let left), .string(let right)): left.hasSameUTF8(as: right)
        default: self == other
        }
    }
}
