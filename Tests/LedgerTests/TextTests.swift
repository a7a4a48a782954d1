import Changes
import FoundationEssentials
import GRDB
@testable import Ledger
import StrictJSON
import Testing
import TestTools
import WhatsAppBusiness

/// Whatever a text from outside holds goes into the ledger and comes back the same, in every column, and nothing of it is ever called damage.
@Suite(.timeLimit(.minutes(5))) struct TextTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func at(_ second: Int64) -> Timestamp { Timestamp(milliseconds: second * 1000) }

    static let odd = [
        "\u{0}", "\u{0}begins", "ends\u{0}", "in\u{0}the midst", "\u{0}\u{0}", "\u{FFFE}", "\u{FFFF}", "\u{FEFF}mark", "\u{FFFD}",
        "\u{10FFFF}",
        "\u{202E}bidi\u{2066}", "\u{200D}", "\u{308}begins with a mark", "e\u{301}", "é", "'; DROP TABLE change; --", "%_\\", "\"", "\r\n",
        "\u{7F}\u{80}\u{9F}", "👩‍👩‍👧‍👦", "/", "~", "~1/~0", " ", "0", "-1", "1e5", "null", "\u{1B}[2J",
    ]

    /// Texts that are different by their bytes; every third holds a NUL.
    private static func texts(_ count: Int, _ random: inout SeededGenerator) -> [String] {
        let scalars = [0, 0, 0x2F, 0x7E, 0x308, 0x301, 0x65, 0x202E, 0xFEFF, 0xFFFE, 0xD7FF, 0xE000, 0x1F600, 0x10FFFF].compactMap {
            Unicode.Scalar(UInt32($0))
        }
        return (0..<count).map { index in
            var text = index % 3 == 0 ? "\u{0}" : ""
            for _ in 0..<(random.next() % 6) {
                text.unicodeScalars.append(scalars.randomElement(using: &random) ?? "x")
                if random.next() % 2 == 0 { text.unicodeScalars.append(Unicode.Scalar(UInt8(random.next() % 128))) }
            }
            return text + "\(index)"
        }
    }

    /// One text in every place that a text can have: account, number, id, member, value, pointer, sentence.
    private func check(_ text: String, in ledger: Ledger, _ second: Int64) async throws {
        let target = PollTarget(account: text, kind: .qrCode, phoneNumberID: text)
        let first: JSONObject = JSONObject([(text, .string(text)), ("about", "x")])
        let second = at(second)
        for document in [first, JSONObject([(text, .string("other " + text)), ("about", "x")]), first] {
            let observation = Observation(
                target: target, owner: text, items: [.init(id: text, document: document)], asked: ["about", text])
            _ = try await ledger.record(observation, at: second)
            #expect(try await ledger.record(observation, at: second).changes == 0, "what was seen is known")
        }
        let note = WatchNote(
            watch: target.watch, document: ["state": "late", "reason": .string(text)],
            change: DetectedChange(
                target.watch, .changed, severity: .warning, fields: [JSONPointer([text, "a"])], after: ["reason": .string(text)],
                summary: text))
        try await ledger.record([note], at: second)
        try await ledger.record([note], at: second)

        var query = HistoryQuery()
        (query.accounts, query.phoneNumberIDs) = ([text], [text])
        var walk = try await HistoryWalk(over: ledger, query)
        var changes: [DetectedChange] = []
        while let page = try await walk.next() { changes += page.map(\.change) }
        changes = changes.filter { $0.resource.account.hasSameUTF8(as: text) }
        #expect(changes.count == 4, "\(text.unicodeScalars.map(\.value)): \(changes.map(\.summary))")
        #expect(changes.allSatisfy { $0.resource.phoneNumberID?.hasSameUTF8(as: text) == true })
        #expect(changes.last?.summary.hasSameUTF8(as: text) == true)
        #expect(changes.last?.fields.first?.names.first?.hasSameUTF8(as: text) == true)
        #expect(changes.dropFirst().first?.fields == [JSONPointer([text])])
        #expect(changes.dropFirst().first?.after == JSONObject([(text, .string("other " + text))]))
        query = HistoryQuery()
        query.ids = [text]
        walk = try await HistoryWalk(over: ledger, query)
        var found = 0
        while let page = try await walk.next() { found += page.count }
        #expect(found == 3, "by its id")

        let things = try await ledger.resources(accounts: [text], ids: [text]).resources.filter {
            $0.resource.account.hasSameUTF8(as: text)
        }
        #expect(things.count == 1)
        #expect(things.first?.resource.id.hasSameUTF8(as: text) == true)
        #expect(things.first?.document == first)
        let watches = try await ledger.resources(accounts: [text], kinds: [.watch]).resources
        #expect(watches.contains { $0.document["reason"] == .string(text) })
    }

    private func all(in ledger: Ledger) async throws -> [RecordedChange] {
        var changes: [RecordedChange] = []
        while (changes.last?.sequence ?? 0) < ledger.cursor.sequence {
            changes += try await ledger.changes(after: changes.last?.sequence ?? 0)
        }
        return changes
    }

    @Test func text_inEveryColumn_comesBackTheSame() async throws {
        let ledger = try Ledger(path: folder.path + "/ledger.sqlite")
        for (index, text) in Self.odd.enumerated() { try await check(text, in: ledger, Int64(index)) }
        let long = String(repeating: "x", count: 1 << 20) + "\u{0}\u{FFFE}"
        let templates = PollTarget(account: "acme", kind: .messageTemplate)
        let item = Observation.Item(id: long, document: ["name": .string(long)])
        _ = try await ledger.record(Observation(target: templates, owner: "102", items: [item], asked: ["name"]), at: at(1000))
        let kept = try await ledger.resources(ids: [long]).resources
        #expect(kept.map(\.document) == [item.document] && kept.first?.resource.id == long)
        try await ledger.verify()
        let before = try await (all(in: ledger), ledger.resources().resources)
        #expect(before.0.map(\.sequence) == Array(1...ledger.cursor.sequence))
        try ledger.close()
        let (again, setAside) = try Ledger.open(path: folder.path + "/ledger.sqlite", at: at(2000)) { _ in [] }
        #expect(setAside == nil)
        #expect(try await all(in: again) == before.0)
        #expect(try await again.resources().resources == before.1)
        try again.close()
    }

    /// Many things in one list that come, change and go, with documents and as bare ids; what is kept is what was shown last.
    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func listsOfOddIDs_areKeptWhole_whateverComesAndGoes(seed: UInt64) async throws {
        let ledger = try Ledger(path: folder.path + "/\(seed).sqlite")
        var random = SeededGenerator(state: seed)
        let texts = Self.texts(40, &random)
        let templates = PollTarget(account: "acme", kind: .messageTemplate)
        let blocked = PollTarget(account: "acme", kind: .blockedUser, phoneNumberID: "1")
        for round in 0..<30 {
            let shown = texts.filter { _ in random.next() % 4 > 0 }
            let items = shown.map {
                Observation.Item(id: $0, document: JSONObject([("name", .string($0)), ("round", .integer(random.next() % 2))]))
            }
            let looks = [
                Observation(target: templates, owner: "102", items: items, asked: ["name", "round"]),
                Observation(target: blocked, owner: "1", ids: IDSet(shown)),
            ]
            // A thing of a list goes when a second poll agrees.
            for look in looks + looks { _ = try await ledger.record(look, at: at(Int64(round))) }
            let kept = try await ledger.resources(kinds: [.messageTemplate]).resources
            #expect(Set(kept.map { Array($0.resource.id.utf8) }) == Set(shown.map { Array($0.utf8) }))
            #expect(kept.allSatisfy { $0.document["name"] == .string($0.resource.id) })
            let users = try await ledger.resources(kinds: [.blockedUser]).resources
            #expect(Set(users.map { Array($0.resource.id.utf8) }) == Set(shown.map { Array($0.utf8) }))
            #expect(users.allSatisfy { $0.document.members.first?.value == .string($0.resource.id) })
            try await ledger.verify()
        }
        #expect(ledger.trouble == nil)
        try ledger.close()
    }

    /// Two ids that Unicode takes for the same text and that differ by their bytes.
    @Test func idsThatOnlyBytesTellApart_areNoDamage() async throws {
        let ledger = try Ledger(path: folder.path + "/ledger.sqlite")
        for target in [PollTarget(account: "acme", kind: .qrCode, phoneNumberID: "1"), PollTarget(account: "acme", kind: .messageTemplate)]
        {
            for ids in [["é"], ["e\u{301}"], ["e\u{301}", "é", "x"], ["x"], ["x"], ["é", "x"], []] {
                for word in ["a", "b"] {
                    let items = ids.map { Observation.Item(id: $0, document: ["id": .string($0), "text": .string(word)]) }
                    _ = try await ledger.record(Observation(target: target, owner: "1", items: items, asked: ["id", "text"]), at: at(1))
                    try await ledger.verify()
                }
            }
        }
        #expect(ledger.trouble == nil)
        try ledger.close()
    }

    /// What belongs to accounts, numbers and budgets with such names goes as it came.
    @Test func accountsAndNumbersWithOddNames_areKnownAndGo() async throws {
        let ledger = try Ledger(path: folder.path + "/ledger.sqlite")
        let names = Self.odd.filter { $0 != "é" }
        let all = WatchScope(
            accounts: Dictionary(uniqueKeysWithValues: names.map { ($0, $0 + "!") }), watchesNumber: { _, _ in true },
            watchesTarget: { _, _ in true })
        _ = try await ledger.keep(all, at: at(1))
        for name in names {
            let items = [Observation.Item(id: name, document: ["id": .string(name), "display_phone_number": .string(name)])]
            var numbers = Observation(target: PollTarget(account: name, kind: .phoneNumber), owner: name, items: items, asked: ["id"])
            numbers.needs = .account
            #expect(try await ledger.record(numbers, at: at(1)).changes == 1)
            let target = PollTarget(account: name, kind: .businessProfile, phoneNumberID: name)
            for word in ["a", "b"] {
                var profile = Observation(
                    target: target, owner: name, items: [.init(id: name, document: ["about": .string(word)])], asked: ["about"])
                profile.needs = .number
                #expect(try await ledger.record(profile, at: at(2)).isVoid == false)
            }
            #expect(try await ledger.changes(after: ledger.cursor.sequence - 1).first?.change.summary.contains(name) == true)
            ledger.confirm(target, at: at(9))
        }
        try await ledger.saveConfirmed()
        try await ledger.save(budgets: Dictionary(uniqueKeysWithValues: names.map { ($0, ["id": .string($0)]) }))
        try await ledger.save(budgets: [names[0]: [:]])
        #expect(try await ledger.budgets()[names[0]] == [:])
        for name in names.dropFirst() { #expect(try await ledger.budgets()[name] == ["id": .string(name)]) }
        #expect(try await ledger.accounts() == all.accounts)
        let none = WatchScope(accounts: [:], watchesNumber: { _, _ in true }, watchesTarget: { _, _ in true })
        _ = try await ledger.keep(none, at: at(3))
        #expect(try await ledger.resources().resources.isEmpty)
        #expect(try await ledger.accounts().isEmpty)
        #expect(try await ledger.budgets().isEmpty)
        try await ledger.verify()
        try ledger.close()
    }

    /// More of them than there may be values in an answer.
    @Test func fieldsOfAVeryLargeChange_areReadBack() {
        let names = (0..<260_000).map { "/m\($0)" }
        #expect(ColumnCoding.names(ColumnCoding.text(names)) == names)
        let deep = (0..<200).reduce(JSONValue.bool(true)) { value, _ in ["a": value] }
        #expect(ColumnCoding.document(ColumnCoding.document(deep.object ?? [:], of: "1"), of: "1") == deep.object)
    }
}
