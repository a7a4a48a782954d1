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
                try? await sleep(time)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}
