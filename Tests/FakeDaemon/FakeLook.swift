import WabaWatchInterface

/// A poll that takes as long as somebody asks how far it is.
actor FakeLook {
    private var statuses: [Status]
    private var looking: CheckedContinuation<Void, Never>?

    /// - Parameter statuses: what the daemon says of itself meanwhile, one after the other; the poll ends with the last.
    init(_ statuses: [Status]) { self.statuses = statuses }

    /// Polls.
    func look() async {
        guard !statuses.isEmpty else { return }
        await withCheckedContinuation { looking = $0 }
    }

    /// The next status while the poll is under way.
    func status() -> Status? {
        guard let looking else { return nil }
        let status = statuses.removeFirst()
        if statuses.isEmpty {
            self.looking = nil
            looking.resume()
        }
        return status
    }
}
