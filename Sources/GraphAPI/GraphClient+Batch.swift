internal import StrictJSON
internal import WhatsAppBusiness

extension GraphClient {
    /// Asks several things in one request, once. Each has an answer or a failure of its own; what fails as a whole throws.
    ///
    /// Which answer is whose is told by their order alone, as Meta promises it. A node's answer is checked against its id.
    /// - Parameter digests: of earlier answers, in the order of the requests; one that is unchanged is not parsed again.
    public func fetch(_ batch: BatchRequest, digests: [Digest?] = []) async throws(GraphFailure) -> [Result<Answer, GraphFailure>] {
        try await fetchKeys(batch, digests: digests, keysOnly: []).map { $0.map(\.answer) }
    }

    /// Asks likewise, where of some pages only the keys are wanted.
    /// - Parameter keysOnly: the places of these among the requests; the others' answers have no page of keys.
    public func fetchKeys(
        _ batch: BatchRequest, digests: [Digest?], keysOnly: Set<Int>
    ) async throws(GraphFailure) -> [Result<KeyAnswer, GraphFailure>] {
        let response = try await send(http(batch))
        let items = try items(response, batch)
        return zip(batch.requests, items).enumerated().map { index, pair in
            let (request, item) = pair
            let digest = index < digests.count ? digests[index] : nil
            return Result { () throws(GraphFailure) in
                if keysOnly.contains(index) { return try keyAnswer(try item.get(), to: request, digest: digest) }
                let answer = try answer(try item.get(), to: request, digest: digest)
                if request.edge.path.isEmpty, let id = answer.body["id"]?.string, id != request.id {
                    throw GraphFailure(.invalidAnswer("an answer of the batch is another's"), status: answer.status, usage: answer.usage)
                }
                return KeyAnswer(page: nil, answer: answer)
            }
        }
    }

    private func items(_ response: HTTPResponse, _ batch: BatchRequest) throws(GraphFailure) -> [Result<HTTPResponse, GraphFailure>] {
        // An error of the whole has the usual envelope, and is of no account's budget.
        func checkEnvelope() throws(GraphFailure) { _ = try answer(response, to: batch.requests[0], digest: nil) }
        guard response.status == 200 else {
            try checkEnvelope()
            throw GraphFailure(.invalidAnswer("the batch's answer has the status \(response.status)"), status: response.status)
        }
        do throws(GraphFailure) {
            return try BatchAnswer(response.body, of: batch.requests.count, limits: Self.batchLimits).items
        } catch {
            if response.body.first == UInt8(ascii: "{") { try checkEnvelope() }
            throw GraphFailure(error.code, status: response.status)
        }
    }

    /// A whole answer stands in a text of the batch's.
    private static let batchLimits = JSONLimits(bytes: 16 << 20, depth: 64, values: 100_000, string: 16 << 20)
}
