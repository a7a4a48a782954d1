/// Finds pieces of secrets in bytes, all forms of all of them at once.
///
/// A piece that counts is `shortest` bytes long at least, so one of its four-byte words begins at one of the places that are looked at: every fifth or
/// so. Nearly always a word is none of the index's, which a filter of 2^18 bits tells.
struct FragmentIndex: Sendable {
    /// A piece: where it stands, and of what form it is.
    struct Hit {
        var range: Range<Int>
        var isName: Bool
    }

    private struct Place {
        var form: Int
        var offset: Int
    }

    /// No piece that counts is shorter.
    let shortest: Int
    private let forms: [SecretForm]
    private let stride: Int
    private var filter = [UInt64](repeating: 0, count: 1 << 12)
    private var places: [UInt32: [Place]] = [:]
    /// Forms of less than a word.
    private let tiny: [[UInt8]]

    init(_ all: [SecretForm]) {
        tiny = all.filter { $0.bytes.count < 4 }.map(\.bytes)
        forms = all.filter { $0.bytes.count >= 4 }
        shortest = all.map(\.least).min() ?? .max
        stride = max(1, (forms.map(\.least).min() ?? 4) - 3)
        for (number, form) in forms.enumerated() {
            for offset in 0...(form.bytes.count - 4) {
                let word = form.bytes.withUnsafeBytes { Self.word($0, offset) }
                filter[Int(Self.slot(word) >> 6)] |= 1 << UInt64(Self.slot(word) & 63)
                places[word, default: []].append(Place(form: number, offset: offset))
            }
        }
    }

    /// The pieces in the bytes from there on, in order; they do not overlap.
    func hits(in bytes: UnsafeRawBufferPointer, atMost most: Int = .max) -> [Hit] {
        var hits: [Hit] = []
        guard bytes.count >= shortest else { return hits }
        var position = 0
        filter.withUnsafeBufferPointer { filter in
            while position + 4 <= bytes.count, hits.count < most {
                let word = Self.word(bytes, position)
                let slot = Self.slot(word)
                if filter[Int(slot >> 6)] & 1 << UInt64(slot & 63) != 0,
                    let hit = hit(word, bytes, position, from: hits.last?.range.upperBound ?? 0)
                {
                    hits.append(hit)
                    position = hit.range.upperBound
                } else {
                    position += stride
                }
            }
        }
        for needle in tiny { hits += Self.all(needle, in: bytes) }
        return tiny.isEmpty ? hits : Self.ordered(hits)
    }

    /// How many of the bytes are pieces of secrets themselves.
    func secretBytes(in bytes: [UInt8]) -> Int {
        bytes.withUnsafeBytes { hits(in: $0).reduce(0) { $0 + ($1.isName ? 0 : $1.range.count) } }
    }

    /// The longest piece that the word belongs to.
    private func hit(_ word: UInt32, _ bytes: UnsafeRawBufferPointer, _ position: Int, from start: Int) -> Hit? {
        var longest: Hit?
        for place in places[word] ?? [] {
            let form = forms[place.form]
            var (low, high) = (position, position + 4)
            var (before, behind) = (place.offset - 1, place.offset + 4)
            while low > start, before >= 0, bytes[low - 1].folded == form.bytes[before] { (low, before) = (low - 1, before - 1) }
            while high < bytes.count, behind < form.bytes.count, bytes[high].folded == form.bytes[behind] {
                (high, behind) = (high + 1, behind + 1)
            }
            guard high - low >= form.least, high - low > longest?.range.count ?? 0 else { continue }
            guard form.countsDigits || high - low == form.bytes.count || bytes[low..<high].contains(where: { !$0.isDigit }) else {
                continue
            }
            longest = Hit(range: low..<high, isName: form.isName)
        }
        return longest
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        var word: UInt32 = 0
        for index in 0..<4 { word = word << 8 | UInt32(bytes[offset + index].folded) }
        return word
    }

    private static func slot(_ word: UInt32) -> UInt32 { (word &* 0x9E37_79B1) >> 14 }

    private static func all(_ needle: [UInt8], in bytes: UnsafeRawBufferPointer) -> [Hit] {
        guard !needle.isEmpty, bytes.count >= needle.count else { return [] }
        return (0...(bytes.count - needle.count)).compactMap { start in
            let range = start..<(start + needle.count)
            return range.allSatisfy { bytes[$0].folded == needle[$0 - start] } ? Hit(range: range, isName: false) : nil
        }
    }

    /// By place, without those that begin inside of another.
    private static func ordered(_ hits: [Hit]) -> [Hit] {
        hits.sorted { $0.range.lowerBound < $1.range.lowerBound }.reduce(into: []) { kept, hit in
            if hit.range.lowerBound >= kept.last?.range.upperBound ?? 0 { kept.append(hit) }
        }
    }
}
