import StrictJSON
import TestSupport
import Testing

@testable import Varlink

/// Calls that may be larger than others: only those of the methods that are named, and only by those who may.
@Suite(.inTurn, .timeLimit(.minutes(1))) struct LargeCallTests {
    private static let text = String(repeating: "x", count: 100 << 10)
    /// Larger than any other message may be, for its spaces.
    private static let space = String(repeating: " ", count: ServerLimits().messageBytes)

    private func limits(isAllowed: Bool) -> ServerLimits {
        var limits = ServerLimits()
        limits.largeCalls = LargeCalls(methods: ["org.example.test.Echo"], messageBytes: 3 << 19, textBytes: 128 << 10) { _ in isAllowed }
        return limits
    }

    @Test func largeCall_ofAMethodThatMayHaveOne_isAnswered_andNothingAfterItIsLost() async throws {
        try await withServer([protocolInterface()], limits: limits(isAllowed: true)) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write(echo(Self.text) + echo("small"))
            #expect(await peer.readMessage() == echoed(Self.text))
            #expect(await peer.readMessage() == echoed("small"))
            await peer.write(Self.space + echo("spaces"))
            #expect(await peer.readMessage() == echoed("spaces"))
        }
    }

    /// What the peer sends, and whether it may send larger calls.
    private static let calls: [(call: String, isAllowed: Bool)] = [
        (echo(text), false), (space + echo("x"), false), (echo(text).replacing("Echo", with: "Note"), true),
        (space + echo("x").replacing("Echo", with: "Note"), true), (echo(String(repeating: "x", count: 130 << 10)), true),
        (String(repeating: " ", count: 3 << 19) + echo("x"), true), (space + "{\0", true),
    ]

    @Test(arguments: 0..<7) func callThatIsTooLarge_closes(index: Int) async throws {
        let (call, isAllowed) = Self.calls[index]
        let reported = Reported()
        try await withServer([protocolInterface()], limits: limits(isAllowed: isAllowed), report: reported.report) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write(call)
            #expect(await peer.read().isEmpty)
            guard case .violation = await reported.first() else {
                Issue.record("no violation was reported")
                return
            }
        }
    }
}
