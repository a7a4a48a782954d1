/// A condition that did not come true in time.
package struct NeverTrue: Error, CustomStringConvertible {
    package let description: String
}

/// Waits until a condition holds that nothing tells of, at most so long; polled a thousand times a second.
/// - Throws: `NeverTrue`, with what was waited for.
package func eventually(_ what: String, within limit: Duration = .seconds(60), _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < end else { throw NeverTrue(description: "\(what), within \(limit)") }
        try await Task.sleep(for: .milliseconds(1))
    }
}
