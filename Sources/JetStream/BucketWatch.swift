internal import CNATS
internal import Dispatch
internal import Synchronization

/// What is told by a watch over a bucket.
public enum BucketEvent: Sendable, Equatable {
    /// A key has this value: `subject` is the key, `sequence` the revision. A value whose time is over ends without a word.
    case value(StoredMessage)
    /// Everything that there was when the watch began has been told.
    case caughtUp
    /// The watch has ended, and is begun anew: what was told before is told again.
    case restarted
}

extension JetStreamConnection {
    /// Follows a bucket: the values that it has, then each new one. At most `most` events wait for a reader who is slow; then the oldest are dropped, as a
    /// newer value of a key is worth more. It ends when nobody reads it.
    public func watch(bucket: String, most: Int = 1 << 16) -> AsyncStream<BucketEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: BucketEvent.self, bufferingPolicy: .bufferingNewest(most))
        let flag = SharedFlag()
        continuation.onTermination = { _ in flag.isOver.store(true, ordering: .relaxed) }
        DispatchQueue(label: "jetstream.watch").async { [self] in
            while !flag.isOver.load(ordering: .relaxed) {
                follow(bucket, continuation) { flag.isOver.load(ordering: .relaxed) }
                continuation.yield(.restarted)
            }
            nats_ReleaseThreadMemory()
            continuation.finish()
        }
        return stream
    }

    private func follow(_ bucket: String, _ continuation: AsyncStream<BucketEvent>.Continuation, _ isOver: () -> Bool) {
        var store: OpaquePointer?
        defer { kvStore_Destroy(store) }
        // A server that does not answer has its time limit: this turns no faster than that.
        guard js_KeyValue(&store, context, bucket) == NATS_OK else { return pauseWhileUnanswered() }
        var watcher: OpaquePointer?
        defer { kvWatcher_Destroy(watcher) }
        guard kvStore_WatchAll(&watcher, store, nil) == NATS_OK else { return pauseWhileUnanswered() }
        while !isOver() {
            var entry: OpaquePointer?
            let status = kvWatcher_Next(&entry, watcher, 500)
            defer { kvEntry_Destroy(entry) }
            if status == NATS_TIMEOUT {
                guard isConnected else { return }
                continue
            }
            guard status == NATS_OK else { return }
            guard let entry else {
                continuation.yield(.caughtUp)
                continue
            }
            guard kvEntry_Operation(entry) == kvOp_Put else { continue }
            let bytes = UnsafeRawBufferPointer(start: kvEntry_Value(entry), count: Int(kvEntry_ValueLen(entry)))
            continuation.yield(
                .value(
                    StoredMessage(
                        subject: kvEntry_Key(entry).map { String(cString: $0) } ?? "", body: Array(bytes),
                        sequence: kvEntry_Revision(entry))))
        }
    }

    private func pauseWhileUnanswered() { nats_Sleep(250) }
}

private final class SharedFlag: Sendable {
    let isOver = Atomic(false)
}
