import Glibc
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
    /// Another file of the unit's that passes it a credential of the same name.
    var otherDropIn: String?

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
        guard let path = place.dropIn else { return }
        let names = try Self.names(path.parentFolder)
        let others = names.sorted().filter { $0.hasSuffix(".conf") && $0 != "tokens.conf" }.map { path.parentFolder + $0 }
        for other in others where otherDropIn == nil && !Self.isMasked(other) {
            if try Self.passesTokens(other) { otherDropIn = other }
        }
        guard names.contains("tokens.conf") else { return }
        let bytes = try? RegularFile.read(path, limit: Self.largest)
        dropIn = bytes == Array(place.dropInText.utf8) ? .same : .other
    }

    /// Whether somebody has put a link to /dev/null in a file's place, by which systemd passes over it (systemd.unit(5)).
    private static func isMasked(_ path: String) -> Bool {
        var about = stat()
        return stat(path, &about) == 0 && about.st_mode & S_IFMT == S_IFCHR
    }

    /// Whether a unit's file passes it a credential of that name. One that cannot be read is not taken for one that does not.
    private static func passesTokens(_ path: String) throws(SetupProblem) -> Bool {
        let bytes: [UInt8]
        do throws(RegularFile.Failure) { bytes = try RegularFile.read(path, limit: largest) } catch {
            throw SetupProblem("The unit's file \(path) \(error)")
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").contains { line in
            let setting = line.filter { $0 != " " }
            return setting.hasPrefix("LoadCredential=tokens:") || setting.hasPrefix("LoadCredentialEncrypted=tokens:")
        }
    }

    private static func names(_ folder: String) throws(SetupProblem) -> [String] {
        do throws(RegularFile.Failure) { return try RegularFile.names(in: folder, most: Configuration.mostFiles) ?? [] } catch {
            throw SetupProblem("The folder \(folder) \(error)", help: "Run this as root.")
        }
    }
}
