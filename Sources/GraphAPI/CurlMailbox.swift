internal import CCurl
internal import Synchronization

/// A request on its way to the thread, and who waits for its answer.
struct CurlSubmission: Sendable {
    let id: UInt64
    let request: HTTPRequest
    let continuation: CheckedContinuation<Result<HTTPResponse, TransportError>, Never>
}

/// What callers hand to the thread. Every entry wakes it.
final class CurlMailbox: Sendable {
    /// What lies in the box.
    struct Work: Sendable {
        var submissions: [CurlSubmission] = []
        var cancellations: [UInt64] = []
        var isClosing = false
    }

    private struct State {
        var work = Work()
        var lastID: UInt64 = 0
        /// For waking the thread; `nil` once it has ended.
        var multi: UnsafeMutableRawPointer?

        func wake() { if let multi { curl_multi_wakeup(multi) } }
    }

    private let state: Mutex<State>
    /// The multi handle's address. It belongs to the thread, except for waking it.
    let address: UInt

    init?() {
        guard let multi = curl_multi_init() else { return nil }
        let address = UInt(bitPattern: multi)
        self.address = address
        state = Mutex(State(multi: UnsafeMutableRawPointer(bitPattern: address)))
    }

    func takeID() -> UInt64 {
        state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
    }

    func submit(_ submission: CurlSubmission) {
        let isClosed = state.withLock { state in
            guard !state.work.isClosing else { return true }
            state.work.submissions.append(submission)
            state.wake()
            return false
        }
        if isClosed { submission.continuation.resume(returning: .failure(.closed)) }
    }

    func cancel(_ id: UInt64) {
        state.withLock { state in
            guard !state.work.isClosing else { return }
            state.work.cancellations.append(id)
            state.wake()
        }
    }

    func close() {
        state.withLock { state in
            state.work.isClosing = true
            state.wake()
        }
    }

    /// Takes out what there is. A box that is closing stays so.
    func collect() -> Work {
        state.withLock { state in
            let work = state.work
            state.work = Work(isClosing: work.isClosing)
            return work
        }
    }

    /// The multi handle is about to be freed: nobody wakes it any more.
    func end() {
        state.withLock { $0.multi = nil }
    }
}

extension TransportError {
    static let closed = TransportError(.closed, "the transport was closed")
    static let cancelled = TransportError(.cancelled, "the request was cancelled")
}
