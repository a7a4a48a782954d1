/// The interface by which a relay tells the daemon which accounts it watches, where several hosts share them. It is served at the daemon's one socket, and
/// only where the configuration says `cluster: { enabled: true }`.
public enum ClusterInterface {
    /// Its name.
    public static let name = "io.wabawatch.cluster"

    /// Its text in Varlink's language.
    public static let text = #"""
        # Which accounts this host watches, of those that several hosts share; and what one host hands to another. For the service's own user and root.
        interface io.wabawatch.cluster

        # A target as a ledger keeps it: what was asked for, and the things with their documents. "ids" are things that are nothing but an id. "misses": how
        # many polls in a row have not shown it. "others": other ids of a thing, each after the one that it is kept under. confirmedAt: RFC 3339.
        type Thing (id: string, document: object, misses: ?int)
        type Target (
          kind: string,
          phoneNumberId: ?string,
          asked: []string,
          things: ?[]Thing,
          ids: ?[]string,
          others: ?[]string,
          confirmedAt: string
        )

        # The state of a watch or of an alarm.
        type Standing (kind: string, id: string, phoneNumberId: ?string, document: object)

        # The accounts that are configured.
        method Accounts() -> (accounts: []string)

        # Watches the account until then, in milliseconds of the machine's monotonic clock; called again, it goes on for longer. The epoch is that of the
        # account's lease. Where nothing more is heard, the account is not asked about any more from that moment on.
        method Hold(account: string, epoch: int, until: int) -> ()

        # Does not ask about the account any more. A request that was sent already is not called back, and its answer not recorded.
        method Release(account: string) -> ()

        # What the ledger has of the account, with "more": one target a reply, then the watches, the alarms and the calls of the last hour, with "end". "sequence" is that of the account's
        # last change: where it is the same in all replies, the copy is of one moment.
        method Copy(account: string) -> (sequence: int, target: ?Target, standings: ?[]Standing, budget: ?object, end: ?bool)

        # Takes over what another host has copied, one thing a call: a target, the watches and alarms, the budget, or a change that was recorded after the copy (a Change of
        # io.wabawatch). Only while the account is not held. "cursor" is the ledger's afterwards.
        method Adopt(account: string, target: ?Target, standings: ?[]Standing, budget: ?object, change: ?object)
          -> (cursor: string)

        error NoSuchAccount (account: string)
        # The account is held under a later epoch.
        error OldEpoch (account: string, epoch: int)
        # The account is held: what is known of it is what is polled here.
        error Held (account: string)

        """#
}
