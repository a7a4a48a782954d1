/// The interface by which the daemon tells its figures to those who expose them, at its one socket. `io.wabawatch` has no place for them, and
/// `io.systemd.Metrics` tells them of every number one by one.
public enum MetricsInterface {
    /// Its name.
    public static let name = "io.wabawatch.Metrics"
    /// The one method's full name.
    public static let gather = "\(name).Gather"

    /// Its text in Varlink's language.
    public static let text = #"""
        # What wabawatchd counts and measures of itself and of its accounts, for those who expose metrics. What there is to say of phone numbers and alarms,
        # io.wabawatch tells: List, Subscribe.
        interface io.wabawatch.Metrics

        # Numbers since the daemon began. "result" of a request: success, or why it failed. "result" of webhooks: recorded, known, foreign, ignored (reports
        # in them), bad_signature, bad_body (webhooks).
        type Count (result: string, count: int)
        type ChangeCount (kind: string, operation: string, count: int)

        # When a kind was last polled with success, at the thing of the account where that is longest ago: RFC 3339.
        type Success (kind: string, at: string)

        type Account (
          account: string,
          callsLastHour: int,
          callsPerHour: int,
          requests: []Count,
          lastSuccess: []Success
        )

        # With "more" the accounts come in parts, the counts of the daemon as a whole in the first. "perNumber" and "listen" are what the configuration says
        # under "metrics".
        method Gather() -> (
          perNumber: bool,
          listen: ?string,
          subscribers: int,
          ledgerBytes: int,
          changes: []ChangeCount,
          webhooks: []Count,
          accounts: []Account
        )

        """#
}
