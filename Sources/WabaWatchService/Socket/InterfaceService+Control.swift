import InterfaceRecords
import StrictJSON
import Varlink
import WabaWatchInterface

extension InterfaceService {
    /// Answers what only some may do. Who may not learns nothing else, not even whether what was asked for exists.
    func control(_ call: Call) async throws -> JSONObject {
        guard controlRight.allows(call.peer) else { throw VarlinkError.permissionDenied }
        switch call.methodName {
        case PollParameters.method:
            guard let poller else { throw VarlinkError.methodNotImplemented(call.method) }
            let parameters = try PollParameters(json: call.parameters)
            let (cursor, changes) = try await poller.poll(
                account: parameters.account, kind: parameters.kind, phoneNumberID: parameters.phoneNumberID)
            return PollReply(cursor: Cursor(cursor), changes: changes).json
        default: throw VarlinkError.methodNotImplemented(call.method)
        }
    }
}
