# A mistake in the configuration is named and ends the service once and for all; a passing failure does not.
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
journalctl --quiet --unit=wabawatchd --output=cat | grep -q "/etc/wabawatch/wabawatch.yaml:$line:.*nonsense" || fail 'file, line and key are not named'

configure
systemctl start wabawatchd
await_baseline
same 'the state' active "$(property ActiveState)"

# Without its credential the unit does not start, and the manager says why.
systemctl stop wabawatchd
rm /etc/wabawatch/credentials/acme.token
systemctl start wabawatchd && fail 'it started without its credential'
same 'the exit status' 243 "$(property ExecMainStatus)"
exit 0
