import GraphAPI
import Ledger
import WhatsAppBusiness

// Requests that change something at Meta. Each is made once.

extension AccountGate {
    /// What came of such a request.
    enum WriteOutcome: Sendable {
        case replied(WriteReply)
        /// There is no request to be had before that moment.
        case unaffordable(until: Moment)
        /// The account's token is refused, and there is no other.
        case tokenRefused
        /// It could not be written down, and was not made.
        case unwritten(LedgerError)
    }

    /// Makes a request that changes something, ahead of every poll.
    /// - Parameter sends: whether it is counted as a message.
    func write(_ request: GraphRequest, sends: Bool) async -> WriteOutcome {
        guard admitsWrite() else { return .tokenRefused }
        if sends {
            if let until = sendQuota.take(world.now()) { return .unaffordable(until: until) }
        } else {
            do throws(LedgerError) { if let until = try await affordWrite() { return .unaffordable(until: until) } } catch {
                return .unwritten(error)
            }
        }
        let sent = sent
        let answer = await sent.client.write(request, for: sends ? .messaging : .management)
        requests.count(answer.reply)
        var wait: Duration?
        if case .refused(let failure, _) = answer.reply { wait = failure.throttledFor }
        if sends {
            sendQuota.note(answer.usage, throttledFor: wait, now: world.now())
        } else {
            note(answer.usage, sent.counted, 1, isAnswered: answer.isAnswered)
            if let wait { throttled(for: wait) }
        }
        return .replied(answer.reply)
    }

    /// The app that the account's token belongs to; `nil` where Meta does not say.
    func applicationID() async -> String? {
        guard admitsWrite() else { return nil }
        do throws(LedgerError) { if try await affordWrite() != nil { return nil } } catch { return nil }
        do throws(GraphFailure) {
            let inspection = try await client.inspectToken()
            requests.succeeded()
            answeredBesides()
            return inspection.appID
        } catch {
            requests.failed(error)
            return nil
        }
    }
}
