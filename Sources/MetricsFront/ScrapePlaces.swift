internal import Metrics
internal import Synchronization

/// What was gathered for one scrape.
struct GatheredMetrics: Sendable {
    var figures: DaemonFigures
    var state: MetricsState
    var place: ScrapePlace
}

/// How many scrapes may hold what was gathered for them, at one time.
final class ScrapePlaces: Sendable {
    private let free: Mutex<Int>

    init(_ count: Int) { free = Mutex(count) }

    /// A place; `nil` where all are taken.
    func take() -> ScrapePlace? {
        let isFree = free.withLock { free in
            guard free > 0 else { return false }
            free -= 1
            return true
        }
        return isFree ? ScrapePlace(self) : nil
    }

    fileprivate func giveBack() { free.withLock { $0 += 1 } }
}

/// One scrape's place, from its gathering until the last of its answer is made: it is free again when nobody holds it.
final class ScrapePlace: Sendable {
    private let places: ScrapePlaces

    fileprivate init(_ places: ScrapePlaces) { self.places = places }

    deinit { places.giveBack() }
}
