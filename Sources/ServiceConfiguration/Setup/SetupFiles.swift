import Systemd

/// What is there already where an account is to be set up.
package struct SetupFiles: Sendable, Equatable {
    /// What is in a file's place.
    package enum Presence: Sendable, Equatable {
        case absent
        /// The very contents that would be written.
        case same
        /// Something else, or something that cannot be read.
        case other
    }

    /// Names in the folder of accounts, without their ends.
    var accounts: Set<String> = []
    /// Names in the folder of tokens, and whether each holds the new token.
    var tokens: [String: Presence] = [:]
    /// What is in the place of the unit's file.
    var dropIn = Presence.absent

    /// No larger file is compared.
    private static let largest = 65_536

    package init() {}

    /// Looks at what is there.
    package init(_ place: SetupPlace, token: SetupToken) throws(SetupProblem) {
        for name in try Self.names(place.accounts) {
            for end in [".yaml", ".yml"] where name.hasSuffix(end) { accounts.insert(String(name.dropLast(end.utf8.count))) }
        }
        for name in try Self.names(place.tokens) {
            let bytes = try? RegularFile.read(place.token(name), limit: Self.largest)
            tokens[name] = bytes.map(token.isHeld) == true ? .same : .other
        }
        guard let path = place.dropIn, try Self.names(path.parentFolder).contains("tokens.conf") else { return }
        let bytes = try? RegularFile.read(path, limit: Self.largest)
        dropIn = bytes == Array(place.dropInText.utf8) ? .same : .other
    }

    private static func names(_ folder: String) throws(SetupProblem) -> [String] {
        do throws(RegularFile.Failure) { return try RegularFile.names(in: folder, most: Configuration.mostFiles) ?? [] } catch {
            throw SetupProblem("The folder \(folder) \(error)", help: "Run this as root.")
        }
    }
}
