import StrictYAML

/// The names that accounts have in the configuration.
package enum AccountName {
    /// A name made of Meta's: small letters, digits and dashes, and none that is taken.
    static func proposed(for candidate: SetupCandidate, taken: Set<String>) -> String {
        var name = ""
        for byte in (candidate.name ?? "").lowercased().utf8 {
            switch byte {
            case 0x30...0x39, 0x61...0x7A: name.unicodeScalars.append(Unicode.Scalar(byte))
            default: if !name.isEmpty, !name.hasSuffix("-") { name += "-" }
            }
        }
        name = String(name.prefix(48))
        while name.hasSuffix("-") { name.removeLast() }
        if name.isEmpty { name = "account-\(candidate.id)" }
        // Numbers taken one after another come to an end: there are no more accounts than files in a folder.
        let free = taken.contains(name) ? (2...).lazy.map { "\(name)-\($0)" }.first { !taken.contains($0) } : name
        return free ?? name
    }

    /// Why an account cannot be set up under a name, as a sentence; `nil` where it can. It is a file's name too, and systemd passes over those that begin
    /// with a dot.
    static func fault(_ name: String, taken: Set<String>) -> String? {
        guard ConfigurationReader.isName(name), !name.hasPrefix(".") else {
            return
                "\(name.isEmpty ? "An empty text" : name) cannot be an account's name: 1 to 64 letters, digits, dots, dashes and underscores, no dot at the beginning"
        }
        return taken.contains(name) ? "The name \(name) is taken: another account, or a file of that name, is there already" : nil
    }
}
