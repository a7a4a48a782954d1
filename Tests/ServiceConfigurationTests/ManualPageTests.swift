import FoundationEssentials
import StrictYAML
import TestSupport
import Testing
import WhatsAppBusiness

@testable import ServiceConfiguration

/// wabawatch.yaml(5) is about the keys that the reader knows, their limits and their defaults.
@Suite(.inTurn) struct ManualPageTests {
    private static func text(_ path: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    private static func page() throws -> ManualEntries { ManualEntries(try text("systemd/wabawatch.yaml.5")) }

    private static func keys() throws -> KnownKeys {
        let folder = try TemporaryFolder()
        let path = folder.path + "/wabawatch.yaml"
        return KnownKeys { text in
            try Data(text.utf8).write(to: URL(filePath: folder.path + "/wabawatch.yaml"))
            do throws(ConfigurationError) {
                _ = try Configuration.load(path: path)
                return []
            } catch { return error.problems.map { ($0.key, $0.sentence) } }
        }
    }

    /// A key as the page has it: one entry for all kinds, all alarms and all secrets, and for what an account has as all accounts have it.
    private static func entry(_ key: String) -> String {
        var names = key.split(separator: ".").map(String.init)
        if names.count > 2, names[0] == "accounts[]", ["watch", "alarms", "ignore"].contains(names[1]) { names.removeFirst() }
        if let last = names.last, ["credential", "file", "environment"].contains(last) { return "SECRET.\(last)" }
        if names.count > 1, ["watch", "ignore"].contains(names[0]), Kind(rawValue: names[1]) != nil { names[1] = "KIND" }
        if names.count > 1, names[0] == "alarms" { names[1] = "NAME" }
        return names.joined(separator: ".")
    }

    @Test func page_hasEveryKey_andNoOther() throws {
        let known = try Self.keys().all()
        let some: Set = ["graph.timeout", "accounts[].expect.apps", "watch.blocked_user.full_sweep", "webhook.app_secrets[].file"]
        #expect(known.isSuperset(of: some))
        let page = try Self.page()
        let sections = Set(page.parts).intersection(known)
        #expect(Set(known.map(Self.entry)).subtracting(sections) == Set(page.texts.keys))
        #expect(page.doubled == [])
    }

    /// What only some kinds have is said of these.
    @Test func page_namesTheKindsThatAKeyIsOf() throws {
        let page = try Self.page()
        let keys = try Self.keys().all().filter { $0.hasPrefix("watch.") && $0.split(separator: ".").count == 3 }
        let kinds = Dictionary(grouping: keys, by: Self.entry)
        #expect(kinds["watch.KIND.every"]?.count == Kind.polled.count)
        for (entry, keys) in kinds where keys.count < Kind.polled.count {
            for key in keys { #expect(page.texts[entry]?.contains(key.split(separator: ".")[1]) == true, "\(key)") }
        }
    }

    /// What a value is refused for names the limits; the page has the same.
    @Test func page_hasTheLimitsOfEveryKey() throws {
        let keys = try Self.keys()
        let page = try Self.page()
        let limits = /(?:at least (\S+) and at most (\S+)|a whole number from (\d+) to (\d+)|a share from (\S+) to (\S+))/
        var count = 0
        for key in try keys.all() {
            for value in ["900000d", "-1", "101%"] {
                for sentence in try keys.problems(of: value, at: key) {
                    guard let match = sentence.firstMatch(of: limits)?.output else { continue }
                    count += 1
                    let words = (page.texts[Self.entry(key)] ?? "").split(whereSeparator: { " .;()".contains($0) })
                    guard let most = match.2 ?? match.4 ?? match.6, let least = match.1 ?? match.3 ?? match.5 else { continue }
                    #expect(words.contains(most), "\(key): at most \(most)")
                    // Of these the least is another key, or nothing.
                    if !key.hasSuffix(".full_sweep"), least != "0d" { #expect(words.contains(least), "\(key): at least \(least)") }
                }
            }
        }
        #expect(count > 40)
    }

    /// The package's own file has every key with its default; so has the page.
    @Test func page_hasTheDefaults() throws {
        let page = try Self.page()
        var section = ""
        var count = 0
        for line in try Self.text("etc/wabawatch/wabawatch.yaml").split(separator: "\n").map(String.init) {
            if let match = line.wholeMatch(of: /#(\w+):.*/)?.output { section = String(match.1) }
            guard let match = line.wholeMatch(of: /\x20{2}#(\w+): ([^{\[]\S*)/)?.output, section != "accounts", section != "alarms",
                section != "ignore"
            else { continue }
            count += 1
            let entry = page.texts["\(section).\(match.1)"] ?? ""
            let value = match.2.replacing("\"", with: "")
            let isThere = entry.replacing("\\(dq", with: "").contains("Default: \(value). ")
            // Where the receiver of metrics listens is no default, but an example.
            #expect(isThere || (section == "metrics" && match.1 == "listen" && entry.contains(value)), "\(section).\(match.1): \(value)")
        }
        #expect(count > 15)
        let every = page.texts["watch.KIND.every"] ?? ""
        for kind in Kind.polled where kind.row.ridesOn == nil {
            let time = kind.row.defaultInterval.configurationText
            #expect(Self.clauses(every).contains { $0.contains(" \(time) for ") && $0.contains(kind.rawValue) }, "\(kind)")
        }
    }

    private static func clauses(_ text: String) -> [String] {
        (text.components(separatedBy: "Defaults:").last ?? "").split(separator: ";").map { " \($0.trimmingPrefix(/\s+/)) " }
    }
}
