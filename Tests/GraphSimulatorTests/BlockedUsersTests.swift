import GraphSimulator
import StrictJSON
import Testing
import TestTools

struct BlockedUsersTests {
    /// The runs beside a plain array, through many changes.
    @Test func changes_againstAPlainArray_giveTheSameList() {
        var generator = SeededGenerator(state: 7)
        var users = BlockedUsers(first: 1000, count: 20)
        var plain = (1000..<1020).map(String.init)
        for _ in 0..<2000 {
            let id = String(Int.random(in: 990...1030, using: &generator))
            let version = users.version
            if Bool.random(using: &generator) {
                #expect(users.insert(id) == !plain.contains(id))
                if !plain.contains(id) { plain.insert(id, at: 0) }
            } else {
                #expect(users.remove(id) == plain.contains(id))
                if let index = plain.firstIndex(of: id) { plain.remove(at: index) }
            }
            #expect((users.version > version) == (users.version != version))
            #expect(users.count == plain.count)
            #expect((0..<users.count).map { users[$0]["wa_id"]?.string } == plain)
            #expect(plain.allSatisfy { users.firstIndex(of: $0) == plain.firstIndex(of: $0) })
        }
    }

    @Test func leadingZeros_areAnIdOfTheirOwn() {
        var users = BlockedUsers(["0", "12"])
        let inserted = users.insert("012")
        #expect(inserted && users.count == 3)
        let removed = users.remove("012")
        #expect(removed)
        #expect(users.firstIndex(of: "12") == 1)
    }
}
