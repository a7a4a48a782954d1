import StrictYAML
import Yams

extension ConfigurationReader {
    /// So many secrets of apps may be named: each body is compared with every one.
    static let mostAppSecrets = 100

    mutating func webhook(_ place: YAMLPlace?) -> Configuration.Webhook {
        var webhook = Configuration.Webhook()
        guard let place else { return webhook }
        let members = members(of: place, keys: ["verify_token", "app_secrets"])
        webhook.verifyToken = members["verify_token"].flatMap { Self.isNull($0.node) ? nil : secret($0)?.source }
        guard let list = members["app_secrets"], !Self.isNull(list.node) else { return webhook }
        let elements = elements(of: list)
        if elements.count > Self.mostAppSecrets {
            problems.append(list.problem("should be at most \(Self.mostAppSecrets) secrets"))
        }
        for element in elements.prefix(Self.mostAppSecrets) {
            guard let (source, place) = secret(element) else { continue }
            if webhook.appSecrets.contains(source) { problems.append(element.problem("duplicate secret")) }
            webhook.appSecrets.append(source)
            webhook.appSecretPlaces.append(place)
        }
        return webhook
    }
}
