/// The clocks that the relay goes by.
package struct RelayTime: Sendable {
    /// The machine's monotonic clock, the one that the daemon has as well.
    package var now: @Sendable () -> Duration
    /// Waits.
    package var sleep: @Sendable (Duration) async throws -> Void

    package init(now: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async throws -> Void) {
        self.now = now
        self.sleep = sleep
    }
}
