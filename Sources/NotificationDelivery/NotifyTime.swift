package import WhatsAppBusiness

/// The clocks that the notifier goes by.
package struct NotifyTime: Sendable {
    /// How long a clock has run that nobody sets.
    package var running: @Sendable () -> Duration
    /// What the wall's clock shows.
    package var wall: @Sendable () -> Timestamp
    /// Waits.
    package var sleep: @Sendable (Duration) async throws -> Void

    package init(
        running: @escaping @Sendable () -> Duration, wall: @escaping @Sendable () -> Timestamp,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.running = running
        self.wall = wall
        self.sleep = sleep
    }

    /// Runs a body for so long at most; `nil` where that does not suffice, after the body has ended by its cancellation.
    func within<Value: Sendable>(_ time: Duration, _ body: @escaping @Sendable () async -> Value) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await body() }
            group.addTask {
                // The first second by itself, then twice as much at once, and so on: a sleep that is given up stays in memory until it would have ended.
                var (left, part) = (time, Duration.seconds(1))
                while left > .zero {
                    guard (try? await sleep(min(part, left))) != nil else { return nil }
                    left -= part
                    part *= 2
                }
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}
