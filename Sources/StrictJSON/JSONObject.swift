/// The members of a JSON object, sorted by the bytes of their names, each name once.
///
/// The order in which members stood is not kept: it has no meaning (RFC 8259, section 4), and without it the canonical text is just the text.
public struct JSONObject: Sendable {
    /// A name and its value.
    public struct Member: Sendable, Equatable {
        /// The name.
        public var name: String
        /// The value.
        public var value: JSONValue

        public static func == (left: Member, right: Member) -> Bool {
            left.name.hasSameUTF8(as: right.name) && left.value == right.value
        }
    }

    /// The members, sorted by name.
    public private(set) var members: [Member]

    /// No members.
    public init() { members = [] }

    /// Members in any order. Of several with one name the last stands; text from outside is parsed instead, where that is an error.
    public init(_ elements: [(String, JSONValue)]) {
        members = []
        members.reserveCapacity(elements.count)
        for (name, value) in elements { self[name] = value }
    }

    /// Members as they were read. `nil` and the name, if one stands twice.
    init(unsorted: [Member], duplicate: inout String?) {
        var members = unsorted
        let sorted = zip(members, members.dropFirst()).allSatisfy { $0.name.compareUTF8(to: $1.name) < 0 }
        if !sorted {
            members.sort { $0.name.compareUTF8(to: $1.name) < 0 }
            for (left, right) in zip(members, members.dropFirst()) where left.name.hasSameUTF8(as: right.name) {
                duplicate = left.name
                break
            }
        }
        self.members = members
    }

    /// The member of that name; setting `nil` takes it out.
    public subscript(name: String) -> JSONValue? {
        get {
            let index = position(of: name)
            return index < members.count && members[index].name.hasSameUTF8(as: name) ? members[index].value : nil
        }
        set {
            let index = position(of: name)
            let found = index < members.count && members[index].name.hasSameUTF8(as: name)
            switch (found, newValue) {
            case (true, .some(let value)): members[index].value = value
            case (true, .none): members.remove(at: index)
            case (false, .some(let value)): members.insert(Member(name: name, value: value), at: index)
            case (false, .none): break
            }
        }
    }

    /// Whether there is a member of that name, be it `null`.
    public func contains(_ name: String) -> Bool {
        let index = position(of: name)
        return index < members.count && members[index].name.hasSameUTF8(as: name)
    }

    /// The names, sorted.
    public var names: some Sequence<String> { members.lazy.map(\.name) }
    /// Whether there are none.
    public var isEmpty: Bool { members.isEmpty }
    /// How many there are.
    public var count: Int { members.count }

    private func position(of name: String) -> Int {
        var low = 0
        var high = members.count
        while low < high {
            let middle = (low + high) / 2
            if members[middle].name.compareUTF8(to: name) < 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension JSONObject: Equatable {
    public static func == (left: JSONObject, right: JSONObject) -> Bool { left.members == right.members }
}

extension JSONObject: Sequence {
    public func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
