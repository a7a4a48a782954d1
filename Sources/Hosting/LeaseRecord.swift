public import StrictJSON

/// What stands in the bucket of leases under an account's name.
public struct LeaseRecord: Sendable, Equatable {
    /// The host that holds the account; `nil` where its last holder has let go of it.
    public var host: String?
    /// Which run of the host's relay it is: another run of the same host is another holder.
    public var run: String
    /// The lease's epoch; `nil` in the value that began it, whose revision is the epoch.
    public var epoch: UInt64?

    /// A lease.
    public init(host: String?, run: String, epoch: UInt64?) {
        self.host = host
        self.run = run
        self.epoch = epoch
    }

    /// The text that is stored.
    public var json: JSONObject {
        var json: JSONObject = ["run": .string(run)]
        json["host"] = host.map { .string($0) }
        json["epoch"] = epoch.map { .number(JSONNumber(Int64($0))) }
        return json
    }

    /// - Throws: `MemberError`, where it is no lease.
    public init(json: JSONObject) throws(MemberError) {
        guard let run = json["run"]?.string else { throw MemberError("run", "must be a string") }
        var epoch: UInt64?
        if let value = json["epoch"] {
            guard let number = value.integer, number > 0 else { throw MemberError("epoch", "must be a number above zero") }
            epoch = UInt64(number)
        }
        // Nobody holds it only where none is named.
        guard json["host"] == nil || json["host"]?.string != nil else { throw MemberError("host", "must be a string") }
        self.init(host: json["host"]?.string, run: run, epoch: epoch)
    }
}
