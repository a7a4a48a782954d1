import Changes
import GraphAPI
import WhatsAppBusiness

/// A credential's file, and what the daemon has read of it. Unchecked for the stage's reason.
final class CredentialFile: @unchecked Sendable {
    let account: String
    var known: Int

    init(_ account: String, known: Int) {
        self.account = account
        self.known = known
    }
}

/// What carries requests to Meta in a life.
struct StageTransport: Transport {
    let carry: @Sendable (HTTPRequest) async throws(TransportError) -> HTTPResponse

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse { try await carry(request) }
}

extension PollTarget {
    /// The unit that shows a thing, or the watch's own.
    init(of resource: ResourceID) {
        guard let kind = resource.kind.known else { preconditionFailure("the simulation knows every kind of thing in it") }
        self.init(account: resource.account, kind: kind, phoneNumberID: kind == .phoneNumber ? nil : resource.phoneNumberID)
    }
}
