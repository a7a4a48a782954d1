import FakeDaemon
import Foundation
import GraphSimulator
import Printing
import TestSupport
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// A first sweep of 64,000 users takes minutes: whoever waits for it sees how far it is.
@Suite(.timeLimit(.minutes(1))) struct PollTests {
    /// The daemon so many pages of a thousand users into the first poll.
    private func status(pages: Int) -> Status {
        var status = Sample.status
        status.budgets[0].callsLastHour += pages
        status.watches[2].state = OpenEnum(.starting)
        status.watches[2].reason = pages == 0 ? nil : "page \(pages), \(pages),000 users so far"
        return status
    }

    private let name = "107878721936019"

    @Test func progress_isRequestsPagesAndUsersSoFar() {
        let progress = PollProgress(PollParameters(account: "acme", kind: .blockedUser), before: status(pages: 0))
        #expect(progress.line(status(pages: 0)) == "polling acme")
        #expect(progress.line(status(pages: 1)) == "polling acme: 1 request; blocked_user \(name): page 1, 1,000 users so far")
        #expect(progress.line(status(pages: 12)) == "polling acme: 12 requests; blocked_user \(name): page 12, 12,000 users so far")
    }

    @Test func progress_ofWhatWasNotAskedFor_isNotShown() {
        for parameters in [
            PollParameters(account: "acme", kind: .account), PollParameters(account: "acme", phoneNumberID: "1"),
        ] {
            let progress = PollProgress(parameters, before: status(pages: 0))
            #expect(progress.line(status(pages: 3)) == "polling acme: 3 requests")
        }
        // What stands there because a watch is late is no progress.
        #expect(PollProgress(PollParameters(account: "acme"), before: Sample.status).line(Sample.status) == "polling acme")
    }

    @Test func poll_inATerminal_showsProgressWhileItRuns_andTakesItAway() async throws {
        try await withSocket { path in
            let daemon = try FakeDaemon(FakeLog(), status: status(pages: 0), whilePolling: [0, 12, 64].map(status))
            try await serving(daemon, at: path) {
                let command = BuiltCommand(["poll", "acme", "blocked_user"], socket: path, environment: ["TERM": "xterm"])
                let outcome = try await command.run(inTerminalOf: 120, errorsToo: true)
                #expect(outcome.code == 0)
                let texts = outcome.output.components(separatedBy: "\r").map { $0.replacingOccurrences(of: "\u{1B}[K", with: "") }
                #expect(texts.contains("polling acme: 12 requests; blocked_user \(name): page 12, 12,000 users so far"))
                #expect(texts.last == "acme: 3 changes recorded, cursor fake.0\n")
            }
        }
    }

    @Test func poll_intoAPipe_saysNothingMeanwhile() async throws {
        try await withSocket { path in
            let daemon = try FakeDaemon(FakeLog(), status: Sample.status)
            try await serving(daemon, at: path) {
                let outcome = try await BuiltCommand(["poll", "acme"], socket: path).run()
                #expect(outcome == .init(code: 0, output: "acme: 3 changes recorded, cursor fake.0\n", errors: ""))
            }
        }
    }

    /// The real service: a sweep of eight pages, each a while under way.
    @Test func poll_ofTheRealService_showsPagesAndUsersSoFar() async throws {
        try await Site.with(numbers: 1, every: "1h", kinds: [.phoneNumber, .blockedUser]) { site in
            let daemon = try await site.start()
            let number = Platform.samplePhoneNumberID(0)
            var subscription = try await site.subscribeFromTheBeginning()
            repeat {} while try await subscription.change().kind != .blockedUser
            site.simulator.update { $0[phoneNumber: number]?.blockedUsers = BlockedUsers(count: 8000) }
            site.simulator.setFault(.delay(.milliseconds(600)), on: EdgeMatch(edge: .blockedUsers))
            let command = BuiltCommand(["poll", "acme", "blocked_user"], socket: site.socket, environment: ["TERM": "xterm"])
            let outcome = try await command.run(inTerminalOf: 120, errorsToo: true)
            #expect(outcome.code == 0)
            let texts = outcome.output.components(separatedBy: "\r").map { $0.replacingOccurrences(of: "\u{1B}[K", with: "") }
            let progress = try Regex(#"polling acme: \d+ requests; blocked_user \#(number): page \d+, \d+ users so far"#)
            #expect(texts.contains { $0.wholeMatch(of: progress) != nil }, "\(texts) \(site.log)")
            #expect(texts.last?.hasPrefix("acme: 8000 changes recorded, cursor ") == true)
            #expect(await daemon.stop() == 0)
        }
    }
}
