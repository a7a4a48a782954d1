import GraphAPI

/// Whether an account's requests go in batches. A pure decision.
///
/// Once they are given up they are so until the configuration is read again: a batch that comes to nothing may have been counted, and each of its requests
/// is made again by itself.
struct BatchUse: Sendable, Equatable {
    /// Why they are given up.
    enum Refusal: Sendable, Equatable {
        /// What answers in them tell nothing of the budget, while others do.
        case withoutUsage
        /// The whole was refused, or was no answer to a batch.
        case refused(GraphFailure.Code)
        /// An answer in one could not be used, and the same request by itself had one that could.
        case contradicted
        /// They failed again and again, while single requests were answered.
        case failing
    }

    private enum State: Sendable, Equatable {
        case usable
        /// The last one failed as a whole: none is sent before a single request was answered.
        case suspected
        case givenUp(Refusal)
    }

    enum Event: Sendable, Equatable {
        /// A single request was answered well.
        case single(tellsUsage: Bool)
        /// A request in a batch was.
        case item(tellsUsage: Bool)
        /// A batch had answers.
        case answered
        /// A batch of that round came to nothing, as anything may at times.
        case failed(round: Int)
        case givenUp(Refusal)
    }

    /// So many batches in a row fail before it is not the network's or Meta's trouble.
    private static let patience = 3

    private var state = State.usable
    private var singlesTell = false
    private var failures = 0
    /// Which time it is that they are used: what was sent before the last failure says nothing more of it.
    private(set) var round = 0

    /// Whether requests may go together.
    var isUsable: Bool { state == .usable }
    /// Why they never do.
    var refusal: Refusal? { if case .givenUp(let why) = state { why } else { nil } }

    mutating func on(_ event: Event) {
        guard refusal == nil else { return }
        switch event {
        case .single(let tellsUsage):
            singlesTell = tellsUsage
            if state == .suspected {
                state = .usable
                round += 1
            }
        case .item(let tellsUsage): if singlesTell, !tellsUsage { state = .givenUp(.withoutUsage) }
        case .answered: failures = 0
        case .failed(let sent):
            guard sent == round, state == .usable else { return }
            failures += 1
            state = failures < Self.patience ? .suspected : .givenUp(.failing)
        case .givenUp(let why): state = .givenUp(why)
        }
    }
}

extension BatchUse.Refusal: CustomStringConvertible {
    var description: String {
        switch self {
        case .withoutUsage: "answers in them do not tell how much of the budget is used"
        case .refused(let code): "\(GraphFailure(code))"
        case .contradicted: "an answer in one could not be used, and the same alone could"
        case .failing: "they fail where single requests do not"
        }
    }
}
