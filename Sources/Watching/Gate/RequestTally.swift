import GraphAPI

/// What came of an account's requests, counted. One that went with others in a batch counts as one.
public struct RequestTally: Sendable, Equatable {
    /// What a request came to. The names are told to programs.
    public enum Result: String, Sendable, CaseIterable {
        case success, unreachable, unauthorized, forbidden, throttled, transient, paging, policy
        case notFound = "not_found"
        case fieldRefused = "field_refused"
        case tooMuchData = "too_much_data"
        case invalidRequest = "invalid_request"
        case invalidAnswer = "invalid_answer"
    }

    /// How many there are of each; those of which there is none are left out.
    public private(set) var counts: [Result: Int] = [:]

    /// None so far.
    public init() {}

    /// A request was answered as it should be.
    mutating func succeeded() { counts[.success, default: 0] += 1 }

    /// A request was not.
    mutating func failed(_ failure: GraphFailure) {
        let result: Result =
            switch failure.code {
            case .unreachable: .unreachable
            case .unauthorized: .unauthorized
            case .forbidden: .forbidden
            case .notFound: .notFound
            case .throttled: .throttled
            case .transient: .transient
            case .paging: .paging
            case .invalidField, .refusedField: .fieldRefused
            case .tooMuchData: .tooMuchData
            case .otherNode, .invalidRequest: .invalidRequest
            case .policy: .policy
            case .invalidAnswer: .invalidAnswer
            }
        counts[result, default: 0] += 1
    }

    /// A request that changes something came to this.
    mutating func count(_ reply: WriteReply) {
        switch reply {
        case .answered: succeeded()
        case .refused(let failure, _), .unsent(let failure), .open(let failure): failed(failure)
        }
    }
}
