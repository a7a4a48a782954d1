import Glibc
import GraphSimulator
import JetStream
import StrictJSON
import TestSupport
import TestTools
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import Relaying

/// The stream of one host, and of two of which one fails: real daemons, real relays, a real NATS server, a simulated Meta.
@Suite(.timeLimit(.minutes(4)), .serialized) struct RelayTests {
    /// Baselines of an account's list of numbers and of templates, and of two numbers' profiles and blocked users.
    private static let baselines = 6

    @Test func changes_areInTheStream_onceAndInOrder_andTheStateBehindThem() async throws {
        try await Cluster.with(hosts: ["one"]) { cluster in
            let stream = try cluster.connect()
            _ = try await cluster.waitForMessages("the baselines", stream) { $0.count >= Self.baselines }
            for text in ["one", "two", "three"] {
                cluster.setAbout(text)
                let found = try await cluster.waitForMessages(text, stream) {
                    $0.last?.change?.after?["about"] == .string(text)
                }
                #expect(found.last?.subject == "wabawatch.acme=2E0.business_profile.changed")
            }
            let messages = try await cluster.messages(stream)
            #expect(complaints(messages).isEmpty, "\(complaints(messages))")
            #expect(messages.count == Self.baselines + 3)
            let event = try #require(messages.last?.event)
            #expect(event["specversion"] == "1.0" && event["type"] == "io.wabawatch.business_profile.changed")
            #expect(event["source"] == "wabawatch://one/acme.0")
            let key = "acme=2E0.target.business_profile.\(Platform.samplePhoneNumberID(0))"
            try await eventually("the state") {
                let value = try await stream.value(of: key, in: "wabawatch-state")
                return value.map { String(decoding: $0.body, as: UTF8.self).contains(#""about":"three""#) } ?? false
            }
        }
    }

    @Test func relay_catchesUp_whenNATSWasAway_andTheAccountIsLeftAloneMeanwhile() async throws {
        try await Cluster.with(hosts: ["one"]) { cluster in
            let stream = try cluster.connect()
            let before = try await cluster.waitForMessages("the baselines", stream) { $0.count >= Self.baselines }
            cluster.kill("nats")
            cluster.setAbout("meanwhile")
            // Nobody knows who may hold it soon.
            try await eventually("nothing is asked", within: .seconds(30)) { try await isQuiet(cluster, for: .seconds(3)) }
            cluster.setAbout("last")
            try cluster.startNATS()
            let found = try await cluster.waitForMessages("the change", stream) { $0.last?.change?.after?["about"] == "last" }
            #expect(complaints(found).isEmpty, "\(complaints(found))")
            #expect(found.count > before.count)
        }
    }

    /// Whether Meta is not asked for so long.
    private func isQuiet(_ cluster: Cluster, for time: Duration) async throws -> Bool {
        let (count, begin) = (cluster.simulator.requests.count, ContinuousClock.now)
        try await eventually("a while") { ContinuousClock.now - begin >= time || cluster.simulator.requests.count > count }
        return cluster.simulator.requests.count == count
    }

    @Test func daemon_stopsAsking_whenItsRelayIsKilled_andGoesOnWithTheNextOne() async throws {
        try await Cluster.with(hosts: ["one"]) { cluster in
            let stream = try cluster.connect()
            _ = try await cluster.waitForMessages("the baselines", stream) { $0.count >= Self.baselines }
            cluster.kill("one relay")
            let killed = ContinuousClock.now
            try await eventually("nothing is asked", within: .seconds(30)) { try await isQuiet(cluster, for: .seconds(3)) }
            #expect(ContinuousClock.now - killed < .seconds(20))
            cluster.setAbout("between")
            try cluster.startRelay("one")
            let found = try await cluster.waitForMessages("the change", stream) { $0.last?.change?.after?["about"] == "between" }
            #expect(complaints(found).isEmpty, "\(complaints(found))")
        }
    }

    @Test func hostThatIsKilled_isTakenOverFrom_within30Seconds_andNothingIsLostOrTwice() async throws {
        try await Cluster.with(hosts: ["one", "two"], accounts: 4) { cluster in
            let stream = try cluster.connect()
            _ = try await cluster.waitForMessages("the baselines", stream) { $0.count >= 4 * Self.baselines }
            try await eventually("each host has some") {
                ["one", "two"].allSatisfy { cluster.log($0).contains("is watched here from now on") }
            }
            for account in 0..<4 { cluster.setAbout("known", account: account) }
            _ = try await cluster.waitForMessages("what is known", stream) { $0.count { $0.change?.after?["about"] == "known" } == 4 }
            for account in 0..<4 { cluster.setAbout("before", account: account) }
            _ = try await cluster.waitForMessages("the first changes", stream) { $0.count { $0.change?.after?["about"] == "before" } == 4 }
            cluster.kill("one relay")
            cluster.kill("one daemon")
            let killed = ContinuousClock.now
            for account in 0..<4 { cluster.setAbout("after", account: account) }
            let found = try await cluster.waitForMessages("the changes of all", stream, within: .seconds(45)) {
                $0.count { $0.change?.after?["about"] == "after" } == 4
            }
            #expect(ContinuousClock.now - killed < .seconds(30))
            #expect(complaints(found).isEmpty, "\(complaints(found))")
            #expect(found.count { $0.change?.after?["about"] == "before" } == 4)
        }
    }

    @Test func hostThatIsKilledAtItsFirstLook_leavesNoSecondBaseline() async throws {
        try await Cluster.with(hosts: ["one", "two"], starting: ["one"]) { cluster in
            let stream = try cluster.connect()
            _ = try await cluster.waitForMessages("a baseline", stream) { !$0.isEmpty }
            cluster.kill("one relay")
            cluster.kill("one daemon")
            try await cluster.start("two")
            let found = try await cluster.waitForMessages("the baselines", stream) { $0.count >= Self.baselines }
            #expect(complaints(found).isEmpty, "\(complaints(found))")
            cluster.setAbout("after")
            let all = try await cluster.waitForMessages("a change", stream) { $0.last?.change?.after?["about"] == "after" }
            #expect(all.count == Self.baselines + 1 && complaints(all).isEmpty, "\(complaints(all))")
        }
    }

    @Test func messagesThatWereAboutToBePublished_areThoseBehindTheHead() {
        let next = (1...3).map { AccountPoint.Next(subject: "wabawatch.acme.account.baseline", body: "\($0)") }
        let point = AccountPoint(sequence: 4, stream: 9, targets: ["acme.target.account"], next: next)
        #expect([4, 5, 7, 9].map { point.left(of: $0).map(\.body) } == [["1", "2", "3"], ["2", "3"], [], []])
        #expect(AccountPoint(json: point.json) == point)
    }

    @Test func hostThatStops_letsGoAtOnce() async throws {
        try await Cluster.with(hosts: ["one", "two"], accounts: 2) { cluster in
            let stream = try cluster.connect()
            _ = try await cluster.waitForMessages("the baselines", stream) { $0.count >= 2 * Self.baselines }
            let relay = try #require(cluster.program("one relay"))
            relay.signal(SIGTERM)
            #expect(await relay.wait() == 0)
            let stopped = ContinuousClock.now
            for account in 0..<2 { cluster.setAbout("after", account: account) }
            let found = try await cluster.waitForMessages("the changes of all", stream) {
                $0.count { $0.change?.after?["about"] == "after" } == 2
            }
            #expect(ContinuousClock.now - stopped < .seconds(12))
            #expect(complaints(found).isEmpty, "\(complaints(found))")
        }
    }
}
