/// How a list is divided into pages.
public enum Paging: Sendable, Equatable {
    /// One page, no `paging` at all.
    case none
    /// `after` and `before`.
    case cursor(CursorStyle)
    /// `since` and `until`, newest first.
    case time
    /// `offset`.
    case offset
}

/// What a cursor holds, and so what becomes of it when the list changes.
public enum CursorStyle: String, Sendable {
    /// The item's key: error 131059 when the item is gone.
    case item
    /// The index, as recorded on templates: pages shift when the list changes.
    case index
    /// Offset and version, as recorded on block lists: error 139102 when the list has changed.
    case version
}

/// What an edge does with `since` and `until`.
public enum TimeBounds: Sendable, Equatable {
    /// They change nothing.
    case ignored
    /// Only what lies between them is listed; `windowEnds` says about the ends.
    case heeded
    /// As heeded, but a longer window than this many seconds is refused with error 100.
    case limited(seconds: Int64)

    /// Six months, the longest window that the Graph documentation allows.
    public static let sixMonths = TimeBounds.limited(seconds: 184 * 86_400)
}

/// Whether what lies at the very second of a bound belongs to the window.
public struct WindowEnds: Sendable, Equatable {
    /// Whether `since` is within.
    public var includesSince: Bool
    /// Whether `until` is within.
    public var includesUntil: Bool

    /// Both ends, unless said otherwise.
    public init(includesSince: Bool = true, includesUntil: Bool = true) {
        self.includesSince = includesSince
        self.includesUntil = includesUntil
    }
}

/// How one edge serves its list. Each part can be changed while the simulator runs.
public struct EdgeBehaviour: Sendable, Equatable {
    /// How it is divided.
    public var paging: Paging
    /// The page's size when none is asked for.
    public var limit: Int
    /// The largest page; more is cut to this without an error.
    public var maximum: Int
    /// What becomes of `since` and `until`.
    public var timeBounds: TimeBounds = .ignored
    /// Which ends such a window includes, where bounds are heeded.
    public var windowEnds = WindowEnds()
    /// In what order its things come.
    public var order = ListOrder.newestFirst
    /// Whether pages carry the URLs `next` and `previous`. Without them only `cursors` tells a reader that there may be more.
    public var givesNext = true
    /// Whether the only page of a list carries `paging` too.
    public var pagingOnOnlyPage = true
    /// Sizes of the pages, in turn, instead of full ones; a zero is an empty page with `next`. For cursors only.
    public var pageSizes: [Int] = []
    /// How many items of a page stand on the next one again. For cursors only.
    public var overlap = 0
    /// How many items slip to the page before, which was read already, while a reader goes on: no page shows them. For cursors only.
    public var shift = 0

    /// A behaviour.
    public init(_ paging: Paging, limit: Int = 25, maximum: Int = 100) {
        self.paging = paging
        self.limit = limit
        self.maximum = maximum
    }

    /// What the reference records of each edge.
    public static func recorded(_ edge: SimulatedEdge) -> EdgeBehaviour {
        switch edge {
        case .blockedUsers: return EdgeBehaviour(.cursor(.version), maximum: 5000)
        case .messageTemplates:
            var behaviour = EdgeBehaviour(.cursor(.index))
            behaviour.timeBounds = .heeded
            return behaviour
        case .qrCodes:
            var behaviour = EdgeBehaviour(.cursor(.item), maximum: 25)
            behaviour.pagingOnOnlyPage = false
            return behaviour
        case .activities:
            var behaviour = EdgeBehaviour(.cursor(.item))
            behaviour.timeBounds = .limited(seconds: 90 * 86_400)
            return behaviour
        case .subscribedApps: return EdgeBehaviour(.none)
        default: return EdgeBehaviour(.cursor(.item))
        }
    }
}
