import Foundation
import Glibc
import GraphSimulator
import StrictJSON
import TestSupport
import Testing
import TestTools
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// A program that reads changes from `wabawatch monitor` with a cursor file misses none, whatever is killed.
@Suite(.timeLimit(.minutes(5))) struct PipelineTests {
    /// The daemon, the command and its reader are killed in an order that follows from the seed, while numbers change.
    @Test(arguments: [1, 2, 3] as [UInt64]) func consumer_overKillsOfEveryProcess_keepsEachChange(seed: UInt64) async throws {
        var random = SeededGenerator(state: seed)
        try await Site.with(numbers: 2, every: "5ms") { site in
            var daemon = try await site.start()
            let client = WabaWatch(socket: site.socket)
            let oldest = try await client.getStatus().oldestCursor.text
            let pipeline = try Pipeline(site.folder, socket: site.socket)
            try pipeline.start(after: oldest)
            for round in 0..<25 {
                let isPaused = Bool.random(using: &random)
                if isPaused { pipeline.pauseConsumer() }
                for step in 0..<Int.random(in: 1...6, using: &random) {
                    site.set(0, "verified_name", .string("Shrub \(round).\(step)"))
                    await site.requests(Int.random(in: 1...8, using: &random))
                }
                let consumerFirst = Bool.random(using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0:
                    await daemon.kill()
                    daemon = try await site.start()
                    if isPaused { fallthrough }
                default:
                    pipeline.end(consumerFirst: consumerFirst)
                    try pipeline.start(after: oldest)
                }
            }
            pipeline.end(consumerFirst: true)
            let last = try await lastChange(client, site)
            try pipeline.start(after: oldest, until: last)
            pipeline.finish()
            try await check(pipeline, site, last: last)
            #expect(await daemon.stop() == 0)
        }
    }

    /// The sequence of a change after which there are no more.
    private func lastChange(_ client: WabaWatch, _ site: Site) async throws -> Int {
        var subscription = try await site.subscribeFromTheBeginning()
        site.set(1, "verified_name", "The End")
        while true {
            let change = try await subscription.change()
            if change.after?["verified_name"] == "The End" { return change.sequence }
        }
    }

    private func check(_ pipeline: Pipeline, _ site: Site, last: Int) async throws {
        let kept = try Pipeline.lines(pipeline.kept)
        let sequences = try kept.map { try JSONValue(parsing: String($0))["sequence"]?.integer.map(Int.init) }
        #expect(sequences == (1...last).map { $0 }, "every change once, after repeats were dropped")
        let history = try await BuiltCommand(["history", "-o", "json"], socket: site.socket).run()
        #expect(history.output.split(separator: "\n") == kept)
        let jq = try await BuiltCommand(["-e", ".sequence", pipeline.kept], socket: "", through: ["/usr/bin/env", "jq"]).run()
        #expect(jq.code == 0 && jq.output.split(separator: "\n").count == last)
        print("\(last) changes, \(try Pipeline.lines(pipeline.repeated).count) of them heard more than once")
    }
}
