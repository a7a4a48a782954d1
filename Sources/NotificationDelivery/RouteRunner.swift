package import Logging
package import Notifying
package import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// Carries out one route: reads from the daemon, delivers, keeps the cursor.
package struct RouteRunner: Sendable {
    /// After what cannot be mended by itself, such as a socket that may not be opened, it is tried again so often.
    static let retryInterval = Duration.seconds(30)

    /// How long the daemon may take to list its alarms.
    static let listTime = Duration.seconds(120)

    private let route: NotifyRoute
    private let client: WabaWatch
    private let sender: any RouteSender
    private let store: RouteStore
    private let host: String
    private let time: NotifyTime
    private let random: @Sendable () -> Double
    let log: Logger

    package init(
        _ route: NotifyRoute, client: WabaWatch, sender: any RouteSender, store: RouteStore, host: String, time: NotifyTime,
        random: @escaping @Sendable () -> Double, log: Logger
    ) {
        self.route = route
        self.client = client
        self.sender = sender
        self.store = store
        self.host = host
        self.time = time
        self.random = random
        var log = log
        log[metadataKey: "route"] = "\(route.name)"
        self.log = log
    }

    private var now: RouteState.Moment { RouteState.Moment(running: time.running(), wall: time.wall()) }

    /// Runs until the inbox is told to stop, or the task is cancelled.
    package func run(_ inbox: EventInbox) async {
        while !inbox.isStopped && !Task.isCancelled {
            do {
                try await begin(inbox)
            } catch is CancellationError {
                return
            } catch {
                log.error("the route cannot go on, and is begun again", metadata: ["error": "\(error)"])
                await inbox.pause(for: Self.retryInterval, time)
            }
        }
    }

    private func begin(_ inbox: EventInbox) async throws {
        var state = RouteState(
            route, host: host, cursor: try store.cursor(), remindedAt: store.reminder(), target: store.target())
        var place = RoutePlace(store)
        if state.needsPresentAlarms {
            for resource in try await presentAlarms(inbox) { state.know(resource) }
            state.knowsPresentAlarms(now)
        }
        var start: ChangeStart? = state.start
        while let from = start, !inbox.isStopped {
            inbox.clear()
            start = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await read(from: from, into: inbox) }
                defer { group.cancelAll() }
                return try await follow(&state, &place, inbox)
            }
        }
    }

    /// What lasts. A daemon that is not there is waited for.
    private func presentAlarms(_ inbox: EventInbox) async throws -> [Resource] {
        var backoff = client.backoff
        var isTold = false
        while !inbox.isStopped {
            try Task.checkCancellation()
            let listed = await time.within(Self.listTime) { () async -> Result<[Resource], any Error> in
                do {
                    var alarms: [Resource] = []
                    for try await resource in client.list(route.subscription) where alarms.count < AlarmTracker.most {
                        alarms.append(resource)
                    }
                    return .success(alarms)
                } catch { return .failure(error) }
            }
            do {
                guard let listed else { throw ClientError(.silent, "wabawatchd has not listed its alarms in time") }
                return try listed.get()
            } catch let error as ClientError where error.isPassing {
                if !isTold { tell(.disconnected(error.message)) }
                isTold = true
                await inbox.pause(for: backoff.next(random: random()), time)
            }
        }
        throw CancellationError()
    }

    /// Hands over what the daemon sends. What ends a subscription for good is told, and tried again behind what was handed over.
    private func read(from start: ChangeStart, into inbox: EventInbox) async throws {
        var start = start
        while true {
            do {
                for try await event in client.changes(from: start, filter: route.subscription) {
                    switch event {
                    case .ready(let cursor): start = .after(cursor)
                    case .change(let change): start = .after(change.cursor)
                    case .heartbeat(let cursor): if start != .snapshot { start = .after(cursor) }
                    default: break
                    }
                    await inbox.put(event)
                }
                // Only a history that is lost ends it; the route decides where it begins again.
                return
            } catch let error as ClientError {
                await inbox.put(.disconnected(error))
                try await time.sleep(Self.retryInterval)
            }
        }
    }

    /// Does what the route decides; where to read anew, or `nil` where it is to stop.
    private func follow(_ state: inout RouteState, _ place: inout RoutePlace, _ inbox: EventInbox) async throws -> ChangeStart? {
        var events: ArraySlice<ChangeEvent> = []
        var actions = state.on(.timer, at: now)
        while true {
            while !actions.isEmpty {
                switch actions.removeFirst() {
                case .deliver(let parcel):
                    let outcome = await deliver(parcel)
                    try Task.checkCancellation()
                    actions += state.on(.ended(outcome), at: now, random: random())
                case .store(let cursor):
                    place.keep(cursor)
                    tell(place.write(at: time.running()))
                case .storeReminder(let reminder):
                    place.keep(reminder: reminder)
                    tell(place.write(at: time.running()))
                case .storeTarget(let target):
                    place.keep(target: target)
                    tell(place.write(at: time.running()))
                case .restart(let start): return start
                case .note(let note): tell(note)
                }
            }
            guard !inbox.isStopped else {
                if place.retryAt != nil { tell(place.write(at: time.running())) }
                return nil
            }
            try Task.checkCancellation()
            tell(place.retry(at: time.running()))
            let wait = [state.deadline(at: now), place.retryAt].compactMap(\.self).min().map { max(.zero, $0 - time.running()) }
            if state.takesEvents {
                if events.isEmpty { events = await inbox.take(within: wait, time)[...] }
                actions = state.on(events.popFirst().map { .event($0) } ?? .timer, at: now)
            } else {
                await inbox.pause(for: wait, time)
                actions = state.on(.timer, at: now)
            }
        }
    }

    private func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        await time.within(route.timeout) { await sender.deliver(parcel) }
            ?? .failed(
                DeliveryFailure(
                    "it was not delivered within \(route.timeout.components.seconds) s", isUncertain: route.destination.limitsCopies))
    }
}
