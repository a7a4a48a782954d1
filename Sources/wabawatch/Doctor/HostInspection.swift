import Glibc
import WabaWatchInterface
import WhatsAppBusiness

/// Finds out what this host knows of the daemon: its unit, its journal, its files, and who asks. Nothing is changed, and every question is bounded.
struct HostInspection {
    /// The daemon's socket.
    let socket: String
    /// Where the configuration is.
    var folder = "/etc/wabawatch"
    /// Where journals are (systemd-journald.service(8), FILES).
    var journals = ["/var/log/journal", "/run/log/journal"]
    /// How another program is asked.
    var run: (_ words: [String]) throws(BoundedProgram.Failed) -> BoundedProgram.Outcome = { words throws(BoundedProgram.Failed) in
        try BoundedProgram.run(words)
    }

    /// No more files are looked at in one folder.
    private static let mostFiles = 10_000

    /// The unit behind the socket; not known where it is none of the package's.
    private var service: Fact<String> {
        UnitFacts.service(at: socket).map { .known($0) } ?? .unknown("\(socket) is not the socket of a packaged unit")
    }

    /// Where a link to the socket leads, as that in the registry of Varlink services does; the path itself where there is nothing.
    static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// What systemd says of the service and its socket.
    var unit: Fact<UnitFacts> {
        service.flatMap { service in
            let other = service.replacing(".service", with: ".socket")
            return asked(["systemctl", "show", "--no-pager", "--property=\(UnitFacts.names.joined(separator: ","))", "--", service, other])
                .map { UnitFacts($0, service: service) }
        }
    }

    /// What the journal has of the service.
    var journal: Fact<JournalFacts> {
        service.flatMap { service in
            guard journals.contains(where: { access($0, F_OK) == 0 }) else { return .unknown("there is no journal on this host") }
            return journal(of: service)
        }
    }

    private func journal(of service: String) -> Fact<JournalFacts> {
        let common = ["journalctl", "--no-pager", "--output=json", "--output-fields=\(JournalFacts.fields)"]
        // Entries of changes alone have this member.
        let operations = ChangeOperation.allCases.map { "WABAWATCH_OPERATION=\($0.rawValue)" }
        let changes = asked(common + ["--lines=1", "SYSLOG_IDENTIFIER=wabawatchd", "_SYSTEMD_UNIT=\(service)"] + operations)
        let drops = asked(common + ["--lines=1000", "--since=-7d", "MESSAGE_ID=\(JournalFacts.dropped)"])
        return changes.flatMap { changes in drops.map { JournalFacts(changes: changes, drops: $0, unit: service) } }
    }

    /// What a program prints, or why it cannot be known.
    private func asked(_ words: [String]) -> Fact<String> {
        do throws(BoundedProgram.Failed) {
            let outcome = try run(words)
            let remark = outcome.errors.split(separator: "\n").first.map { String($0) }
            // Whoever may read none of the files is told so, and that is found out of the user's groups.
            let isUnreadable = remark?.hasPrefix("No journal files were opened due to insufficient permissions") ?? false
            guard outcome.status == 0 || isUnreadable else {
                return .unknown("\(words[0]) says: \(remark ?? "exit status \(outcome.status)")")
            }
            return .known(outcome.output)
        } catch { return .unknown(error.description) }
    }

    /// The configuration's files, and those that hold secrets: what a unit's drop-ins load, and what lies beside the configuration under another name than
    /// a configuration's. Of a folder that this user may not look into, the folder.
    var files: Fact<[FileFacts]> {
        guard let root = Self.file(folder, .configuration) else { return .unknown("\(folder) is not there") }
        var files = [root]
        for name in Self.names(folder) {
            let path = "\(folder)/\(name)"
            if name == "credentials" || name == "tokens" {
                files += Self.file(path, .secret).map { [$0] } ?? []
                files += Self.names(path).compactMap { Self.file("\(path)/\($0)", .secret) }
            } else if name == "accounts.d" {
                files += Self.file(path, .configuration).map { [$0] } ?? []
                files += Self.names(path).compactMap { Self.file("\(path)/\($0)", .configuration) }
            } else {
                let isConfiguration = [".yaml", ".yml", ".sample"].contains { name.hasSuffix($0) }
                files += Self.file(path, isConfiguration ? .configuration : .secret).map { [$0] } ?? []
            }
        }
        let known = Set(files.map(\.path))
        files += credentials.filter { !known.contains($0) }.compactMap { Self.file($0, .secret) }
        // A secret behind a folder that others may not enter cannot be read by them, whatever its own bits say.
        let closed = files.filter { $0.mode & 0o001 == 0 }.map { $0.path + "/" }
        return .known(files.filter { file in !closed.contains { file.path.hasPrefix($0) } })
    }

    /// The files that the unit's LoadCredential= lines name.
    private var credentials: [String] {
        guard case .known(let service) = service, case .known(let text) = asked(["systemctl", "cat", "--no-pager", "--", service]) else {
            return []
        }
        return Self.credentials(in: text)
    }

    /// Absolute paths of LoadCredential= lines; what is encrypted may be read by anybody.
    static func credentials(in unit: String) -> [String] {
        unit.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0] == "LoadCredential" else { return nil }
            let path = parts[1].split(separator: ":", maxSplits: 1).dropFirst().first.map { String($0) }
            return path.flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
    }

    /// Names in a folder, sorted; none where it may not be read.
    private static func names(_ folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while names.count < mostFiles, let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)) {
                    String(cString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Who may do what with a file; what a link leads to counts. `nil` where there is none, or it may not be seen.
    static func file(_ path: String, _ purpose: FileFacts.Purpose) -> FileFacts? {
        var about = stat()
        guard stat(path, &about) == 0 else { return nil }
        return FileFacts(
            path: path, purpose: purpose, mode: about.st_mode & 0o7777, isOwnedByRoot: about.st_uid == 0,
            group: UserFacts.group(about.st_gid),
            isSocket: about.st_mode & S_IFMT == S_IFSOCK, isFolder: about.st_mode & S_IFMT == S_IFDIR)
    }
}

extension Fact {
    /// What is known, made into something else.
    func map<Other>(_ body: (Value) -> Other) -> Fact<Other> { flatMap { .known(body($0)) } }

    /// What is known, made into something else that may not be known.
    func flatMap<Other>(_ body: (Value) -> Fact<Other>) -> Fact<Other> {
        switch self {
        case .known(let value): body(value)
        case .unknown(let reason): .unknown(reason)
        }
    }
}

extension UserFacts {
    /// Who runs this process.
    static func current() -> UserFacts {
        let id = geteuid()
        let entry = getpwuid(id)
        let name = entry.map { String(cString: $0.pointee.pw_name) } ?? String(id)
        var ids = [gid_t](repeating: 0, count: 65_536)
        let count = Int(getgroups(Int32(ids.count), &ids))
        let groups = Set((ids.prefix(max(0, count)) + [getegid()]).map(group))
        var listed: Set<String> = groups
        if let entry {
            var most = Int32(ids.count)
            if getgrouplist(entry.pointee.pw_name, entry.pointee.pw_gid, &ids, &most) >= 0 {
                listed = Set(ids.prefix(Int(most)).map(group))
            }
        }
        return UserFacts(name: name, isRoot: id == 0, groups: groups, listedGroups: listed)
    }

    /// A group's name; its number where it has none.
    static func group(_ id: gid_t) -> String { getgrgid(id).map { String(cString: $0.pointee.gr_name) } ?? String(id) }
}
