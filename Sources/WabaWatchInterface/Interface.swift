import WhatsAppBusiness

/// The Varlink interface that the daemon serves.
public enum Interface {
    /// Its name, which is also the name of its socket.
    public static let name = "io.wabawatch"

    /// The version of the programs that serve and call it.
    public static let release = "0.1.0"

    private static let kinds = Kind.allCases.map(\.rawValue).joined(separator: ",\n  ")

    /// Its text in Varlink's language, as `GetInterfaceDescription` answers it.
    public static let text = #"""
        # Watches WhatsApp Business accounts: what they look like now, and everything that changed.
        interface io.wabawatch

        # A kind of thing that is watched. "watch" is the watching itself: one per account, kind and phone number. "alarm" is something that is wrong now.
        type Kind (
          \#(kinds)
        )

        # What happened. "baseline": first complete look, what was found is the starting point. "reported": told by a webhook, not seen by a poll.
        type Operation (baseline, added, changed, removed, reported)

        # How it became known.
        type Origin (poll, webhook, command)

        # journald's levels 2, 4, 5 and 6. A minimum of "notice" means notice, warning and critical.
        type Severity (critical, warning, notice, info)

        # The present state of one thing. Account "*" stands for all of them: the watch "connection" and what concerns the service itself; it matches every
        # filter of accounts. Account, kind, phoneNumberId and id together are its identity: a user may be blocked at two numbers.
        # phoneNumberId is set for everything that belongs to a number, the number itself included.
        type Resource (
          account: string,
          kind: Kind,
          id: string,
          phoneNumberId: ?string,
          # RFC 3339, UTC, milliseconds: when an answer last showed it.
          confirmedAt: string,
          # When its last change was observed.
          changedAt: string,
          document: object
        )

        # One difference. "before" and "after" are the document cut down to the members that differ: objects member by member, arrays whole; a member that
        # was or is absent is left out. An added thing has no "before" and its whole document as "after", a removed one the reverse; a baseline has "after" alone.
        # "fields" is empty for these. A removed phone number takes with it, and a removed account too, everything that belongs to it: that is not told again.
        type Change (
          cursor: string,
          sequence: int,
          observedAt: string,
          account: string,
          kind: Kind,
          id: string,
          phoneNumberId: ?string,
          operation: Operation,
          origin: Origin,
          severity: Severity,
          # What was recorded together has the same transaction.
          transaction: ?int,
          # Who caused it, where origin is "command": user name and uid of the peer.
          actor: ?string,
          # JSON pointers of the members that differ, sorted.
          fields: []string,
          before: ?object,
          after: ?object,
          # One English sentence for a person.
          summary: string
        )

        # Every list given narrows the result; a list left out allows all. "fields" are JSON pointer prefixes.
        type Filter (
          accounts: ?[]string,
          kinds: ?[]Kind,
          ids: ?[]string,
          phoneNumberIds: ?[]string,
          operations: ?[]Operation,
          fields: ?[]string,
          minimumSeverity: ?Severity
        )

        # The state of one watch. state is one of: starting, current, late, throttled, unauthorized, forbidden, not_found, unreachable, invalid_answer, drifted.
        type Watch (
          account: string,
          kind: Kind,
          phoneNumberId: ?string,
          state: string,
          reason: ?string,
          since: string,
          everyMilliseconds: int,
          lastSuccessAt: ?string,
          nextAt: ?string,
          failures: int,
          # The kind whose answers bring it at no call of its own, if any do; and how many calls one poll of it counts as, where that is more than one.
          comesWith: ?Kind,
          callsPerPoll: ?int,
          # The wider watch that tells of this trouble, if it is not this one: its id, "connection" included.
          toldBy: ?string
        )

        # Requests of the last hour against the budget for one account. "saved" counts requests of the last hour that were not needed because
        # another answer brought the same thing.
        type Budget (
          account: string,
          callsLastHour: int,
          callsPerHour: int,
          usagePercent: ?int,
          blockedUntil: ?string,
          saved: ?int
        )

        # What is known of an account's token: expiry and scopes as Meta says, RFC 3339; "checkedAt" is missing where Meta did not say.
        type Token (
          account: string,
          checkedAt: ?string,
          expiresAt: ?string,
          dataAccessExpiresAt: ?string,
          scopes: ?[]string,
          missingScopes: ?[]string
        )

        # Whether Meta can be reached at all: reachable or unreachable.
        type Connection (
          state: string,
          reason: ?string,
          since: string
        )

        type Status (
          version: string,
          startedAt: string,
          cursor: string,
          oldestCursor: string,
          subscribers: int,
          watches: []Watch,
          budgets: []Budget,
          connection: ?Connection,
          tokens: ?[]Token
        )

        # With "more" the status comes in parts, each watch and each budget in one of them; what is too much for one reply needs "more".
        method GetStatus() -> (status: Status)

        # "more" streams every match; without it the first match alone is returned.
        method List(filter: ?Filter) -> (resource: ?Resource, cursor: string)

        # phoneNumberId is needed only where the id alone fits several things; InvalidParameter then.
        method Get(account: string, kind: Kind, id: string, phoneNumberId: ?string) -> (resource: Resource, cursor: string)

        # Past changes, oldest first; newest first where "newestFirst" is true. "since" and "until" are RFC 3339 times. "limit" defaults to 1000; over 100000
        # is InvalidParameter. Needs "more".
        method History(filter: ?Filter, after: ?string, since: ?string, until: ?string, limit: ?int, newestFirst: ?bool) -> (change: ?Change)

        # Changes as they are recorded. Needs "more". With "snapshot", every matching resource comes first. Then one reply with "ready" and the cursor
        # that the stream stands at (also without a snapshot); then changes after it. "after" resumes from a cursor instead and cannot go with "snapshot". A reply with a cursor alone is a
        # heartbeat: every change up to it that matches has been sent. heartbeatSeconds defaults to 30.
        method Subscribe(filter: ?Filter, after: ?string, snapshot: ?bool, heartbeatSeconds: ?int)
          -> (resource: ?Resource, change: ?Change, ready: ?bool, cursor: ?string)

        # Looks now, within the budget, and returns when the answer has been recorded. "changes" counts what was recorded, baselines included. A kind that is
        # turned off or an unknown number is NoSuchResource; an answer that was an error is GraphError; no usable answer is LookFailed.
        method Poll(account: string, kind: ?Kind, phoneNumberId: ?string) -> (cursor: string, changes: int)

        # An alarm is listed, got and told like any other thing: kind "alarm", id "NAME" or "NAME/ID", where ID is the thing's where an account has several.
        # Document: name, severity, summary, since, kind and id of the thing, flaps (how often it went and came back), and muted {until, reason, by} where it
        # is. A muted alarm is told with severity "info".
        # Mute mutes every alarm that matches, present and future, until then (RFC 3339, at most ten years from now). Its filter takes accounts, ids, and
        # phoneNumberIds alone; "names" are those of alarms. There are 1000 mutes at most. For members of the control group. "id" of a mute is what Unmute takes.
        type MuteEntry (id: string, filter: Filter, names: ?[]string, until: string, reason: ?string, by: string)
        method Mute(filter: Filter, names: ?[]string, until: string, reason: ?string) -> (mute: MuteEntry)
        method Unmute(id: string) -> ()
        method Mutes() -> (mutes: []MuteEntry)

        # A webhook as Meta sent it: its body in base64, byte for byte, and the value of X-Hub-Signature-256. Returns when what it says is recorded. "changes"
        # counts what was recorded, "ignored" what is of no account that is watched, of a field that is not, or known already. For members of the control
        # group, and the webhook receiver's own user.
        method Report(body: string, signature: string) -> (cursor: string, changes: int, ignored: int)

        # Actions: each changes the account at Meta, once: it is never repeated by the service, also not after a failure that leaves open whether Meta took it
        # (ActionUncertain). For members of the control group, and only where the account's "actions" allow it. Afterwards the thing is looked at, and what changed
        # is recorded with origin "command". Members of "document" that are given are set, others stay as they are.
        # Kinds: account, phone_number (conversational_automation, two_step_pin, webhook_configuration; one of them a call), phone_number_settings, business_profile,
        # commerce_settings, qr_code (with an id: changed; without: created, and "id" is the new code), subscribed_app (an override of the callback).
        method Update(account: string, kind: Kind, id: ?string, phoneNumberId: ?string, document: object) -> (success: bool, id: ?string, cursor: string, changes: int)
        # Kinds: qr_code, message_template, subscribed_app.
        method Delete(account: string, kind: Kind, id: string, phoneNumberId: ?string) -> (success: bool, cursor: string, changes: int)

        # One template message to one user, as an alarm for people. "status" is Meta's: accepted, held_for_quality_assessment, paused.
        type SentTemplate (id: string, input: string, toUser: ?string, fromPhoneId: string, status: ?string)
        method SendTemplate(account: string, phoneNumberId: string, to: string, template: string, language: string, components: ?[]object) -> (sent: SentTemplate)

        type BlockedUser (input: string, waId: ?string, userId: ?string)
        type BlockFailure (input: string, waId: ?string, code: int, message: string)

        # Both change the account at Meta and are allowed only to members of the control group, where the account's "actions" have "block". At most 64,000 users a
        # call, of 1 MiB in all, asked for a thousand at a time. Where a later request fails, those who were not reached are among the failed, with code 0.
        # Where it is open whether Meta carried one out, the call is ActionUncertain, and its reason says which users that is about, how many the requests
        # before it did and how many they did not, and how many were not tried: look at the list before asking for them again.
        method BlockUsers(account: string, phoneNumberId: string, users: []string) -> (added: []BlockedUser, failed: []BlockFailure)
        method UnblockUsers(account: string, phoneNumberId: string, users: []string) -> (removed: []BlockedUser, failed: []BlockFailure)

        # The cursor cannot be resumed: it is older than what is kept, of another ledger, or ahead of this one. (A text that is no cursor is InvalidParameter.)
        error HistoryLost(oldestCursor: string, currentCursor: string)
        # The body of a webhook is signed by none of the application secrets that are known.
        error BadSignature()
        # The account's "actions" do not have this one: the configuration must name it.
        error ActionNotAllowed(account: string, action: string)
        # It is open whether Meta did it. It is not repeated; what is seen of it afterwards is recorded.
        error ActionUncertain(account: string, action: string, reason: string)
        error NoSuchMute(id: string)
        error NoSuchAccount(account: string)
        error NoSuchResource(account: string, kind: Kind, id: string)
        error BudgetExhausted(account: string, retryAfterSeconds: int)
        error LookFailed(state: string, reason: string)
        error GraphError(code: int, subcode: ?int, message: string, traceId: ?string)

        """#
}
