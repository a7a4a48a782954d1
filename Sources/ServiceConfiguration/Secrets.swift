package import GraphAPI
package import StrictYAML
package import Systemd
import WhatsAppBusiness

/// Where secrets are read from. What is read never leaves the types that cannot be printed.
package struct Secrets: Sendable {
    private let credentials: Credentials
    private let environment: [String: String]

    /// The credentials that systemd hands over, and the environment.
    package init(credentials: Credentials, environment: [String: String]) {
        self.credentials = credentials
        self.environment = environment
    }

    /// The account's access token, or why there is none.
    func token(of account: Configuration.Account) throws(ConfigurationProblem) -> AccessToken {
        try read(account.token, account.tokenPlace) { try AccessToken($0) }
    }

    /// The app's secret, if the account has one, or why it cannot be had.
    func appSecret(of account: Configuration.Account) throws(ConfigurationProblem) -> AppSecret? {
        guard let source = account.appSecret else { return nil }
        return try read(source, account.appSecretPlace) { try AppSecret($0) }
    }

    /// The secrets that webhooks may be signed with: the accounts' own, and those that are named besides; each once.
    /// - Throws: every one that cannot be had.
    package func appSecrets(of configuration: Configuration) throws(ConfigurationError) -> [AppSecret] {
        var (secrets, problems): ([AppSecret], [ConfigurationProblem]) = ([], [])
        func take(_ read: () throws(ConfigurationProblem) -> AppSecret?) {
            do throws(ConfigurationProblem) {
                if let secret = try read(), !secrets.contains(secret) { secrets.append(secret) }
            } catch {
                problems.append(error)
            }
        }
        for account in configuration.accounts { take { () throws(ConfigurationProblem) in try appSecret(of: account) } }
        for (source, place) in zip(configuration.webhook.appSecrets, configuration.webhook.appSecretPlaces) {
            take { () throws(ConfigurationProblem) in try appSecret(from: source, place) }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        return secrets
    }

    /// The secret of an app, or why it cannot be had.
    func appSecret(from source: Configuration.SecretSource, _ place: Configuration.Place) throws(ConfigurationProblem) -> AppSecret {
        try read(source, place) { try AppSecret($0) }
    }

    /// Those of the secrets that sign webhooks that cannot be looked at here, likewise.
    func unseen(of webhook: Configuration.Webhook) -> [(place: Configuration.Place, sentence: String)] {
        unseen(Array(zip(webhook.appSecrets, webhook.appSecretPlaces)))
    }

    /// Those of an account's secrets that cannot be looked at here, because they are credentials and none were passed: where each stands, and what is to
    /// be said of it. `wabawatchd --check` on a command line has none.
    func unseen(of account: Configuration.Account) -> [(place: Configuration.Place, sentence: String)] {
        unseen([(account.token, account.tokenPlace)] + (account.appSecret.map { [($0, account.appSecretPlace)] } ?? []))
    }

    private func unseen(
        _ sources: [(Configuration.SecretSource, Configuration.Place)]
    ) -> [(place: Configuration.Place, sentence: String)] {
        guard credentials.directory == nil else { return [] }
        return sources.compactMap { source, place in
            guard case .credential(let name) = source, Credentials.isValid(Credentials.name(ofPath: name)) else { return nil }
            return (place, "the credential \(name) cannot be checked: $CREDENTIALS_DIRECTORY is not set here")
        }
    }

    private func read<Secret>(
        _ source: Configuration.SecretSource, _ place: Configuration.Place, make: (String) throws -> Secret
    ) throws(ConfigurationProblem) -> Secret {
        func problem(_ sentence: String) -> ConfigurationProblem { place.problem(sentence) }
        let bytes: [UInt8]
        let name: String
        switch source {
        case .credential(let credential):
            name = "the credential \(credential)"
            do { bytes = try credentials.read(Credentials.name(ofPath: credential)) } catch { throw problem("\(error)") }
        case .file(let path):
            name = "the file \(path)"
            do throws(RegularFile.Failure) { bytes = try RegularFile.read(path, limit: 65_536) } catch { throw problem("\(name) \(error)") }
        case .environment(let variable):
            name = "the environment variable \(variable)"
            guard let value = environment[variable] else { throw problem("\(name) is not set") }
            bytes = Array(value.utf8)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw problem("\(name) is not text") }
        do { return try make(text) } catch { throw problem("\(name): \(error)") }
    }
}
