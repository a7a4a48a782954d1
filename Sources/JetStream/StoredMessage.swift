/// A message as it stands in a stream; of a bucket, a key's value.
public struct StoredMessage: Sendable, Equatable {
    /// Its subject.
    public var subject: String
    /// What it was published as (`Nats-Msg-Id`), if anything.
    public var id: String?
    /// Its body.
    public var body: [UInt8]
    /// Its number in the stream, which grows by one for each message and is never given twice; of a key's value, its revision.
    public var sequence: UInt64

    /// A message.
    public init(subject: String, id: String? = nil, body: [UInt8], sequence: UInt64) {
        self.subject = subject
        self.id = id
        self.body = body
        self.sequence = sequence
    }
}

/// What a message is to find as the last one of its subject. Where it does not, it is not stored.
public enum ExpectedLast: Sendable, Hashable {
    /// Whatever there is.
    case anything
    /// None.
    case nothing
    /// The one with that number.
    case sequence(UInt64)

    /// The one that was found, if one was.
    public init(_ message: StoredMessage?) { self = message.map { .sequence($0.sequence) } ?? .nothing }
}

/// That a message is stored: by a majority of the servers, where a stream has several replicas.
public struct PublishAcknowledgement: Sendable, Equatable {
    /// Its number in the stream.
    public var sequence: UInt64
    /// Whether it was there already, by its id.
    public var isDuplicate: Bool
}
