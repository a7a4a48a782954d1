import NIOCore
import StrictJSON

/// Takes a connection's calls one after the other, checks each against its interface's text, and answers it.
struct Dispatcher: Sendable {
    let interfaces: [String: any VarlinkInterface]
    let limits: ServerLimits
    /// Whether replies are checked against the text as well.
    let checksReplies: Bool
    let report: @Sendable (ServerEvent) -> Void

    private enum Outcome {
        case reply(ReplyMessage)
        /// The connection must be closed; what had to be said has been reported.
        case close
    }

    /// Its own answer was not what the text declares; that has been reported.
    private struct InvalidReply: Error {}

    /// Answers calls until the peer has gone or broke the protocol, or the task is cancelled; then closes.
    func serve(_ connection: Connection) async {
        var violation: ProtocolViolation?
        do throws(ProtocolViolation) {
            while case .success(let message) = await connection.next(), try await answer(message, connection) {}
        } catch {
            violation = error
        }
        if let violation = violation ?? connection.violation { report(.violation(violation, peer: connection.peer)) }
        await connection.finish()
        connection.costs?.leave()
    }

    /// Reads and answers a call, when there is room for it. Whether the connection goes on.
    private func answer(_ message: ByteBuffer, _ connection: Connection) async throws(ProtocolViolation) -> Bool {
        let bytes = CallCost.bytes(of: message, values: limits.messageValues)
        guard let costs = connection.costs else { return await answer(try read(message, connection), connection, nil) }
        guard bytes > limits.smallCallBytes else {
            guard let turn = await CallTurn(of: costs) else { return false }
            defer { turn.leave() }
            return await answer(try read(message, connection), connection, turn)
        }
        let hasRoom = await costs.common.calls.enter(
            weight: bytes, of: costs.share, within: (limits.callWait, connection.channel.eventLoop))
        guard hasRoom else {
            if Task.isCancelled { return false }
            throw .buffersFull
        }
        defer { costs.common.calls.leave(weight: bytes, of: costs.share) }
        // One at a time, so that those that are small are read beside it.
        guard await costs.common.parsing.enter(of: costs.share) else { return false }
        let call = Result { () throws(ProtocolViolation) in try read(message, connection) }
        costs.common.parsing.leave(of: costs.share)
        guard let turn = await CallTurn(of: costs) else { return false }
        defer { turn.leave() }
        return await answer(try call.get(), connection, turn)
    }

    /// Reads a call; its message is held no longer.
    private func read(_ message: consuming ByteBuffer, _ connection: Connection) throws(ProtocolViolation) -> CallMessage {
        defer { connection.letGo() }
        return try limits.read(message.readableBytesView, of: connection.peer)
    }

    /// Whether the connection goes on.
    private func answer(_ message: CallMessage, _ connection: Connection, _ turn: CallTurn?) async -> Bool {
        let call = Call(
            method: message.method, parameters: message.parameters, wantsMore: message.mode == .more, isOneway: message.mode == .oneway,
            peer: connection.peer)
        // A peer may send oneway calls and go; nobody is left to want anything else.
        if call.isOneway {
            if case .close = await outcome(of: call, message.mode, connection, turn) { return false }
            return true
        }
        guard !connection.isGone else { return true }
        guard case .reply(let reply) = await connection.untilGone({ await outcome(of: call, message.mode, connection, turn) }) else {
            return false
        }
        turn?.leave()
        do {
            try await connection.send(ByteBuffer(bytes: reply.frame))
            return true
        } catch {
            return false
        }
    }

    private func outcome(of call: Call, _ mode: CallMessage.Mode, _ connection: Connection, _ turn: CallTurn?) async -> Outcome {
        do {
            let (interface, method) = try route(call, mode)
            // What the handler does may take long; it takes turns of its own where it has to.
            turn?.leave()
            let fitting: @Sendable (Frames) -> Bool = { fits($0, interface, method) }
            let outlet = ReplyOutlet(connection, fits: checksReplies ? fitting : nil)
            let replies = Replies(
                wantsMore: call.wantsMore, on: LoopExecutor(connection.channel.eventLoop), outlet: outlet, pace: Pace(of: connection)
            ) { frames in
                if checksReplies { try await checkInTurn(frames, of: call, interface, method, connection) }
                try await connection.send(frames.buffer)
            }
            do {
                let last = try await interface.handle(call, replies)
                try check(last, of: call, interface, method)
                return .reply(ReplyMessage(.last(last)))
            } catch let error as VarlinkError {
                try check(error, of: call, interface)
                return .reply(ReplyMessage(.error(error.cut(toUTF8: limits.errorTextBytes))))
            }
        } catch let error as VarlinkError {
            return .reply(ReplyMessage(.error(error)))
        } catch is InvalidReply {
            return .close
        } catch {
            // A handler that was told to stop may say so.
            if !Task.isCancelled, !connection.isGone { report(.handlerFailed(method: call.method, peer: call.peer, error: error)) }
            return .close
        }
    }

    private func route(_ call: Call, _ mode: CallMessage.Mode) throws(VarlinkError) -> (any VarlinkInterface, InterfaceMethod) {
        guard let interface = interfaces[call.interface] else { throw .interfaceNotFound(call.interface) }
        guard let method = interface.description.method(call.methodName) else { throw .methodNotFound(call.method) }
        // No method here takes over a connection: there is nothing implemented to upgrade to.
        guard interface.implementedMethods.contains(method.name), mode != .upgrade else { throw .methodNotImplemented(call.method) }
        do throws(MismatchedParameter) { try interface.description.check(call.parameters, against: method.input) } catch {
            throw .invalidParameter(error.path)
        }
        return (interface, method)
    }
}

// MARK: What the server's own side says

extension Dispatcher {
    private func check(_ frames: Frames, of call: Call, _ interface: any VarlinkInterface, _ method: InterfaceMethod) throws {
        do throws(MismatchedParameter) { try check(frames, interface, method) } catch { throw fail(call, error) }
    }

    /// In turn, for it takes longer than to make them.
    private func checkInTurn(
        _ frames: Frames, of call: Call, _ interface: any VarlinkInterface, _ method: InterfaceMethod, _ connection: Connection
    ) async throws {
        guard let costs = connection.costs else { return try check(frames, of: call, interface, method) }
        guard await costs.common.parsing.enter(of: costs.share) else { throw CancellationError() }
        defer { costs.common.parsing.leave(of: costs.share) }
        try check(frames, of: call, interface, method)
    }

    private func fits(_ frames: Frames, _ interface: any VarlinkInterface, _ method: InterfaceMethod) -> Bool {
        (try? check(frames, interface, method)) != nil
    }

    private func check(_ frames: Frames, _ interface: any VarlinkInterface, _ method: InterfaceMethod) throws(MismatchedParameter) {
        for frame in frames.buffer.readableBytesView.split(separator: 0) {
            guard let reply = try? ReplyMessage(parsing: frame, limits: JSONLimits(bytes: .max, values: .max)),
                case .continues(let parameters) = reply.outcome
            else { throw MismatchedParameter(path: "", expected: "replies with continues") }
            try interface.description.check(reply: parameters, against: method.output)
        }
    }

    private func check(_ parameters: JSONObject, of call: Call, _ interface: any VarlinkInterface, _ method: InterfaceMethod) throws {
        guard checksReplies else { return }
        do throws(MismatchedParameter) { try interface.description.check(reply: parameters, against: method.output) } catch {
            throw fail(call, error)
        }
    }

    private func check(_ error: VarlinkError, of call: Call, _ interface: any VarlinkInterface) throws {
        guard checksReplies else { return }
        let parts = Call(method: error.name, peer: call.peer)
        guard let owner = interfaces[parts.interface]?.description, let declared = owner.error(parts.methodName) else {
            throw fail(call, MismatchedParameter(path: error.name, expected: "an error that is declared"))
        }
        do throws(MismatchedParameter) { try owner.check(reply: error.parameters, against: declared.parameters) } catch {
            throw fail(call, error)
        }
    }

    private func fail(_ call: Call, _ mismatch: MismatchedParameter) -> InvalidReply {
        report(.invalidReply(method: call.method, mismatch: mismatch))
        return InvalidReply()
    }
}
