package import GraphAPI

/// Carries the requests of an account that several hosts share, as long as this one holds it. An answer that comes later is none: by then another host may
/// have asked.
package struct HeldTransport: Transport {
    private let base: any Transport
    private let account: String
    private let holds: AccountHolds

    /// - Parameter base: what carries the requests.
    package init(_ base: any Transport, of account: String, while holds: AccountHolds) {
        self.base = base
        self.account = account
        self.holds = holds
    }

    package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        guard holds.isHeld(account) else {
            throw TransportError(.closed, "the account is not held by this host", isUnsent: true)
        }
        let response = try await base.send(request)
        // What changed something at Meta has changed it, whoever holds the account now.
        guard request.method != "GET" || holds.isHeld(account) else {
            throw TransportError(.closed, "the account is not held by this host any more")
        }
        return response
    }
}
