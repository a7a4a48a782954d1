internal import CCurl
internal import Continuations
internal import Glibc

/// The thread's own side: it alone touches the handles.
final class CurlLoop {
    private let mailbox: CurlMailbox
    private let settings: CurlTransport.Settings
    private let trust: UnsafeMutableBufferPointer<UInt8>?
    private var transfers: [UInt64: CurlTransfer] = [:]

    /// What the new thread is born with.
    private final class Start: Sendable {
        let mailbox: CurlMailbox
        let settings: CurlTransport.Settings
        let trust: TrustStore?

        init(mailbox: CurlMailbox, settings: CurlTransport.Settings, trust: TrustStore?) {
            self.mailbox = mailbox
            self.settings = settings
            self.trust = trust
        }
    }

    /// Starts the thread. It ends when the mailbox is closed, and frees the multi handle.
    static func start(mailbox: CurlMailbox, settings: CurlTransport.Settings, trust: TrustStore?) -> Bool {
        let start = Unmanaged.passRetained(Start(mailbox: mailbox, settings: settings, trust: trust))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                CurlLoop(start).run()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private init(_ start: Start) {
        mailbox = start.mailbox
        settings = start.settings
        trust = start.trust.map { store in
            let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: store.bytes.count)
            _ = buffer.initialize(from: store.bytes)
            return buffer
        }
    }

    private func run() {
        guard let multi = UnsafeMutableRawPointer(bitPattern: mailbox.address) else { return }
        ccurl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, settings.connections)
        ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, settings.connections)
        while true {
            let work = mailbox.collect()
            for submission in work.submissions { begin(submission, multi) }
            for id in work.cancellations { transfers[id]?.finish(.failure(.cancelled), multi) }
            if work.isClosing { break }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            var result = CURLE_OK
            while let easy = ccurl_multi_next_done(multi, &result) {
                if let transfer = transfers.values.first(where: { $0.easy == easy }) { transfer.finish(transfer.outcome(result), multi) }
            }
            transfers = transfers.filter { !$0.value.isFinished }
            curl_multi_poll(multi, nil, 0, 60_000, nil)
        }
        for transfer in transfers.values { transfer.finish(.failure(.closed), multi) }
        mailbox.end()
        curl_multi_cleanup(multi)
        trust?.deallocate()
    }

    private func begin(_ submission: CurlSubmission, _ multi: UnsafeMutableRawPointer) {
        guard let transfer = CurlTransfer(submission, settings, trust) else {
            submission.answer.fulfil(.failure(TransportError(.other, "libcurl refuses the request")))
            return
        }
        transfers[submission.id] = transfer
        if curl_multi_add_handle(multi, transfer.easy) != CURLM_OK {
            transfer.finish(.failure(TransportError(.other, "libcurl refuses the request")), multi)
        }
    }
}
