package import Notifying
package import WabaWatchClient
import WabaWatchInterface

/// Asks the daemon to send a message made of a template. A message of which nobody knows whether Meta took it is sent again: twice is better than never.
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
            if case .invalidParameter = error.code { return .failed(DeliveryFailure(error.message, isRefusal: true)) }
            if case .service(.budgetExhausted(_, let seconds)) = error.code {
                return .failed(DeliveryFailure(error.message, retryAfter: .seconds(seconds)))
            }
            return .failed(DeliveryFailure(error.message))
        } catch { return .failed(DeliveryFailure("the message was not sent: \(error)")) }
    }
}
