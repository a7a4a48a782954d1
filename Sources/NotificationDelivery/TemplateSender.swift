package import Notifying
package import WabaWatchClient
import WabaWatchInterface

/// Asks the daemon to send a message made of a template. A message of which nobody knows whether Meta took it is sent again, a few times: twice is better
/// than never.
package struct TemplateSender: RouteSender {
    private let client: WabaWatch
    private let address: NotifyDestination.TemplateAddress

    package init(_ address: NotifyDestination.TemplateAddress, client: WabaWatch) {
        self.client = client
        self.address = address
    }

    package func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        guard case .message(let message) = parcel.content else { preconditionFailure("a template is filled with a message") }
        let parameters = SendTemplateParameters(
            account: address.account, phoneNumberID: address.phoneNumberID, to: address.to, template: address.template,
            language: address.language, components: TemplateText.components(message))
        do {
            _ = try await client.send(parameters)
            return .delivered
        } catch let error as ClientError {
            return .failed(Self.failure(error))
        } catch { return .failed(DeliveryFailure("the message was not sent: \(error)")) }
    }

    /// What an error means for the message.
    static func failure(_ error: ClientError) -> DeliveryFailure {
        switch error.code {
        case .invalidParameter: DeliveryFailure(error.message, isRefusal: true)
        case .service(.budgetExhausted(_, let seconds)): DeliveryFailure(error.message, retryAfter: .seconds(seconds))
        // The daemon was asked, and either does not know itself or did not get to say.
        case .service(.actionUncertain), .disconnected, .silent, .unreadable: DeliveryFailure(error.message, isUncertain: true)
        default: DeliveryFailure(error.message)
        }
    }
}
