import Changes
import WhatsAppBusiness

/// Under which of their ids the things of a poll are kept. A blocked user may have two, and either may come or go: who shares one with a thing that is
/// kept is that thing. A pure decision; most lists have no second ids, and pay next to nothing for it.
struct OtherIDs {
    /// A thing that is kept under an id, and another id of it.
    struct Pair: Equatable {
        var id: String
        var other: String
    }

    /// What the poll shows.
    let look: IDSet
    /// The id that an entry is kept under, where that is not its own first one.
    private(set) var kept: [Int: String] = [:]
    /// What is not so any more: both ids stand in the poll, each for itself.
    private(set) var stale: [Pair] = []
    private var claimed: Set<String> = []
    /// The poll's second ids, and the entries that they belong to.
    private var seconds = IDSet()
    private var owners: [Int] = []
    /// Of each entry, which of its ids the ledger knows beside the one that it is kept under: 1 its first, 2 its second.
    private var known: [UInt8] = []

    /// The ids of a poll.
    init(_ look: IDSet) {
        self.look = look
        guard look.ids.hasOthers else { return }
        known = Array(repeating: 0, count: look.count)
        look.ids.forEachOther { index, other in
            guard look.index(of: other) == nil, seconds.insert(other) else { return }
            owners.append(index)
        }
    }

    /// Takes what is known of a thing: that it is kept under an id and has another.
    mutating func take(id: UnsafeRawBufferPointer, other: UnsafeRawBufferPointer) {
        let first = look.index(of: other)
        guard let entry = first ?? seconds.index(of: other).map({ owners[$0] }) else { return }
        if known.isEmpty { known = Array(repeating: 0, count: look.count) }
        let shown = look.index(of: id)
        if shown == nil, kept[entry] == nil {
            let text = String(decoding: id, as: UTF8.self)
            if claimed.insert(text).inserted { kept[entry] = text }
        }
        if shown == entry || shown == nil && kept[entry]?.utf8.elementsEqual(id) == true {
            known[entry] |= first == nil ? 2 : 1
        } else {
            stale.append(Pair(id: String(decoding: id, as: UTF8.self), other: String(decoding: other, as: UTF8.self)))
        }
    }

    /// What the poll shows, each thing under the id that it is kept under.
    var translated: IDSet {
        guard !kept.isEmpty else { return look }
        var translated = IDSet()
        var index = 0
        look.ids.forEachPair { id, other in
            if var text = kept[index] {
                _ = text.withUTF8 { translated.insert(UnsafeRawBufferPointer($0), also: other) }
            } else {
                _ = translated.insert(id, also: other)
            }
            index += 1
        }
        return translated
    }

    /// Of those that nothing is kept of under their first id, the ones that are kept under their second get that one.
    mutating func resolve(_ rest: IDSet, among entries: [String: Snapshot.Entry]) -> IDSet {
        guard rest.ids.hasOthers else { return rest }
        var resolved = IDSet()
        rest.ids.forEachPair { id, other in
            if let other, let entry = look.index(of: id), kept[entry] == nil, entries[String(decoding: id, as: UTF8.self)] == nil {
                var text = String(decoding: other, as: UTF8.self)
                if entries[text] != nil, look.index(of: other) == nil, claimed.insert(text).inserted {
                    kept[entry] = text
                    _ = text.withUTF8 { resolved.insert(UnsafeRawBufferPointer($0)) }
                    return
                }
            }
            _ = resolved.insert(id, also: other)
        }
        return resolved
    }

    /// What the ledger does not know yet.
    var news: [News] {
        guard look.ids.hasOthers || !kept.isEmpty else { return [] }
        var news: [News] = []
        var index = 0
        look.ids.forEachPair { id, other in
            let (entry, known) = (index, known.isEmpty ? 0 : known[index])
            index += 1
            func learn(_ learned: UnsafeRawBufferPointer) {
                let text = { (bytes: UnsafeRawBufferPointer) in String(decoding: bytes, as: UTF8.self) }
                let pair = Pair(id: kept[entry] ?? text(id), other: text(learned))
                if pair.id != pair.other { news.append(News(pair: pair, shown: other.map { [text(id), text($0)] } ?? [])) }
            }
            if known & 1 == 0, !kept.isEmpty, kept[entry] != nil { learn(id) }
            if let other, known & 2 == 0, look.index(of: other) == nil, seconds.index(of: other).map({ owners[$0] }) == entry {
                learn(other)
            }
        }
        return news
    }

    /// A pair to be kept in mind, and both ids that its entry shows, if it shows two: then no others are its any more.
    struct News: Equatable {
        var pair: Pair
        var shown: [String]
    }
}
