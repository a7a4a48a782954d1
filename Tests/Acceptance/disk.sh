# A full disk, one that is nearly full, one that fills while the daemon is down, and one that takes no write: told once in the journal, in STATUS
# and at the socket; readers are answered all the while; with room again it goes on by itself, and has lost nothing and made nothing up.
. "$(dirname "$0")/library.sh"

state=/var/lib/private/wabawatch
start_simulator
configure
# The kinds that are looked at every second and no others, so that what is counted is known.
for kind in account phone_number_settings commerce_settings qr_code message_template blocked_user; do
    sed -i "s/^watch:$/&\n  $kind: { every: never }/" /etc/wabawatch/wabawatch.yaml
done
install -d -m 700 "$state"
mount -t tmpfs -o size=4m,mode=700 tmpfs "$state"
systemctl start wabawatchd
await_baseline
wabawatch monitor --output json >/tmp/monitor &
monitor=$!

about() { write "$number/whatsapp_business_profile" "{\"messaging_product\": \"whatsapp\", \"about\": \"$1\"}"; }
said() { # COUNT SENTENCE
    journalctl --sync
    [ "$(journalctl --quiet --unit=wabawatchd --output=json | jq -r 'select(.MESSAGE | startswith("'"$2"'")) | .MESSAGE' | wc -l)" = "$1" ]
}
stops='changes cannot be recorded for now' again='changes can be recorded again'
states() { wabawatch call GetStatus | jq -c '[.status.watches[].state] | unique'; }
states_are() { [ "$(states)" = "$1" ]; }
heard() { jq -r 'select(.kind == "business_profile") | .after.about' /tmp/monitor | paste -sd,; }
heard_is() { [ "$(heard)" = "$1" ]; }
fill() { ! dd if=/dev/zero of="$state/ballast" bs=4k status=none 2>/dev/null; }
# Several looks later: a reader who comes anew is answered by `ready`, and after five seconds without a change by a heartbeat.
quiet() { [ "$(timeout 7 wabawatch call Subscribe '{"heartbeatSeconds":5,"filter":{"kinds":["phone_number","business_profile"]}}' | jq -c keys | paste -sd' ')" = '["cursor","ready"] ["cursor"]' ]; }
# Nothing is recorded for now; that has been told so many times since the boot.
not_recording() { # TIMES, and how often that it was over
    await 20 said "$1" "$stops"
    await 5 sh -c 'systemctl show --value --property=StatusText wabawatchd | grep -q "^not recording: "'
    same 'the state of the watches' '["late"]' "$(states)"
    [ "$(wabawatch list business_profile --output json | wc -l)" = 3 ] || fail 'List is not answered'
    [ "$(wabawatch history --output json | wc -l)" -ge 4 ] || fail 'History is not answered'
    quiet || fail 'Subscribe is not answered, or was told of a change'
    said "$1" "$stops" || fail 'it was told more than once'
    said "$2" "$again" || fail 'it was told to be over'
}
# The ledger is an alarm, told as soon as it can be recorded, and so is its end: three times an hour, after that the alarm stays.
alarm() { changes WABAWATCH_KIND=alarm | jq -r '"\(.WABAWATCH_OPERATION) \(.WABAWATCH_ID)"' | paste -sd,; }
alarm_is() { [ "$(alarm)" = "$1" ]; }
once='added ledger,removed ledger'
recording() { # TIMES, and what was told of alarms
    await 20 said "$1" "$again"
    await 15 alarm_is "$2"
    await 5 sh -c '! systemctl show --value --property=StatusText wabawatchd | grep -q "not recording"'
    await 10 states_are '["current"]'
}

# Full: what changes twice meanwhile is one change, from what was recorded last to what is then.
fill
about 'Full'
not_recording 1 0
about 'Still full'
quiet || fail 'Subscribe was told of a change'
# A configuration that has something to write down is not put in force, no part of it, and that is told; the one that is in force still can be read anew.
cp /etc/wabawatch/wabawatch.yaml /tmp/good
sed -i 's/business_profile: { every: 1s }/business_profile: { every: never }/; s/phone_number: { every: 1s }/phone_number: { every: 1h }/' /etc/wabawatch/wabawatch.yaml
systemctl reload wabawatchd 2>/dev/null && fail 'a reload that could not be written down succeeded'
await 10 said 1 'the configuration could not be put in force; nothing was changed'
await 5 sh -c 'systemctl show --value --property=StatusText wabawatchd | grep -q "new configuration refused: "'
same 'how often is looked' 1000,1000,1000,1000 "$(wabawatch call GetStatus | jq -r '.status.watches[] | select(.kind == "phone_number" or .kind == "business_profile") | .everyMilliseconds' | paste -sd,)"
cp /tmp/good /etc/wabawatch/wabawatch.yaml
systemctl reload wabawatchd
await 5 sh -c '! systemctl show --value --property=StatusText wabawatchd | grep -q refused'
rm "$state/ballast"
recording 1 "$once"
await 10 heard_is 'Still full'

# Nearly full: small writes succeed, large ones do not, and that is one trouble.
fill
truncate --size=-12K "$state/ballast"
about 'Nearly full'
not_recording 2 1
rm "$state/ballast"
recording 2 "$once,added ledger"
await 10 heard_is 'Still full,Nearly full'

# Full when it is stopped and started: it ends well, and answers readers at once.
fill
about 'Full at the start'
not_recording 3 2
systemctl restart wabawatchd
same 'the result' success "$(property Result)"
same 'the state after a restart' active "$(property ActiveState)"
not_recording 4 2
rm "$state/ballast"
recording 3 "$once,added ledger"
await 10 heard_is 'Still full,Nearly full,Full at the start'

# A disk that takes no write, as ext4 is after an error.
strace -qq -f -o /dev/null -p "$(property MainPID)" -e trace=pwrite64,ftruncate,fdatasync -e inject=pwrite64,ftruncate,fdatasync:error=EROFS &
tracer=$!
await 10 sh -c "! grep -q '^TracerPid:[[:space:]]0$' /proc/$(property MainPID)/status"
about 'Read-only'
not_recording 5 3
kill -INT "$tracer"
recording 4 "$once,added ledger"
await 10 heard_is 'Still full,Nearly full,Full at the start,Read-only'

# Everything was told once and in order, and the last change of each four begins where the one before it ended.
kill "$monitor"
all=$(seq 11 | tr '\n' ' ')
same 'the sequence' "$all" "$(sequences | sort -nu | tr '\n' ' ')"
same 'changes that were told twice' "$(sequences | sort -n | tr '\n' ' ')" "$all"
chain=$(changes WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed | jq -r '"\(.WABAWATCH_BEFORE | fromjson.about) > \(.WABAWATCH_AFTER | fromjson.about)"' | tail -n 3 | paste -sd,)
same 'before and after' 'Still full > Nearly full,Nearly full > Full at the start,Full at the start > Read-only' "$chain"
