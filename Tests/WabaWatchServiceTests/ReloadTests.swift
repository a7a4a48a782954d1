import Dispatch
import FoundationEssentials
import Glibc
import GraphSimulator
import StrictJSON
import TestSupport
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import WabaWatchService

@Suite("SIGHUP and SIGUSR1", .inTurn, .timeLimit(.minutes(2)))
struct ReloadTests {
    /// SIGHUP, and what the manager was told at the end of the reload.
    private func reload(_ daemon: RunningDaemon) async throws -> String {
        daemon.process.signal(SIGHUP)
        let begin = try await daemon.notify.wait(for: "RELOADING=1")
        #expect(begin.split(separator: "\n").last?.hasPrefix("MONOTONIC_USEC=") == true)
        return try await daemon.notify.wait(for: "READY=1")
    }

    @Test func configuration_withMistakes_changesNothing_andEveryMistakeIsTold() async throws {
        try await Site.with { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.next(.phoneNumber, .baseline)
            let good = try String(contentsOfFile: site.config, encoding: .utf8)
            try Data((good + "nonsense: 1\nledger: { keep_changes: soon }\n").utf8).write(to: URL(filePath: site.config))
            let told = try await reload(daemon)
            #expect(told.contains("new configuration refused: \(site.config):"))
            #expect(site.log.contains("the configuration cannot be used (file: \(site.config), key: "))
            #expect(site.log.contains("the configuration stays as it was"))
            // It watches on, for the same subscriber.
            site.set(0, "quality_rating", "RED")
            _ = try await subscription.next(.phoneNumber, .changed)
            // Mended, it is in force, and the refusal is gone from the status.
            try Data(good.utf8).write(to: URL(filePath: site.config))
            let mended = try await reload(daemon)
            #expect(!mended.contains("refused"))
            #expect(mended.contains("1 account, 2 numbers, "))
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func configuration_whoseSecretIsMissing_changesNothing() async throws {
        try await Site.with { site in
            let daemon = try await site.start()
            let good = try String(contentsOfFile: site.config, encoding: .utf8)
            try Data(good.replacing("environment: TOKEN", with: "environment: GONE").utf8).write(to: URL(filePath: site.config))
            #expect(try await reload(daemon).contains("refused: \(site.config):"))
            #expect(site.log.contains("key: accounts[0].token.environment, line: "))
            #expect(site.log.contains("the environment variable GONE is not set"))
            #expect(!site.log.contains(Site.token))
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func configuration_withWhatOnlyAStartCanChange_isInForceWithoutIt_andThatIsTold() async throws {
        try await Site.with { site in
            let daemon = try await site.start()
            let good = try String(contentsOfFile: site.config, encoding: .utf8)
            let other = good.replacing("ledger.sqlite\"", with: "other.sqlite\"").replacing("enabled: false", with: "enabled: auto")
            try Data(other.utf8).write(to: URL(filePath: site.config))
            #expect(!(try await reload(daemon)).contains("refused"))
            #expect(site.log.contains("some settings take effect at the next start only (keys: ledger.path, journal.enabled)"))
            #expect(!FileManager.default.fileExists(atPath: site.folder + "/other.sqlite"))
            #expect(await daemon.stop() == 0)
        }
    }

    /// What `systemctl reload` is built on: whoever asks is told whether the new configuration is in force, and why not.
    @Test func reload_thatIsAskedFor_saysWhatBecameOfIt() async throws {
        try await Site.with { site in
            let daemon = try await site.start()
            let manager = daemon.notify.drained()
            defer { manager.cancel() }
            let good = try String(contentsOfFile: site.config, encoding: .utf8)
            func ask(_ text: String) async throws -> (status: Int32, said: String) {
                try Data(text.utf8).write(to: URL(filePath: site.config))
                let log = "\(site.folder)/asked-\(UUID().uuidString)"
                let program = try Program.spawn(
                    [Site.programs + "wabawatchd", "--reload", "\(daemon.process.id)", "--replies", site.folder],
                    environment: ["SWIFT_BACKTRACE": "enable=no"], log: log)
                return (await program.wait(), try String(contentsOfFile: log, encoding: .utf8))
            }
            #expect(try await ask(good).status == 0)
            for (bad, reason) in [
                (good + "nonsense: 1\n", "nonsense: this key is not known"),
                (good.replacing("environment: TOKEN", with: "environment: GONE"), "the environment variable GONE is not set"),
                (good.replacing("environment: TOKEN", with: "file: /nowhere"), "the file /nowhere cannot be opened"),
                (good + "# \u{0}\n", ""), ("", "the file is empty"),
            ] {
                let (status, said) = try await ask(bad)
                #expect(status == 1)
                #expect(said.contains("the configuration stays as it was: \(site.config)") && said.contains(reason), "\(said)")
                #expect(!said.contains(Site.token))
            }
            // What cannot be written down is not in force either.
            let holder = try await LockHolder(site.ledger)
            let (status, said) = try await ask(
                good.replacing("business_profile: { every: 100ms }", with: "business_profile: { every: never }"))
            #expect(status == 1, "\(said)")
            await holder.letGo()
            #expect(try await ask(good).status == 0)
            #expect(await daemon.stop() == 0)
            let gone = try await ask(good)
            #expect(gone.status == 1 && gone.said.contains("cannot be asked to reload"), "\(gone.said)")
        }
    }

    @Test func signals_byTheDozen_endNothing() async throws {
        try await Site.with { site in
            let daemon = try await site.start()
            for _ in 0..<50 {
                daemon.process.signal(SIGHUP)
                daemon.process.signal(SIGUSR1)
            }
            try await daemon.notify.wait(for: "READY=1")
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func status_asked_isWrittenDownWithWhatIsNotCurrent() async throws {
        try await Site.with { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.next(.phoneNumber, .baseline)
            site.simulator.update { $0.tokens[Site.token] = .revoked }
            _ = try await subscription.next(.watch, .changed)
            daemon.process.signal(SIGUSR1)
            // Two signals may change places, but not with one that is sent after the other's end: the second reload is over when the dump is.
            _ = try await reload(daemon)
            _ = try await reload(daemon)
            let lines = site.log.split(separator: "\n")
            let whole = try #require(lines.first { $0.contains("status of the daemon") })
            #expect(whole.contains("readers: 1") && whole.contains("accounts: 1") && whole.contains("recording: yes"))
            #expect(lines.contains { $0.contains("status of a budget (account: acme, ") })
            let watch = try #require(lines.first { $0.contains("status of a watch") })
            #expect(watch.contains("account: acme") && watch.contains("state: unauthorized") && watch.contains("reason: "))
            #expect(!site.log.contains(Site.token))
            #expect(await daemon.stop() == 0)
        }
    }
}

extension Subscription {
    /// The next change of that kind and operation; others are passed over.
    mutating func next(_ kind: Kind, _ operation: ChangeOperation) async throws -> Change {
        while true {
            let change = try await change()
            if change.kind == kind, change.operation == operation { return change }
        }
    }
}
