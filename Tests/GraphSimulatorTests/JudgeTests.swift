import Foundation
import GraphSimulator
import Testing

/// Others judge the simulator: pywa, and Meta's OpenAPI document. `WABAWATCH_PYTHON` names an interpreter that has
/// `Tests/Judges/requirements.txt`; without it these tests are left out.
@Suite(.timeLimit(.minutes(1)), .enabled(if: python != nil))
struct JudgeTests {
    @Test(arguments: ["judge_pywa.py", "judge_openapi.py"])
    func judge_findsNothing(_ name: String) async throws {
        let platform = Platform.sample(accounts: 2, numbers: 7, blockedUsers: 30)
        let simulator = try await GraphSimulator.start(platform)
        let judges = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Judges")
        let process = Process()
        process.executableURL = URL(filePath: python ?? "")
        process.arguments = [judges.appending(path: name).path, simulator.baseURL, Platform.sampleToken, account, phone]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        print(text)
        #expect(process.terminationStatus == 0, "\(text)")
        try await simulator.stop()
    }
}

private let python = ProcessInfo.processInfo.environment["WABAWATCH_PYTHON"]
