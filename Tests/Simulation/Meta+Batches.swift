import GraphAPI
import StrictJSON
import TestTools

extension Meta {
    /// How an account's batches are answered.
    enum Batching: CaseIterable {
        case served
        /// None of its answers tells how much of the budget is used.
        case silent
        case refused
        /// Each time another oddity, or none.
        case odd
    }

    /// What may be odd about one batch.
    private enum Oddity: CaseIterable { case none, late, fewer, objects, nulls, tooLarge, page }

    /// A batch's answer on its way, with the answers in it that the watcher can read.
    struct BatchAnswering {
        var result: Result<HTTPResponse, TransportError>
        var taken: [Answering] = []
    }

    /// Answers a batch that has just come: each of its requests is a call.
    func answer(_ all: [Asked], life: Int) -> BatchAnswering {
        let account = all[0].account
        if account.refused.contains(all[0].credential), batchDice.chance(0.5) {
            let taken = all.map { answer($0, life: life, as: .unauthorized) }
            return BatchAnswering(result: taken[0].result, taken: taken)
        }
        switch account.batching {
        case .served: return items(all, life, .none)
        case .silent: return items(all, life, .none, isSilent: true)
        case .refused:
            for _ in all { count(account) }
            return BatchAnswering(result: respond(400, error(100, "(#100) There are no batches"), account))
        case .odd: break
        }
        let oddity = batchDice.pick(Oddity.allCases)
        switch oddity {
        case .late:
            let taken = all.map { answer($0, life: life, as: .timeout) }
            return BatchAnswering(result: .failure(TransportError(.timeout, "no answer came in time")), taken: taken)
        case .tooLarge: return BatchAnswering(result: .failure(TransportError(.tooLarge, "the answer is larger than allowed")))
        case .page: return BatchAnswering(result: .success(HTTPResponse(status: 200, body: Array("<html>Log in</html>".utf8))))
        default: return items(all, life, oddity)
        }
    }

    private func items(_ all: [Asked], _ life: Int, _ oddity: Oddity, isSilent: Bool = false) -> BatchAnswering {
        var items: [JSONValue] = []
        var taken: [Answering] = []
        for asked in all {
            if oddity == .nulls, batchDice.chance(0.4) {
                count(asked.account)
                items.append(.null)
                continue
            }
            let answering = answer(asked, life: life)
            guard case .success(let response) = answering.result else {
                items.append(.null)
                continue
            }
            let headers = response.headers.filter { !isSilent || !$0.name.hasPrefix("x-b") }
            var item = BatchForm.item(response.status, headers, response.body).object ?? [:]
            if oddity == .objects { item["body"] = (try? JSONValue(parsing: response.body)) ?? .null }
            items.append(.object(item))
            if oddity != .objects, oddity != .fewer, Self.isReadable(response) { taken.append(answering) }
        }
        if oddity == .fewer { items.removeLast() }
        return BatchAnswering(result: .success(HTTPResponse(status: 200, body: JSONValue.array(items).bytes)), taken: taken)
    }

    /// Whether an answer is one, whatever it says: one that is none is asked for once more by itself.
    private static func isReadable(_ response: HTTPResponse) -> Bool {
        if response.status == 429 || response.status >= 500 { return true }
        return response.status != 304 && (try? JSONValue(parsing: response.body, surrogates: .replaced))?.object != nil
    }
}
