import StrictJSON
import Varlink
import WabaWatchInterface

extension InterfaceService {
    /// Takes a webhook. Who may not hand one in learns nothing else.
    func report(_ call: Call, _ replies: Replies) async throws -> JSONObject {
        guard controlRight.allowsReports(call.peer) else { throw VarlinkError.permissionDenied }
        guard let reporting else { throw VarlinkError.methodNotImplemented(call.method) }
        let parameters = try ReportParameters(json: call.parameters)
        // One at a time: the values of a large body take many times its size.
        let body = try await replies.inTurn(.gathering) { _ in try reporting.read(parameters) }
        return try await reporting.record(body).json
    }
}
