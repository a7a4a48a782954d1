internal import CCurl
internal import Continuations
internal import Synchronization

/// A request on its way to the thread, and who waits for its answer.
struct CurlSubmission: Sendable {
    let id: UInt64
    let request: HTTPRequest
    let answer: OneShot<Result<HTTPResponse, TransportError>>
}

/// What callers hand to the thread. Every entry wakes it.
final class CurlMailbox: Sendable {
    /// What lies in the box.
    struct Work: Sendable {
        var submissions: [CurlSubmission] = []
        var cancellations: [UInt64] = []
        var isClosing = false
    }

    private let work = Mutex(Work())
    private let lastID = Atomic<UInt64>(0)
    /// For waking the thread; `nil` once it has ended. A lock of its own: the thread that is woken goes straight for the work.
    private let multi: Mutex<UInt?>
    /// The multi handle's address. It belongs to the thread, except for waking it.
    let address: UInt

    init?() {
        guard let handle = curl_multi_init() else { return nil }
        address = UInt(bitPattern: handle)
        multi = Mutex(address)
    }

    func takeID() -> UInt64 { lastID.wrappingAdd(1, ordering: .relaxed).newValue }

    func submit(_ submission: CurlSubmission) {
        let isOpen = add { $0.submissions.append(submission) }
        if !isOpen { submission.answer.fulfil(.failure(.closed)) }
    }

    func cancel(_ id: UInt64) { _ = add { $0.cancellations.append(id) } }

    func close() { _ = add { $0.isClosing = true } }

    /// Takes out what there is. A box that is closing stays so.
    func collect() -> Work {
        work.withLock { work in
            let taken = work
            work = Work(isClosing: taken.isClosing)
            return taken
        }
    }

    /// The multi handle is about to be freed: nobody wakes it any more.
    func end() { multi.withLock { $0 = nil } }

    /// Puts something into the box and wakes the thread; says whether the box was open.
    private func add(_ change: (inout sending Work) -> Void) -> Bool {
        let isOpen = work.withLock { work in
            guard !work.isClosing else { return false }
            change(&work)
            return true
        }
        if isOpen { multi.withLock { if let address = $0 { curl_multi_wakeup(UnsafeMutableRawPointer(bitPattern: address)) } } }
        return isOpen
    }
}

extension TransportError {
    static let closed = TransportError(.closed, "the transport was closed")
    static let cancelled = TransportError(.cancelled, "the request was cancelled")
}
