package import GraphAPI
package import Notifying
package import Systemd

/// Sends requests to a web hook or an Alertmanager.
package struct HookSender: RouteSender {
    /// Alerts of one request.
    static let mostAlerts = 1000
    /// Bytes of a secret that is read.
    private static let mostSecret = 64 << 10

    private let hook: NotifyDestination.WebHook
    private let transport: any Transport
    private let credentials: Credentials

    package init(_ hook: NotifyDestination.WebHook, transport: any Transport, credentials: Credentials) {
        self.hook = hook
        self.transport = transport
        self.credentials = credentials
    }

    /// An Alertmanager, by its base URL.
    package init(alertmanager url: String, transport: any Transport) {
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.init(
            NotifyDestination.WebHook(address: .url(base + "/api/v2/alerts")), transport: transport,
            credentials: Credentials(directory: nil))
    }

    package func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        let place: (url: String, headers: [HookRequest.Header])
        do throws(DeliveryFailure) { place = try self.place() } catch { return .failed(error) }
        switch parcel.content {
        case .message(let message):
            return await send(hook.format == .slack ? .slack(message) : .ntfy(message), place).map { .failed($0) } ?? .delivered
        case .events(let events):
            // One after the other, so that what is there is known.
            for (index, event) in events.enumerated() {
                if let failure = await send(.cloudEvent(event), place) { return .failed(failure, done: index) }
            }
            return .delivered
        case .alerts(let alerts):
            // Alerts that an Alertmanager has already are no more when they come again.
            for start in stride(from: 0, to: alerts.count, by: Self.mostAlerts) {
                let part = alerts[start..<min(start + Self.mostAlerts, alerts.count)]
                if let failure = await send(.alerts(part), place) { return .failed(failure) }
            }
            return .delivered
        }
    }

    private func send(_ request: HookRequest, _ place: (url: String, headers: [HookRequest.Header])) async -> DeliveryFailure? {
        let headers = (request.headers + place.headers).map { (name: $0.name, value: $0.value) }
        do throws(TransportError) {
            let response = try await transport.send(HTTPRequest(method: "POST", url: place.url, headers: headers, body: request.body))
            return HookRequest.failure(status: response.status, retryAfter: response.values(of: "retry-after").first)
        } catch { return DeliveryFailure(error.description) }
    }

    /// Where it is and what header fields it wants: secrets are read each time, so that new ones are seen.
    private func place() throws(DeliveryFailure) -> (url: String, headers: [HookRequest.Header]) {
        let url: String
        switch hook.address {
        case .url(let text): url = text
        case .secret(let secret):
            let text = try read(secret).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            guard WebAddress.isOne(text) else { throw DeliveryFailure("the secret with the hook's address holds none") }
            url = text
        }
        guard let secret = hook.headers else { return (url, []) }
        guard let headers = HookRequest.headers(parsing: try read(secret)) else {
            throw DeliveryFailure("the secret with the hook's header fields has a line that is none: Name: value")
        }
        guard WebAddress.keepsSecrets(url) else {
            throw DeliveryFailure("the hook's address is not https, and its header fields are a secret")
        }
        return (url, headers)
    }

    private func read(_ secret: NotifyDestination.SecretPlace) throws(DeliveryFailure) -> String {
        let bytes: [UInt8]
        switch secret {
        case .credential(let name):
            do { bytes = try credentials.read(name) } catch { throw DeliveryFailure("\(error)") }
        case .file(let path):
            do throws(RegularFile.Failure) { bytes = try RegularFile.read(path, limit: Self.mostSecret) } catch {
                throw DeliveryFailure("the file \(path) \(error)")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw DeliveryFailure("a secret is not text") }
        return text
    }
}
