import Logging
import Notifying

extension RouteRunner {
    /// Writes a note into the log.
    func tell(_ note: RouteNote?) {
        switch note {
        case nil: break
        case .disconnected(let reason): log.warning("wabawatchd cannot be reached, and is waited for", metadata: ["error": "\(reason)"])
        case .connected: log.notice("wabawatchd is there again; nothing was missed")
        case .unreadable(let reason):
            log.error("a change of a newer wabawatchd cannot be read, and is not told", metadata: ["error": "\(reason)"])
        case .historyLost:
            log.error(
                "the changes behind the route's cursor are not kept any more; it goes on from the present state, and changes may have been missed"
            )
        case .tooManyAlarms:
            log.error(
                "more alarms last than are kept; further ones are reported when they begin and end, and not repeated",
                metadata: ["kept": "\(AlarmTracker.most)"])
        case .failing(let failure, let attempts):
            log.warning("a delivery failed, and is tried again", metadata: ["error": "\(failure)", "attempts": "\(attempts)"])
        case .recovered(let attempts): log.notice("deliveries succeed again", metadata: ["attempts": "\(attempts)"])
        case .refused(let failure, let what):
            log.error(
                "the destination refuses something for good; it is passed over",
                metadata: ["error": "\(failure)", "what": "\(what.joined(separator: " "))"])
        case .uncertain(let failure, let what):
            log.error(
                "it is unknown whether a message has arrived; it is not sent again",
                metadata: ["error": "\(failure)", "what": "\(what.joined(separator: " "))"])
        case .unwritten(let reason):
            log.error(
                "the route's place cannot be kept; deliveries go on, and after a restart some are made again",
                metadata: ["error": "\(reason)"])
        case .written: log.notice("the route's place is kept again")
        case .gaveUp(let failure):
            log.critical(
                "nothing could be delivered for a day; what waited is given up, and the route goes on from the present state",
                metadata: ["error": "\(failure)"])
        }
    }
}
