/// What is to be written, in the order in which it is: an account's own file comes last, so that no account is ever there without its token.
package struct SetupPlan: Sendable, Equatable {
    /// A file.
    package struct File: Sendable, Equatable {
        /// What it is, for people.
        package var what: String
        /// Its path.
        package var path: String
        /// The folder in which it is written before it gets to its place at once.
        var staging: String
        /// What it holds.
        var contents: [UInt8]
        /// Its permissions.
        var mode: UInt32
        /// The permissions of its folder, should that not be there.
        var folderMode: UInt32
        /// Whether it takes the place of one that is there.
        package var replaces: Bool
    }

    /// An account that is set up, or whose token is replaced.
    struct Entry: Sendable, Equatable {
        var name: String
        var id: String
        /// Whether the account is there, and only its token is new.
        var isKnown = false
    }

    /// The files.
    package var files: [File]
    /// The accounts' names.
    package var names: [String]
    /// What to do afterwards, a command a line.
    package var next: [String]

    init(_ entries: [Entry], token: SetupToken, place: SetupPlace, files present: SetupFiles) {
        names = entries.map(\.name)
        files = []
        for entry in entries where present.tokens[entry.name] != .same {
            files.append(
                File(
                    what: "token", path: place.token(entry.name), staging: place.tokens, contents: token.contents, mode: 0o400,
                    folderMode: 0o700, replaces: present.tokens[entry.name] == .other))
        }
        let isNew = entries.contains { !$0.isKnown }
        var hasNewUnit = false
        if let path = place.dropIn, present.dropIn != .same, isNew {
            hasNewUnit = true
            files.append(
                File(
                    what: "unit's drop-in", path: path, staging: String(path.parentFolder.dropLast()),
                    contents: Array(place.dropInText.utf8),
                    mode: 0o644, folderMode: 0o755, replaces: present.dropIn == .other))
        }
        for entry in entries where !entry.isKnown {
            files.append(
                File(
                    what: "account", path: place.account(entry.name), staging: place.tokens,
                    contents: Array(place.text(ofAccount: entry.name, id: entry.id).utf8), mode: 0o644, folderMode: 0o755, replaces: false))
        }
        if let unit = place.unit?.replacing(".service", with: "") {
            next = hasNewUnit ? ["systemctl daemon-reload"] : []
            next.append("systemctl enable --now \(unit)          # or, where it runs already: systemctl reload \(unit)")
            next.append("wabawatch status")
        } else {
            next = ["wabawatchd --config \(place.config) --check --online", "wabawatchd --config \(place.config)"]
        }
    }

    /// What is going to be written, a line a file.
    var lines: [String] { files.map { "  \($0.path) (\($0.what)\($0.replaces ? ", replaces what is there" : ""))" } }
}

/// What a file holds may be a token: it is not told.
extension SetupPlan.File: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "\(path) (\(what))" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
