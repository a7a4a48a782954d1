import Glibc
import GraphSimulator
import TestSupport
import Testing
import WabaWatchInterface
import WhatsAppBusiness

/// Webhooks through both processes: the largest, and over `kill -9` of either.
///
/// strace kills the real process at the first, the second, … of its calls while it has a webhook, until one gets through unharmed. Whoever sends repeats it
/// until it is answered by 200, as Meta does.
@Suite("Webhooks through both processes", .inTurn, .timeLimit(.minutes(5)))
struct WebhookWayTests {
    /// The calls by which a webhook touches the world: taken, handed on, recorded, answered.
    static let calls: [(part: WebhookWay.Part, call: String)] = [
        (.receiver, "read"), (.receiver, "write"), (.receiver, "writev"), (.receiver, "connect"), (.daemon, "read"), (.daemon, "write"),
        (.daemon, "sendto"), (.daemon, "pwrite64"), (.daemon, "fdatasync"),
    ]

    @Test(.enabled(if: canTrace && geteuid() == 0, "strace cannot attach to a process here"), arguments: calls)
    func kill_atAnyStepOfAWebhook_losesNoneThatWasAnswered_andRecordsNoneTwice(part: WebhookWay.Part, call: String) async throws {
        try await Site.with(numbers: 1, every: "1h", kinds: [.phoneNumber], more: WebhookWay.configuration) { site in
            let way = try await WebhookWay(site)
            var number = 0
            var isKilled = true
            while isKilled {
                number += 1
                let before = way.revivals
                let strace = try await way.kill(part, at: call, number)
                try await way.deliver(number)
                // Its end lets go of what it traces.
                strace.signal(SIGKILL)
                _ = await strace.wait()
                // It may have been killed behind its answer.
                try await way.revive()
                isKilled = way.revivals > before
                if number > 500 { Issue.record("the process never got through"); break }
            }
            // Meta may repeat what was answered, too.
            for known in 1...number { try await way.deliver(known) }
            #expect(await way.stop() == 0)
            #expect(try await way.recorded() == (1...number).map { "R\($0)" }, "\(part) at \(call): each once, in order")
            print("killed the \(part) at \(call): \(number - 1) places")
        }
    }

    @Test func largestWebhook_isTakenByBoth_andOneByteMoreByNeither() async throws {
        try await Site.with(numbers: 1, every: "1h", kinds: [.phoneNumber], more: WebhookWay.configuration) { site in
            let way = try await WebhookWay(site)
            func padded(_ number: Int, to bytes: Int) -> String {
                let body = WebhookWay.body(number)
                return body + String(repeating: " ", count: bytes - body.utf8.count)
            }
            #expect(await way.post(padded(1, to: ReportParameters.bodyLimit)) == 200)
            #expect(await way.post(padded(2, to: ReportParameters.bodyLimit + 1)) == 413)
            #expect(ReportParameters.bodyLimit == 3 << 20)
            #expect(await way.stop() == 0)
            #expect(try await way.recorded() == ["R1"])
        }
    }
}
