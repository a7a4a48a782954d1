internal import StrictJSON
internal import WhatsAppBusiness

extension GraphClient {
    /// Asks several things in one request, once. Each has an answer or a failure of its own; what fails as a whole throws.
    ///
    /// Which answer is whose is told by their order alone, as Meta promises it. A node's answer is checked against its id.
    /// - Parameter digests: of earlier answers, in the order of the requests; one that is unchanged is not parsed again.
    public func fetch(_ batch: BatchRequest, digests: [Digest?] = []) async throws(GraphFailure) -> [Result<Answer, GraphFailure>] {
        let response = try await send(http(batch))
        guard response.status == 200 else {
            // An error of the whole has the usual envelope, and is of no account's budget.
            _ = try answer(response, to: batch.requests[0], digest: nil)
            throw GraphFailure(.invalidAnswer("the batch's answer has the status \(response.status)"), status: response.status)
        }
        let items = try BatchAnswer(response.body, of: batch.requests.count, limits: Self.limits).items
        return zip(batch.requests, items).enumerated().map { index, pair in
            Result { () throws(GraphFailure) in
                let answer = try answer(try pair.1.get(), to: pair.0, digest: index < digests.count ? digests[index] : nil)
                if pair.0.edge.path.isEmpty, let id = answer.body["id"]?.string, id != pair.0.id {
                    throw GraphFailure(.invalidAnswer("an answer of the batch is another's"), status: answer.status, usage: answer.usage)
                }
                return answer
            }
        }
    }
}
