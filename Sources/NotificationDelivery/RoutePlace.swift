import Notifying
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// What a route has to keep, until it is written. A disk that is full stops no deliveries: what cannot be written now is tried again with what comes next,
/// and after a while by itself.
struct RoutePlace {
    /// How long until it is tried again by itself.
    static let retryInterval = Duration.seconds(30)
    /// Failures are told once in so long.
    static let tellInterval = Duration.seconds(3600)

    private enum Reminder { case told(Timestamp?) }

    private let store: RouteStore
    private var cursor: Cursor?
    private var reminder: Reminder?
    private var target: String?
    private var toldAt: Duration?
    /// When it is to be tried again; `nil` where all is written.
    private(set) var retryAt: Duration?

    init(_ store: RouteStore) { self.store = store }

    /// Everything up to here is done with.
    mutating func keep(_ cursor: Cursor) { self.cursor = cursor }

    /// When people were reminded; `nil` where nothing lasts.
    mutating func keep(reminder: Timestamp?) { self.reminder = .told(reminder) }

    /// Whom the route tells of what.
    mutating func keep(target: String) { self.target = target }

    /// Writes what is not written yet.
    /// - Returns: what is to be said of it in the log.
    mutating func write(at now: Duration) -> RouteNote? {
        do throws(CursorFileError) {
            if let cursor { try store.store(cursor) }
            cursor = nil
            if case .told(let time)? = reminder { try store.store(reminder: time) }
            reminder = nil
            if let target { try store.store(target: target) }
            target = nil
        } catch {
            retryAt = now + Self.retryInterval
            if let toldAt, now - toldAt < Self.tellInterval { return nil }
            toldAt = now
            return .unwritten("\(error)")
        }
        retryAt = nil
        defer { toldAt = nil }
        return toldAt == nil ? nil : .written
    }

    /// Writes what is not written yet, where it is time for that.
    mutating func retry(at now: Duration) -> RouteNote? { retryAt.map { $0 <= now } ?? false ? write(at: now) : nil }
}
