internal import CNATS
internal import Glibc

/// A stream that is to be there.
public struct StreamPlan: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// The subjects whose messages it keeps.
    public var subjects: [String]
    /// How many servers keep each message: 1, 3 or 5.
    public var replicas: Int
    /// How long a message is kept; `nil` for ever.
    public var age: Duration?
    /// Bytes that it holds at most; what is oldest goes first. `nil` for no limit of its own.
    public var bytes: Int64?
    /// For how long an id is known, so that its message is stored once.
    public var duplicates: Duration

    /// A stream.
    public init(
        name: String, subjects: [String], replicas: Int = 1, age: Duration? = nil, bytes: Int64? = nil,
        duplicates: Duration = .seconds(120)
    ) {
        self.name = name
        self.subjects = subjects
        self.replicas = replicas
        self.age = age
        self.bytes = bytes
        self.duplicates = duplicates
    }
}

// A bucket is a stream of one message a subject, `$KV.BUCKET.KEY` (NATS ADR-8). Values are read from its leader and written with the revision that is
// expected: the library's own calls for that tell a conflict from nothing else, and read from any replica.
extension JetStreamConnection {
    /// Sees to it that there is such a stream. One that is there stays as it is.
    public func begin(_ plan: StreamPlan) async throws(JetStreamError) {
        try await onQueue(of: plan.name) {
            var names: [UnsafePointer<CChar>?] = plan.subjects.map { UnsafePointer(strdup($0)) }
            defer { for name in names { free(UnsafeMutableRawPointer(mutating: name)) } }
            var code = jsErrCode(rawValue: 0)
            let status = plan.name.withCString { name in
                names.withUnsafeMutableBufferPointer { subjects in
                    var settings = jsStreamConfig()
                    jsStreamConfig_Init(&settings)
                    settings.Name = name
                    settings.Subjects = subjects.baseAddress
                    settings.SubjectsLen = Int32(subjects.count)
                    settings.Storage = js_FileStorage
                    settings.Replicas = Int64(plan.replicas)
                    settings.MaxAge = plan.age.map { $0.wholeMilliseconds * 1_000_000 } ?? 0
                    settings.MaxBytes = plan.bytes ?? -1
                    settings.Duplicates = plan.duplicates.wholeMilliseconds * 1_000_000
                    settings.AllowDirect = true
                    settings.DenyDelete = true
                    return js_AddStream(nil, self.context, &settings, nil, &code)
                }
            }
            // It is there, with other settings: those are the operator's.
            if code == JSStreamNameExistErr { return .success(()) }
            return status == NATS_OK ? .success(()) : .failure(JetStreamError(status, code))
        }
    }

    /// Sees to it that there is such a bucket of keys and values. One that is there stays as it is.
    /// - Parameter timeToLive: how long a value is kept that is not written anew; `nil` for ever.
    public func begin(bucket: String, replicas: Int = 1, timeToLive: Duration? = nil) async throws(JetStreamError) {
        try await onQueue(of: bucket) {
            var store: OpaquePointer?
            defer { kvStore_Destroy(store) }
            if js_KeyValue(&store, self.context, bucket) == NATS_OK { return .success(()) }
            let status = bucket.withCString { name in
                var settings = kvConfig()
                kvConfig_Init(&settings)
                settings.Bucket = name
                settings.History = 1
                settings.TTL = timeToLive.map { $0.wholeMilliseconds * 1_000_000 } ?? 0
                settings.StorageType = js_FileStorage
                settings.Replicas = Int32(replicas)
                return js_CreateKeyValue(&store, self.context, &settings)
            }
            return status == NATS_OK ? .success(()) : .failure(JetStreamError(status))
        }
    }

    /// The value of a key and its revision; `nil` if it has none, or none any more.
    public func value(of key: String, in bucket: String) async throws(JetStreamError) -> StoredMessage? {
        guard var found = try await last(of: Self.subject(bucket, key), in: "KV_\(bucket)") else { return nil }
        found.subject = key
        return found
    }

    /// Gives a key a value, if its revision is the one that is expected.
    /// - Returns: the value's revision, larger than any that the bucket ever had.
    public func put(
        _ value: [UInt8], of key: String, in bucket: String, expecting expected: ExpectedLast
    ) async throws(JetStreamError) -> UInt64 {
        try await publish(value, to: Self.subject(bucket, key), expecting: expected).sequence
    }

    private static func subject(_ bucket: String, _ key: String) -> String { "$KV.\(bucket).\(key)" }
}
