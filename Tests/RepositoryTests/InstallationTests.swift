import Testing

/// README.md, the documents, the man pages, the units and the samples name the same files, users and groups: those of Installation.md.
@Suite struct InstallationTests {
    /// A path of the table; `NAME` stands for any name, and a folder for all that is in it.
    private struct Place {
        let parts: [Substring]
        let isFolder: Bool

        init(_ path: Substring) {
            parts = path.split(separator: "/")
            isFolder = path.hasSuffix("/")
        }

        /// Whether this is that path, one in it, or one of the folders above it.
        func holds(_ path: Substring) -> Bool {
            let other = path.split(separator: "/")
            guard isFolder || other.count <= parts.count else { return false }
            return zip(parts, other).allSatisfy { part, name in
                guard part.contains("NAME") else { return part == name }
                let ends = part.split(separator: "NAME", omittingEmptySubsequences: false)
                return name.hasPrefix(ends[0]) && name.hasSuffix(ends[1])
            }
        }
    }

    /// Paths in a text that have the project's name in them.
    private static func paths(in text: String) -> [Substring] {
        text.matches(of: /\/(?:etc|var\/lib|run|usr\/share\/doc)\/[\w.\/@%\-]*wabawatch[\w.\/@%\-]*/).map { match in
            match.output.hasSuffix(".") ? match.output.dropLast() : match.output
        }
    }

    /// The examples where they lie in the repository, files of other programs, what systemctl says that it links, and a method behind the socket's path.
    private static let others = [
        "/etc/wabawatch/examples/", "/etc/wabawatch/apprise.yml", "/var/lib/prometheus/", "/var/lib/fluent-bit/", ".wants/",
        "/io.wabawatch.Subscribe",
    ]

    private static func table() throws -> [Place] {
        let text = try Repository.text(Document.folder + "/Installation.md")
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `/") }
        return rows.flatMap { row in row.matches(of: /`(\/[^`]+)`/).map { Place($0.1) } }
    }

    @Test func paths_areThoseOfInstallation() throws {
        let table = try Self.table()
        #expect(table.count > 12)
        let files = try Document.all().map(\.path) + Repository.files(in: "systemd") + Repository.files(in: "etc")
        var count = 0
        for file in files where file != "systemd/build-deb" {
            for path in Self.paths(in: try Repository.text(file)) {
                count += 1
                let isKnown = Self.others.contains { path.contains($0) } || table.contains { $0.holds(path) }
                #expect(isKnown, "\(file): \(path)")
            }
        }
        #expect(count > 80, "paths are found")
    }

    @Test func usersAndGroups_areThoseThatTheUnitsHave() throws {
        let text = try Repository.text(Document.folder + "/Installation.md")
        let made = try Repository.text("systemd/wabawatch.sysusers")
        let units = try Repository.files(in: "systemd").filter { $0.hasSuffix(".service") || $0.hasSuffix(".socket") }
        let settings = try units.map { try Repository.text($0) }.joined()
        let names = Set(
            settings.matches(of: /\n(?:User|Group|SocketGroup|SupplementaryGroups)=([\w \-]+)/).flatMap { $0.1.split(separator: " ") })
        let known = Set(text.matches(of: /\n\| (?:group|users) ((?:`[^`]+`(?:, )?)+)/).flatMap { $0.1.matches(of: /`([^`]+)`/).map(\.1) })
        // Their own groups have the users' names; www-data is another program's.
        #expect(names.subtracting(known).subtracting(["www-data"]).filter { !$0.contains("%") } == [])
        for name in known.subtracting(["systemd-journal", "wabawatchd"]) { #expect(made.contains(" \(name) -"), "\(name)") }
    }

    @Test func path_isHeldByItsFolder_andByOneWithAName() {
        let place = Place("/etc/wabawatch/tokens/NAME")
        #expect(place.holds("/etc/wabawatch/tokens/acme") && place.holds("/etc/wabawatch/tokens") && place.holds("/etc/wabawatch"))
        #expect(!place.holds("/etc/wabawatch/token/acme") && !place.holds("/etc/wabawatch/tokens/acme/x"))
        #expect(Place("/var/lib/x/").holds("/var/lib/x/y/z") && Place("/a/x-NAME/").holds("/a/x-%i"))
        #expect(Self.paths(in: "in /etc/wabawatch/a.yaml.") == ["/etc/wabawatch/a.yaml"])
    }
}
