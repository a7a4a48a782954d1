import ArgumentParser
import Foundation
import GraphAPI
import GraphSimulator

/// What webhooks cost while a thousand numbers are polled, and how much sooner they tell.
struct WebhooksBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhooks",
        abstract:
            "A hundred webhooks a second while 1,000 numbers are polled: the answers, the delays of polls, and how soon readers know.",
        discussion: """
            The real wabawatch-webhook and wabawatchd, with the simulator and the senders in this process. Ten accounts of 100 numbers, which are \
            polled every second with their profiles. Each webhook reports a review's decision that was just made, so that the account is polled because of it; \
            the same changes are made without webhooks first. Answers are timed from when each webhook was to be sent.
            """)

    @OptionGroup var options: RunOptions
    @Option(help: "How long each part is, in seconds.") var seconds: Int?
    @Option(help: "How many webhooks a second.") var rate = 100
    @Option(help: "How often accounts are polled without a webhook, in seconds.") var every: Int?

    func validate() throws {
        guard (1...10_000).contains(rate), (1...86_400).contains(seconds ?? 1), (1...3600).contains(every ?? 1) else {
            throw ValidationError("The rate, the time or the interval is out of range.")
        }
    }

    func run() async throws {
        let stage = try await Stage(accounts: 10, numbers: 100)
        let result: Result<Void, any Error>
        do { result = .success(try await run(on: stage)) } catch { result = .failure(error) }
        await stage.close()
        try result.get()
    }

    private func run(on stage: Stage) async throws {
        let seconds = seconds ?? (options.short ? 5 : 60)
        let every = every ?? (options.short ? 3 : 10)
        let times = PollTimes()
        let simulator = stage.simulator
        let (without, with) = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await times.listen(to: simulator) }
            defer { group.cancelAll() }
            let run = try WebhookRun(stage, times, every: every, rate: rate)
            defer { run.stop() }
            try await run.waitForBaseline()
            let without = try await run.part(seconds: seconds, isSending: false)
            let with = try await run.part(seconds: seconds, isSending: true)
            return (without, with)
        }
        print("webhooks: 10 accounts of 100 numbers, polled every \(WebhookRun.numbersEvery) s; \(rate) webhooks a second for \(seconds) s")
        print(Machine.description)
        show(without, with, every: every)
        var bounds = Bounds()
        // The goal is one; a machine that others use at the same time may take four times as long.
        bounds.atLeast(0.25, 0.25 / with.answers.percentile(0.99), "answers, p99 of the 250 ms that it may take")
        bounds.atLeast(
            0.6, without.gaps.percentile(0.99) / with.gaps.percentile(0.99), "polls beside webhooks, p99 as often as without them")
        bounds.atLeast(
            5, without.confirmations.median / with.confirmations.median, "a change known sooner by its webhook than by the next poll")
        if options.short { try bounds.conclude() }
    }

    private func show(_ without: WebhookRun.Part, _ with: WebhookRun.Part, every: Int) {
        var polls = Table(
            "polls of 1,000 numbers and profiles", "polls of 100", "apart p50 ms", "p99 ms", "largest ms", "daemon's CPU s", "requests")
        for (name, part) in [("without webhooks", without), ("with them", with)] {
            polls.add(
                name, "\(part.gaps.count)", part.gaps.median.milliseconds, part.gaps.percentile(0.99).milliseconds,
                (part.gaps.max() ?? 0).milliseconds, part.daemonProcessor.figure, "\(part.requests)")
        }
        polls.show()
        var delays = Table("", "times", "p50 ms", "p99 ms", "largest ms")
        for (name, seconds) in [
            ("a webhook's answer", with.answers), ("webhook to subscriber", with.reports),
            ("webhook to the poll that confirms it", with.confirmations),
            ("the same change without one, polled every \(every) s", without.confirmations),
        ] {
            delays.add(
                name, "\(seconds.count)", seconds.median.milliseconds, seconds.percentile(0.99).milliseconds,
                (seconds.max() ?? 0).milliseconds)
        }
        delays.show()
        print(
            "the receiver: \(with.receiverProcessor.figure) s of processor time, at most \(with.receiverMemory.figure) MiB resident; the daemon at most \(with.daemonMemory.figure) MiB"
        )
    }
}
