import Changes

/// Whether a member that number after number no longer shows was taken away by Meta, or by a person from one of them. One for each
/// kind of an account that is polled number by number. A pure decision.
///
/// The first number that lost it keeps its last value, and another that had it is polled at once, while the second poll that confirms the loss is
/// still to come: if that one still has it, a person took it from the first; if it lost it too, the next is polled, until none is left: then it was
/// Meta. What one poll lacked together goes together.
struct FieldLossQuorum: Sendable, Equatable {
    /// What a poll of a number lacks of what the number had.
    struct Loss: Equatable {
        /// Members whose loss another number is to witness: all but those that came and went before, until the next poll decides.
        var doubtful: Set<String> = []
        /// Members that are believed to be lost, whoever took them.
        var confirmed: Set<String> = []
        /// All of them, those of which it is too early to say anything included.
        var all: Set<String> = []
    }

    /// What to do about a poll of a number.
    struct Answer: Equatable {
        /// Members that may go: they are recorded as any other change.
        var gone: Set<String> = []
        /// Numbers to be polled now.
        var ask: Set<String> = []
    }

    /// The members that Meta took away.
    private(set) var drifted: Set<String> = []
    /// The numbers that lost a member of which it is not yet known who took it.
    private var lost: [String: [String: Place]] = [:]
    /// The numbers that a person took a member from, which is told when it is confirmed.
    private var taken: [String: [String: Place]] = [:]
    private var looks = 0

    /// A number that lost a member.
    private struct Place: Sendable, Equatable {
        /// The poll that first lacked it.
        var look: Int
        /// Whether the loss is believed.
        var isConfirmed: Bool
    }

    /// Whether there is nothing to decide.
    var isIdle: Bool { lost.isEmpty && drifted.isEmpty && taken.isEmpty }

    /// The numbers that wait for another one's witness.
    var waiting: Set<String> { Set(lost.values.flatMap(\.keys)) }

    /// The members that there is something to decide of.
    var members: Set<String> { Set(lost.keys).union(drifted).union(taken.keys) }

    /// Members that may go at this number, once they are confirmed: what went with them is known to be taken, too.
    func gone(at number: String) -> Set<String> {
        let open = Set(lost.values.compactMap { $0[number]?.look })
        return Set(taken.filter { _, numbers in numbers[number].map { !open.contains($0.look) } ?? false }.keys)
    }

    /// A number is no longer watched.
    mutating func forget(_ number: String) {
        for member in members { settle(member, at: number) }
    }

    /// Nothing is to be decided of a member at a number.
    private mutating func settle(_ member: String, at number: String) {
        lost[member]?[number] = nil
        taken[member]?[number] = nil
        if lost[member]?.isEmpty ?? false { lost[member] = nil }
        if taken[member]?.isEmpty ?? false { taken[member] = nil }
    }

    /// A poll of a number was recorded.
    /// - Parameters:
    ///   - loss: the members that it had and has no longer.
    ///   - shown: the members that it has.
    ///   - holders: the numbers of the account that have a member, as far as is known.
    ///   - isReadable: whether polls of a number succeed, so that it can bear witness.
    mutating func on(
        _ number: String, loss: Loss, shown: Set<String>, holders: (String) -> Set<String>, isReadable: (String) -> Bool = { _ in true }
    ) -> Answer {
        looks += 1
        var answer = Answer()
        drifted.subtract(shown)
        for member in members where !loss.all.contains(member) { settle(member, at: number) }
        for (member, numbers) in lost where shown.contains(member) {
            lost[member] = nil
            taken[member, default: [:]].merge(numbers) { $1 }
            // What is not confirmed yet is polled again as it is.
            answer.ask.formUnion(numbers.filter(\.value.isConfirmed).keys)
        }
        for member in loss.doubtful.union(loss.confirmed).subtracting(drifted) {
            guard taken[member]?[number] == nil else {
                taken[member]?[number]?.isConfirmed = loss.confirmed.contains(member)
                continue
            }
            witness(member, number, loss, holders(member).union([number]), isReadable, &answer)
        }
        answer.gone = gone(at: number).intersection(loss.confirmed)
        for member in answer.gone { settle(member, at: number) }
        return answer
    }

    /// Finds another number that says who took a member from this one.
    private mutating func witness(
        _ member: String, _ number: String, _ loss: Loss, _ holders: Set<String>, _ isReadable: (String) -> Bool, _ answer: inout Answer
    ) {
        let place = Place(look: lost[member]?[number]?.look ?? looks, isConfirmed: loss.confirmed.contains(member))
        guard holders.count >= Rules.severalThings else {
            settle(member, at: number)
            return taken[member, default: [:]][number] = place
        }
        lost[member, default: [:]][number] = place
        let others = holders.filter { lost[member]?[$0] == nil }.sorted()
        if let witness = others.first(where: isReadable) ?? others.first {
            answer.ask.insert(witness)
        } else if loss.confirmed.contains(member) {
            lost[member] = nil
            taken[member] = nil
            drifted.insert(member)
        }
    }
}
