import StrictJSON
import StrictYAML

/// Where a configuration's accounts and tokens lie, and how the daemon gets at the tokens.
package struct SetupPlace: Sendable, Equatable {
    /// The configuration's file.
    package let config: String
    /// The folder of accounts.
    package let accounts: String
    /// The folder of tokens, which only its owner may enter.
    package let tokens: String
    /// The unit that reads this configuration; `nil` where it is none of the package's, and the daemon reads the tokens' files itself.
    package let unit: String?
    /// The file that has systemd pass the folder of tokens to that unit.
    package let dropIn: String?

    /// The configuration that the package's unit reads.
    package static let packaged = "/etc/wabawatch/wabawatch.yaml"

    /// - Parameters:
    ///   - config: the configuration's file, as an absolute path.
    ///   - units: the folder of units, where others than the packaged configuration are of a unit too; `nil` for systemd's.
    package init(config: String, units: String? = nil) {
        self.config = config
        let folder = config.parentFolder
        accounts = folder + "accounts.d"
        tokens = folder + "tokens"
        let name = String(config.dropFirst(folder.utf8.count))
        if config == Self.packaged || units != nil {
            unit = "wabawatchd.service"
        } else if folder == Self.packaged.parentFolder, name.hasSuffix(".yaml"), ConfigurationReader.isName(String(name.dropLast(5))) {
            unit = "wabawatchd@\(name.dropLast(5)).service"
        } else {
            unit = nil
        }
        dropIn = unit.map { "\(units ?? "/etc/systemd/system")/\($0).d/tokens.conf" }
    }

    /// Whether accounts may be set up here.
    /// - Throws: where the folder of accounts is read by units that are not given the tokens.
    package func check() throws(SetupProblem) {
        guard let unit, unit.contains("@") else { return }
        throw SetupProblem(
            "\(config) is the configuration of \(unit), and every wabawatchd of this host reads \(accounts)",
            help: "Add the account to \(config) itself, and its token as a credential of that unit: see wabawatchd(1).")
    }

    /// The file of an account.
    func account(_ name: String) -> String { "\(accounts)/\(name).yaml" }

    /// The file of an account's token.
    func token(_ name: String) -> String { "\(tokens)/\(name)" }

    /// What an account's file says.
    func text(ofAccount name: String, id: String) -> String {
        func quoted(_ text: String) -> String { JSONValue.string(text).description }
        let token = unit == nil ? "{ file: \(quoted(token(name))) }" : "{ credential: \(quoted("tokens/\(name)")) }"
        return """
            # Written by wabawatchd setup. For other keys see accounts.d/example.yaml.sample and wabawatch.yaml.
            name: \(quoted(name))
            waba_id: \(quoted(id))
            token: \(token)

            """
    }

    /// What the unit's file says.
    var dropInText: String {
        """
        # Written by wabawatchd setup: passes the access tokens to the service. Each file in the folder is one token.
        [Service]
        LoadCredential=tokens:\(tokens.replacing("%", with: "%%"))

        """
    }
}
