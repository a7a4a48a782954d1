import GraphAPI
import WhatsAppBusiness

// What Meta says of the account's own token.

extension AccountGate {
    /// Asks Meta about the token where that is due and the budget has a request for it. What comes of it says nothing of any watch: a token that is
    /// refused is refused to the polls.
    func inspectToken(coreCallsPerHour core: Int) async {
        let generation = credential.generation
        guard !credential.isRefused, tokenHealth.begin(now: world.now(), generation: generation) else { return }
        guard await affords(.others, coreCallsPerHour: core) else { return tokenHealth.postpone() }
        do throws(GraphFailure) {
            let inspection = try await client.inspectToken()
            requests.succeeded()
            answeredBesides()
            // Another token has taken its place meanwhile.
            guard generation == credential.generation else { return tokenHealth.postpone() }
            tokenHealth.on(inspection, at: world.wallClock(), now: world.now(), random: world.random())
        } catch {
            requests.failed(error)
            if error.status != nil { answeredBesides() }
            guard generation == credential.generation else { return tokenHealth.postpone() }
            let isFinal =
                switch error.code {
                case .forbidden, .notFound, .policy, .invalidField, .invalidRequest, .refusedField: true
                default: false
                }
            tokenHealth.failed(isFinal: isFinal, now: world.now(), random: world.random())
        }
    }
}
