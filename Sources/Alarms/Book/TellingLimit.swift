/// How often an alarm may be told: three times within an hour. What has to be told at once (that it begins, that it worsens) is told in any case; the rest
/// waits so long that there is room for that, and so an alarm that comes and goes stays within three at whatever pace.
struct TellingLimit: Sendable, Equatable {
    /// When it was told within the last hour, oldest first; no more than the last few, which are all that counts.
    private(set) var times: [Duration] = []

    static let span = Duration.seconds(3600)

    /// News that is told at once takes up the third place.
    enum Room: Int {
        /// Leaves no room: what may be told where nothing urgent can follow it.
        case last = 2
        /// Leaves room for one more.
        case oneLeft = 1
    }

    /// Forgets what is an hour old.
    mutating func forget(_ now: Duration) { times.removeAll { $0 <= now - Self.span } }

    mutating func add(_ now: Duration) { times = (times + [now]).suffix(4) }

    /// Whether there is room.
    func allows(_ room: Room) -> Bool { times.count <= room.rawValue }

    /// When there is room; `nil` where there is now.
    func next(_ room: Room) -> Duration? { allows(room) ? nil : times[times.count - 1 - room.rawValue] + Self.span }
}
