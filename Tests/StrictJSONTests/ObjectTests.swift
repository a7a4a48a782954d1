import StrictJSON
import TestTools
import Testing

/// An object's members against a dictionary of bytes, and pointers into documents.
@Suite struct ObjectTests {
    /// What a name is told apart by.
    private static func key(_ name: String) -> [UInt8] { Array(name.utf8) }

    @Test(arguments: 0..<40 as Range<UInt64>) func object_afterManySteps_isWhatADictionaryIs(seed: UInt64) {
        var made = RandomJSON(seed: seed)
        let names = (0..<12).map { _ in made.string() } + ["", "a", "é", "e\u{301}", "\u{10FFFF}"]
        var (object, model): (JSONObject, [[UInt8]: JSONValue]) = ([:], [:])
        for _ in 0..<200 {
            let name = made.random.pick(names)
            switch made.random.below(4) {
            case 0:
                object[name] = nil
                model[Self.key(name)] = nil
            case 1:
                #expect(object[name] == model[Self.key(name)] && object.contains(name) == (model[Self.key(name)] != nil))
            default:
                let value = made.value(depth: 1)
                object[name] = .some(value)
                model[Self.key(name)] = value
            }
            #expect(object.count == model.count && object.isEmpty == model.isEmpty)
        }
        let sorted = model.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        #expect(object.map { Self.key($0.name) } == sorted.map(\.key) && object.map(\.value) == sorted.map(\.value))
        #expect(Array(object.names) == object.members.map(\.name))
        // In whatever order it is made.
        let elements = made.random.shuffle(object.map { ($0.name, $0.value) })
        #expect(JSONObject(elements) == object)
        #expect(JSONValue.object(object).bytes == JSONValue.object(JSONObject(elements)).bytes)
    }

    @Test func object_madeOfMembersWithOneName_hasTheLast() {
        let object = JSONObject([("a", 1), ("b", 2), ("a", 3), ("é", 4), ("e\u{301}", 5)])
        #expect(object.count == 4 && object["a"] == 3 && object["é"] == 4 && object["e\u{301}"] == 5)
    }

    @Test func nullMember_isThere_andAMissingOneIsNot() {
        var object: JSONObject = ["a": .null]
        #expect(object.contains("a") && object["a"] == .null && object["a"] != nil)
        #expect(!object.contains("b") && object["b"] == nil)
        object["a"] = .some(.null)
        #expect(object.count == 1)
        object["a"] = nil
        #expect(object.isEmpty && !object.contains("a"))
    }

    @Test func objects_areEqualByTheirBytes() {
        #expect(["a": "é"] as JSONObject != ["a": "e\u{301}"])
        #expect(["é": 1] as JSONObject != ["e\u{301}": 1])
        #expect((["é": 1] as JSONObject).members != (["e\u{301}": 1] as JSONObject).members)
        #expect(["a": 1] as JSONObject != ["a": 1, "b": .null])
        #expect("é".hasSameUTF8(as: "\u{e9}") && !"é".hasSameUTF8(as: "e\u{301}") && !"a".hasSameUTF8(as: "ab"))
    }

    /// Names sort as bytes do: what is beyond sixteen bits comes behind what is not, as in no order of UTF-16.
    @Test func names_areSortedByTheirBytes() {
        let names = ["\u{FFFD}", "😀", "z", "", "Z", "é", "\u{0}", "zz", "\u{10FFFF}", "10", "9"]
        let object = JSONObject(names.map { ($0, .null) })
        #expect(Array(object.names) == ["", "\u{0}", "10", "9", "Z", "z", "zz", "é", "\u{FFFD}", "😀", "\u{10FFFF}"])
    }
}

@Suite struct PointerTests {
    @Test(arguments: 0..<40 as Range<UInt64>) func pointer_ofAnyNames_isReadAsItIsWritten(seed: UInt64) {
        var made = RandomJSON(seed: seed)
        for _ in 0..<50 {
            let names = (0..<made.random.below(5)).map { _ in made.string() + made.random.pick(["", "~", "/", "~1", "~0", "~01"]) }
            let pointer = JSONPointer(names)
            let read = JSONPointer(parsing: pointer.description)
            #expect(read?.names.map { Array($0.utf8) } == names.map { Array($0.utf8) }, "\(pointer)")
            #expect(pointer.description.utf8.count { $0 == UInt8(ascii: "/") } == names.count, "one slash a name, whatever they hold")
        }
    }

    /// What is none stays none; what is one is written as it was read.
    @Test(arguments: 100..<130 as Range<UInt64>) func text_ofAnyKind_isAPointerOrNone(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        for _ in 0..<200 {
            let text = (0..<random.below(8)).map { _ in random.pick(["/", "~", "0", "1", "2", "a", "é", "\u{0}"]) }.joined()
            let isOne = text.isEmpty || text.wholeMatch(of: /\/(?:[^~]|~[01])*/) != nil
            #expect((JSONPointer(parsing: text) != nil) == isOne, "\(text)")
            if let pointer = JSONPointer(parsing: text) { #expect(pointer.description == text) }
        }
    }

    @Test(arguments: [
        ("", [] as [String]), ("/", [""]), ("//", ["", ""]), ("/a", ["a"]), ("/a/", ["a", ""]), ("/~01", ["~1"]), ("/~10", ["/0"]),
        ("/a~1b/~0", ["a/b", "~"]),
        ("/0/-1", ["0", "-1"]), ("/ /\u{0}", [" ", "\u{0}"]),
    ]) func pointer_namesWhatItNames(text: String, names: [String]) {
        #expect(JSONPointer(parsing: text)?.names == names)
    }

    @Test func pointer_standsAtOrBelowItsPrefixes() {
        let whole = JSONPointer(["a", "b", "c"])
        #expect((0...3).allSatisfy { JSONPointer(Array(whole.names.prefix($0))).isPrefix(of: whole) })
        #expect(!JSONPointer(["b"]).isPrefix(of: whole) && !whole.isPrefix(of: JSONPointer(["a", "b"])))
        #expect(!JSONPointer(["a", "bc"]).isPrefix(of: JSONPointer(["a", "b", "c"])), "by names, not by letters")
        #expect(JSONPointer(["a"]).appending("b/~").description == "/a/b~1~0")
        #expect(JSONPointer().description.isEmpty)
    }
}
