import StrictJSON
import Varlink
public import WabaWatchInterface

/// What is not well, and how much is.
public struct Overview: Sendable {
    /// The daemon with all its budgets, but only with the watches that are not current and those over accounts and their lists of numbers.
    public var status: Status
    /// The accounts and phone numbers that deserve attention.
    public var resources: [Resource]
    /// How many others there are.
    public var well: [OverviewReply.Well]
}

extension WabaWatch {
    /// What is not well, and how much is: where very many accounts are watched, this costs far less than `getStatus` and `list`. `nil` from a daemon that
    /// does not tell it by itself.
    public func overview() async throws -> Overview? {
        let reader = ReplyReader(socket: socket, OverviewInterface.get, [:])
        do {
            return try await translated {
                var whole = OverviewReply()
                while let part = try await reader.next(within: Self.answerTime, clock: clock) {
                    whole.add(try OverviewReply(json: part))
                    guard whole.recordCount <= Self.mostRecords else {
                        throw ClientError(.notOurs, "what listens at \(socket) tells of more than \(Self.mostRecords) things")
                    }
                }
                guard let status = whole.status else { throw MemberError("status", "is missing") }
                return Overview(status: status, resources: whole.resources, well: whole.well)
            }
        } catch let error as ClientError {
            guard case .notImplemented = error.code else { throw error }
            return nil
        }
    }
}
