public import StrictJSON

/// Whom a number has blocked, newest first, in little memory: neighbouring WhatsApp ids are one run, so 64,000 generated users cost a few bytes.
public struct BlockedUsers: Sendable {
    /// Grows with every change; it is the `versionId` of the list's cursors (microseconds since 1970).
    public private(set) var version: Int64
    /// How many there are.
    public private(set) var count: Int
    private var runs: [Run] = []

    private enum Run: Sendable {
        /// Ids that count upwards from the first.
        case numbers(first: UInt64, count: Int)
        /// One item as it stands, with a business-scoped id or whatever a test wants.
        case document(JSONObject)

        var count: Int { if case .numbers(_, let count) = self { count } else { 1 } }
    }

    /// So many users with consecutive WhatsApp ids, and none if nothing is said.
    public init(first: UInt64 = 16_505_550_000, count: Int = 0, version: Int64 = 1_737_679_688_383_584) {
        self.version = version
        self.count = count
        if count > 0 { runs = [.numbers(first: first, count: count)] }
    }

    /// The items `{"messaging_product":"whatsapp","wa_id":…}` in their order.
    public init(_ ids: [String]) {
        self.init()
        for id in ids.reversed() { insert(id) }
    }

    /// The item at an index.
    public subscript(index: Int) -> JSONObject {
        let (run, offset) = place(of: index)
        switch runs[run] {
        case .numbers(let first, _):
            return ["messaging_product": "whatsapp", "wa_id": .string(String(first + UInt64(offset)))]
        case .document(let document): return document
        }
    }

    /// Where a user stands, by `wa_id` or else `user_id`; `nil` if the user is not blocked.
    public func firstIndex(of key: String) -> Int? {
        var base = 0
        // `012` is not 12.
        let number = UInt64(key).flatMap { String($0) == key ? $0 : nil }
        for run in runs {
            switch run {
            case .numbers(let first, let count):
                if let number, number >= first, number - first < UInt64(count) { return base + Int(number - first) }
            case .document(let document):
                if Self.key(of: document) == key { return base }
            }
            base += run.count
        }
        return nil
    }

    /// Blocks a WhatsApp id, at the front. `false` if it was blocked already.
    @discardableResult
    public mutating func insert(_ id: String) -> Bool {
        guard firstIndex(of: id) == nil else { return false }
        guard let number = UInt64(id), String(number) == id else {
            runs.insert(.document(["messaging_product": "whatsapp", "user_id": .string(id)]), at: 0)
            return changed(by: 1)
        }
        if case .numbers(let first, let count)? = runs.first, first == number + 1 {
            runs[0] = .numbers(first: number, count: count + 1)
        } else {
            runs.insert(.numbers(first: number, count: 1), at: 0)
        }
        return changed(by: 1)
    }

    /// Blocks a user by a whole item, at the front. `false` if the user was blocked already.
    @discardableResult
    public mutating func insert(_ document: JSONObject) -> Bool {
        guard let key = Self.key(of: document), firstIndex(of: key) == nil else { return false }
        runs.insert(.document(document), at: 0)
        return changed(by: 1)
    }

    /// Unblocks. `false` if the user was not blocked.
    @discardableResult
    public mutating func remove(_ key: String) -> Bool {
        guard let index = firstIndex(of: key) else { return false }
        let (run, offset) = place(of: index)
        switch runs[run] {
        case .document: runs.remove(at: run)
        case .numbers(let first, let count):
            let before = Run.numbers(first: first, count: offset)
            let behind = Run.numbers(first: first + UInt64(offset) + 1, count: count - offset - 1)
            runs.replaceSubrange(run...run, with: [before, behind].filter { $0.count > 0 })
        }
        return changed(by: -1)
    }

    /// Makes every cursor stale, as a change by another would.
    public mutating func touch() { version += 1 }

    private mutating func changed(by difference: Int) -> Bool {
        count += difference
        version += 1
        return true
    }

    private func place(of index: Int) -> (run: Int, offset: Int) {
        precondition(index >= 0 && index < count, "an index of the list")
        var rest = index
        for (position, run) in runs.enumerated() {
            if rest < run.count { return (position, rest) }
            rest -= run.count
        }
        preconditionFailure("the runs hold count items")
    }

    static func key(of document: JSONObject) -> String? { document["wa_id"]?.string ?? document["user_id"]?.string }
}

extension BlockedUsers {
    /// Appends the items of a range as JSON, with commas between: a page of 5,000 without 5,000 objects.
    func write(_ range: Range<Int>, into bytes: inout [UInt8]) {
        guard !range.isEmpty else { return }
        var base = 0
        for run in runs {
            let part = range.clamped(to: base..<base + run.count)
            base += run.count
            guard !part.isEmpty else { continue }
            let offset = part.lowerBound - (base - run.count)
            switch run {
            case .document(let document):
                if part.lowerBound > range.lowerBound { bytes.append(UInt8(ascii: ",")) }
                JSONValue.object(document).writeGraphJSON(into: &bytes)
            case .numbers(let first, _):
                for step in 0..<part.count {
                    if part.lowerBound + step > range.lowerBound { bytes.append(UInt8(ascii: ",")) }
                    bytes.append(contentsOf: #"{"messaging_product":"whatsapp","wa_id":""#.utf8)
                    bytes.append(contentsOf: String(first + UInt64(offset + step)).utf8)
                    bytes.append(contentsOf: #""}"#.utf8)
                }
            }
        }
    }
}
