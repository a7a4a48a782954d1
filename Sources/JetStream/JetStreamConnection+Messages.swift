internal import CNATS

extension JetStreamConnection {
    /// Has a message stored, and returns when it is.
    /// - Parameters:
    ///   - id: what it is known by: within the stream's window for duplicates it is stored once, however often it is published.
    ///   - expected: what is to be the last message of its subject.
    public func publish(
        _ body: [UInt8], to subject: String, id: String? = nil, expecting expected: ExpectedLast = .anything, of name: String? = nil
    ) async throws(JetStreamError) -> PublishAcknowledgement {
        try await onQueue(of: name ?? subject) { self.publishing(body, subject, id, expected) }
    }

    private func publishing(
        _ body: [UInt8], _ subject: String, _ id: String?, _ expected: ExpectedLast
    ) -> Result<PublishAcknowledgement, JetStreamError> {
        var options = jsPubOptions()
        jsPubOptions_Init(&options)
        options.MaxWait = milliseconds
        switch expected {
        case .anything: break
        case .nothing: options.ExpectNoMessage = true
        case .sequence(let sequence): options.ExpectLastSubjectSeq = sequence
        }
        var acknowledgement: UnsafeMutablePointer<jsPubAck>?
        defer { jsPubAck_Destroy(acknowledgement) }
        var code = jsErrCode(rawValue: 0)
        func publish(_ id: UnsafePointer<CChar>?) -> natsStatus {
            options.MsgId = id
            return body.withUnsafeBytes {
                js_Publish(&acknowledgement, context, subject, $0.baseAddress, Int32($0.count), &options, &code)
            }
        }
        let status = id?.withCString { publish($0) } ?? publish(nil)
        guard status == NATS_OK, let stored = acknowledgement?.pointee else { return .failure(JetStreamError(status, code)) }
        return .success(PublishAcknowledgement(sequence: stored.Sequence, isDuplicate: stored.Duplicate))
    }

    /// The last message of a subject, as the stream's leader knows it: whatever was acknowledged before is in it. `nil` if there is none.
    public func last(of subject: String, in stream: String) async throws(JetStreamError) -> StoredMessage? {
        try await onQueue(of: subject) {
            var message: OpaquePointer?
            var code = jsErrCode(rawValue: 0)
            let status = js_GetLastMsg(&message, self.context, stream, subject, nil, &code)
            return Self.found(message, status, code)
        }
    }

    /// The first message from a number on whose subject is that, or matches it (`*` stands for a word, `>` for the rest). Any replica may answer: what was
    /// acknowledged a moment ago may be missing. `nil` if there is none.
    public func next(of subject: String, from sequence: UInt64, in stream: String) async throws(JetStreamError) -> StoredMessage? {
        try await onQueue(of: subject) {
            var options = jsDirectGetMsgOptions()
            jsDirectGetMsgOptions_Init(&options)
            options.Sequence = sequence
            var message: OpaquePointer?
            let status = subject.withCString {
                options.NextBySubject = $0
                return js_DirectGetMsg(&message, self.context, stream, nil, &options)
            }
            return Self.found(message, status, jsErrCode(rawValue: 0))
        }
    }

    private static func found(
        _ message: OpaquePointer?, _ status: natsStatus, _ code: jsErrCode
    ) -> Result<StoredMessage?, JetStreamError> {
        defer { natsMsg_Destroy(message) }
        if status == NATS_NOT_FOUND || code == JSNoMessageFoundErr { return .success(nil) }
        guard status == NATS_OK, let message else { return .failure(JetStreamError(status, code)) }
        return .success(StoredMessage(message))
    }
}

extension StoredMessage {
    init(_ message: OpaquePointer) {
        var id: UnsafePointer<CChar>?
        if natsMsgHeader_Get(message, "Nats-Msg-Id", &id) != NATS_OK { id = nil }
        let bytes = UnsafeRawBufferPointer(start: natsMsg_GetData(message), count: Int(natsMsg_GetDataLength(message)))
        self.init(
            subject: natsMsg_GetSubject(message).map { String(cString: $0) } ?? "", id: id.map { String(cString: $0) }, body: Array(bytes),
            sequence: natsMsg_GetSequence(message))
    }
}
