import FakeDaemon
import Foundation
import Testing

/// The manual pages as systemd/manual writes them, read by those who would find fault.
@Suite(.timeLimit(.minutes(1))) struct ManualTests {
    /// All that are written, which are all that are installed.
    private static let pages = [
        "wabawatch.1", "wabawatchd.1", "wabawatch-webhook.1", "wabawatch-notify.1", "wabawatch-metrics.1", "wabawatch-relay.1",
        "wabawatch.yaml.5",
        "wabawatch.journal.7",
    ]

    private func withPages(_ body: (_ folder: String) async throws -> Void) async throws {
        try await withSocket { path in
            let folder = path + ".manual"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let script = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../systemd/manual").standardized.path
            let programs = URL(fileURLWithPath: BuiltCommand.path).deletingLastPathComponent().path
            let outcome = try await Shell.run(["bash", script, programs, folder])
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == Self.pages.sorted())
            try await body(folder)
        }
    }

    @Test(.enabled(if: Shell.isThere("mandoc"))) func pages_pleaseMandoc() async throws {
        try await withPages { folder in
            for page in Self.pages {
                let outcome = try await Shell.run(["mandoc", "-T", "lint", "\(folder)/\(page)"])
                // Whether other pages are installed here is not this page's fault.
                let faults = (outcome.output + outcome.errors).split(separator: "\n").filter {
                    !$0.contains("referenced manual not found") && !$0.contains("outdated mandoc.db")
                }
                #expect(faults.isEmpty, "\(page): \(faults)")
            }
        }
    }

    @Test(.enabled(if: Shell.isThere("man"))) func pages_areRenderedWithoutAWarning_andSayEverything() async throws {
        try await withPages { folder in
            for page in Self.pages {
                let outcome = try await Shell.run(
                    ["man", "--warnings", "--local-file", "\(folder)/\(page)"],
                    environment: ["MANWIDTH": "100", "MAN_KEEP_FORMATTING": ""])
                #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
                guard page == "wabawatch.1" else { continue }
                let text = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                for word in [
                    "status", "monitor", "history", "timeline", "list", "show", "poll", "plan", "block", "unblock", "call", "alarms",
                    "set", "qr", "create", "send-template", "restore", "--dry-run", "--yes", "--at",
                    "mute",
                    "unmute", "mutes", "doctor", "report", "backup", "--force", "--signature", "--reason", "number_banned", "--cursor-file",
                    "--severity", "critical, warning, notice, info", "EXIT STATUS", "69", "WABAWATCH_SOCKET", "message_template",
                ] {
                    #expect(text.contains(word), "\(word)")
                }
            }
        }
    }
}
