import FoundationEssentials
import GraphAPI
public import Systemd
import WhatsAppBusiness

/// Where secrets are read from. What is read never leaves the types that cannot be printed.
public struct Secrets: Sendable {
    private let credentials: Credentials
    private let environment: [String: String]

    /// The credentials that systemd hands over, and the environment.
    public init(credentials: Credentials, environment: [String: String]) {
        self.credentials = credentials
        self.environment = environment
    }

    /// The account's access token, or why there is none.
    func token(of account: Configuration.Account) throws(ConfigurationProblem) -> AccessToken {
        try read(account.token, key: "token", of: account) { try AccessToken($0) }
    }

    /// The app's secret, if the account has one, or why it cannot be had.
    func appSecret(of account: Configuration.Account) throws(ConfigurationProblem) -> AppSecret? {
        guard let source = account.appSecret else { return nil }
        return try read(source, key: "app_secret", of: account) { try AppSecret($0) }
    }

    private func read<Secret>(
        _ source: Configuration.SecretSource, key: String, of account: Configuration.Account, make: (String) throws -> Secret
    ) throws(ConfigurationProblem) -> Secret {
        func problem(_ sentence: String) -> ConfigurationProblem {
            let parts = account.place.split(separator: ":")
            let file = parts.dropLast().joined(separator: ":")
            return ConfigurationProblem(file: file, line: parts.last.flatMap { Int($0) }, key: "\(account.name).\(key)", sentence: sentence)
        }
        let bytes: [UInt8]
        let name: String
        switch source {
        case .credential(let credential):
            name = "the credential \(credential)"
            do { bytes = try credentials.read(credential) } catch { throw problem("\(error)") }
        case .file(let path):
            name = "the file \(path)"
            guard let data = try? Data(contentsOf: URL(filePath: path)), data.count <= 65_536 else {
                throw problem("\(name) cannot be read")
            }
            bytes = Array(data)
        case .environment(let variable):
            name = "the environment variable \(variable)"
            guard let value = environment[variable] else { throw problem("\(name) is not set") }
            bytes = Array(value.utf8)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw problem("\(name) is not text") }
        do { return try make(text) } catch { throw problem("\(name): \(error)") }
    }
}
