public import StrictJSON
public import WhatsAppBusiness

/// A complete poll of a target: everything that it shows now. An incomplete poll is none: it never becomes an observation.
public struct Observation: Sendable {
    /// What was polled.
    public var target: PollTarget
    /// Meta's id of what the list belongs to: the account's, or the phone number's.
    public var owner: String
    /// The things with their documents as they came, each id once.
    public var items: [Item]
    /// The things that are nothing but an id, beside the items: blocked users, of whom there are tens of thousands.
    public var ids: IDSet
    /// The members that were asked for; none where the edge takes no list and gives everything. What was not asked for cannot have changed.
    public var asked: Set<String>
    /// Members that are left out of everything, by the configuration; the items have them no more.
    public internal(set) var ignored: [JSONPointer] = []
    /// Whether members were asked for by name, so that those which were not say nothing by being away.
    var namesMembers: Bool { asked.contains { $0 != "id" } }
    /// Which of the things that are not among the items would have been, if they were still there; a window of time shows only some.
    public var shows: @Sendable (String) -> Bool = { _ in true }
    /// Whether the poll covers everything of the target, so that `shows` is always true.
    public var isWhole = true
    /// Whether some of the things could not be read: what is not among the others is not missed, and not seen either.
    public var isPartial = false
    /// Whether members that a thing no longer has keep their last value for now, because it is not yet known whether Meta took them from every
    /// number. They are told as `vanished`; those in `gone` are not kept.
    public var keepsVanished = false
    /// Members that may go.
    public var gone: Set<String> = []
    /// What the polls before left open of members that things no longer show.
    public var quorum = Quorum()
    /// What the polls before left open of things that are missing.
    public var hold = Hold()
    /// The monotonic clock.
    public var now = Duration.zero
    /// Whether the account is known to be gone, so that its things may be, too.
    public var isAccountGone = false
    /// Whether this poll was compared before, and only what may go is new.
    public var isComparedAgain = false
    /// What the poll is void without, if it was removed meanwhile.
    public var needs = Needs.nothing
    /// What actions may have changed of it, the oldest first.
    public var causes: [ActionCause] = []

    /// What an observation may be of something that is no longer watched without.
    public enum Needs: Sendable {
        case nothing
        /// The account.
        case account
        /// The account, and the target's phone number in the list of its numbers.
        case number
    }

    /// One thing of an observation.
    public struct Item: Sendable, Equatable {
        /// The thing's id.
        public var id: String
        /// Its document as it came.
        public var document: JSONObject
        /// The members that are of another type than expected, by the names on the way to each.
        public var odd: Set<[String]>

        /// A thing and its document.
        public init(id: String, document: JSONObject, odd: Set<[String]> = []) {
            self.id = id
            self.document = document
            self.odd = odd
        }

        /// A thing that is nothing but an id. Its document is that id.
        public init(bare id: String) {
            var text = id
            let member = text.withUTF8 { Item.member(naming: UnsafeRawBufferPointer($0)) }
            self.init(id: id, document: [member: .string(id)])
        }

        /// The member that holds a blocked user's id: digits name a WhatsApp number, and anything else is a user's id.
        public static func member(naming id: UnsafeRawBufferPointer) -> String {
            id.allSatisfy { 0x30...0x39 ~= $0 } ? "wa_id" : "user_id"
        }
    }

    /// A complete poll.
    public init(target: PollTarget, owner: String, items: [Item] = [], ids: IDSet = [], asked: Set<String> = []) {
        self.target = target
        self.owner = owner
        self.items = items
        self.ids = ids
        self.asked = asked
    }
}

/// What was last seen of a target.
public struct Snapshot: Sendable, Equatable {
    /// What is kept of one thing.
    public struct Entry: Sendable, Equatable {
        /// The document in its compared form.
        public var document: JSONObject
        /// How many complete polls in a row have missed it. Below zero: it was not seen, but that counts for nothing (`unseen`).
        public var misses: Int

        /// Nothing is known of it now, or what is known counts for nothing yet (`Hold`).
        static let unseen = -1

        /// A thing as it was seen, and how often it was missed since.
        public init(document: JSONObject, misses: Int = 0) {
            self.document = document
            self.misses = misses
        }
    }

    /// The members asked for when it was taken; `nil` if the target was never polled.
    public var asked: Set<String>?
    /// The things by their ids.
    public var entries: [String: Entry]
    /// How many more things there are, which are known to be among those of the poll.
    public var others: Int

    /// What was last seen.
    public init(asked: Set<String>? = nil, entries: [String: Entry] = [:], others: Int = 0) {
        self.asked = asked
        self.entries = entries
        self.others = others
    }
}
