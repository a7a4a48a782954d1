/// Whether a member that number after number no longer shows was taken away by Meta, or by a person from one of them (guarantee 7). One for each
/// kind of an account that is looked at number by number. A pure decision.
///
/// The first number that lost it keeps its last value, and another that had it is looked at: if that one still has it, a person took it from the
/// first; if it lost it too, the next is looked at, until none is left: then it was Meta.
struct Vanishing: Sendable, Equatable {
    /// What to do about a look at a number.
    struct Answer: Equatable {
        /// Members that may go: they are recorded as any other change.
        var gone: Set<String> = []
        /// Numbers to be looked at now.
        var ask: Set<String> = []
    }

    /// The members that Meta took away.
    private(set) var drifted: Set<String> = []
    /// The numbers that lost a member of which it is not yet known who took it.
    private var lost: [String: Set<String>] = [:]
    /// The numbers that a person took a member from, which the next look at them records.
    private var taken: [String: Set<String>] = [:]

    /// Whether there is nothing to decide.
    var isIdle: Bool { lost.isEmpty && drifted.isEmpty && taken.isEmpty }

    /// The members that there is something to decide of.
    var members: Set<String> { Set(lost.keys).union(drifted).union(taken.keys) }

    /// Members that may go at this number.
    func gone(at number: String) -> Set<String> { Set(taken.filter { $0.value.contains(number) }.keys) }

    /// A look at a number was recorded.
    /// - Parameters:
    ///   - vanished: the members that it had and has no longer.
    ///   - shown: the members that it has.
    ///   - holders: the numbers of the account that have a member, as far as is known.
    mutating func on(
        _ number: String, vanished: Set<String>, shown: Set<String>, holders: (String) -> Set<String>
    ) -> Answer {
        var answer = Answer()
        for (member, numbers) in taken {
            taken[member] = numbers.count > 1 ? numbers.subtracting([number]) : numbers == [number] ? nil : numbers
        }
        drifted.subtract(shown)
        for (member, numbers) in lost where shown.contains(member) {
            lost[member] = nil
            let others = numbers.subtracting([number])
            if !others.isEmpty {
                taken[member, default: []].formUnion(others)
                answer.ask.formUnion(others)
            }
        }
        for member in vanished.subtracting(drifted) {
            let holders = holders(member).union([number])
            guard holders.count >= 3 else {
                answer.gone.insert(member)
                lost[member] = nil
                continue
            }
            let numbers = lost[member, default: []].union([number])
            if let witness = holders.subtracting(numbers).min() {
                lost[member] = numbers
                answer.ask.insert(witness)
            } else {
                lost[member] = nil
                drifted.insert(member)
            }
        }
        return answer
    }
}
