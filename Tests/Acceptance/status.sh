# systemctl kill -s USR1 writes into the journal how everything stands; STATUS says the same in a line; doctor says whether all is as it should be.
. "$(dirname "$0")/library.sh"

start_simulator --control
configure
systemctl start wabawatchd
await_baseline
start_subscriber
verdict() { { wabawatch doctor --output json || true; } | jq -r --arg check "$1" 'select(.check == $check) | .verdict'; } # CHECK
systemctl enable --quiet wabawatchd.service
journalctl --sync
for check in socket version unit journal drops permissions secrets connection ledger token watches budget; do
    same "what doctor says of the $check" well "$(verdict "$check")"
done
control tokens "{\"$token\": \"expired\"}"
# One refusal may be a mistake: it is asked again before it is told.
await 40 changes_are 1 WABAWATCH_KIND=watch
await 10 changes_are 1 WABAWATCH_KIND=alarm
same 'what doctor says of a refused token' wrong "$(verdict token)"
wabawatch doctor >/dev/null && fail 'doctor finds everything well'
systemctl kill --signal=USR1 --kill-whom=main wabawatchd
await 10 said_text 'status of a watch'
whole=$(said | jq -c 'select(.MESSAGE | startswith("status of the daemon"))')
field() { jq -r --arg name "$1" '.[$name] // empty' <<<"$whole"; }
same 'the accounts' 1 "$(field WABAWATCH_ACCOUNTS)"
same 'the readers' 1 "$(field WABAWATCH_READERS)"
same 'the cursor' "$(changes | tail -n 1 | jq -r .WABAWATCH_CURSOR)" "$(field WABAWATCH_CURSOR)"
same 'whether it records' yes "$(field WABAWATCH_RECORDING)"
same 'the priority' 5 "$(field PRIORITY)"
any_said() { said | jq --slurp --exit-status "any(.[]; (.MESSAGE | startswith(\"$1\")) and .WABAWATCH_ACCOUNT == \"acme\" and $2)" >/dev/null; }
any_said 'status of a budget' '.WABAWATCH_CALLS_PER_HOUR == "100000"' || fail 'the budget is not told'
any_said 'status of a watch' '.WABAWATCH_STATE == "unauthorized"' || fail 'the watch that is not current is not told'
await 40 sh -c 'systemctl show --value --property=StatusText wabawatchd | grep -q "^1 account, 3 numbers, [0-9]* of [0-9]* watches not current, change [0-9]* at 20"'
journalctl --all --quiet --output=export --unit=wabawatchd | found --text "$token" && fail 'the token is in the journal'
exit 0
