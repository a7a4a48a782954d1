public import StrictJSON

/// What came of a request that changes something, which is made once and never repeated.
public enum WriteReply: Sendable {
    /// Meta took it, and answered with this.
    case answered(JSONObject)
    /// Meta answered with an error. What stands beside that in the body may be true all the same: of a block list, who was done and who was not.
    case refused(GraphFailure, body: JSONObject)
    /// It failed before Meta can have had it.
    case unsent(GraphFailure)
    /// It is open whether Meta carried it out.
    case open(GraphFailure)
}

/// The same, with what the answer said of the budget.
public struct WriteAnswer: Sendable {
    /// What came of it.
    public let reply: WriteReply
    /// The usage, if an answer told it.
    public let usage: Usage?
    /// Whether anything answered.
    public let isAnswered: Bool
}

extension GraphClient {
    /// Makes a request that changes something, once.
    /// - Parameter purpose: which of Meta's budgets it is counted in.
    public func write(_ request: GraphRequest, for purpose: Usage.Purpose) async -> WriteAnswer {
        precondition(!request.method.isRepeatable, "what changes nothing is read")
        let response: HTTPResponse
        do throws(TransportError) { response = try await sendOnce(request) } catch {
            let failure = GraphFailure(error)
            return WriteAnswer(reply: error.isUnsent ? .unsent(failure) : .open(failure), usage: nil, isAnswered: false)
        }
        let usage = Usage(response, of: request.account ?? request.id, for: purpose)
        return WriteAnswer(reply: reply(response, to: request), usage: usage, isAnswered: true)
    }

    /// What a response says. One that is no answer of Meta's, or says that Meta failed, leaves it open what was done.
    private func reply(_ response: HTTPResponse, to request: GraphRequest) -> WriteReply {
        do throws(GraphFailure) { return .answered(try answer(response, to: request, digest: nil).body.object ?? [:]) } catch {
            guard error.graph != nil, response.status < 500, error.code != .transient else { return .open(error) }
            return .refused(error, body: body(of: response))
        }
    }
}
