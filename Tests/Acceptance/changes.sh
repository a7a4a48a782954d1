# What changes at Meta appears in the journal, with every field of its contract and the catalog's explanation.
. "$(dirname "$0")/library.sh"

start_simulator --control
configure
systemctl start wabawatchd
await_baseline

write "$number/whatsapp_business_profile" '{"messaging_product": "whatsapp", "about": "Closed on Sundays"}'
await 10 changes_are 1 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
profile=$(changes WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed)
field() { jq -r --arg name "$2" '.[$name] // empty' <<<"$1"; }
same MESSAGE_ID f4ba49491b4f4c928d17a6c8d6f83abe "$(field "$profile" MESSAGE_ID)"
same PRIORITY 5 "$(field "$profile" PRIORITY)"
same SYSLOG_IDENTIFIER wabawatchd "$(field "$profile" SYSLOG_IDENTIFIER)"
same WABAWATCH_ACCOUNT acme "$(field "$profile" WABAWATCH_ACCOUNT)"
same WABAWATCH_WABA_ID "$account" "$(field "$profile" WABAWATCH_WABA_ID)"
same WABAWATCH_ID "$number" "$(field "$profile" WABAWATCH_ID)"
same WABAWATCH_PHONE_NUMBER_ID "$number" "$(field "$profile" WABAWATCH_PHONE_NUMBER_ID)"
same WABAWATCH_ORIGIN poll "$(field "$profile" WABAWATCH_ORIGIN)"
same WABAWATCH_FIELD /about "$(field "$profile" WABAWATCH_FIELD)"
same WABAWATCH_AFTER '{"about":"Closed on Sundays"}' "$(field "$profile" WABAWATCH_AFTER | jq -cS .)"
same 'the members of WABAWATCH_BEFORE' '["about"]' "$(field "$profile" WABAWATCH_BEFORE | jq -c 'keys')"
same '_SYSTEMD_UNIT' wabawatchd.service "$(field "$profile" _SYSTEMD_UNIT)"
[ -n "$(field "$profile" MESSAGE)" ] && [ -n "$(field "$profile" WABAWATCH_CURSOR)" ] || fail 'no MESSAGE or no WABAWATCH_CURSOR'

write "$number/deregister" '{}'
await 10 changes_are 1 WABAWATCH_KIND=phone_number WABAWATCH_OPERATION=changed
status=$(changes WABAWATCH_KIND=phone_number WABAWATCH_OPERATION=changed)
same MESSAGE_ID 3ffb47b1e17a43f0b50f2f85c6cb8731 "$(field "$status" MESSAGE_ID)"
same PRIORITY 2 "$(field "$status" PRIORITY)"
same WABAWATCH_FIELD /status "$(field "$status" WABAWATCH_FIELD)"
same WABAWATCH_BEFORE '{"status":"CONNECTED"}' "$(field "$status" WABAWATCH_BEFORE)"
same WABAWATCH_AFTER '{"status":"DISCONNECTED"}' "$(field "$status" WABAWATCH_AFTER)"

# A rating falls and rises, a limit is raised: as in the demo.
control "$number" '{"quality_rating": "YELLOW"}'
await 10 changes_are 2 WABAWATCH_KIND=phone_number WABAWATCH_OPERATION=changed
control "$number" '{"quality_rating": "GREEN", "whatsapp_business_manager_messaging_limit": "TIER_10K"}'
await 10 changes_are 3 WABAWATCH_KIND=phone_number WABAWATCH_OPERATION=changed

# Every field of every entry is what the socket says of that change; one that stands for several says what they have in common.
changes | jq -r 'select(.WABAWATCH_COUNT | not) | .WABAWATCH_SEQUENCE' | jq -s . >/tmp/alone
wabawatch history --output json | jq -cS --slurpfile alone /tmp/alone --arg waba "$account" 'select(.sequence | IN($alone[0][])) | {
    MESSAGE: .summary, PRIORITY: { critical: "2", warning: "4", notice: "5", info: "6" }[.severity], SYSLOG_IDENTIFIER: "wabawatchd",
    WABAWATCH_CURSOR: .cursor, WABAWATCH_SEQUENCE: (.sequence | tostring), WABAWATCH_ACCOUNT: .account, WABAWATCH_WABA_ID: $waba,
    WABAWATCH_KIND: .kind, WABAWATCH_ID: .id, WABAWATCH_PHONE_NUMBER_ID: .phoneNumberId, WABAWATCH_OPERATION: .operation,
    WABAWATCH_ORIGIN: .origin, WABAWATCH_FIELD: .fields, WABAWATCH_BEFORE: .before, WABAWATCH_AFTER: .after }' >/tmp/expected
changes | jq -cS 'select(.WABAWATCH_COUNT | not) | {
    MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, WABAWATCH_CURSOR, WABAWATCH_SEQUENCE, WABAWATCH_ACCOUNT, WABAWATCH_WABA_ID, WABAWATCH_KIND, WABAWATCH_ID,
    WABAWATCH_PHONE_NUMBER_ID, WABAWATCH_OPERATION, WABAWATCH_ORIGIN,
    WABAWATCH_FIELD: (.WABAWATCH_FIELD // [] | if type == "string" then [.] else . end),
    WABAWATCH_BEFORE: (.WABAWATCH_BEFORE // "null" | fromjson), WABAWATCH_AFTER: (.WABAWATCH_AFTER // "null" | fromjson) }' >/tmp/found
diff /tmp/expected /tmp/found >&2 || fail 'the journal says something else than the socket'
same 'entries of several that are none of a first look' '' "$(changes | jq -r 'select(.WABAWATCH_COUNT and (.MESSAGE | endswith(" found (first look)") | not)) | .MESSAGE')"
same 'classes without an explanation' '' "$(changes | jq -r .MESSAGE_ID | sort -u | while read -r id; do journalctl --list-catalog "$id" >/dev/null 2>&1 || echo "$id"; done)"
journalctl --quiet --catalog --unit=wabawatchd MESSAGE_ID=3c7c1e55ca3e4001a9b7c655120c1e49 >/tmp/rating
grep -q "Quality rating of $number changed" /tmp/rating && grep -q 'Before: {"quality_rating":"GREEN"}' /tmp/rating || fail 'the fall of the rating is not explained'

same 'the sequence' "$(seq "$(sequences | wc -l)" | tr '\n' ' ')" "$(sequences | tr '\n' ' ')"
journalctl --quiet --catalog --unit=wabawatchd MESSAGE_ID=3ffb47b1e17a43f0b50f2f85c6cb8731 >/tmp/explained
grep -q "Phone number $number changed status" /tmp/explained || fail 'journalctl -x shows no subject of the catalog'
grep -q 'After:  {"status":"DISCONNECTED"}' /tmp/explained || fail 'journalctl -x does not put the change into the text'
same 'critical entries' 1 "$(journalctl --quiet --unit=wabawatchd --priority=crit --output=cat | wc -l)"
