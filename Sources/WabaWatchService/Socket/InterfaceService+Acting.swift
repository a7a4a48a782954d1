import StrictJSON
import Varlink
import WabaWatchInterface

extension InterfaceService {
    /// The methods that change something at Meta.
    static let actions: Set = [
        BlockUsersParameters.method, UnblockUsersParameters.method, UpdateParameters.method, DeleteParameters.method,
        SendTemplateParameters.method,
    ]

    /// Changes something at Meta.
    func act(_ call: Call) async throws -> JSONObject {
        guard let acting else { throw VarlinkError.methodNotImplemented(call.method) }
        switch call.methodName {
        case BlockUsersParameters.method:
            let list = try BlockUsersParameters(json: call.parameters).list
            let (done, failed) = try await acting.block(list, areBlocked: true, by: call.peer)
            return BlockUsersReply(added: done, failed: failed).json
        case UnblockUsersParameters.method:
            let list = try UnblockUsersParameters(json: call.parameters).list
            let (done, failed) = try await acting.block(list, areBlocked: false, by: call.peer)
            return UnblockUsersReply(removed: done, failed: failed).json
        case UpdateParameters.method:
            return try await acting.update(try UpdateParameters(json: call.parameters), by: call.peer).json
        case DeleteParameters.method:
            return try await acting.delete(try DeleteParameters(json: call.parameters).thing, by: call.peer).json
        default:
            return SendTemplateReply(sent: try await acting.send(try SendTemplateParameters(json: call.parameters), by: call.peer)).json
        }
    }
}
