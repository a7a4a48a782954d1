import FoundationEssentials
import StrictYAML
import TestSupport
import Testing

@testable import Notifying

/// wabawatch-notify(1) is about the keys that the reader of `notify.yaml` knows.
@Suite struct NotifyPageTests {
    private static func keys() throws -> Set<String> {
        let folder = try TemporaryFolder()
        // The reader goes on only behind a name and a place that it can use.
        let siblings = [
            "routes[0]": ["name: r", "to: { exec: [ /bin/true ] }"], "routes[0].to": ["http: \"https://example.org\""],
        ]
        return try KnownKeys(besides: { siblings[$0] ?? [] }) { text in
            try Data(text.utf8).write(to: URL(filePath: folder.path + "/notify.yaml"))
            do throws(ConfigurationError) {
                _ = try NotifyConfiguration.load(path: folder.path + "/notify.yaml")
                return []
            } catch { return error.problems.map { ($0.key, $0.sentence) } }
        }.all()
    }

    @Test func page_hasEveryKey_andNoOther() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "systemd/wabawatch-notify.mdoc"), encoding: .utf8)
        let section = try #require(page.components(separatedBy: ".Sh CONFIGURATION\n").last?.components(separatedBy: "\n.Sh ").first)
        let known = try Self.keys()
        #expect(known.isSuperset(of: ["routes[].match.minimumSeverity", "routes[].to.headers.credential", "routes[].to.whatsapp"]))
        let names = Set(known.compactMap { $0.split(separator: ".").last.map(String.init) })
        let marked = Set(
            section.split(separator: "\n").filter { $0.contains(/^\.(It )?(Cm|Brq Cm)\x20/) }
                .flatMap { $0.split(whereSeparator: { " ,:".contains($0) }).map(String.init) })
        #expect(names.subtracting(marked) == [])
        let entries = Set(ManualEntries(section).texts.keys)
        #expect(entries.subtracting(names) == [] && entries.count > 10)
    }
}
