import InterfaceRecords
import StrictJSON
import Varlink
import WabaWatchInterface

extension InterfaceService {
    /// Answers what only some may do. Who may not learns nothing else, not even whether what was asked for exists.
    func control(_ call: Call) async throws -> JSONObject {
        let acts = Self.actions.contains(call.methodName)
        guard controlRight.allows(call.peer) else {
            if acts { await acting?.denied(call.methodName, call.peer) }
            throw VarlinkError.permissionDenied
        }
        if acts { return try await act(call) }
        switch call.methodName {
        case PollParameters.method:
            guard let poller else { throw VarlinkError.methodNotImplemented(call.method) }
            let parameters = try PollParameters(json: call.parameters)
            let (cursor, changes) = try await poller.poll(
                account: parameters.account, kind: parameters.kind, phoneNumberID: parameters.phoneNumberID)
            return PollReply(cursor: Cursor(cursor), changes: changes).json
        case MuteParameters.method:
            guard let muting else { throw VarlinkError.methodNotImplemented(call.method) }
            let parameters = try MuteParameters(json: call.parameters)
            try await check(accounts: parameters.filter.accounts ?? [])
            return MuteReply(mute: try await muting.mute(parameters, by: call.peer)).json
        case UnmuteParameters.method:
            guard let muting else { throw VarlinkError.methodNotImplemented(call.method) }
            try await muting.unmute(try UnmuteParameters(json: call.parameters).id, by: call.peer)
            return UnmuteReply().json
        default: throw VarlinkError.methodNotImplemented(call.method)
        }
    }
}
