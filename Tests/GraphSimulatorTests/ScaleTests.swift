import Foundation
import GraphSimulator
import StrictJSON
import Testing

@Suite(.timeLimit(.minutes(1)), .serialized)
struct ScaleTests {
    /// 64 million blocked users: what the executable's help promises to be cheap.
    @Test func largestPlatform_isSmallInMemory_andPagesFast() async throws {
        let before = try residentKilobytes()
        let platform = Platform.sample(accounts: 50, numbers: 20, blockedUsers: 64_000)
        try await withSimulator(platform) { simulator, client throws in
            let clock = ContinuousClock()
            var users = 0
            let last = Platform.samplePhoneNumberID(19, account: 49)
            let time = try clock.measure { users = try client.walk("/v23.0/\(last)/block_users?limit=5000").joined().count }
            #expect(users == 64_000)
            let grown = try residentKilobytes() - before
            print("64,000,000 blocked users: \(grown / 1024) MiB grown; 64,000 walked in 13 pages, client's parsing included: \(time)")
            // A string for each would be 1 GiB and more.
            #expect(grown < 150 * 1024)
        }
    }

    private func residentKilobytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
