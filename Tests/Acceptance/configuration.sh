# A mistake in the configuration is named and ends the service once and for all; a passing failure does not. Whoever asks at the socket meanwhile is told
# what is wrong, however often, and after the repair it starts.
. "$(dirname "$0")/library.sh"

start_simulator
configure
echo 'nonsense: 1' >>/etc/wabawatch/wabawatch.yaml
line=$(wc -l </etc/wabawatch/wabawatch.yaml)
systemctl start wabawatchd && fail 'it started with an unknown key'
same 'the exit status' 78 "$(property ExecMainStatus)"
same 'restarts' 0 "$(property NRestarts)"
same 'the state' failed "$(property ActiveState)"
journalctl --sync
journalctl --quiet --unit=wabawatchd --output=cat | found "/etc/wabawatch/wabawatch.yaml:$line:.*nonsense" || fail 'file, line and key are not named'

# Clients, one after another and many at once: each is told, and none uses up the starts that a person needs.
for _ in {1..12}; do
    status=0
    wabawatch status >/tmp/told 2>&1 || status=$?
    same 'the exit status of a client' 69 "$status"
    grep --quiet --fixed-strings "wabawatchd cannot start: /etc/wabawatch/wabawatch.yaml:$line: nonsense: this key is not known" /tmp/told || fail "a client was told: $(cat /tmp/told)"
done
clients=()
for client in {1..20}; do
    wabawatch list >/tmp/told.$client 2>&1 &
    clients+=($!)
done
for client in "${clients[@]}"; do wait "$client" && fail 'a client was answered as if all were well'; done
await 20 sh -c '[ "$(systemctl show --value --property=ActiveState wabawatchd)" = failed ]'
same 'the socket' active "$(property ActiveState wabawatchd.socket)"
[ "$(property NRestarts)" = 0 ] || fail 'it was restarted although the configuration is wrong'
systemctl start wabawatchd 2>/dev/null && fail 'it started with an unknown key'
same 'the result' exit-code "$(property Result)"

# Mended: a start is all that it takes, or a client.
configure
systemctl start wabawatchd || fail 'it does not start after the repair'
await_baseline
systemctl stop wabawatchd
echo 'nonsense: 1' >>/etc/wabawatch/wabawatch.yaml
wabawatch status >/dev/null 2>&1 && fail 'a client was answered as if all were well'
configure
await 10 sh -c 'wabawatch status >/dev/null 2>&1; [ $? -le 3 ]'
same 'the state' active "$(property ActiveState)"

# On the command line, where no credentials are passed, everything else is looked at.
wabawatchd --check >/tmp/told 2>&1 || fail "--check fails on a healthy system: $(cat /tmp/told)"
grep --quiet 'the credential acme.token cannot be checked' /tmp/told || fail "--check does not say what it could not look at: $(cat /tmp/told)"
wabawatchd --dry-run >/tmp/told 2>&1 || fail '--dry-run fails on a healthy system'
grep --quiet '^acme ' /tmp/told || fail '--dry-run says nothing'

# Without its credential the unit does not start, and the manager says why.
systemctl stop wabawatchd
rm /etc/wabawatch/credentials/acme.token
systemctl start wabawatchd && fail 'it started without its credential'
same 'the exit status' 243 "$(property ExecMainStatus)"
exit 0
