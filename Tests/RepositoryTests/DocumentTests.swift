import Foundation
import Testing

/// README.md is a landing page, and everything that it and the documents behind it refer to is there.
@Suite(.timeLimit(.minutes(1))) struct DocumentTests {
    @Test func readme_hasAtMostTwoHundredLines_andLeadsToEveryDocument() throws {
        let documents = try Document.all()
        let readme = try #require(documents.first)
        #expect(readme.lineCount <= 200)
        let linked = Set(readme.links.map(\.path))
        #expect(documents.count > 15)
        for document in documents.dropFirst() { #expect(linked.contains(document.path), "\(document.path)") }
    }

    @Test func links_leadSomewhere() throws {
        let documents = try Document.all()
        let broken = documents.flatMap { $0.brokenLinks(documents) { Repository.isThere($0) } }
        #expect(broken.isEmpty, "\(broken.joined(separator: "\n"))")
        #expect(documents.flatMap(\.links).count > 50, "links are found")
    }

    /// The heads of tables, the first line and the legend of README.md's pictures are those of FirstHour.md, which a case compares with what the programs print.
    @Test func pictures_haveTheFormOfRealOutput() throws {
        let readme = Document("README.md", try Repository.text("README.md"))
        let picture = try #require(readme.blocks.first { $0.language.isEmpty && $0.lines.first == "$ wabawatch status" })
        #expect(picture.lines.contains { $0.hasPrefix("$ wabawatch timeline ") })
        let real = Set(
            Document("FirstHour.md", try Repository.text(Document.folder + "/FirstHour.md")).blocks.flatMap(\.lines).map(Self.form))
        let lasting = picture.lines.filter {
            $0.contains("wabawatchd 0") || $0.contains("ACCOUNT") || $0.contains("█ ") || $0.contains("▁ ")
        }
        #expect(lasting.count == 6)
        for line in lasting { #expect(real.contains(Self.form(line)), "\(line)") }
    }

    /// A line without the width of its columns, and of the first one only the daemon's name: the release and the counts are others.
    private static func form(_ line: String) -> [Substring] {
        let words = line.split(separator: " ")
        return words.dropFirst().first == "wabawatchd" ? Array(words.prefix(2)) : words
    }

    /// As the package ships them, in one folder with the examples: systemd/documents.
    @Test func links_ofInstalledDocuments_leadToInstalledFiles() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "wabawatch-documents-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let outcome = try Tool.run("systemd/documents", [folder.path()])
        #expect(outcome.status == 0, "\(outcome.output)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path())
        #expect(Set(names) == Set(try Document.all().map { $0.path.split(separator: "/").last.map(String.init) ?? "" }))
        let documents = try names.sorted().map {
            Document("doc/" + $0, try String(contentsOf: folder.appending(path: $0), encoding: .utf8))
        }
        // systemd/install puts the examples beside the documents and the configuration below /etc.
        let broken = documents.flatMap { document in
            document.brokenLinks(documents) { path in
                if path.hasPrefix("doc/examples/") { return Repository.isThere("etc/wabawatch/" + path.dropFirst(4)) }
                if path.hasPrefix("doc/etc/") { return Repository.isThere(String(path.dropFirst(4))) }
                return documents.contains { $0.path == path }
            }
        }
        #expect(broken.isEmpty, "\(broken.joined(separator: "\n"))")
        let install = try Repository.text("systemd/install")
        #expect(install.contains("systemd/documents") && install.contains("$PREFIX/share/doc/wabawatch/examples/$example"))
    }

    /// Hosts that exist, those that are reserved for examples (RFC 2606), and this machine.
    private static let hosts: Set = [
        "developers.facebook.com", "business.facebook.com", "graph.facebook.com", "metastatus.com", "etcd.io", "github.com/caronc/apprise",
        "ntfy.sh", "www.monitoring-plugins.org", "www.w3.org", "example.com", "hooks.example.org", "ntfy.example.org", "hooks.example",
        "127.0.0.1", "unix",
    ]

    @Test func addresses_nameHostsThatThereAre() throws {
        let files = try Document.all().map(\.path) + (try Repository.files(in: "etc")) + (try Repository.files(in: "systemd"))
        let readers = Set(["md", "yaml", "yml", "sample", "mdoc", "catalog", "service", "socket", "conf", "timer"])
        var count = 0
        for file in files where readers.contains(URL(filePath: file).pathExtension) {
            for match in try Repository.text(file).matches(of: /https?:[\/]{2}([A-Za-z0-9.\-]+)([\/][\w\-.~\/%?=&]*)?/) {
                let host = String(match.1).lowercased()
                let page = host + (match.2.map(String.init) ?? "")
                #expect(Self.hosts.contains(host) || Self.hosts.contains { page.hasPrefix($0 + "/") || page == $0 }, "\(file): \(match.0)")
                count += 1
            }
        }
        #expect(count > 30, "addresses are found")
    }

    // MARK: What it would notice

    private static let text = """
        # One thing

        A [link](Two.md#of-the-second-s), [another](#one-thing), [a third](https://example.com/x) and `no [link](Nowhere.md)`.

        ```sh
        wabawatch status        # a remark
        wabawatch mute acme '+1 # 2'
        ```

        ```console
        $ wabawatch list [x](Nowhere.md)
        output
        ```
        """

    @Test func document_isRead_withLinksAnchorsAndCommands() {
        let document = Document("docs/One.md", Self.text)
        #expect(document.anchors == ["one-thing"] && document.lineCount == 13)
        #expect(
            document.links == [
                Document.Link(path: "Two.md", heading: "of-the-second-s"), Document.Link(path: "", heading: "one-thing"),
                Document.Link(path: "https://example.com/x"),
            ])
        #expect(document.commands.first == "wabawatch status" && document.commands.last == "wabawatch list [x](Nowhere.md)")
        #expect(Document.anchor("Of the *second's*: a `b_c`") == "of-the-seconds-a-b_c")
    }

    @Test func brokenLinks_areNoticed() {
        let one = Document("docs/One.md", Self.text)
        let two = Document("docs/Two.md", "## Of the second s\n")
        #expect(one.brokenLinks([one, two]) { ["docs/One.md", "docs/Two.md"].contains($0) } == [])
        #expect(one.brokenLinks([one, two]) { $0 == "docs/One.md" } == ["docs/One.md: Two.md#of-the-second-s: there is no docs/Two.md"])
        let other = Document("docs/Two.md", "## Another\n")
        #expect(one.brokenLinks([one, other]) { _ in true } == ["docs/One.md: Two.md#of-the-second-s: there is no such heading"])
    }
}
