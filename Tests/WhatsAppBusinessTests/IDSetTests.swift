import Testing
import WhatsAppBusiness

struct IDSetTests {
    @Test func ids_insertedTwice_standOnceInTheirOrder() {
        var set: IDSet = ["3", "1"]
        let answers = [set.insert("3"), set.insert("2")]
        let added = set.insert(["1", "4"] as IDList)
        #expect(answers == [false, true] && added == 1)
        #expect(Array(set) == ["3", "1", "2", "4"] && set.contains("4") && !set.contains("5"))
    }

    /// Against the standard library's own set and array, at every length around eight bytes and with a great many ids.
    @Test func ids_ofManyLengths_areThoseOfAReference() {
        let texts = (0..<70_000).map { "\($0 % 50_000 * 7_919)" } + (0..<40).map { String(repeating: "x", count: $0) } + ["é", "e\u{301}"]
        var seen: Set<[UInt8]> = []
        var set = IDSet()
        var expected: [String] = []
        for text in texts where !text.isEmpty {
            let isNew = seen.insert(Array(text.utf8)).inserted
            let wasNew = set.insert(text)
            #expect(wasNew == isNew)
            if isNew { expected.append(text) }
        }
        #expect(Array(set).map { Array($0.utf8) } == expected.map { Array($0.utf8) })
        #expect(expected.allSatisfy(set.contains) && set.hasSameIDs(as: IDSet(expected.reversed())))
        #expect(!set.hasSameIDs(as: IDSet(expected.dropFirst())) && !set.hasSameIDs(as: IDSet(expected.dropFirst() + ["y"])))
    }

    @Test func id_emptyOrTooLong_isNotTaken() {
        var set = IDSet()
        let answers = [0, IDList.longest + 1, IDList.longest].map { set.insert(String(repeating: "1", count: $0)) }
        #expect(answers == [false, false, true])
        #expect(set.ids.contains(withAtLeast: 512) && !set.ids.contains(withAtLeast: 513))
    }
}
