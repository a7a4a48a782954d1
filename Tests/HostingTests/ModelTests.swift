import Hosting
import Testing

/// Leases and logs of three hosts in random trouble: hosts that stand still for a minute between a decision and its sending, requests and answers that are
/// lost, clocks that run fast, restarts.
@Suite(.timeLimit(.minutes(5))) struct ModelTests {
    @Test func hosts_neverAskAtOnce_andPublishEachChangeOnce_inAnyTrouble() {
        var (epochs, messages) = (0, 0)
        for seed in 0..<150 as Range<UInt64> {
            var model = Model(seed: seed)
            model.run()
            #expect(model.complaints.isEmpty, "seed \(seed): \(model.complaints)")
            epochs += model.epochs.count
            messages += model.server.messages.count
        }
        // That the days were no quiet ones.
        #expect(epochs > 500 && messages > 5000, "\(epochs) epochs, \(messages) messages")
    }

    /// What would be seen if it were broken: each of these in some seed.
    @Test func model_sees_holdersThatHoldTooLong_clocksThatDifferTooMuch_andServersWithoutRevisions() {
        var settings: [String: Model.Settings] = [:]
        settings["holding as long as the servers keep a lease", default: Model.Settings()].times.holding = .seconds(15)
        settings["clocks that differ by far more than a third", default: Model.Settings()].drift = 0.85
        settings["revisions that nobody looks at", default: Model.Settings()].ignoresRevisions = true
        for (what, settings) in settings {
            let isSeen = (0..<300 as Range<UInt64>).contains { seed in
                var model = Model(seed: seed, settings)
                model.run()
                return !model.complaints.isEmpty
            }
            #expect(isSeen, "\(what)")
        }
    }
}
