import Foundation
import GraphSimulator
import StrictJSON
import TestTools
import WhatsAppBusiness

/// The sample's first account and first number.
let account = Platform.sampleAccountID()
let phone = Platform.samplePhoneNumberID()

extension FakeClock {
    var timestamp: Timestamp { Timestamp(milliseconds: wallClock) }
}

/// Runs a simulator for as long as the body takes.
func withSimulator<R>(
    _ platform: Platform = .sample(), clock: FakeClock = FakeClock(), _ body: (GraphSimulator, HTTPClient) async throws -> R
) async throws -> R {
    let simulator = try await GraphSimulator.start(platform, now: { clock.timestamp })
    do {
        let result = try await body(simulator, HTTPClient(simulator))
        try await simulator.stop()
        return result
    } catch {
        try await simulator.stop()
        throw error
    }
}

/// A recorded exchange of the real API.
func fixture(_ name: String) throws -> JSONValue {
    guard let url = Bundle.module.url(forResource: "Fixtures/" + name, withExtension: "json") else { throw CocoaError(.fileNoSuchFile) }
    return try JSONValue(parsing: [UInt8](Data(contentsOf: url)))
}

extension HTTPClient {
    /// Every page's items from a path on, following `next`.
    func walk(_ target: String) throws -> [[JSONValue]] {
        var pages: [[JSONValue]] = []
        var next: String? = target
        while let target = next, pages.count < 1000 {
            let reply = try get(target)
            guard reply.status == 200 else { break }
            pages.append(reply.data)
            next = reply.next
        }
        return pages
    }
}
